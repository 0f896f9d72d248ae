"""The estimators that choose their alpha, against scikit-learn's twins and its checks."""

import io
import warnings
from contextlib import redirect_stderr

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from joblib import parallel_backend
from sklearn import linear_model as sk
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.model_selection import GroupKFold, KFold, LeaveOneOut, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_estimator,
)

import regkit
from regkit.cross_validated import ElasticNetCV, LassoCV, RidgeCV
from regkit.selection import cross_validate, leave_one_out, ridge_alpha_grid
from regkit.solvers import RidgeDecomposition

CLASSES = [RidgeCV, LassoCV, ElasticNetCV]
each = pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)


def diabetes():
    return load_diabetes(return_X_y=True)


def prostate():
    bunch = regkit.load_prostate()
    return StandardScaler().fit_transform(bunch.data), bunch.target


def fold_errors(model):
    return np.array([v for k, v in model.cv_results_.items() if k.startswith("fold")]).T


CHECKED = [
    RidgeCV(),
    RidgeCV(alphas=20, cv=3, rule="1se"),
    LassoCV(alphas=20, cv=3),
    LassoCV(alphas=20, cv=3, rule="1se"),
    ElasticNetCV(alphas=10, l1_ratio=[0.3, 1.0], cv=3),
]


@pytest.mark.parametrize("model", CHECKED, ids=repr)
def test_passes_scikit_learns_checks(model):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings of their own
        for result in check_estimator(model, on_skip=None):
            skipped_for = str(result["exception"]) if result["status"] == "skipped" else ""
            assert result["status"] == "passed" or "SCIPY_ARRAY_API" in skipped_for, result


@each
def test_passes_the_column_name_check(cls):
    check_dataframe_column_names_consistency(cls.__name__, cls())


@pytest.mark.parametrize("data", [diabetes, prostate], ids=lambda d: d.__name__)
@pytest.mark.parametrize(
    "options", [{}, {"fit_intercept": False}, {"positive": True}], ids=["plain", "through 0", "pos"]
)
@pytest.mark.parametrize("alphas", [30, [0.01, 1.0, 0.1, 0.3]], ids=["count", "grid"])
def test_lasso_equals_scikit_learns(data, options, alphas):
    X, y = data()
    ours = LassoCV(alphas, **options).fit(X, y)
    twin = sk.LassoCV(alphas=alphas, cv=5, tol=1e-10, max_iter=100_000, **options).fit(X, y)
    np.testing.assert_allclose(ours.alphas_, twin.alphas_, rtol=1e-12)
    np.testing.assert_allclose(fold_errors(ours), twin.mse_path_, rtol=1e-7)
    assert ours.alpha_ == pytest.approx(twin.alpha_, rel=1e-12)
    np.testing.assert_allclose(ours.coef_, twin.coef_, atol=1e-6 * np.abs(twin.coef_).max())
    assert ours.intercept_ == pytest.approx(twin.intercept_)
    np.testing.assert_allclose(ours.predict(X), twin.predict(X), rtol=1e-6, atol=1e-6)
    assert ours.l1_ratio_ == 1.0


@pytest.mark.parametrize("weighted", [False, True])
def test_elastic_net_equals_scikit_learns(weighted):
    X, y = prostate()
    X, y = X[:95], y[:95]
    weights = np.repeat([0.5, 1.5, 1.0, 2.0, 1.0], 19) if weighted else None
    fold = np.arange(95) % 19  # nineteen folds of five rows, one of each weight
    options = dict(l1_ratio=[0.2, 0.9], alphas=20, cv=[(fold != k, fold == k) for k in range(19)])
    ours = ElasticNetCV(**options).fit(X, y, weights)
    twin = sk.ElasticNetCV(tol=1e-10, max_iter=100_000, **options).fit(X, y, weights)
    assert ours.alphas_.shape == (2, 20)
    np.testing.assert_allclose(ours.alphas_, twin.alphas_)
    np.testing.assert_allclose(fold_errors(ours).reshape(2, 20, 19), twin.mse_path_, rtol=1e-7)
    assert (ours.alpha_, ours.l1_ratio_) == pytest.approx((twin.alpha_, twin.l1_ratio_))
    np.testing.assert_allclose(ours.coef_, twin.coef_, atol=1e-7)


@pytest.mark.parametrize("data", [diabetes, prostate], ids=lambda d: d.__name__)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("targets", [1, 2])
def test_ridge_chooses_as_scikit_learns_leave_one_out(data, fit_intercept, targets):
    """Its alpha is n - 1 times ours where it compares, and n times ours where it fits all rows."""
    X, y = data()
    Y = y if targets == 1 else np.c_[y, y[::-1]]
    n, alphas = len(y), np.geomspace(1e-4, 1, 15)
    ours = RidgeCV(alphas, fit_intercept=fit_intercept).fit(X, Y)
    twin = sk.RidgeCV((n - 1) * alphas, fit_intercept=fit_intercept).fit(X, Y)
    assert (n - 1) * ours.alpha_ == pytest.approx(twin.alpha_)
    assert ours.cv_results_["mean_error"].min() == pytest.approx(-twin.best_score_)
    final = sk.Ridge(n * ours.alpha_, fit_intercept=fit_intercept).fit(X, Y)
    np.testing.assert_allclose(ours.coef_, final.coef_, atol=1e-8 * np.abs(final.coef_).max())
    np.testing.assert_allclose(ours.intercept_, final.intercept_)
    assert ours.coef_.shape == (X.shape[1],) if targets == 1 else (targets, X.shape[1])


def test_ridge_with_folds_is_a_grid_search():
    X, y = prostate()
    model = RidgeCV([0.01, 0.1, 1.0, 10.0], cv=KFold(4)).fit(X, y)
    scores = [
        -cross_val_score(regkit.Ridge(a), X, y, cv=4, scoring="neg_mean_squared_error")
        for a in model.alphas_
    ]
    np.testing.assert_allclose(fold_errors(model), scores)
    slow = RidgeCV(20, cv=LeaveOneOut()).fit(X, y)
    fast = RidgeCV(20).fit(X, y)
    assert slow.alpha_ == fast.alpha_
    np.testing.assert_allclose(
        slow.cv_results_["mean_error"], fast.cv_results_["mean_error"], rtol=1e-9
    )


def test_what_it_keeps_is_what_the_functions_say():
    X, y = prostate()
    model = LassoCV(12, cv=4, rule="1se", eps=1e-2).fit(X, y)
    assert model.alphas_[-1] == pytest.approx(1e-2 * model.alphas_[0])
    curve = cross_validate(X, y, model.alphas_, cv=4)
    np.testing.assert_allclose(model.cv_results_["mean_error"], curve.mean_error)
    np.testing.assert_allclose(model.cv_results_["std_error"], curve.std_error)
    assert model.alpha_ == curve.alpha("1se") > curve.alpha("min")
    same = regkit.Lasso(model.alpha_).fit(X, y)
    np.testing.assert_allclose(model.coef_, same.coef_, atol=1e-12)
    assert model.dual_gap_ <= 1e-9 * y.var() / 2 and model.n_iter_ >= 1
    table = pd.DataFrame(model.cv_results_)
    assert list(table) == ["l1_ratio", "alpha", "mean_error", "std_error"] + [
        f"fold{k}_error" for k in range(4)
    ]
    assert len(table) == 12
    ridge = RidgeCV(9).fit(X, y)
    assert list(ridge.cv_results_) == ["l1_ratio", "alpha", "mean_error", "std_error"]
    np.testing.assert_allclose(
        ridge.cv_results_["std_error"], leave_one_out(X, y, ridge.alphas_).std_error
    )
    F = regkit.objective.Objective(X, y, regkit.penalties.L2(1.0))
    np.testing.assert_allclose(ridge.alphas_, ridge_alpha_grid(RidgeDecomposition.of(F), 9))
    assert ridge.l1_ratio_ == 0.0 and ridge.n_iter_ == 0


def test_the_rule_works_within_the_best_l1_ratio():
    X, y = prostate()
    options = dict(alphas=15, cv=KFold(6, shuffle=True, random_state=1), l1_ratio=[0.1, 0.5, 1.0])
    lowest = ElasticNetCV(**options).fit(X, y)
    sparser = ElasticNetCV(**options, rule="1se").fit(X, y)
    table = pd.DataFrame(lowest.cv_results_)
    best = table.loc[table.mean_error.idxmin()]
    assert (lowest.alpha_, lowest.l1_ratio_) == (best.alpha, best.l1_ratio)
    assert sparser.l1_ratio_ == lowest.l1_ratio_
    near = table[table.mean_error <= best.mean_error + best.std_error]
    assert sparser.alpha_ == near[near.l1_ratio == best.l1_ratio].alpha.max() > lowest.alpha_
    assert near.alpha.max() > sparser.alpha_, "another l1_ratio would allow more"


@each
def test_a_weight_is_a_repeated_row_in_the_same_fold(cls):
    X, y = prostate()
    times = np.random.default_rng(0).integers(0, 4, 97)
    fold = np.arange(97) % 4
    rows = np.repeat(np.arange(97), times)
    folds = [(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(4)]
    copies = [(fold[rows] != k, fold[rows] == k) for k in range(4)]
    for rule in ("min", "1se"):
        weighted = cls(20, cv=folds, rule=rule).fit(X, y, times)
        repeated = cls(20, cv=copies, rule=rule).fit(X[rows], y[rows])
        assert weighted.alpha_ == pytest.approx(repeated.alpha_)
        np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-9)
        np.testing.assert_allclose(fold_errors(weighted), fold_errors(repeated), rtol=1e-8)


def test_leave_one_out_ignores_rows_without_weight():
    X, y = prostate()
    weights = np.random.default_rng(0).integers(0, 3, 97)
    present = weights > 0
    model = RidgeCV().fit(X, y, weights)
    absent = RidgeCV().fit(X[present], y[present], weights[present])
    assert model.alpha_ == pytest.approx(absent.alpha_)
    np.testing.assert_allclose(model.coef_, absent.coef_, atol=1e-10)


@each
def test_groups_stay_together(cls):
    X, y = prostate()
    groups = np.random.default_rng(0).integers(0, 5, 97)
    model = cls(10, cv=GroupKFold(5)).fit(X, y, groups=groups)
    by_hand = [(groups != g, groups == g) for g in range(5)]
    assert model.alpha_ == cls(10, cv=by_hand).fit(X, y).alpha_
    pipeline = make_pipeline(StandardScaler(), cls(10, cv=GroupKFold(5)))
    pipeline.fit(X, y, **{f"{cls.__name__.lower()}__groups": groups})
    assert pipeline[-1].alpha_ == pytest.approx(model.alpha_)
    with pytest.raises(ValueError, match="groups"):
        cls(10, cv=GroupKFold(5)).fit(X, y)


@each
@pytest.mark.parametrize("make", [sp.csr_array, sp.csc_matrix])
def test_sparse_is_dense(cls, make):
    X, y = prostate()
    X = np.where(np.abs(X) < 0.7, 0, X)
    dense, sparse = cls(15).fit(X, y), cls(15).fit(make(X), y)
    np.testing.assert_allclose(sparse.alphas_, dense.alphas_)
    np.testing.assert_allclose(
        sparse.cv_results_["mean_error"], dense.cv_results_["mean_error"], rtol=1e-7
    )
    np.testing.assert_allclose(sparse.coef_, dense.coef_, atol=1e-8)
    np.testing.assert_allclose(sparse.predict(make(X)), dense.predict(X), atol=1e-7)


@each
def test_float32_is_fitted_in_float64(cls):
    X, y = prostate()
    wide, narrow = cls(10).fit(X, y), cls(10).fit(X.astype(np.float32), y.astype(np.float32))
    assert narrow.coef_.dtype == np.float64
    np.testing.assert_allclose(narrow.coef_, wide.coef_, atol=1e-4)


@each
def test_takes_frames_and_never_touches_its_input(cls):
    X, y = prostate()
    weights = np.linspace(0.5, 2, 97)
    frozen = np.asfortranarray(X), y.copy(), weights.copy()
    for array in frozen:
        array.setflags(write=False)
    model = cls(10).fit(*frozen)
    frame = pd.DataFrame(X, columns=regkit.load_prostate().feature_names)
    named = cls(10).fit(frame, pd.Series(y), weights)
    assert list(named.feature_names_in_) == list(frame.columns)
    assert named.n_features_in_ == 8
    np.testing.assert_allclose(named.coef_, model.coef_, atol=1e-12)


@each
def test_jobs_change_nothing_and_progress_counts(cls):
    X, y = prostate()
    options = dict(alphas=10, cv=3)
    plain = cls(**options).fit(X, y)
    with parallel_backend("threading", n_jobs=2), redirect_stderr(io.StringIO()) as written:
        other = cls(**options, progress=True).fit(X, y)
    np.testing.assert_array_equal(fold_errors(plain), fold_errors(other))
    assert f"fold 3 of 3 at l1_ratio {plain.l1_ratio_:g}\n" in written.getvalue()


def test_progress_says_which_l1_ratio_it_is_at():
    X, y = prostate()
    with redirect_stderr(io.StringIO()) as written:
        regkit.ElasticNetCV(alphas=3, l1_ratio=[0.25, 1], cv=2, progress=True).fit(X, y)
    counted = [f"fold {k} of 2 at l1_ratio {ratio}" for ratio in ("0.25", "1") for k in (1, 2)]
    assert written.getvalue().split() == " ".join(counted).split()


@each
def test_clone_and_repr(cls):
    model = cls(20, rule="1se", cv=4)
    assert clone(model).get_params() == model.get_params()
    assert repr(model) == f"{cls.__name__}(alphas=20, cv=4, rule='1se')"


@each
def test_a_constant_target_needs_only_the_intercept(cls):
    X, _ = prostate()
    for rule in ("min", "1se"):
        model = cls(5, rule=rule).fit(X, np.full(97, 3.0))
        assert (model.coef_ == 0).all() and model.intercept_ == pytest.approx(3.0)
        assert model.dual_gap_ == 0 and model.alpha_ == model.alphas_[0]
        nothing = cls(5, rule=rule).fit(np.zeros((10, 2)), np.arange(10.0) ** 2)
        assert (nothing.coef_ == 0).all() and nothing.intercept_ == pytest.approx(28.5)


def test_stopping_short_warns():
    X, y = diabetes()
    with pytest.warns(ConvergenceWarning, match="duality gap"):
        LassoCV(5, max_iter=1).fit(X, y)


# --- bad input --------------------------------------------------------------------------------

GOOD = dict(X=np.arange(20.0).reshape(10, 2) ** 2, y=np.arange(10.0) % 4)
BAD = [
    (dict(alphas=0), "alphas must be a whole number of at least 1; got 0"),
    (dict(alphas=True), "alphas must be a one-dimensional grid"),
    (dict(alphas=[]), "alphas must be a one-dimensional grid"),
    (dict(alphas=[-1.0]), "alphas must be"),
    (dict(alphas="many"), "alphas must be .*got 'many'"),
    (dict(alphas=None), "alphas must be .*got None"),
    (dict(rule="best"), r"rule must be one of \('min', '1se'\); got 'best'"),
    (dict(rule=["min"]), "rule must be one of"),
    (dict(cv=1), "cv must be a whole number of at least 2; got 1"),
    (dict(cv=11), "n_splits=11 greater than the number of samples"),
]
BAD_ITERATION = [
    (dict(eps=0.0), r"eps must be a finite number in \(0, 1\]; got 0.0"),
    (dict(tol=-1.0), "tol must be a finite number"),
    (dict(max_iter=0), "max_iter must be a whole number"),
]


@each
@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_parameters_are_refused_by_name(cls, change, message):
    with pytest.raises(ValueError, match=message):
        cls().set_params(**change).fit(**GOOD)


@pytest.mark.parametrize("cls", [LassoCV, ElasticNetCV])
@pytest.mark.parametrize(("change", "message"), BAD_ITERATION)
def test_more_bad_parameters_are_refused_by_name(cls, change, message):
    with pytest.raises(ValueError, match=message):
        cls().set_params(**change).fit(**GOOD)


@pytest.mark.parametrize("l1_ratio", [1.5, [0.5, -0.1], [], "half", [[0.5]], None, np.nan])
def test_bad_l1_ratio_is_refused_by_name(l1_ratio):
    with pytest.raises(ValueError, match="l1_ratio must be"):
        ElasticNetCV(l1_ratio=l1_ratio).fit(**GOOD)


def test_ridge_has_no_automatic_start_in_an_elastic_net():
    with pytest.raises(ValueError, match=r"with l1_ratio=0 they never are\. Pass the alphas"):
        ElasticNetCV(l1_ratio=[0.5, 0.0]).fit(**GOOD)
    model = ElasticNetCV([0.1, 1.0], l1_ratio=[0.5, 0.0]).fit(**GOOD)
    assert model.alphas_.tolist() == [1.0, 0.1] and len(model.cv_results_["alpha"]) == 4


@pytest.mark.parametrize("cls", [LassoCV, ElasticNetCV])
def test_several_targets_are_refused_where_scikit_learn_does(cls):
    Y = np.c_[GOOD["y"], GOOD["y"]]
    with pytest.raises(ValueError, match=r"takes one target; got y of shape \(10, 2\)"):
        cls().fit(GOOD["X"], Y)
    with pytest.warns(DataConversionWarning):
        assert cls(5).fit(GOOD["X"], Y[:, :1]).coef_.shape == (2,)


@each
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(X=[[np.nan, 1]] * 10), "Input X contains NaN"),
        (dict(y=[np.inf] * 10), "Input y contains infinity"),
        (dict(y=[1.0, 2.0]), "inconsistent numbers of samples"),
        (dict(sample_weight=[1.0, 1.0]), r"sample_weight must have shape \(10,\)"),
        (dict(sample_weight=[-1.0] + [1.0] * 9), "sample_weight must be non-negative"),
        (dict(sample_weight=[0.0] * 10), "not all zero"),
        (dict(X=GOOD["X"][:1], y=GOOD["y"][:1]), "n_samples ?= ?1"),
    ],
)
def test_bad_data_is_refused_clearly(cls, change, message):
    with pytest.raises(ValueError, match=message):
        cls().fit(**(GOOD | change))


def test_groups_without_folds_are_refused():
    with pytest.raises(ValueError, match="groups need folds: set cv"):
        RidgeCV().fit(**GOOD, groups=np.arange(10))
