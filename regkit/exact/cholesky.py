r"""A Cholesky factor that follows a growing and shrinking matrix, row by row.

The matrix M of a linear system on an active set is factorised as :math:`M = R^\top R`, R upper
triangular. A column that joins the set gives M one more row, with products g with the columns
before and squared length :math:`\gamma`, and R one more column and row:

.. math:: R' = \begin{pmatrix} R & v \\ 0 & \rho \end{pmatrix}, \qquad
          R^\top v = g, \qquad \rho^2 = \gamma - v^\top v.

:math:`\rho` is the length of the part of the new column that the others do not explain. Several
columns at once have a matrix V for v and the factor of the Schur complement for :math:`\rho`:
O(k²) for each, where a new factor takes O(k³). When columns go, R loses their columns, and their
rows U are left over. As :math:`M = T^\top T + U^\top U`, with T the triangle that remains, a QR
decomposition of T on top of U is the new factor: O(k²) for each again (Golub and Van Loan, 2013,
sections 4.2 and 6.5).
"""

import numpy as np
from numpy import ndarray as Array
from scipy.linalg.lapack import dpotrf, dpotrs, dpstrf, dtpqrt, dtrtrs

DEPENDENT = 1e-12
"""A column whose own part keeps no more of its squared length than this depends on the others:
rounding in the products of columns would be a sizeable part of it."""
PANEL = 32
"""Columns that LAPACK takes in hand at a time."""


class GrowingFactor:
    """R with RᵀR = M, for a symmetric positive definite M whose rows come and go.

    Attributes
    ----------
    R : ndarray of shape (k, k)
        Upper triangular, with a positive diagonal.

    Examples
    --------
    >>> factor = GrowingFactor()
    >>> factor.append(np.zeros((1, 0)), np.array([[4.0]]))
    array([0])
    >>> factor.append(np.array([[2.0]]), np.array([[5.0]]))
    array([0])
    >>> factor.R
    array([[2., 1.],
           [0., 2.]])
    >>> factor.solve(np.array([4.0, 10.0]))
    array([0., 2.])
    """

    def __init__(self) -> None:
        self.R = np.zeros((0, 0))

    def append(self, cross: Array, block: Array) -> Array:
        """Append rows to M: their products with those before (j, k), and among themselves (j, j).

        Returns
        -------
        ndarray of int
            Which of the j rows were taken, in their new order; the dependent ones were not.
        """
        V = dtrtrs(self.R, cross.T, trans=1)[0] if len(self.R) else np.zeros((0, len(block)))
        own, taken = _independent_factor(block - V.T @ V, block.diagonal())
        self._assemble(self.R, V[:, taken], own)
        return taken

    def replace(self, M: Array) -> bool:
        """Make M (k, k) the matrix; return False, and do nothing, if its rows are dependent."""
        R, failed = dpotrf(M, clean=True)
        independent = not failed and bool((R.diagonal() ** 2 > DEPENDENT * M.diagonal()).all())
        if independent:
            self.R = R
        return independent

    def remove(self, places: Array) -> None:
        """Take the rows at these places out of M; the others keep their order."""
        first = int(places.min())
        rest = np.delete(self.R[:, first:], places - first, axis=1)
        T, U = np.delete(rest[first:], places - first, axis=0), rest[places]
        if len(T):
            T = dtpqrt(0, min(PANEL, len(T)), T, U)[0]
            T *= np.sign(T.diagonal())[:, None]  # a positive diagonal makes it the one there is
        self._assemble(self.R[:first, :first], rest[:first], T)

    def solve(self, v: Array) -> Array:
        """Return the solution of M x = v, for v of shape (k,) or (k, t)."""
        return dpotrs(self.R, v)[0] if len(self.R) else v

    def _assemble(self, R: Array, V: Array, own: Array) -> None:
        k, size = len(R), len(R) + len(own)
        self.R = np.zeros((size, size), order="F")  # as LAPACK reads it
        self.R[:k, :k], self.R[:k, k:], self.R[k:, k:] = R, V, own


def _independent_factor(S: Array, lengths: Array) -> tuple[Array, Array]:
    """Return the factor of S, and which rows it has: all, or the independent ones by pivoting."""
    R, failed = dpotrf(S, clean=True)
    if not failed and (R.diagonal() ** 2 > DEPENDENT * lengths).all():
        return R, np.arange(len(S))
    scale = np.sqrt(lengths)
    R, pivots, rank, _ = dpstrf(S / np.multiply.outer(scale, scale), tol=DEPENDENT)
    # LAPACK does not ask this of its first pivot
    taken = pivots[:rank] - 1 if R[0, 0] ** 2 > DEPENDENT else pivots[:0]
    rank = len(taken)
    return np.triu(R[:rank, :rank]) * scale[taken], taken
