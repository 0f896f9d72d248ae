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
            C -= np.multiply.outer(self.means, weighted.sum(axis=0))
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
        """Return XᵀV in float64 without converting more than a block of a float32 X."""
        if sp.issparse(self.X) or self.X.dtype == np.float64:
            return self.X.T @ V
        blocks = self._blocks(self.shape[1])
        return np.concatenate([_float64(self.X[:, block]).T @ V for block in blocks])

    def _blocks(self, p: int) -> list[slice]:
        """Return slices of columns of at most BLOCK numbers."""
        if sp.issparse(self.X):
            return [slice(0, p)]
        width = max(1, BLOCK // self.shape[0])
        return [slice(first, first + width) for first in range(0, p, width)]


class UnitColumns:
    r"""Columns of Z scaled to length 1, :math:`\tilde z_j = \kappa_j z_j`, gathered as they come.

    A coefficient is :math:`w_j = \kappa_j \tilde w_j` and the penalty on it
    :math:`l_1 \kappa_j |\tilde w_j| + \tfrac12 l_2 \kappa_j^2 \tilde w_j^2`. A column that is
    constant up to rounding becomes a column of zeros with :math:`\kappa_j = 1`: its coefficient
    stays 0.

    Parameters
    ----------
    data : CentredData

    Attributes
    ----------
    kappa : ndarray of shape (m,)
    """

    def __init__(self, data: CentredData) -> None:
        self.data = data
        self.kappa = np.zeros(0)
        self._sparse = sp.issparse(data.X)
        self._shift = np.zeros(0)
        n = data.shape[0]
        self._Z = data.X[:, :0].astype(float) if self._sparse else np.zeros((n, 0), order="F")

    @property
    def Z(self) -> Array:
        """The columns; if sparse, not centred: `_shift` times the root of the weights is to go."""
        return self._Z if self._sparse else self._Z[:, : len(self.kappa)]

    def append(self, J: Array) -> None:
        """Gather the columns J."""
        m, gather = len(self.kappa), self._gather_sparse if self._sparse else self._gather_dense
        new, squares, means = gather(J)
        constant = squares <= 0
        kappa = 1 / np.sqrt(np.where(constant, 1.0, squares))
        scale = np.where(constant, 0.0, kappa)
        self.kappa = np.append(self.kappa, kappa)
        if self._sparse:
            self._shift = np.append(self._shift, means * scale)
            self._Z = sp.hstack([self._Z, new @ sp.diags_array(scale)], format="csc")
            return
        new *= scale
        self._put(m, new)

    def _put(self, m: int, new: Array) -> None:
        """Store dense columns from place m on, with room for as many again."""
        total = m + new.shape[1]
        if total > self._Z.shape[1]:
            room = np.zeros((len(self.data.y), total + m), order="F")
            room[:, :m] = self._Z[:, :m]
            self._Z = room
        self._Z[:, m:total] = new

    def products(self, m: int) -> tuple[Array, Array, Array]:
        """Return the products of the columns from m on with those before, themselves and y."""
        old, new = self.Z[:, :m], self.Z[:, m:]
        cross, block = old.T @ new, new.T @ new
        if self._sparse:
            before, shift = self._shift[:m], self._shift[m:]
            cross = cross.toarray() - np.multiply.outer(before, shift)
            block = block.toarray() - np.multiply.outer(shift, shift)
        # y is centred, or there is no shift: the rank-one correction of Zᵀy is zero
        return cross, block, new.T @ self.data.y

    def append_ones(self) -> None:
        """Append the column of an intercept: ones, times the roots of the weights."""
        self.kappa = np.append(self.kappa, 1.0)
        if self._sparse:
            empty = sp.csc_array((len(self.data.root), 1))
            self._Z, self._shift = sp.hstack([self._Z, empty], "csc"), np.append(self._shift, -1)
        else:
            self._Z = np.asfortranarray(np.column_stack([self._Z, self.data.root]))

    def copy_from(self, other: "UnitColumns", J: Array) -> None:
        """Append the columns J of another."""
        m = len(self.kappa)
        self.kappa = np.append(self.kappa, other.kappa[J])
        if self._sparse:
            self._shift = np.append(self._shift, other._shift[J])
            self._Z = sp.hstack([self._Z, other.Z[:, J]], format="csc")
        else:
            self._put(m, other.Z[:, J])

    def weighted_products(self, m: int, d: Array) -> Array:
        """Return the products of the columns from m on with all, rows weighted by d (n,) > 0."""
        if not self._sparse:
            if m == 0:
                S = self.Z * np.sqrt(d)[:, None]
                return S.T @ S
            return (self.Z[:, m:] * d[:, None]).T @ self.Z
        new, shift, drift = self.Z[:, m:], self._shift[m:], self.data.root * d
        products = (new.T @ sp.diags_array(d) @ self.Z).toarray()
        products -= np.multiply.outer(shift, self.Z.T @ drift)
        products -= np.multiply.outer(new.T @ drift, self._shift)
        return products + np.multiply.outer(shift, self._shift) * (self.data.root @ drift)

    def keep(self, positions: Array) -> None:
        """Forget all columns but those at these positions."""
        self._Z = self.Z[:, positions] if self._sparse else np.asfortranarray(self.Z[:, positions])
        self.kappa = self.kappa[positions]
        if self._sparse:
            self._shift = self._shift[positions]

    def dense(self, positions: Array) -> Array:
        """Return the columns at these positions, centred, as a dense array (n, k)."""
        if not self._sparse:
            return self.Z[:, positions]
        shift = np.multiply.outer(self.data.root, self._shift[positions])
        return self.Z[:, positions].toarray() - shift

    def dot(self, B: Array) -> Array:
        """Return the columns times B, of shape (n,) or (n, k)."""
        if not self._sparse:
            return self.Z @ B
        shift = self._shift @ B
        return self.Z @ B - np.multiply.outer(self.data.root, shift)

    def transposed_dot(self, r: Array) -> Array:
        """Return the products of the columns with r (n,), of shape (m,)."""
        if not self._sparse:
            return self.Z.T @ r
        return self.Z.T @ r - self._shift * (self.data.root @ r)

    def _gather_dense(self, J: Array) -> tuple[Array, Array, Array]:
        data = self.data
        new = np.asarray(data.X[:, J], dtype=float, order="F")
        means = data.means[J]
        new -= means
        new *= data.root[:, None]
        squares = np.einsum("ij,ij->j", new, new)
        squares[squares <= (32 * EPS * means) ** 2] = 0
        return new, squares, means

    def _gather_sparse(self, J: Array) -> tuple[Array, Array, Array]:
        data = self.data
        new = sp.diags_array(data.root) @ data.X[:, J].astype(float)
        new = sp.csc_array(new)
        raw = np.asarray(new.multiply(new).sum(axis=0)).ravel()
        means = data.means[J]
        squares = raw - means**2
        # here the mean is subtracted from squares: their rounding, not the column's, is the limit
        squares[squares <= 32 * EPS * raw] = 0
        return new, squares, means


def _float64(X: Array) -> Array:
    return X.astype(float, copy=False)
