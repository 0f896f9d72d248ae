"""Columns of the data, gathered one after the other, centred and scaled to length 1."""

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array

from .centred import EPS, CentredData


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
            room = np.empty((len(self.data.y), total + m), order="F")
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
        """Forget all columns but those at these positions, in this order."""
        self.kappa = self.kappa[positions]
        if self._sparse:
            self._Z, self._shift = self.Z[:, positions], self._shift[positions]
            return
        moved = np.flatnonzero(positions != np.arange(len(positions)))
        self._Z[:, moved] = self._Z[:, positions[moved]]

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
