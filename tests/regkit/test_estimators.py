"""The estimators against scikit-learn's checks and its own twins, and under every bad input."""

import warnings
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model as sk
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_estimator,
)

import regkit
from regkit.certificates import duality_gap, kkt_residual
from regkit.objective import Objective

ESTIMATORS = [regkit.Ridge, regkit.Lasso, regkit.ElasticNet]
each = pytest.mark.parametrize("cls", ESTIMATORS, ids=lambda c: c.__name__)
each_alpha = pytest.mark.parametrize("alpha", [1.0, 0.01])


def diabetes():
    return load_diabetes(return_X_y=True)


def prostate():
    bunch = regkit.load_prostate()
    return StandardScaler().fit_transform(bunch.data), bunch.target


def twin(model, total_weight):
    """Return scikit-learn's estimator for the same objective."""
    if isinstance(model, regkit.Ridge):
        alpha = model.alpha * total_weight
        return sk.Ridge(alpha, fit_intercept=model.fit_intercept, solver="svd")
    return sk.ElasticNet(
        model.alpha,
        l1_ratio=model.l1_ratio,
        fit_intercept=model.fit_intercept,
        tol=1e-14,
        max_iter=1_000_000,
    )


@each
@each_alpha
def test_passes_scikit_learns_checks(cls, alpha):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings of their own
        for result in check_estimator(cls(alpha=alpha), on_skip=None):
            skipped_for = str(result["exception"]) if result["status"] == "skipped" else ""
            assert result["status"] == "passed" or "SCIPY_ARRAY_API" in skipped_for, result


@each
def test_passes_the_column_name_check(cls):
    check_dataframe_column_names_consistency(cls.__name__, cls(alpha=0.01))


@each
@pytest.mark.parametrize("data", [diabetes, prostate], ids=lambda d: d.__name__)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("alpha", [0.001, 0.1, 1.0])
def test_equals_scikit_learn_after_conversion(cls, data, weighted, fit_intercept, alpha):
    X, y = data()
    weights = np.random.default_rng(0).uniform(0, 3, len(y)) if weighted else None
    model = cls(alpha, fit_intercept=fit_intercept)
    model.fit(X, y, weights)
    other = twin(model, weights.sum() if weighted else len(y)).fit(X, y, weights)
    scale = np.abs(other.coef_).max()
    np.testing.assert_allclose(model.coef_, other.coef_, atol=1e-8 * max(scale, 1))
    np.testing.assert_allclose(model.intercept_, other.intercept_, atol=1e-8 * np.abs(y).max())
    np.testing.assert_allclose(model.predict(X), other.predict(X), atol=1e-8 * np.abs(y).max())


@each
def test_fit_is_certified(cls):
    X, y = prostate()
    model = cls(alpha=0.05).fit(X, y)
    F = Objective(X, y, model._penalty())
    assert model.dual_gap_ == pytest.approx(duality_gap(F, model.coef_), abs=1e-13)
    assert 0 <= model.dual_gap_ <= 1e-8 * F.null_value
    assert kkt_residual(F, model.coef_).max() < 1e-8
    assert model.intercept_ == pytest.approx(F.intercept(model.coef_))


@each
def test_several_targets_are_one_problem_each(cls):
    X, y = prostate()
    Y = np.c_[y, y[::-1], np.full_like(y, 3.0)]
    model = cls(alpha=0.05).fit(X, Y)
    assert model.coef_.shape == (3, 8)
    assert model.intercept_.shape == model.dual_gap_.shape == (3,)
    assert len(model.n_iter_) == 3
    assert model.predict(X).shape == (97, 3)
    for k in range(3):
        single = cls(alpha=0.05).fit(X, Y[:, k])
        np.testing.assert_allclose(model.coef_[k], single.coef_, atol=1e-12)
        assert model.intercept_[k] == pytest.approx(single.intercept_)
    assert cls(alpha=0.05).fit(X, Y[:, :1]).coef_.shape == (1, 8)
    assert (model.coef_[2] == 0).all(), "a constant target needs only the intercept"


@each
def test_float32_is_fitted_in_float64(cls):
    X, y = prostate()
    narrow = cls(alpha=0.05).fit(X.astype(np.float32), y.astype(np.float32))
    assert narrow.coef_.dtype == np.float64
    assert narrow.predict(X.astype(np.float32)).dtype == np.float64
    np.testing.assert_allclose(narrow.coef_, cls(alpha=0.05).fit(X, y).coef_, atol=1e-5)


@each
def test_takes_frames_read_only_and_any_order(cls):
    X, y = prostate()
    model = cls(alpha=0.05).fit(X, y)
    frame = pd.DataFrame(X, columns=regkit.load_prostate().feature_names)
    named = cls(alpha=0.05).fit(frame, pd.Series(y))
    assert list(named.feature_names_in_) == list(frame.columns)
    frozen = np.asfortranarray(X)
    frozen.setflags(write=False)
    for other in (named, cls(alpha=0.05).fit(frozen, y)):
        np.testing.assert_allclose(other.coef_, model.coef_, atol=1e-12)


@each
def test_never_touches_its_input(cls):
    X, y = prostate()
    weights = np.linspace(0.5, 2, 97)
    before = X.copy(), y.copy(), weights.copy()
    cls(alpha=0.05).fit(X, y, weights)
    for array, copy in zip((X, y, weights), before, strict=True):
        np.testing.assert_array_equal(array, copy)


@each
def test_clone_and_repr(cls):
    model = cls(alpha=0.05, fit_intercept=False)
    assert clone(model).get_params() == model.get_params()
    assert repr(model) == f"{cls.__name__}(alpha=0.05, fit_intercept=False)"


def test_stopping_short_warns():
    X, y = diabetes()
    with pytest.warns(ConvergenceWarning, match=r"duality gap of .*; wanted at most"):
        model = regkit.Lasso(0.001, max_iter=1).fit(X, y)
    assert model.dual_gap_ > 1e-9 * y.var() / 2


def test_warns_at_the_callers_line():
    with pytest.warns(ConvergenceWarning) as record:
        regkit.Lasso(0.001, max_iter=1).fit(*diabetes())
    assert [warning.filename for warning in record] == [__file__]


# --- properties -------------------------------------------------------------------------------

seeds = st.integers(0, 10_000)
few = settings(max_examples=15)


def problem(seed):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(3, 25)), int(rng.integers(1, 12))
    X = rng.standard_normal((n, p)) * rng.uniform(0.3, 3, p) + rng.standard_normal(p)
    y = X @ (rng.standard_normal(p) * rng.integers(0, 2, p)) + rng.standard_normal(n)
    return X, y, rng


def fitted(cls, X, y, alpha=0.1, weights=None):
    return cls(alpha).fit(X, y, weights)


@each
@few
@given(seed=seeds, shift=st.floats(-1e4, 1e4))
def test_shifting_y_moves_only_the_intercept(cls, seed, shift):
    X, y, _ = problem(seed)
    model, moved = fitted(cls, X, y), fitted(cls, X, y + shift)
    np.testing.assert_allclose(moved.coef_, model.coef_, atol=1e-7)
    assert moved.intercept_ == pytest.approx(model.intercept_ + shift, abs=1e-6)


@few
@given(seed=seeds, c=st.floats(0.01, 100))
def test_scaling_y_scales_the_weights(seed, c):
    """With the L1 part scaled alike: it is measured in the units of y times those of a column."""
    X, y, _ = problem(seed)
    for cls, alpha in ((regkit.Ridge, 0.1), (regkit.Lasso, 0.1 * c)):
        scaled = fitted(cls, X, c * y, alpha).coef_
        np.testing.assert_allclose(scaled, c * fitted(cls, X, y).coef_, atol=1e-7 * c)


@each
@few
@given(seed=seeds)
def test_order_of_rows_and_columns_does_not_matter(cls, seed):
    X, y, rng = problem(seed)
    rows, columns = rng.permutation(len(y)), rng.permutation(X.shape[1])
    model = fitted(cls, X, y)
    shuffled = fitted(cls, X[rows][:, columns], y[rows])
    np.testing.assert_allclose(shuffled.coef_, model.coef_[columns], atol=1e-6)


@each
@few
@given(seed=seeds)
def test_a_weight_is_a_repeated_row(cls, seed):
    X, y, rng = problem(seed)
    times = rng.integers(0, 4, len(y))
    times[:2] = 1
    weighted = fitted(cls, X, y, weights=times)
    repeated = fitted(cls, X.repeat(times, axis=0), y.repeat(times))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-6)
    assert weighted.intercept_ == pytest.approx(repeated.intercept_, abs=1e-6)
    scaled = fitted(cls, X, y, weights=1e3 * times)
    np.testing.assert_allclose(scaled.coef_, weighted.coef_, atol=1e-7)


@few
@given(seed=seeds)
def test_an_orthogonal_change_of_rows_changes_nothing_without_intercept(seed):
    X, y, rng = problem(seed)
    Q = np.linalg.qr(rng.standard_normal((len(y), len(y))))[0]
    for cls in ESTIMATORS:
        model = cls(0.1, fit_intercept=False)
        before = model.fit(X, y).coef_.copy()
        np.testing.assert_allclose(model.fit(Q @ X, Q @ y).coef_, before, atol=1e-6)


# --- bad input --------------------------------------------------------------------------------

GOOD = dict(X=np.arange(6.0).reshape(3, 2) ** 2, y=np.array([1.0, 2.0, 4.0]))
BAD_DATA = [
    (dict(X=[[np.nan, 1], [1, 2], [2, 3]]), "Input X contains NaN"),
    (dict(X=[[np.inf, 1], [1, 2], [2, 3]]), "Input X contains infinity"),
    (dict(X=[["a", "b"]] * 3), "X must hold real numbers; got an array of dtype <U1"),
    (dict(X=np.ones((3, 2)) * 1j), "Complex data not supported"),
    (dict(X=np.arange(3.0)), "Expected 2D array, got 1D array"),
    (dict(X=np.empty((0, 2)), y=[]), "Found array with 0 sample"),
    (dict(X=np.empty((3, 0))), r"0 feature\(s\)"),
    (dict(y=[1.0, np.nan, 2.0]), "Input y contains NaN"),
    (dict(y=["a", "b", "c"]), "y must hold real numbers; got an array of dtype <U1"),
    (dict(y=pd.Series(["1,5", "2", "3"])), "y must hold real numbers; got strings"),
    (dict(y=np.array([1, 2, 3]) * 1j), "Complex data not supported"),
    (dict(y=[1.0, 2.0]), "inconsistent numbers of samples"),
    (dict(sample_weight=[1.0, 1.0]), r"sample_weight must have shape \(3,\); got \(2,\)"),
    (dict(sample_weight=[1.0, -1.0, 1.0]), "sample_weight must be non-negative"),
    (dict(sample_weight=[0.0, 0.0, 0.0]), "sample_weight must be .* not all zero"),
    (dict(sample_weight=[np.nan, 1.0, 1.0]), "sample_weight must be finite; got NaN"),
]


@each
@pytest.mark.parametrize(("change", "message"), BAD_DATA)
def test_bad_data_is_refused_clearly(cls, change, message):
    with pytest.raises(ValueError, match=message):
        cls().fit(**(GOOD | change))


BAD_PARAMETERS = [
    (dict(alpha=-1.0), r"alpha must be a finite number in \[0, inf\); got -1.0"),
    (dict(alpha=np.nan), "alpha must be a finite number"),
    (dict(alpha="strong"), "alpha must be a finite number.*got 'strong'"),
    (dict(alpha=None), "alpha must be a finite number.*got None"),
]
BAD_ITERATION = [
    (dict(tol=-1e-3), r"tol must be a finite number in \[0, inf\); got -0.001"),
    (dict(max_iter=0), "max_iter must be a whole number of at least 1; got 0"),
]


@each
@pytest.mark.parametrize(("change", "message"), BAD_PARAMETERS)
def test_bad_parameters_are_refused_by_name(cls, change, message):
    with pytest.raises(ValueError, match=message):
        cls().set_params(**change).fit(**GOOD)


@pytest.mark.parametrize("cls", [regkit.Lasso, regkit.ElasticNet])
@pytest.mark.parametrize(("change", "message"), BAD_ITERATION)
def test_bad_iteration_parameters_are_refused_by_name(cls, change, message):
    with pytest.raises(ValueError, match=message):
        cls(alpha=0.01).set_params(**change).fit(**GOOD)


def test_weights_may_be_objects_that_are_numbers():
    X, y = prostate()
    weights = np.random.default_rng(0).integers(1, 4, len(y))
    expected = regkit.Lasso(0.1).fit(X, y, weights)
    found = regkit.Lasso(0.1).fit(X, y, weights.astype(object))
    np.testing.assert_array_equal(found.coef_, expected.coef_)
    with pytest.raises(ValueError, match="sample_weight must hold real numbers"):
        regkit.Lasso(0.1).fit(X, y, np.array(["heavy"] * len(y), dtype=object))


def test_a_lasso_says_its_l1_ratio():
    assert regkit.Lasso().l1_ratio == sk.Lasso().l1_ratio == regkit.LassoCV().l1_ratio == 1.0


@pytest.mark.parametrize("l1_ratio", [-0.1, 1.5, np.nan, "half"])
def test_bad_l1_ratio_is_refused_by_name(l1_ratio):
    with pytest.raises(ValueError, match=r"l1_ratio must be a finite number in \[0, 1\]; got"):
        regkit.ElasticNet(l1_ratio=l1_ratio).fit(**GOOD)


@each
def test_predict_before_fit_says_so(cls):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        cls().predict(GOOD["X"])


@each
def test_the_edges_are_solved_exactly(cls):
    X, y = GOOD["X"], GOOD["y"]
    for alpha in (0.0, 0.1):
        one = cls(alpha).fit(X[:1], y[:1])
        np.testing.assert_array_equal(one.coef_, [0, 0])
        assert one.intercept_ == 1.0
        constant = cls(alpha).fit(X, np.full(3, 7.0))
        np.testing.assert_array_equal(constant.coef_, [0, 0])
        assert constant.intercept_ == pytest.approx(7.0)
        assert constant.dual_gap_ == 0.0
        empty = cls(alpha).fit(np.zeros((3, 2)), y)
        np.testing.assert_array_equal(empty.coef_, [0, 0])
        assert empty.intercept_ == pytest.approx(y.mean())
        through_zero = cls(alpha, fit_intercept=False).fit(X, np.zeros(3))
        np.testing.assert_array_equal(through_zero.coef_, [0, 0])
    assert np.isfinite(cls(1e300).fit(X, y).coef_).all()


# --- certificates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0.0, 1e6, 1e7])
@pytest.mark.parametrize("cls", [regkit.Ridge, regkit.Lasso, regkit.ElasticNet])
def test_float32_is_certified_as_it_is_returned(cls, offset):
    """In fractions: how far F at the coefficients returned is above F at the best ones."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(12, 1)).astype(np.float32)
    y = (offset + 10 * rng.normal(size=12)).astype(np.float32)
    model = cls(0.1).fit(X, y)
    x, t = ([Fraction(float(v)) for v in column] for column in (X[:, 0], y))
    x, t = ([v - sum(column) / 12 for v in column] for column in (x, t))
    square, product = (sum(a * b for a, b in zip(x, column, strict=True)) / 12 for column in (x, t))
    penalty = model._penalty()
    l1, l2 = Fraction(penalty.l1), Fraction(penalty.l2)
    best = (product - l1 * (1 if product > 0 else -1)) / (square + l2)
    assert best * product > 0, "the penalty leaves something"

    def value(w):
        rest = sum((a - w * b) ** 2 for a, b in zip(t, x, strict=True)) / 24
        return rest + l1 * abs(w) + l2 / 2 * w * w

    excess = value(Fraction(float(model.coef_[0]))) - value(best)
    assert excess <= model.dual_gap_ + 1e-15 * float(value(Fraction(0)))


@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
@pytest.mark.parametrize("alpha", [1e-30, 1e-20, 1e-14])
def test_next_to_no_penalty_is_certified(alpha, convert):
    X, y = prostate()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    for cls in (regkit.Ridge, regkit.Lasso, regkit.ElasticNet):
        model = cls(alpha).fit(convert(X), y)  # and no warning
        assert model.dual_gap_ <= 1e-9 * y.var() / 2
        np.testing.assert_allclose(model.coef_, regkit.Ridge(0.0).fit(X, y).coef_, rtol=1e-8)


@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
def test_columns_dependent_but_for_rounding_are_said_to_be(convert):
    """A sum of columns, rounded, is one more direction: without a penalty it is anybody's guess."""
    X, y = prostate()
    X = np.column_stack([X, X[:, 0] / 3 + X[:, 1]])
    for model in (regkit.Ridge(0.0), regkit.Lasso(0.0)):
        with pytest.warns(ConvergenceWarning, match="larger alpha"):
            model.fit(convert(X), y)
        assert model.dual_gap_ == pytest.approx(((y - model.predict(X)) ** 2).mean() / 2, rel=1e-5)
        for cure in (X[:, :8], X * 2.0 ** np.arange(9)):
            alpha = 0.0 if cure.shape[1] == 8 else 1e-6
            again = clone(model).set_params(alpha=alpha).fit(convert(cure), y)
            assert again.dual_gap_ <= 1e-9 * y.var()
    copies = np.column_stack([X[:, :8], X[:, 3], np.ones(97)])
    assert regkit.Ridge(0.0).fit(convert(copies), y).dual_gap_ <= 1e-14, "copies leave no doubt"


def test_weights_whose_sum_overflows():
    X, y = prostate()
    for cls in (regkit.Ridge, regkit.Lasso, regkit.ElasticNet):
        heavy = cls(0.1).fit(X, y, np.full(97, 1e308))
        np.testing.assert_allclose(heavy.coef_, cls(0.1).fit(X, y).coef_, rtol=1e-10)
    labels = y > 2.5
    heavy = regkit.LogisticRegression(0.1, l1_ratio=1.0).fit(X, labels, np.full(97, 1e308))
    plain = regkit.LogisticRegression(0.1, l1_ratio=1.0).fit(X, labels)
    np.testing.assert_allclose(heavy.coef_, plain.coef_, rtol=1e-8)
    with pytest.raises(ValueError, match="Block 0: sample_weight must be 0 or between"):
        regkit.Lasso().fit_blocks([(X, y, np.full(97, 1e308))])


@pytest.mark.parametrize("model", [regkit.Ridge(), regkit.Lasso(), regkit.LassoCV(cv=3)], ids=repr)
def test_numbers_whose_squares_leave_the_range_are_refused(model):
    X, y = prostate()
    for fit in (model.fit, lambda X, y: model.fit_blocks([(X, y)])):
        for factor in (1e300, 1e100, 1e-100, 1e-300):
            for name, data in {"y": (X, y * factor), "X": (X * factor, y)}.items():
                with pytest.raises(ValueError, match=f"{name} must hold numbers whose largest is"):
                    fit(*data)
    right = model.fit(X, y).coef_ if isinstance(model, regkit.LassoCV) else np.zeros(8)
    for factor in (1e70, 1e-70):
        if isinstance(model, regkit.LassoCV):  # it chooses alpha in these units
            np.testing.assert_allclose(model.fit(X * factor, y).coef_ * factor, right, rtol=1e-8)
        assert np.isfinite(model.fit(X * factor, y * factor).coef_).all()


@pytest.mark.parametrize(
    "model",
    [
        regkit.Lasso(0.1, tol=0),
        regkit.ElasticNet(0.1, tol=0),
        regkit.LassoCV(cv=3, tol=0),
        regkit.LogisticRegression(0.1, tol=0),
        regkit.LogisticRegression(0.1, l1_ratio=1.0, tol=0),
    ],
    ids=repr,
)
def test_a_tolerance_of_zero_is_rounding(model):
    """As good as rounding allows is what was asked for: no warning says that it is not 0."""
    X, y = prostate()
    y = y > 2.5 if isinstance(model, regkit.LogisticRegression) else y + 1e4
    model.fit(X, y)
    if hasattr(model, "dual_gap_"):
        assert model.dual_gap_ <= 1e-12
