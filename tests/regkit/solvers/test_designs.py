"""Designs that break solvers: the answer is certified, or a warning says how far it is from that.

The fast solver has its own tests on the same designs in `tests/regkit/exact`.
"""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from exact_problems import bad_designs, data
from sklearn.exceptions import ConvergenceWarning

from regkit.certificates import duality_gap
from regkit.exact.path import active_set
from regkit.losses import Logistic
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.solvers import (
    adam,
    coordinate_descent,
    fista,
    gradient_descent,
    heavy_ball,
    ista,
    nesterov,
    newton,
    ridge_closed_form,
    rmsprop,
    subgradient_descent,
)

SMOOTH = [gradient_descent, heavy_ball, nesterov, rmsprop, adam]
ITERATIVE = [ista, fista, coordinate_descent, subgradient_descent, *SMOOTH]
DESIGNS = [*bad_designs("tall"), "wide", "n = 1", "n = 2", "p = 1"]
FRACTIONS = (1.1, 0.3, 1e-2, 1e-4, 1e-8)


def design(name):
    X, y = data("wide" if name == "wide" else "tall")
    small = {
        "wide": (X, y),
        "n = 1": (X[:1], y[:1]),
        "n = 2": (X[:2], y[:2]),
        "p = 1": (X[:, :1], y),
    }
    return small[name] if name in small else bad_designs("tall")[name]


def problems(name, penalty, fit_intercept=True):
    """The objective from above alpha_max (a ridge has none: the lasso's) to 1e-8 of it."""
    F = Objective(*design(name), L1(1.0), fit_intercept=fit_intercept)
    for fraction in FRACTIONS:
        yield replace(F, penalty=replace(penalty, alpha=fraction * (F.alpha_max or 1.0)))


def solve(solver, F, **settings):
    """Return the answer and the warnings: of one kind only."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        solution = solver(F, **settings)
    assert {warning.category for warning in caught} <= {ConvergenceWarning}
    return solution, [str(warning.message) for warning in caught]


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("solver", ITERATIVE, ids=lambda solver: solver.__name__)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_iterative_solvers_reach_the_optimum_or_say_how_far_they_are(solver, name, fit_intercept):
    for penalty in [L2(1.0)] if solver in SMOOTH else [L1(1.0), L1L2(1.0, 0.5)]:
        for F in problems(name, penalty, fit_intercept):
            solution, said = solve(solver, F, tol=1e-6, max_iter=100)
            assert np.isfinite(solution.coef).all()
            assert np.isfinite([solution.intercept, solution.dual_gap]).all()
            assert solution.dual_gap >= 0
            assert len(said) == (not solution.converged)
            if not solution.converged:
                target = 1e-6 * F.null_value
                missed = f"a duality gap of {solution.dual_gap:.3g}; wanted at most {target:.3g}"
                moved = "moved a coefficient by"
                assert (missed if solution.dual_gap > target else moved) in said[0]
            elif F.null_value == 0:
                assert not solution.coef.any()
            else:
                assert solution.dual_gap <= 1e-6 * F.null_value
                best, _ = solve(active_set, F)
                assert F.value(solution.coef) <= F.value(best.coef) + 1e-6 * F.null_value


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_closed_form_certifies(name, fit_intercept):
    for F in problems(name, L2(1.0), fit_intercept):
        solution = ridge_closed_form(F)
        assert np.isfinite(solution.coef).all()
        assert 0 <= solution.dual_gap <= 1e-9 * F.null_value
        assert solution.coef.any() == (F.null_value > 0)


@pytest.mark.parametrize("name", ["n = 1", "n = 2", "p = 1"])
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("positive", [True, False])
def test_the_fast_solver_certifies_hardly_any_data(name, fit_intercept, positive):
    for ratio in (1.0, 0.5, 0.0):
        for F in problems(name, L1L2(1.0, ratio, positive), fit_intercept):
            solution, said = solve(active_set, F)
            assert not said
            assert np.isfinite(solution.coef).all()
            assert 0 <= solution.dual_gap <= 1e-9 * F.null_value
            if F.null_value > 0:
                assert duality_gap(F, solution.coef) <= 1e-9 * F.null_value


@pytest.mark.parametrize("name", DESIGNS)
def test_newton_certifies_the_logistic_loss_or_warns(name):
    X, y = design(name)
    labels = np.where(y > np.median(y), 1.0, -1.0)
    for penalty in (L1(1.0), L2(1.0), L1L2(1.0, 0.5)):
        F = Objective(X, labels, L1(1.0), Logistic(), fit_intercept=False)
        for fraction in FRACTIONS:
            here = replace(F, penalty=replace(penalty, alpha=fraction * F.alpha_max))
            solution, said = solve(newton, here, max_iter=50)
            assert np.isfinite(solution.coef).all()
            assert len(said) == (not solution.converged)
            if solution.converged:
                assert duality_gap(here, solution.coef) <= 1e-8 * here.null_value
