r"""The data as the engine sees them: rows weighted, columns centred, X never copied.

With :math:`s` the weights (they sum to 1) and :math:`\bar x_j` the weighted column means, squared
error with a free intercept is :math:`\tfrac12 \|y - Zw\|^2` for

.. math:: Z = \operatorname{diag}(\sqrt s)\,(X - \mathbf 1 \bar x^\top), \qquad
          y \leftarrow \sqrt s \circ (y - \bar y),

and without an intercept the same with :math:`\bar x = 0, \bar y = 0`. Z is never formed: a product
with it is a product with X and a correction of rank one. Only the columns of a working set are
gathered, centred and scaled to length 1, which is what makes every later comparison free of units.
"""

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array

from .._products import BLOCK, column_blocks, sparse_gram, transposed_product
from ..objective import CONSTANT, Objective

EPS = np.finfo(float).eps
MOST = 1e300
"""A larger ridge part holds a weight at 0 like infinity."""
UNDERFLOW = 1e-280
"""A smaller square has lost digits; only rows whose weight is as small make a column so short."""


class CentredData:
    """Products with the centred, weighted matrix Z of an objective.

    Parameters
    ----------
    objective : Objective
        X dense or sparse, float64 or float32.

    Attributes
    ----------
    objective : Objective
    y : ndarray of shape (n,)
        Centred and weighted.
    root : ndarray of shape (n,)
        Square roots of the weights.
    means : ndarray of shape (p,)
        Weighted means of the columns of X; zeros without an intercept.
    X
        `Objective.near`; a sparse X as CSC.
    b : ndarray of shape (p,)
        Zᵀy for squared error; for any loss minus its slopes at w = 0.
    rounding : float
        The rounding error to expect in Zᵀr for any residual r.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective, X, weights = objective, objective.near, objective.weights
        # columns are gathered again and again, which a CSR matrix does by reading everything
        self.X = X.tocsc() if sp.issparse(X) else X
        self.shape, self.root = X.shape, np.sqrt(weights)
        self.means, y = np.zeros(X.shape[1]), objective.y.astype(float)
        self.fit_intercept = objective.fit_intercept
        if self.fit_intercept:
            self.means, y = objective.near_means, y - weights @ y
            # the mean of a y far from zero has the digits of y, not those of what is left
            y -= weights @ y
        self.y, self.b = self.root * y, objective.null_slopes
        # the longest column times y would be the bound, and cost a pass over X to know
        self.rounding = float(4 * EPS * np.abs(self.b).max())

    def correlations(self, R: Array) -> Array:
        """Return ZᵀR, of shape (p,) or (p, k): one product with X."""
        weighted = (self.root * R.T).T
        C = transposed_product(self.X, weighted)
        if self.fit_intercept:
            # laid out as C is, columns one after the other
            C -= np.multiply.outer(weighted.sum(axis=0), self.means).T
        return C

    def fitted(self, W: Array) -> Array:
        """Return ZW, of shape (n,) or (n, k): a product with the columns where W is not zero.

        Most columns of a sparse X are not gathered first: it would copy them.
        """
        used = np.flatnonzero(W if W.ndim == 1 else W.any(axis=1))
        if sp.issparse(self.X) and 2 * len(used) >= len(W):
            Z = self.X @ W
        else:
            Z = np.zeros((self.shape[0], *W.shape[1:]))
            for block in column_blocks(self.X, len(used)):
                Z += self.X[:, used[block]].astype(float, copy=False) @ W[used[block]]
        if self.fit_intercept:
            Z -= self.means[used] @ W[used]
        return (self.root * Z.T).T

    def unit_gram(self) -> tuple[Array, Array, Array]:
        """Return the Gram matrix (p, p), Zᵀy and kappa of all columns at length 1.

        See `DenseColumns`; a column of zeros has a diagonal of 0.
        """
        if sp.issparse(self.X):
            G, b = sparse_gram(self.X, self.objective.weights, self.means), self.b
        else:
            G, b = self._dense_gram()
        scale, kappa = _to_length_one(G.diagonal(), self.means)
        return scale[:, None] * G * scale, scale * b, kappa

    def _dense_gram(self) -> tuple[Array, Array]:
        """Return ZᵀZ and Zᵀy, in one pass over blocks of rows."""
        n, p = self.shape
        if self.objective.sample_weight is None and self.X.dtype == np.float64:
            # no copy of X; and where no mean is larger than a standard deviation, no digits lost
            G = self.X.T @ self.X
            G /= n
            if (2 * self.means**2 <= G.diagonal()).all():
                return G - np.multiply.outer(self.means, self.means), self.b
        G, b = np.zeros((p, p)), np.zeros(p)
        rows = max(1, BLOCK // p)
        for first in range(0, n, rows):
            block = slice(first, first + rows)
            Z = np.subtract(self.X[block], self.means, dtype=float)
            Z *= self.root[block, None]
            G += Z.T @ Z
            b += self.y[block] @ Z
        return G, b


class DenseColumns:
    r"""Columns of Z scaled to length 1, :math:`\tilde z_j = \kappa_j z_j`, gathered as they come.

    A coefficient is :math:`w_j = \kappa_j \tilde w_j` and the penalty on it
    :math:`l_1 \kappa_j |\tilde w_j| + \tfrac12 l_2 \kappa_j^2 \tilde w_j^2`. A column that is
    constant up to rounding becomes a column of zeros with :math:`\kappa_j = 1`: its coefficient
    stays 0. `unit_columns` returns those of dense or of sparse data.

    Parameters
    ----------
    data : CentredData

    Attributes
    ----------
    kappa : ndarray of shape (m,)
    """

    def __init__(self, data: CentredData) -> None:
        self.data, self.kappa = data, np.zeros(0)
        # column after column in memory, with room for more
        self.Z = self._room = np.zeros((data.shape[0], 0), order="F")

    def append(self, J: Array) -> None:
        """Gather the columns J."""
        data = self.data
        new = np.asarray(data.X[:, J], dtype=float, order="F")
        new -= data.means[J]
        new *= data.root[:, None]
        scale, kappa = _to_length_one(np.einsum("ij,ij->j", new, new), data.means[J])
        new *= scale
        self._put(new, kappa)

    def append_ones(self) -> None:
        """Append the column of an intercept: ones, times the roots of the weights."""
        self._put(self.data.root[:, None], np.ones(1))

    def append_from(self, other: "DenseColumns", J: Array) -> None:
        """Append the columns J of another."""
        self._put(other.Z[:, J], other.kappa[J])

    def keep(self, positions: Array) -> None:
        """Keep those at these positions, in this order, and no others."""
        moved = np.flatnonzero(positions != np.arange(len(positions)))
        self.Z[:, moved] = self.Z[:, positions[moved]]
        self.Z, self.kappa = self.Z[:, : len(positions)], self.kappa[positions]

    def products(self, m: int) -> tuple[Array, Array, Array]:
        """Return the products of the columns from m on with those before, themselves and y."""
        old, new = self.Z[:, :m], self.Z[:, m:]
        return old.T @ new, new.T @ new, new.T @ self.data.y

    def weighted_products(self, m: int, d: Array) -> Array:
        """Return the products of the columns from m on with all, rows weighted by d (n,) > 0."""
        if m == 0:
            S = self.Z * np.sqrt(d)[:, None]
            return S.T @ S
        return (self.Z[:, m:] * d[:, None]).T @ self.Z

    def dot(self, B: Array) -> Array:
        """Return the columns times B, of shape (n,) or (n, k)."""
        return self.Z @ B

    def transposed_dot(self, r: Array) -> Array:
        """Return the products of the columns with r (n,), of shape (m,)."""
        return self.Z.T @ r

    def _put(self, new: Array, kappa: Array) -> None:
        m, total = len(self.kappa), len(self.kappa) + len(kappa)
        if total > self._room.shape[1]:
            # room for as many again, so that a column is moved once or twice
            self._room = np.empty((len(new), m + total), order="F")
            self._room[:, :m] = self.Z
        self._room[:, m:total] = new
        self.Z, self.kappa = self._room[:, :total], np.append(self.kappa, kappa)


class SparseColumns:
    """The same of a sparse X: of each, ``shift`` times the roots of the weights is to go."""

    def __init__(self, data: CentredData) -> None:
        self.data, self.kappa = data, np.zeros(0)
        self.Z, self.shift = data.X[:, :0].astype(float), np.zeros(0)

    def append(self, J: Array) -> None:
        """Gather the columns J."""
        data = self.data
        new = sp.csc_array(sp.diags_array(data.root) @ data.X[:, J].astype(float))
        squares = np.asarray(new.multiply(new).sum(axis=0)).ravel() - data.means[J] ** 2
        scale, kappa = _to_length_one(squares, data.means[J])
        self._put(new @ sp.diags_array(scale), data.means[J] * scale, kappa)

    def append_ones(self) -> None:
        """Append the column of an intercept: ones, times the roots of the weights."""
        self._put(sp.csc_array((len(self.data.root), 1)), -np.ones(1), np.ones(1))

    def append_from(self, other: "SparseColumns", J: Array) -> None:
        """Append the columns J of another."""
        self._put(other.Z[:, J], other.shift[J], other.kappa[J])

    def keep(self, positions: Array) -> None:
        """Keep those at these positions, in this order, and no others."""
        self.Z, self.shift = self.Z[:, positions], self.shift[positions]
        self.kappa = self.kappa[positions]

    def products(self, m: int) -> tuple[Array, Array, Array]:
        """Return the products of the columns from m on with those before, themselves and y."""
        old, new, before, shift = self.Z[:, :m], self.Z[:, m:], self.shift[:m], self.shift[m:]
        cross = (old.T @ new).toarray() - np.multiply.outer(before, shift)
        block = (new.T @ new).toarray() - np.multiply.outer(shift, shift)
        # y is centred, or there is no shift: the rank-one correction of Zᵀy is zero
        return cross, block, new.T @ self.data.y

    def weighted_products(self, m: int, d: Array) -> Array:
        """Return the products of the columns from m on with all, rows weighted by d (n,) > 0."""
        new, shift, drift = self.Z[:, m:], self.shift[m:], self.data.root * d
        products = (new.T @ sp.diags_array(d) @ self.Z).toarray()
        products -= np.multiply.outer(shift, self.Z.T @ drift)
        products -= np.multiply.outer(new.T @ drift, self.shift)
        return products + np.multiply.outer(shift, self.shift) * (self.data.root @ drift)

    def dot(self, B: Array) -> Array:
        """Return the columns times B, of shape (n,) or (n, k)."""
        return self.Z @ B - np.multiply.outer(self.data.root, self.shift @ B)

    def transposed_dot(self, r: Array) -> Array:
        """Return the products of the columns with r (n,), of shape (m,)."""
        return self.Z.T @ r - self.shift * (self.data.root @ r)

    def _put(self, new: Array, shift: Array, kappa: Array) -> None:
        self.Z = sp.hstack([self.Z, new], format="csc")
        self.shift, self.kappa = np.append(self.shift, shift), np.append(self.kappa, kappa)


def unit_columns(data: CentredData) -> DenseColumns | SparseColumns:
    """Return a place, still empty, to gather columns of the data in."""
    return SparseColumns(data) if sp.issparse(data.X) else DenseColumns(data)


def ridge_part(l2: float, kappa: Array) -> Array:
    """Return the ridge part on unit columns."""
    with np.errstate(over="ignore"):
        return np.minimum(l2 * kappa**2, MOST)


def _to_length_one(squares: Array, means: Array) -> tuple[Array, Array]:
    """Return what columns are multiplied by, and kappa, from squared lengths and means (m,)."""
    constant = squares <= np.maximum((CONSTANT * means) ** 2, UNDERFLOW)
    kappa = 1 / np.sqrt(np.where(constant, 1.0, squares))
    return np.where(constant, 0.0, kappa), kappa
