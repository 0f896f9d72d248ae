"""L1-penalised logistic regression for one alpha or a whole grid: what the estimator calls."""

from dataclasses import replace
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy import ndarray as Array
from sklearn.exceptions import ConvergenceWarning

from .._validation import check_integer, check_number
from ..certificates import duality_gap
from ..losses import Logistic
from ..objective import Objective
from .active_set import PathSolution, check_grid, warn_if_short
from .centred import CentredData
from .logistic import LogisticSet
from .newton import newton
from .rounds import refined, solve_in_rounds
from .solution import Solution, starting_point

RATIO = 0.6
"""Alphas further apart than this factor get points between them."""


def logistic_path(
    objective: Objective, alphas: Array, *, tol: float = 1e-9, max_iter: int = 100
) -> tuple[PathSolution, Array]:
    """Solve a logistic objective for each of a decreasing grid of alphas.

    Parameters
    ----------
    objective : Objective
        With `Logistic` and any penalty without ``positive``; its alpha is not used.
    alphas : ndarray of shape (k,)
        Decreasing, at least 0.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective of the best intercept-only model; and the
        share of the largest coefficient that one more step may move one by.
    max_iter : int, default 100
        Newton steps at most for one alpha, on a grid that is refined where it is coarse.

    Returns
    -------
    path : PathSolution
    intercepts : ndarray of shape (k,)

    Raises
    ------
    ValueError
        If the loss is another, the penalty is ``positive``, or alphas is not such a grid.

    Warns
    -----
    ConvergenceWarning
        If the gap is larger than it should be for some alpha.

    Notes
    -----
    A product with X, O(np), for every ten alphas; two products with the m columns of the working
    set, O(nm), a step; O(nk²) for a new Hessian of the k active ones, now and then.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> X = np.array([[-2.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 1.0]])
    >>> F = Objective(X, [-1.0, -1.0, 1.0, 1.0], L1(1.0), Logistic())
    >>> path, intercepts = logistic_path(F, np.array([0.75, 0.1]))
    >>> path.coefs.round(3)
    array([[0.   , 1.778],
           [0.   , 0.   ]])
    """
    alphas = check_grid(alphas)
    return _solve(objective, alphas, None, tol, max_iter)


def logistic(
    objective: Objective, w0: Array | None = None, *, tol: float = 1e-9, max_iter: int = 100
) -> Solution:
    """Solve a logistic objective for one alpha, on a grid that leads to it.

    Parameters
    ----------
    objective : Objective
        As for `logistic_path`, with the alpha of its penalty.
    w0 : ndarray of shape (p,), optional
        Where to look first.
    tol, max_iter
        As for `logistic_path`.

    Returns
    -------
    Solution
        ``n_iter`` counts Newton steps.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> X = np.array([[-2.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 1.0]])
    >>> solution = logistic(Objective(X, [-1.0, -1.0, 1.0, 1.0], L1(0.1), Logistic()))
    >>> solution.coef.round(3), solution.converged
    (array([1.778, 0.   ]), True)
    """
    start = None if w0 is None else starting_point(objective, w0)
    alphas = np.array([objective.penalty.alpha])
    path, intercepts = _solve(objective, alphas, start, tol, max_iter)
    w = path.coefs[:, 0]
    gap = duality_gap(objective, w)
    return Solution(
        coef=w,
        intercept=float(intercepts[0]),
        dual_gap=gap,
        n_iter=int(path.n_iter[0]),
        converged=bool(gap <= tol * objective.null_value),
        history=np.array([objective.value(w)]),
    )


def _solve(
    objective: Objective, alphas: Array, start: Array | None, tol: float, max_iter: int
) -> tuple[PathSolution, Array]:
    tol = check_number("tol", tol, low=0)
    max_iter = check_integer("max_iter", max_iter, low=1)
    penalty = objective.penalty
    if not isinstance(objective.loss, Logistic) or penalty.positive:
        raise ValueError(
            f"logistic_path needs Logistic and no positive=True; got {objective.loss}, {penalty}."
        )
    target = tol * objective.null_value
    l1s, l2s = alphas * penalty.l1_ratio, alphas * (1 - penalty.l1_ratio)
    W, found = np.zeros((objective.shape[1], len(alphas))), np.full(len(alphas), np.inf)
    steps = np.zeros(len(alphas), dtype=int)
    priced = l1s > 0
    if priced.any():
        W[:, priced], found[priced], steps[priced] = _in_rounds(
            objective, l1s[priced], l2s[priced], start, tol, max_iter
        )
    for i in np.flatnonzero(~(found <= target)):
        w0 = W[:, i - 1] if i and not W[:, i].any() else W[:, i]
        W[:, i], found[i], more = _by_newton(objective, alphas[i], w0, found[i], tol, max_iter)
        steps[i] += more
    warn_if_short(found, target, alphas)
    return PathSolution(W, found, np.maximum(steps, 1)), _intercepts(objective, W)


def _in_rounds(
    objective: Objective,
    l1s: Array,
    l2s: Array,
    start: Array | None,
    tol: float,
    max_iter: int,
) -> tuple[Array, Array, Array]:
    """Solve on a working set, with points added where the grid is coarse."""
    data, target = CentredData(objective), tol * objective.null_value
    c = -objective.gradient(np.zeros(data.shape[1]))
    first = max(float(np.abs(c).max()), l1s[0])
    work = LogisticSet(data, objective, target, tol)
    if start is not None and start.any():
        nearer = -objective.gradient(start) - l2s[0] * start
        if np.abs(nearer).max() <= first:
            c, first = nearer, float(np.abs(nearer).max())
            work.start_from(start, l2s[0])
    fine1, fine2, wanted = refined(first, l1s, l2s, RATIO)
    work.steps = min(work.steps, max_iter)
    most = max_iter * len(fine1)
    return solve_in_rounds(work, fine1, fine2, wanted, c, target=target, max_iter=most)


def _by_newton(
    objective: Objective, alpha: float, w0: Array, gap: float, tol: float, max_iter: int
) -> tuple[Array, float, int]:
    """Return what proximal Newton on all columns makes of w0, or w0 if that is no better."""
    problem = replace(objective, penalty=replace(objective.penalty, alpha=float(alpha)))
    if not problem.value(w0) <= problem.null_value:
        w0 = np.zeros(len(w0))
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        found = newton(problem, w0, tol=tol, max_iter=max_iter)
    better = found.dual_gap < gap or not np.isfinite(gap)
    return (found.coef, found.dual_gap, found.n_iter) if better else (w0, gap, found.n_iter)


def _intercepts(objective: Objective, W: Array) -> Array:
    """Return the best intercept for each column of W (p, k)."""
    if not objective.fit_intercept:
        return np.zeros(W.shape[1])
    used = np.flatnonzero(W.any(axis=1))
    narrow = replace(objective, X=objective.X[:, used]) if len(used) else objective
    return np.array([narrow.intercept(w) for w in (W[used] if len(used) else W).T])
