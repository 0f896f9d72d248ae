r"""Newton's method with the inverse of an earlier Hessian: many cheap steps for a few dear ones.

On an active set A with signs s a minimiser of the logistic objective solves

.. math:: Z_A^\top u(w) = l_1 K_A s_A + l_2 K_A^2 w_A, \qquad u = -f'(z(w)),

which is not linear, because the slopes u bend. Newton's method solves it with the Hessian
:math:`H = Z_A^\top D Z_A + l_2 K_A^2`, :math:`D = \operatorname{diag} f''(z)`, afresh at every
step: O(nk²). But D changes slowly from one alpha to the next. A *chord* step uses the inverse P of
the Hessian at some earlier point, divided by how much larger the curvatures are now than then: two
products of a matrix and a vector. It gains a digit or more a step rather than doubling the digits
(Kelley, 1995, section 5.4), so the Hessian is refreshed only when the steps gain too little.
"""

import numpy as np
from numpy import ndarray as Array

from .bordered import BorderedInverse
from .columns import UnitColumns


class ChordHessian:
    """The inverse Hessian on an active set that changes, at curvatures of an earlier point.

    Parameters
    ----------
    columns : UnitColumns
        Those of the working set; positions below refer to them.

    Attributes
    ----------
    active, signs : ndarray of shape (k,)
        Positions and signs of the active columns. One without a price has sign 0.
    is_active, waits : ndarray of bool of shape (m,)
        Which columns are active, and which wait because they depend on active ones.
    packed : UnitColumns
        The active columns, side by side.
    age : int
        Steps since the curvatures were those of the last step.
    """

    def __init__(self, columns: UnitColumns) -> None:
        self.columns, self.packed = columns, UnitColumns(columns.data)
        self._inverse, self.age = BorderedInverse(), 0
        self.active, self.signs = np.zeros(0, dtype=int), np.zeros(0)
        self.is_active, self.waits = np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
        self.grow()

    def grow(self) -> None:
        """Make room for columns that were gathered."""
        new = np.zeros(len(self.columns.kappa) - len(self.waits), dtype=bool)
        self.is_active, self.waits = np.append(self.is_active, new), np.append(self.waits, new)

    def enter(self, J: Array, signs: Array, ridge: Array) -> None:
        """Append columns to the active set; dependent ones are marked as waiting instead."""
        k = len(self.active)
        self.packed.copy_from(self.columns, J)
        products = self.packed.weighted_products(k, self._curvatures)
        block = products[:, k:]
        block[np.diag_indices(len(J))] += ridge[J]
        taken = self._inverse.border(products[:, :k], block)
        if not taken.all():
            self.waits[J[~taken]] = True
            self.packed.keep(np.append(np.arange(k), k + np.flatnonzero(taken)))
            J, signs = J[taken], signs[taken]
        self.active, self.signs = np.append(self.active, J), np.append(self.signs, signs)
        self.is_active[J] = True

    def leave(self, places: Array, x: Array) -> Array:
        r"""Take columns out, and return the minimiser x (k,) of the parabola without them.

        To hold :math:`x_L` at 0 moves the others by :math:`-P_{KL} P_{LL}^{-1} x_L`.
        """
        P = self._inverse.P
        x = x - P[:, places] @ np.linalg.solve(P[np.ix_(places, places)], x[places])
        self.is_active[self.active[places]] = False
        order = self._inverse.remove(places)
        self.active, self.signs = self.active[order], self.signs[order]
        self.packed.keep(order)
        self.waits[:] = False
        return x[order]

    def restart(self, active: Array, signs: Array, ridge: Array) -> None:
        """Set the active set, as far as it is independent, at the curvatures of even odds."""
        even = np.full(len(self.columns.data.root), 0.25)
        self._curvatures, self._total, self.age = even, even.sum(), 0
        self.active, self.signs = active[:0], signs[:0]
        self.is_active[:], self.waits[:] = False, False
        self.packed = UnitColumns(self.columns.data)
        self._inverse.clear()
        if len(active):
            self.enter(active, signs, ridge)

    def refresh(self, curvatures: Array, ridge: Array) -> None:
        """Invert at the curvatures of now."""
        self._curvatures, self._total, self.age = curvatures, curvatures.sum(), 0
        H = self.packed.weighted_products(0, curvatures)
        H[np.diag_indices(len(H))] += ridge[self.active]
        self._inverse.recompute(H)

    def move(self, pull: Array, curvatures: Array) -> Array:
        """Return the chord step (k,) that answers a pull: minus the gradient on the active set."""
        return self._inverse.P @ pull * (self._total / curvatures.sum())
