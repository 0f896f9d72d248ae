r"""The exact solver behind the estimators: find which coefficients are not zero, then solve.

For squared error, once it is known which coefficients are zero and what sign the others have, the
answer solves a linear system. This solver searches for that *active set*, and it starts where the
answer is known: at :math:`l_1 = \alpha_{\max}` all coefficients are zero. Lowering :math:`l_1` a
little changes the active set a little.

Up to `SMALL` columns everything follows from one Gram matrix: `tableau` walks from breakpoint to
breakpoint while the ridge part stays fixed; along an Elastic Net path, where it shrinks with alpha
and the path is no longer piecewise linear, `steps` go from one alpha to the next. Beyond, `rounds`
do the same on the few columns that matter. Every answer is certified by its duality gap.
"""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy import ndarray as Array

from ..certificates import NEXT_TO_NOTHING, duality_gap
from ..losses import SquaredError
from ..objective import Objective
from ..solvers.solution import Solution
from .certificate import certified_gaps, objectives, rounding_gaps
from .problem import Answers, Problem
from .ridge import ridge_path
from .rounds import wide_path
from .small import small_path

SMALL = 300
"""Up to this many columns the Gram matrix of all of them is the whole problem."""
COARSE = 1e-9
"""Where `rounds` mend what `small` missed, points further apart than this get points between:
hardly any, for columns that depend on each other are no easier to tell apart from nearby."""


def active_set(
    objective: Objective,
    w0: Array | None = None,
    *,
    tol: float = 1e-9,
    max_iter: int = 100_000,
) -> Solution:
    """Solve a squared-error objective exactly.

    Parameters
    ----------
    objective : Objective
        With `SquaredError` and any penalty; X dense or sparse.
    w0 : ndarray of shape (p,), optional
        Where to look first: its non-zeros are the first active set. Without it the search starts
        at the alpha where all coefficients are zero.
    tol : float, default 1e-9
        The duality gap allowed, relative to the objective of the best intercept-only model. The
        answer is usually exact to rounding, whatever ``tol`` is.
    max_iter : int, default 100_000
        Active sets tried at most for one alpha, on a grid that is refined where it is coarse.

    Returns
    -------
    Solution
        ``n_iter`` counts the active sets tried, that is, linear systems solved or pivots made;
        a warm start at the answer tries one. ``coef`` is in float64 whatever X is, so that
        ``dual_gap`` belongs to it as it is.

    Raises
    ------
    ValueError
        If the loss is not `SquaredError`, or w0, tol or max_iter is not what it should be.

    Warns
    -----
    ConvergenceWarning
        If the gap is larger than it should be. It names both.

    Notes
    -----
    For p up to 300: O(np²) once and O(p²) a step. Beyond: a product with X, O(np), for every
    five to sixteen points of a grid that leads to alpha, and O(nm) for each of the m columns of the
    working set, which are rarely more than a few times the k active ones, and O(mk) a step. Their
    Gram matrix and their copy are the only memory of note. Without an L1 part it is ridge, in
    closed form.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 0.5], L1(0.5), fit_intercept=False)
    >>> solution = active_set(F)
    >>> solution.coef, solution.n_iter
    (array([2., 0.]), 1)
    """
    penalty = objective.penalty
    problem = Problem.of(objective, np.array([penalty.alpha]), w0, tol, max_iter)
    path, data = _path(problem), problem.data
    w, gap = path.coefs[:, 0], float(path.dual_gaps[0])
    residual = data.y - data.fitted(w)
    return Solution(
        coef=w,
        intercept=float(objective.intercepts(w[:, None])[0]),
        dual_gap=gap,
        n_iter=int(path.n_iter[0]),
        converged=gap <= problem.target,
        history=np.array([residual @ residual / 2 + penalty.value(w)]),
    )


def active_set_path(
    objective: Objective, alphas: Array, *, tol: float = 1e-9, max_iter: int = 100_000
) -> Answers:
    """Solve a squared-error objective exactly for each of a decreasing grid of alphas.

    Parameters
    ----------
    objective : Objective
        As for `active_set`; the alpha of its penalty is not used.
    alphas : ndarray of shape (k,)
        Decreasing, at least 0.
    tol, max_iter
        As for `active_set`.

    Returns
    -------
    Answers

    Raises
    ------
    ValueError
        If the loss is not `SquaredError` or alphas is not such a grid.

    Warns
    -----
    ConvergenceWarning
        If the gap is larger than it should be for some alpha.

    Notes
    -----
    Each answer is where the search for the next begins. The number of alphas adds little to the
    cost: a coarse grid is refined on the way in any case.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(1.0), fit_intercept=False)
    >>> active_set_path(F, np.array([1.0, 0.25])).coefs
    array([[1. , 2.5],
           [0. , 0.5]])
    """
    return _path(Problem.of(objective, alphas, None, tol, max_iter))


def _path(problem: Problem) -> Answers:
    objective, data, grid = problem.objective, problem.data, problem.grid
    if not isinstance(objective.loss, SquaredError):
        raise ValueError(f"active_set needs SquaredError; got {objective.loss}. Use fista.")
    p, k = objective.shape[1], len(grid)
    if objective.null_value == 0:
        return Answers(np.zeros((p, k)), np.zeros(k), np.ones(k, dtype=int))
    # without an L1 part, and alpha = 0 can only come last
    smooth = (grid.l1 == 0) & (not grid.positive)
    if smooth.all() or not smooth.any():
        coefs, dual_gaps, n_iter = (ridge_path if smooth.any() else _searched)(problem)
    else:
        parts = _searched(problem.at(~smooth)), ridge_path(problem.at(smooth))
        coefs, dual_gaps, n_iter = map(partial(np.concatenate, axis=-1), zip(*parts, strict=True))
    worse = np.flatnonzero(dual_gaps > objective.null_value)
    if len(worse):  # no coefficients at all are closer
        coefs[:, worse] = 0
        dual_gaps[worse] = certified_gaps(data, coefs[:, worse], grid[worse])
    problem.warn_if_short(dual_gaps)
    return Answers(coefs, dual_gaps, n_iter)


def _searched(problem: Problem) -> Answers:
    """Return the answers of a search for the active set, with gaps that are bounds."""
    data, grid = problem.data, problem.grid
    if grid.positive and problem.start is not None:
        problem = replace(problem, start=np.maximum(problem.start, 0))
    search = small_path if data.shape[1] <= SMALL else wide_path
    with np.errstate(over="ignore"):  # a price may be as good as infinite
        W, found, steps = _bounded(problem, *search(problem))
    missed = np.flatnonzero(~(found <= problem.target))
    if search is small_path and len(missed) and steps.sum() < problem.max_iter * len(grid):
        # columns too nearly dependent for pivots: steps on few of them lose fewer digits
        rest = problem.at(missed)
        again = _bounded(rest, *wide_path(rest, COARSE))
        better = again.dual_gaps < found[missed]
        W[:, missed[better]] = again.coefs[:, better]
        found[missed[better]] = again.dual_gaps[better]
        steps[missed] += again.n_iter
    unreached = np.flatnonzero(np.isinf(found))
    if len(unreached):
        # the last answer is as good as any
        W[:, unreached] = W[:, [max(unreached[0] - 1, 0)]]
        found[unreached] = certified_gaps(data, W[:, unreached], grid[unreached])
    return Answers(W, found, np.maximum(steps, 1))


def _bounded(problem: Problem, answers: Answers, lengths: Array) -> Answers:
    """Return the answers with gaps that are bounds, from columns of these lengths (p,).

    A gap may be large only because alpha is next to nothing: slopes at rounding level are steep
    beside such a price, and to shrink the dual point by it costs all of the gap. Without a penalty
    it is projected instead, and the penalty paid counts in full.
    """
    F, data, grid, (W, found, _) = problem.objective, problem.data, problem.grid, answers
    if grid.positive:
        # where a weight just reaches zero, rounding may leave it a trifle below
        np.maximum(W, 0, out=W)
    hidden = rounding_gaps(F, W, lengths)
    found += hidden
    doubtful = np.flatnonzero(hidden > problem.target)
    if len(doubtful):
        # no objective is below 0, and its own rounding may be less
        W_doubtful = W[:, doubtful]
        values = objectives(data, W_doubtful, grid[doubtful])
        values += rounding_gaps(F, W_doubtful, lengths, np.sqrt(2 * values))
        found[doubtful] = np.minimum(found[doubtful], values)
    for i in np.flatnonzero((found > problem.target) & np.isfinite(found)):
        price = grid.l1[i] * np.abs(W[:, i]).sum() + grid.l2[i] / 2 * (W[:, i] @ W[:, i])
        if price < NEXT_TO_NOTHING * F.null_value:
            free = F.with_penalty(replace(F.penalty, alpha=0.0))
            found[i] = min(found[i], duality_gap(free, W[:, i]) + price)
    return answers
