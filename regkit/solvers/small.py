r"""Few columns: everything follows from one Gram matrix of all of them.

With a fixed ridge part one tableau gives the whole grid. Along an Elastic Net path the ridge part
shrinks with alpha, and steps go from each point to the next; so they do from a warm start.
"""

import numpy as np
from numpy import ndarray as Array

from .centred import CentredData
from .certify import certificate, gaps, gram_rounding, squared_slack, steepest_slopes
from .gram import BorderedSolve, GramSystem, is_ridged
from .steps import Stepper
from .tableau import tableau_path


def small_grid(
    data: CentredData,
    l1s: Array,
    l2s: Array,
    positive: bool,
    start: Array | None,
    tol: float,
    max_iter: int,
) -> tuple[Array, Array, Array]:
    """Solve on the grid from the Gram matrix of all columns."""
    G, b, kappa = data.unit_gram()
    factor = BorderedSolve(len(b), ridged=is_ridged(l2s, data.scale))
    factor.grow(np.zeros((0, len(b))), G, b, kappa)
    if (l2s == l2s[0]).all() and start is None:
        factor.set_ridge(l2s[0])
        W, steps = tableau_path(factor.matrix, b, kappa, l1s, positive=positive, limit=max_iter)
    else:
        W, steps = _steps_grid(factor, l1s, l2s, positive, start, max_iter)
    C = b[:, None] - G @ W
    rounding = gram_rounding(W, data.y)
    squares = np.maximum(2 * data.null_value - b @ W - np.einsum("ij,ij->j", W, C), 0)
    W = W * kappa[:, None]
    C = C / kappa[:, None] - l2s * W
    steepest = steepest_slopes(C, l1s, positive=positive, rounding=data.rounding)
    found = gaps(C, W, squared_slack(squares), l1s, l2s, steepest, positive=positive)
    # where rounding in G could matter, X itself must say how good the answer is
    doubtful = np.flatnonzero(rounding > 0.01 * tol * data.null_value)
    for few in np.array_split(doubtful, -(-len(doubtful) // 8) or 1):
        if len(few):
            found[few], _ = certificate(data, W[:, few], l1s[few], l2s[few], positive=positive)
    return W, found, steps


def _steps_grid(
    factor: GramSystem,
    l1s: Array,
    l2s: Array,
    positive: bool,
    start: Array | None,
    max_iter: int,
) -> tuple[Array, Array]:
    """Solve on the grid by steps from each point to the next."""
    W, steps = np.zeros((factor.size, len(l1s))), np.zeros(len(l1s), dtype=int)
    w = np.zeros(factor.size)
    stepper = Stepper(factor, positive=positive)
    if start is not None:
        factor.set_ridge(l2s[0])
        w = np.where(positive & (start < 0), 0, start) / factor.kappa
        support = np.flatnonzero(w)
        factor.restart(support, np.sign(w[support]))
        w = np.where(factor.is_active, w, 0)
    for i in range(len(l1s)):
        before = factor.solves
        limit = max(1, min(np.count_nonzero(w) + 100, max_iter - before))
        w = W[:, i] = stepper.solve(w, l1s[i], l2s[i], limit=limit)
        steps[i] = factor.solves - before
    return W, steps
