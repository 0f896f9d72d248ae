r"""Solutions along a whole grid of alphas, drop-in for scikit-learn's path functions.

Like those, they fit no intercept unless asked to: centre X and y before, or pass
``fit_intercept=True``, which gives the same coefficients. Unlike those, they are exact: each
alpha comes with a duality gap at rounding level, or a warning that says how large it is.
"""

from collections.abc import Callable
from dataclasses import replace
from numbers import Integral
from typing import NamedTuple

import numpy as np
from numpy import ndarray as Array

from ._validation import check_alphas, check_integer, check_number
from .certificates import duality_gap
from .losses import Logistic
from .objective import Objective
from .penalties import L1L2, L2
from .solvers.active_set import active_set_path
from .solvers.closed_form import RidgeDecomposition
from .solvers.logistic_path import logistic_path as _logistic_path
from .solvers.solution import warn_short


class Path(NamedTuple):
    """What a path function returns.

    Attributes
    ----------
    alphas : ndarray of shape (k,)
        Decreasing.
    coefs : ndarray of shape (p, k), or (n_targets, p, k) if y has columns
    dual_gaps : ndarray of shape (k,), or (n_targets, k)
        How far each answer can be above the minimum, on the scale of the objective.
    """

    alphas: Array
    coefs: Array
    dual_gaps: Array


class PathWithIterations(NamedTuple):
    """A `Path` and ``n_iters``, of the shape of ``dual_gaps``: active sets tried for each alpha."""

    alphas: Array
    coefs: Array
    dual_gaps: Array
    n_iters: Array


class LogisticPath(NamedTuple):
    """What `logistic_path` returns.

    Attributes
    ----------
    alphas : ndarray of shape (k,)
        Decreasing.
    coefs : ndarray of shape (p, k)
    dual_gaps : ndarray of shape (k,)
    intercepts : ndarray of shape (k,)
    """

    alphas: Array
    coefs: Array
    dual_gaps: Array
    intercepts: Array


def alpha_grid(objective: Objective, eps: float = 1e-3, n: int = 100) -> Array:
    """Return n alphas from the smallest one at which all coefficients are 0 down to eps of it.

    Parameters
    ----------
    objective : Objective
        Any loss; the alpha of its penalty is not used.
    eps : float, default 1e-3
        The last alpha over the first, in (0, 1].
    n : int, default 100

    Returns
    -------
    ndarray of shape (n,)
        Decreasing, evenly spaced in their logarithm; all at rounding level if y is constant.

    Raises
    ------
    ValueError
        If ``l1_ratio`` is 0: no alpha makes a ridge zero.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> alpha_grid(Objective(np.eye(2), [3.0, 1.0], L1(1.0), fit_intercept=False), 0.01, 3)
    array([1.5  , 0.15 , 0.015])
    """
    eps = check_number("eps", eps, low=0, high=1, strict=True)
    n = check_integer("n", n, low=1)
    if objective.penalty.l1_ratio == 0:
        raise ValueError(
            "An automatic grid of alphas starts where all coefficients are 0, and with l1_ratio=0 "
            "they never are. Pass the alphas as an array."
        )
    largest = objective.alpha_max
    if largest == 0:
        return np.full(n, np.finfo(float).resolution)
    return np.geomspace(largest, largest * eps, n)


def decreasing(alphas: int | Array, automatic: Callable[[int], Array]) -> Array:
    """Return the decreasing grid that ``alphas`` stands for: a count to spread, or its values."""
    if isinstance(alphas, Integral) and not isinstance(alphas, bool):
        return automatic(int(alphas))
    return np.sort(check_alphas(alphas))[::-1]


def lasso_path(
    X: Array,
    y: Array,
    *,
    eps: float = 1e-3,
    alphas: int | Array = 100,
    **options: object,
) -> Path | PathWithIterations:
    """Solve the lasso on a decreasing grid of alphas: `enet_path` with ``l1_ratio=1``.

    Parameters
    ----------
    X, y, eps, alphas, **options
        As for `enet_path`.

    Returns
    -------
    Path or PathWithIterations
        As from `enet_path`.

    References
    ----------
    Osborne, Presnell and Turlach (2000); Efron, Hastie, Johnstone and Tibshirani (2004).

    Examples
    --------
    >>> import numpy as np
    >>> path = lasso_path(np.eye(2), [3.0, 1.0], alphas=[1.0, 0.25])
    >>> path.coefs
    array([[1. , 2.5],
           [0. , 0.5]])
    """
    return enet_path(X, y, l1_ratio=1.0, eps=eps, alphas=alphas, **options)  # type: ignore[arg-type]


def enet_path(
    X: Array,
    y: Array,
    *,
    l1_ratio: float = 0.5,
    eps: float = 1e-3,
    alphas: int | Array | None = 100,
    n_alphas: int | None = None,
    return_n_iter: bool = False,
    positive: bool = False,
    tol: float = 1e-9,
    max_iter: int = 100_000,
    fit_intercept: bool = False,
    sample_weight: Array | None = None,
    **ignored: object,
) -> Path | PathWithIterations:
    """Solve the Elastic Net on a decreasing grid of alphas.

    Parameters
    ----------
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,) or (n, n_targets)
        Several targets are one problem each. (scikit-learn's are tied by a group penalty.)
    l1_ratio : float, default 0.5
        The share of the L1 part, in [0, 1].
    eps : float, default 1e-3
        The last alpha of an automatic grid over the first.
    alphas : int or array_like of shape (k,), default 100
        How many, or which; they are put in decreasing order.
    n_alphas : int, optional
        The same as a number of ``alphas``: its name in older versions of scikit-learn.
    return_n_iter : bool, default False
        Return how many active sets were tried for each alpha, too.
    positive : bool, default False
        Allow no negative coefficient.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective at w = 0.
    max_iter : int, default 100_000
        Active sets tried at most on the whole path, for each target.
    fit_intercept : bool, default False
        Whether to leave an intercept free. It is ``mean(y) - mean(X) @ coef``, weighted.
    sample_weight : array_like of shape (n,), optional
    **ignored
        ``precompute``, ``Xy``, ``copy_X``, ``coef_init``, ``verbose``, ``check_input``,
        ``selection``, ``random_state``, ``do_screening``: scikit-learn's settings that change how
        it computes, not what. X is never written to.

    Returns
    -------
    Path or PathWithIterations
        A named tuple: ``alphas`` of shape (k,), decreasing; ``coefs`` of shape (p, k) and
        ``dual_gaps`` of shape (k,), both with n_targets first if y has columns; and, if asked
        for, ``n_iters``, of the shape of ``dual_gaps``.

    Raises
    ------
    ValueError
        For data, numbers or alphas that are not what they should be; for an automatic grid at
        ``l1_ratio=0``.
    TypeError
        For any other argument.

    Warns
    -----
    ConvergenceWarning
        If for some alpha the gap exceeds ``tol`` times the objective at w = 0.

    References
    ----------
    Zou and Hastie (2005); Friedman, Hastie and Tibshirani (2010).

    Examples
    --------
    >>> import numpy as np
    >>> alphas, coefs, dual_gaps = enet_path(np.eye(2), [3.0, 1.0], alphas=[1.0, 0.5])
    >>> coefs.round(4)
    array([[1.    , 1.6667],
           [0.    , 0.3333]])
    """
    unknown = sorted(set(ignored) - _HOW_NOT_WHAT)
    if unknown:
        raise TypeError(f"enet_path got unexpected arguments: {', '.join(unknown)}.")
    if n_alphas is not None:
        alphas = n_alphas
    elif alphas is None:
        alphas = 100
    penalty = L1L2(1.0, l1_ratio, positive)
    targets = np.asarray(y)
    columns = list(targets.T) if targets.ndim == 2 else [y]
    objectives = [
        Objective(X, column, penalty, sample_weight=sample_weight, fit_intercept=fit_intercept)
        for column in columns
    ]
    grid = decreasing(
        alphas, lambda count: max((alpha_grid(F, eps, count) for F in objectives), key=max)
    )
    paths = [active_set_path(F, grid, tol=tol, max_iter=max_iter) for F in objectives]
    coefs, dual_gaps, n_iters = paths[0]
    if targets.ndim == 2:
        coefs, dual_gaps, n_iters = (np.array(part) for part in zip(*paths, strict=True))
    if return_n_iter:
        return PathWithIterations(grid, coefs, dual_gaps, n_iters)
    return Path(grid, coefs, dual_gaps)


def logistic_path(
    X: Array,
    y: Array,
    *,
    l1_ratio: float = 1.0,
    eps: float = 1e-2,
    alphas: int | Array = 100,
    tol: float = 1e-9,
    max_iter: int = 100,
    fit_intercept: bool = True,
    sample_weight: Array | None = None,
) -> LogisticPath:
    """Solve logistic regression on a decreasing grid of alphas.

    Parameters
    ----------
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,)
        Labels -1 and 1.
    l1_ratio : float, default 1.0
        The share of the L1 part, in [0, 1].
    eps : float, default 1e-2
        The last alpha of an automatic grid over the first.
    alphas : int or array_like of shape (k,), default 100
        How many, or which; they are put in decreasing order.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective at w = 0.
    max_iter : int, default 100
        Newton steps at most for each alpha, on a grid that is refined where it is coarse.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    sample_weight : array_like of shape (n,), optional

    Returns
    -------
    LogisticPath
        A named tuple: ``alphas`` of shape (k,), decreasing; ``coefs`` of shape (p, k);
        ``dual_gaps`` and ``intercepts`` of shape (k,).

    Raises
    ------
    ValueError
        For data, numbers or alphas that are not what they should be; for an automatic grid at
        ``l1_ratio=0``.

    Warns
    -----
    ConvergenceWarning
        If for some alpha the gap exceeds ``tol`` times the objective at w = 0.

    References
    ----------
    Friedman, Hastie and Tibshirani (2010).

    Examples
    --------
    >>> import numpy as np
    >>> X = np.array([[-2.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 1.0]])
    >>> logistic_path(X, [-1, -1, 1, 1], alphas=[0.75, 0.1]).coefs.round(3)
    array([[0.   , 1.778],
           [0.   , 0.   ]])
    """
    penalty = L1L2(1.0, l1_ratio)
    F = Objective(X, y, penalty, Logistic(), sample_weight, fit_intercept)
    grid = decreasing(alphas, lambda count: alpha_grid(F, eps, count))
    path, intercepts = _logistic_path(F, grid, tol=tol, max_iter=max_iter)
    return LogisticPath(grid, path.coefs, path.dual_gaps, intercepts)


def ridge_path(
    X: Array,
    y: Array,
    alphas: Array,
    *,
    fit_intercept: bool = False,
    sample_weight: Array | None = None,
) -> Path:
    """Solve ridge regression for every alpha from one decomposition.

    Parameters
    ----------
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,)
    alphas : array_like of shape (k,)
        At least 0; they are put in decreasing order. At 0 it is least squares of smallest norm.
    fit_intercept : bool, default False
    sample_weight : array_like of shape (n,), optional

    Returns
    -------
    Path
        A named tuple: ``alphas`` of shape (k,), decreasing; ``coefs`` of shape (p, k);
        ``dual_gaps`` of shape (k,).

    Raises
    ------
    ValueError
        For data or alphas that are not what they should be.

    Warns
    -----
    ConvergenceWarning
        If for some alpha the gap exceeds 1e-9 times the objective at w = 0, as it can where a
        sparse X is badly conditioned, see `regkit.solvers.RidgeDecomposition.of`.

    Notes
    -----
    O(np min(n, p)) once and O(p min(n, p)) for each alpha.

    Examples
    --------
    >>> import numpy as np
    >>> ridge_path(np.diag([2.0, 1.0]), [4.0, 1.0], [0.5]).coefs.round(4)
    array([[1.6],
           [0.5]])
    """
    objective = Objective(X, y, L2(1.0), sample_weight=sample_weight, fit_intercept=fit_intercept)
    grid = np.sort(check_alphas(alphas))[::-1]
    if objective.null_value == 0:
        return Path(grid, np.zeros((objective.shape[1], len(grid))), np.zeros(len(grid)))
    coefs = RidgeDecomposition.of(objective).coefs(grid)
    problems = [replace(objective, penalty=L2(alpha)) for alpha in grid]
    gaps = np.array([duality_gap(F, w) for F, w in zip(problems, coefs.T, strict=True)])
    worst, wanted = int(gaps.argmax()), 1e-9 * objective.null_value
    if gaps[worst] > wanted:
        warn_short(
            f"Ridge is left with a duality gap of {gaps[worst]:.3g} at alpha={grid[worst]:.6g}; "
            f"wanted at most {wanted:.3g}. Standardise the columns, or use a larger alpha."
        )
    return Path(grid, coefs, gaps)


_HOW_NOT_WHAT = {
    "precompute",
    "Xy",
    "copy_X",
    "coef_init",
    "verbose",
    "check_input",
    "selection",
    "random_state",
    "do_screening",
}
