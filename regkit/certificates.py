r"""How far any w is from optimal, whoever computed it.

Every w proposes a point of the dual problem: :math:`u_i = f'(z_i)`, the loss's derivative at its
own predictions, shrunk by a factor a until it is feasible. The difference between the primal value
at w and the dual value there is

.. math::

   \begin{aligned}
   \text{gap} ={} & \frac1S \sum_i s_i \bigl[ f(z_i) + f^*(a u_i) - a u_i z_i \bigr] \\
              & + \sum_j \bigl[ g(w_j) + g^*(a v_j) - a v_j w_j \bigr], \\
   v ={} & {-\frac1S} X^\top (s \circ u),
   \end{aligned}

a sum of n + p terms, none negative by the Fenchel–Young inequality: each says how far one row or
one column is from its optimality condition. No minimiser lies further below F(w) than this.

These functions know no solver. See Boyd and Vandenberghe (2004, chapter 5) for duality and
Friedman, Hastie and Tibshirani (2010) for the problems.
"""

from dataclasses import replace

import numpy as np
from numpy import ndarray as Array
from scipy.optimize import lsq_linear

from .losses import SquaredError
from .objective import Objective


def duality_gap(objective: Objective, w: Array) -> float:
    r"""Return an upper bound on F(w) - min F, on the scale of F.

    Parameters
    ----------
    objective : Objective
    w : ndarray of shape (p,)
        Any coefficients; the intercept is the best one for them.

    Returns
    -------
    float
        At least 0 and, up to rounding, 0 only at a minimiser. Infinite if w is not allowed (a
        negative weight under ``positive``), or, for α = 0 and a classification loss, if no dual
        point is at hand.

    Notes
    -----
    The factor a is the largest one that makes the dual point feasible when the ridge part is
    treated as extra rows of data; with a ridge part a = 1 is feasible too, and the smaller gap
    counts. At α = 0 shrinking is not enough: u is projected on the complement of the columns, rows
    counted by their curvature, which for squared error makes the gap half the mean square of what
    was removed, and exact. Under
    ``positive`` a column may only be used as far as its weight can move, down to 0; for squared
    error the gap is exact there too.

    Two products with X, O(np); at α = 0 a least-squares solve, O(np min(n, p)), or several under
    ``positive``.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> duality_gap(F, np.array([2.0, 0.0]))
    0.0
    >>> w = np.array([1.0, 0.0])
    >>> duality_gap(F, w), F.value(w) - F.value(np.array([2.0, 0.0]))
    (0.3125, 0.25)
    """
    penalty, loss, s, y = objective.penalty, objective.loss, objective.weights, objective.y
    if penalty.positive and (w < 0).any():
        return np.inf
    z = objective.predictor(w)
    u = loss.gradient(y, z)

    def gap(a: float) -> float:
        # without a ridge part a v is feasible by the choice of a, but for rounding
        dual = a * v if penalty.l2 > 0 else penalty.clip(a * v)
        columns = penalty.fenchel_young(w, dual)
        return _mean(s, loss.fenchel_young(y, z, a * u)) + float(columns.sum())

    if penalty.alpha == 0:
        u = _off_the_columns(objective, u, w)
        if u is None:
            return np.inf
        v = -objective.correlations(u)
        return gap(1.0)
    v = -objective.correlations(u)
    slope = v - penalty.l2 * w
    steepest = slope.max(initial=0) if penalty.positive else np.abs(slope).max()
    shrunk = gap(min(1.0, penalty.l1 / steepest)) if steepest > 0 else gap(1.0)
    return shrunk if penalty.l2 == 0 else min(shrunk, gap(1.0))


def kkt_residual(objective: Objective, w: Array) -> Array:
    r"""Return by how much each coordinate of w misses its optimality condition.

    The condition is :math:`-\nabla_j \in \partial g(w_j)`: the slope of the loss is exactly
    balanced by the penalty where :math:`w_j \ne 0` and no steeper than :math:`l_1` where
    :math:`w_j = 0`.

    Parameters
    ----------
    objective : Objective
    w : ndarray of shape (p,)

    Returns
    -------
    ndarray of shape (p,)
        Distances in the units of the gradient, all 0 at a minimiser and only there.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> kkt_residual(F, np.array([2.0, 0.0]))
    array([0., 0.])
    >>> kkt_residual(F, np.array([0.0, 0.0]))
    array([1., 0.])
    """
    return objective.penalty.subdifferential_distance(w, -objective.gradient(w))


def _mean(weights: Array, slack: Array) -> float:
    """Return the weighted mean, to which rows of weight 0 add nothing, be their slack infinite."""
    rows = weights > 0
    return float(weights[rows] @ slack[rows])


def _off_the_columns(objective: Objective, u: Array, w: Array) -> Array | None:
    """Return u less its weighted projection on the columns of X, centred if b is free.

    Rows count by the curvature of their loss too: what is taken from u is what a Newton step would
    take, and a row at the end of its loss's domain, where the curvature is 0, keeps its u. Under
    ``positive`` on those changes of w only that leave every weight at least 0. None if they are not
    found, or if a row has no curvature but a slope.
    """
    s, bend = objective.weights, objective.loss.curvature(objective.y, objective.predictor(w))
    with np.errstate(all="ignore"):
        target = np.where(s * u == 0, 0, u / bend)
    if not np.isfinite(target).all() or not (s * bend).any():
        return None if (s * u).any() else u
    model = replace(objective, y=target, loss=SquaredError(), sample_weight=s * bend)
    X = model.X.toarray() if hasattr(model.X, "toarray") else model.X
    root = np.sqrt(model.weights)
    if model.fit_intercept:
        X = X - model.column_means
    if not model.penalty.positive:
        U, d, Vt = np.linalg.svd(root[:, None] * X, full_matrices=False)
        kept = model.above_rounding(d, Vt)
        return u - bend * (X @ (Vt[kept].T @ (U[:, kept].T @ (root * target) / d[kept])))
    # in units of u and of the columns, so that one tolerance serves all
    lengths, size = np.linalg.norm(root[:, None] * X, axis=0), np.linalg.norm(root * target) or 1.0
    units, room = X / np.where(lengths > 0, lengths, 1), w * lengths / size
    bounds = (np.full(len(w), -np.inf), room)
    target = root * target / size
    found = lsq_linear(root[:, None] * units, target, bounds, method="bvls", tol=1e-13)
    return u - bend * size * (units @ found.x) if found.status > 0 else None
