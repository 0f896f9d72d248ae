"""Momentum and adaptive steps: the recursions, the rates of the theory, the ridge optimum."""

import warnings

import numpy as np
import pytest
from problems import random_problem
from sklearn.exceptions import ConvergenceWarning

from regkit.losses import Logistic, SquaredHinge
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.solvers import (
    adam,
    fista,
    gradient_descent,
    heavy_ball,
    nesterov,
    ridge_closed_form,
    rmsprop,
    step_decay,
    tuned_heavy_ball,
    tuned_nesterov,
)

OPTIMISERS = [heavy_ball, nesterov, rmsprop, adam]
SETTLING = dict(step=step_decay(0.1, every=150))


def named(function):
    return function.__name__


def arguments(solver):
    """Return what brings a solver to the optimum of a small problem."""
    return SETTLING if solver in (rmsprop, adam) else {}


def quadratic(curvatures, start):
    """Return the objective ½ Σ μ_j w_j² and a start: its minimum is 0, at w = 0."""
    p = len(curvatures)
    X = np.diag(np.sqrt(p * np.asarray(curvatures, dtype=float)))
    y = np.zeros(p)
    F = Objective(X, y, L2(0.0), fit_intercept=False)
    object.__setattr__(F, "null_value", 1.0)  # y is constant: keep `run` from answering at once
    return F, np.asarray(start, dtype=float)


def iterates(solver, F, w0, count, **settings):
    """Return the start and the first `count` iterates as rows."""
    seen = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # at the optimum there is none
        solver(F, w0, tol=0.0, max_iter=count, callback=seen.append, **settings)
    return np.array(seen)


@pytest.mark.parametrize("solver", OPTIMISERS, ids=named)
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_reaches_the_certified_ridge_optimum(solver, weighted, fit_intercept):
    F = random_problem(L2(0.3), weighted=weighted, fit_intercept=fit_intercept)
    solution = solver(F, tol=1e-7, **arguments(solver))
    assert solution.converged
    assert solution.dual_gap <= 1e-7 * F.null_value
    assert solution.intercept == F.intercept(solution.coef)
    np.testing.assert_allclose(solution.coef, ridge_closed_form(F).coef, atol=1e-3)


@pytest.mark.parametrize("solver", OPTIMISERS, ids=named)
@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge()], ids=str)
def test_reaches_the_optimum_of_the_other_losses(solver, loss):
    F = random_problem(L2(0.3), loss)
    reference = fista(F, tol=1e-12, max_iter=100_000)
    solution = solver(F, tol=1e-7, **arguments(solver))
    assert solution.converged
    np.testing.assert_allclose(solution.coef, reference.coef, atol=1e-3)


# By hand, on F(w) = w² (curvature 2), from w = 1: the gradient is 2w.


def test_heavy_ball_by_hand():
    F, start = quadratic([2.0], [1.0])
    # w1 = 1 - .1·2 = .8; w2 = .8 - .1·1.6 + .5(.8 - 1) = .54; w3 = .54 - .108 + .5(-.26) = .302
    w = iterates(heavy_ball, F, start, 3, step=0.1, momentum=0.5)
    np.testing.assert_allclose(w[:, 0], [1, 0.8, 0.54, 0.302])


def test_nesterov_by_hand():
    F, start = quadratic([2.0], [1.0])
    # w1 = .8, v1 = .8 + .5(-.2) = .7; w2 = .8·.7 = .56, v2 = .56 - .12 = .44; w3 = .8·.44 = .352
    w = iterates(nesterov, F, start, 3, step=0.1, momentum=0.5)
    np.testing.assert_allclose(w[:, 0], [1, 0.8, 0.56, 0.352])


def test_rmsprop_by_hand():
    F, start = quadratic([2.0], [1.0])
    # g = 2, q = ¼·4 = 1, w1 = 1 - .1·2/1 = .8; g = 1.6, q = ¾ + ¼·2.56 = 1.39
    w = iterates(rmsprop, F, start, 2, step=0.1, decay=0.75, epsilon=1e-12)
    np.testing.assert_allclose(w[:, 0], [1, 0.8, 0.8 - 0.1 * 1.6 / np.sqrt(1.39)])


def test_adam_by_hand():
    F, start = quadratic([2.0], [1.0])
    # The first step is t sign(g): w1 = .9, g = 1.8. Then m̂ = (½·1 + ½·1.8)/(1 - ¼) = 1.4/.75 and
    # q̂ = (¾·1 + ¼·3.24)/(1 - 9/16) = 1.56/.4375.
    w = iterates(adam, F, start, 2, step=0.1, beta1=0.5, beta2=0.75, epsilon=1e-12)
    np.testing.assert_allclose(w[:, 0], [1, 0.9, 0.9 - 0.1 * (1.4 / 0.75) / np.sqrt(1.56 / 0.4375)])


def test_epsilon_shortens_the_steps_and_both_defaults_are_the_textbooks():
    F, start = quadratic([2.0], [1.0])
    # g = 2: the first step of Adam is t·2/(2 + ε), that of RMSProp t·2/(√(¼·4) + ε)
    for solver, settings, first in [
        (adam, dict(step=0.1, epsilon=0.5), 0.1 * 2 / 2.5),
        (rmsprop, dict(step=0.1, decay=0.75, epsilon=0.5), 0.1 * 2 / 1.5),
        (adam, {}, 0.01),
        (rmsprop, {}, 0.01 * 2 / np.sqrt(0.1 * 4)),
    ]:
        w = iterates(solver, F, start, 1, **settings)
        assert w[1, 0] == pytest.approx(1 - first, rel=1e-7)


@pytest.mark.parametrize("solver", [heavy_ball, nesterov], ids=named)
def test_what_is_not_asked_for_is_eight_digits(solver):
    F = random_problem(L2(0.3))
    assert solver(F, np.full(6, 1e3)).dual_gap <= 1e-8 * F.null_value


def test_adaptive_first_steps_do_not_see_the_scale():
    F, start = quadratic([1e-4, 1.0, 1e4], [1.0, -1.0, 1.0])
    first = iterates(adam, F, start, 1, step=0.1)[1]
    np.testing.assert_allclose(first, [0.9, -0.9, 0.9], rtol=1e-4)
    first = iterates(rmsprop, F, start, 1, step=0.1, decay=0.75)[1]
    np.testing.assert_allclose(first, [0.8, -0.8, 0.8], rtol=1e-3)


@pytest.mark.parametrize("solver", [heavy_ball, nesterov], ids=named)
def test_without_momentum_it_is_gradient_descent(solver):
    F = random_problem(L2(0.3))
    ours, plain = solver(F, momentum=0.0, tol=1e-9), gradient_descent(F, tol=1e-9)
    np.testing.assert_array_equal(ours.coef, plain.coef)
    assert ours.n_iter == plain.n_iter


@pytest.mark.parametrize("kappa", [10.0, 100.0, 1000.0])
def test_heavy_ball_reaches_its_rate(kappa):
    """The spectral radius is √β; a double root lets the error grow by a factor k beside it."""
    F, start = quadratic([1.0, *np.linspace(2, kappa, 5)], np.ones(6))
    tuning = tuned_heavy_ball(kappa, 1.0)
    count = int(15 * np.sqrt(kappa))
    errors = np.linalg.norm(iterates(heavy_ball, F, start, count, **tuning), axis=1)
    rate = (np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)
    k = np.arange(count + 1)
    assert (errors <= errors[0] * (1 + 3 * k) * rate**k * (1 + 1e-9)).all()
    measured = (errors[-1] / errors[count // 2]) ** (1 / (count - count // 2))
    assert measured == pytest.approx(rate, rel=0.3 / np.sqrt(kappa))


@pytest.mark.parametrize("kappa", [10.0, 100.0, 1000.0])
def test_nesterov_reaches_its_rate(kappa):
    """At the lowest curvature both roots are 1 - 1/√κ; at the others they are smaller."""
    F, start = quadratic([1.0, *np.linspace(2, kappa, 5)], np.ones(6))
    tuning = tuned_nesterov(kappa, 1.0)
    count = int(15 * np.sqrt(kappa))
    errors = np.linalg.norm(iterates(nesterov, F, start, count, **tuning), axis=1)
    rate = 1 - 1 / np.sqrt(kappa)
    measured = (errors[-1] / errors[count // 2]) ** (1 / (count - count // 2))
    assert measured == pytest.approx(rate, rel=0.3 / np.sqrt(kappa))
    values = [F.value(w) for w in iterates(nesterov, F, start, count, **tuning)]
    k = np.arange(count + 1)
    bound = (kappa + 1) / 2 * (start @ start) * rate**k  # Nesterov (2004), theorem 2.2.3
    assert (values <= bound * (1 + 1e-9)).all()


def test_a_constant_step_keeps_rmsprop_off_the_minimum_and_a_decaying_one_does_not():
    F = random_problem(L2(0.3))
    best = F.value(ridge_closed_form(F).coef)
    with pytest.warns(ConvergenceWarning):
        constant = rmsprop(F, step=0.1, max_iter=3000)
    assert constant.history[-1] - best > 1e-4
    assert rmsprop(F, tol=1e-7, **SETTLING).history[-1] - best < 1e-7


@pytest.mark.parametrize("solver", OPTIMISERS, ids=named)
def test_history_and_callback_record_every_iterate(solver):
    F = random_problem(L2(0.3))
    seen = []
    with pytest.warns(ConvergenceWarning):
        solution = solver(F, np.ones(6), tol=0.0, max_iter=7, callback=seen.append)
    assert len(seen) == len(solution.history) == solution.n_iter + 1 == 8
    np.testing.assert_array_equal(seen[0], np.ones(6))
    np.testing.assert_allclose(solution.history, [F.value(w) for w in seen])


@pytest.mark.parametrize("solver", OPTIMISERS, ids=named)
def test_the_schedule_is_asked_for_every_iteration_from_one(solver):
    asked = []
    iterates(solver, random_problem(L2(0.3)), None, 3, step=lambda k: asked.append(k) or 0.01)
    assert asked == [1, 2, 3]


@pytest.mark.parametrize("solver", OPTIMISERS, ids=named)
def test_refuses_what_has_no_gradient(solver):
    for penalty in (L1(0.1), L1L2(0.1, 0.5), L2(0.1, positive=True)):
        with pytest.raises(ValueError, match=f"^{solver.__name__} needs a smooth penalty"):
            solver(random_problem(penalty))


@pytest.mark.parametrize(
    ("solvers", "change", "message"),
    [
        (OPTIMISERS, dict(step=0.0), r"step must be a finite number in \(0, inf\); got 0.0"),
        (OPTIMISERS, dict(w0=np.ones(5)), r"w0 must have shape \(6,\); got \(5,\)"),
        (OPTIMISERS, dict(tol=-1.0), "tol must be"),
        (OPTIMISERS[:2], dict(momentum=1.0), r"momentum must be .* in \[0, 1\); got 1.0"),
        (OPTIMISERS[:2], dict(momentum=np.nan), "momentum must be"),
        (OPTIMISERS[:2], dict(momentum="0.9"), "momentum must be"),
        (OPTIMISERS[2:], dict(epsilon=0.0), r"epsilon must be .* in \(0, inf\); got 0.0"),
        ([rmsprop], dict(decay=1.0), r"decay must be .* in \[0, 1\); got 1.0"),
        ([adam], dict(beta1=1.0), r"beta1 must be .* in \[0, 1\); got 1.0"),
        ([adam], dict(beta2=-0.1), r"beta2 must be .* in \[0, 1\); got -0.1"),
    ],
)
def test_bad_arguments_are_refused_by_name(solvers, change, message):
    for solver in solvers:
        with pytest.raises(ValueError, match=message):
            solver(random_problem(L2(0.1)), **change)


def test_tuning_is_that_of_the_textbook():
    assert tuned_heavy_ball(9.0, 1.0) == {"step": 0.25, "momentum": 0.25}
    assert tuned_heavy_ball(0.5625, 0.0625) == {"step": 4.0, "momentum": 0.25}
    assert tuned_nesterov(9.0, 1.0) == {"step": pytest.approx(1 / 9), "momentum": 0.5}
    for tuned in (tuned_heavy_ball, tuned_nesterov):
        assert tuned(2.0, 2.0) == {"step": pytest.approx(0.5), "momentum": 0.0}
        with pytest.raises(ValueError, match=r"smallest must be a finite number in \(0, 2\]"):
            tuned(2.0, 3.0)
        with pytest.raises(ValueError, match="largest must be"):
            tuned(0.0, 1.0)


def test_no_neighbouring_tuning_of_heavy_ball_is_faster():
    """On curvatures 1 and κ, the spectral radius is least at the tuned pair."""

    def radius(step, momentum):
        return max(
            np.abs(np.roots([1, -(1 + momentum - step * c), momentum])).max() for c in (1.0, 50.0)
        )

    best = tuned_heavy_ball(50.0, 1.0)
    for a in (0.98, 1.0, 1.02):
        for b in (0.98, 1.0, 1.02):
            assert radius(a * best["step"], b * best["momentum"]) >= radius(**best) - 1e-7


def test_step_decay():
    schedule = step_decay(8.0, factor=0.5, every=3)
    assert [schedule(k) for k in range(1, 8)] == [8, 8, 8, 4, 4, 4, 2]
    assert [step_decay(8.0)(k) for k in (100, 101)] == [8, 4]
    for change, message in [
        (dict(first=0.0), "first must be"),
        (dict(factor=1.5), r"factor must be a finite number in \(0, 1\]; got 1.5"),
        (dict(every=0), "every must be a whole number of at least 1; got 0"),
    ]:
        with pytest.raises(ValueError, match=message):
            step_decay(**{"first": 1.0, **change})
