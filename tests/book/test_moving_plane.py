"""The two figures in the plane of two coefficients: chapter 2's geometry and chapter 4's race."""

import itertools
import re

import numpy as np
import pytest
from figures import descent_race as race
from figures import geometry
from matplotlib.path import Path

from regkit import ElasticNet, Lasso, Ridge, load_prostate
from regkit.certificates import duality_gap
from regkit.penalties import L1L2, soft_threshold

H, LEAST = geometry.problem()
POINTS = [(0.74, 0.23), (-0.31, 0.87), (0.02, -0.95), (-0.66, -0.54), (0.93, -0.77)]
STATES = [
    geometry.State.of(H, np.array(free), alpha, ratio)
    for free, alpha, ratio in itertools.product(
        POINTS, (0.05, 0.21, 0.43, 1.0), (0.0, 0.5, 0.95, 1.0)
    )
]


@pytest.mark.parametrize(
    ("model", "ratio"),
    [(Lasso(0.4), 1.0), (Ridge(0.7), 0.0), (ElasticNet(0.3, l1_ratio=0.25), 0.25)],
)
def test_the_quadratic_is_the_chapters(model, ratio):
    prostate = load_prostate()
    X = prostate.data[prostate.train][:, [0, 4]]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    w = model.fit(Z, prostate.target[prostate.train]).coef_
    state = geometry.State.of(H, LEAST, model.alpha, ratio)
    np.testing.assert_allclose(state.w, w, atol=1e-12)


def test_each_state_meets_the_optimality_conditions():
    for state in STATES:
        l1, l2 = state.shares
        np.testing.assert_allclose(state.pull, H @ (state.free - state.w), atol=1e-14)
        apart = np.where(
            state.w == 0,
            np.maximum(np.abs(state.pull) - l1, 0),
            np.abs(state.pull - l1 * np.sign(state.w) - l2 * state.w),
        )
        assert apart.max() < 1e-10, state


def test_the_shaded_strips_hold_what_gives_a_zero():
    grid = np.stack(np.meshgrid(np.linspace(-1, 1, 11), np.linspace(-1, 1, 11)), axis=-1)
    for alpha, ratio in ((0.2, 1.0), (0.4, 0.5), (0.3, 0.9)):
        zones = [
            Path(geometry.zone(H, alpha * ratio, alpha * (1 - ratio), k).T, closed=False)
            for k in (0, 1)
        ]
        for free in grid.reshape(-1, 2) + 0.003:  # not on a border
            w = geometry.State.of(H, free, alpha, ratio).w
            for k in (0, 1):
                assert zones[k].contains_point(free) == (w[k] == 0), (free, alpha, ratio)


def test_a_strip_of_ridge_is_a_line():
    points = geometry.zone(H, 0.0, 0.4, 1)
    assert np.linalg.matrix_rank(points, tol=1e-9) == 1


def test_a_zones_name_stands_in_the_zone():
    for state in (state for state in STATES if state.alpha < 1):  # at 1 it lies off the page
        for k in (0, 1):
            place = geometry.name_place(H, *state.shares, k)
            assert geometry.State.of(H, place, state.alpha, state.ratio).pull[k] == pytest.approx(0)


def test_the_balls_arcs_have_the_penalty_of_the_solution():
    plot = geometry.draw(H, STATES[0])
    for state in STATES:
        size, a = L1L2(1.0, state.ratio).value, geometry.corner(state.w, state.ratio)
        assert size(np.array([a, 0])) == pytest.approx(size(state.w))
        d = geometry.ball(plot, state.w, state.ratio)
        radius = float(re.search(r"A([\d.]+)", d)[1]) / geometry.scale(plot)
        assert d.count("A") == 4
        if 0 < state.ratio < 1 and a:
            k = state.ratio / (1 - state.ratio)
            middle = radius / np.sqrt(2) - k  # of the arc about (-k, -k)
            assert size(np.array([middle, middle])) == pytest.approx(size(state.w), rel=5e-3)
        elif state.ratio == 1:
            assert radius == 0  # which SVG draws straight


def test_the_thick_contour_goes_through_the_solution():
    for state in STATES:
        radii, turned = geometry.ellipses(H, state)
        x, y = state.w - state.free
        c, s = np.cos(np.radians(turned)), np.sin(np.radians(turned))
        along = np.array([c * x + s * y, -s * x + c * y]) / radii[geometry.CONTOURS.index(1.0)]
        assert along @ along == pytest.approx(1)


def test_the_words_name_exact_zeros_and_no_others():
    seen = set()
    for state in STATES:
        words = geometry.said(state)
        for name, value in zip(geometry.PAIR, state.w, strict=True):
            assert (f"{name} = 0 exactly" in words or "Both" in words) == (value == 0), words
        seen.add((state.ratio, words.split(":")[0].split(".")[0]))
    places = {words for _, words in seen}
    assert {
        "The contour meets a straight edge of the ball",
        "Both coefficients are exactly 0",
    } <= places
    assert [words for ratio, words in seen if ratio == 0] == [
        "The contour meets the ball, which has no corner"
    ]
    free = geometry.State.of(H, np.array([0.3, -0.2]), 0.0, 1.0)
    assert geometry.said(free).endswith("least squares itself, lcavol = 0.30 and svi = −0.20.")


@pytest.fixture(scope="module")
def race_runs():
    F = race.problem()
    return F, race.iterates(F)


def test_each_racer_takes_the_chapters_steps(race_runs):
    F, runs = race_runs
    t, alpha = 1 / F.smoothness, race.ALPHA
    for w, after in itertools.pairwise(runs[race.SIGN]):
        step = F.gradient(w) + alpha * np.sign(w)
        np.testing.assert_allclose(after, w - t * step, atol=1e-13)
    for w, after in itertools.pairwise(runs[race.PROX]):
        expected = soft_threshold(w - t * F.gradient(w), t * alpha)
        np.testing.assert_allclose(after, expected, atol=1e-13)
    curvature = np.var(F.X, axis=0)
    for w, after in itertools.pairwise(runs[race.COORDINATE]):
        for k in (0, 1):  # the first with the second still in its place
            w = np.array([after[0], w[1]]) if k else w
            lone = soft_threshold(w[k] - F.gradient(w)[k] / curvature[k], alpha / curvature[k])
            assert after[k] == pytest.approx(lone, abs=1e-13)


def test_two_land_on_zero_and_one_never(race_runs):
    F, runs = race_runs
    assert (runs[race.SIGN][1:] != 0).all()
    assert np.abs(runs[race.SIGN][1:]).min() > 1e-5  # four decimals of it are the same everywhere
    assert [race.landed(runs[name]) for name in (race.PROX, race.COORDINATE)] == [6, 0]
    for name in (race.PROX, race.COORDINATE):
        assert duality_gap(F, runs[name][-1]) < 1e-9
    w_star = Lasso(race.ALPHA).fit(F.X, F.y).coef_
    np.testing.assert_allclose(runs[race.COORDINATE][-1], w_star, atol=1e-12)


def test_all_start_at_zero_and_part_at_once(race_runs):
    _, runs = race_runs
    assert not any(run[0].any() for run in runs.values())
    for first, second in itertools.combinations(runs.values(), 2):
        assert np.linalg.norm(first[1] - second[1]) > 0.1


def test_contours_are_level(race_runs):
    F, runs = race_runs
    w_star = runs[race.COORDINATE][-1]
    heights = [F.value(w) - F.value(w_star) for w in race.contour(F, w_star, 0.04, count=12).T]
    np.testing.assert_allclose(heights, 0.04)


def test_coordinate_descent_is_drawn_along_the_axes(race_runs):
    _, runs = race_runs
    way = race.with_corners(runs[race.COORDINATE])
    assert len(way) == 2 * race.COUNT + 1
    assert (np.diff(way, axis=0) == 0).any(axis=1).all()
