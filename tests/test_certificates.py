"""The duality gap and the KKT residual against what they promise."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from problems import PENALTIES, random_problem
from scipy.optimize import nnls

from regkit import certificates
from regkit.certificates import duality_gap, kkt_residual
from regkit.losses import Logistic, SquaredError, SquaredHinge
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.solvers import fista

LOSSES = [SquaredError(), Logistic(), SquaredHinge()]
EPS = np.finfo(float).eps


def primal_minus_dual(F, w, a):
    """Return the gap as the definition has it: F(w) minus the dual value at the scaled point."""
    u = a * F.loss.gradient(F.y, F.predictor(w))
    v = -(F.X.T @ (F.weights * u))
    dual = -(F.weights @ F.loss.conjugate(F.y, u)) - F.penalty.conjugate(v)
    return F.value(w) - dual


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
def test_gap_bounds_the_suboptimality_and_vanishes_at_the_solution(loss, penalty, weighted):
    F = random_problem(penalty, loss, weighted=weighted)
    solution = fista(F, tol=1e-12, max_iter=50_000)
    assert 0 <= duality_gap(F, solution.coef) <= 1e-12 * F.null_value
    np.testing.assert_allclose(kkt_residual(F, solution.coef), 0, atol=1e-7)
    rng = np.random.default_rng(5)
    for size in (1e-6, 1e-3, 1.0, 100.0):
        w = solution.coef + size * rng.standard_normal(6)
        excess = F.value(w) - F.value(solution.coef)
        assert duality_gap(F, w) >= excess - 1e-12 * F.null_value
        assert kkt_residual(F, w).max() > 0


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_gap_is_primal_minus_dual(loss):
    rng = np.random.default_rng(6)
    for penalty in (L1(0.1), L1L2(0.2, 0.5), L2(0.3)):
        F = random_problem(penalty, loss)
        for _ in range(5):
            w = rng.standard_normal(6)
            u = F.loss.gradient(F.y, F.predictor(w))
            slope = -(F.X.T @ (F.weights * u)) - penalty.l2 * w
            a = min(1.0, penalty.l1 / np.abs(slope).max())
            candidates = [primal_minus_dual(F, w, a * (1 - 4 * EPS))]
            if penalty.l2 > 0:
                candidates.append(primal_minus_dual(F, w, 1.0))
            assert duality_gap(F, w) == pytest.approx(min(candidates), rel=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from(PENALTIES))
def test_gap_is_never_negative_and_tells_optimal_from_not(seed, penalty):
    rng = np.random.default_rng(seed)
    F = random_problem(penalty, seed=seed % 100)
    w = np.round(rng.standard_normal(6), 1) * rng.integers(0, 2, 6)
    gap, kkt = duality_gap(F, w), kkt_residual(F, w).max()
    assert gap >= 0
    assert (gap > 1e-9) == (kkt > 1e-9), "away from rounding the two certificates agree"


@given(
    seed=st.integers(0, 2**32 - 1),
    penalty=st.sampled_from([*PENALTIES, L1(0.0), L1(0.1, positive=True), L2(0.0, positive=True)]),
    loss=st.sampled_from(LOSSES),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
)
def test_gap_is_at_least_the_suboptimality(seed, penalty, loss, scale):
    """No other point is lower by more: neither one nearby nor, in one coordinate, the best."""
    rng = np.random.default_rng(seed)
    F = random_problem(penalty, loss, seed=seed % 100)
    F = replace(F, X=F.X * scale, penalty=replace(penalty, alpha=penalty.alpha * scale))
    w, other = rng.standard_normal((2, 6)) * rng.integers(0, 2, (2, 6)) / scale
    w, other = (np.abs(w), np.abs(other)) if penalty.positive else (w, other)
    gap = duality_gap(F, w)
    assert gap >= 0
    for lower in (other, 0 * w, (w + other) / 2, 0.9 * w):
        assert F.value(w) - F.value(lower) <= gap + 1e-12 * F.null_value


def test_gap_of_least_squares_is_exact():
    """At alpha = 0 it is half the mean square of the residual's projection on the columns."""
    F = random_problem(L2(0.0), weighted=True)
    X, s = F.centred().X, F.weights
    root = np.sqrt(s)
    best = np.linalg.lstsq(root[:, None] * X, root * F.centred().y, rcond=None)[0]
    w = np.array([1.0, 0, -2, 0, 0.5, 3])
    projection = X @ (best - w)
    assert duality_gap(F, w) == pytest.approx(0.5 * s @ projection**2)
    assert duality_gap(F, w) == pytest.approx(F.value(w) - F.value(best))
    assert duality_gap(F, best) < 1e-28


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize(("n", "p"), [(30, 6), (10, 25)])
def test_gap_of_nonnegative_least_squares_is_exact(n, p, fit_intercept):
    penalty = L1(0.0, positive=True)
    F = random_problem(penalty, n=n, p=p, weighted=True, fit_intercept=fit_intercept)
    flat = np.tile([0.0, 3.0 * fit_intercept], (n, 1))
    F = replace(F, X=np.hstack([F.X, F.X[:, :2], flat]), y=F.y - F.X[:, 0] * 3)
    centred = F.centred()
    root = np.sqrt(F.weights)
    best, norm = nnls(root[:, None] * centred.X, root * centred.y)
    assert (best == 0).sum() > 4
    assert duality_gap(F, best) <= 1e-14 * F.null_value
    assert duality_gap(replace(F, X=sp.csr_array(F.X)), best) <= 1e-14 * F.null_value
    rng = np.random.default_rng(7)
    for w in (0 * best, 1.01 * best, best + 1e-3, np.abs(rng.standard_normal(len(best)))):
        excess = F.value(w) - norm**2 / 2
        assert duality_gap(F, w) == pytest.approx(excess, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("units", [1e-6, 1.0, 1e6])
def test_gap_of_nonnegative_least_squares_knows_no_units(units):
    F = random_problem(L1(0.0, positive=True), n=40, p=12, fit_intercept=False)
    signs = np.where(np.arange(12) % 3, 1.0, -1.0)
    y = F.X @ signs + 0.1 * F.y
    scales = 10.0 ** np.linspace(-6, 6, 12)
    best, norm = nnls(F.X, y)
    scaled = replace(F, X=F.X * scales, y=units * y)
    for w in (best, best + 1e-2, best * np.linspace(0.5, 2, 12)):
        excess = ((y - F.X @ w) @ (y - F.X @ w) - norm**2) / 80
        found = duality_gap(scaled, units * w / scales) / units**2
        assert found == pytest.approx(excess, rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_gap_without_a_penalty_is_primal_minus_dual_off_the_columns(fit_intercept):
    loss = Logistic()
    F = random_problem(L2(0.0), loss, n=200, weighted=True, fit_intercept=fit_intercept)
    F = replace(F, y=np.random.default_rng(9).choice([-1.0, 1.0], 200))  # far from separable
    best = fista(F, tol=1e-12, max_iter=50_000).coef
    w = best + np.linspace(-0.1, 0.1, 6)
    u = loss.gradient(F.y, F.predictor(w))
    columns = np.column_stack([F.X, np.ones(200)]) if fit_intercept else F.X
    bend = loss.curvature(F.y, F.predictor(w))
    hessian = columns.T @ ((F.weights * bend)[:, None] * columns)
    newton_step = np.linalg.solve(hessian, columns.T @ (F.weights * u))
    dual = u - bend * (columns @ newton_step)
    value = F.weights @ loss.conjugate(F.y, dual)
    assert duality_gap(F, w) == pytest.approx(F.value(w) + value, rel=1e-6)
    assert np.inf > duality_gap(F, w) >= F.value(w) - F.value(best) > 1e-5


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_gap_of_the_squared_hinge_without_a_penalty_is_finite_near_the_optimum(fit_intercept):
    """Most rows lie beyond the margin, where a change of the dual point of 1e-17 is forbidden."""
    F = random_problem(L2(0.0), SquaredHinge(), n=60, fit_intercept=fit_intercept)
    F = replace(F, y=np.where(F.X[:, 0] + np.random.default_rng(1).normal(size=60) > 0, 1.0, -1.0))
    best = fista(F, tol=1e-14, max_iter=50_000).coef
    assert (F.loss.gradient(F.y, F.predictor(best)) == 0).sum() > 5
    assert duality_gap(F, best) <= 1e-12
    w = best + 1e-3
    excess = F.value(w) - F.value(best)
    assert np.inf > duality_gap(F, w) >= excess - 1e-15 and excess > 1e-8


def test_gap_where_the_squared_hinge_is_zero_is_zero():
    """Separable classes: all derivatives are 0, and so is the objective."""
    F = Objective([[2.0], [-2.0]], [1.0, -1.0], L2(0.0), SquaredHinge(), fit_intercept=False)
    assert duality_gap(F, np.array([1.0])) == F.value(np.array([1.0])) == 0


def test_gap_is_infinite_where_a_row_has_a_slope_and_no_curvature():
    F = Objective([[1.0], [2.0], [3.0]], [1.0, -1.0, 1.0], L2(0.0), Logistic(), fit_intercept=False)
    assert duality_gap(F, np.array([1e4])) == np.inf


def test_gap_leaves_out_what_is_rounding_of_the_columns():
    """Three dependent columns: near 1000 their dependence is lost in the last digit."""
    rng = np.random.default_rng(0)
    A = rng.standard_normal((40, 2))
    X, y = np.column_stack([A, A @ [1.0, -2.0]]), A[:, 0] + rng.standard_normal(40)
    best = np.linalg.lstsq(X - X.mean(axis=0), y, rcond=None)[0]
    for mean in (0.0, 1e3, 1e6):
        assert duality_gap(Objective(X + mean, y, L2(0.0)), best) < 1e-18


def test_gap_is_infinite_where_the_projection_is_not_found(monkeypatch):
    F = random_problem(L2(0.0, positive=True))
    assert np.isfinite(duality_gap(F, np.ones(6)))
    project = certificates.lsq_linear
    monkeypatch.setattr(
        certificates, "lsq_linear", lambda *args, **kwargs: project(*args, **kwargs, max_iter=1)
    )
    F = replace(F, X=np.random.default_rng(0).standard_normal((30, 20)))
    assert duality_gap(F, np.zeros(20)) == np.inf


def test_gap_of_ridge_keeps_its_digits_near_the_optimum():
    """A gap computed as primal minus dual would drown in rounding below 1e-16."""
    F = Objective(np.eye(2), [3.0, 1.0], L2(0.5), fit_intercept=False)
    optimum = np.array([1.5, 0.5])
    w = optimum + np.array([1e-12, 0.0])
    assert duality_gap(F, optimum) == 0.0
    assert duality_gap(F, w) == pytest.approx((1.0 * 1e-12) ** 2 / (2 * 0.5), rel=1e-3)


def test_rows_of_weight_zero_do_not_spoil_the_gap():
    F = random_problem(L2(0.0), Logistic())
    weights = np.ones(30)
    weights[:3] = 0
    rest = replace(F, X=F.X[3:], y=F.y[3:])
    with_zeros = replace(F, sample_weight=weights, y=np.where(weights, F.y, 99.0))
    w = np.full(6, 0.1)
    assert duality_gap(with_zeros, w) == pytest.approx(duality_gap(rest, w))


def test_a_weight_that_is_not_allowed_has_an_infinite_gap():
    F = random_problem(L1(0.1, positive=True))
    assert duality_gap(F, np.full(6, -1e-9)) == np.inf
    assert np.isfinite(duality_gap(F, np.zeros(6)))


def test_positive_solution_is_certified():
    for penalty in (L1(0.1, positive=True), L1L2(0.1, 0.5, positive=True), L2(0.1, positive=True)):
        F = replace(random_problem(penalty), y=-random_problem(penalty).y)
        solution = fista(F, tol=1e-10, max_iter=20_000)
        assert solution.converged
        assert (solution.coef >= 0).all()
        assert solution.coef.any() or F.alpha_max <= penalty.alpha
        free = fista(replace(F, penalty=L1L2(penalty.alpha, penalty.l1_ratio)))
        assert (free.coef < 0).any(), "the constraint must bind for this test to mean something"


def test_kkt_residual_at_zero_is_the_excess_over_l1():
    F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    np.testing.assert_array_equal(kkt_residual(F, np.zeros(2)), [1.0, 0.0])
    np.testing.assert_array_equal(kkt_residual(F, np.array([2.0, 0.5])), [0.0, 0.25])
