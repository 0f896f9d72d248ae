"""The solvers as scikit-learn estimators: validate, solve one problem per target, name the results.

Nothing is computed here. `Ridge`, `Lasso` and `ElasticNet` minimise the objective of
`regkit.objective`, in which the loss is a *mean* over the rows; scikit-learn's `Lasso` and
`ElasticNet` mean the same by ``alpha``, its `Ridge` means the sum of the weights times as much.
"""

from collections.abc import Iterable
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from numpy.typing import ArrayLike
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, MultiOutputMixin, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.extmath import safe_sparse_dot
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from ._blocks import Parts, StandIn, block_by_block, certified, read_blocks, read_dask, stand_in
from ._types import MatrixLike
from ._validation import as_numbers, check_classes, check_in_memory, check_matrix, is_dask
from .certificates import allowed_gap
from .exact.logistic import logistic_active_set
from .exact.path import active_set
from .losses import Logistic
from .moments import Moments
from .objective import Objective
from .penalties import L1L2
from .solvers import RidgeDecomposition, Solution, newton, ridge_closed_form
from .solvers.closed_form import RIDGE_TOL
from .solvers.solution import warn_short

FORMATS = ["csr", "csc"]
DTYPES = [np.float64, np.float32]


def _validate(model: BaseEstimator, X: ArrayLike, *y: ArrayLike, **options: object) -> Array:
    """Return what scikit-learn's ``validate_data`` does, and say where a string stands."""
    try:
        return validate_data(model, X, *y, **options)
    except ValueError as error:
        if "could not convert string" in str(error):
            for name, given in zip("Xy", (X, *y), strict=False):
                as_numbers(name, given)
        raise


class _LinearModel(BaseEstimator):
    """Validation, the linear predictor and the names of the results."""

    def __sklearn_tags__(self) -> Tags:
        """Declare to scikit-learn that sparse X is welcome."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _predictor(self, X: MatrixLike) -> Array:
        """Return Xw + b for each target."""
        check_is_fitted(self)
        X = _validate(self, X, accept_sparse=FORMATS, dtype=DTYPES, reset=False)
        return safe_sparse_dot(X, self.coef_.T, dense_output=True) + self.intercept_

    def _starts(self, shape: tuple[int, int]) -> list[Array | None]:
        """Return one starting point per target: the last answers under ``warm_start``."""
        coef = getattr(self, "coef_", None) if getattr(self, "warm_start", False) else None
        if coef is None or np.atleast_2d(coef).shape != shape:
            return [None] * shape[0]
        return list(np.atleast_2d(coef))

    def _keep(self, solutions: list[Solution], single: bool) -> None:
        """Name the results: arrays over the targets, or the one target's own.

        In float64 whatever X is: coefficients that were rounded would not be those certified.
        """
        coef = np.array([s.coef for s in solutions])
        intercept = np.array([s.intercept for s in solutions])
        gaps = np.array([s.dual_gap for s in solutions])
        n_iter = [s.n_iter for s in solutions]
        self.coef_ = coef[0] if single else coef
        self.intercept_ = intercept[0] if single else intercept
        self.dual_gap_ = float(gaps[0]) if single else gaps
        self.n_iter_ = n_iter[0] if single else n_iter


class _Scored:
    """The usual score, from one pass over the blocks of Dask collections too."""

    def score(
        self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | float | None = None
    ) -> float:
        """Return R², the mean over targets, or for a classifier the share of right predictions.

        Parameters
        ----------
        X : array_like, sparse matrix or Dask array or data frame of shape (n, p)
            Blocks of a Dask collection are reduced where they are, as in `fit`.
        y : array_like of shape (n,) or (n, t)
            With Dask's X, a Dask collection in the same blocks of rows, and ``sample_weight``
            likewise.
        sample_weight : array_like of shape (n,), optional

        Returns
        -------
        float

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            As `predict`, and for X and y that do not match.
        """
        check_is_fitted(self)
        if not is_dask(X):
            return super().score(X, y, sample_weight)
        [moments] = read_dask(X, y, sample_weight, view=self._as_scored).values()
        return self._score_from(moments)


class _LinearRegressor(_Scored, MultiOutputMixin, RegressorMixin, _LinearModel):
    """What the regressors share: everything but the solver they call."""

    def fit(self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the coefficients and the intercept.

        Parameters
        ----------
        X : array_like, sparse matrix or Dask array or data frame of shape (n, p)
            Never changed; a sparse one is never densified. Blocks of a Dask collection are reduced
            where they are, on Dask's scheduler of the moment, as in `fit_blocks`. A block is loaded
            once for X, y and ``sample_weight`` if they are columns of one collection; otherwise
            each is loaded, and the source must give its rows in the same order every time.
        y : array_like of shape (n,) or (n, t)
            Several targets are t problems, one per column. With Dask's X, a Dask collection in the
            same blocks of rows, and ``sample_weight`` likewise.
        sample_weight : array_like of shape (n,), optional
            Non-negative; a weight of 2 is the row twice, a weight of 0 no row.

        Returns
        -------
        self
            With coefficients in float64 whatever X holds: ``dual_gap_`` is theirs, not rounded.

        Raises
        ------
        ValueError
            For input that is empty, not numeric, not finite or of the wrong shape; for negative
            weights; for parameters out of range.

        Warns
        -----
        ConvergenceWarning
            If the tolerance is not reached: with the gap reached, the gap wanted and a remedy.
        """
        if is_dask(X):
            self._penalty()
            return self._fit_parts(read_dask(X, y, sample_weight))
        X, y = self._validated(X, y)
        problems = self._problems(X, y, sample_weight, self._penalty())
        self._keep(self._solve(problems), single=y.ndim == 1)
        return self

    def fit_blocks(self, blocks: Iterable) -> Self:
        """Fit all rows of an iterator of blocks, in one pass, one block in memory at a time.

        Parameters
        ----------
        blocks : iterable of (X, y) or (X, y, sample_weight)
            Each as in `fit`, X with the same columns in all. Weights count across blocks; without
            them each row has weight 1. A `regkit.moments.Moments` is a block too: that of rows
            seen elsewhere.

        Returns
        -------
        self
            With coefficients in float64 whatever the blocks hold.

        Raises
        ------
        ValueError
            As `fit`, naming the block, counted from 0.

        Warns
        -----
        ConvergenceWarning
            As `fit`.

        Notes
        -----
        Of each block only the weight, the means and the cross-products of its columns are kept:
        O(p²) memory, O(np²) time; see `regkit.moments`. The answer is that of `fit` to rounding
        in these, and ``dual_gap_`` comes from them too. Products square the condition number: at
        one of 1000 the coefficients still have ten digits, and columns that are dependent but for
        3e-7 of their length count as dependent.

        Examples
        --------
        >>> import numpy as np
        >>> from regkit import Lasso
        >>> def blocks():
        ...     for seed in range(1000):
        ...         X = np.random.default_rng(seed).normal(size=(100, 3))
        ...         yield X, X @ [2.0, 1.0, -1.0] + 5
        >>> model = Lasso(alpha=0.5).fit_blocks(blocks())
        >>> model.coef_.round(2), round(float(model.intercept_), 2)
        (array([ 1.5,  0.5, -0.5]), 5.0)
        """
        self._penalty()  # refuses bad parameters before the first block is read
        return self._fit_parts(read_blocks(blocks))

    def _fit_parts(self, parts: Parts) -> Self:
        rows = stand_in(parts, centre=self.fit_intercept)
        self.fit(rows.X, rows.y, rows.sample_weight)
        return self._certified(parts, rows, self._penalty())._moved_back(rows)

    def _certified(self, parts: Parts, rows: StandIn, penalty: L1L2) -> Self:
        """Turn the certificate of a fit to the stand-in into one for all rows, and warn anew."""
        W, gaps = np.atleast_2d(self.coef_), np.atleast_1d(self.dual_gap_)
        found = certified(gaps, W, parts, rows, penalty, centred=self.fit_intercept)
        problems = self._problems(rows.X, rows.y, rows.sample_weight, penalty)
        tol = getattr(self, "tol", RIDGE_TOL)
        wanted = np.array([allowed_gap(tol, F) for F in problems])
        found[wanted == 0] = 0
        worst = int((found - wanted).argmax())
        if (found[worst] > wanted[worst]) and (gaps <= wanted).all():
            warn_short(
                f"Cross-products of the rows leave a duality gap of {found[worst]:.3g}; wanted at "
                f"most {wanted[worst]:.3g}. Columns depend on each other but for what rounding of "
                "the products covers: leave one of them out, use their difference in its place, "
                "or fit the rows in memory."
            )
        self.dual_gap_ = float(found[0]) if np.ndim(self.dual_gap_) == 0 else found
        return self

    def _moved_back(self, rows: StandIn) -> Self:
        """Turn a fit to centred rows, whose columns have no names, into one to the rows seen."""
        self.intercept_ = self.intercept_ + rows.y_origin - self.coef_ @ rows.x_origin
        if rows.names:
            self.feature_names_in_ = np.array(rows.names, dtype=object)
        return self

    @block_by_block
    def predict(self, X: MatrixLike) -> Array:
        """Return the predictions Xw + b.

        Parameters
        ----------
        X : array_like, sparse matrix or Dask array or data frame of shape (n, p)

        Returns
        -------
        ndarray or Dask array of shape (n,), or (n, t) for several targets

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``X`` is not finite or has another number of columns than in `fit`.
        """
        return self._predictor(X)

    def _as_scored(self, X: MatrixLike, y: ArrayLike, weights: ArrayLike | None) -> tuple:
        """Return the residuals in the place of X."""
        predicted = self.predict(X)
        if np.shape(y) != predicted.shape:
            raise ValueError(f"y must have shape {predicted.shape}; got {np.shape(y)}.")
        y = check_matrix("y", np.asarray(y).reshape(len(predicted), -1))
        return y - predicted.reshape(y.shape), y, weights

    def _score_from(self, moments: Moments) -> float:
        """Return R² from the moments of (residuals, y); 0 for a constant y, or 1 if fitted."""
        t = moments.n_features
        squares = moments.cross.diagonal()
        missed = squares[:t] + moments.weight * moments.mean[:t] ** 2
        flat = moments.constant[t:]
        share = np.where(flat, missed > 0, missed / np.where(flat, 1.0, squares[t:]))
        return float(1 - share.mean())

    def _validated(self, X: MatrixLike, y: ArrayLike) -> tuple[Array, Array]:
        return _validate(
            self, X, y, accept_sparse=FORMATS, dtype=DTYPES, multi_output=True, y_numeric=True
        )

    def _problems(
        self, X: Array, y: Array, sample_weight: ArrayLike | None, penalty: L1L2
    ) -> list[Objective]:
        """Return one problem per target."""
        return [
            Objective(
                X, column, penalty, sample_weight=sample_weight, fit_intercept=self.fit_intercept
            )
            for column in y.reshape(len(y), -1).T
        ]

    def _penalty(self) -> L1L2:
        raise NotImplementedError

    def _solve(self, problems: list[Objective]) -> list[Solution]:
        raise NotImplementedError


class Ridge(_LinearRegressor):
    r"""Linear regression with an L2 penalty, solved in closed form.

    Minimises :math:`\frac1{2S} \sum_i s_i (y_i - b - x_i^\top w)^2` plus
    :math:`\frac\alpha2 \|w\|_2^2`, S the sum of the weights. ``regkit.Ridge(alpha)`` is
    scikit-learn's ``Ridge(S * alpha)``.

    Parameters
    ----------
    alpha : float, default 1.0
        Strength of the penalty, at least 0. At 0 it is least squares, of smallest norm where that
        is not unique.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    positive : bool, default False
        Allow no negative weight. There is no closed form then: `active_set` solves it.

    Attributes
    ----------
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
    One singular value decomposition for all targets, O(np min(n, p)).

    References
    ----------
    Hoerl and Kennard (1970); Hastie, Tibshirani and Friedman (2009), section 3.4.1.

    Examples
    --------
    >>> from regkit import Ridge, load_prostate
    >>> prostate = load_prostate()
    >>> model = Ridge(alpha=0.1).fit(prostate.data, prostate.target)
    >>> model.coef_[:3].round(3)
    array([ 0.534,  0.387, -0.016])
    >>> model.dual_gap_ < 1e-12
    True
    """

    def __init__(
        self, alpha: float = 1.0, *, fit_intercept: bool = True, positive: bool = False
    ) -> None:
        self.alpha = alpha
        self.fit_intercept = fit_intercept
        self.positive = positive

    def _penalty(self) -> L1L2:
        return L1L2(self.alpha, 0.0, self.positive)

    def _solve(self, problems: list[Objective]) -> list[Solution]:
        if self.positive or sp.issparse(problems[0].X):
            return [active_set(problem) for problem in problems]
        shared = RidgeDecomposition.of(problems[0])
        return [ridge_closed_form(problem, shared) for problem in problems]


class ElasticNet(_LinearRegressor):
    r"""Linear regression with L1 and L2 penalties.

    Minimises :math:`\frac1{2S} \sum_i s_i (y_i - b - x_i^\top w)^2` plus
    :math:`\alpha ( r \|w\|_1 + \frac{1-r}2 \|w\|_2^2 )`, S the sum of the weights: the objective of
    scikit-learn's ``ElasticNet(alpha, l1_ratio=r)``.

    Parameters
    ----------
    alpha : float, default 1.0
        Strength of the penalty, at least 0.
    l1_ratio : float, default 0.5
        The share r of the L1 part, in [0, 1].
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    max_iter : int, default 100_000
        Active sets tried at most for one alpha, on the grid that leads to it.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective of the best intercept-only model.
    warm_start : bool, default False
        Begin at the coefficients of the last `fit`; the answer is the same, sooner.
    positive : bool, default False
        Allow no negative weight.

    Attributes
    ----------
    coef_ : ndarray of shape (p,) or (t, p)
    intercept_ : float or ndarray of shape (t,)
    dual_gap_ : float or ndarray of shape (t,)
        How far the objective can be from its minimum, at most.
    n_iter_ : int or list of int
        Active sets tried, see `regkit.exact.path.active_set`.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (p,)
        If ``X`` had column names, all strings.

    References
    ----------
    Zou and Hastie (2005); this is their *naive* Elastic Net.

    Examples
    --------
    >>> from regkit import ElasticNet, load_prostate
    >>> prostate = load_prostate()
    >>> model = ElasticNet(alpha=0.5).fit(prostate.data, prostate.target)
    >>> [name for name, w in zip(prostate.feature_names, model.coef_) if w != 0]
    ['lcavol', 'pgg45']
    """

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        l1_ratio: float = 0.5,
        fit_intercept: bool = True,
        max_iter: int = 100_000,
        tol: float = 1e-9,
        warm_start: bool = False,
        positive: bool = False,
    ) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start
        self.positive = positive

    def _penalty(self) -> L1L2:
        return L1L2(self.alpha, self.l1_ratio, self.positive)

    def _solve(self, problems: list[Objective]) -> list[Solution]:
        starts = self._starts((len(problems), problems[0].shape[1]))
        return [
            active_set(problem, w0, tol=self.tol, max_iter=self.max_iter)
            for problem, w0 in zip(problems, starts, strict=True)
        ]


class Lasso(ElasticNet):
    r"""Linear regression with an L1 penalty.

    Minimises :math:`\frac1{2S} \sum_i s_i (y_i - b - x_i^\top w)^2` plus :math:`\alpha \|w\|_1`, S
    the sum of the weights: the objective of scikit-learn's ``Lasso(alpha)``.

    Parameters
    ----------
    alpha : float, default 1.0
        Strength of the penalty, at least 0.
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    max_iter : int, default 100_000
        Active sets tried at most for one alpha, on the grid that leads to it.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective of the best intercept-only model.
    warm_start : bool, default False
        Begin at the coefficients of the last `fit`; the answer is the same, sooner.
    positive : bool, default False
        Allow no negative weight.

    Attributes
    ----------
    coef_ : ndarray of shape (p,) or (t, p)
    intercept_ : float or ndarray of shape (t,)
    dual_gap_ : float or ndarray of shape (t,)
        How far the objective can be from its minimum, at most.
    n_iter_ : int or list of int
        Active sets tried, see `regkit.exact.path.active_set`.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (p,)
        If ``X`` had column names, all strings.

    References
    ----------
    Tibshirani (1996).

    Examples
    --------
    >>> from regkit import Lasso, load_prostate
    >>> prostate = load_prostate()
    >>> model = Lasso(alpha=0.5).fit(prostate.data, prostate.target)
    >>> [name for name, w in zip(prostate.feature_names, model.coef_) if w != 0]
    ['lcavol', 'pgg45']
    """

    def __init__(
        self,
        alpha: float = 1.0,
        *,
        fit_intercept: bool = True,
        max_iter: int = 100_000,
        tol: float = 1e-9,
        warm_start: bool = False,
        positive: bool = False,
    ) -> None:
        super().__init__(
            alpha,
            l1_ratio=1.0,
            fit_intercept=fit_intercept,
            max_iter=max_iter,
            tol=tol,
            warm_start=warm_start,
            positive=positive,
        )


class LogisticRegression(_Scored, ClassifierMixin, _LinearModel):
    r"""Logistic regression with L1 and L2 penalties, for two classes.

    Minimises :math:`\frac1S \sum_i s_i \log(1 + e^{-y_i (b + x_i^\top w)})` plus
    :math:`\alpha ( r \|w\|_1 + \frac{1-r}2 \|w\|_2^2 )`, with :math:`y_i = \pm 1` and S the sum
    of the weights. scikit-learn's ``C`` is :math:`1/(S\alpha)`.

    Parameters
    ----------
    alpha : float, default 0.01
        Strength of the penalty, at least 0. At 0 there is a solution only if no plane separates
        the classes.
    l1_ratio : float, default 0.0
        The share r of the L1 part, in [0, 1].
    fit_intercept : bool, default True
        Whether there is an intercept; it is never penalised.
    max_iter : int, default 100
        Newton steps at most for one alpha, with an L1 part on the grid that leads to it.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective of the best intercept-only model.
    warm_start : bool, default False
        Begin at the coefficients of the last `fit`; the answer is the same, sooner.

    Attributes
    ----------
    classes_ : ndarray of shape (2,)
        The two labels, sorted; the second is the positive one.
    coef_ : ndarray of shape (1, p)
    intercept_ : ndarray of shape (1,)
    dual_gap_ : float
        How far the objective can be from its minimum, at most.
    n_iter_ : int
        Newton steps.
    n_features_in_ : int
    feature_names_in_ : ndarray of shape (p,)
        If ``X`` had column names, all strings.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), section 4.4; Lee, Sun and Saunders (2014).

    Examples
    --------
    >>> from regkit import LogisticRegression, load_prostate
    >>> prostate = load_prostate()
    >>> columns, svi = prostate.data[:, [0, 1]], prostate.data[:, 4]
    >>> model = LogisticRegression(alpha=0.1, l1_ratio=1.0).fit(columns, svi)
    >>> model.coef_.round(3)
    array([[0.832, 0.   ]])
    >>> model.predict(columns[-3:])
    array([0., 0., 1.])
    """

    def __init__(
        self,
        alpha: float = 0.01,
        *,
        l1_ratio: float = 0.0,
        fit_intercept: bool = True,
        max_iter: int = 100,
        tol: float = 1e-9,
        warm_start: bool = False,
    ) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.fit_intercept = fit_intercept
        self.max_iter = max_iter
        self.tol = tol
        self.warm_start = warm_start

    def __sklearn_tags__(self) -> Tags:
        """Declare to scikit-learn that there are two classes."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def fit(self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Fit the coefficients and the intercept.

        Parameters
        ----------
        X : array_like or sparse matrix of shape (n, p)
            Never changed; a sparse one is never densified. Dask collections are refused: logistic
            loss needs the rows again in every step.
        y : array_like of shape (n,)
            Two labels of any type.
        sample_weight : array_like of shape (n,), optional
            Non-negative; a weight of 2 is the row twice, a weight of 0 no row.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For anything but two classes; for input that is empty, not numeric, not finite or of the
            wrong shape; for negative weights; for parameters out of range.

        Warns
        -----
        ConvergenceWarning
            If the tolerance is not reached: with the gap reached, the gap wanted and a remedy.
        """
        check_in_memory(X=X, y=y, sample_weight=sample_weight)
        X, y = _validate(self, X, y, accept_sparse=FORMATS, dtype=DTYPES)
        check_classification_targets(y)
        self.classes_, signs = check_classes(y, sample_weight, self.fit_intercept)
        problem = Objective(
            X,
            signs,
            L1L2(self.alpha, self.l1_ratio),
            Logistic(),
            sample_weight,
            self.fit_intercept,
        )
        start = self._starts((1, X.shape[1]))[0]
        solve = logistic_active_set if problem.penalty.l1 > 0 else newton
        solution = solve(problem, start, tol=self.tol, max_iter=self.max_iter)
        self._keep([solution], single=False)
        self.dual_gap_, self.n_iter_ = solution.dual_gap, solution.n_iter
        return self

    def _as_scored(self, X: MatrixLike, y: ArrayLike, weights: ArrayLike | None) -> tuple:
        """Return in the place of X and y whether the prediction is right."""
        right = np.asarray(self.predict(X) == np.asarray(y), dtype=float)
        return right[:, None], right, weights

    def _score_from(self, moments: Moments) -> float:
        """Return the share of right predictions from the moments of these."""
        return float(moments.mean[0])

    @block_by_block
    def decision_function(self, X: MatrixLike) -> Array:
        """Return Xw + b, the log of the odds of the second class.

        Parameters
        ----------
        X : array_like, sparse matrix or Dask array or data frame of shape (n, p)

        Returns
        -------
        ndarray or Dask array of shape (n,)

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``X`` is not finite or has another number of columns than in `fit`.
        """
        return self._predictor(X).ravel()

    @block_by_block
    def predict_proba(self, X: MatrixLike) -> Array:
        """Return the probability of each class.

        Parameters
        ----------
        X : array_like, sparse matrix or Dask array or data frame of shape (n, p)

        Returns
        -------
        ndarray or Dask array of shape (n, 2)
            Rows sum to 1; columns in the order of ``classes_``.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``X`` is not finite or has another number of columns than in `fit`.
        """
        z = self.decision_function(X)
        return np.column_stack([expit(-z), expit(z)])

    @block_by_block
    def predict(self, X: MatrixLike) -> Array:
        """Return the likelier class of each row.

        Parameters
        ----------
        X : array_like, sparse matrix or Dask array or data frame of shape (n, p)

        Returns
        -------
        ndarray or Dask array of shape (n,)

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If ``X`` is not finite or has another number of columns than in `fit`.
        """
        z = self.decision_function(X)
        return self.classes_[(z > 0).astype(int)]
