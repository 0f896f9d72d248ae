"""Screening may be wrong and is mended; few products with all of X are made; grids are refined."""

import numpy as np
import pytest
from exact_problems import data, problem

from regkit import objective
from regkit.exact import data as engine_data
from regkit.exact.path import active_set_path
from regkit.exact.problem import Grid
from regkit.exact.rounds import SquaredErrorSet
from regkit.objective import Objective
from regkit.penalties import L1


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
def test_columns_missed_by_screening_are_found(monkeypatch, l1_ratio):
    X, y = data("very wide")
    F = problem(X, y, 1.0, l1_ratio)
    alphas = F.penalty.alpha * np.geomspace(1, 0.01, 20)
    expected = active_set_path(F, alphas)
    # a grid that counts a slope as half of what it is screens hardly any column in
    steepness, calls = Grid.steepness, []

    def blind(grid, c):
        calls.append(c.ndim)
        return steepness(grid, c) * (0.5 if c.ndim == 1 and len(calls) > 2 else 1)

    monkeypatch.setattr(Grid, "steepness", blind)
    found = active_set_path(F, alphas)
    np.testing.assert_allclose(found.coefs, expected.coefs, rtol=0, atol=1e-10)


def test_few_products_with_the_whole_of_X(monkeypatch):
    """The running time of a wide problem, counted and not measured."""
    X, y = data("very wide")
    counted = []
    for module in (objective, engine_data):
        product = module.transposed_product
        monkeypatch.setattr(
            module,
            "transposed_product",
            lambda *args, product=product: counted.append(1) or product(*args),
        )
    F = problem(X, y, 1.0)
    counted.clear()
    active_set_path(F, F.penalty.alpha * np.geomspace(1, 0.1, 50))
    # means, Xᵀy, and one product for at least every five alphas; a few rounds may be repeated
    assert len(counted) <= 2 + 10 + 2
    X, y = data("tall")
    F = problem(X, y, 1.0)
    counted.clear()
    active_set_path(F, F.penalty.alpha * np.geomspace(1, 1e-3, 100))
    assert len(counted) <= 2, "from the Gram matrix alone, but for the means and Xᵀy"


def test_a_refined_grid_has_its_own_points_and_none_far_apart():
    grid = Grid(np.array([1.0, 0.5, 0.49, 0.0]), np.array([2.0, 1.0, 0.5, 0.25]), positive=True)
    fine, own = grid.refined(1.0, 0.9)
    np.testing.assert_array_equal(fine.l1[own], grid.l1)
    np.testing.assert_array_equal(fine.l2[own], grid.l2)
    assert (fine.l1[1:-1] >= 0.9 * fine.l1[:-2] * (1 - 1e-12)).all()
    assert (np.diff(fine.l1) <= 0).all() and (np.diff(fine.l2) <= 0).all()
    assert fine.positive and len(fine) == len(own)


@pytest.mark.parametrize("l1", [0.1, 1e-9, 1e-30])
def test_columns_are_looked_at_all_where_l1_may_drown_in_rounding(l1):
    X = np.random.default_rng(0).standard_normal((50, 3)) * [1.0, 1e-5, 100.0]
    F = Objective(X, X[:, 0], L1(l1))
    work = SquaredErrorSet(engine_data.CentredData(F), positive=False)
    assert work._longest(l1, 1.0) == F.longest  # as long as none was gathered
    work.take(np.array([0]))
    longest = np.sqrt(np.mean(X**2, axis=0))[0 if l1 == 0.1 else 2]
    np.testing.assert_allclose(work._longest(l1, 1.0), longest)
