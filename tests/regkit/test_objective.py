"""The objective against SymPy, finite differences and its own definition."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
import sympy
from problems import random_problem
from scipy.optimize import minimize_scalar

from regkit.losses import Logistic, SquaredError, SquaredHinge
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2

LOSSES = [SquaredError(), Logistic(), SquaredHinge()]
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=str)
each_kind = pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
w0 = np.array([0.3, -0.2, 0.0, 0.5, -0.1, 0.4])


def test_gradient_is_the_one_sympy_derives():
    n, p = 3, 2
    X = sympy.Matrix(n, p, sympy.symbols(f"x:{n * p}"))
    y = sympy.Matrix(sympy.symbols(f"y:{n}"))
    w = sympy.Matrix(sympy.symbols(f"w:{p}"))
    b, alpha = sympy.symbols("b alpha")
    residual = y - X * w - b * sympy.ones(n, 1)
    F = residual.dot(residual) / (2 * n) + alpha / 2 * w.dot(w)
    rng = np.random.default_rng(1)
    numbers = {s: float(rng.standard_normal()) for s in [*X, *y, *w]} | {alpha: 0.7}

    def number(matrix):
        return np.array(matrix.subs(numbers), dtype=float)

    objective = Objective(number(X), number(y).ravel(), L2(0.7))
    at = number(w).ravel()
    numbers[b] = objective.intercept(at)
    derived = number(sympy.Matrix([F.diff(s) for s in w])).ravel()
    np.testing.assert_allclose(objective.subgradient(at), derived, atol=1e-12)
    assert abs(float(F.diff(b).subs(numbers))) < 1e-12, "b is the best intercept"


@each_loss
@each_kind
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_gradient_is_the_slope_of_the_value(loss, weighted, fit_intercept):
    F = random_problem(L2(0.3), loss, weighted=weighted, fit_intercept=fit_intercept)
    slope = [(F.value(w0 + h) - F.value(w0 - h)) / 2e-6 for h in 1e-6 * np.eye(6)]
    np.testing.assert_allclose(F.subgradient(w0), slope, atol=1e-7)
    smooth = [(F.loss_value(w0 + h) - F.loss_value(w0 - h)) / 2e-6 for h in 1e-6 * np.eye(6)]
    np.testing.assert_allclose(F.gradient(w0), smooth, atol=1e-7)


@each_loss
@each_kind
def test_value_is_the_formula(loss, weighted):
    F = random_problem(L1L2(0.2, 0.3), loss, weighted=weighted)
    s = np.ones(30) if F.sample_weight is None else np.asarray(F.sample_weight, dtype=float)
    z = F.X @ w0 + F.intercept(w0)
    formula = (s * loss.value(F.y, z)).sum() / s.sum()
    formula += 0.2 * (0.3 * np.abs(w0).sum() + 0.7 / 2 * (w0**2).sum())
    assert F.value(w0) == pytest.approx(formula, rel=1e-14)


@each_loss
@each_kind
def test_intercept_is_the_best_one(loss, weighted):
    F = random_problem(L1(0.1), loss, weighted=weighted)
    u = F.X @ w0
    cost = lambda b: F.weights @ loss.value(F.y, u + b)  # noqa: E731
    best = minimize_scalar(cost, bounds=(-30, 30), method="bounded", options={"xatol": 1e-10})
    assert F.intercept(w0) == pytest.approx(best.x, abs=1e-5)
    assert abs(F.weights @ loss.gradient(F.y, u + F.intercept(w0))) < 1e-14


def test_intercept_is_found_from_far_away():
    y = np.array([1.0, -1.0, 1.0])
    for shift in (-1e6, -50.0, 50.0, 1e6):
        F = Objective(np.ones((3, 1)) * shift, y, L1(0.1), Logistic())
        assert F.intercept(np.ones(1)) + shift == pytest.approx(np.log(2), abs=1e-9)


def test_no_intercept_means_zero():
    F = random_problem(L1(0.1), fit_intercept=False)
    assert F.intercept(w0) == 0.0
    np.testing.assert_array_equal(F.predictor(w0), F.X @ w0)


@each_loss
def test_smoothness_bounds_the_change_of_the_gradient(loss):
    F = random_problem(L2(0.3), loss, weighted=True)
    rng = np.random.default_rng(3)
    for _ in range(50):
        a, b = rng.standard_normal((2, 6))
        change = np.linalg.norm(F.gradient(a) - F.gradient(b))
        assert change <= F.smoothness * np.linalg.norm(a - b) * (1 + 1e-12)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_smoothness_of_squared_error_is_the_largest_eigenvalue(fit_intercept):
    F = random_problem(L2(0.3), weighted=True, fit_intercept=fit_intercept)
    hessian = np.array([F.gradient(e) - F.gradient(np.zeros(6)) for e in np.eye(6)])
    assert F.smoothness == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-12)


@each_loss
@pytest.mark.parametrize("kind", [sp.csr_array, sp.csc_array, sp.csr_matrix, sp.coo_array])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_sparse_is_dense(loss, kind, fit_intercept):
    dense = random_problem(L1L2(0.2, 0.5), loss, weighted=True, fit_intercept=fit_intercept)
    sparse = replace(dense, X=kind(dense.X))
    assert sp.issparse(sparse.X)
    assert sparse.value(w0) == pytest.approx(dense.value(w0), rel=1e-13)
    np.testing.assert_allclose(sparse.gradient(w0), dense.gradient(w0), atol=1e-13)
    assert sparse.smoothness == pytest.approx(dense.smoothness, rel=1e-10)
    assert sparse.alpha_max == pytest.approx(dense.alpha_max, rel=1e-12)


@pytest.mark.parametrize(("n", "p"), [(30, 6), (5, 9), (2, 2), (30, 1), (1, 4), (1, 1)])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_smoothness_of_a_sparse_x_of_any_shape(n, p, fit_intercept):
    rng = np.random.default_rng(4)
    X, weights = rng.standard_normal((n, p)) + 5, rng.uniform(0.5, 2, n)
    options = dict(penalty=L1(0.1), sample_weight=weights, fit_intercept=fit_intercept)
    y = rng.standard_normal(n)
    dense, sparse = Objective(X, y, **options), Objective(sp.csr_array(X), y, **options)
    assert sparse.smoothness == pytest.approx(dense.smoothness, rel=1e-9, abs=1e-25)


@each_loss
def test_a_weight_is_a_repeated_row(loss):
    F = random_problem(L1L2(0.2, 0.5), loss, weighted=True)
    times = np.asarray(F.sample_weight)
    repeated = Objective(F.X.repeat(times, axis=0), F.y.repeat(times), F.penalty, loss)
    assert F.value(w0) == pytest.approx(repeated.value(w0), rel=1e-13)
    np.testing.assert_allclose(F.gradient(w0), repeated.gradient(w0), atol=1e-13)
    assert F.smoothness == pytest.approx(repeated.smoothness, rel=1e-12)
    assert F.alpha_max == pytest.approx(repeated.alpha_max, rel=1e-12)


def test_columns_far_from_zero_keep_the_gradients_digits():
    F = random_problem(L1(0.1))
    far = replace(F, X=F.X + 2.0**20)
    np.testing.assert_allclose(far.gradient(w0), F.gradient(w0), atol=1e-8)


def test_alpha_max_is_the_largest_slope_at_zero():
    F = random_problem(L1L2(0.2, 0.25))
    centred = F.X - F.X.mean(axis=0)
    assert F.alpha_max == pytest.approx(np.abs(centred.T @ F.y).max() / 30 / 0.25)
    for sign in (1, -1):
        positive = replace(F, y=sign * F.y, penalty=L1(0.2, positive=True))
        assert positive.alpha_max == pytest.approx((sign * centred.T @ F.y).max() / 30)
    assert replace(F, penalty=L2(0.2)).alpha_max == np.inf


def test_centring_removes_the_intercept_and_nothing_else():
    F = random_problem(L1(0.1), weighted=True)
    centred = F.centred()
    assert not centred.fit_intercept
    assert centred.value(w0) == pytest.approx(F.value(w0), rel=1e-13)
    np.testing.assert_allclose(centred.gradient(w0), F.gradient(w0), atol=1e-13)
    assert centred.centred() is centred


@pytest.mark.parametrize(
    ("X", "loss", "message"),
    [
        (sp.csr_array(np.eye(2)), SquaredError(), "densify"),
        (np.eye(2), Logistic(), "needs SquaredError"),
    ],
)
def test_centring_refuses_what_it_would_spoil(X, loss, message):
    with pytest.raises(ValueError, match=message):
        Objective(X, [-1.0, 1.0], L1(0.1), loss).centred()


def test_null_value_is_zero_exactly_where_y_is_constant():
    X, weights = np.arange(20.0).reshape(10, 2), np.random.default_rng(0).uniform(0.1, 1, 10)
    for constant in (0.0, 0.1, 1 / 3, 1e8 / 3):
        F = Objective(X, np.full(10, constant), L1(0.1), sample_weight=weights)
        assert F.null_value == 0.0
        assert F.alpha_max == 0.0
    assert Objective(X, np.append(np.full(9, 0.1), 0.1 + 1e-9), L1(0.1)).null_value > 0


BAD = [
    (dict(X=[[np.nan], [1.0]]), "X must be finite; got NaN"),
    (dict(X=[[np.inf], [1.0]]), "X must be finite; got infinity"),
    (dict(X=[["a"], ["b"]]), "X must hold real numbers; got an array of dtype"),
    (dict(X=[[1j], [1.0]]), "X must hold real numbers; got an array of dtype complex128"),
    (dict(X=[1.0, 2.0]), r"X must have shape \(n rows, p columns\), both at least 1; got \(2,\)"),
    (dict(X=np.empty((0, 1)), y=[]), r"X must have shape .* got \(0, 1\)"),
    (dict(X=np.empty((2, 0))), r"X must have shape .* got \(2, 0\)"),
    (dict(X=sp.csr_array([[np.nan], [1.0]])), "X must be finite; got NaN"),
    (dict(y=[1.0]), r"y must have shape \(2,\); got \(1,\)"),
    (dict(y=[1.0, np.nan]), "y must be finite; got NaN"),
    (dict(y=["1", "2"]), "y must hold real numbers"),
    (dict(sample_weight=[1.0]), r"sample_weight must have shape \(2,\); got \(1,\)"),
    (dict(sample_weight=[1.0, -1.0]), "sample_weight must be non-negative and not all zero"),
    (dict(sample_weight=[0.0, 0.0]), "sample_weight must be non-negative and not all zero"),
    (dict(sample_weight=[1.0, np.inf]), "sample_weight must be finite; got infinity"),
    (dict(loss=Logistic(), y=[0.0, 1.0]), "y must hold the labels -1 and 1 only"),
    (dict(loss=Logistic(), y=[1.0, 1.0]), "y must hold both classes, -1 and 1"),
    (
        dict(loss=SquaredHinge(), y=[1.0, -1.0], sample_weight=[1.0, 0.0]),
        "y must hold both classes, -1 and 1",
    ),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_input_is_refused_by_name(change, message):
    arguments = dict(X=[[1.0], [2.0]], y=[1.0, 2.0], penalty=L1(0.1)) | change
    with pytest.raises(ValueError, match=message):
        Objective(**arguments).weights


def test_labels_of_weight_zero_do_not_count():
    F = Objective([[1.0], [2.0], [3.0]], [1.0, -1.0, 7.0], L1(0.1), Logistic(), [1, 1, 0])
    assert np.isfinite(F.value(np.ones(1)))


@pytest.mark.parametrize("n", [3, 442, 99_999])
@pytest.mark.parametrize("weighted", [False, True])
def test_of_a_constant_y_nothing_is_left_whatever_its_mean_has_lost(n, weighted):
    """A sum of many numbers is off by more than a few roundings of one."""
    s = np.random.default_rng(0).uniform(0.1, 9, n) if weighted else None
    for level in (0.1, -7e8 / 3):
        F = Objective(np.arange(n)[:, None], np.full(n, level), L1(1.0), sample_weight=s)
        F.__dict__["_null_predictor"] = F._null_predictor * (1 + 1e-13)
        assert F.null_value == 0
        y = np.full(n, level)
        y[0] *= 1 + 1e-9
        assert replace(F, y=y).null_value > 0
