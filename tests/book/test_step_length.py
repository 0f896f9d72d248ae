"""Chapter 3's valley: what is drawn are gradient steps, and the step called best is the best."""

import re

import numpy as np
import pytest
from figures import step_length as figure

from regkit import load_prostate
from regkit.objective import Objective
from regkit.penalties import L2

L, MU = figure.curvatures()
STEPS = figure.lengths(L, MU)
BUILT = figure.build()


def points(d, plot):
    """Return the points of a path, in the plane of the two errors."""
    xy = np.array(re.findall(r"[ML]([-\d.]+) ([-\d.]+)", d), dtype=float)
    unit = np.array([plot.x(1) - plot.x(0), plot.y(1) - plot.y(0)])
    return (xy - [plot.x(0), plot.y(0)]) / unit


@pytest.mark.parametrize("k", [0, BUILT.start, len(STEPS) - 1])
def test_the_path_is_that_of_gradient_steps(k):
    prostate = load_prostate()
    X = prostate.data[prostate.train]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    F = Objective(Z, prostate.target[prostate.train], L2(0.0))
    _, V = np.linalg.eigh(Z.T @ Z / len(Z))
    ends = V[:, [-1, 0]]
    w_star = np.linalg.lstsq(Z, F.y - F.y.mean())[0]
    w, seen = w_star + ends @ figure.FROM, []
    for _ in range(figure.COUNT + 1):
        seen.append((w - w_star) @ ends)
        w = w - STEPS[k] / L * F.subgradient(w)
    plot = figure.Plot(figure.NAME, "valley", **figure.VALLEY)
    drawn = points(next(c for c in BUILT.changes if c.part == "way").values[k], plot)
    np.testing.assert_allclose(drawn, seen[: len(drawn)], atol=1e-4)
    assert len(drawn) == len(seen) or np.abs(seen[len(drawn)]).max() >= 3


def test_the_best_step_is_the_best():
    worst = [np.abs(figure.factors(s, L, MU)).max() for s in STEPS]
    best = int(np.argmin(worst))
    assert worst[best] == pytest.approx((L - MU) / (L + MU))
    assert {b.label: b.to for b in BUILT.buttons}["best"] == best
    assert "Both are of the same size" in BUILT.words[best]
    assert sum("Both are of the same size" in words for words in BUILT.words) == 1


def test_only_what_is_too_long_is_called_so():
    for s, words in zip(STEPS, BUILT.words, strict=True):
        assert ("Too long" in words) == (s > 2 - 1e-9)
        assert ("The steep direction decides" in words) == (2 * L / (L + MU) < s - 1e-9 < 2 - 1e-8)
