"""The exact solver against scikit-learn, against its own certificates, and on bad designs."""

import tracemalloc
import warnings
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import ElasticNet

from regkit.certificates import duality_gap, kkt_residual
from regkit.losses import Logistic
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.solvers import active_set, certify, ridge_closed_form, rounds, sparse_ridge, steps
from regkit.solvers.active_set import SMALL, active_set_path
from regkit.solvers.centred import CentredData
from regkit.solvers.columns import UnitColumns
from regkit.solvers.dual import DualSolve
from regkit.solvers.gram import BorderedSolve
from regkit.solvers.orthogonal import OrthogonalFactor
from regkit.solvers.steps import Stepper, descend, newton
from regkit.solvers.tableau import tableau_path
from regkit.solvers.working_set import SquaredErrorSet

SHAPES = {"tall": (60, 8), "square": (25, 25), "wide": (20, 60), "very wide": (25, SMALL + 20)}


def data(shape="tall", seed=0):
    rng = np.random.default_rng(seed)
    n, p = SHAPES[shape]
    X = rng.standard_normal((n, p))
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + rng.standard_normal(n) + 1
    return X, y


def problem(X, y, fraction=0.1, l1_ratio=1.0, positive=False, **kwargs):
    """The objective at a fraction of its alpha_max (or of that at l1_ratio=1, for a ridge)."""
    F = Objective(X, y, L1L2(1.0, l1_ratio or 1.0, positive), **kwargs)
    return replace(F, penalty=L1L2(fraction * F.alpha_max, l1_ratio, positive))


def assert_certified(F, w, tol=1e-9):
    """The judge knows no solver. It centres explicitly, so that large means cost it no digits."""
    assert np.isfinite(w).all()
    judge = F if sp.issparse(F.X) else F.centred()
    assert duality_gap(judge, w) <= tol * F.null_value


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
    assert narrow.coef.dtype == np.float32
    assert narrow.converged
    np.testing.assert_allclose(narrow.coef, wide.coef, rtol=1e-6, atol=1e-7)
    assert active_set_path(F, [F.penalty.alpha]).coefs.dtype == np.float32


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


def bad_designs(shape):
    X, y = data(shape)
    n, p = X.shape
    rng = np.random.default_rng(4)
    half = p - p // 2

    def with_copies(noise):
        copied = X.copy()
        copied[:, half:] = X[:, : p - half] + noise * rng.standard_normal((n, p - half))
        return copied

    flat = X.copy()
    flat[:, 0], flat[:, 1], flat[:, 2] = 3, 0, 1e6
    U, d, Vt = np.linalg.svd(X, full_matrices=False)
    return {
        "plain": (X, y),
        "duplicates": (with_copies(0), y),
        "near 1e-3": (with_copies(1e-3), y),
        "near 1e-5": (with_copies(1e-5), y),
        "near 1e-7": (with_copies(1e-7), y),
        "constant and zero columns": (flat, y),
        "condition 1e12": (U * np.geomspace(1, 1e-12, len(d)) @ Vt, y),
        "scales 1e±8": (X * 10.0 ** rng.uniform(-8, 8, p), y),
        "far from the origin": (X + 1e5, y + 1e5),
        "ties": (np.sign(X), np.sign(y)),
        "y = 0": (X, 0 * y),
        "y constant": (X, 0 * y + 3.3),
    }


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


@pytest.fixture
def unpolished(monkeypatch):
    """The polish mends every fault of the search; here a fault must show."""

    def polish(*args, **kwargs):
        raise AssertionError("the search itself fell short")

    monkeypatch.setattr(certify, "polish", polish)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("design", ["plain", "duplicates", "near 1e-3", "ties"])
@pytest.mark.parametrize("shape", SHAPES)
def test_searches_need_no_polish(unpolished, shape, design, positive, l1_ratio):
    X, y = bad_designs(shape)[design]
    F = problem(X, y, 1.0, l1_ratio, positive)
    for grid in (np.geomspace(1, 1e-3, 12), np.array([1e-3])):
        active_set_path(F, F.penalty.alpha * grid)


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_columns_missed_by_screening_are_found(unpolished, monkeypatch, l1_ratio):
    X, y = data("very wide")
    F = problem(X, y, 1.0, l1_ratio)
    alphas = F.penalty.alpha * np.geomspace(1, 0.01, 20)
    expected = active_set_path(F, alphas)
    monkeypatch.setattr(rounds, "SLACK", 2.0)
    found = active_set_path(F, alphas)
    np.testing.assert_allclose(found.coefs, expected.coefs, rtol=0, atol=1e-10)


@pytest.mark.parametrize("matrix", [np.asarray, sp.csc_array])
@pytest.mark.parametrize(
    ("shape", "l1_ratio", "solve"),
    [("tall", 0.7, BorderedSolve), ("wide", 1.0, BorderedSolve), ("very wide", 0.3, DualSolve)],
)
def test_a_working_set_forgets_and_goes_on(matrix, shape, l1_ratio, solve):
    """What is left are the active columns; from there the next answers are the right ones."""
    X, y = data(shape)
    F = problem(matrix(X), y, 0.3, l1_ratio)
    p, l1, l2 = X.shape[1], F.penalty.l1, F.penalty.l2
    work = SquaredErrorSet(CentredData(F), np.array([l2]), positive=False)
    work.take(np.arange(p)[::-1])
    assert isinstance(work.factor, solve)
    expected = active_set(F).coef
    np.testing.assert_allclose(work.kappa * work.solve(l1, l2, 1000), expected[::-1], atol=1e-10)

    near = np.zeros(p, dtype=bool)
    near[:5] = True
    work.forget(near)
    left = np.flatnonzero(near | (expected != 0))[::-1]
    np.testing.assert_array_equal(work.members, left)
    np.testing.assert_array_equal(np.flatnonzero(work.inside), left[::-1])
    np.testing.assert_allclose(work.kappa * work.w, expected[left], atol=1e-10)

    work.take(np.flatnonzero(~work.inside))
    for share in (1.0, 0.9, 0.5):
        coef = np.zeros(p)
        coef[work.members] = work.kappa * work.solve(share * l1, share * l2, 1000)
        fresh = active_set(replace(F, penalty=L1L2(share * F.penalty.alpha, l1_ratio))).coef
        np.testing.assert_allclose(coef, fresh, atol=1e-10)


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


def test_few_products_with_the_whole_of_X(monkeypatch):
    """The running time of a wide problem, counted and not measured."""
    X, y = data("very wide")
    counted = []
    product = CentredData._transposed_product
    monkeypatch.setattr(
        CentredData,
        "_transposed_product",
        lambda self, V: counted.append(1) or product(self, V),
    )
    F = problem(X, y, 1.0)
    active_set_path(F, F.penalty.alpha * np.geomspace(1, 0.1, 50))
    # means, Xᵀy, and one product for at least every five alphas; a few rounds may be repeated
    assert len(counted) <= 2 + 10 + 2
    counted.clear()
    X, y = data("tall")
    F = problem(X, y, 1.0)
    active_set_path(F, F.penalty.alpha * np.geomspace(1, 1e-3, 100))
    assert len(counted) <= 2, "from the Gram matrix alone, but for the means and Xᵀy"


def effort(monkeypatch, X, y, l1_ratio, fractions):
    """Products with all of X and active sets tried along a certified path."""
    F = Objective(X, y, L1L2(1.0, l1_ratio))
    counted = []
    with monkeypatch.context() as patch:
        for name in ("_transposed_product", "fitted"):
            product = getattr(CentredData, name)
            patch.setattr(CentredData, name, lambda *args, f=product: counted.append(1) or f(*args))
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


def test_more_active_columns_than_rows_need_no_matrix_of_the_columns():
    rng = np.random.default_rng(6)
    X = rng.standard_normal((60, 3_000))
    y = X[:, :10].sum(axis=1) + rng.standard_normal(60)
    for alphas in (np.geomspace(1, 1e-2, 20), np.array([1e-2])):
        F = problem(X, y, 1.0, 0.02)
        tracemalloc.start()
        path = active_set_path(F, F.alpha_max * alphas)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert np.count_nonzero(path.coefs[:, -1]) > 600
        # ten times X is a seventh of one such matrix
        assert peak <= 10 * X.nbytes
    for alpha, w in zip(F.alpha_max * alphas, path.coefs.T, strict=True):
        assert_certified(replace(F, penalty=L1L2(alpha, 0.02)), w)


@pytest.mark.parametrize("matrix", [np.asarray, sp.csc_array])
@pytest.mark.parametrize("ones", [False, True])
def test_gathered_columns_are_centred_weighted_and_of_length_one(matrix, ones):
    rng = np.random.default_rng(3)
    X = np.where(rng.random((30, 7)) < 0.4, rng.standard_normal((30, 7)) + 2, 0)
    X[:, 6] = 0
    s = rng.integers(0, 4, 30)
    root = np.sqrt(s / s.sum())
    Z = root[:, None] * (X - np.average(X, axis=0, weights=s))
    lengths = np.linalg.norm(Z, axis=0)
    Z /= np.where(lengths > 0, lengths, 1)
    of_data = CentredData(
        Objective(matrix(X), X[:, 0] + rng.standard_normal(30), L1(1.0), sample_weight=s)
    )

    columns = UnitColumns(of_data)
    if ones:
        columns.append_ones()
    for J in ([5, 1], [0, 6, 3]):
        columns.append(np.array(J))
    copy = UnitColumns(of_data)
    copy.copy_from(columns, np.arange(2))
    copy.copy_from(columns, np.arange(2, len(columns.kappa)))
    expected = np.column_stack([root, Z[:, [5, 1, 0, 6, 3]]] if ones else [Z[:, [5, 1, 0, 6, 3]]])
    d, b = rng.random(30), rng.standard_normal(expected.shape[1])
    for found in (columns, copy):
        np.testing.assert_allclose(found.kappa[ones:] * lengths[[5, 1, 0, 6, 3]], [1, 1, 1, 0, 1])
        close = partial(np.testing.assert_allclose, atol=1e-14)
        close(found.dense(np.arange(len(b))), expected)
        close(found.dot(b), expected @ b)
        close(found.transposed_dot(d), expected.T @ d)
        for m in (0, 3):
            weighted = expected[:, m:].T @ (d[:, None] * expected)
            close(found.weighted_products(m, d), weighted)
            if not ones:
                cross, block, target = found.products(m)
                close(cross, expected[:, :m].T @ expected[:, m:])
                close(block, expected[:, m:].T @ expected[:, m:])
                close(target, expected[:, m:].T @ of_data.y)


@pytest.mark.parametrize("l2", [0.0, 0.5])
def test_sparse_ridge_says_how_far_it_is(monkeypatch, l2):
    """Where the first search finds nothing, the gap is all that there is to gain."""
    X, y = data("tall")
    F = Objective(sp.csr_array(X), y, L2(l2))
    exact = ridge_closed_form(Objective(X, y, L2(l2))).coef
    search, calls = sparse_ridge._lsqr, []

    def late(data, target, l2):
        calls.append(l2)
        return search(data, target, l2) if len(calls) > 1 else np.zeros(data.shape[1])

    monkeypatch.setattr(sparse_ridge, "_lsqr", late)
    w, gap = sparse_ridge.sparse_ridge(CentredData(F), l2)
    assert not w.any()
    at_most = F.value(w) - F.value(exact) if l2 == 0 else duality_gap(F, w)
    assert gap == pytest.approx(at_most, rel=1e-9)


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


# --- its parts --------------------------------------------------------------------------------


def gram_problem(seed=7, n=30, m=12):
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, m))
    Z /= np.linalg.norm(Z, axis=0)
    return Z, rng.standard_normal(n), rng.uniform(0.5, 2, m)


def factors(Z, y, kappa, l2=0.0):
    systems = [BorderedSolve(2), OrthogonalFactor(Z, y, kappa, l2)]
    first, rest = np.split(Z, [5], axis=1)
    systems[0].grow(np.zeros((0, 5)), first.T @ first, first.T @ y, kappa[:5])
    systems[0].set_ridge(l2)
    systems[0].grow(first.T @ rest, rest.T @ rest, rest.T @ y, kappa[5:])
    if l2:
        columns = SimpleNamespace(
            kappa=kappa,
            data=SimpleNamespace(y=y),
            dot=lambda w: Z @ w,
            transposed_dot=lambda r: Z.T @ r,
            dense=lambda J: Z[:, J],
        )
        systems.append(DualSolve(columns))
        systems[-1].set_ridge(l2)
    return systems


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_factors_solve_the_same_system(l2):
    Z, y, kappa = gram_problem()
    G = Z.T @ Z + l2 * np.diag(kappa**2)
    for factor in factors(Z, y, kappa, l2):
        before = factor.solves
        factor.enter(np.array([3, 1, 8, 5]), np.array([1.0, -1, 1, 1]))
        factor.leave(np.array([1]))
        factor.enter(np.array([0, 11]), np.array([-1.0, 1]))
        x, c = factor.minimise(0.2)
        A = factor.active
        assert factor.solves == before + 1
        np.testing.assert_array_equal(np.flatnonzero(factor.is_active), sorted(A))
        assert sorted(A) == [0, 3, 5, 8, 11]
        signs = dict(zip(A, factor.signs, strict=True))
        assert signs == {0: -1, 3: 1, 5: 1, 8: 1, 11: 1}
        expected = np.linalg.solve(G[np.ix_(A, A)], (Z.T @ y)[A] - 0.2 * kappa[A] * factor.signs)
        np.testing.assert_allclose(x, expected, atol=1e-13)
        np.testing.assert_allclose(c, Z.T @ y - G[:, A] @ x, atol=1e-13)


def test_a_dependent_column_waits():
    Z, y, kappa = gram_problem()
    Z[:, 7] = (Z[:, 0] + Z[:, 1]) / np.linalg.norm(Z[:, 0] + Z[:, 1])
    for factor in factors(Z, y, kappa):
        factor.enter(np.array([0, 1]), np.array([1.0, 1]))
        mixture = factor.combination(7)
        np.testing.assert_allclose(Z[:, :2] @ mixture, Z[:, 7], atol=1e-12)
        assert factor.combination(8) is None
    gram = factors(Z, y, kappa)[0]
    gram.enter(np.array([0, 1, 7]), np.ones(3))
    assert len(gram.active) == 2
    assert gram.waits.sum() == 1
    gram.leave(np.array([0]))
    assert not gram.waits.any()


def test_in_the_tableau_dependent_columns_wait():
    Z, y, _ = gram_problem()
    rng = np.random.default_rng(9)
    mixed = np.hstack([Z, Z @ rng.standard_normal((12, 24))])
    mixed /= np.linalg.norm(mixed, axis=0)
    l1s = np.abs(mixed.T @ y).max() * np.geomspace(0.9, 1e-3, 8)
    W, _ = tableau_path(mixed.T @ mixed, mixed.T @ y, np.ones(36), l1s)
    assert (np.count_nonzero(W, axis=0) <= 12).all()
    C = mixed.T @ (y[:, None] - mixed @ W)
    assert (np.abs(C) <= l1s * (1 + 1e-9)).all()
    np.testing.assert_allclose(C[W != 0], (l1s * np.sign(W))[W != 0], rtol=1e-9)


def test_a_wrong_inverse_is_noticed():
    Z, y, kappa = gram_problem()
    factor, _ = factors(Z, y, kappa)
    factor.enter(np.arange(4), np.ones(4))
    expected, _ = factor.minimise(0.1)
    factor._inverse.P *= 3
    np.testing.assert_allclose(factor.minimise(0.1)[0], expected, atol=1e-12)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_tableau_newton_and_descent_agree(l2, positive):
    Z, y, kappa = gram_problem()
    G = Z.T @ Z + l2 * np.diag(kappa**2)
    top = np.abs(Z.T @ y / kappa).max()
    l1s = top * np.geomspace(0.9, 0.01, 8)
    W, pivots = tableau_path(G, Z.T @ y, kappa, l1s, positive=positive)
    assert pivots.sum() >= np.count_nonzero(W[:, -1])
    for factor in factors(Z, y, kappa, l2):
        w = np.zeros(len(kappa))
        for i, l1 in enumerate(l1s):
            w = descend(factor, w, l1, positive=positive, limit=200)
            np.testing.assert_allclose(w, W[:, i], atol=1e-12)
            if not isinstance(factor, OrthogonalFactor):
                np.testing.assert_allclose(newton(factor, l1, positive=positive), w, atol=1e-12)


def test_descent_divides_by_no_zero_where_a_weight_is_already_right():
    for factor in factors(np.eye(12), np.append([1.0, -1.0], np.zeros(10)), np.ones(12)):
        factor.enter(np.arange(2), np.ones(2))
        start = np.append([0.5, 1.0], np.zeros(10))
        with np.errstate(divide="raise"):
            w = descend(factor, start, 0.5, positive=False, limit=20)
        np.testing.assert_allclose(w, np.append([0.5, -0.5], np.zeros(10)))


def test_descent_lowers_the_objective_from_anywhere():
    Z, y, kappa = gram_problem()
    Z[:, 6:] = Z[:, :6]
    rng = np.random.default_rng(8)

    def value(w):
        return 0.5 * np.sum((y - Z @ w) ** 2) + 0.1 * np.sum(kappa * np.abs(w))

    for factor in factors(Z, y, kappa):
        start = np.append(rng.standard_normal(6), np.zeros(6))
        factor.enter(np.arange(6), np.sign(start[:6]))
        values = [value(start)]
        w = start
        for _ in range(40):
            w = descend(factor, w, 0.1, positive=False, limit=1)
            values.append(value(w))
        assert (np.diff(values) <= 1e-12).all()
        cheaper = np.minimum(kappa[:6], kappa[6:])
        best = active_set(
            Objective(
                Z[:, :6] / cheaper * np.sqrt(30), y * np.sqrt(30), L1(0.1), fit_intercept=False
            )
        )
        assert values[-1] == pytest.approx(best.history[-1], rel=1e-10)


def stepper_on(Z, y, kappa):
    factor = next(iter(factors(Z, y, kappa)))
    return Stepper(factor, positive=False), np.abs(Z.T @ y / kappa).max()


def test_newton_rests_after_it_has_failed(monkeypatch):
    """After f failures in a row for 2ᶠ points; a success makes it start again from none."""
    Z, y, kappa = gram_problem()
    stepper, top = stepper_on(Z, y, kappa)
    fails, asked, point = {0, 3, 8, 18, 21}, [], 0

    def at_times(factor, l1, positive):
        asked.append(point)
        return None if point in fails else newton(factor, l1, positive=positive)

    monkeypatch.setattr(steps, "newton", at_times)
    w, root = np.zeros(len(kappa)), np.sqrt(len(y))
    for l1 in top * np.geomspace(0.9, 0.01, 24):
        w = stepper.solve(w, l1, 0.0, limit=100)
        scaled = Objective(Z / kappa * root, y * root, L1(l1), fit_intercept=False)
        np.testing.assert_allclose(w * kappa, active_set(scaled).coef, atol=1e-10)
        point += 1
    assert asked == [0, 3, 8, 17, 18, 21]


def test_a_singular_matrix_ends_a_step_with_nothing_active(monkeypatch):
    Z, y, kappa = gram_problem()
    stepper, top = stepper_on(Z, y, kappa)
    w = stepper.solve(np.zeros(len(kappa)), 0.1 * top, 0.0, limit=100)
    assert stepper.factor.is_active.any()

    def fail(*_, **__):
        raise np.linalg.LinAlgError

    monkeypatch.setattr(steps, "newton", fail)
    np.testing.assert_array_equal(stepper.solve(w, 0.1 * top, 0.0, limit=100), np.zeros(len(kappa)))
    assert not stepper.factor.is_active.any() and not len(stepper.factor.active)


class Rounds:
    """A working set without columns, whose rounds reach the gaps that it is told."""

    batch, positive, rounding = 2, False, 0.0
    members, kappa = np.zeros(0, dtype=int), np.zeros(0)

    def __init__(self, p, reached):
        self.inside, self.reached, self.solves = np.zeros(p, dtype=bool), iter(reached), 0

    def take(self, J):
        assert not len(J)

    def solve(self, l1, l2, limit):
        self.solves += 1
        return np.zeros(0)

    def certify(self, B, l1, l2):
        return np.zeros((len(self.inside), len(l1))), np.full(len(l1), next(self.reached))


@pytest.mark.parametrize(
    ("reached", "max_iter", "rounds_made"),
    [
        ([1, 1, 9, 9, 1], 1000, 4),
        ([9, 1, 9, 1, 9], 1000, 5),
        ([1, 5, 5, 5, 1], 1000, 5),
        ([1, 1, 1, 1, 1], 30, 3),
    ],
)
def test_two_rounds_in_a_row_that_miss_end_the_search(reached, max_iter, rounds_made):
    """Or as many systems as are allowed. A round takes twelve points where no column is near."""
    work, k, each = Rounds(10, reached), 60, rounds.MOST_POINTS
    wanted = np.arange(k) % 3 > 0
    _, found, n_iter = rounds.solve_in_rounds(
        work, np.ones(k), np.zeros(k), wanted, np.zeros(10), target=5, max_iter=max_iter
    )
    made = np.repeat(np.array(reached, dtype=float), each)
    made[rounds_made * each :] = np.inf
    np.testing.assert_array_equal(found, made[wanted])
    assert work.solves == rounds_made * each
    # a stone's system counts for the point that it leads to
    expected = np.where(np.arange(wanted.sum()) % 2, 1, 2) * np.isfinite(found)
    np.testing.assert_array_equal(n_iter, expected)
