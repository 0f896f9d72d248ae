r"""Columns far from zero, counted from nearer.

A free intercept makes up for whatever is subtracted from a column: with :math:`x_j - c_j` in place
of :math:`x_j` the coefficients are the same and b is larger by :math:`\sum_j c_j w_j`. That is
worth doing where a column lies many standard deviations from zero, as a time stamp does. A product
with it as it stands is mostly a product with its mean, and rounding of that covers what the column
says.

A sparse column lies far from zero only if it has hardly any zeros: if a share q of the weight falls
on zeros, the squared mean is at most :math:`(1 - q)/q` times the variance (Cauchy and Schwarz). So
its zeros can be written out, and X is hardly larger for it.

The origin of a column is one of its own numbers, the nearest to the mean. Two floating-point
numbers within a factor 2 of each other have an exact difference (Sterbenz, 1974), so a column that
is constant becomes zero and one that is not keeps all that it says.
"""

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array

FAR = 1000.0
"""A dense column is counted from its origin if it lies further from 0 than this many deviations."""
FAR_IF_SPARSE = 10.0
"""The same for a sparse one: there means are subtracted from squares, and digits go twice."""
SAMPLE = 32
"""Rows of a dense X that are looked at to see which columns might be far from zero."""


def counted_from_nearer(X: Array, weights: Array) -> tuple[Array, Array]:
    """Return X - 1 cᵀ and c (p,), with c not 0 only for columns far from zero.

    Parameters
    ----------
    X : ndarray or sparse matrix of shape (n, p)
        Never changed. Returned itself if no column is far; else a float64 copy.
    weights : ndarray of shape (n,)
        Non-negative, with sum 1. What far means is judged by them.

    Returns
    -------
    near : ndarray or sparse matrix of shape (n, p)
    origin : ndarray of shape (p,)

    Notes
    -----
    A dense column that is constant is left as it is: to centre it costs no digits that count.
    O(np) and a copy only if there are columns far from zero.
    """
    origin = np.zeros(X.shape[1])
    J = _suspects(X, weights)
    if len(J):
        columns = (X[:, J].toarray() if sp.issparse(X) else X[:, J]).astype(float)
        c, far = _origins(columns, weights, sparse=sp.issparse(X))
        origin[J[far]] = c[far]
    return counted_from(X, origin), origin


def counted_from(X: Array, origin: Array) -> Array:
    """Return X - 1 cᵀ for an origin c (p,): X itself if that is 0, and else a float64 copy."""
    J = np.flatnonzero(origin)
    if not len(J):
        return X
    if not sp.issparse(X):
        near = np.array(X, dtype=float)
        near[:, J] -= origin[J]
        return near
    others = np.flatnonzero(origin == 0)
    columns = X[:, J].toarray().astype(float) - origin[J]
    near = sp.hstack([X[:, others].astype(float), sp.csc_array(columns)], format="csc")
    return near[:, np.argsort(np.append(others, J))]


def _suspects(X: Array, weights: Array) -> Array:
    """Return the columns that might lie far from zero, from little work."""
    if sp.issparse(X):
        major = np.repeat(np.arange(len(X.indptr) - 1), np.diff(X.indptr))
        row, column = (major, X.indices) if X.format == "csr" else (X.indices, major)
        share = np.bincount(column, weights[row] * (X.data != 0), minlength=X.shape[1])
        return np.flatnonzero(share >= 1 - 2 / FAR_IF_SPARSE**2)
    # rows are drawn by their weight, evenly spaced: one that hardly counts shows no deviation
    ends = np.cumsum(weights)
    rows = np.searchsorted(ends, ends[-1] * (np.arange(SAMPLE) + 0.5) / SAMPLE)
    some = X[rows]
    mean = some.sum(axis=0, dtype=float) / SAMPLE
    some = some - mean
    # half of FAR: a sample of an ordinary column may well deviate less than the column
    return np.flatnonzero(mean**2 > (FAR / 2) ** 2 / SAMPLE * np.einsum("ij,ij->j", some, some))


def _origins(columns: Array, weights: Array, *, sparse: bool) -> tuple[Array, Array]:
    """Return the number of each column (n, k) nearest to its mean, and whether that is far."""
    rows = weights > 0
    nearest = np.abs(columns[rows] - weights @ columns).argmin(axis=0)
    c = columns[rows][nearest, np.arange(columns.shape[1])]
    deviations = columns - c
    variances = weights @ (deviations - weights @ deviations) ** 2
    if sparse:
        return c, (c != 0) & (c**2 >= FAR_IF_SPARSE**2 * variances)
    return c, (c**2 > FAR**2 * variances) & deviations[rows].any(axis=0)
