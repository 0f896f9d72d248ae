r"""The data as the exact solver sees them: rows weighted, columns centred, X never copied.

With :math:`s` the weights (they sum to 1) and :math:`\bar x_j` the weighted column means, squared
error with a free intercept is :math:`\tfrac12 \|y - Zw\|^2` for

.. math:: Z = \operatorname{diag}(\sqrt s)\,(X - \mathbf 1 \bar x^\top), \qquad
          y \leftarrow \sqrt s \circ (y - \bar y),

and without an intercept the same with :math:`\bar x = 0, \bar y = 0`. Z is never formed: a product
with it is a product with X and a correction of rank one. Only the columns of a working set are
gathered, centred and scaled to length 1, which is what makes every later comparison free of units.
"""

from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array

from ..objective import Objective

EPS = np.finfo(float).eps
BLOCK = 1 << 17
"""Numbers converted or centred at a time: 1 MB as float64, which stays in cache."""


class CentredData:
    """Products with the centred, weighted matrix Z of a squared-error objective.

    Parameters
    ----------
    objective : Objective
        With `SquaredError`; X dense or sparse, float64 or float32.

    Attributes
    ----------
    y : ndarray of shape (n,)
        Centred and weighted.
    root : ndarray of shape (n,)
        Square roots of the weights.
    means : ndarray of shape (p,)
        Weighted means of the columns of X; zeros without an intercept.
    null_value : float
        Half the squared length of y: the objective at w = 0; exactly 0 where y is constant up to
        rounding.
    """

    def __init__(self, objective: Objective) -> None:
        X = objective.X
        # columns are gathered again and again, which a CSR matrix does by reading everything
        self.X = X.tocsc() if sp.issparse(X) else X
        self.shape = X.shape
        weights = objective.weights
        self.root = np.sqrt(weights)
        y = np.asarray(objective.y, dtype=float)
        largest = np.abs(y).max()
        self.fit_intercept = objective.fit_intercept
        self.means, self.y_mean = np.zeros(X.shape[1]), 0.0
        if self.fit_intercept:
            self.means = self._transposed_product(weights)
            self.y_mean = float(weights @ y)
        self._equal_weights = objective.sample_weight is None
        self.y = self.root * (y - self.y_mean)
        rounding = 4 * np.finfo(objective.y.dtype).eps * largest
        half_square = float(self.y @ self.y) / 2
        self.null_value = half_square if half_square > rounding**2 else 0.0

    @cached_property
    def b(self) -> Array:
        """Zᵀy, of shape (p,)."""
        return self.correlations(self.y)

    @cached_property
    def rounding(self) -> float:
        """The rounding error to expect in Zᵀr for any residual r."""
        # the longest column times y would be the bound, and cost a pass over X to know
        return float(4 * EPS * np.abs(self.b).max())

    @property
    def scale(self) -> float:
        """The squared length that a column of Z has at least, for the column nearest to y."""
        return float(np.abs(self.b).max()) ** 2 / (2 * self.null_value)

    def correlations(self, R: Array) -> Array:
        """Return ZᵀR, of shape (p,) or (p, k): one product with X."""
        weighted = self.root * R if R.ndim == 1 else self.root[:, None] * R
        C = self._transposed_product(weighted)
        if self.fit_intercept:
            # laid out as C is, columns one after the other
            C -= np.multiply.outer(weighted.sum(axis=0), self.means).T
        return C

    def fitted(self, W: Array) -> Array:
        """Return ZW, of shape (n,) or (n, k): a product with the columns where W is not zero."""
        used = np.flatnonzero(W if W.ndim == 1 else W.any(axis=1))
        W = W[used]
        Z = np.zeros((self.shape[0], *W.shape[1:]))
        for block in self._blocks(len(used)):
            Z += _float64(self.X[:, used[block]]) @ W[block]
        if self.fit_intercept:
            Z -= self.means[used] @ W
        return self.root * Z if Z.ndim == 1 else self.root[:, None] * Z

    def gram(self) -> tuple[Array, Array]:
        """Return ZᵀZ (p, p) and Zᵀy (p,), in one pass over blocks of rows."""
        n, p = self.shape
        if sp.issparse(self.X):
            Z = sp.diags_array(self.root) @ self.X
            G = (Z.T @ Z).toarray().astype(float)
            G -= np.multiply.outer(self.means, self.means)
            return G, self.correlations(self.y)
        if self._equal_weights and self.X.dtype == np.float64:
            # no copy of X; and where no mean is larger than a standard deviation, no digits lost
            G = self.X.T @ self.X
            G /= n
            if (2 * self.means**2 <= G.diagonal()).all():
                G -= np.multiply.outer(self.means, self.means)
                return G, self.correlations(self.y)
        G, b = np.zeros((p, p)), np.zeros(p)
        rows = max(1, BLOCK // p)
        for first in range(0, n, rows):
            block = slice(first, first + rows)
            Z = np.subtract(self.X[block], self.means, dtype=float)
            Z *= self.root[block, None]
            G += Z.T @ Z
            b += self.y[block] @ Z
        return G, b

    def unit_gram(self) -> tuple[Array, Array, Array]:
        """Return the Gram matrix, b and kappa of all columns at length 1, see `UnitColumns`."""
        G, b = self.gram()
        self.b = b
        squares = G.diagonal().copy()
        level = self.means**2
        if sp.issparse(self.X):
            squares[squares <= 32 * EPS * (squares + level)] = 0
        else:
            squares[squares <= (32 * EPS) ** 2 * level] = 0
        kappa = 1 / np.sqrt(np.where(squares > 0, squares, 1.0))
        scale = np.where(squares > 0, kappa, 0.0)
        self.rounding = float(4 * EPS * np.linalg.norm(self.y) * np.sqrt(squares.max()))
        return scale[:, None] * G * scale, scale * b, kappa

    def intercept(self, w: Array) -> float:
        """Return the best intercept for w."""
        return self.y_mean - float(self.means @ w)

    def _transposed_product(self, V: Array) -> Array:
        """Return XᵀV in float64 without converting more than a block of a float32 X.

        Its columns are laid out one after the other, which is how they are looked at; and BLAS
        reads X faster for (VᵀX)ᵀ than for XᵀV.
        """
        if sp.issparse(self.X):
            return np.asfortranarray(self.X.T @ V)
        if self.X.dtype == np.float64:
            return (V.T @ self.X).T
        blocks = self._blocks(self.shape[1])
        return np.concatenate([V.T @ _float64(self.X[:, block]) for block in blocks], axis=-1).T

    def _blocks(self, p: int) -> list[slice]:
        """Return slices of columns of at most BLOCK numbers."""
        if sp.issparse(self.X):
            return [slice(0, p)]
        width = max(1, BLOCK // self.shape[0])
        return [slice(first, first + width) for first in range(0, p, width)]


def _float64(X: Array) -> Array:
    return X.astype(float, copy=False)
