"""Every solver reaches the certified optimum, by the road its theory says."""

import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from problems import PENALTIES, random_problem
from scipy.optimize import minimize_scalar
from sklearn.exceptions import ConvergenceWarning

from regkit.certificates import duality_gap, kkt_residual
from regkit.losses import Logistic, SquaredError, SquaredHinge
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.solvers import (
    RidgeDecomposition,
    coordinate_descent,
    fista,
    gradient_descent,
    heavy_ball,
    inverse,
    inverse_sqrt,
    ista,
    nesterov,
    newton,
    ridge_closed_form,
    subgradient_descent,
)

PROXIMAL = [ista, fista, coordinate_descent]
LOSSES = [SquaredError(), Logistic(), SquaredHinge()]


def named(function):
    return getattr(function, "__name__", str(function))


@pytest.mark.parametrize("solver", PROXIMAL, ids=named)
@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_solvers_agree(solver, penalty, weighted, fit_intercept):
    F = random_problem(penalty, weighted=weighted, fit_intercept=fit_intercept)
    solution = solver(F, tol=1e-12, max_iter=100_000)
    reference = fista(F, tol=1e-13, max_iter=100_000)
    np.testing.assert_allclose(solution.coef, reference.coef, atol=1e-9)
    assert solution.converged
    assert solution.dual_gap == duality_gap(F, solution.coef) <= 1e-12 * F.null_value
    assert solution.intercept == F.intercept(solution.coef)
    assert kkt_residual(F, solution.coef).max() < 1e-8


@pytest.mark.parametrize("solver", [*PROXIMAL, gradient_descent], ids=named)
def test_what_is_not_asked_for_is_eight_digits(solver):
    F = random_problem(L2(0.3) if solver is gradient_descent else L1(0.1))
    far = np.full(6, 1e3)
    assert duality_gap(F, solver(F, far).coef) <= 1e-8 * F.null_value


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_smooth_solvers_agree_with_the_proximal_ones(loss):
    F = random_problem(L2(0.3), loss)
    reference = fista(F, tol=1e-13, max_iter=100_000)
    descent = gradient_descent(F, tol=1e-12, max_iter=100_000)
    np.testing.assert_allclose(descent.coef, reference.coef, atol=1e-8)
    if isinstance(loss, SquaredError):
        np.testing.assert_allclose(ridge_closed_form(F).coef, reference.coef, atol=1e-9)


@pytest.mark.parametrize("solver", [*PROXIMAL, subgradient_descent], ids=named)
def test_history_and_callback_record_every_iterate(solver):
    F = random_problem(L1(0.1))
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        solution = solver(F, np.ones(6), tol=0.0, max_iter=7, callback=seen.append)
    assert len(seen) == len(solution.history) == solution.n_iter + 1 == 8
    np.testing.assert_array_equal(seen[0], np.ones(6))
    np.testing.assert_allclose(solution.history, [F.value(w) for w in seen])
    assert F.value(solution.coef) == solution.history.min()


@pytest.mark.parametrize("solver", PROXIMAL, ids=named)
def test_starting_at_the_answer_ends_there_at_once(solver):
    F = random_problem(L1(0.1))
    answer = solver(F, tol=1e-13, max_iter=100_000).coef
    again = solver(F, answer, tol=1e-9)
    assert again.n_iter <= 2
    np.testing.assert_allclose(again.coef, answer, atol=1e-9)


def test_gradient_descent_shrinks_the_error_at_the_rate_of_the_condition_number():
    F = random_problem(L2(0.05))
    best = ridge_closed_form(F).coef
    errors = []
    gradient_descent(F, tol=1e-10, callback=lambda w: errors.append(np.linalg.norm(w - best)))
    data = F.centred()
    eigenvalues = np.linalg.eigvalsh(data.X.T @ (data.weights[:, None] * data.X)) + 0.05
    rate = 1 - eigenvalues[0] / eigenvalues[-1]
    ratios = np.array(errors[1:]) / errors[:-1]
    assert ratios[:100].max() <= rate * (1 + 1e-9)
    assert ratios[99] == pytest.approx(rate, rel=1e-3), "and the bound is reached"


@pytest.mark.parametrize("solver", [ista, coordinate_descent], ids=named)
def test_the_objective_never_rises(solver):
    F = random_problem(L1L2(0.05, 0.5))
    history = solver(F, 5 * np.ones(6), tol=1e-10).history
    assert np.diff(history).max() <= 4 * np.finfo(float).eps * history[0]


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("positive", [True, False])
def test_a_sweep_takes_each_coordinate_in_turn_to_its_own_minimum(fit_intercept, positive):
    penalty = L1L2(0.3, 0.6, positive)
    F = random_problem(penalty, weighted=True, fit_intercept=fit_intercept)
    start = np.array([0.5, 1.0, 0.0, 2.0, 0.0, 0.3])
    seen = []
    with pytest.warns(ConvergenceWarning):
        coordinate_descent(F, start, tol=0.0, max_iter=2, callback=seen.append)
    w = start.copy()
    for found in seen[1:]:
        for j in range(6):
            w[j] = minimize_scalar(
                lambda at, j=j: F.value(np.where(np.arange(6) == j, at, w)),
                bounds=(0 if positive else -9, 9),
                method="bounded",
                options={"xatol": 1e-12},
            ).x
        np.testing.assert_allclose(found, w, atol=1e-5)


def iterates(solver, F, start, count, **settings):
    """Return the start and the first iterates as rows."""
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # at the optimum there is none
        solver(F, start, tol=0.0, max_iter=count, callback=seen.append, **settings)
    return np.array(seen)


@pytest.mark.parametrize("restart", [True, False])
def test_fista_is_beck_and_teboulles(restart):
    """With the restart of O'Donoghue and Candès: when the step goes against the momentum."""
    F = random_problem(L1L2(0.05, 0.7), n=20, p=15, seed=4)
    seen = iterates(fista, F, np.full(15, 2.0), 60, restart=restart)
    step, t, w, ahead, restarts = 1 / F.smoothness, 1.0, seen[0], seen[0], 0
    for found in seen[1:]:
        last, w = w, F.penalty.prox(ahead - step * F.gradient(ahead), step)
        np.testing.assert_allclose(found, w, rtol=1e-9, atol=1e-12)
        if restart and (ahead - w) @ (w - last) > 0:
            t, restarts = 1.0, restarts + 1
        following = (1 + np.sqrt(1 + 4 * t**2)) / 2
        ahead, t = w + (t - 1) / following * (w - last), following
    assert (restarts > 0) == restart


@pytest.mark.parametrize("scale", [0.0, 0.1, 10.0])
def test_a_step_that_is_not_given_is_safe(scale):
    """One over the Lipschitz constant, and 1 where there is nothing to measure it by."""
    start = np.full(6, 2.0)
    for solver, penalty in ((ista, L1(0.1)), (fista, L1(0.1)), (gradient_descent, L2(0.1))):
        F = random_problem(penalty)
        F = replace(F, X=scale * F.X)
        lipschitz = F.smoothness + penalty.l2
        step = 1 / lipschitz if lipschitz > 0 else 1.0
        first = start - step * (F.gradient(start) + penalty.l2 * start)
        if penalty.l1:
            first = penalty.prox(first, step)
        np.testing.assert_allclose(iterates(solver, F, start, 1)[1], first)
    for penalty in (L1(0.1), L1L2(2.0, 0.5)):
        F = random_problem(penalty)
        F = replace(F, X=scale * F.X)
        lipschitz = F.smoothness + penalty.l2
        step = 1 / lipschitz if lipschitz > 0 else 1.0
        seen = iterates(subgradient_descent, F, start, 2)
        for k in (1, 2):
            expected = seen[k - 1] - step / np.sqrt(k) * F.subgradient(seen[k - 1])
            np.testing.assert_allclose(seen[k], expected)
    nothing = replace(random_problem(L2(0.0)), X=np.zeros((30, 6)))
    assert gradient_descent(nothing, start).converged


def test_momentum_leads_early_and_needs_the_restart_late():
    F = random_problem(L1(0.01), n=20, p=15, seed=4)
    steps = {}
    for name, arguments in {"plain": dict(restart=False), "restarted": dict()}.items():
        solution = fista(F, tol=1e-10, max_iter=10**5, **arguments)
        assert solution.converged
        steps[name] = solution.n_iter
    plain = ista(F, tol=1e-10, max_iter=10**5)
    assert fista(F, tol=1e-10).history[50] < plain.history[50]
    assert 5 * steps["restarted"] < min(steps["plain"], plain.n_iter)


def test_fista_keeps_its_bound():
    """F(w_k) - F* <= 2 L |w_0 - w*|^2 / (k + 1)^2, Beck and Teboulle, theorem 4.4."""
    F = random_problem(L1(0.02), n=20, p=15, seed=4)
    best = fista(F, tol=1e-13, max_iter=10**5)
    with pytest.warns(ConvergenceWarning):
        history = fista(F, restart=False, tol=0.0, max_iter=300).history
    k = np.arange(1, 301)
    bound = 2 * F.smoothness * (best.coef @ best.coef) / (k + 1) ** 2
    assert (history[1:] - F.value(best.coef) <= bound * (1 + 1e-12)).all()


def test_only_the_prox_makes_exact_zeros():
    F = random_problem(L1(0.6))
    assert np.count_nonzero(ista(F).coef == 0) > 0
    assert np.count_nonzero(coordinate_descent(F).coef == 0) > 0
    start = np.full(6, 0.1234)
    with pytest.warns(ConvergenceWarning):
        signs = subgradient_descent(F, start, step=inverse_sqrt(0.1), tol=1e-12, max_iter=2000)
    assert np.count_nonzero(signs.coef == 0) == 0


def test_subgradient_step_climbs_and_a_fixed_step_ends_in_a_band():
    F = Objective([[1.0]], [0.2], L1(1.0), fit_intercept=False)  # the minimum is at w = 0
    tail = []
    with pytest.warns(ConvergenceWarning):
        fixed = subgradient_descent(
            F, np.array([0.77]), step=0.1, tol=0.0, max_iter=500, callback=tail.append
        )
    assert (np.diff(fixed.history) > 0).any()
    width = np.ptp(np.concatenate(tail[-100:]))
    assert 0.1 < width <= 2 * 0.1 * 1.0, "at most twice the step times alpha"
    with pytest.warns(ConvergenceWarning):
        shrinking = subgradient_descent(
            F, np.array([0.77]), step=inverse_sqrt(0.1), tol=0.0, max_iter=500
        )
    assert F.value(shrinking.coef) < F.value(fixed.coef)


def test_subgradient_descent_returns_its_best_iterate_certified():
    F = random_problem(L1(0.1))
    assert subgradient_descent(random_problem(L2(1.0))).dual_gap <= 1e-3 * F.null_value
    solution = subgradient_descent(F, tol=1e-2, max_iter=50_000)
    assert solution.converged
    assert solution.dual_gap <= 1e-2 * F.null_value
    assert F.value(solution.coef) == solution.history.min()


def test_schedules():
    assert [inverse(2.0)(k) for k in (1, 2, 4)] == [2.0, 1.0, 0.5]
    assert [inverse_sqrt(2.0)(k) for k in (1, 4, 16)] == [2.0, 1.0, 0.5]
    for schedule in (inverse, inverse_sqrt):
        assert schedule(0.5)(1) == 0.5
        for bad in (0.0, -1.0):
            with pytest.raises(ValueError, match=r"^first must be a finite number in \(0, inf\)"):
                schedule(bad)
    steps = []
    F = random_problem(L2(0.3))
    with pytest.warns(ConvergenceWarning):
        gradient_descent(F, step=lambda k: steps.append(k) or 0.01, tol=0.0, max_iter=3)
    assert steps == [1, 2, 3]


def test_stopping_short_warns_with_the_gap_reached_the_gap_wanted_and_a_remedy():
    F = random_problem(L1(0.01))
    message = (
        r"^Stopped after 2 iterations with a duality gap of \d\S*; "
        rf"wanted at most {1e-8 * F.null_value:.3g}\. Raise max_iter"
    )
    for solver in (ista, fista, coordinate_descent, subgradient_descent):
        with pytest.warns(ConvergenceWarning, match=message) as record:
            solution = solver(F, tol=1e-8, max_iter=2)
        assert not solution.converged
        assert solution.dual_gap == duality_gap(F, solution.coef) > 1e-8 * F.null_value
        assert f"a duality gap of {solution.dual_gap:.3g};" in str(record[0].message)


EVERY = [ista, fista, coordinate_descent, subgradient_descent, gradient_descent, heavy_ball]
EVERY += [nesterov, newton]


@pytest.mark.parametrize("solver", EVERY, ids=named)
@pytest.mark.parametrize("max_iter", [1, 2, 5, 30])
@pytest.mark.parametrize("tol", [1e-2, 1e-8, 1e-14])
def test_a_warning_names_a_condition_that_failed(solver, max_iter, tol):
    smooth = solver in (gradient_descent, heavy_ball, nesterov)
    problems = [
        Objective(np.eye(2), [3.0, 1.0], L2(0.5) if smooth else L1(0.5), fit_intercept=False)
    ]
    loss = SquaredError() if solver is coordinate_descent else Logistic()
    problems.append(random_problem(L2(0.3), loss))
    for F in problems:
        with warnings.catch_warnings(record=True) as record:
            warnings.simplefilter("always")
            solution = solver(F, tol=tol, max_iter=max_iter)
        assert solution.converged == (not record)
        for message in (str(warning.message) for warning in record):
            got, wanted = re.search(
                r" (?:of|by) ([^ ;]+); wanted at most (\S+)\. ", message
            ).groups()
            assert float(got) > float(wanted)
            assert ("duality gap" in message) == (solution.dual_gap > tol * F.null_value)


def test_a_step_to_the_minimum_is_still_a_step():
    F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    message = (
        "after 1 iterations, the last of which moved a coefficient by 2; wanted at most 2e-08."
    )
    with pytest.warns(ConvergenceWarning, match=message):
        solution = coordinate_descent(F, max_iter=1)
    assert solution.coef.tolist() == [2.0, 0.0] and solution.dual_gap == 0
    # a method that climbs is judged by its best iterate alone, the start included
    start = subgradient_descent(replace(F, penalty=L1(5.0)), max_iter=3)
    assert start.converged and start.dual_gap == 0 and not start.coef.any()


@pytest.mark.parametrize("solver", [*PROXIMAL, subgradient_descent], ids=named)
def test_warns_at_the_callers_line(solver):
    with pytest.warns(ConvergenceWarning) as record:
        solver(random_problem(L1(0.01)), tol=1e-8, max_iter=2)
    assert [warning.filename for warning in record] == [__file__]


def test_too_long_a_step_is_stopped_before_infinity():
    F = random_problem(L2(0.3))
    with pytest.warns(ConvergenceWarning, match="grew without bound: take a smaller step"):
        solution = gradient_descent(F, step=10 / F.smoothness, max_iter=5000)
    assert np.isfinite(solution.coef).all()
    assert np.isfinite(solution.history).all()
    assert not solution.converged


@pytest.mark.parametrize("solver", [*PROXIMAL, gradient_descent, ridge_closed_form], ids=named)
def test_a_constant_y_needs_only_the_intercept(solver):
    penalty = L2(0.1) if solver in (gradient_descent, ridge_closed_form) else L1(0.1)
    F = Objective(np.arange(6.0).reshape(3, 2), np.full(3, 1e8 / 3), penalty)
    solution = solver(F)
    assert (solution.coef == 0).all()
    assert solution.intercept == pytest.approx(1e8 / 3)
    assert solution.dual_gap == 0.0
    assert solution.n_iter == 0
    assert solution.history == pytest.approx([0.0], abs=1e-15)
    assert solution.converged


@pytest.mark.parametrize("solver", PROXIMAL, ids=named)
def test_a_column_of_zeros_has_weight_zero(solver):
    F = random_problem(L1(0.01))
    zeroed = replace(F, X=F.X * [1, 0, 1, 1, 1, 1])
    assert solver(zeroed, max_iter=10**5).coef[1] == 0.0
    assert solver(zeroed, np.ones(6), max_iter=10**5).coef[1] == 0.0
    constant = replace(F, X=F.X * [1, 0, 1, 1, 1, 1] + [0, 3, 0, 0, 0, 0])
    assert solver(constant, max_iter=10**5).coef[1] == pytest.approx(0, abs=1e-12)


def test_proximal_gradient_takes_sparse_columns():
    F = random_problem(L1(0.1), Logistic())
    sparse = replace(F, X=sp.csr_array(F.X))
    np.testing.assert_allclose(fista(sparse).coef, fista(F).coef, atol=1e-10)


def test_gradient_descent_refuses_what_has_no_gradient():
    for penalty in (L1(0.1), L1L2(0.1, 0.5), L2(0.1, positive=True)):
        with pytest.raises(ValueError, match=r"^gradient_descent needs a smooth penalty"):
            gradient_descent(random_problem(penalty))
        with pytest.raises(ValueError, match="needs SquaredError and an L2 penalty"):
            ridge_closed_form(random_problem(penalty))
    with pytest.raises(ValueError, match="cannot keep weights positive"):
        subgradient_descent(random_problem(L1(0.1, positive=True)))
    with pytest.raises(ValueError, match="coordinate_descent needs SquaredError"):
        coordinate_descent(random_problem(L1(0.1), Logistic()))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(tol=-1.0), r"tol must be a finite number in \[0, inf\); got -1.0"),
        (dict(tol=np.nan), "tol must be a finite number"),
        (dict(max_iter=0), "max_iter must be a whole number of at least 1; got 0"),
        (dict(max_iter=2.5), "max_iter must be a whole number of at least 1; got 2.5"),
        (dict(step=0.0), r"step must be a finite number in \(0, inf\); got 0.0"),
        (dict(w0=np.ones(5)), r"w0 must have shape \(6,\); got \(5,\)"),
        (dict(w0=np.full(6, np.nan)), "w0 must be finite; got NaN"),
    ],
)
def test_bad_arguments_are_refused_by_name(change, message):
    for solver in (gradient_descent, ista, fista):
        with pytest.raises(ValueError, match=message):
            solver(random_problem(L2(0.1)), **change)


class TestClosedForm:
    def test_refuses_an_alpha_by_name(self):
        shared = RidgeDecomposition.of(random_problem(L2(0.3)))
        for ask in (shared.coef, shared.degrees_of_freedom):
            with pytest.raises(ValueError, match=r"^alpha must be a finite number in \[0, inf\)"):
                ask(-0.1)

    def test_solves_the_normal_equations(self):
        F = random_problem(L2(0.3), weighted=True)
        data = F.centred()
        gram = data.X.T @ (data.weights[:, None] * data.X) + 0.3 * np.eye(6)
        expected = np.linalg.solve(gram, data.X.T @ (data.weights * data.y))
        solution = ridge_closed_form(F)
        np.testing.assert_allclose(solution.coef, expected, rtol=1e-11)
        np.testing.assert_array_equal(solution.history, [F.value(solution.coef)])
        assert solution.n_iter == 0

    def test_serves_every_alpha_and_every_target(self):
        F = random_problem(L2(0.3), n=5, p=8)
        other = replace(F, y=F.y[::-1] ** 2 + 100)
        shared = RidgeDecomposition.of(F)
        for alpha in (1e-8, 1e-2, 1.0, 1e6):
            for problem in (F, other):
                problem = replace(problem, penalty=L2(alpha))
                solution = ridge_closed_form(problem, shared)
                assert kkt_residual(problem, solution.coef).max() < 1e-11 * problem.null_value
                assert solution.dual_gap < 1e-12 * problem.null_value

    def test_is_the_smallest_least_squares_solution_at_zero(self):
        F = random_problem(L2(0.0), n=5, p=8)
        data = F.centred()
        expected = np.linalg.pinv(data.X) @ data.y
        solution = ridge_closed_form(F)
        np.testing.assert_allclose(solution.coef, expected, atol=1e-12)
        assert solution.dual_gap < 1e-25

    def test_degrees_of_freedom_are_the_trace_of_the_hat_matrix(self):
        F = random_problem(L2(0.3), weighted=True)
        data, shared = F.centred(), RidgeDecomposition.of(F)
        XtSX = data.X.T @ (data.weights[:, None] * data.X)
        for alpha in (0.0, 0.3, 10.0):
            hat = np.linalg.solve(XtSX + alpha * np.eye(6), XtSX)
            assert shared.degrees_of_freedom(alpha) == pytest.approx(np.trace(hat))
        assert shared.degrees_of_freedom(0.0) == 6

    def test_shrinks_each_singular_direction_by_its_factor(self):
        F = random_problem(L2(0.3))
        shared = RidgeDecomposition.of(F)
        shrunk = shared.Vt @ shared.coef(0.3) / (shared.Vt @ shared.coef(0.0))
        np.testing.assert_allclose(shrunk, shared.d**2 / (shared.d**2 + 0.3))

    @pytest.mark.parametrize("mean", [0.0, 1.0, 1e3, 1e6])
    def test_dependent_columns_far_from_zero_stay_dependent(self, mean):
        """What the mean rounds away is no direction: it would get coefficients of 1e10."""
        rng = np.random.default_rng(0)
        A = rng.standard_normal((40, 2))
        X, y = np.column_stack([A, A @ [1.0, -2.0]]), A @ [1.0, 2.0] + rng.standard_normal(40)
        with pytest.warns(ConvergenceWarning, match="too nearly dependent for their digits"):
            near_zero = ridge_closed_form(Objective(X, y, L2(0.0)))
        with pytest.warns(ConvergenceWarning, match="too nearly dependent for their digits"):
            solution = ridge_closed_form(Objective(X + mean, y, L2(0.0)))
        np.testing.assert_allclose(solution.coef, near_zero.coef, rtol=1e-8)

    @pytest.mark.parametrize("mean", [0.0, 1.0, 1e3, 1e6])
    def test_dependence_without_rounding_is_certified(self, mean):
        rng = np.random.default_rng(0)
        A = rng.integers(-9, 10, (40, 2)).astype(float)
        X, y = np.column_stack([A, A @ [1.0, -2.0]]), A @ [1.0, 2.0] + rng.standard_normal(40)
        solution = ridge_closed_form(Objective(X + mean, y, L2(0.0)))
        assert 0 <= solution.dual_gap < 1e-18
        assert np.linalg.matrix_rank(X) == 2

    @pytest.mark.parametrize("kind", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
    @pytest.mark.parametrize("mean", [0.0, 3.0])
    def test_a_short_column_is_no_rounding_of_a_long_one(self, kind, mean):
        rng = np.random.default_rng(2)
        X, y = rng.standard_normal((20, 3)) + mean, rng.standard_normal(20)
        scales = np.array([1e-10, 1.0, 1e10])
        coef = ridge_closed_form(Objective(kind(X * scales), y, L2(0.0))).coef
        right = np.linalg.lstsq(X - X.mean(axis=0), y, rcond=None)[0]
        np.testing.assert_allclose(coef * scales, right, rtol=1e-12)

    @pytest.mark.parametrize("kind", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
    @pytest.mark.parametrize("n", [3, 40])
    @pytest.mark.parametrize("alpha", [0.0, 0.1])
    def test_a_constant_column_has_weight_zero(self, kind, n, alpha):
        rng = np.random.default_rng(1)
        X = np.column_stack([np.full(n, 0.1), rng.standard_normal((n, 3)), np.full(n, 1000.3)])
        coef = ridge_closed_form(Objective(kind(X), rng.standard_normal(n), L2(alpha))).coef
        np.testing.assert_array_equal(coef == 0, [True, False, False, False, True])

    def test_a_design_without_rank_gives_zero(self):
        solution = ridge_closed_form(Objective(np.ones((3, 2)), [1.0, 2.0, 4.0], L2(0.0)))
        np.testing.assert_array_equal(solution.coef, [0, 0])
        assert solution.intercept == pytest.approx(7 / 3)
