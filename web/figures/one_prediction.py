"""What the lasso predicts for one man, as the penalty falls: the average first, then his columns.

Three men of the prostate training rows, each left out in turn: the other 66 give the average, the
scales and the coefficients. The men are chosen because they disagree on the penalty.
"""

from dataclasses import dataclass

import numpy as np

from figures import Button, Change, Drag, Figure, Slider
from figures.draw import Plot, decimals, move
from regkit import lasso_path, load_prostate

NAME = "one_prediction"
ALPHAS = np.geomspace(1, 0.001, 31)
MEN = {71: "blue", 47: "vermillion", 92: "green"}  # rows of the table, counted from 1
XTICKS = (1, 0.1, 0.01, 0.001)
XLABEL = "penalty strength α (weaker to the right)"
PSA = "log PSA"
START = 7  # α = 0.2, near the chapter's choice
RANGE = (1.9, 4.8)


@dataclass(frozen=True)
class Man:
    """A man, what was measured of him, and at each penalty what each column adds for him."""

    number: int
    color: str
    measured: float
    average: float
    parts: np.ndarray  # of shape (8, penalties)

    @classmethod
    def of(cls, number, color):
        prostate = load_prostate()
        others = prostate.train.copy()
        others[number - 1] = False  # he is left out
        X, y = prostate.data[others], prostate.target[others]
        mean, sd = X.mean(axis=0), X.std(axis=0)
        coefs = lasso_path((X - mean) / sd, y, alphas=ALPHAS).coefs
        z = (prostate.data[number - 1] - mean) / sd
        return cls(number, color, prostate.target[number - 1], y.mean(), z[:, None] * coefs)

    @property
    def predictions(self):
        return self.average + self.parts.sum(axis=0)


def per_frame(function, men):
    """Return what a function of (position of the penalty, man) gives in every frame."""
    return tuple(function(k, man) for k in range(len(ALPHAS)) for man in men)


def curve_picture(men):
    """Draw the three predictions against the penalty, and what was measured of one man."""
    plot = Plot(NAME, "curve", x=(1, 0.001), y=RANGE, log="x", margins=(52, 62, 12, 44))
    plot.axes(XTICKS, (2, 2.5, 3, 3.5, 4, 4.5), XLABEL, f"predicted {PSA}")
    first, changes = men[0], []
    at = move(0, plot.y(first.measured))
    shape = f"M{plot.left} 0H{plot.width - plot.right}"
    for part, dy in (("measured", 0), ("measured-word", 16)):
        place = per_frame(lambda k, man, dy=dy: move(0, plot.y(man.measured) + dy), men)
        changes.append(Change(part, "transform", place))
    plot.add("path", part="measured", class_="dashed glides ink", d=shape, transform=at)
    place = move(0, plot.y(first.measured) + 16)
    word = {"x": plot.width - plot.right - 4, "y": 0, "text_anchor": "end", "transform": place}
    plot.add("text", "measured", part="measured-word", class_="label glides ink", **word)
    for man in men:
        part = f"man-{man.number}"
        look = per_frame(
            lambda k, now, man=man: f"{'line' if now is man else 'thin'} {man.color}", men
        )
        kind = "line" if man is first else "thin"
        plot.line(ALPHAS, man.predictions, man.color, part=part, kind=kind)
        plot.text(0.001, man.predictions[-1], f"man {man.number}", man.color, dx=6, dy=4.5)
        changes.append(Change(part, "class", look))
    places = per_frame(lambda k, man: move(plot.x(ALPHAS[k]), plot.y(man.predictions[k])), men)
    frame = START * len(men)
    plot.add("circle", part="dot", class_="dot glides ink", r=5, transform=places[frame])
    changes.append(Change("dot", "transform", places))
    told = "; ".join(
        f"for man {man.number} {decimals(man.predictions[0], 2)} at alpha 1 and "
        f"{decimals(man.predictions[-1], 2)} at 0.001, where {decimals(man.measured, 2)} was "
        "measured"
        for man in men
    )
    alt = f"The lasso's prediction of log PSA for three men against the penalty: {told}."
    return plot.picture(alt), changes, tuple(map(plot.x, ALPHAS))


def parts_picture(men, names):
    """Draw how the prediction is put together: from the average, column by column."""
    plot = Plot(NAME, "parts", x=RANGE, y=(9.7, -0.7), margins=(84, 14, 12, 44))
    plot.axes((2, 2.5, 3, 3.5, 4, 4.5), (), PSA, "")
    changes, frame = [], START * len(men)

    def steps(k, man):
        """Return where each column's bar begins, and at last the prediction."""
        return np.cumsum([man.average, *man.parts[:, k]])

    lines = {
        "from": per_frame(lambda k, man: move(plot.x(man.average), 0), men),
        "to": per_frame(lambda k, man: move(plot.x(man.measured), 0), men),
        "end": per_frame(lambda k, man: move(plot.x(man.predictions[k]), plot.y(9)), men),
    }
    upright = f"M0 {plot.top}V{plot.height - plot.bottom}"
    plot.add("path", part="from", class_="thin ink", d=upright, transform=lines["from"][frame])
    plot.add("path", part="to", class_="dashed glides ink", d=upright, transform=lines["to"][frame])
    plot.add("circle", part="end", class_="dot glides ink", r=5, transform=lines["end"][frame])
    changes += [Change(part, "transform", places) for part, places in lines.items()]
    plot.text(RANGE[0], 0, "average", anchor="end", dx=-6, dy=5)
    for row, name in enumerate(names, 1):
        height = np.add(row, (-0.3, -0.3, 0.3, 0.3))

        def bar(k, man, row=row, height=height):
            a, b = steps(k, man)[row - 1 : row + 1]
            return plot.path((a, b, b, a), height, close=True)

        bars = per_frame(bar, men)
        plot.add("path", part=f"bar-{name}", class_="dot glides blue", d=bars[frame])
        plot.text(RANGE[0], row, name, anchor="end", dx=-6, dy=5)
        changes.append(Change(f"bar-{name}", "d", bars))
    plot.text(RANGE[0], 9, "prediction", anchor="end", dx=-6, dy=5)
    first = men[0]
    told = ", ".join(
        f"{name} {decimals(part, 2)}"
        for name, part in zip(names, first.parts[:, START], strict=True)
    )
    return plot.picture(
        f"The prediction for man {first.number} at alpha {ALPHAS[START]:.3f}, put together: the "
        f"average of the other 66 men, {decimals(first.average, 2)}, and what each column adds: "
        f"{told}. A dashed line marks what was measured."
    ), changes


def said(k, man, names):
    """Say the prediction as the sum that it is, and how wrong it is."""
    terms = [
        f"{'+' if part > 0 else '−'} {decimals(abs(part), 2)} ({name})"
        for name, part in zip(names, man.parts[:, k], strict=True)
        if part != 0
    ]
    total = " ".join([f"{decimals(man.average, 2)} (average)", *terms])
    prediction, measured = decimals(man.predictions[k], 2), decimals(man.measured, 2)
    off = decimals(abs(man.predictions[k] - man.measured), 2)
    return (
        f"b + Σ wⱼ zⱼ = {total} = {prediction}\n"
        f"At α = {ALPHAS[k]:.3f} the prediction for man {man.number} is {prediction}. "
        f"Measured was {measured}, so it is off by {off}."
    )


def build():
    """Return the figure."""
    names = load_prostate().feature_names
    men = [Man.of(number, color) for number, color in MEN.items()]
    curve, curve_changes, along = curve_picture(men)
    parts, part_changes = parts_picture(men, names)
    men_texts = tuple(f"man {man.number}" for man in men)
    return Figure(
        title="What does the lasso predict for a man it has not seen?",
        pictures=(curve, parts),
        sliders=(
            Slider("alpha", "penalty strength α", tuple(f"{a:.3f}" for a in ALPHAS), START),
            Slider("man", "who is left out", men_texts),
        ),
        buttons=tuple(Button(text, "man", to=k) for k, text in enumerate(men_texts)),
        words=per_frame(lambda k, man: said(k, man, names), men),
        changes=(*curve_changes, *part_changes),
        drags=(Drag("curve", "alpha", along),),
        plays="alpha",
    )
