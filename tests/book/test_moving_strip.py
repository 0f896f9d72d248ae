"""What chapter 9's figure says of the strip and the losses, computed again by scikit-learn."""

import re

import figures
import numpy as np
import pytest
from figures import logistic_strip as figure
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

FIGURE = figures.build("logistic_strip")


def fitted(alpha):
    """Return weights, intercept and the margins of the fifty and of the other samples."""
    frame = load_breast_cancer(as_frame=True)
    X, y = frame.data[["worst radius", "worst smoothness"]], 1 - 2 * frame.target
    known = np.arange(len(y)) // 50 == 6  # rows 300 to 349
    scaler = StandardScaler().fit(X[known])
    Z = scaler.transform(X)
    model = LogisticRegression(C=1 / (50 * alpha), tol=1e-10, max_iter=10_000)
    model.fit(Z[known], y[known])
    margins = y.to_numpy() * model.decision_function(Z)
    return model.coef_[0], model.intercept_[0], margins[known], margins[~known]


@pytest.mark.parametrize("k", range(0, 25, 3))
def test_the_words_say_what_scikit_learn_finds(k):
    words = FIGURE.words[k]
    w, _, known, new = fitted(figure.ALPHAS[k])
    half_width = float(re.search(r" = ([\d.]+)\n", words)[1])
    assert half_width == pytest.approx(1 / np.linalg.norm(w), rel=2e-3, abs=6e-4)
    said = re.search(r"loss is (?:below )?([\d.]+) on the fifty .* ([\d.]+) on 519 new", words)
    losses = [np.logaddexp(0, -m).mean() for m in (known, new)]
    assert [float(text) for text in said.groups()] == pytest.approx(losses, rel=2e-3, abs=6e-4)
    assert f"of which {(new < 0).sum()} lie on the wrong side" in words


def test_what_the_chapter_says_of_the_end():
    """A line separates the fifty; the strip shrinks, the line rests, the errors stay."""
    lines = figure.fitted()
    assert (fitted(1e-3)[2] > 0).all()
    widths = [line.half_width for line in lines]
    assert (np.diff(widths) < 0).all() and widths[-1] < 0.03
    turned = [np.degrees(np.arctan2(*line.w[::-1])) for line in lines[-16:]]
    assert np.ptp(turned) < 0.6
    errors = [line.new_errors for line in lines[12:]]
    assert np.ptp(errors) < 5
    new = [line.new_loss for line in lines]
    assert (np.diff(new[np.argmin(new) :]) > 0).all() and new[-1] > 4 * min(new)
    assert 1 / (1 + np.e) > 0.25  # at the edge of the strip, z = 1


def test_the_drawn_strip_ends_where_z_is_one():
    [strip] = [change for change in FIGURE.changes if change.part == "strip"]
    [line] = [change for change in FIGURE.changes if change.part == "line"]
    plot = figure.Plot("x", "y", x=figure.ACROSS, y=figure.UP)
    (x0, x1), (y0, y1) = ((plot.x(0), plot.x(1)), (plot.y(0), plot.y(1)))
    assert x1 - x0 == pytest.approx(y0 - y1, rel=1e-2)  # a distance is one, across as up
    for k in (0, 12, 32):
        w, b, *_ = figure.fitted()[k].w, figure.fitted()[k].b
        for change, most in ((strip, 1), (line, 0)):
            points = np.array(
                [[float(n) for n in p.split()] for p in change.values[k].strip("MZ").split("L")]
            )
            z = (points - (x0, y0)) / (x1 - x0, y1 - y0) @ w + b
            slack = 0.01 / (x1 - x0) * np.abs(w).sum() + 0.01
            assert np.abs(z).max() <= most + slack
            assert np.abs(z).max() == pytest.approx(most, abs=slack) or k == 0
