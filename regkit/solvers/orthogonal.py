r"""Solving on an active set from the columns themselves: slower than a Gram matrix, and safer.

A QR decomposition of the active columns has their condition number, not its square. It reaches
columns that are dependent up to 1e-11, where `regkit.solvers.gram` stops near 1e-7.
"""

import numpy as np
from numpy import ndarray as Array

from .gram import EPS

DEPENDENT = 1e-11
"""A unit column with an orthogonal part shorter than this depends on the active ones."""


class OrthogonalFactor:
    r"""The system of `regkit.solvers.gram` from a QR decomposition of the columns.

    It is decomposed afresh whenever the active set has changed. A ridge part is one more row of
    data per column, :math:`\sqrt{l_2} \kappa_j`, so that :math:`R^\top R = G_{AA} + l_2 K_A^2`
    without G, and :math:`w = R^{-1}(Q^\top y - l_1 R^{-\top} K s)`.

    Parameters
    ----------
    Z : ndarray of shape (n, m)
        Unit columns of the working set.
    y : ndarray of shape (n,)
    kappa : ndarray of shape (m,)
    l2 : float
    """

    def __init__(self, Z: Array, y: Array, kappa: Array, l2: float) -> None:
        n, m = Z.shape
        if n > m + 1:
            # n rows say no more than m + 1 rotated ones do
            rotated = np.linalg.qr(np.column_stack([Z, y]), mode="r")
            Z, y = rotated[:, :m], rotated[:, m]
        self.Z, self.y, self.kappa, self.l2 = Z, y, kappa, l2
        self.size, self.solves = m, 0
        self.is_active, self.waits = np.zeros(m, dtype=bool), np.zeros(m, dtype=bool)
        self.active, self.signs = np.zeros(0, dtype=int), np.zeros(0)
        self._stale = True

    def enter(self, J: Array, signs: Array) -> None:
        """Append columns to the active set."""
        self.active, self.signs = np.append(self.active, J), np.append(self.signs, signs)
        self.is_active[J] = True
        self._stale = True

    def leave(self, places: Array) -> None:
        """Take the columns at these places of `active` out."""
        self.is_active[self.active[places]] = False
        self.active, self.signs = np.delete(self.active, places), np.delete(self.signs, places)
        self._stale = True

    def minimise(self, l1: float) -> tuple[Array, Array]:
        """Return the minimiser on the active set, and c on the working set."""
        self.solves += 1
        Q, R = self._decomposition()
        price = l1 * self.kappa[self.active] * self.signs
        pull = _solve_triangular(R.T, price)
        x = _solve_triangular(R, Q[: len(self.y)].T @ self.y - pull)
        for _ in range(2):
            c = self.correlations(x)
            error = c[self.active] - price
            x = x + _solve_triangular(R, _solve_triangular(R.T, error))
        return x, self.correlations(x)

    def correlations(self, x: Array) -> Array:
        """Return c on the working set for weights x on the active one."""
        A = self.active
        c = self.Z.T @ (self.y - self.Z[:, A] @ x)
        c[A] -= self.l2 * self.kappa[A] ** 2 * x
        return c

    def rounding(self, x: Array) -> float:
        """Return the rounding error to expect in c."""
        return 4 * EPS * (float(np.linalg.norm(self.y)) + np.abs(x).sum())

    def combination(self, j: int) -> Array | None:
        """Return the weights with which the active columns make up column j, or None."""
        Q, R = self._decomposition()
        column = np.zeros(len(Q))
        column[: len(self.y)] = self.Z[:, j]
        weights = Q.T @ column
        rest = column - Q @ weights
        again = Q.T @ rest
        rest, weights = rest - Q @ again, weights + again
        length = rest @ rest + self.l2 * self.kappa[j] ** 2
        return _solve_triangular(R, weights) if length <= DEPENDENT**2 else None

    def _decomposition(self) -> tuple[Array, Array]:
        if self._stale:
            A, n = self.active, len(self.y)
            columns = np.zeros((n + (len(A) if self.l2 else 0), len(A)))
            columns[:n] = self.Z[:, A]
            if self.l2:
                columns[n:] = np.diag(np.sqrt(self.l2) * self.kappa[A])
            self._Q, self._R = np.linalg.qr(columns)
            self._stale = False
        return self._Q, self._R


def _solve_triangular(R: Array, rhs: Array) -> Array:
    return np.linalg.solve(R, rhs)
