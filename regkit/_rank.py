r"""Whether the rank of a matrix is larger than the rank that rounding lets one see.

Every floating-point number is a whole number times a power of 2, and so has a residue modulo a
prime P. Arithmetic with residues does not round, and the rank modulo P never exceeds the true one:
if k + 1 columns are independent modulo P they are independent. That it is smaller is unlikely, with
a probability of about k/P for random combinations of rows and columns (Schwartz, 1980); and only
k + 1 of either are needed to see whether the rank exceeds k.
"""

import numpy as np
from numpy import ndarray as Array

PRIME = 4194301
"""The largest below 2²²: a sum of RUN products of residues is exact in float64."""
RUN = 256


def rank_exceeds(X: Array, rank: int) -> bool:
    """Return whether the rank of X (n, p), taken exactly as it is, exceeds ``rank``.

    True is certain; False is wrong about once in PRIME / (rank + 1) times.

    Examples
    --------
    >>> X = np.array([[0.1, 0.2], [0.3, 0.6]])
    >>> rank_exceeds(X, 1), rank_exceeds(np.array([[0.1, 0.2], [0.3, 0.1 * 6]]), 1)
    (False, True)
    """
    n, p = X.shape
    if rank >= min(n, p):
        return False
    m, rng = rank + 1, np.random.default_rng(0)
    left, right = rng.integers(1, PRIME, (m, n)), rng.integers(1, PRIME, (p, m))
    some = np.zeros((m, m))
    for first in range(0, n, RUN):
        rows = slice(first, first + RUN)
        some += _product(left[:, rows], _product(_residues(X[rows]), right))
    return _is_invertible(some % PRIME)


def _residues(X: Array) -> Array:
    """Return the whole numbers modulo P that stand for the entries of X, in the same shape."""
    fraction, exponent = np.frexp(np.asarray(X, dtype=float))
    low = int(exponent.min())
    powers = np.array([pow(2, e - 53, PRIME) for e in range(low, int(exponent.max()) + 1)])
    whole = (fraction * 2.0**53).astype(np.int64) % PRIME
    return whole * powers[exponent - low] % PRIME


def _product(A: Array, B: Array) -> Array:
    """Return AB modulo P."""
    total = np.zeros((A.shape[0], B.shape[1]))
    for first in range(0, A.shape[1], RUN):
        k = slice(first, first + RUN)
        total = (total + A[:, k].astype(float) @ B[k].astype(float)) % PRIME
    return total


def _is_invertible(A: Array) -> bool:
    """Return whether the square matrix A of residues is, by elimination."""
    A = A.astype(np.int64)
    for k in range(len(A)):
        pivots = k + np.flatnonzero(A[k:, k])
        if not len(pivots):
            return False
        A[[k, pivots[0]]] = A[[pivots[0], k]]
        row = A[k] * pow(int(A[k, k]), -1, PRIME) % PRIME
        A[k + 1 :] = (A[k + 1 :] - A[k + 1 :, k : k + 1] * row) % PRIME
    return True
