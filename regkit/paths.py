r"""Solutions along a whole grid of alphas, drop-in for scikit-learn's path functions.

Like those, they fit no intercept unless asked to: centre X and y before, or pass
``fit_intercept=True``, which gives the same coefficients. Unlike those, they are exact: each
alpha comes with a duality gap at rounding level, or a warning that says how large it is.
"""

from collections.abc import Callable
from numbers import Integral
from typing import Literal, NamedTuple, Self, TypedDict, Unpack, overload

import numpy as np
from numpy import ndarray as Array
from numpy.typing import ArrayLike

from ._types import MatrixLike
from ._validation import as_numbers, check_alphas, check_classes, check_integer, check_number
from .exact.logistic import logistic_active_set_path
from .exact.path import active_set_path
from .exact.problem import Answers
from .losses import Logistic
from .objective import Objective
from .penalties import L1L2, L2


class _Triple(NamedTuple):
    alphas: Array
    coefs: Array
    dual_gaps: Array


class Path(_Triple):
    """What every path function returns: it unpacks into its first three attributes.

    Attributes
    ----------
    alphas : ndarray of shape (k,)
        Decreasing.
    coefs : ndarray of shape (p, k), or (n_targets, p, k) if y has columns
    dual_gaps : ndarray of shape (k,), or (n_targets, k)
        How far each answer can be above the minimum, on the scale of the objective.
    intercepts : ndarray of the shape of dual_gaps
        0 where none is fitted.
    n_iters : ndarray of the shape of dual_gaps
        Active sets tried for each alpha, 1 for a ridge; for logistic regression Newton steps.
    """

    intercepts: Array
    n_iters: Array

    def __new__(
        cls, alphas: Array, coefs: Array, dual_gaps: Array, intercepts: Array, n_iters: Array
    ) -> Self:
        """Attach what does not unpack."""
        path = super().__new__(cls, alphas, coefs, dual_gaps)
        path.intercepts, path.n_iters = intercepts, n_iters
        return path

    def __getnewargs__(self) -> tuple[Array, ...]:
        """Return what a copy is made from."""
        return (*self, self.intercepts, self.n_iters)


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


def decreasing(alphas: int | ArrayLike, automatic: Callable[[int], Array]) -> Array:
    """Return the decreasing grid that ``alphas`` stands for: a count to spread, or its values."""
    if isinstance(alphas, Integral) and not isinstance(alphas, bool):
        return automatic(check_integer("alphas", alphas, low=1))
    return np.sort(check_alphas(alphas))[::-1]


class _Ignored(TypedDict, total=False):
    """scikit-learn's settings that change how its paths are computed, not what they are."""

    precompute: object
    Xy: object
    copy_X: object
    coef_init: object
    verbose: object
    check_input: object
    selection: object
    random_state: object
    do_screening: object


class _Options(_Ignored, total=False):
    """What both path functions below take by name, for a type checker."""

    eps: float
    alphas: int | ArrayLike | None
    n_alphas: int | None
    positive: bool
    tol: float
    max_iter: int
    fit_intercept: bool
    sample_weight: ArrayLike | None


@overload
def lasso_path(
    X: MatrixLike, y: ArrayLike, *, return_n_iter: Literal[False] = ..., **options: Unpack[_Options]
) -> Path: ...
@overload
def lasso_path(
    X: MatrixLike, y: ArrayLike, *, return_n_iter: Literal[True], **options: Unpack[_Options]
) -> tuple[Array, Array, Array, Array]: ...
def lasso_path(
    X: MatrixLike,
    y: ArrayLike,
    *,
    eps: float = 1e-3,
    alphas: int | ArrayLike | None = 100,
    n_alphas: int | None = None,
    return_n_iter: bool = False,
    positive: bool = False,
    tol: float = 1e-9,
    max_iter: int = 100_000,
    fit_intercept: bool = False,
    sample_weight: ArrayLike | None = None,
    **ignored: Unpack[_Ignored],
) -> Path | tuple[Array, Array, Array, Array]:
    """Solve the lasso on a decreasing grid of alphas: `enet_path` with ``l1_ratio=1``.

    Parameters
    ----------
    X, y, eps, alphas, n_alphas, return_n_iter, positive
        As for `enet_path`.
    tol, max_iter, fit_intercept, sample_weight, **ignored
        As for `enet_path`.

    Returns
    -------
    Path
        As from `enet_path`.

    Raises
    ------
    ValueError
        For data, numbers or alphas that are not what they should be.
    TypeError
        For any other argument.

    Warns
    -----
    ConvergenceWarning
        If for some alpha the gap exceeds ``tol`` times the objective at w = 0.

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
    _refuse_unknown("lasso_path", ignored)
    return enet_path(  # type: ignore[call-overload, no-any-return]
        X,
        y,
        l1_ratio=1.0,
        eps=eps,
        alphas=alphas,
        n_alphas=n_alphas,
        return_n_iter=return_n_iter,
        positive=positive,
        tol=tol,
        max_iter=max_iter,
        fit_intercept=fit_intercept,
        sample_weight=sample_weight,
    )


@overload
def enet_path(
    X: MatrixLike,
    y: ArrayLike,
    *,
    l1_ratio: float = ...,
    return_n_iter: Literal[False] = ...,
    **options: Unpack[_Options],
) -> Path: ...
@overload
def enet_path(
    X: MatrixLike,
    y: ArrayLike,
    *,
    l1_ratio: float = ...,
    return_n_iter: Literal[True],
    **options: Unpack[_Options],
) -> tuple[Array, Array, Array, Array]: ...
def enet_path(
    X: MatrixLike,
    y: ArrayLike,
    *,
    l1_ratio: float = 0.5,
    eps: float = 1e-3,
    alphas: int | ArrayLike | None = 100,
    n_alphas: int | None = None,
    return_n_iter: bool = False,
    positive: bool = False,
    tol: float = 1e-9,
    max_iter: int = 100_000,
    fit_intercept: bool = False,
    sample_weight: ArrayLike | None = None,
    **ignored: Unpack[_Ignored],
) -> Path | tuple[Array, Array, Array, Array]:
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
        Return ``n_iters`` as a fourth part, as scikit-learn does.
    positive : bool, default False
        Allow no negative coefficient.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective at w = 0.
    max_iter : int, default 100_000
        Active sets tried at most for one alpha, on a grid that is refined where it is coarse.
    fit_intercept : bool, default False
        Whether to leave an intercept free. It is ``mean(y) - mean(X) @ coef``, weighted.
    sample_weight : array_like of shape (n,), optional
    **ignored
        ``precompute``, ``Xy``, ``copy_X``, ``coef_init``, ``verbose``, ``check_input``,
        ``selection``, ``random_state``, ``do_screening``: scikit-learn's settings that change how
        it computes, not what. X is never written to.

    Returns
    -------
    Path
        A named tuple: ``alphas`` of shape (k,), decreasing; ``coefs`` of shape (p, k),
        ``dual_gaps``, ``intercepts`` and ``n_iters`` of shape (k,), all with n_targets first if y
        has columns. With ``return_n_iter=True`` it is a tuple of four: alphas, coefs, dual_gaps
        and n_iters.

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
    _refuse_unknown("enet_path", ignored)
    if n_alphas is not None:
        alphas = check_integer("n_alphas", n_alphas, low=1)
    elif alphas is None:
        alphas = 100
    penalty = L1L2(1.0, l1_ratio, positive)
    targets = as_numbers("y", y)
    columns = list(targets.T) if targets.ndim == 2 else [targets]
    objectives = [
        Objective(X, column, penalty, sample_weight=sample_weight, fit_intercept=fit_intercept)
        for column in columns
    ]
    grid = decreasing(
        alphas, lambda count: max((alpha_grid(F, eps, count) for F in objectives), key=max)
    )
    paths = [
        _path(F, grid, active_set_path(F, grid, tol=tol, max_iter=max_iter)) for F in objectives
    ]
    path = paths[0] if targets.ndim == 1 else _side_by_side(paths)
    return (*path, path.n_iters) if return_n_iter else path


def logistic_path(
    X: MatrixLike,
    y: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    eps: float = 1e-2,
    alphas: int | ArrayLike = 100,
    tol: float = 1e-9,
    max_iter: int = 100,
    fit_intercept: bool = True,
    sample_weight: ArrayLike | None = None,
) -> Path:
    """Solve logistic regression on a decreasing grid of alphas.

    Parameters
    ----------
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,)
        Two labels of any type; the coefficients are of the second, sorted, against the first.
    l1_ratio : float, default 1.0
        The share of the L1 part, in [0, 1].
    eps : float, default 1e-2
        The last alpha of an automatic grid over the first.
    alphas : int or array_like of shape (k,), default 100
        How many, or which; they are put in decreasing order.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective at w = 0.
    max_iter : int, default 100
        Newton steps at most for one alpha, on a grid that is refined where it is coarse.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    sample_weight : array_like of shape (n,), optional

    Returns
    -------
    Path
        A named tuple: ``alphas`` of shape (k,), decreasing; ``coefs`` of shape (p, k);
        ``dual_gaps``, ``intercepts`` and ``n_iters`` of shape (k,).

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
    _, signs = check_classes(y, sample_weight, fit_intercept)
    F = Objective(X, signs, penalty, Logistic(), sample_weight, fit_intercept)
    grid = decreasing(alphas, lambda count: alpha_grid(F, eps, count))
    return _path(F, grid, logistic_active_set_path(F, grid, tol=tol, max_iter=max_iter))


def ridge_path(
    X: MatrixLike,
    y: ArrayLike,
    alphas: ArrayLike,
    *,
    fit_intercept: bool = False,
    sample_weight: ArrayLike | None = None,
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
        ``dual_gaps``, ``intercepts`` and ``n_iters`` of shape (k,).

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
    return _path(objective, grid, active_set_path(objective, grid))


def _path(objective: Objective, alphas: Array, answers: Answers) -> Path:
    return Path(
        alphas,
        answers.coefs,
        answers.dual_gaps,
        objective.intercepts(answers.coefs),
        answers.n_iter,
    )


def _side_by_side(paths: list[Path]) -> Path:
    """Return the paths of several targets, on one grid, as one."""
    parts = zip(*(path.__getnewargs__()[1:] for path in paths), strict=True)
    return Path(paths[0].alphas, *map(np.array, parts))


def _refuse_unknown(function: str, ignored: _Ignored) -> None:
    unknown = sorted(set(ignored) - set(_Ignored.__annotations__))
    if unknown:
        raise TypeError(f"{function} got unexpected arguments: {', '.join(unknown)}.")
