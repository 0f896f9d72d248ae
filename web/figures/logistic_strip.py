"""The line that logistic regression draws between two classes, and its strip, as the penalty falls.

Fifty rows of the breast-cancer data and two columns, chosen because a line separates them; the
other 519 rows are the new ones. Columns are standardised by the fifty.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from sklearn.datasets import load_breast_cancer

from figures import Button, Change, Drag, Figure, Slider
from figures.draw import Plot, decimals, number
from regkit import LogisticRegression

NAME = "logistic_strip"
ROWS = slice(300, 350)
COLUMNS = ("worst radius", "worst smoothness")
ALPHAS = np.geomspace(1, 1e-8, 33)
START = 12  # α = 0.001, where the new samples' loss is near its least
XLABEL = "penalty strength α (weaker to the right)"
XTICKS = (1, 0.01, 1e-4, 1e-6, 1e-8)
ACROSS, UP = (-1.75, 4.17), (-2.4, 1.9)  # one unit is as long across as up


@dataclass(frozen=True)
class Samples:
    """Standardised columns and labels, 1 for malignant and −1 for benign."""

    X: np.ndarray
    y: np.ndarray


@dataclass(frozen=True)
class Line:
    """What was fitted at one penalty, and what it costs."""

    w: np.ndarray
    b: float
    known_loss: float
    new_loss: float
    new_errors: int

    @property
    def half_width(self):
        return 1 / np.linalg.norm(self.w)


@cache
def samples():
    """Return the fifty samples, and the others."""
    cancer = load_breast_cancer()
    X = cancer.data[:, [list(cancer.feature_names).index(name) for name in COLUMNS]]
    known = np.zeros(len(X), dtype=bool)
    known[ROWS] = True
    X = (X - X[known].mean(axis=0)) / X[known].std(axis=0)
    y = np.where(cancer.target == 0, 1.0, -1.0)
    return Samples(X[known], y[known]), Samples(X[~known], y[~known])


@cache
def fitted():
    """Return the line at every penalty."""
    known, new = samples()
    lines = []
    for alpha in ALPHAS:
        model = LogisticRegression(alpha).fit(known.X, known.y)
        margins = [s.y * model.decision_function(s.X) for s in (known, new)]
        losses = [np.logaddexp(0, -m).mean() for m in margins]
        errors = int((margins[1] < 0).sum())
        lines.append(
            Line(model.coef_.ravel(), float(np.ravel(model.intercept_)[0]), *losses, errors)
        )
    return lines


def cut(corners, w, c):
    """Return the part of a polygon where w·x ≤ c."""
    kept = []
    for k, p in enumerate(corners):
        before = corners[k - 1]
        out, out_before = w @ p - c, w @ before - c
        if out * out_before < 0:
            kept.append(before + out_before / (out_before - out) * (p - before))
        if out <= 0:
            kept.append(p)
    return kept


def plane_picture(lines):
    """Draw the fifty samples, the line between the classes, and its strip."""
    plot = Plot(NAME, "plane", x=ACROSS, y=UP)
    plot.axes((-1, 0, 1, 2, 3), (-2, -1, 0, 1), f"{COLUMNS[0]}, standardised", COLUMNS[1])
    frame = [np.array(p) for p in ((ACROSS[0], UP[0]), (ACROSS[1], UP[0]), (ACROSS[1], UP[1]))]
    frame.append(np.array((ACROSS[0], UP[1])))
    strips, centres = [], []
    for line in lines:
        strip = cut(cut(frame, line.w, 1 - line.b), -line.w, 1 + line.b)
        strips.append(plot.path(*zip(*strip, strict=True), close=True))
        half = cut(frame, line.w, -line.b)
        on = [p for p in half if abs(line.w @ p + line.b) < 1e-9 * np.abs(line.w).sum() + 1e-9]
        centres.append(plot.path(*zip(*on, strict=True)))
    plot.add("path", part="strip", class_="area orange", d=strips[START])
    plot.add("path", part="line", class_="line ink", d=centres[START])
    known, _ = samples()
    for x, label in zip(known.X, known.y, strict=True):
        if label > 0:
            plot.dot(*x, "vermillion")
        else:
            at = {"x": plot.x(x[0]) - 4, "y": plot.y(x[1]) - 4}
            plot.add("rect", class_="dot blue", width=8, height=8, **at)
    plot.text(2.6, -1.9, "malignant ●", "vermillion")
    plot.text(-1.65, -1.95, "■ benign", "blue")
    line = lines[START]
    return plot.picture(
        f"Fifty tissue samples by two measurements, 12 malignant and 38 benign, a line between "
        f"them and the strip where |z| is below 1. At alpha 0.001 the strip reaches "
        f"{decimals(line.half_width)} to either side; at alpha 1 "
        f"{decimals(lines[0].half_width, 2)}, at 1e-8 {decimals(lines[-1].half_width)}."
    ), [Change("strip", "d", tuple(strips)), Change("line", "d", tuple(centres))]


def loss_picture(lines):
    """Draw the loss on the fifty and on the others against the penalty."""
    plot = Plot(NAME, "loss", x=(1, 1e-8), y=(0, 0.9), log="x", margins=(52, 20, 12, 44))
    plot.axes((), (0, 0.2, 0.4, 0.6, 0.8), XLABEL, "log loss")
    top, base = plot.y(0.9), plot.y(0)
    for alpha in XTICKS:
        at = plot.x(alpha)
        plot.add("path", class_="grid", d=f"M{number(at)} {number(top)}V{number(base)}")
        plot.add("text", shown(alpha), class_="tick", x=at, y=base + 16, text_anchor="middle")
    known, new = ([getattr(line, f"{who}_loss") for line in lines] for who in ("known", "new"))
    changes = [plot.cursor("cursor", ALPHAS, START)]
    for part, values, color in (("known", known, "blue"), ("new", new, "vermillion")):
        plot.line(ALPHAS, values, color)
        changes.append(plot.moving_dot(part, ALPHAS, values, START, color))
    plot.text(1.5e-7, 0.7, "519 new samples", "vermillion", anchor="end")
    plot.text(1e-6, 0.04, "the fifty samples", "blue", anchor="middle", dy=-4)
    return (
        plot.picture(
            f"Mean log loss against the penalty. On the fifty samples it falls from "
            f"{decimals(known[0], 2)} at alpha 1 to less than 0.00001 at 1e-8. On 519 new ones it "
            f"falls from {decimals(new[0], 2)} to {decimals(min(new), 2)} and rises to "
            f"{decimals(new[-1], 2)}."
        ),
        changes,
        tuple(map(plot.x, ALPHAS)),
    )


def shown(alpha):
    """Return a penalty as the reader sees it."""
    return f"{alpha:.2g}" if alpha > 2e-4 else f"{alpha:.2g}".replace("e-0", "e-")


def said(alpha, line):
    """Say the strip and the losses at one penalty."""
    w_1, w_2 = (decimals(w, 2) for w in line.w)
    known = decimals(line.known_loss, 5 if line.known_loss < 0.01 else 3)
    known = "below 0.00001" if line.known_loss < 1e-5 else known
    return (
        f"half-width of the strip = 1/‖w‖ = 1/√({w_1}² + {w_2}²) = {decimals(line.half_width)}\n"
        f"At α = {shown(alpha)} the mean loss is {known} on the fifty samples and "
        f"{decimals(line.new_loss)} on 519 new ones, of which {line.new_errors} lie on the wrong "
        "side of the line."
    )


def build():
    """Return the figure."""
    lines = fitted()
    plane, plane_changes = plane_picture(lines)
    loss, loss_changes, along = loss_picture(lines)
    return Figure(
        title="A line gets every sample right. What does the penalty still change?",
        pictures=(plane, loss),
        sliders=(Slider("alpha", "penalty strength α", tuple(map(shown, ALPHAS)), START),),
        buttons=(
            Button("α = 1", "alpha", to=0),
            Button("α = 0.001", "alpha", to=START),
            Button("α = 1e-8", "alpha", to=len(ALPHAS) - 1),
        ),
        words=tuple(said(*state) for state in zip(ALPHAS, lines, strict=True)),
        changes=(*plane_changes, *loss_changes),
        drags=(Drag("loss", "alpha", along),),
        plays="alpha",
    )
