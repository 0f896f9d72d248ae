"""The exact solver against scikit-learn, against its own certificates, and on bad designs."""

import tracemalloc
import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from exact_problems import SHAPES, assert_certified, bad_designs, data, problem
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet

from regkit.certificates import duality_gap, kkt_residual
from regkit.exact import data as engine_data
from regkit.exact.data import CentredData
from regkit.exact.path import SMALL, active_set, active_set_path
from regkit.losses import Logistic
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.solvers import ridge_closed_form

# --- against scikit-learn ---------------------------------------------------------------------


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.7])
@pytest.mark.parametrize("fraction", [0.5, 0.05])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_equals_scikit_learn(shape, fraction, l1_ratio, positive, fit_intercept):
    X, y = data(shape)
    weights = np.random.default_rng(1).uniform(0.5, 2, len(y))
    F = problem(
        X, y, fraction, l1_ratio, positive, sample_weight=weights, fit_intercept=fit_intercept
    )
    twin = ElasticNet(
        F.penalty.alpha,
        l1_ratio=l1_ratio,
        positive=positive,
        fit_intercept=fit_intercept,
        tol=1e-14,
        max_iter=100_000,
    ).fit(X, y, weights)
    solution = active_set(F)
    np.testing.assert_allclose(solution.coef, twin.coef_, rtol=0, atol=1e-8)
    assert solution.intercept == pytest.approx(twin.intercept_, abs=1e-8)
    assert solution.converged
    assert solution.n_iter >= 1
    assert solution.history[-1] == pytest.approx(F.value(solution.coef))


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("shape", SHAPES)
def test_path_equals_single_fits(shape, l1_ratio):
    X, y = data(shape)
    F = problem(X, y, 1.0, l1_ratio)
    alphas = F.penalty.alpha * np.array([1.2, 1.0, 0.7, 0.1, 0.099, 1e-3])
    path = active_set_path(F, alphas)
    assert not path.coefs[:, :2].any(), "all zero at alpha_max and above"
    for alpha, w, gap in zip(alphas, path.coefs.T, path.dual_gaps, strict=True):
        here = replace(F, penalty=L1L2(alpha, l1_ratio))
        np.testing.assert_allclose(w, active_set(here).coef, rtol=0, atol=1e-8)
        assert duality_gap(here, w) <= gap + 1e-15 * F.null_value
        assert kkt_residual(here, w).max() <= 1e-9 * here.penalty.l1 + 1e-14


@pytest.mark.parametrize("shape", SHAPES)
def test_ridge_and_least_squares(shape):
    X, y = data(shape)
    for penalty in (L2(0.3), L2(0.0), L1(0.0)):
        F = Objective(X, y, penalty)
        expected = ridge_closed_form(replace(F, penalty=L2(penalty.l2))).coef
        np.testing.assert_allclose(active_set(F).coef, expected, atol=1e-9)
        sparse = active_set(replace(F, X=sp.csr_array(X)))
        np.testing.assert_allclose(sparse.coef, expected, atol=1e-7)
        assert sparse.converged


@pytest.mark.parametrize("shape", ["tall", "very wide"])
def test_nonnegative_least_squares(shape):
    from scipy.optimize import nnls

    X, y = data(shape)
    F = Objective(X, y, L1(0.0, positive=True), fit_intercept=False)
    solution = active_set(F)
    expected, norm = nnls(X, y)
    assert (solution.coef >= 0).all()
    residual = np.linalg.norm(y - X @ solution.coef)
    assert residual == pytest.approx(norm, rel=1e-7, abs=1e-6 * np.linalg.norm(y))
    if shape == "tall":
        np.testing.assert_allclose(solution.coef, expected, atol=1e-9)


# --- one problem, other clothes ---------------------------------------------------------------


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("shape", ["tall", "very wide"])
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_array, sp.csr_matrix])
def test_sparse_is_dense(kind, shape, fit_intercept, positive, l1_ratio):
    X, y = data(shape)
    X[np.abs(X) < 1] = 0
    weights = np.random.default_rng(2).uniform(0, 2, len(y))
    settings = {"sample_weight": weights, "fit_intercept": fit_intercept}
    F = problem(X, y, 0.03, l1_ratio, positive, **settings)
    dense, sparse = active_set(F), active_set(replace(F, X=kind(X)))
    np.testing.assert_allclose(sparse.coef, dense.coef, rtol=0, atol=1e-10)
    assert sparse.intercept == pytest.approx(dense.intercept, abs=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("convert", [np.asarray, sp.csc_array])
def test_float32(shape, convert):
    X, y = (part.astype(np.float32) for part in data(shape))
    F = problem(convert(X), y, 0.05)
    narrow = active_set(F)
    wide = active_set(Objective(X.astype(float), y.astype(float), F.penalty))
    assert narrow.coef.dtype == np.float64, "nothing is rounded after it was certified"
    assert narrow.converged
    np.testing.assert_allclose(narrow.coef, wide.coef, rtol=1e-6, atol=1e-7)
    assert duality_gap(F, narrow.coef) <= 1e-12 * F.null_value
    assert active_set_path(F, [F.penalty.alpha]).coefs.dtype == np.float64


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("shape", SHAPES)
def test_warm_start(shape, l1_ratio):
    X, y = data(shape)
    F = problem(X, y, 0.01, l1_ratio)
    cold = active_set(F)
    there = active_set(F, cold.coef)
    assert there.n_iter == 1 < cold.n_iter
    near = active_set(problem(X, y, 0.02, l1_ratio)).coef
    far = np.random.default_rng(3).standard_normal(X.shape[1])
    for start in (near, far, -cold.coef):
        np.testing.assert_allclose(active_set(F, start).coef, cold.coef, rtol=0, atol=1e-8)
    assert active_set(F, near).n_iter < cold.n_iter


def test_layout_and_read_only():
    X, y = data("very wide")
    expected = active_set(problem(X, y)).coef
    for array in (np.asfortranarray(X), np.repeat(X, 2, axis=0)[::2], X[:, ::-1][:, ::-1]):
        array.flags.writeable = False
        np.testing.assert_allclose(active_set(problem(array, y)).coef, expected, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    shape=st.sampled_from(["tall", "wide", "very wide"]),
    l1_ratio=st.sampled_from([1.0, 0.4]),
    positive=st.booleans(),
    fraction=st.floats(0.01, 0.9),
)
def test_symmetries(seed, shape, l1_ratio, positive, fraction):
    X, y = data(shape, seed)
    rng = np.random.default_rng(seed)
    F = problem(X, y, fraction, l1_ratio, positive)
    w = active_set(F).coef
    close = {"rtol": 1e-6, "atol": 1e-7}

    shifted = active_set(replace(F, y=y + 100, X=X + 10)).coef
    np.testing.assert_allclose(shifted, w, **close, err_msg="means are the intercept's business")

    rows, columns = rng.permutation(len(X)), rng.permutation(X.shape[1])
    permuted = active_set(replace(F, X=X[rows][:, columns], y=y[rows])).coef
    np.testing.assert_allclose(permuted, w[columns], **close)

    counts = rng.integers(0, 3, len(X))
    counts[:2] = 1
    weighted = active_set(replace(F, sample_weight=counts))
    repeated = active_set(replace(F, X=np.repeat(X, counts, 0), y=np.repeat(y, counts)))
    np.testing.assert_allclose(weighted.coef, repeated.coef, **close)

    if l1_ratio == 1:
        doubled = replace(F, y=2 * y, penalty=L1L2(2 * F.penalty.alpha, 1.0, positive))
        np.testing.assert_allclose(active_set(doubled).coef, 2 * w, **close)
        stretched = replace(F, X=3 * X, penalty=L1L2(3 * F.penalty.alpha, 1.0, positive))
        np.testing.assert_allclose(3 * active_set(stretched).coef, w, **close)

    bare = replace(F, fit_intercept=False)
    Q = np.linalg.qr(rng.standard_normal((len(X), len(X))))[0]
    turned = active_set(replace(bare, X=Q @ X, y=Q @ y)).coef
    np.testing.assert_allclose(turned, active_set(bare).coef, **close)


# --- designs that break solvers ---------------------------------------------------------------


LIMITED_BY_ROUNDING = {"near 1e-3", "near 1e-5", "condition 1e12", "scales 1e±8"}


@pytest.mark.parametrize("design", bad_designs("tall"))
@pytest.mark.parametrize("shape", SHAPES)
def test_certified_or_warned(shape, design):
    X, y = bad_designs(shape)[design]
    for l1_ratio, positive in ((1.0, False), (0.5, False), (1.0, True)):
        F = Objective(X, y, L1L2(1.0, l1_ratio, positive))
        top = F.alpha_max or 1.0
        for alphas in (top * np.geomspace(1.1, 1e-8, 15), top * np.array([1.1, 1e-4])):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                path = active_set_path(F, alphas)
            assert all(issubclass(w.category, ConvergenceWarning) for w in caught)
            assert (path.dual_gaps >= 0).all()
            certified = path.dual_gaps <= 1e-9 * F.null_value
            assert certified.all() == (not caught), "a warning exactly where a gap is too large"
            assert certified.all() or design in LIMITED_BY_ROUNDING
            assert certified[alphas >= 1e-4 * top].all() or design == "condition 1e12"
            for alpha, w in zip(alphas[certified], path.coefs.T[certified], strict=True):
                here = replace(F, penalty=L1L2(alpha, l1_ratio, positive))
                if F.null_value > 0:
                    # at the limit of rounding two ways to compute a gap differ by as much
                    assert_certified(here, w, 5e-9 if design in LIMITED_BY_ROUNDING else 1e-9)
                else:
                    assert not w.any()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("design", ["plain", "duplicates", "near 1e-3", "ties"])
@pytest.mark.parametrize("shape", SHAPES)
def test_real_and_tied_designs_are_certified_without_a_warning(shape, design, positive, l1_ratio):
    X, y = bad_designs(shape)[design]
    F = problem(X, y, 1.0, l1_ratio, positive)
    for grid in (np.geomspace(1, 1e-3, 12), np.array([1e-3])):
        active_set_path(F, F.penalty.alpha * grid)


@pytest.mark.parametrize("shape", ["tall", "wide", "very wide"])
def test_single_fits_far_down(shape):
    X, y = data(shape)
    for fraction in (1e-4, 1e-8):
        F = problem(X, y, fraction)
        assert_certified(F, active_set(F).coef)


@pytest.mark.parametrize("p", [1, 3, SMALL + 1])
@pytest.mark.parametrize("n", [1, 2])
def test_hardly_any_data(n, p):
    rng = np.random.default_rng(5)
    X, y = rng.standard_normal((n, p)), rng.standard_normal(n)
    for fit_intercept in (True, False):
        F = Objective(X, y, L1(1e-3), fit_intercept=fit_intercept)
        solution = active_set(F)
        if n == 1 and fit_intercept:
            assert not solution.coef.any()
            assert solution.dual_gap == 0
        else:
            assert_certified(F, solution.coef)
        assert solution.converged


def test_saturation():
    """A lasso has at most n active columns, less one for the intercept, however small alpha."""
    X, y = data("very wide")
    path = active_set_path(problem(X, y, 1.0), np.geomspace(0.1, 1e-8, 10))
    assert (np.count_nonzero(path.coefs, axis=0) <= len(y) - 1).all()


def test_warns_with_the_gap_it_has():
    X, y = data("very wide")
    F = problem(X, y, 1e-3)
    with pytest.warns(ConvergenceWarning, match=r"duality gap of .*; wanted at most"):
        solution = active_set(F, max_iter=1)
    assert not solution.converged
    assert duality_gap(F, solution.coef) <= solution.dual_gap * (1 + 1e-9)
    X, y = data("tall")
    with pytest.warns(ConvergenceWarning, match=r"duality gap of .*; wanted at most"):
        active_set(problem(X, y, 1e-3), max_iter=1)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("l1_ratio", [0.5, 1e-6])
def test_coefficients_worse_than_none_are_not_returned(seed, l1_ratio):
    """Columns that differ by 1 in 40 million, and no intercept: all digits of a Gram matrix go."""
    rng = np.random.default_rng(seed)
    level = np.array([40388115.0, 15376258.0, 9944631.0, 42912697.0, 3286.0, 16173.0])
    X = level + rng.integers(0, 2, (24, 6))
    F = Objective(X, rng.integers(-20, 20, 24), L1L2(1.0, l1_ratio), fit_intercept=False)
    alphas = np.array([0.06, 0.02])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        path = active_set_path(F, alphas)
    # no coefficients are within F(0) of the minimum, because F is not negative
    assert (path.dual_gaps <= F.null_value * (1 + 1e-12)).all()
    for alpha, w in zip(alphas, path.coefs.T, strict=True):
        here = replace(F, penalty=L1L2(alpha, l1_ratio))
        assert here.value(w) <= F.null_value * (1 + 1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"tol": -1}, "tol"),
        ({"max_iter": 0}, "max_iter"),
        ({"w0": np.zeros(3)}, "w0"),
    ],
)
def test_refuses(arguments, message):
    F = problem(*data())
    with pytest.raises(ValueError, match=message):
        active_set(F, **arguments)


def test_refuses_other_losses_and_grids():
    X, y = data()
    with pytest.raises(ValueError, match="SquaredError"):
        active_set(Objective(X, np.sign(y), L1(0.1), Logistic()))
    for alphas in ([0.1, 0.2], [], [-1.0], [np.nan], [[1.0]]):
        with pytest.raises(ValueError, match="alphas"):
            active_set_path(problem(X, y), np.array(alphas))


# --- what it costs ----------------------------------------------------------------------------


def effort(monkeypatch, X, y, l1_ratio, fractions):
    """Products with all of X and active sets tried along a certified path."""
    F = Objective(X, y, L1L2(1.0, l1_ratio))
    counted = []
    with monkeypatch.context() as patch:
        for owner, name in ((engine_data, "transposed_product"), (CentredData, "fitted")):
            product = getattr(owner, name)
            patch.setattr(owner, name, lambda *args, f=product: counted.append(1) or f(*args))
        path = active_set_path(F, F.alpha_max * fractions)
    assert (path.dual_gaps <= 1e-9 * F.null_value).all()
    return np.array([len(counted), path.n_iter.sum()])


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("shape", [(60, 8), (200, 40), (100, 600)])
def test_bad_designs_cost_at_most_ten_times_as_much(monkeypatch, shape, l1_ratio):
    rng = np.random.default_rng(0)
    X, half = rng.standard_normal(shape), shape[1] // 2
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + rng.standard_normal(len(X))
    fine = np.geomspace(1, 1e-2, 30)
    base = effort(monkeypatch, X, y, l1_ratio, fine)
    for grid in (np.array([1, 0.1, 0.01]), np.array([0.01]), np.geomspace(1, 1e-8, 30)):
        assert (effort(monkeypatch, X, y, l1_ratio, grid) <= 10 * base).all()
    for noise in (0, 1e-3, 1e-5, 1e-7):
        near = np.hstack([X[:, :half], X[:, :half] + noise * rng.standard_normal((len(X), half))])
        products, steps = effort(monkeypatch, near, y, l1_ratio, fine)
        assert steps <= 10 * base[1]
        # a small Gram matrix needs no product with X; where it cannot tell columns apart, X must
        polished = 5 * len(fine) if noise == 1e-7 and shape[1] <= SMALL else 0
        assert products <= 10 * base[0] + polished


def test_memory_beyond_X():
    rng = np.random.default_rng(6)
    X = rng.standard_normal((300, 6000))
    y = X[:, :10].sum(axis=1) + rng.standard_normal(300)
    F = problem(X, y, 0.3)
    tracemalloc.start()
    active_set(F)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= X.nbytes / 4


@pytest.mark.parametrize(("l1_ratio", "points"), [(1.0, 50), (0.5, 50), (0.05, 12)])
def test_memory_along_a_wide_path(l1_ratio, points):
    """At most a quarter of X beyond it, and no matrix of the columns with each other."""
    rng = np.random.default_rng(6)
    X = np.asfortranarray(rng.standard_normal((1_000, 10_000)))
    y = X[:, :50] @ rng.standard_normal(50) + 3 * rng.standard_normal(1_000)
    F = problem(X, y, 1.0, l1_ratio)
    fractions = np.geomspace(1, 0.01, 100)[:points]
    alphas = F.alpha_max * fractions
    tracemalloc.start()
    path = active_set_path(F, alphas)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    beside_the_answer = peak - path.coefs.nbytes
    assert beside_the_answer <= X.nbytes / 4


def test_sparse_is_never_densified():
    rng = np.random.default_rng(6)
    X = sp.random_array((2_000, 20_000), density=0.002, format="csc", rng=rng)
    y = X[:, :20] @ rng.standard_normal(20) + 0.1 * rng.standard_normal(2_000)
    for l1_ratio in (1.0, 0.5):
        F = problem(X, y, 1.0, l1_ratio)
        tracemalloc.start()
        active_set_path(F, F.alpha_max * np.geomspace(1, 0.2, 10))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak <= 2_000 * 20_000 * 8 / 20
