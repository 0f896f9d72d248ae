"""Beyond the perfect fit: predictions and errors as columns of random numbers are added.

The prostate columns and random ones, as in chapter 1: up to 58 of them least squares, from there on
the shortest perfect fit. The predictions are those of the chapter's first draw, the errors medians
over its thirty.
"""

import numpy as np

from figures import Button, Change, Drag, Figure, Slider
from figures.draw import Plot
from regkit import load_prostate
from regkit.objective import Objective
from regkit.penalties import L2
from regkit.solvers import RidgeDecomposition

NAME = "double_descent"
# the chapter's numbers of columns, and some more about the threshold
WIDTHS = (0, 5, 10, 20, 30, 40, 48, 54, 56, 57, 58, 59, 60, 62)
WIDTHS += (68, 76, 90, 120, 170, 250, 400, 650, 1000)
PERFECT = WIDTHS.index(58)  # 8 + 58 coefficients and an intercept meet 67 rows
SHOWN = (0, 20, 40, 58, 68, 120, 250, 1000)
ALPHAS = (0.0, 0.1, 1.0)
COLORS = ("vermillion", "green", "blue")
DRAWS = 30
LOW, HIGH = -1.5, 6.5  # of the predictions that are drawn; what is beyond lies on the frame


def fits(X, y, train):
    """Return errors, by draw, width, training or test, and alpha, and the first draw's fits."""
    Z = (X - X[train].mean(axis=0)) / X[train].std(axis=0)
    rng = np.random.default_rng(4)
    errors, drawn = np.empty((DRAWS, len(WIDTHS), 2, len(ALPHAS))), []
    for draw in range(DRAWS):
        extra = rng.standard_normal((len(y), WIDTHS[-1]))
        for k, width in enumerate(WIDTHS):
            A = np.hstack([Z, extra[:, :width]])
            ridge = RidgeDecomposition.of(Objective(A[train], y[train], L2(0.0)))
            steps = (A - A[train].mean(axis=0)) @ ridge.coefs(np.array(ALPHAS))
            predicted = y[train].mean() + steps
            squared = (y[:, None] - predicted) ** 2
            errors[draw, k] = squared[train].mean(axis=0), squared[~train].mean(axis=0)
            if draw == 0:
                drawn.append(predicted[:, 0])
    return errors, np.array(drawn)


def points(plot, xs, ys):
    """Return the d of points, each a line of no length."""
    places = zip(xs, np.clip(ys, LOW, HIGH), strict=True)
    return "".join(f"M{plot.x(a):.0f} {plot.y(b):.0f}h0" for a, b in places)


def prediction_picture(y, train, drawn, start):
    """Draw predicted against measured, for the men fitted and for the new ones."""
    plot = Plot(NAME, "men", x=(LOW, HIGH), y=(LOW, HIGH))
    ticks = (-1, 0, 1, 2, 3, 4, 5, 6)
    plot.axes(ticks, ticks, "measured lpsa", "predicted lpsa")
    plot.line([LOW, HIGH], [LOW, HIGH], "grey", kind="dashed")
    changes = []
    for part, rows, color in (("fitted", train, "blue"), ("new", ~train, "vermillion")):
        frames = tuple(points(plot, y[rows], now[rows]) for now in drawn)
        plot.add("path", part=part, class_=f"line points {color}", d=frames[start])
        changes.append(Change(part, "d", frames))
    plot.text(LOW, HIGH, "67 men fitted", "blue", dx=10, dy=18)
    plot.text(LOW, HIGH, "30 new men", "vermillion", dx=10, dy=36)
    worst = np.abs(drawn[start] - y)[~train].max()
    picture = plot.picture(
        "Predicted against measured lpsa for the 67 men fitted and the 30 new ones, beside the "
        f"diagonal of perfect predictions. With {WIDTHS[start]} random columns the worst of the "
        f"new predictions is off by {worst:.1f}."
    )
    return picture, changes


def error_picture(test, start):
    """Draw the three median test errors against the number of columns, a dot on each."""
    places = np.arange(len(WIDTHS))
    plot = Plot(NAME, "errors", x=(-0.5, len(WIDTHS) - 0.5), y=(0.4, 200), log="y")
    plot.axes((), (0.5, 1, 2, 5, 10, 20, 50, 100), "random columns", "test error, median")
    for width in SHOWN:
        at = {"x": plot.x(WIDTHS.index(width)), "y": plot.height - plot.bottom + 16}
        plot.add("text", str(width), class_="tick", text_anchor="middle", **at)
    plot.line([PERFECT, PERFECT], [0.4, 200], "grey", kind="dashed")
    plot.text(PERFECT, 150, "perfect fit from here", "grey", dx=8)
    for curve, color in zip(test.T, COLORS, strict=True):
        plot.line(places, curve, color)
    plot.text(PERFECT, 12, "no penalty", "vermillion", dx=44)
    plot.text(PERFECT, 1.2, "α = 0.1", "green", dx=12)
    plot.text(PERFECT, 0.48, "α = 1", "blue", dx=12)
    changes = [plot.cursor("cursor", places, start)]
    for k, (curve, color) in enumerate(zip(test.T, COLORS, strict=True)):
        changes.append(plot.moving_dot(f"dot-{k}", places, curve, start, color))
    free = test[:, 0]
    picture = plot.picture(
        "Median test errors against the number of random columns. Without a penalty the error "
        f"climbs from {free[0]:.2f} to {free[PERFECT]:.0f} at 58 columns and comes down to "
        f"{free[-1]:.2f} at 1000. Ridge at alpha 0.1 stays below {test[:, 1].max() + 0.005:.2f}, "
        f"at alpha 1 below {test[:, 2].max() + 0.005:.2f}."
    )
    return picture, changes, tuple(map(plot.x, places))


def said(k, train, test, predicted, measured):
    """Say the state at one number of columns; the last two are of the new men."""
    kind = "least squares" if k < PERFECT else "the shortest of many perfect fits"
    kind = "the only perfect fit" if k == PERFECT else kind
    left = max(0, 1 - WIDTHS[k] / 58)
    share = f"(1 − {WIDTHS[k]}/58) · " if left else "0 · "
    far = np.sum((predicted < LOW) | (predicted > HIGH))
    beyond = f", {far} of the 30 predictions beyond the frame" if far else ""
    return (
        f"expected training error: {share}{train[0]:.3f} = {left * train[0]:.3f}\n"
        f"{WIDTHS[k]} random columns, {8 + WIDTHS[k]} coefficients: {kind}. Medians over {DRAWS} "
        f"draws: training error {train[k]:.2f}, test error {test[k, 0]:.2f} without a penalty, "
        f"{test[k, 1]:.2f} at α = 0.1 and {test[k, 2]:.2f} at α = 1. The draw that is shown has "
        f"the test error {np.mean((predicted - measured) ** 2):.2f}{beyond}."
    )


def build():
    """Return the figure."""
    prostate = load_prostate()
    y, train = prostate.target, prostate.train
    errors, drawn = fits(prostate.data, y, train)
    on_train, on_test = np.median(errors, axis=0).transpose(1, 0, 2)
    start = WIDTHS.index(20)
    men, men_changes = prediction_picture(y, train, drawn, start)
    curves, curve_changes, along = error_picture(on_test, start)
    words = [
        said(k, on_train[:, 0], on_test, now[~train], y[~train]) for k, now in enumerate(drawn)
    ]
    return Figure(
        title="What happens beyond the perfect fit?",
        pictures=(men, curves),
        sliders=(Slider("columns", "random columns", tuple(map(str, WIDTHS)), start),),
        buttons=(
            Button("none", "columns", to=0),
            Button("58: perfect fit", "columns", to=PERFECT),
            Button("1000", "columns", to=len(WIDTHS) - 1),
        ),
        words=tuple(words),
        plays="columns",
        changes=(*men_changes, *curve_changes),
        drags=(Drag("errors", "columns", along),),
    )
