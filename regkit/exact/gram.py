r"""Least squares on an active set, from the Gram matrix of a working set.

On an active set A with signs s the optimality condition is linear,

.. math:: (G_{AA} + l_2 K_A^2)\, w_A = b_A - l_1 K_A s_A,
   \qquad G = \tilde Z^\top \tilde Z,\; b = \tilde Z^\top y,\; K = \operatorname{diag}(\kappa),

with columns :math:`\tilde Z` of length 1 and the price :math:`\kappa_j` of each. A `GrowingFactor`
of the matrix on the left follows the columns as they come and go.

Forming G squares the condition number: columns nearer to dependence than about 1e-6 of their
length count as dependent.
"""

import numpy as np
from numpy import ndarray as Array

from .active import ActiveSet
from .cholesky import DEPENDENT
from .data import EPS, MOST, ridge_part

EXACT = 1e-12
"""A slope this near its price, relative to it, needs no refinement."""


class GramSystem(ActiveSet):
    """An active set whose weights solve a linear system; the working set grows.

    Attributes
    ----------
    matrix : ndarray of shape (m, m)
        The Gram matrix of unit columns, with the ridge part on its diagonal.
    b : ndarray of shape (m,)
        Products of the columns with y.
    kappa : ndarray of shape (m,)
        The price of each coefficient.
    l2 : float
    solves : int
        Linear systems solved so far: what a solver counts as iterations.
    rounding : float
        The rounding error to expect in the last c.
    active, signs, is_active, waits, factor
        See `ActiveSet`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.matrix = np.zeros((0, 0))
        self.b, self.kappa, self.l2, self.solves = np.zeros(0), np.zeros(0), 0.0, 0
        self.rounding = 0.0

    def grow(self, cross: Array, block: Array, b: Array, kappa: Array) -> None:
        """Append columns: their products with the old ones (m, j), themselves (j, j) and y (j,)."""
        m = len(self.b)
        self.matrix = np.block([[self.matrix, cross], [cross.T, block]]) if m else block.copy()
        self.b, self.kappa = np.append(self.b, b), np.append(self.kappa, kappa)
        self.widen(len(b))
        # a column of zeros has a diagonal of 1 as the others have: its weight stays 0 either way
        np.einsum("ii->i", self.matrix)[m:] = 1 + ridge_part(self.l2, kappa)

    def set_ridge(self, l2: float) -> None:
        """Change l2. Columns that were independent with more of it may not be now."""
        if l2 != self.l2:
            self.l2 = l2
            np.einsum("ii->i", self.matrix)[:] = 1 + np.minimum(l2 * self.kappa**2, MOST)
            A = self.active
            if len(A) and not self.factor.replace(self.matrix[A[:, None], A]):
                self.restart(A, self.signs)

    def restart(self, J: Array, signs: Array) -> None:
        """Make J the active set, as far as its columns are independent."""
        self.clear()
        if len(J):
            self.let_in(J, signs)

    def let_in(self, J: Array, signs: Array) -> None:
        """Append columns J to the active set; dependent ones wait."""
        rows = self.matrix[J]
        self.enter(J, signs, rows[:, self.active], rows[:, J])

    def minimise(self, l1: float) -> tuple[Array, Array]:
        """Return the minimiser w (m,) with this active set, and c = b - Gw (m,).

        One step of refinement takes back what rounding in the factor has cost.
        """
        self.solves += 1
        A, w = self.active, np.zeros(len(self.b))
        prices = l1 * self.kappa[A]
        pull = prices * self.signs
        w[A] = self.factor.solve(self.b[A] - pull)
        c = self.b - self.matrix @ w
        self.rounding = 4 * EPS * float(np.abs(self.b).max(initial=0) + np.abs(w).sum())
        error = c[A] - pull
        if np.abs(error).max(initial=0) > max(EXACT * prices.min(initial=np.inf), self.rounding):
            w[A] += self.factor.solve(error)
            c = self.b - self.matrix @ w
        return w, c

    def combination(self, j: int) -> Array | None:
        """Return the weights with which active columns make up column j, None if they do not."""
        cross, length = self.matrix[j, self.active], self.matrix[j, j]
        weights = self.factor.solve(cross)
        return weights if length - weights @ cross <= DEPENDENT * length else None
