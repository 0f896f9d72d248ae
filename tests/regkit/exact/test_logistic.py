"""The logistic path: equal to proximal Newton, certified on bad designs, few products with X."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning

import regkit
from regkit.certificates import duality_gap, kkt_residual
from regkit.exact import data as engine_data
from regkit.exact.logistic import (
    ChordHessian,
    LogisticSet,
    logistic_active_set,
    logistic_active_set_path,
)
from regkit.losses import Logistic, SquaredError
from regkit.objective import Objective
from regkit.penalties import L1, L1L2
from regkit.solvers import newton

SHAPES = {"tall": (120, 8), "square": (40, 40), "wide": (40, 120), "very wide": (50, 400)}


def classes(shape="tall", noise=1.5, seed=0):
    rng = np.random.default_rng(seed)
    n, p = SHAPES[shape]
    X = rng.standard_normal((n, p))
    y = np.where(X[:, :3] @ [2.0, -1.5, 1.0] + noise * rng.standard_normal(n) > 0.3, 1.0, -1.0)
    return X, y


def problem(X, y, l1_ratio=1.0, **options):
    return Objective(X, y, L1L2(1.0, l1_ratio), Logistic(), **options)


def at(F, alpha):
    return replace(F, penalty=replace(F.penalty, alpha=float(alpha)))


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("shape", SHAPES)
def test_equals_proximal_newton(shape, l1_ratio, fit_intercept):
    X, y = classes(shape)
    weights = np.random.default_rng(1).integers(0, 4, len(y))
    F = problem(X, y, l1_ratio, sample_weight=weights, fit_intercept=fit_intercept)
    alphas = F.alpha_max * np.array([1.1, 1.0, 0.7, 0.3, 0.05])
    path = logistic_active_set_path(F, alphas)
    intercepts = F.intercepts(path.coefs)
    assert not path.coefs[:, :2].any(), "all zero at alpha_max and above"
    for alpha, w, b, gap in zip(alphas, path.coefs.T, intercepts, path.dual_gaps, strict=True):
        here = at(F, alpha)
        np.testing.assert_allclose(w, newton(here).coef, rtol=0, atol=1e-6)
        assert b == pytest.approx(here.intercept(w), abs=1e-12)
        # two dual points, two bounds
        assert duality_gap(here, w) <= 2 * gap + 1e-13
        assert kkt_residual(here, w).max() <= 1e-7
    single = logistic_active_set(at(F, alphas[-1]))
    np.testing.assert_allclose(single.coef, path.coefs[:, -1], rtol=0, atol=1e-6)
    assert single.dual_gap == pytest.approx(duality_gap(at(F, alphas[-1]), single.coef))


def bad_designs(shape):
    X, y = classes(shape)
    n, p = X.shape
    rng = np.random.default_rng(2)
    half = p - p // 2

    def with_copies(noise):
        copied = X.copy()
        copied[:, half:] = X[:, : p - half] + noise * rng.standard_normal((n, p - half))
        return copied

    flat = X.copy()
    flat[:, 0], flat[:, 1] = 3, 0
    separable = np.where(X[:, 0] + X[:, 1] > 0.1, 1.0, -1.0)
    return {
        "plain": (X, y),
        "duplicates": (with_copies(0), y),
        "near 1e-3": (with_copies(1e-3), y),
        "near 1e-5": (with_copies(1e-5), y),
        "near 1e-7": (with_copies(1e-7), y),
        "constant and zero columns": (flat, y),
        "separable": (X, separable),
        "one of a class": (X, np.where(np.arange(n) == 3, 1.0, -1.0)),
        "far from the origin": (X + 1e3, y),
        "scales 1e±3": (X * 10.0 ** rng.uniform(-3, 3, p), y),
        "ties": (np.sign(X), y),
    }


@pytest.mark.parametrize("design", bad_designs("tall"))
@pytest.mark.parametrize("shape", ["tall", "wide", "very wide"])
def test_certified_or_warned(shape, design):
    X, y = bad_designs(shape)[design]
    for l1_ratio in (1.0, 0.5):
        F = problem(X, y, l1_ratio)
        for fractions in (np.geomspace(1.1, 1e-3, 12), [1e-2], [1e-5]):
            alphas = F.alpha_max * np.array(fractions)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                path = logistic_active_set_path(F, alphas)
            assert all(issubclass(w.category, ConvergenceWarning) for w in caught)
            certified = path.dual_gaps <= 1e-9 * F.null_value
            assert certified.all() == (not caught), "a warning exactly where a gap is too large"
            assert certified.all()
            for alpha, w in zip(alphas[certified], path.coefs.T[certified], strict=True):
                assert duality_gap(at(F, alpha), w) <= 2e-9 * F.null_value


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_matrix])
def test_sparse_is_dense(kind, fit_intercept):
    X, y = classes("very wide")
    X = np.where(np.abs(X) > 1, X, 0.0)
    F = problem(X, y, fit_intercept=fit_intercept)
    alphas = F.alpha_max * np.geomspace(1, 0.05, 10)
    dense = logistic_active_set_path(F, alphas, tol=1e-11)
    sparse = logistic_active_set_path(replace(F, X=kind(X)), alphas, tol=1e-11)
    np.testing.assert_allclose(sparse.coefs, dense.coefs, rtol=0, atol=1e-7)


def test_the_fast_way_needs_no_fallback(monkeypatch):
    """Proximal Newton mends every fault of the chord steps; here a fault must show."""
    monkeypatch.setattr(LogisticSet, "_by_proximal_newton", None)
    for shape, last in (("tall", 1e-4), ("square", 0.1), ("wide", 0.3), ("very wide", 0.3)):
        for l1_ratio in (1.0, 0.5):
            for design in ("plain", "duplicates", "separable", "ties"):
                F = problem(*bad_designs(shape)[design], l1_ratio)
                logistic_active_set_path(F, F.alpha_max * np.geomspace(1, last, 30))


def test_the_fallback_finds_the_same(monkeypatch):
    F = problem(*classes("wide"))
    alphas = F.alpha_max * np.geomspace(1, 0.1, 8)
    expected = logistic_active_set_path(F, alphas)
    monkeypatch.setattr(LogisticSet, "_chord_steps", lambda *args: False)
    found = logistic_active_set_path(F, alphas)
    np.testing.assert_allclose(found.coefs, expected.coefs, rtol=0, atol=1e-6)


def test_a_start_that_is_worse_than_zeros_is_left(monkeypatch):
    """Where alpha is next to nothing a wild start is worse only on the way, at larger prices."""
    rng, calls = np.random.default_rng(0), []
    X = rng.integers(-5, 6, (15, 7)).astype(float)
    w0 = 100 * rng.standard_normal(7)
    y = np.sign(X @ w0)
    y[0] *= -1
    monkeypatch.setattr(
        "regkit.exact.logistic.newton", lambda *a, **k: calls.append(1) or newton(*a, **k)
    )
    found = logistic_active_set(problem(X, y).with_penalty(L1(1e-20)), w0)
    assert found.converged
    assert len(calls) <= 5  # one for each of 41 points, when the start was kept


def test_few_products_with_the_whole_of_X(monkeypatch):
    """The running time of a wide problem, counted and not measured."""
    counted, steps = [], []
    product = engine_data.transposed_product
    monkeypatch.setattr(
        engine_data,
        "transposed_product",
        lambda *args: counted.append(1) or product(*args),
    )
    refreshed = []
    F = problem(*classes("very wide"))

    refresh = ChordHessian.refresh
    monkeypatch.setattr(
        ChordHessian, "refresh", lambda self, *a: refreshed.append(1) or refresh(self, *a)
    )
    path = logistic_active_set_path(F, F.alpha_max * np.geomspace(1, 0.1, 50), tol=1e-6)
    steps = path.n_iter
    # means, and one product for every ten alphas; a few rounds may be repeated
    assert len(counted) <= 1 + 5 + 5
    assert steps.sum() <= 6 * len(steps)
    assert len(refreshed) <= 2 * len(steps)


def test_from_afar_no_more_columns_are_gathered_at_once_than_there_are_rows(monkeypatch):
    gathered, take = [], LogisticSet.take
    monkeypatch.setattr(
        LogisticSet, "take", lambda self, J: gathered.append(len(J)) or take(self, J)
    )
    X, y = classes("very wide")
    F = problem(X, y)
    found = logistic_active_set(at(F, 0.02 * F.alpha_max))
    assert found.converged
    assert len(gathered) > 1
    assert max(gathered) <= len(y)


def test_warm_start_and_float32():
    X, y = classes("very wide")
    F = at(problem(X, y), 0.02)
    cold = logistic_active_set(F)
    assert logistic_active_set(F, cold.coef).n_iter < cold.n_iter
    narrow = logistic_active_set(replace(F, X=X.astype(np.float32)))
    np.testing.assert_allclose(narrow.coef, cold.coef, atol=1e-5)
    far = np.random.default_rng(3).standard_normal(X.shape[1])
    np.testing.assert_allclose(logistic_active_set(F, far).coef, cold.coef, atol=1e-6)


def test_the_public_path():
    X, y = classes()
    path = regkit.logistic_path(X, y, alphas=5)
    F = problem(X, y)
    np.testing.assert_allclose(path.alphas, np.geomspace(F.alpha_max, 0.01 * F.alpha_max, 5))
    for alpha, w, b in zip(path.alphas, path.coefs.T, path.intercepts, strict=True):
        model = regkit.LogisticRegression(alpha, l1_ratio=1.0).fit(X, y)
        np.testing.assert_allclose(model.coef_[0], w, atol=1e-7)
        assert model.intercept_[0] == pytest.approx(b, abs=1e-6)
    with pytest.raises(ValueError, match="l1_ratio=0"):
        regkit.logistic_path(X, y, l1_ratio=0.0)
    ridge = regkit.logistic_path(X, y, l1_ratio=0.0, alphas=[0.1, 0.01])
    assert (ridge.dual_gaps <= 1e-9).all()


@pytest.mark.parametrize(
    "labels", [[0, 1], ["no", "yes"], [False, True], [1.0, 7.0], np.array(["b", "ba"], object)]
)
def test_the_public_path_takes_two_labels_of_any_type(labels):
    X, signs = classes()
    y = np.asarray(labels)[(signs > 0).astype(int)]
    expected = regkit.logistic_path(X, signs, alphas=[0.1, 0.01])
    for found, part in zip(regkit.logistic_path(X, y, alphas=[0.1, 0.01]), expected, strict=True):
        np.testing.assert_array_equal(found, part)
    w = regkit.LogisticRegression(0.1, l1_ratio=1.0).fit(X, y).coef_[0]
    np.testing.assert_allclose(w, expected.coefs[:, 0], atol=1e-7)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([1, 1, 1], r"y must hold two classes; got 1 class\(es\): 1"),
        ([0, 1, 2], r"y must hold two classes; got 3 class\(es\): 0, 1, 2"),
        ([0.0, np.nan, 0.0], "y must hold two classes"),
        ([0, 1j, 0], "y must hold two classes"),
        (np.array(["a", 1, "a"], object), "y must hold two labels of one type"),
        ([[0], [1], [0]], r"y must have shape \(3,\); got \(3, 1\)"),
        ([0, 1], r"y must have shape \(3,\); got \(2,\)"),
    ],
)
def test_the_public_path_refuses_what_is_no_pair_of_labels(labels, message):
    with pytest.raises(ValueError, match=message):
        regkit.logistic_path(np.eye(3), labels, alphas=[0.1])


def test_a_class_without_weight_is_told_by_its_label():
    with pytest.raises(ValueError, match="got only 'no'"):
        regkit.logistic_path(np.eye(3), ["no", "yes", "no"], alphas=[0.1], sample_weight=[1, 0, 1])


def test_warns_with_the_gap_it_has_and_refuses():
    F = problem(*classes("very wide"))
    with pytest.warns(ConvergenceWarning, match=r"duality gap of .*; wanted at most"):
        logistic_active_set_path(F, np.array([0.01]), tol=1e-20, max_iter=1)
    with pytest.raises(ValueError, match="logistic_path needs Logistic"):
        logistic_active_set(replace(F, loss=SquaredError()))
    with pytest.raises(ValueError, match="logistic_path needs Logistic"):
        logistic_active_set(replace(F, penalty=L1(0.1, positive=True)))
    with pytest.raises(ValueError, match="alphas"):
        logistic_active_set_path(F, np.array([0.1, 0.2]))


def test_columns_far_from_zero_have_an_intercept_far_from_zero():
    X, y = classes()
    F = at(problem(X, y), 0.01)
    w = logistic_active_set(F).coef
    far = replace(F, X=X + 1e3)
    assert far.intercept(w) == pytest.approx(F.intercept(w) - 1e3 * w.sum(), abs=1e-6)


# --- what a warning and an attribute say ----------------------------------------------------------


def labelled():
    X, y = load_breast_cancer(return_X_y=True)
    return (X / X.std(axis=0))[:150, :6], y[:150]


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
def test_no_tolerance_stops_at_rounding(l1_ratio):
    X, y = labelled()
    model, twin = (
        regkit.LogisticRegression(0.01, l1_ratio=l1_ratio, tol=tol) for tol in (0, 1e-12)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a gap of exactly 0 is luck
        model.fit(X, y)
        path = regkit.logistic_path(X, 2 * y - 1, alphas=[0.1, 0.01], l1_ratio=0.9, tol=0)
    np.testing.assert_allclose(model.coef_, twin.fit(X, y).coef_, rtol=1e-6, atol=1e-9)
    assert model.dual_gap_ <= 1e-13
    assert path.dual_gaps.max() <= 1e-13


@pytest.mark.parametrize("shift", [0.0, 1e6, 1.7e9])
def test_the_gap_is_that_of_the_warning(shift):
    """Fits that stop short, and one that does not: one figure, on either side of the tolerance."""
    X, y = labelled()
    X[:, 0] += shift
    for max_iter in (1, 2, 100):
        for tol in (1e-4, 1e-9):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                model = regkit.LogisticRegression(
                    0.01, l1_ratio=1.0, max_iter=max_iter, tol=tol
                ).fit(X, y)
            F = Objective(X, 2.0 * y - 1, L1(0.01), Logistic())
            assert model.dual_gap_ == duality_gap(F, model.coef_[0])
            short = model.dual_gap_ > tol * F.null_value
            assert short == (
                f"a duality gap of {model.dual_gap_:.3g}"
                in " ".join(str(w.message) for w in caught)
            )
            assert short == bool(caught)


@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array])
def test_a_warm_start_on_columns_that_have_become_constant(convert):
    X, y = labelled()
    for l1_ratio in (1.0, 0.5):
        model = regkit.LogisticRegression(0.01, l1_ratio=l1_ratio, warm_start=True).fit(X, y)
        assert model.coef_.any()
        some = X.copy()
        some[:, model.coef_[0] != 0] = 3.3
        model.fit(convert(some), y)
        cold = regkit.LogisticRegression(0.01, l1_ratio=l1_ratio).fit(some, y)
        np.testing.assert_allclose(model.coef_, cold.coef_, atol=1e-6)
        model.fit(convert(np.full_like(X, 3.3)), y)
        assert not model.coef_.any()
        assert model.dual_gap_ <= 1e-15


def test_separation_is_said():
    X, y = np.arange(10.0)[:, None], [0] * 5 + [1] * 5
    with pytest.warns(ConvergenceWarning, match="A plane separates the classes.* Use alpha > 0"):
        regkit.LogisticRegression(0).fit(X, y)
    assert np.isfinite(regkit.LogisticRegression(1e-3).fit(X, y).dual_gap_), "the cure"
    with pytest.warns(ConvergenceWarning, match="Raise max_iter"):
        regkit.LogisticRegression(0, max_iter=1).fit(X, [0, 1] * 5)
