r"""The exact solver behind the estimators: find which coefficients are not zero, then solve.

For squared error, once it is known which coefficients are zero and what sign the others have, the
answer solves a linear system. This solver searches for that *active set*, and it starts where the
answer is known: at :math:`l_1 = \alpha_{\max}` all coefficients are zero. Lowering :math:`l_1` a
little changes the active set a little.

Up to `SMALL` columns everything follows from one Gram matrix: `tableau` walks from breakpoint to
breakpoint while the ridge part stays fixed; along an Elastic Net path, where it shrinks with alpha
and the path is no longer piecewise linear, `steps` go from one alpha to the next. Beyond,
`working_set` does the same on the few columns that matter. Every answer is certified by its duality
gap, and where that falls short `certify.polish` improves it from X itself.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array

from .._validation import check_integer, check_number
from ..losses import SquaredError
from ..objective import Objective
from ..penalties import L1L2
from .centred import CentredData
from .certify import objectives, polish_grid, sizes
from .closed_form import ridge_closed_form
from .small import small_grid
from .solution import Solution, starting_point, warn_short
from .sparse_ridge import sparse_ridge
from .working_set import wide_grid

SMALL = 300
"""Up to this many columns the Gram matrix of all of them is the whole problem."""


class PathSolution(NamedTuple):
    """Answers on a grid of alphas.

    Attributes
    ----------
    coefs : ndarray of shape (p, k)
    dual_gaps : ndarray of shape (k,)
        On the scale of the objective.
    n_iter : ndarray of shape (k,)
        Active sets tried for each.
    """

    coefs: Array
    dual_gaps: Array
    n_iter: Array


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
        Active sets tried at most.

    Returns
    -------
    Solution
        ``n_iter`` counts the active sets tried, that is, linear systems solved or pivots made;
        a warm start at the answer tries one. ``coef`` has the precision of X: it is rounded last,
        and ``dual_gap`` belongs to it before rounding.

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
    five to twelve points of a grid that leads to alpha, and O(nm) for each of the m columns of the
    working set, which are rarely more than a few times the k active ones, and O(mk) a step. Their
    Gram matrix and their copy are the only memory of note. Without an L1 part it is ridge, in
    closed form.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> solution = active_set(F)
    >>> solution.coef, solution.n_iter
    (array([2., 0.]), 2)
    """
    tol = check_number("tol", tol, low=0)
    max_iter = check_integer("max_iter", max_iter, low=1)
    penalty = objective.penalty
    start = None if w0 is None else starting_point(objective, w0)
    data = _centred(objective)
    alphas = np.array([penalty.alpha])
    path = _solve(objective, data, alphas, start=start, tol=tol, max_iter=max_iter)
    w, gap = path.coefs[:, 0], float(path.dual_gaps[0])
    residual = data.y - data.fitted(w)
    return Solution(
        coef=w.astype(data.X.dtype, copy=False),
        intercept=data.intercept(w),
        dual_gap=gap,
        n_iter=int(path.n_iter[0]),
        converged=bool(gap <= tol * data.null_value),
        history=np.array([residual @ residual / 2 + penalty.value(w)]),
    )


def active_set_path(
    objective: Objective, alphas: Array, *, tol: float = 1e-9, max_iter: int = 100_000
) -> PathSolution:
    """Solve a squared-error objective exactly for each of a decreasing grid of alphas.

    Parameters
    ----------
    objective : Objective
        As for `active_set`; the alpha of its penalty is not used.
    alphas : ndarray of shape (k,)
        Decreasing, at least 0.
    tol, max_iter
        As for `active_set`; max_iter counts for the whole path.

    Returns
    -------
    PathSolution

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
    tol = check_number("tol", tol, low=0)
    max_iter = check_integer("max_iter", max_iter, low=1)
    alphas = check_grid(alphas)
    data = _centred(objective)
    path = _solve(objective, data, alphas, start=None, tol=tol, max_iter=max_iter)
    return path._replace(coefs=path.coefs.astype(data.X.dtype, copy=False))


def check_grid(alphas: Array) -> Array:
    """Return alphas as an array of floats, or say what is wrong with them."""
    alphas = np.asarray(alphas, dtype=float)
    fine = alphas.ndim == 1 and alphas.size and np.isfinite(alphas).all()
    if not fine or (alphas < 0).any() or (np.diff(alphas) > 0).any():
        raise ValueError(f"alphas must be a decreasing grid of numbers >= 0; got {alphas!r}.")
    return alphas


def _centred(objective: Objective) -> CentredData:
    if not isinstance(objective.loss, SquaredError):
        raise ValueError(f"active_set needs SquaredError; got {objective.loss}. Use fista.")
    return CentredData(objective)


def _solve(
    objective: Objective,
    data: CentredData,
    alphas: Array,
    *,
    start: Array | None,
    tol: float,
    max_iter: int,
) -> PathSolution:
    p, k = data.shape[1], len(alphas)
    ratio, positive = objective.penalty.l1_ratio, objective.penalty.positive
    coefs, dual_gaps, n_iter = np.zeros((p, k)), np.zeros(k), np.ones(k, dtype=int)
    if data.null_value == 0:
        return PathSolution(coefs, dual_gaps, n_iter)
    l1s, l2s = alphas * ratio, alphas * (1 - ratio)
    smooth = (l1s == 0) & (not positive)
    for i in np.flatnonzero(smooth):
        penalty = L1L2(float(alphas[i]), ratio)
        coefs[:, i], dual_gaps[i] = _ridge(replace(objective, penalty=penalty), data)
    rest = np.flatnonzero(~smooth)
    if len(rest):
        grid = small_grid if p <= SMALL else wide_grid
        l1s, l2s = l1s[rest], l2s[rest]
        W, found, steps = grid(data, l1s, l2s, positive, start, tol, max_iter)
        if positive:
            # where a weight just reaches zero, rounding may leave it a trifle below
            np.maximum(W, 0, out=W)
        budget = min(10 * (min(data.shape) + 100), max_iter - int(steps.sum()))
        polish_grid(data, W, found, steps, l1s, l2s, positive, tol * data.null_value, budget)
        # rounding in the slopes can hide as much: a gap that leaves it out would be no bound
        hidden = data.rounding * sizes(W)
        found += hidden
        for i in np.flatnonzero(hidden > tol * data.null_value):
            # no objective is below 0
            found[i] = min(found[i], objectives(data, W[:, [i]], l1s[i], l2s[i])[0])
        dual_gaps[rest], n_iter[rest] = found, np.maximum(steps, 1)
        if len(rest) == k:
            coefs = W  # it may be much larger than what is in it: not copied
        else:
            coefs[:, rest] = W
    warn_if_short(dual_gaps, tol * data.null_value, alphas)
    return PathSolution(coefs, dual_gaps, n_iter)


def _ridge(objective: Objective, data: CentredData) -> tuple[Array, float]:
    if sp.issparse(data.X):
        return sparse_ridge(data, objective.penalty.l2)
    solution = ridge_closed_form(objective)
    return solution.coef, solution.dual_gap


def warn_if_short(dual_gaps: Array, target: float, alphas: Array) -> None:
    """Warn if a gap exceeds the target, with the worst and where it is."""
    short = np.flatnonzero(~(dual_gaps <= target))
    if len(short):
        worst = short[dual_gaps[short].argmax()]
        warn_short(
            f"Stopped with a duality gap of {dual_gaps[worst]:.3g} at alpha={alphas[worst]:.6g}"
            f" ({len(short)} of {len(alphas)} alphas fall short); wanted at most {target:.3g}. "
            "Raise tol or max_iter, standardise the columns, or use a larger alpha."
        )
