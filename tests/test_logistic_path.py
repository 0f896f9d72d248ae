"""The logistic path: equal to proximal Newton, certified on bad designs, few products with X."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning

import regkit
from regkit.certificates import duality_gap, kkt_residual
from regkit.losses import Logistic, SquaredError
from regkit.objective import Objective
from regkit.penalties import L1, L1L2
from regkit.solvers import newton
from regkit.solvers.centred import CentredData
from regkit.solvers.logistic import LogisticSet
from regkit.solvers.logistic_path import logistic, logistic_path

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
    path, intercepts = logistic_path(F, alphas)
    assert not path.coefs[:, :2].any(), "all zero at alpha_max and above"
    for alpha, w, b, gap in zip(alphas, path.coefs.T, intercepts, path.dual_gaps, strict=True):
        here = at(F, alpha)
        np.testing.assert_allclose(w, newton(here).coef, rtol=0, atol=1e-6)
        assert b == pytest.approx(here.intercept(w), abs=1e-12)
        # two dual points, two bounds
        assert duality_gap(here, w) <= 2 * gap + 1e-13
        assert kkt_residual(here, w).max() <= 1e-7
    single = logistic(at(F, alphas[-1]))
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
                path, _ = logistic_path(F, alphas)
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
    dense, _ = logistic_path(F, alphas, tol=1e-11)
    sparse, _ = logistic_path(replace(F, X=kind(X)), alphas, tol=1e-11)
    np.testing.assert_allclose(sparse.coefs, dense.coefs, rtol=0, atol=1e-7)


def test_the_fast_way_needs_no_fallback(monkeypatch):
    """Proximal Newton mends every fault of the chord steps; here a fault must show."""
    monkeypatch.setattr(LogisticSet, "_by_proximal_newton", None)
    for shape, last in (("tall", 1e-4), ("square", 0.1), ("wide", 0.3), ("very wide", 0.3)):
        for l1_ratio in (1.0, 0.5):
            for design in ("plain", "duplicates", "separable", "ties"):
                F = problem(*bad_designs(shape)[design], l1_ratio)
                logistic_path(F, F.alpha_max * np.geomspace(1, last, 30))


def test_the_fallback_finds_the_same(monkeypatch):
    F = problem(*classes("wide"))
    alphas = F.alpha_max * np.geomspace(1, 0.1, 8)
    expected, _ = logistic_path(F, alphas)
    monkeypatch.setattr(LogisticSet, "_chord_steps", lambda *args: False)
    found, _ = logistic_path(F, alphas)
    np.testing.assert_allclose(found.coefs, expected.coefs, rtol=0, atol=1e-6)


def test_few_products_with_the_whole_of_X(monkeypatch):
    """The running time of a wide problem, counted and not measured."""
    counted, steps = [], []
    product = CentredData._transposed_product
    monkeypatch.setattr(
        CentredData,
        "_transposed_product",
        lambda self, V: counted.append(1) or product(self, V),
    )
    refreshed = []
    F = problem(*classes("very wide"))
    from regkit.solvers.chord import ChordHessian

    refresh = ChordHessian.refresh
    monkeypatch.setattr(
        ChordHessian, "refresh", lambda self, *a: refreshed.append(1) or refresh(self, *a)
    )
    path, _ = logistic_path(F, F.alpha_max * np.geomspace(1, 0.1, 50), tol=1e-6)
    steps = path.n_iter
    # means, and one product for every ten alphas; a few rounds may be repeated
    assert len(counted) <= 1 + 5 + 5
    assert steps.sum() <= 6 * len(steps)
    assert len(refreshed) <= 2 * len(steps)


def test_warm_start_and_float32():
    X, y = classes("very wide")
    F = at(problem(X, y), 0.02)
    cold = logistic(F)
    assert logistic(F, cold.coef).n_iter < cold.n_iter
    narrow = logistic(replace(F, X=X.astype(np.float32)))
    np.testing.assert_allclose(narrow.coef, cold.coef, atol=1e-5)
    far = np.random.default_rng(3).standard_normal(X.shape[1])
    np.testing.assert_allclose(logistic(F, far).coef, cold.coef, atol=1e-6)


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


def test_warns_with_the_gap_it_has_and_refuses():
    F = problem(*classes("very wide"))
    with pytest.warns(ConvergenceWarning, match=r"duality gap of .*; wanted at most"):
        logistic_path(F, np.array([0.01]), tol=1e-20, max_iter=1)
    with pytest.raises(ValueError, match="logistic_path needs Logistic"):
        logistic(replace(F, loss=SquaredError()))
    with pytest.raises(ValueError, match="logistic_path needs Logistic"):
        logistic(replace(F, penalty=L1(0.1, positive=True)))
    with pytest.raises(ValueError, match="alphas"):
        logistic_path(F, np.array([0.1, 0.2]))


def test_columns_far_from_zero_have_an_intercept_far_from_zero():
    X, y = classes()
    F = at(problem(X, y), 0.01)
    w = logistic(F).coef
    far = replace(F, X=X + 1e3)
    assert far.intercept(w) == pytest.approx(F.intercept(w) - 1e3 * w.sum(), abs=1e-6)
