"""Products with X that copy no more of it than they must."""

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array

BLOCK = 1 << 17
"""Numbers converted or centred at a time: 1 MB as float64, which stays in cache."""


def transposed_product(X: Array, V: Array) -> Array:
    """Return XᵀV in float64 without converting more than a block of a float32 X.

    Its columns are laid out one after the other, which is how they are looked at; and BLAS reads X
    faster for (VᵀX)ᵀ than for XᵀV.
    """
    if sp.issparse(X):
        return np.asfortranarray(X.T @ V)
    if X.dtype == np.float64:
        return (V.T @ X).T
    blocks = column_blocks(X, X.shape[1])
    return np.concatenate([V.T @ X[:, block].astype(float) for block in blocks], axis=-1).T


def column_blocks(X: Array, p: int) -> list[slice]:
    """Return slices of p columns of X, each of at most `BLOCK` numbers if X is dense."""
    width = p if sp.issparse(X) else max(1, BLOCK // X.shape[0])
    return [slice(first, first + width) for first in range(0, p, width or 1)]


def sparse_gram(X: Array, weights: Array, means: Array) -> Array:
    """Return the products (p, p) of the weighted columns of a sparse X, less their means (p,)."""
    weighted = sp.diags_array(np.sqrt(weights)) @ X
    return (weighted.T @ weighted).toarray() - np.multiply.outer(means, means)
