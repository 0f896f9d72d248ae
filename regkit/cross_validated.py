"""The estimators that choose their own alpha, by cross-validation.

Nothing is computed here either: `regkit.selection` measures the errors, a rule reads them, and the
estimator that each class extends makes the final fit, on all rows.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from numbers import Integral
from typing import Any, Literal, Self, TypeAlias

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from numpy.typing import ArrayLike
from sklearn.model_selection import BaseCrossValidator, LeaveOneGroupOut
from sklearn.utils import Tags, column_or_1d

from ._blocks import Folds, Parts, read_blocks, read_dask, stand_in
from ._types import MatrixLike
from ._validation import check_integer, check_number, is_dask
from .estimators import ElasticNet, Lasso, Ridge
from .exact.path import active_set
from .objective import Objective
from .paths import alpha_grid, decreasing
from .penalties import L1L2
from .selection import (
    ErrorCurve,
    Fold,
    check_rule,
    error_curve,
    leave_one_out,
    list_folds,
    ridge_alpha_grid,
)
from .solvers import RidgeDecomposition, ridge_closed_form

CrossValidator: TypeAlias = int | BaseCrossValidator | Iterable[Fold]


class _ChoosesAlpha:
    """What the three share: the data as problems, and what a rule makes of the error curves.

    Each is an instance of the estimator that it extends, and has its attributes.
    """

    warm_start = positive = False

    @property
    def alpha(self) -> float:
        """The choice, by the name that it has in the estimator extended; known after `fit`."""
        return self.alpha_

    def fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Choose by cross-validation, then fit all rows with the choice.

        Parameters
        ----------
        X : array_like, sparse matrix or Dask array or data frame of shape (n, p)
            Never changed; a sparse one is never densified. With Dask's, ``cv`` is an int or
            ``LeaveOneGroupOut()``; its blocks are reduced where they are, as in `fit_blocks`, and
            loaded once for all arguments if these are columns of one collection.
        y : array_like of shape (n,), or for `RidgeCV` also (n, t)
            Several targets share one alpha: that of the smallest mean over targets. With Dask's X,
            a Dask collection in the same blocks of rows, and the next two likewise.
        sample_weight : array_like of shape (n,), optional
            Non-negative, used in the fits and in the errors. Leave-one-out leaves out a row with
            all its weight; elsewhere, with the same rows in the same folds, a weight of 2 is the
            row twice, a weight of 0 no row.
        groups : array_like of shape (n,), optional
            For splitters that keep groups together.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For input that is empty, not numeric, not finite or of the wrong shape; for negative
            weights; for parameters out of range; for folds that cannot be formed.

        Warns
        -----
        ConvergenceWarning
            If the tolerance is not reached: with the gap reached, the gap wanted and a remedy.
        """
        if is_dask(X):
            return self._fit_parts(read_dask(X, y, sample_weight, groups, self._block_folds()))
        return self._fit(X, y, sample_weight, groups, self.cv)

    def fit_blocks(self, blocks: Iterable) -> Self:
        """Choose by cross-validation and fit, in one pass over the rows of an iterator of blocks.

        Parameters
        ----------
        blocks : iterable of (X, y), (X, y, sample_weight) or (X, y, sample_weight, groups)
            Each as in `fit`; ``sample_weight`` may be None. With ``cv=LeaveOneGroupOut()`` every
            block has groups, and each value of them is a fold. With ``cv`` an int K, row i belongs
            to fold i mod K, rows counted from 0 through all blocks: how many there will be is not
            known before the end, so the folds cannot be the consecutive rows of `fit`.

        Returns
        -------
        self
            What `fit` gives for the same rows in the same folds.

        Raises
        ------
        ValueError
            As `fit`, naming the block, counted from 0; for any other ``cv``, leave-one-out among
            them, for which the rows would be needed again.

        Warns
        -----
        ConvergenceWarning
            As `fit`.

        Notes
        -----
        O(Kp²) memory. Each fold is reduced to its weight, means and cross-products, see
        `regkit.moments`; an error on left-out rows is computed from those, and loses digits only
        where it is a tiny part of the variance of y.

        Examples
        --------
        >>> import numpy as np
        >>> from regkit import LassoCV
        >>> rng = np.random.default_rng(0)
        >>> X = rng.normal(size=(200, 3))
        >>> y = X @ [2.0, 0.0, -1.0] + rng.normal(size=200)
        >>> blocks = ((X[i : i + 50], y[i : i + 50]) for i in range(0, 200, 50))
        >>> model = LassoCV(cv=5).fit_blocks(blocks)
        >>> folds = [(np.arange(200) % 5 != k, np.arange(200) % 5 == k) for k in range(5)]
        >>> bool(np.isclose(model.alpha_, LassoCV(cv=folds).fit(X, y).alpha_, rtol=1e-12))
        True
        """
        return self._fit_parts(read_blocks(blocks, self._block_folds()))

    def _fit_parts(self, parts: Parts) -> Self:
        rows = stand_in(parts, centre=self.fit_intercept)
        self._fit(rows.X, rows.y, rows.sample_weight, None, rows.folds)
        penalty = replace(self._penalty(), alpha=self.alpha_, l1_ratio=self.l1_ratio_)
        return self._certified(parts, rows, penalty)._moved_back(rows)

    def _block_folds(self) -> Folds:
        """Return which folds to keep apart, and refuse bad parameters before any row is read."""
        check_rule(self.rule)
        decreasing(self.alphas, np.empty)
        if isinstance(self.cv, LeaveOneGroupOut):
            return "groups"
        cv = 5 if self.cv is None and not isinstance(self, Ridge) else self.cv
        if not isinstance(cv, Integral):
            raise ValueError(
                "For rows in blocks cv must be a number of folds, or LeaveOneGroupOut() with "
                f"groups; got {cv!r}."
            )
        return check_integer("cv", cv, low=2)

    def _read(
        self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None
    ) -> tuple[Array, Array, list[Objective]]:
        """Return valid X and y, and one problem per target."""
        check_rule(self.rule)
        X, y = self._validated(X, y)
        return X, y, self._problems(X, y, sample_weight, self._penalty())

    def _penalty(self) -> L1L2:
        """Return a penalty whose alpha and l1_ratio are still to be chosen."""
        return L1L2(1.0, 0.0, getattr(self, "positive", False))

    def _curve(
        self, problems: list[Objective], alphas: Array, folds: list[Fold], limits: dict[str, Any]
    ) -> ErrorCurve:
        return error_curve(
            problems, alphas, folds, limits, n_jobs=self.n_jobs, progress=self.progress
        )

    def _choose(
        self, problems: list[Objective], curves: list[ErrorCurve], *, with_folds: bool = True
    ) -> list[Objective]:
        """Apply the rule to the curve that reaches lowest; return the problems with its choice."""
        best = min(curves, key=lambda curve: curve.mean_error.min())
        self.alpha_, self.l1_ratio_ = best.alpha(self.rule), best.l1_ratio
        grids = np.array([curve.alphas for curve in curves])
        self.alphas_ = grids[0] if (grids == grids[0]).all() else grids
        self.cv_results_ = _table(curves, with_folds)
        penalty = replace(problems[0].penalty, alpha=self.alpha_, l1_ratio=self.l1_ratio_)
        return [problem.with_penalty(penalty) for problem in problems]


class RidgeCV(_ChoosesAlpha, Ridge):
    r"""Ridge regression with its own choice of alpha, by default through exact leave-one-out.

    The objective is that of `Ridge`. With ``cv=None`` every row is left out in turn, without a
    single refit: all errors, for all alphas, come from one decomposition.

    Parameters
    ----------
    alphas : int or array_like, default 100
        How many alphas, or which. A count is spread evenly in the logarithm, from 0.01 effective
        degrees of freedom to 0.01 less than the rank of X.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    cv : int, scikit-learn splitter, iterable of (train, test), or None, default None
        None is exact leave-one-out; an int is that many folds, not shuffled.
    rule : ``"min"`` or ``"1se"``, default ``"min"``
        The alpha of the smallest mean error, or the largest within one standard error of it.
    n_jobs : int, optional
        Folds at a time, through joblib; leave-one-out needs none.
    progress : bool, default False
        Count the folds done on standard error.

    Attributes
    ----------
    alpha_ : float
        The choice, one for all targets.
    l1_ratio_ : float
        Always 0.
    alphas_ : ndarray of shape (m,)
        The grid, decreasing.
    cv_results_ : dict of ndarray of shape (m,)
        ``l1_ratio``, ``alpha``, ``mean_error`` (mean squared error, in squared units of y),
        ``std_error`` and, with folds, ``fold0_error`` and so on. `pandas.DataFrame` takes it as
        it is.
    coef_ : ndarray of shape (p,) or (t, p)
    intercept_ : float or ndarray of shape (t,)
    dual_gap_ : float or ndarray of shape (t,)
        How far the objective can be from its minimum, at most.
    n_iter_ : int or list of int
        0: the closed form does not iterate.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (p,)
        If ``X`` had column names, all strings.

    Notes
    -----
    scikit-learn's ``RidgeCV`` finds the same leave-one-out errors at alphas that are :math:`n - 1`
    times as large, see `regkit.selection.leave_one_out`.

    References
    ----------
    Allen (1974); Golub, Heath and Wahba (1979).

    Examples
    --------
    >>> from regkit import RidgeCV, load_prostate
    >>> prostate = load_prostate()
    >>> model = RidgeCV(alphas=[0.001, 0.01, 0.1, 1.0]).fit(prostate.data, prostate.target)
    >>> model.alpha_
    0.01
    >>> RidgeCV(alphas=[0.001, 0.01, 0.1, 1.0], rule="1se").fit(
    ...     prostate.data, prostate.target
    ... ).alpha_
    0.1
    """

    def __init__(
        self,
        alphas: int | ArrayLike = 100,
        *,
        fit_intercept: bool = True,
        cv: CrossValidator | None = None,
        rule: Literal["min", "1se"] = "min",
        n_jobs: int | None = None,
        progress: bool = False,
    ) -> None:
        self.alphas = alphas
        self.fit_intercept = fit_intercept
        self.cv = cv
        self.rule = rule
        self.n_jobs = n_jobs
        self.progress = progress

    def _fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        groups: ArrayLike | None,
        cv: CrossValidator | None,
    ) -> Self:
        X, y, problems = self._read(X, y, sample_weight)
        shared = cache(lambda: RidgeDecomposition.of(problems[0]))
        alphas = decreasing(self.alphas, lambda count: ridge_alpha_grid(shared(), count))
        if cv is None:
            if groups is not None:
                raise ValueError("groups need folds: set cv, for example to GroupKFold().")
            options = dict(sample_weight=sample_weight, fit_intercept=self.fit_intercept)
            curve = leave_one_out(X, y, alphas, decomposition=shared(), **options)
        else:
            curve = self._curve(problems, alphas, list_folds(X, y, cv, groups), {})
        chosen = self._choose(problems, [curve], with_folds=cv is not None)
        if sp.issparse(X):
            solutions = [active_set(problem) for problem in chosen]
        else:
            solutions = [ridge_closed_form(problem, shared()) for problem in chosen]
        self._keep(solutions, single=y.ndim == 1)
        return self


class ElasticNetCV(_ChoosesAlpha, ElasticNet):
    r"""Elastic Net with its own choice of alpha and l1_ratio, by cross-validation.

    The objective is that of `ElasticNet`.

    Parameters
    ----------
    alphas : int or array_like, default 100
        How many alphas, or which. A count goes down from the smallest alpha, for each l1_ratio, at
        which all coefficients of the fit to all rows are 0.
    l1_ratio : float or sequence of float, default 0.5
        The share r of the L1 part, in [0, 1], or several to choose from. 0 only with ``alphas``
        given one by one.
    eps : float, default 1e-3
        The last alpha of such a grid over the first.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    cv : int, scikit-learn splitter, or iterable of (train, test), or None, default 5
        An int is that many folds of consecutive rows, not shuffled; None is 5 too.
    rule : ``"min"`` or ``"1se"``, default ``"min"``
        The alpha of the smallest mean error, or, at the same l1_ratio, the largest within one
        standard error of it.
    n_jobs : int, optional
        Folds at a time, through joblib. The answer does not depend on it.
    progress : bool, default False
        Count the folds done on standard error.
    max_iter : int, default 100_000
        Active sets tried at most for one alpha, on a grid that is refined where it is coarse.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective of the best intercept-only model.
    positive : bool, default False
        Allow no negative weight.

    Attributes
    ----------
    alpha_, l1_ratio_ : float
        The choice.
    alphas_ : ndarray of shape (m,), or (number of l1_ratios, m) where they have different ones
        The grid, decreasing.
    cv_results_ : dict of ndarray of shape (number of l1_ratios * m,)
        ``l1_ratio``, ``alpha``, ``mean_error`` (mean squared error, in squared units of y),
        ``std_error``, ``fold0_error`` and so on. `pandas.DataFrame` takes it as it is.
    coef_ : ndarray of shape (p,)
    intercept_ : float
    dual_gap_ : float
        How far the objective can be from its minimum, at most.
    n_iter_ : int
        Active sets tried for the final fit, see `regkit.exact.path.active_set`.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (p,)
        If ``X`` had column names, all strings.

    References
    ----------
    Zou and Hastie (2005); Friedman, Hastie and Tibshirani (2010).

    Examples
    --------
    >>> from regkit import ElasticNetCV, load_prostate
    >>> prostate = load_prostate()
    >>> model = ElasticNetCV(l1_ratio=[0.5, 0.9], cv=10, rule="1se")
    >>> model = model.fit(prostate.data, prostate.target)
    >>> model.l1_ratio_, round(model.alpha_, 3)
    (0.5, 0.292)
    """

    def __init__(
        self,
        alphas: int | ArrayLike = 100,
        *,
        l1_ratio: float | Iterable[float] = 0.5,
        eps: float = 1e-3,
        fit_intercept: bool = True,
        cv: CrossValidator | None = 5,
        rule: Literal["min", "1se"] = "min",
        n_jobs: int | None = None,
        progress: bool = False,
        max_iter: int = 100_000,
        tol: float = 1e-9,
        positive: bool = False,
    ) -> None:
        self.alphas = alphas
        self.l1_ratio = l1_ratio
        self.eps = eps
        self.fit_intercept = fit_intercept
        self.cv = cv
        self.rule = rule
        self.n_jobs = n_jobs
        self.progress = progress
        self.max_iter = max_iter
        self.tol = tol
        self.positive = positive

    def __sklearn_tags__(self) -> Tags:
        """Declare to scikit-learn that there is one target."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = False
        return tags

    def _fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None,
        groups: ArrayLike | None,
        cv: CrossValidator | None,
    ) -> Self:
        X, y, problems = self._read(X, y, sample_weight)
        folds, curves = list_folds(X, y, cv, groups), []
        limits = dict(tol=self.tol, max_iter=self.max_iter)
        for ratio in self._ratios():
            F = problems[0].with_penalty(L1L2(1.0, ratio, self.positive))
            alphas = decreasing(self.alphas, lambda count, F=F: alpha_grid(F, self.eps, count))
            curves.append(self._curve([F], alphas, folds, limits))
        chosen = self._choose(problems, curves)
        self._keep(self._solve(chosen), single=True)
        return self

    def _block_folds(self) -> Folds:
        self._ratios()
        return super()._block_folds()

    def _ratios(self) -> list[float]:
        """Return the l1_ratios to try."""
        ratios = np.atleast_1d(np.asarray(self.l1_ratio, dtype=object))
        if ratios.ndim != 1 or not len(ratios):
            raise ValueError(
                f"l1_ratio must be a number or a list of numbers in [0, 1]; got {self.l1_ratio!r}."
            )
        return [check_number("l1_ratio", ratio, low=0, high=1) for ratio in ratios]

    def _validated(self, X: MatrixLike, y: ArrayLike) -> tuple[Array, Array]:
        X, y = super()._validated(X, y)
        if y.ndim == 2 and y.shape[1] > 1:
            raise ValueError(
                f"{type(self).__name__} takes one target; got y of shape {y.shape}. "
                "Fit one model per column."
            )
        return X, column_or_1d(y, warn=True)


class LassoCV(ElasticNetCV, Lasso):
    r"""Lasso with its own choice of alpha, by cross-validation.

    The objective is that of `Lasso`. scikit-learn's ``LassoCV`` with the same grid and folds has
    the same error in each fold; it averages uneven folds evenly, see `regkit.selection`.

    Parameters
    ----------
    alphas : int or array_like, default 100
        How many alphas, or which. A count goes down from the smallest alpha at which all
        coefficients of the fit to all rows are 0.
    eps : float, default 1e-3
        The last alpha of such a grid over the first.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    cv : int, scikit-learn splitter, or iterable of (train, test), or None, default 5
        An int is that many folds of consecutive rows, not shuffled; None is 5 too.
    rule : ``"min"`` or ``"1se"``, default ``"min"``
        The alpha of the smallest mean error, or the largest within one standard error of it.
    n_jobs : int, optional
        Folds at a time, through joblib. The answer does not depend on it.
    progress : bool, default False
        Count the folds done on standard error.
    max_iter : int, default 100_000
        Active sets tried at most for one alpha, on a grid that is refined where it is coarse.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective of the best intercept-only model.
    positive : bool, default False
        Allow no negative weight.

    Attributes
    ----------
    alpha_ : float
        The choice.
    l1_ratio_ : float
        Always 1.
    alphas_ : ndarray of shape (m,)
        The grid, decreasing.
    cv_results_ : dict of ndarray of shape (m,)
        ``l1_ratio``, ``alpha``, ``mean_error`` (mean squared error, in squared units of y),
        ``std_error``, ``fold0_error`` and so on. `pandas.DataFrame` takes it as it is.
    coef_ : ndarray of shape (p,)
    intercept_ : float
    dual_gap_ : float
        How far the objective can be from its minimum, at most.
    n_iter_ : int
        Active sets tried for the final fit, see `regkit.exact.path.active_set`.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (p,)
        If ``X`` had column names, all strings.

    References
    ----------
    Tibshirani (1996).

    Examples
    --------
    >>> from regkit import LassoCV, load_prostate
    >>> prostate = load_prostate()
    >>> model = LassoCV(cv=10).fit(prostate.data, prostate.target)
    >>> round(model.alpha_, 4), int((model.coef_ != 0).sum())
    (0.0136, 7)
    >>> sparser = LassoCV(cv=10, rule="1se").fit(prostate.data, prostate.target)
    >>> round(sparser.alpha_, 4), int((sparser.coef_ != 0).sum())
    (0.1929, 3)
    """

    def __init__(
        self,
        alphas: int | ArrayLike = 100,
        *,
        eps: float = 1e-3,
        fit_intercept: bool = True,
        cv: CrossValidator | None = 5,
        rule: Literal["min", "1se"] = "min",
        n_jobs: int | None = None,
        progress: bool = False,
        max_iter: int = 100_000,
        tol: float = 1e-9,
        positive: bool = False,
    ) -> None:
        super().__init__(
            alphas,
            l1_ratio=1.0,
            eps=eps,
            fit_intercept=fit_intercept,
            cv=cv,
            rule=rule,
            n_jobs=n_jobs,
            progress=progress,
            max_iter=max_iter,
            tol=tol,
            positive=positive,
        )


def _table(curves: list[ErrorCurve], with_folds: bool) -> dict[str, Array]:
    """Return the curves as columns of one table, a row for each pair of l1_ratio and alpha."""
    columns = {
        "l1_ratio": [np.full(len(curve.alphas), curve.l1_ratio) for curve in curves],
        "alpha": [curve.alphas for curve in curves],
        "mean_error": [curve.mean_error for curve in curves],
        "std_error": [curve.std_error for curve in curves],
    }
    if with_folds:
        for k in range(curves[0].errors.shape[1]):
            columns[f"fold{k}_error"] = [curve.errors[:, k] for curve in curves]
    return {name: np.concatenate(parts) for name, parts in columns.items()}
