r"""Choosing α: cross-validation, exact leave-one-out, degrees of freedom, information criteria.

A validation error is always a weighted *mean squared error*, :math:`\sum_i s_i e_i^2 / \sum_i s_i`
over the rows that were left out: twice the loss of `regkit.losses.SquaredError`, in squared units
of y. Over the folds it is averaged with the weight of each fold's left-out rows, so every row
counts by its own weight, whatever fold it fell into. A weight of 2 is then the row twice, a weight
of 0 no row, and leave-one-out is cross-validation with one row a fold. glmnet averages so too;
scikit-learn's `LassoCV` gives every fold the same say, which differs where folds are uneven.
"""

import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy import ndarray as Array
from numpy.typing import ArrayLike
from sklearn.model_selection import BaseCrossValidator, check_cv

from ._origin import counted_from
from ._types import MatrixLike
from ._validation import (
    as_numbers,
    check_alphas,
    check_integer,
    check_matrix,
    check_number,
    check_weights,
)
from .exact.data import CentredData
from .exact.path import active_set_path
from .exact.ridge import ridge_parts
from .losses import SquaredError
from .objective import Objective
from .penalties import L1L2, L2
from .solvers import RidgeDecomposition

__all__ = [
    "ErrorCurve",
    "cross_validate",
    "degrees_of_freedom",
    "information_criterion",
    "leave_one_out",
    "one_standard_error",
]

Fold = tuple[Array, Array]
RULES = ("min", "1se")


@dataclass(frozen=True, eq=False)
class ErrorCurve:
    r"""Validation errors over a grid of alphas, fold by fold, and the two rules that read it.

    Attributes
    ----------
    alphas : ndarray of shape (m,)
        In any order.
    errors : ndarray of shape (m, K)
        The weighted mean squared error over the left-out rows of each fold.
    weights : ndarray of shape (K,)
        What each fold counts: the total weight of its left-out rows. Any scale.
    l1_ratio : float, default 1.0
        That of all the fits.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), section 7.10; Breiman, Friedman, Olshen and Stone (1984,
    section 3.4.3) for the rule of one standard error.

    Examples
    --------
    >>> import numpy as np
    >>> errors = np.array([[5.0, 9.0], [4.0, 6.0], [3.0, 5.0], [4.0, 5.0]])
    >>> curve = ErrorCurve(np.array([8.0, 4.0, 2.0, 1.0]), errors, np.ones(2))
    >>> curve.mean_error, curve.std_error
    (array([7. , 5. , 4. , 4.5]), array([2. , 1. , 1. , 0.5]))
    >>> curve.alpha("min"), curve.alpha("1se")
    (2.0, 4.0)
    """

    alphas: Array
    errors: Array
    weights: Array
    l1_ratio: float = 1.0

    @cached_property
    def mean_error(self) -> Array:
        r"""The mean over folds, :math:`\sum_k W_k e_k / \sum_k W_k`, of shape (m,)."""
        return self.errors @ self.weights / self.weights.sum()

    @cached_property
    def std_error(self) -> Array:
        r"""The standard error of that mean, of shape (m,); NaN for a single fold.

        :math:`\sqrt{\sum_k W_k (e_k - \bar e)^2 / \sum_k W_k / (K - 1)}`: for equal weights the
        standard deviation over the folds (with :math:`K - 1`) divided by :math:`\sqrt K`. Folds
        share training rows, so it is an approximation, and rather too small (Bengio and
        Grandvalet, 2004).
        """
        folds = np.count_nonzero(self.weights)
        spread = (self.errors - self.mean_error[:, None]) ** 2 @ self.weights / self.weights.sum()
        return np.sqrt(spread / (folds - 1)) if folds > 1 else np.full(len(spread), np.nan)

    def best(self, rule: Literal["min", "1se"] = "min") -> int:
        """Return the position in ``alphas`` that a rule chooses; among equals the largest alpha.

        Parameters
        ----------
        rule : ``"min"`` or ``"1se"``, default ``"min"``
            The smallest mean error, or the *largest* alpha whose mean error is at most one standard
            error (that of the smallest) above the smallest.

        Returns
        -------
        int

        Raises
        ------
        ValueError
            For another rule, or ``"1se"`` where a single fold gives no standard error.
        """
        check_rule(rule)
        mean = self.mean_error
        lowest = self._strongest(mean <= mean.min())
        if rule == "min":
            return lowest
        if np.isnan(self.std_error[lowest]):
            raise ValueError("rule='1se' needs at least 2 folds of positive weight; got 1.")
        return self._strongest(mean <= mean[lowest] + self.std_error[lowest])

    def alpha(self, rule: Literal["min", "1se"] = "min") -> float:
        """Return the alpha that a rule chooses, see `best`."""
        return float(self.alphas[self.best(rule)])

    def _strongest(self, allowed: Array) -> int:
        return int(np.where(allowed, self.alphas, -np.inf).argmax())


def check_rule(rule: object) -> None:
    """Refuse a rule that does not exist."""
    if not isinstance(rule, str) or rule not in RULES:
        raise ValueError(f"rule must be one of {RULES}; got {rule!r}.")


def one_standard_error(cv_results: Mapping[str, Any], parameter: str = "alpha") -> int:
    """Return the position that the one-standard-error rule chooses: ``refit`` of a grid search.

    Hand it to `sklearn.model_selection.GridSearchCV` as ``refit=one_standard_error``. It takes the
    *largest* alpha whose mean score is at most one standard error below the best. scikit-learn
    stores the standard *deviation* over the K folds, which is √(K − 1) times that.

    Parameters
    ----------
    cv_results : dict
        What the search hands over. Its folds count alike.
    parameter : str, default ``"alpha"``
        What is the stronger the larger it is, without the names of the steps before it.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If not exactly one parameter of the grid has that name, if there is more than one kind of
        score, if a fold has no finite score, or if there is a single fold.

    References
    ----------
    Breiman, Friedman, Olshen and Stone (1984, section 3.4.3).

    Examples
    --------
    >>> from regkit import Lasso, load_prostate
    >>> from sklearn.model_selection import GridSearchCV
    >>> X, y = load_prostate().data, load_prostate().target
    >>> grid = {"alpha": [1.0, 0.3, 0.1, 0.03, 0.01]}
    >>> for refit in (True, one_standard_error):
    ...     print(GridSearchCV(Lasso(), grid, cv=10, refit=refit).fit(X, y).best_params_)
    {'alpha': 0.3}
    {'alpha': 1.0}
    """
    given = [name for name in cv_results if name.startswith("param_")]
    names = [name for name in given if name[6:].rpartition("__")[2] == parameter]
    if len(names) != 1:
        raise ValueError(f"one parameter must be named {parameter!r}; got {names}.")
    scores = [cv_results[k] for k in cv_results if re.fullmatch(r"split\d+_test_score", k)]
    errors = check_matrix("the scores of the folds", -np.array(scores).T)
    alphas = np.array(cv_results[names[0]], dtype=float)
    return ErrorCurve(alphas, errors, np.ones(len(scores))).best("1se")


def cross_validate(
    X: MatrixLike,
    y: ArrayLike,
    alphas: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    cv: int | BaseCrossValidator | Iterable[Fold] = 5,
    groups: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    positive: bool = False,
    tol: float = 1e-9,
    max_iter: int = 100_000,
    n_jobs: int | None = None,
    progress: bool = False,
) -> ErrorCurve:
    """Fit a path on all folds but one, measure its errors on that one, and take turns.

    Parameters
    ----------
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,) or (n, t)
        For several targets errors are means over the targets too.
    alphas : array_like of shape (m,)
        At least 0, in any order; the same in every fold.
    l1_ratio : float, default 1.0
        Lasso by default; 0 is ridge.
    cv : int, scikit-learn splitter, or iterable of (train, test), default 5
        An int is that many folds of consecutive rows, not shuffled (`KFold`).
    groups : array_like of shape (n,), optional
        For splitters that keep groups together, such as `GroupKFold`.
    sample_weight : array_like of shape (n,), optional
        Non-negative; used in the fits and in the errors.
    fit_intercept, positive, tol, max_iter
        As in `regkit.ElasticNet`.
    n_jobs : int, optional
        Folds at a time, through joblib: 1 by default, unless inside `joblib.parallel_backend`;
        -1 for all processors. The answer does not depend on it.
    progress : bool, default False
        Count the folds done on standard error.

    Returns
    -------
    ErrorCurve
        With the ``alphas`` in the order given.

    Raises
    ------
    ValueError
        For bad data, parameters or folds, such as a fold with nothing to train on.

    Warns
    -----
    ConvergenceWarning
        If a fit misses the tolerance.

    Notes
    -----
    K paths. Each fold's columns are centred by its own training rows; if you standardise columns,
    do it inside the folds too (a Pipeline in scikit-learn's cross-validation), or the left-out rows
    have been seen.

    Examples
    --------
    >>> from regkit import load_prostate
    >>> prostate = load_prostate()
    >>> curve = cross_validate(prostate.data, prostate.target, [1.0, 0.1, 0.01], cv=10)
    >>> curve.mean_error.round(2)
    array([1.39, 0.87, 0.74])
    """
    X, alphas = check_matrix("X", X), check_alphas(alphas)
    Y = _check_targets(y, X.shape[0])
    folds = list_folds(X, np.asarray(y), cv, groups)
    penalty = L1L2(1.0, l1_ratio, positive)
    problems = [Objective(X, t, penalty, SquaredError(), sample_weight, fit_intercept) for t in Y.T]
    limits = dict(tol=tol, max_iter=max_iter)
    return error_curve(problems, alphas, folds, limits, n_jobs=n_jobs, progress=progress)


def leave_one_out(
    X: MatrixLike,
    y: ArrayLike,
    alphas: ArrayLike,
    *,
    sample_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    decomposition: RidgeDecomposition | None = None,
) -> ErrorCurve:
    """Leave each row out in turn, for ridge: exactly, without a refit.

    Parameters
    ----------
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,) or (n, t)
        For several targets errors are means over the targets too.
    alphas : array_like of shape (m,)
        At least 0, in any order.
    sample_weight : array_like of shape (n,), optional
        A row is left out with all its weight, and its error counts by it. (So here, and here only,
        a weight of 2 is not the row twice: two rows would be left out one at a time.)
    fit_intercept : bool, default True
    decomposition : RidgeDecomposition, optional
        That of the same X, weights and intercept, if it is at hand.

    Returns
    -------
    ErrorCurve
        With ``l1_ratio`` 0 and one fold for each row.

    Raises
    ------
    ValueError
        For bad data or parameters, or fewer than two rows of positive weight.

    Notes
    -----
    One decomposition, O(np min(n, p)), and two matrix products, see
    `regkit.solvers.RidgeDecomposition.leave_one_out`; memory O(n(p + m)).

    Our α multiplies the *mean* loss, so a fit to :math:`n - 1` rows at the same α has less
    penalty in scikit-learn's units, where the loss is a sum: its ``RidgeCV`` compares alphas that
    are :math:`n - 1` times ours, and then fits all rows with that, where we use n times.

    References
    ----------
    Allen (1974); Golub, Heath and Wahba (1979).

    Examples
    --------
    >>> from regkit import load_prostate
    >>> prostate = load_prostate()
    >>> curve = leave_one_out(prostate.data, prostate.target, [1.0, 0.1, 0.01])
    >>> curve.mean_error.round(4)
    array([0.6989, 0.5539, 0.5393])
    """
    X, alphas = check_matrix("X", X), check_alphas(alphas)
    Y = _check_targets(y, X.shape[0])
    weights = check_weights("sample_weight", sample_weight, X.shape[0])
    ridge = decomposition or RidgeDecomposition.of(
        Objective(X, Y[:, 0], L2(1.0), sample_weight=weights, fit_intercept=fit_intercept)
    )
    squares = np.zeros((len(Y), len(alphas)))
    for column in Y.T:
        squares += ridge.leave_one_out(column, alphas) ** 2
    return ErrorCurve(alphas, squares.T / Y.shape[1], weights, 0.0)


def degrees_of_freedom(objective: Objective, w: Array) -> float:
    r"""Return the effective number of coefficients of a squared-error fit.

    The trace of the matrix that takes y to the fitted values while the active set A stays as it is,

    .. math:: \operatorname{df} = \operatorname{tr} X_A (X_A^\top X_A + l_2 I)^{-1} X_A^\top
              = \sum_k \frac{d_k^2}{d_k^2 + l_2},

    with :math:`d_k` the singular values of the active columns, centred and weighted. Without an L1
    part all columns are active and this is the usual trace of ridge; without a ridge part it is the
    rank of the active columns, for the lasso. The intercept is not counted.

    Parameters
    ----------
    objective : Objective
        With `SquaredError`.
    w : ndarray of shape (p,)
        Its minimiser.

    Returns
    -------
    float
        An unbiased estimate of :math:`\sum_i \operatorname{cov}(\hat y_i, y_i) / \sigma^2` if the
        errors are normal with variance σ² (for ridge, that number itself). Unbiased for the lasso
        although the active set was chosen by looking at y: shrinkage repays what the choice costs.

    Raises
    ------
    ValueError
        If the loss is another.

    Notes
    -----
    The singular values of the k active columns, O(nk min(n, k)); of a sparse X only these columns
    are made dense.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), section 3.4.1; Zou, Hastie and Tibshirani (2007);
    Tibshirani and Taylor (2012), for columns of any rank and for the Elastic Net.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1, L1L2, L2
    >>> X, y = np.diag([2.0, 1.0]), np.array([4.0, 1.0])
    >>> F = Objective(X, y, L2(0.5), fit_intercept=False)
    >>> round(degrees_of_freedom(F, np.array([1.6, 0.5])), 4)
    1.3
    >>> F = Objective(X, y, L1(1.0), fit_intercept=False)
    >>> degrees_of_freedom(F, np.array([1.5, 0.0]))
    1.0
    """
    if not isinstance(objective.loss, SquaredError):
        raise ValueError(f"degrees_of_freedom needs SquaredError; got {objective.loss}.")
    penalty = objective.penalty
    is_ridge = penalty.l1 == 0 and not penalty.positive
    active = np.arange(len(w)) if is_ridge else np.flatnonzero(w)
    if not len(active):
        return 0.0
    columns = objective.X[:, active]
    columns = columns.toarray() if sp.issparse(columns) else columns
    some = replace(objective, X=columns).centred()
    Z = np.sqrt(some.weights)[:, None] * some.X
    if penalty.l2 > 0:
        squares = np.linalg.svd(Z, compute_uv=False) ** 2
        return float((squares / (squares + penalty.l2)).sum())
    lengths = np.linalg.norm(Z, axis=0)  # rank knows no units: columns of length 1 show it best
    return float(np.linalg.matrix_rank(Z / np.where(lengths > 0, lengths, 1)))


def information_criterion(
    objective: Objective,
    w: Array,
    criterion: Literal["aic", "aicc", "bic"] = "aic",
    *,
    noise_variance: float | None = None,
) -> float:
    r"""Return Akaike's or the Bayesian information criterion of a squared-error fit.

    Minus twice the Gaussian log-likelihood, plus a price for the k numbers that were fitted:

    .. math:: \begin{aligned}
              \text{AIC} &= n \log(2\pi\hat\sigma^2) + n + 2k, \\
              \text{AICc} &= \text{AIC} + \frac{2k(k + 1)}{n - k - 1}, \\
              \text{BIC} &= n \log(2\pi\hat\sigma^2) + n + k \log n,
              \end{aligned}

    with :math:`\hat\sigma^2 = \text{RSS}/n`. k counts the `degrees_of_freedom`, the intercept if
    there is one, and the variance. The variance can be given instead; then the first terms are
    :math:`n \log(2\pi\sigma^2) + \text{RSS}/\sigma^2`, and k does not count it.

    Parameters
    ----------
    objective : Objective
        With `SquaredError`. Its sample weights count repeated rows: n is their sum.
    w : ndarray of shape (p,)
        Its minimiser.
    criterion : ``"aic"``, ``"aicc"`` or ``"bic"``, default ``"aic"``
    noise_variance : float, optional
        σ², if it is known, or estimated once for all models (as one must for p ≥ n).

    Returns
    -------
    float
        Smaller is better; only differences between models of the same y mean anything.

    Raises
    ------
    ValueError
        If the criterion is none of the three; if the loss is another; if the fit leaves no
        residual, so that the logarithm is not finite; if :math:`n - k - 1` is not positive, where
        AICc is not defined; if a variance is given for AICc, which corrects for not knowing it.

    References
    ----------
    Akaike (1974); Hurvich and Tsai (1989) for AICc; Schwarz (1978) for BIC; Zou, Hastie and
    Tibshirani (2007) for their use with the lasso.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> X, y = np.arange(6.0)[:, None], np.array([0.0, 1.0, 1.0, 3.0, 5.0, 5.0])
    >>> F = Objective(X, y, L1(1 / 3))  # its minimiser is 1
    >>> for name in ("aic", "aicc", "bic"):
    ...     print(name, round(information_criterion(F, np.array([1.0]), name), 3))
    aic 16.436
    aicc 28.436
    bic 15.811
    """
    if criterion not in ("aic", "aicc", "bic"):
        raise ValueError(f"criterion must be 'aic', 'aicc' or 'bic'; got {criterion!r}.")
    k = degrees_of_freedom(objective, w) + objective.fit_intercept
    given = 1 if objective.sample_weight is None else objective.sample_weight
    n = float(np.broadcast_to(given, len(objective.y)).sum())
    mean_square = 2 * objective.loss_value(w)
    if noise_variance is not None:
        if criterion == "aicc":
            raise ValueError("AICc corrects for an unknown variance; leave noise_variance out.")
        variance = check_number("noise_variance", noise_variance, low=0, strict=True)
    else:
        k, variance = k + 1, mean_square
        if mean_square <= (4 * np.finfo(float).eps * np.abs(objective.y).max()) ** 2:
            raise ValueError(
                "The fit leaves no residual, so its likelihood is infinite and no criterion is "
                "defined. Use a larger alpha, or give noise_variance."
            )
    deviance = n * np.log(2 * np.pi * variance) + n * mean_square / variance
    if criterion == "bic":
        return float(deviance + k * np.log(n))
    if criterion == "aic":
        return float(deviance + 2 * k)
    if n - k - 1 <= 0:
        raise ValueError(
            f"AICc is defined only for n - k - 1 > 0; got n = {n:g} and k = {k:g} "
            "(degrees of freedom, intercept, variance). Use a larger alpha, or BIC."
        )
    return float(deviance + 2 * k + 2 * k * (k + 1) / (n - k - 1))


def ridge_alpha_grid(ridge: RidgeDecomposition, n: int = 100) -> Array:
    r"""Return n alphas from hardly any effective degrees of freedom to nearly the rank.

    From :math:`100 \sum_k d_k^2`, where the degrees of freedom are at most 0.01, down to
    :math:`0.01 / \sum_k d_k^{-2}`, where they fall short of the rank by at most 0.01; never beyond
    1e-12 of the first, where the columns are too nearly dependent for that.

    Parameters
    ----------
    ridge : RidgeDecomposition
    n : int, default 100

    Returns
    -------
    ndarray of shape (n,)
        Decreasing, evenly spaced in the logarithm; all at rounding level if X has rank 0.

    Raises
    ------
    ValueError
        If ``n`` is not a whole number of at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L2
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(1.0), fit_intercept=False)
    >>> ridge = RidgeDecomposition.of(F)
    >>> [round(ridge.degrees_of_freedom(alpha), 3) for alpha in ridge_alpha_grid(ridge, 3)]
    [0.01, 1.0, 1.99]
    """
    n, squares = check_integer("alphas", n, low=1), ridge.d**2
    if not len(squares):
        return np.full(n, np.finfo(float).resolution)
    high, low = 100 * squares.sum(), 0.01 / (1 / squares).sum()
    return np.geomspace(high, max(low, 1e-12 * high), n)


# --- the parts of cross-validation ---------------------------------------------------------------


def _check_targets(y: ArrayLike, n: int) -> Array:
    """Return y with one column per target, of shape (n, t)."""
    Y = as_numbers("y", y)
    if Y.ndim not in (1, 2) or Y.shape[0] != n:
        rows = Y.shape[0] if Y.ndim else "a number"
        raise ValueError(f"y must have {n} rows, one for each row of X; got {rows}.")
    return check_matrix("y", Y.reshape(n, -1))


def list_folds(
    X: MatrixLike,
    y: ArrayLike,
    cv: int | BaseCrossValidator | Iterable[Fold],
    groups: ArrayLike | None = None,
) -> list[Fold]:
    """Return the (train, test) row numbers of each fold, split once so that all fits share them."""
    if isinstance(cv, int | np.integer):
        cv = check_integer("cv", cv, low=2)
    rows = np.arange(X.shape[0])
    folds = [(rows[a], rows[b]) for a, b in check_cv(cv).split(X, y, groups)]
    if not folds:
        raise ValueError(f"cv must give at least one fold; got none from {cv!r}.")
    for number, (train, test) in enumerate(folds):
        if not len(train) or not len(test):
            raise ValueError(
                f"Every fold needs rows to train on and rows to test on; fold {number} has "
                f"{len(train)} and {len(test)}."
            )
    return folds


def error_curve(
    problems: list[Objective],
    alphas: Array,
    folds: list[Fold],
    limits: dict[str, Any],
    *,
    n_jobs: int | None,
    progress: bool,
) -> ErrorCurve:
    """Return what `cross_validate` does, for problems, one a target, that differ in y alone.

    ``limits`` are the tol and max_iter of a path.
    """
    F, order = problems[0], np.argsort(-alphas)
    if sp.issparse(F.X) and F.X.format != "csr":  # rows are asked for
        problems = [replace(F, X=F.X.tocsr(), y=other.y) for other in problems]
    test_weights = _test_weights(F.weights, folds)
    errors = np.empty((len(alphas), len(folds)))
    jobs = (delayed(_fold_errors)(problems, alphas[order], limits, *fold) for fold in folds)
    told = f"of {len(folds)} at l1_ratio {F.penalty.l1_ratio:g}" if progress else ""
    errors[order] = np.transpose(_in_parallel(jobs, n_jobs, told))
    return ErrorCurve(alphas, errors, test_weights, F.penalty.l1_ratio)


def _test_weights(weights: Array, folds: list[Fold]) -> Array:
    """Return the total weight of each fold's test rows; refuse folds without training weight."""
    for number, (train, _) in enumerate(folds):
        if not weights[train].any():
            raise ValueError(f"All training rows of fold {number} have weight 0; fold them anew.")
    totals = np.array([weights[test].sum() for _, test in folds])
    if not totals.any():
        raise ValueError("All test rows have weight 0, so there is no error to measure.")
    return totals


def _fold_errors(
    problems: list[Objective], alphas: Array, limits: dict[str, Any], train: Array, test: Array
) -> Array:
    """Fit the path on the training rows; return its error on the test rows, of shape (m,).

    The mean over rows, by their weights, and over targets. It is 0 if no test row has any weight;
    the fold then counts for nothing.
    """
    X, weights = problems[0].X, problems[0].weights
    train, test = train[weights[train] > 0], test[weights[test] > 0]
    errors = np.zeros(len(alphas))
    if not len(test):
        return errors
    X_train, X_test = X[train], X[test]
    if sp.issparse(X_train):
        X_train = X_train.tocsc()  # the solver wants columns, and would keep both
    s = None if problems[0].sample_weight is None else weights[train]
    share = weights[test] / weights[test].sum()
    for whole in problems:
        F, y_test = replace(whole, X=X_train, y=whole.y[train], sample_weight=s), whole.y[test]
        # counted from nearer, as the fit: far from zero, y - Xw - b would be a difference of sums
        near = counted_from(X_test, F.origin)
        if F.fit_intercept:
            y_test = y_test - F.weights @ F.y
        for some, W in _solved(F, alphas, limits):
            fitted = near @ W - F.near_means @ W * F.fit_intercept
            errors[some] += share @ (y_test[:, None] - fitted) ** 2
    return errors / len(problems)


def _solved(F: Objective, alphas: Array, limits: dict[str, Any]) -> Iterable[tuple[slice, Array]]:
    """Return the coefficients (p, j) at j of the decreasing alphas, for all in turn, and which."""
    if F.penalty.l1_ratio == 0 and not F.penalty.positive:
        return ridge_parts(F, CentredData(F), alphas)
    return [(slice(len(alphas)), active_set_path(F, alphas, **limits).coefs)]


def _in_parallel(jobs: Iterable, n_jobs: int | None, told: str) -> list[Array]:
    """Run joblib's delayed calls, in order; count them on standard error if there is a text."""
    if not told:
        return Parallel(n_jobs=n_jobs)(jobs)
    results = []
    for result in Parallel(n_jobs=n_jobs, return_as="generator")(jobs):
        results.append(result)
        print(f"\rfold {len(results)} {told}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return results
