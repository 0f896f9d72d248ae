"""The duality gap and the KKT residual against what they promise."""

from dataclasses import replace
from warnings import catch_warnings, simplefilter

import numpy as np
import pytest
import scipy.sparse as sp
from exact import LeastSquares, exact, exact_vector
from hypothesis import given
from hypothesis import strategies as st
from problems import PENALTIES, random_problem
from scipy.optimize import nnls
from sklearn.exceptions import ConvergenceWarning

from regkit import Lasso, certificates, lasso_path, load_prostate, ridge_path
from regkit.certificates import duality_gap, kkt_residual
from regkit.exact.certificate import certified_gaps
from regkit.exact.data import CentredData
from regkit.exact.path import active_set, active_set_path
from regkit.exact.problem import Grid
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


@pytest.mark.parametrize("margin", [50, 288, 700])
def test_a_row_far_on_the_wrong_side_does_not_spoil_the_gap(margin):
    """There the loss has a slope, and next to no curvature: its Newton step is exp(margin) long."""
    X, y = np.array([[1.0], [2.0], [-1.0], [1.5]]), [1.0, 1.0, -1.0, -1.0]
    F, w = Objective(X, y, L1(0.0), Logistic(), fit_intercept=False), np.array([float(margin)])
    assert duality_gap(F, w) >= F.value(w) - F.value(np.array([1.0])) > 0


def test_dependent_columns_are_counted_out_only_if_they_are_dependent():
    """A sum of two columns that was rounded is one more direction: what it takes is in the gap."""
    rng = np.random.default_rng(0)
    A = np.round(rng.standard_normal((40, 2)) * 2**10) / 2**10
    y = A[:, 0] + rng.standard_normal(40)
    for mean in (0.0, 2.0**10, 2.0**20):
        X = np.column_stack([A, A @ [1.0, -2.0]]) + mean
        best = np.linalg.lstsq(X - X.mean(axis=0), y, rcond=1e-10)[0]
        assert duality_gap(Objective(X, y, L2(0.0)), best) < 1e-18
        assert duality_gap(Objective(sp.csr_array(X), y, L2(0.0)), best) < 1e-18
        X[:, 2] *= 0.1
        X[:, 2] += X[:, 0]  # rounded
        best = np.linalg.lstsq(X - X.mean(axis=0), y, rcond=1e-10)[0]
        excess = exact_excess(X, y, best)
        for columns in (X, sp.csr_array(X)):
            F = Objective(columns, y, L2(0.0))
            assert duality_gap(F, best) >= excess - 1e-12 * F.null_value > 1e-3


def exact_problem(X, y, l1=0.0, l2=0.0, **options):
    """The problem in rational arithmetic."""
    s = [exact(1) / len(y)] * len(y)
    columns = [exact_vector(column) for column in np.asarray(X, dtype=float).T]
    return LeastSquares(columns, exact_vector(y), s, exact(l1), exact(l2), **options)


def exact_excess(X, y, w, b=None, fit_intercept=True, **options):
    """Return F - min F, by default at alpha = 0, rounded once; b is the best one."""
    F = exact_problem(X, y, intercept=fit_intercept, **options)
    q = F.value(exact_vector(w), b if b is None else exact(b)) - F.value(F.minimise())
    return int(q.numerator) / int(q.denominator)


def test_digits_lost_in_the_columns_are_in_the_gap():
    """Near-copies 1e-12 apart: to which direction they differ is known to four digits."""
    rng = np.random.default_rng(1)
    a, b, c, y = rng.standard_normal((4, 12))
    for apart in 10.0 ** -np.arange(9, 15):
        X = np.column_stack([a, a + apart * b, c])
        for w in (np.array([0.3, 0, -0.1]), np.linalg.lstsq(X, y, rcond=1e-5)[0]):
            F = Objective(X, y, L2(0.0), fit_intercept=False)
            excess = exact_excess(X, y, w, fit_intercept=False)
            for problem in (F, replace(F, penalty=L1(1e-31))):
                assert duality_gap(problem, w) >= excess > 1e-5


def test_digits_that_an_intercept_loses_are_in_the_gap():
    """Two columns that differ by 1 in 28,682 want an intercept of 4e13, known to 0.004."""
    X = np.array([[28681.7, 1.6e-8], [28682.7, 1.0], [28681.7, 0.0]])
    y = np.array([-3.0, 2.0, -24.0])
    F = Objective(X, y, L1(0.0))
    w = 21 / 1.6e-8 * np.array([-1, 1]) + np.array([26, 0])
    b = F.intercept(w)
    assert duality_gap(F, w) >= exact_excess(X, y, w, b) > 1e-10


@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array])
@pytest.mark.parametrize("alpha", [0.0, 1e-30])
def test_an_intercept_far_from_zero_is_rounded_and_the_gap_says_so(convert, alpha):
    """One row has next to all the weight, so that the spread, F₀, is next to nothing."""
    X = np.array([[76.67595790379684], [64.79877518597704], [70.5]])
    y, s = np.array([37014.76505212659, 37011.491418095226, 37013.0]), [4e-17, 1.0, 0.0]
    with pytest.warns(ConvergenceWarning, match="Raise tol"):
        model = Lasso(alpha, positive=True).fit(convert(X), y, s)
    weights = [exact(v) for v in s[:2]]
    F = LeastSquares([exact_vector(X[:2, 0])], exact_vector(y[:2]), weights, exact(0.0), exact(0.0))
    w, b = exact_vector(model.coef_), exact(float(model.intercept_))
    excess = F.value(w, b) - F.value(F.minimise())
    assert exact(float(model.dual_gap_)) >= excess - exact(1e-12) * F.null_value
    with catch_warnings():
        simplefilter("error")  # the cure that the warning proposes works
        Lasso(alpha, positive=True, tol=1e-5).fit(convert(X), y, s)


def test_digits_that_large_means_lose_are_in_the_gap():
    """A gap that is not small is a product with the residual, whose digits y far from 0 lacks."""
    rng = np.random.default_rng(2)
    X, y = rng.standard_normal((9, 2)), 2.7e6 + rng.standard_normal(9)
    for w in np.array([[0.0, 0.0], [0.5, -0.5], [1e6, -1e6]]):
        F, excess = Objective(X, y, L2(0.0)), exact_excess(X, y, w)
        assert duality_gap(F, w) + 1e-12 * F.null_value >= excess > 1e-3


def test_a_price_below_the_rounding_of_y_is_certified():
    """A column of 3e9 and a y of 1e18 ± 1e12: its slope is known to 1e-16 of the spread of y."""
    X = np.array([[0.0, 0.0], [3.1960462641201463e9, 1.4774327970360289e-3], [-8.177e7, 0.0]])
    y = np.array([9.595593177728744e17, 9.595610777826236e17, 9.595593177728744e17])
    F = Objective(X, y, L1(8.4e8))
    w = np.array([float(v) for v in exact_problem(X, y, 8.4e8).minimise()])
    assert exact_excess(X, y, w, l1=8.4e8) <= duality_gap(F, w) + 1e-12 * F.null_value
    assert duality_gap(F, w) <= 1e-9 * F.null_value


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("fit_intercept", [False, True])
def test_a_large_sparse_x_is_certified_by_its_gram_matrix(monkeypatch, positive, fit_intercept):
    """Two columns that come closer and closer: the gap is right, or all that is left."""
    rng = np.random.default_rng(3)
    a, b, c, d, y = rng.standard_normal((5, 20)) * (rng.random((5, 20)) < 0.5)
    penalty = L1(0.0, positive=positive)
    for apart in 10.0 ** -np.arange(1, 9):
        X = np.column_stack([a, a + apart * b, c, d, np.full(20, 3.0 * fit_intercept)])
        F = Objective(sp.csr_array(X), y, penalty, fit_intercept=fit_intercept)
        dense = replace(F, X=X)
        solve = nnls if positive else np.linalg.lstsq
        best = solve(dense.centred().X, dense.centred().y)[0]
        for w in (best, np.abs(rng.standard_normal(5)), np.zeros(5)):
            right = duality_gap(dense, w)
            with monkeypatch.context() as patch:
                patch.setattr(certificates, "DENSE_ENOUGH", 0)
                found = duality_gap(F, w)
            if apart > 1e-4 and not (positive and w is not best):
                assert found == pytest.approx(right, rel=1e-6, abs=1e-10)
            else:
                assert right * (1 - 1e-6) - 1e-12 * F.null_value <= found <= F.value(w) * (1 + 1e-5)


@pytest.mark.parametrize("alpha", [1e-30, 1e-20, 1e-16, 1e-13])
@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
def test_next_to_nothing_of_a_penalty_costs_no_gap(convert, l1_ratio, alpha):
    """Slopes of 1e-16 are steep beside a price of 1e-20, and yet least squares is the answer."""
    F = random_problem(L1L2(alpha, l1_ratio))
    X, y = F.centred().X, F.centred().y
    w = np.linalg.lstsq(X, y, rcond=None)[0]
    F = replace(F, X=convert(F.X))
    assert duality_gap(F, w) <= 1e-9 * F.null_value
    for far in (0.9 * w, w + 1e-3):
        excess = F.value(far) - F.value(w)
        assert duality_gap(F, far) >= excess * (1 - 1e-9) > 1e-7


def test_units_do_not_count():
    """Columns 1e15 apart: none of them is rounding of another."""
    F = random_problem(L2(0.0), n=40, p=4, fit_intercept=False)
    best = np.linalg.lstsq(F.X, F.y, rcond=None)[0]
    scales = np.array([1e-12, 1.0, 1e3, 1e-4])
    scaled = replace(F, X=F.X * scales)
    assert duality_gap(scaled, best / scales) <= 1e-14 * F.null_value
    for w in (best * [0, 1, 1, 1], best * [1, 1, 0, 1], best + 1e-3):
        excess = F.value(w) - F.value(best)
        assert duality_gap(scaled, w / scales) == pytest.approx(excess, rel=1e-9)


def test_a_large_sparse_x_is_certified_without_a_dense_copy():
    rng = np.random.default_rng(0)
    X = sp.random_array((3000, 200), density=0.02, rng=rng, format="csr")
    X = sp.hstack([X, np.full((3000, 1), 5.0)], format="csr")
    y = rng.standard_normal(3000)
    F = Objective(X, y, L2(0.0))
    Z, centred = X.toarray() - X.toarray().mean(axis=0), y - y.mean()
    best = np.linalg.lstsq(Z, centred, rcond=None)[0]
    assert duality_gap(F, best) <= 1e-14
    for w in (0 * best, best + 0.01):
        rest = Z @ (best - w)
        assert duality_gap(F, w) == pytest.approx(rest @ rest / 6000, rel=1e-9)


def test_gap_is_all_that_is_left_where_the_projection_is_not_found(monkeypatch):
    F = random_problem(L2(0.0, positive=True))
    assert np.isfinite(duality_gap(F, np.ones(6)))
    project = certificates.lsq_linear
    monkeypatch.setattr(
        certificates, "lsq_linear", lambda *args, **kwargs: project(*args, **kwargs, max_iter=1)
    )
    F = replace(F, X=np.random.default_rng(0).standard_normal((30, 20)))
    assert duality_gap(F, np.zeros(20)) == pytest.approx(F.value(np.zeros(20)), rel=1e-5)


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


def test_a_penalty_that_is_left_out_of_the_dual_problem_is_paid_in_full():
    """At least squares, alpha next to nothing, all that can be gained is less than the penalty."""
    X = np.array([[1.0, 0.5], [0.25, 2.0], [1.5, -1.0]])
    y = np.array([1.0, 2.0, 4.0])
    w = np.linalg.lstsq(X, y)[0]
    F = Objective(X, y, L1(1e-12), fit_intercept=False)
    paid = 1e-12 * np.abs(w).sum()
    assert 0.99 * paid <= duality_gap(F, w) <= paid + 1e-15 * F.null_value


@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array])
def test_no_slope_is_too_flat_to_count_at_alpha_0(convert):
    """Column 0 goes with column 1 but for 1e-10; its slope, 1e-11 of y, leads down by 5 % of F₀."""
    far = [[5.234601057500152e16], [5.234617882172154e16], [5.234673678422693e16]]
    X = np.column_stack([[93.65032746709116, 0, -310.5758693932747], far])
    y = np.array([-1.0, -1.0, 2.0])
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        model = Lasso(0.0, positive=True).fit(convert(X), y)
    F = Objective(convert(X), y, L1(0.0, positive=True))
    w = np.array([0.0, 4.4434549e-12])
    for v, gap in ((model.coef_, model.dual_gap_), (w, duality_gap(F, w))):
        assert gap + 1e-12 * F.null_value >= exact_excess(X, y, v, positive=True)


@pytest.mark.parametrize("seed", range(12))
def test_a_cone_that_is_nearly_a_line_hides_nothing(seed):
    """Two columns of weights >= 0, opposite but for 1e-12: together they lead anywhere, slowly."""
    X, y = np.random.default_rng(seed).standard_normal((2, 7, 7))
    y = 1e3 + y[:, 0]
    X[:, 0] = 18721 - X[:, 1]
    F = Objective(X, y, L1(0.0, positive=True))
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        model = Lasso(0.0, positive=True).fit(X, y)
    excess = exact_excess(X, y, model.coef_, positive=True)
    assert model.dual_gap_ + 1e-12 * F.null_value >= excess


def test_columns_that_bounds_hold_need_not_be_told_apart():
    """The last column is the sum of others but for rounding, and neither side of it has weight."""
    rng = np.random.default_rng(1)
    X = rng.standard_normal((12, 4))
    X = np.column_stack([X, X.sum(axis=1)])
    y = X @ [2.0, 1.0, -3.0, -3.0, 0.0] + 0.1 * rng.standard_normal(12)
    model = Lasso(0.0, positive=True).fit(X, y)
    assert np.flatnonzero(model.coef_).tolist() == [0, 1]
    assert model.dual_gap_ <= 1e-12 * y.var()


@pytest.mark.parametrize(("way", "module"), [(lasso_path, "path"), (ridge_path, "ridge")])
def test_what_rounding_may_hide_is_part_of_a_path_s_gaps(way, module, monkeypatch):
    """A gap is at least the rounding that was counted, here far more than there is."""
    prostate = load_prostate()
    hidden = 1e-10 * prostate.target.var() / 2
    monkeypatch.setattr(f"regkit.exact.{module}.rounding_gaps", lambda F, W, lengths: hidden)
    gaps = way(prostate.data, prostate.target, alphas=[0.5, 0.1]).dual_gaps
    assert (gaps >= hidden).all()
    assert (gaps <= 2 * hidden).all()


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5, 0.0])
@pytest.mark.parametrize("stored", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
def test_a_slope_that_rounding_hides_is_not_taken_for_none(l1_ratio, stored):
    """Two columns differ in the last bit of one row, which their products with y do not show.

    Together they reach that row, at next to no price. The best that is left leaves it out. The
    roots of the weights are exact, 1/16, so that nothing but that bit is lost.
    """
    y = np.repeat([4.0, -4.0], 128)
    y[[0, -1]] = 1, -1
    X = np.ones((len(y), 2))
    X[0, 1] -= np.finfo(float).epsneg
    alphas, best = np.array([2.0**-130, 2.0**-140]), (y[1:] - y[1:].mean()) @ y[1:] / 2 / len(y)
    F = Objective(stored(X), y, L1L2(alphas[1], l1_ratio), fit_intercept=False)
    assert duality_gap(F, np.zeros(2)) >= 0.999 * (F.value(np.zeros(2)) - best) > 0
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        found, path = active_set(F), active_set_path(F, alphas)
    nothing, grid = np.zeros((2, 1)), Grid.of(F.penalty, alphas[1:])
    answers = [(found.coef, found.dual_gap), (path.coefs[:, 1], path.dual_gaps[1])]
    answers.append((nothing[:, 0], certified_gaps(CentredData(F), nothing, grid)[0]))
    for w, gap in answers:
        assert gap >= 0.999 * (F.value(w) - best) - 1e-12 * F.null_value


def test_a_bound_without_the_penalty_counts_the_price_that_is_paid():
    """Copies with weights that all but cancel, at an alpha not far above what slopes may hide."""
    x, left = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])
    F = Objective(np.column_stack([x, x]), x + left, L1(1e-11), fit_intercept=False)
    excess = 1e-11 * (15 - 1)
    assert 0.999 * excess <= duality_gap(F, np.array([8.0, -7.0 - 1e-11])) <= 1.2 * excess


def test_a_constant_column_hides_nothing():
    rng = np.random.default_rng(0)
    X, w = np.column_stack([rng.standard_normal(40), np.full(40, 1e8)]), np.array([1.0, 0.0])
    F = Objective(X, X @ w + rng.standard_normal(40), L1(1e-8))
    found = active_set(F)
    assert duality_gap(F, found.coef) <= 1e-9 * F.null_value
