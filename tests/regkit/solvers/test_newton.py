"""Proximal Newton and `LogisticRegression` against FISTA, scikit-learn and separable classes."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import random_problem
from scipy.special import expit
from sklearn import linear_model as sk
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import (
    check_dataframe_column_names_consistency,
    check_estimator,
)

from regkit import LogisticRegression
from regkit.certificates import duality_gap, kkt_residual
from regkit.exact.path import active_set
from regkit.losses import Logistic, SquaredError, SquaredHinge
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.solvers import fista, newton
from regkit.solvers.proximal_newton import IDLE

LOSSES = [SquaredError(), Logistic(), SquaredHinge()]
PENALTIES = [L1(0.05), L1L2(0.1, 0.5), L2(0.1), L1(0.05, positive=True), L1(1e-4)]


def breast_cancer():
    X, y = load_breast_cancer(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def assert_no_step_climbs(history):
    """The line search takes two objectives for equal within 4 eps of them: so does this."""
    rounding = 4 * np.finfo(float).eps * np.abs(history[:-1])
    assert (np.diff(history) <= rounding).all()


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_newton_finds_what_fista_finds(loss, penalty, weighted):
    F = random_problem(penalty, loss, weighted=weighted, n=60)
    solution = newton(F, tol=1e-12)
    slow = fista(F, tol=1e-11, max_iter=200_000)
    np.testing.assert_allclose(solution.coef, slow.coef, atol=1e-6)
    assert solution.converged
    assert solution.dual_gap == duality_gap(F, solution.coef) <= 1e-12 * F.null_value
    assert kkt_residual(F, solution.coef).max() < 1e-7
    assert_no_step_climbs(solution.history)


def test_the_parabola_of_squared_error_is_squared_error():
    F = random_problem(L1(0.05))
    solution = newton(F)
    np.testing.assert_allclose(solution.coef, active_set(F).coef, atol=1e-12)
    assert solution.n_iter <= 2


def test_the_error_is_squared_at_each_step():
    F = random_problem(L2(0.05), Logistic(), n=60)
    seen = []
    best = newton(F, tol=1e-13, callback=seen.append).coef
    errors = np.array([np.linalg.norm(w - best) for w in seen])
    late = errors[(errors < 0.1) & (errors > 1e-7)]
    assert len(late) >= 2
    assert (late[1:] <= 3 * late[:-1] ** 2).all()


def test_a_full_step_that_climbs_is_halved():
    """From far out the parabola of the logistic loss is flat, and its minimiser is far too far."""
    X = np.array([[1.0], [1.0], [-1.0]])
    F = Objective(X, [1.0, -1.0, -1.0], L2(1e-3), Logistic(), fit_intercept=False)
    start = np.array([12.0])
    assert_no_step_climbs(newton(F, start).history)
    assert newton(F, start).coef == pytest.approx(newton(F).coef)


@pytest.mark.parametrize("alpha", [0.1, 1e-3, 1e-6])
@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_breast_cancer_is_certified_at_every_strength(alpha, l1_ratio):
    X, y = breast_cancer()
    model = LogisticRegression(alpha, l1_ratio=l1_ratio).fit(X, y)
    F = Objective(X, 2.0 * y - 1, L1L2(alpha, l1_ratio), Logistic())
    assert 0 <= model.dual_gap_ <= 1e-9 * F.null_value
    assert model.dual_gap_ == pytest.approx(duality_gap(F, model.coef_[0]), abs=1e-15)
    assert kkt_residual(F, model.coef_[0]).max() < 1e-6


@pytest.mark.parametrize("alpha", [0.1, 0.01])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_equals_scikit_learn_after_conversion(alpha, weighted, fit_intercept):
    X, y = breast_cancer()
    weights = np.random.default_rng(0).uniform(0, 3, len(y)) if weighted else None
    total = weights.sum() if weighted else len(y)
    model = LogisticRegression(alpha, fit_intercept=fit_intercept).fit(X, y, weights)
    twin = sk.LogisticRegression(
        C=1 / (total * alpha), fit_intercept=fit_intercept, tol=1e-12, max_iter=10_000
    ).fit(X, y, weights)
    np.testing.assert_allclose(model.coef_, twin.coef_, atol=1e-6)
    np.testing.assert_allclose(model.intercept_, twin.intercept_, atol=1e-6)
    np.testing.assert_allclose(model.predict_proba(X), twin.predict_proba(X), atol=1e-6)
    np.testing.assert_array_equal(model.predict(X), twin.predict(X))


def test_l1_equals_liblinear_without_intercept():
    X, y = breast_cancer()
    model = LogisticRegression(0.02, l1_ratio=1.0, fit_intercept=False).fit(X, y)
    twin = sk.LogisticRegression(
        C=1 / (len(y) * 0.02),
        penalty="l1",  # the name before scikit-learn 1.8
        l1_ratio=1.0,  # and since
        solver="liblinear",
        fit_intercept=False,
        tol=1e-10,
        max_iter=100_000,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each version warns of the other's name
        twin.fit(X, y)
    np.testing.assert_allclose(model.coef_, twin.coef_, atol=1e-6)
    assert (model.coef_ == 0).sum() > 15


@pytest.mark.parametrize(
    "setting",
    [dict(), dict(alpha=1.0), dict(alpha=0.001, l1_ratio=1.0), dict(l1_ratio=0.5)],
    ids=str,
)
def test_passes_scikit_learns_checks(setting):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the checks provoke warnings of their own
        for result in check_estimator(LogisticRegression(**setting), on_skip=None):
            skipped_for = str(result["exception"]) if result["status"] == "skipped" else ""
            assert result["status"] == "passed" or "SCIPY_ARRAY_API" in skipped_for, result
        check_dataframe_column_names_consistency("regkit", LogisticRegression(**setting))


@pytest.mark.parametrize("labels", [("no", "yes"), (0, 1), (-1.0, 1.0), (False, True), (3, 7)])
def test_labels_of_any_type(labels):
    X, y = breast_cancer()
    named = LogisticRegression(0.1).fit(X, np.array(labels)[y])
    np.testing.assert_array_equal(named.classes_, np.array(labels))
    np.testing.assert_array_equal(
        named.predict(X), np.array(labels)[(named.predict_proba(X)[:, 1] > 0.5) * 1]
    )
    np.testing.assert_allclose(named.coef_, LogisticRegression(0.1).fit(X, y).coef_)


def test_probabilities_are_the_logistic_of_the_odds():
    X, y = breast_cancer()
    model = LogisticRegression(0.01).fit(X, y)
    z = model.decision_function(X)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], expit(z))
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1)
    assert model.score(X, y) > 0.97


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_array])
def test_sparse_is_dense(kind, l1_ratio):
    X, y = breast_cancer()
    X = np.where(np.abs(X) > 1, X, 0.0)
    dense = LogisticRegression(0.01, l1_ratio=l1_ratio).fit(X, y)
    sparse = LogisticRegression(0.01, l1_ratio=l1_ratio).fit(kind(X), y)
    np.testing.assert_allclose(sparse.coef_, dense.coef_, atol=1e-7)
    np.testing.assert_allclose(sparse.predict_proba(kind(X)), dense.predict_proba(X), atol=1e-7)


def test_warm_start_ends_at_the_same_answer_sooner():
    X, y = breast_cancer()
    cold = LogisticRegression(0.01, l1_ratio=1.0).fit(X, y)
    warm = LogisticRegression(0.012, l1_ratio=1.0, warm_start=True).fit(X, y)
    warm.set_params(alpha=0.01).fit(X, y)
    np.testing.assert_allclose(warm.coef_, cold.coef_, atol=1e-8)
    assert warm.n_iter_ < cold.n_iter_


def test_separable_classes_have_no_minimiser_without_a_penalty():
    X, y = np.array([[-2.0], [-1.0], [1.0], [2.0]]), [0, 0, 1, 1]
    with pytest.warns(ConvergenceWarning, match=r"duality gap of .*; wanted at most"):
        model = LogisticRegression(0.0, max_iter=20).fit(X, y)
    assert np.isfinite(model.coef_).all()
    assert model.score(X, y) == 1.0
    tiny = LogisticRegression(1e-8).fit(X, y)
    assert tiny.dual_gap_ <= 1e-9 * np.log(2)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.5, 1.0]))
def test_swapping_the_classes_turns_the_weights_round(seed, l1_ratio):
    F = random_problem(L1(0.1), Logistic(), seed=seed)
    model = LogisticRegression(0.05, l1_ratio=l1_ratio).fit(F.X, F.y)
    swapped = LogisticRegression(0.05, l1_ratio=l1_ratio).fit(F.X, -F.y)
    np.testing.assert_allclose(swapped.coef_, -model.coef_, atol=1e-7)
    np.testing.assert_allclose(swapped.intercept_, -model.intercept_, atol=1e-7)


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_a_weight_is_a_repeated_row(seed):
    F = random_problem(L1(0.1), Logistic(), seed=seed)
    times = np.random.default_rng(seed).integers(0, 3, 30)
    times[[F.y.argmax(), F.y.argmin()]] = 1
    weighted = LogisticRegression(0.05, l1_ratio=0.5).fit(F.X, F.y, times)
    repeated = LogisticRegression(0.05, l1_ratio=0.5).fit(F.X.repeat(times, 0), F.y.repeat(times))
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-7)


BAD = [
    (dict(y=[0, 0, 0, 0]), "y must hold two classes; got 1 class"),
    (dict(y=[0, 1, 2, 0]), "Only binary classification is supported.*got 3 class"),
    (dict(y=[0.5, 1.5, 2.5, 0.1]), "Unknown label type: continuous"),
    (dict(sample_weight=[1, 0, 0, 1]), "y must hold both classes .*; got only 0"),
    (dict(y=["no", "yes", "yes", "no"], sample_weight=[0, 1, 1, 0]), "got only 'yes'"),
    (dict(X=np.full((4, 1), np.nan)), "Input X contains NaN"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_data_is_refused_clearly(change, message):
    good = dict(X=np.array([[-2.0], [-1.0], [1.0], [2.0]]), y=[0, 1, 1, 0])
    with pytest.raises(ValueError, match=message):
        LogisticRegression().fit(**(good | change))


def test_a_model_that_cannot_move_stops():
    """Where no step lowers F any more no more are made, however many are allowed."""
    F = random_problem(L1(0.05), Logistic())
    best = newton(F, tol=1e-13).coef
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a gap of exactly 0 is luck
        stuck = newton(replace(F, X=F.X), best, tol=0.0, max_iter=1000)
    assert stuck.n_iter <= 2 * IDLE
    np.testing.assert_allclose(stuck.coef, best, atol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_rounding_of_columns_far_from_zero_is_not_taken_for_progress(seed):
    rng = np.random.default_rng(seed)
    X = 1e6 + rng.integers(-5, 6, (12, 3))
    y = np.where(rng.random(12) < 0.5, 1.0, -1.0)
    F = Objective(X.astype(float), y, L1L2(1e-3, 1e-6), Logistic(), fit_intercept=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = newton(F)
    falls = np.diff(found.history) < -1e-9
    assert found.n_iter <= falls.sum() + 2 * IDLE


@pytest.mark.parametrize("alpha", [1e-8, 1e-10, 1e-12])
@pytest.mark.parametrize("l1_ratio", [0.0, 1e-6, 1.0])
@pytest.mark.parametrize("shape", [(4, 1), (20, 3), (30, 50)])
def test_separable_classes_converge_however_low_the_price(shape, l1_ratio, alpha):
    """All curvatures vanish, and the steps are Newton's all the same."""
    X = np.random.default_rng(0).standard_normal(shape)
    X[:, 0] += np.sign(X[:, 0])
    F = Objective(X, np.sign(X[:, 0]), L1L2(alpha, l1_ratio), Logistic())
    solution = newton(F)
    assert solution.converged
    # F falls by a factor of e a step from F(0) to about alpha: about log(1/alpha) steps
    assert solution.n_iter <= 1.5 * np.log(1 / alpha) + 10


@pytest.mark.parametrize("l1_ratio", [0.0, 1e-6, 0.5, 1.0])
@pytest.mark.parametrize("overlap", [False, True])
def test_next_to_no_price_ends_after_a_bounded_number_of_steps(overlap, l1_ratio):
    """At alpha = 1e-30 rounding hides the minimiser; steps that gain nothing are not made."""
    X = np.array([[-2.0, 1.0], [-1.0, 0.5], [1.0, 0.0], [2.0, 1.5], [3.0, -1.0]])
    y = [0, 0, 1, 1, 1]
    if overlap:  # two equal rows of either class, that no plane separates
        X, y = np.vstack([X, np.ones((2, 2))]), [*y, 0, 1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(1e-30, l1_ratio=l1_ratio, max_iter=10_000).fit(X, y)
    F = Objective(X, 2.0 * np.array(y) - 1, L1L2(1e-30, l1_ratio), Logistic())
    # from F(0) by a factor of e a step down to rounding, on a working set and on all columns
    assert model.n_iter_ <= 1000
    found, least = F.value(model.coef_[0]), 2 / 7 * np.log(2) if overlap else 0.0
    assert found - least <= model.dual_gap_ + 1e-12 * F.null_value
    assert found - least <= 1e-9 * F.null_value
