"""The penalties against numeric minimisation, Moreau's identity and their definitions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize_scalar

from regkit.penalties import L1, L1L2, L2, soft_threshold

PENALTIES = [
    L1(0.7),
    L2(1.3),
    L1L2(0.9, 0.4),
    L1(0.0),
    L1(0.7, positive=True),
    L2(1.3, positive=True),
    L1L2(0.9, 0.4, positive=True),
]
numbers = st.floats(-1e3, 1e3, allow_nan=False, width=64)
vectors = arrays(float, 4, elements=numbers)
penalties = st.sampled_from(PENALTIES)
steps = st.floats(0.01, 10)


def test_the_three_names_are_one_formula():
    w = np.array([3.0, -1.0, 0.0])
    assert L1(2.0).value(w) == 2 * 4
    assert L2(2.0).value(w) == 2 / 2 * 10
    assert L1L2(2.0, 0.25).value(w) == 2 * (0.25 * 4 + 0.75 / 2 * 10)
    assert (L1(2.0).l1, L1(2.0).l2) == (2.0, 0.0)
    assert (L2(2.0).l1, L2(2.0).l2) == (0.0, 2.0)
    assert (L1L2(2.0, 0.25).l1, L1L2(2.0, 0.25).l2) == (0.5, 1.5)


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_a_penalty_can_be_given_another_alpha(penalty):
    other = replace(penalty, alpha=3.0)
    assert type(other) is type(penalty)
    assert (other.alpha, other.l1_ratio) == (3.0, penalty.l1_ratio)
    assert other.positive == penalty.positive


@pytest.mark.parametrize("positive", [L1(1.0, positive=True), L2(1.0, positive=True)])
def test_a_negative_weight_costs_infinity_under_positive(positive):
    assert positive.value(np.array([1.0, -1e-300])) == np.inf
    assert np.isfinite(positive.value(np.array([1.0, 0.0])))


@given(penalties, numbers, steps)
def test_prox_is_the_minimiser(penalty, v, t):
    def cost(w):
        return 0.5 * (w - v) ** 2 + t * penalty.value(np.array([w]))

    low, high = (0.0, abs(v) + 1) if penalty.positive else (-abs(v) - 1, abs(v) + 1)
    numeric = minimize_scalar(cost, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    w = penalty.prox(np.array([v]), t)[0]
    assert w == pytest.approx(numeric.x, abs=1e-5 * (1 + abs(v)))
    assert cost(w) <= numeric.fun + 1e-12 * (1 + v**2)


def test_the_prox_has_step_one_unless_told_otherwise():
    v = np.array([3.0, -1.0, 0.2])
    for penalty in PENALTIES:
        np.testing.assert_array_equal(penalty.prox(v), penalty.prox(v, 1.0))


@given(penalties, vectors, steps)
def test_prox_leaves_a_residual_in_the_subdifferential(penalty, v, t):
    w = penalty.prox(v, t)
    distance = penalty.subdifferential_distance(w, (v - w) / t)
    np.testing.assert_allclose(distance, 0, atol=1e-11 * (1 + np.abs(v).max()) / t)


@given(penalties, vectors, steps)
def test_moreau(penalty, v, t):
    """With v = prox_tg(v) + tu, u must be the prox of the conjugate: the minimiser of this cost."""
    u = (v - penalty.prox(v, t)) / t

    def cost(u):
        inside = u / (1 + 1e-9)  # rounding must not carry u over the edge of the conjugate's domain
        return 0.5 * np.sum((u - v / t) ** 2) + penalty.conjugate(inside) / t

    best = cost(u)
    assert np.isfinite(best)
    rng = np.random.default_rng(0)
    for size in (1e-3, 1e-1, 1.0):
        for _ in range(4):
            assert cost(u + size * rng.standard_normal(4)) >= best - 1e-9 * (1 + best)


@given(penalties, vectors, vectors, steps)
def test_prox_is_firmly_non_expansive(penalty, v, other, t):
    moved = penalty.prox(v, t) - penalty.prox(other, t)
    assert moved @ moved <= moved @ (v - other) + 1e-9 * (1 + (v - other) @ (v - other))


@given(st.sampled_from([p for p in PENALTIES if not p.positive]), vectors, vectors)
def test_subgradient_supports_the_penalty_from_below(penalty, w, other):
    below = penalty.value(w) + penalty.subgradient(w) @ (other - w)
    assert penalty.value(other) >= below - 1e-9 * (1 + abs(below))


def test_subgradient_of_the_absolute_value_at_zero_is_zero():
    np.testing.assert_array_equal(L1(2.0).subgradient(np.array([-3.0, 0.0, 3.0])), [-2, 0, 2])


@given(penalties, vectors, vectors)
def test_fenchel_young_inequality_and_formula(penalty, w, v):
    w = np.abs(w) if penalty.positive else w
    if penalty.l2 == 0:
        v = np.clip(v, -penalty.l1, penalty.l1)
    slack = penalty.fenchel_young(w, v)
    assert (slack >= 0).all()
    direct = penalty.value(w) + penalty.conjugate(v) - v @ w
    scale = penalty.value(w) + penalty.conjugate(v) + np.abs(v) @ np.abs(w)
    assert slack.sum() == pytest.approx(direct, abs=1e-12 * (1 + scale))


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_conjugate_is_the_supremum_that_defines_it(penalty):
    w = np.linspace(0 if penalty.positive else -50, 50, 200_001)
    values = np.array([penalty.l1 * np.abs(w) + penalty.l2 / 2 * w**2])[0]
    for v in (-3.0, -0.2, 0.0, 0.36, 0.6, 4.0):
        largest = (v * w - values).max()
        conjugate = penalty.conjugate(np.array([v]))
        if np.isinf(conjugate):
            assert largest > 1, "the supremum runs off to infinity"
            assert np.isinf(penalty.fenchel_young(np.array([1.0]), np.array([v]))[0])
        else:
            assert conjugate == pytest.approx(largest, abs=1e-6)


@pytest.mark.parametrize("penalty", PENALTIES, ids=str)
def test_subdifferential_distance_is_the_distance_to_the_set(penalty):
    l1, l2 = penalty.l1, penalty.l2
    for v in (-5.0, -0.5, 0.0, 0.3, 5.0):
        at_zero = max(v - l1, 0) if penalty.positive else max(abs(v) - l1, 0)
        assert penalty.subdifferential_distance(np.zeros(1), np.array([v]))[0] == at_zero
        away = penalty.subdifferential_distance(np.array([2.0]), np.array([v]))[0]
        assert away == pytest.approx(abs(v - l1 - 2 * l2))


def test_soft_threshold_moves_by_the_threshold_and_stops_at_zero():
    v = np.array([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0])
    np.testing.assert_array_equal(soft_threshold(v, 1.0), [-1, 0, 0, 0, 0, 0, 1])


@pytest.mark.parametrize("alpha", [-1e-9, np.nan, np.inf, "1", None, 1j, True])
def test_alpha_out_of_range_is_refused_by_name(alpha):
    with pytest.raises(ValueError, match=r"^alpha must be a finite number in \[0, inf\); got"):
        L1L2(alpha)


@pytest.mark.parametrize("l1_ratio", [-0.1, 1.1, np.nan, "half"])
def test_l1_ratio_out_of_range_is_refused_by_name(l1_ratio):
    with pytest.raises(ValueError, match=r"^l1_ratio must be a finite number in \[0, 1\]; got"):
        L1L2(1.0, l1_ratio)
