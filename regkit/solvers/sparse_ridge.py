"""Ridge and least squares on a sparse X, by products with it only."""

import numpy as np
from numpy import ndarray as Array
from scipy.sparse.linalg import LinearOperator, lsqr

from .centred import CentredData
from .certify import certificate


def sparse_ridge(data: CentredData, l2: float) -> tuple[Array, float]:
    """Return the minimiser, of smallest norm if l2 = 0, and its gap.

    LSQR (Paige and Saunders, 1982): two products with X an iteration, about as many iterations as
    the condition number, at most 20 min(n, p) + 100. At l2 = 0 the gap is half the mean square of
    what the columns could still take from the residual, found in the same way.
    """
    w = _lsqr(data, data.y, l2)
    if l2 > 0:
        found, _ = certificate(data, w[:, None], np.zeros(1), np.array([l2]), positive=False)
        return w, float(found[0])
    reachable = data.fitted(_lsqr(data, data.y - data.fitted(w), 0.0))
    return w, float(reachable @ reachable) / 2


def _lsqr(data: CentredData, y: Array, l2: float) -> Array:
    Z = LinearOperator(data.shape, matvec=data.fitted, rmatvec=data.correlations, dtype=float)
    limit = 20 * min(data.shape) + 100
    return lsqr(Z, y, damp=np.sqrt(l2), atol=1e-15, btol=1e-15, conlim=0, iter_lim=limit)[0]
