"""The losses against SymPy, finite differences and the definition of the conjugate."""

import numpy as np
import pytest
import sympy
from scipy.optimize import minimize_scalar

from regkit.losses import Logistic, SquaredError, SquaredHinge

LOSSES = [SquaredError(), Logistic(), SquaredHinge()]
Y, Z = sympy.symbols("y z", real=True)
FORMULAS = {
    SquaredError: (Y - Z) ** 2 / 2,
    Logistic: sympy.log(1 + sympy.exp(-Y * Z)),
    SquaredHinge: sympy.Max(0, 1 - Y * Z) ** 2,
}


def targets(loss):
    return [-1.7, 0.0, 2.3] if isinstance(loss, SquaredError) else [-1.0, 1.0]


def points(loss):
    y = np.array(targets(loss))
    z = np.array([-3.1, -1.5, -0.4, 0.0, 0.9, 1.5, 2.6])
    return (grid.ravel() for grid in np.meshgrid(y, z))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_value_and_derivatives_are_those_sympy_finds(loss):
    formula = FORMULAS[type(loss)]
    for order, method in enumerate([loss.value, loss.gradient, loss.curvature]):
        expression = formula.diff(Z, order) if order else formula
        for y, z in zip(*points(loss), strict=True):
            expected = float(expression.subs({Y: y, Z: z}).evalf())
            assert method(np.array([y]), np.array([z]))[0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_gradient_is_the_slope_of_the_value(loss):
    y, z = points(loss)
    h = 1e-6
    slope = (loss.value(y, z + h) - loss.value(y, z - h)) / (2 * h)
    np.testing.assert_allclose(loss.gradient(y, z), slope, atol=1e-8)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_smoothness_is_the_tight_bound_on_the_curvature(loss):
    for y in targets(loss):
        bend = loss.curvature(np.full(2001, y), np.linspace(-5, 5, 2001))
        assert bend.max() == pytest.approx(loss.smoothness)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_conjugate_is_the_supremum_that_defines_it(loss):
    inside = [-2.0, -0.3, 1.4] if isinstance(loss, SquaredError) else [0.05, 0.5, 0.93]
    for y in targets(loss):
        for t in inside:
            u = t if isinstance(loss, SquaredError) else -t * y
            best = minimize_scalar(
                lambda z, y=y, u=u: loss.value(np.array([y]), np.array([z]))[0] - u * z,
                bounds=(-60, 60),
                method="bounded",
                options={"xatol": 1e-9},
            )
            conjugate = loss.conjugate(np.array([y]), np.array([u]))[0]
            assert conjugate == pytest.approx(-best.fun, abs=1e-7)


@pytest.mark.parametrize("loss", [Logistic(), SquaredHinge()], ids=str)
def test_conjugate_is_infinite_outside_its_domain(loss):
    y = np.array([1.0, -1.0])
    assert np.isinf(loss.conjugate(y, 0.1 * y)).all()
    assert np.isinf(loss.fenchel_young(y, np.zeros(2), 0.1 * y)).all()


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_fenchel_young_is_value_plus_conjugate_less_the_product(loss):
    y, z = points(loss)
    for factor, shift in ((0.0, 0.5), (0.2, 0.5), (0.7, -3.0), (1.0, 0.5), (1.0, 3.0)):
        u = factor * loss.gradient(y, z + shift)
        direct = loss.value(y, z) + loss.conjugate(y, u) - u * z
        np.testing.assert_allclose(loss.fenchel_young(y, z, u), direct, atol=1e-12)
        assert (loss.fenchel_young(y, z, u) >= 0).all()


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_fenchel_young_vanishes_at_the_gradient_and_only_there(loss):
    y, z = points(loss)
    u = loss.gradient(y, z)
    np.testing.assert_allclose(loss.fenchel_young(y, z, u), 0, atol=1e-15)
    moved = loss.fenchel_young(y, z, 0.9 * u)
    assert (moved[u != 0] > 0).all()


def test_fenchel_young_keeps_its_digits_where_value_and_conjugate_cancel():
    y, z = np.array([1e8]), np.array([1e8 + 1.0])
    assert SquaredError().fenchel_young(y, z, np.array([1.0 + 1e-9]))[0] == pytest.approx(5e-19)


def test_logistic_does_not_overflow_far_out():
    y, z = np.array([1.0, 1.0]), np.array([-1e4, 1e4])
    np.testing.assert_allclose(Logistic().value(y, z), [1e4, 0])
    np.testing.assert_allclose(Logistic().gradient(y, z), [-1, 0])
    np.testing.assert_allclose(Logistic().curvature(y, z), [0, 0])
