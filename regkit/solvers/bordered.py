r"""An inverse that follows a growing and shrinking matrix.

When an active set gains or loses a column, the matrix of its linear system gains or loses one row
and column. Its inverse need not be computed afresh, O(k³): bordering adds rows and elimination
takes them out, O(k²) each (Golub and Van Loan, 2013, section 2.1.4).
"""

import numpy as np
from numpy import ndarray as Array
from scipy.linalg.lapack import dpotrf, dpotri

DEPENDENT = 1e-12
"""A column whose part orthogonal to the others keeps less of its squared length is dependent:
rounding in the products of columns would be a sizeable part of it."""


class BorderedInverse:
    """The inverse of a symmetric positive definite matrix whose rows come and go.

    Attributes
    ----------
    P : ndarray of shape (k, k)
        The inverse.

    Examples
    --------
    >>> inverse = BorderedInverse()
    >>> inverse.border(np.zeros((1, 0)), np.array([[2.0]]))
    array([ True])
    >>> inverse.border(np.array([[1.0]]), np.array([[1.0]]))
    array([ True])
    >>> inverse.P
    array([[ 1., -1.],
           [-1.,  2.]])
    """

    def __init__(self, room: int = 64) -> None:
        self._room = np.zeros((room, room))
        self.P = self._room[:0, :0]

    def clear(self) -> None:
        """Forget all rows."""
        self.P = self._room[:0, :0]

    def border(self, cross: Array, block: Array) -> Array:
        r"""Append rows: their products with those before (j, k), and among themselves (j, j).

        With :math:`U = \text{cross} \cdot P` and the Schur complement
        :math:`S = \text{block} - U\,\text{cross}^\top` the new inverse is
        :math:`P + U^\top S^{-1} U`, bordered by :math:`-S^{-1} U` and :math:`S^{-1}`.

        Returns
        -------
        ndarray of bool of shape (j,)
            Which of them were appended: the dependent ones were not.
        """
        k, P = len(self.P), self.P
        U = cross @ P
        S = block - U @ cross.T
        taken = independent(S, np.diagonal(block))
        if not taken.all():
            U, S = U[taken], S[np.ix_(taken, taken)]
        T = np.linalg.inv(S)
        TU = T @ U
        q = k + len(S)
        if q > len(self._room):
            self._room = np.zeros((2 * q, 2 * q))
            self._room[:k, :k] = P
        grown = self._room[:q, :q]
        grown[:k, :k] += U.T @ TU
        grown[k:, :k], grown[:k, k:] = -TU, -TU.T
        grown[k:, k:] = T
        self.P = grown
        return taken

    def remove(self, places: Array) -> Array:
        r"""Take rows out: what remains is :math:`P_{KK} - P_{KL} P_{LL}^{-1} P_{LK}`.

        The last rows fill the holes, so that the inverse stays in one piece.

        Returns
        -------
        ndarray of int
            Where each remaining row stood before.
        """
        k, P = len(self.P), self.P
        q = k - len(places)
        rows = P[places]
        P -= rows.T @ np.linalg.solve(rows[:, places], rows)
        order, stays = np.arange(k), np.ones(k, dtype=bool)
        stays[places] = False
        holes = places[places < q]
        order[holes] = movers = q + stays[q:].nonzero()[0]
        P[holes] = P[movers]
        P[:, holes] = P[:, movers]
        self.P = self._room[:q, :q]
        return order[:q]

    def recompute(self, matrix: Array) -> None:
        """Invert the matrix (k, k) afresh: by Cholesky, at a third of a general inverse's cost."""
        if not len(matrix):
            return
        # the transpose, which is the same matrix, is in the order that LAPACK reads
        factor, failed = dpotrf(matrix.T, clean=True)
        if failed:
            self.P[:] = np.linalg.inv(matrix)
            return
        upper, _ = dpotri(factor, overwrite_c=True)
        np.add(upper, upper.T, out=self.P)
        np.einsum("ii->i", self.P)[:] /= 2


def independent(S: Array, length: Array) -> Array:
    """Return which columns keep a part of their own, by elimination on their Schur complement."""
    if len(S) == 1:
        return S[0] > DEPENDENT * length
    if (np.diagonal(S) > DEPENDENT * length).all():
        try:
            own = np.diagonal(np.linalg.cholesky(S)) ** 2
            if (own > DEPENDENT * length).all():
                return np.ones(len(S), dtype=bool)
        except np.linalg.LinAlgError:
            pass
    scale = np.sqrt(length)
    S, found = S / np.outer(scale, scale), np.zeros(len(S), dtype=bool)
    for _ in range(len(S)):
        own = np.diagonal(S)
        i = int(own.argmax())
        if own[i] <= DEPENDENT:
            break
        found[i] = True
        S -= np.outer(S[:, i], S[i] / S[i, i])
        S[i], S[:, i] = 0, 0
    return found
