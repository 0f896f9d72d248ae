"""Both ways from one active set to the next, against each other and against the tableau."""

import numpy as np
import pytest

from regkit.exact.gram import GramSystem
from regkit.exact.path import active_set
from regkit.exact.steps import (
    feature_sign_search,
    minimise_from,
    primal_dual_active_set,
    start_at,
)
from regkit.exact.tableau import tableau_path
from regkit.objective import Objective
from regkit.penalties import L1


def gram_problem(seed=7, n=30, m=12):
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((n, m))
    Z /= np.linalg.norm(Z, axis=0)
    return Z, rng.standard_normal(n), rng.uniform(0.5, 2, m)


def system_of(Z, y, kappa, l2=0.0):
    """The system of all columns, which came in two parts."""
    system, (first, rest) = GramSystem(), np.split(Z, [5], axis=1)
    system.grow(np.zeros((0, 5)), first.T @ first, first.T @ y, kappa[:5])
    system.set_ridge(l2)
    system.grow(first.T @ rest, rest.T @ rest, rest.T @ y, kappa[5:])
    return system


@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_the_system_is_solved_on_the_active_set(l2):
    Z, y, kappa = gram_problem()
    G = Z.T @ Z + l2 * np.diag(kappa**2)
    system = system_of(Z, y, kappa, l2)
    system.let_in(np.array([3, 1, 8, 5]), np.array([1.0, -1, 1, 1]))
    system.leave(np.array([1]))
    system.let_in(np.array([0, 11]), np.array([-1.0, 1]))
    w, c = system.minimise(0.2)
    A = system.active
    x = w[A]
    np.testing.assert_array_equal(np.flatnonzero(w), sorted(A))
    np.testing.assert_array_equal(A, [3, 8, 5, 0, 11])
    np.testing.assert_array_equal(system.signs, [1, 1, 1, -1, 1])
    np.testing.assert_array_equal(np.flatnonzero(system.is_active), sorted(A))
    expected = np.linalg.solve(G[np.ix_(A, A)], (Z.T @ y)[A] - 0.2 * kappa[A] * system.signs)
    np.testing.assert_allclose(x, expected, atol=1e-13)
    np.testing.assert_allclose(c, Z.T @ y - G[:, A] @ x, atol=1e-13)
    assert system.solves == 1


def test_refinement_takes_back_what_a_wrong_factor_costs():
    Z, y, kappa = gram_problem()
    system = system_of(Z, y, kappa)
    system.let_in(np.arange(4), np.ones(4))
    expected, _ = system.minimise(0.1)
    system.factor.R *= 1 + 1e-9
    found, c = system.minimise(0.1)
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-16)
    np.testing.assert_allclose(c[:4], 0.1 * kappa[:4], rtol=1e-14)


def test_a_dependent_column_waits():
    Z, y, kappa = gram_problem()
    Z[:, 7] = (Z[:, 0] + Z[:, 1]) / np.linalg.norm(Z[:, 0] + Z[:, 1])
    system = system_of(Z, y, kappa)
    system.let_in(np.array([0, 1]), np.array([1.0, 1]))
    np.testing.assert_allclose(Z[:, :2] @ system.combination(7), Z[:, 7], atol=1e-12)
    assert system.combination(8) is None
    system.let_in(np.array([7, 9]), np.ones(2))
    np.testing.assert_array_equal(system.active, [0, 1, 9])
    np.testing.assert_array_equal(np.flatnonzero(system.waits), [7])
    system.leave(np.array([0]))
    assert not system.waits.any()


def test_less_ridge_may_make_columns_dependent():
    Z, y, kappa = gram_problem()
    Z[:, 1] = Z[:, 0]
    system = system_of(Z, y, kappa, l2=0.1)
    system.let_in(np.array([0, 1, 2]), np.ones(3))
    assert len(system.active) == 3
    system.set_ridge(0.0)
    assert len(system.active) == 2 and system.waits.sum() == 1


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("l2", [0.0, 0.3])
def test_tableau_newton_and_descent_agree(l2, positive):
    Z, y, kappa = gram_problem()
    G = Z.T @ Z + l2 * np.diag(kappa**2)
    l1s = np.abs(Z.T @ y / kappa).max() * np.geomspace(0.9, 0.01, 8)
    W, pivots = tableau_path(G, Z.T @ y, kappa, l1s, positive=positive)
    assert pivots.sum() >= np.count_nonzero(W[:, -1])
    system, w = system_of(Z, y, kappa, l2), np.zeros(len(kappa))
    for i, l1 in enumerate(l1s):
        w = feature_sign_search(system, w, l1, positive=positive, limit=200)
        np.testing.assert_allclose(w, W[:, i], atol=1e-12)
        newton = primal_dual_active_set(system, l1, positive=positive)
        np.testing.assert_allclose(newton, w, atol=1e-12)


def test_where_newton_cycles_descent_takes_over(monkeypatch):
    Z, y, kappa = gram_problem()
    l1s = np.abs(Z.T @ y / kappa).max() * np.geomspace(0.9, 0.01, 8)
    W, _ = tableau_path(Z.T @ Z, Z.T @ y, kappa, l1s)
    monkeypatch.setattr("regkit.exact.steps.TRIES", 0)
    system, w = system_of(Z, y, kappa), np.zeros(len(kappa))
    for i, l1 in enumerate(l1s):
        w = minimise_from(system, w, l1, 0.0, positive=False, limit=200)
        np.testing.assert_allclose(w, W[:, i], atol=1e-12)
        np.testing.assert_array_equal(np.flatnonzero(system.is_active), np.flatnonzero(w))


def test_descent_divides_by_no_zero_where_a_weight_is_already_right():
    system = system_of(np.eye(12), np.append([1.0, -1.0], np.zeros(10)), np.ones(12))
    start = start_at(system, np.append([0.5, 1.0], np.zeros(10)))
    with np.errstate(divide="raise"):
        w = feature_sign_search(system, start, 0.5, positive=False, limit=20)
    np.testing.assert_allclose(w, np.append([0.5, -0.5], np.zeros(10)))


def test_descent_lowers_the_objective_from_anywhere():
    """Each column comes twice: at the end the cheaper of the two has all the weight."""
    Z, y, kappa = gram_problem()
    Z[:, 6:] = Z[:, :6]
    rng = np.random.default_rng(8)

    def value(w):
        return 0.5 * np.sum((y - Z @ w) ** 2) + 0.1 * np.sum(kappa * np.abs(w))

    system = system_of(Z, y, kappa)
    w = start_at(system, np.append(rng.standard_normal(6), np.zeros(6)))
    values = [value(w)]
    for _ in range(40):
        w = feature_sign_search(system, w, 0.1, positive=False, limit=1)
        values.append(value(w))
    assert (np.diff(values) <= 1e-12).all()
    cheaper = np.minimum(kappa[:6], kappa[6:]) / np.sqrt(30)
    F = Objective(Z[:, :6] / cheaper, y * np.sqrt(30), L1(0.1), fit_intercept=False)
    assert values[-1] == pytest.approx(active_set(F).history[-1], rel=1e-10)
    dearer = np.where(kappa[:6] > kappa[6:], w[:6], w[6:])
    assert not dearer.any()


@pytest.mark.parametrize("seed", range(20))
def test_descent_ends_where_rounding_brings_active_sets_back(seed):
    """Seven columns, two dimensions, and 1e-7 of anything else; the price is below rounding."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 7))
    Z += 1e-7 * rng.standard_normal((6, 7))
    Z, y, price = Z / np.linalg.norm(Z, axis=0), rng.standard_normal(6), 1e-12
    system = system_of(Z, y, np.ones(7))
    w = feature_sign_search(system, np.zeros(7), price, positive=False, limit=2000)
    assert system.solves <= 100
    np.testing.assert_array_equal(np.flatnonzero(w), sorted(system.active))
