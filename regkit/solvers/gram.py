r"""Solving on an active set from the Gram matrix of a working set.

On an active set A with signs s the optimality condition is linear,

.. math:: (G_{AA} + l_2 K_A^2)\, w_A = b_A - l_1 K_A s_A,
   \qquad G = \tilde Z^\top \tilde Z,\; b = \tilde Z^\top y,\; K = \operatorname{diag}(\kappa),

with columns :math:`\tilde Z` of length 1. `BorderedSolve` keeps the inverse of the matrix on the
left as columns come and go, O(mk) a step.

Forming G squares the condition number, so columns nearer to dependence than about 1e-7 are beyond
it: see `regkit.solvers.orthogonal`. With more columns than rows see `regkit.solvers.dual`.
"""

import numpy as np
from numpy import ndarray as Array

from .bordered import DEPENDENT, BorderedInverse

EPS = np.finfo(float).eps

TOO_LITTLE = 0.02
"""A refinement that leaves more than this share of the error calls for a new inverse."""
RIDGE_ENOUGH = 1e-9
"""A ridge part this large beside a column's squared length keeps the active columns independent."""


class GramSystem:
    """A growing Gram matrix and the active set on it; the base of both ways to solve.

    Parameters
    ----------
    room : int, default 64
        Columns to make room for; more is made when needed.

    Attributes
    ----------
    matrix : ndarray of shape (m, m)
        The Gram matrix of unit columns, with the ridge part on its diagonal.
    b : ndarray of shape (m,)
        Products of the columns with y.
    l2 : float
    size, kappa, active, signs, is_active, waits, solves
        See `regkit.solvers.steps.Factor`.
    """

    def __init__(self, room: int = 64) -> None:
        self._matrix, self._b, self._kappa = np.zeros((room, room)), np.zeros(room), np.zeros(room)
        self._is_active, self._waits = np.zeros(room, dtype=bool), np.zeros(room, dtype=bool)
        self.active, self.signs = np.zeros(0, dtype=int), np.zeros(0)
        self.solves, self.l2, self._largest = 0, 0.0, 0.0
        self._resize(0)

    def grow(self, cross: Array, block: Array, b: Array, kappa: Array) -> None:
        """Append columns: their products with the old ones (m, j), themselves (j, j) and y (j,)."""
        m, total = self.size, self.size + len(b)
        if total > len(self._b):
            self._make_room(2 * total)
        self._matrix[:m, m:total], self._matrix[m:total, :m] = cross, cross.T
        self._matrix[m:total, m:total] = block
        self._b[m:total], self._kappa[m:total] = b, kappa
        self._is_active[m:total] = self._waits[m:total] = False
        self._largest = max(self._largest, np.abs(b).max(initial=0))
        self._resize(total)
        # a column of zeros has a diagonal of 1 as the others have: its weight stays 0 either way
        self._diagonal[m:] = 1 + self.l2 * kappa**2

    def keep(self, positions: Array) -> None:
        """Forget all columns but those at these positions, all active ones among them."""
        place = np.zeros(self.size, dtype=int)
        m = len(positions)
        place[positions] = np.arange(m)
        self._matrix[:m, :m] = self._matrix[np.ix_(positions, positions)]
        for array in (self._b, self._kappa, self._is_active, self._waits):
            array[:m] = array[positions]
        self.active = place[self.active]
        self._resize(m)

    def set_ridge(self, l2: float) -> None:
        """Change l2."""
        if l2 != self.l2:
            self.l2 = l2
            self._diagonal[:] = 1 + l2 * self.kappa**2

    def restart(self, active: Array, signs: Array) -> None:
        """Set the active set, as far as its columns are independent."""
        self.is_active[:], self.waits[:] = False, False
        self.active, self.signs = np.zeros(0, dtype=int), np.zeros(0)
        if len(active):
            self.enter(active, signs)

    def enter(self, J: Array, signs: Array) -> None:
        """Append columns to the active set."""
        self.active, self.signs = np.append(self.active, J), np.append(self.signs, signs)
        self.is_active[J] = True

    def rounding(self, x: Array) -> float:
        """Return the rounding error to expect in c for weights x."""
        return 4 * EPS * float(self._largest + np.abs(x).sum())

    def _resize(self, m: int) -> None:
        self.size = m
        self.matrix, self.b, self.kappa = self._matrix[:m, :m], self._b[:m], self._kappa[:m]
        self.is_active, self.waits = self._is_active[:m], self._waits[:m]
        self._diagonal = np.einsum("ii->i", self.matrix)

    def _make_room(self, room: int) -> None:
        for name in ("_matrix", "_b", "_kappa", "_is_active", "_waits"):
            old = getattr(self, name)
            new = np.zeros((room,) * old.ndim, dtype=old.dtype)
            new[tuple(slice(length) for length in old.shape)] = old
            setattr(self, name, new)


class BorderedSolve(GramSystem):
    """The system solved by an inverse that follows the active set.

    Parameters
    ----------
    room : int, default 64
    ridged : bool, default False
        Whether l2 stays so large that it alone keeps the active columns independent.
    """

    def __init__(self, room: int = 64, *, ridged: bool = False) -> None:
        super().__init__(room)
        self.ridged = ridged
        self._inverse = BorderedInverse(room)
        self._packed = np.zeros((room, room))

    @property
    def _rows(self) -> Array:
        """The rows of the matrix that belong to active columns, side by side in memory."""
        return self._packed[: len(self.active), : self.size]

    def grow(self, cross: Array, block: Array, b: Array, kappa: Array) -> None:
        """Append columns: their products with the old ones (m, j), themselves (j, j) and y (j,)."""
        m = self.size
        super().grow(cross, block, b, kappa)
        self._pack_columns(m)

    def keep(self, positions: Array) -> None:
        """Forget all columns but those at these positions, all active ones among them."""
        super().keep(positions)
        self._pack_columns(0)

    def restart(self, active: Array, signs: Array) -> None:
        """Set the active set, as far as its columns are independent."""
        self._inverse.clear()
        super().restart(active, signs)

    def enter(self, J: Array, signs: Array) -> None:
        """Append columns to the active set; dependent ones are marked as waiting instead."""
        k, rows = len(self.active), self.matrix[J]
        taken = self._inverse.border(rows[:, self.active], rows[:, J])
        self.waits[J[~taken]] = True
        super().enter(J[taken], signs[taken])
        if len(self.active) > len(self._packed):
            self._pack_columns(0)
        self._rows[k:] = rows[taken]

    def leave(self, places: Array) -> None:
        """Take the columns at these places of `active` out; others may cease to be dependent."""
        self.is_active[self.active[places]] = False
        order = self._inverse.remove(places)
        self.active, self.signs = self.active[order], self.signs[order]
        self.waits[:] = False
        moved = np.flatnonzero(order != np.arange(len(order)))
        self._rows[moved] = self._packed[order[moved], : self.size]

    def set_ridge(self, l2: float) -> None:
        """Change l2. The inverse stays that for the old one, and refinement makes up for it.

        Without much of a ridge part the active set begins again from a new inverse: columns that
        were independent with more of it may not be now.
        """
        if l2 != self.l2:
            super().set_ridge(l2)
            if self.ridged:
                self._rows[np.arange(len(self.active)), self.active] = self._diagonal[self.active]
            else:
                self.restart(self.active, self.signs)

    def minimise(self, l1: float) -> tuple[Array, Array]:
        """Return the minimiser on the active set, and c on the working set.

        The inverse drifts as it is bordered, and lags behind as l2 changes. Refinement with the
        matrix itself corrects the answer; where that gains too little, the inverse is computed
        afresh, once.
        """
        self.solves += 1
        A = self.active
        if not len(A):
            return np.zeros(0), self.b
        price = l1 * self.kappa[A]
        pull = price * self.signs
        rhs = self.b[A] - pull
        x, rows = self._inverse.P @ rhs, self._rows
        last, fresh = np.inf, False
        close = max(1e-12 * price.min(), self.rounding(x))
        for _ in range(20):
            c = self.b - x @ rows
            error = c[A] - pull
            worst = np.abs(error).max()
            if worst <= close:
                break
            if worst > TOO_LITTLE * last:
                if fresh:
                    break
                self._inverse.recompute(self.matrix[A[:, None], A])
                x, last, fresh = self._inverse.P @ rhs, np.inf, True
            else:
                x, last = x + self._inverse.P @ error, worst
        return x, c

    def _pack_columns(self, m: int) -> None:
        """Pack the columns of the matrix from m on, with room for all of it."""
        k = len(self.active)
        if max(k, self.size) > self._packed.shape[1] or k > len(self._packed):
            self._packed, m = np.empty((2 * k + 64, len(self._b))), 0
        self._rows[:, m:] = self.matrix[self.active, m:]

    def combination(self, j: int) -> Array | None:
        """Return the weights with which active columns make up column j, None if they do not."""
        cross = self.matrix[j, self.active]
        weights = self._inverse.P @ cross
        length = self._diagonal[j]
        return weights if length - weights @ cross <= DEPENDENT * length else None


def is_ridged(l2s: Array, scale: float) -> bool:
    """Return whether l2 is enough on all of a grid, given the square of a column's length."""
    return bool(l2s.min() > RIDGE_ENOUGH * scale)
