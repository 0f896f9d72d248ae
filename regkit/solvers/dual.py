r"""Elastic Net with more columns than rows: a system of n equations instead of one of k.

With a ridge part more than n columns can be active, and the system of `regkit.solvers.gram` would
have as many rows. By the identity of Woodbury (1950)

.. math:: (Z_A^\top Z_A + l_2 K_A^2)^{-1} v = \frac{1}{l_2} K_A^{-2} (v - Z_A^\top t), \qquad
          (l_2 I + M)\, t = Z_A K_A^{-2} v, \qquad M = Z_A K_A^{-2} Z_A^\top,

a matrix of n rows and n columns does, which follows the active set by adding and subtracting.
No matrix of the columns with each other is ever formed.
"""

import numpy as np
from numpy import ndarray as Array
from scipy.linalg import cho_factor, cho_solve

from .centred import EPS
from .columns import UnitColumns


class DualSolve:
    """The system of `regkit.solvers.gram`, solved in the space of the rows; l2 must be above 0.

    Parameters
    ----------
    columns : UnitColumns
        Those of the working set.

    Attributes
    ----------
    size, kappa, active, signs, is_active, waits, solves
        See `regkit.solvers.steps.Factor`.
    """

    def __init__(self, columns: UnitColumns, solves: int = 0) -> None:
        self.columns, self.solves, self.l2 = columns, solves, 1.0
        self._M = np.zeros((len(columns.data.y),) * 2)
        self.is_active, self.waits = np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
        self.active, self.signs = np.zeros(0, dtype=int), np.zeros(0)
        self.grow()

    @property
    def size(self) -> int:
        """The columns of the working set."""
        return len(self.columns.kappa)

    @property
    def kappa(self) -> Array:
        """The price of each coefficient."""
        return self.columns.kappa

    def grow(self) -> None:
        """Make room for columns that were gathered."""
        new = np.zeros(self.size - len(self.waits), dtype=bool)
        self.is_active, self.waits = np.append(self.is_active, new), np.append(self.waits, new)

    def keep(self, positions: Array) -> None:
        """Forget all columns but those at these positions, all active ones among them."""
        place = np.zeros(len(self.is_active), dtype=int)
        place[positions] = np.arange(len(positions))
        self.active = place[self.active]
        self.is_active, self.waits = self.is_active[positions], self.waits[positions]

    def set_ridge(self, l2: float) -> None:
        """Change l2."""
        self.l2 = l2

    def restart(self, active: Array, signs: Array) -> None:
        """Set the active set."""
        self._M[:], self.is_active[:] = 0, False
        self.active, self.signs = np.zeros(0, dtype=int), np.zeros(0)
        self.enter(active, signs)

    def enter(self, J: Array, signs: Array) -> None:
        """Append columns to the active set."""
        self._add(J, 1.0)
        self.active, self.signs = np.append(self.active, J), np.append(self.signs, signs)
        self.is_active[J] = True

    def leave(self, places: Array) -> None:
        """Take the columns at these places of `active` out of it."""
        self._add(self.active[places], -1.0)
        self.is_active[self.active[places]] = False
        self.active, self.signs = np.delete(self.active, places), np.delete(self.signs, places)

    def minimise(self, l1: float) -> tuple[Array, Array]:
        """Return the minimiser on the active set, and c on the working set."""
        self.solves += 1
        A, price = self.active, l1 * self.kappa
        system = self._M.copy()
        system[np.diag_indices(len(system))] += self.l2
        factor = cho_factor(system, overwrite_a=True, check_finite=False)
        x, c = np.zeros(len(A)), self.columns.transposed_dot(self.columns.data.y)
        for _ in range(3):
            error = c[A] - price[A] * self.signs
            if np.abs(error).max(initial=0) <= self.rounding(x):
                break
            x = x + self._inverse_times(factor, error)
            c = self._slopes(x)
        return x, c

    def combination(self, j: int) -> None:
        """Return None: with a ridge part no column is made up of others."""

    def rounding(self, x: Array) -> float:
        """Return the rounding error to expect in c for weights x."""
        return 4 * EPS * float(np.linalg.norm(self.columns.data.y) + np.abs(x).sum())

    def _inverse_times(self, factor: tuple[Array, bool], v: Array) -> Array:
        squares = self.kappa[self.active] ** 2
        t = cho_solve(factor, self._spread(v / squares), check_finite=False)
        return (v - self.columns.transposed_dot(t)[self.active]) / (self.l2 * squares)

    def _slopes(self, x: Array) -> Array:
        c = self.columns.transposed_dot(self.columns.data.y - self._spread(x))
        c[self.active] -= self.l2 * self.kappa[self.active] ** 2 * x
        return c

    def _spread(self, x: Array) -> Array:
        """Return the active columns times x."""
        w = np.zeros(self.size)
        w[self.active] = x
        return self.columns.dot(w)

    def _add(self, J: Array, sign: float) -> None:
        if len(J):
            Z = self.columns.dense(J)
            self._M += (Z * (sign / self.kappa[J] ** 2)) @ Z.T
