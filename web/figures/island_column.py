"""What the lasso predicts for three islands, as the penalty grows, and as one column is left out.

The training birds of chapter 8, the seasons of 2007 and 2008, with nothing but their island: one
column of zeros and ones for each, or for two of the three. The predictions begin at the islands'
means and end at the mean of all birds. On the way they depend on which column is left out.
"""

import csv

import numpy as np

from figures import Button, Change, Drag, Figure, Slider
from figures.draw import Plot, decimals, spread
from regkit import Lasso, penguins_path

NAME = "island_column"
ISLANDS = {"Biscoe": "blue", "Dream": "vermillion", "Torgersen": "green"}
LEFT_OUT = (None, *ISLANDS)
ALPHAS = np.arange(0, 241, 5)
TICKS = (0, 50, 100, 150, 200)
XLABEL = "penalty strength α"
START = 12  # α = 60, as in the chapter
ALL = "all three columns"


def birds():
    """Return island and mass of the birds of the first two seasons."""
    with penguins_path().open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["studyName"] != "PAL0910"]
    rows = [row for row in rows if row["Body Mass (g)"] != "NA"]
    return np.array([row["Island"] for row in rows]), np.array(
        [float(row["Body Mass (g)"]) for row in rows]
    )


def fits(island, mass):
    """Return intercepts and coefficients, of shapes (4, alphas) and (4, alphas, 3)."""
    intercepts, coefs = np.zeros((4, len(ALPHAS))), np.zeros((4, len(ALPHAS), 3))
    columns = np.column_stack([island == name for name in ISLANDS]).astype(float)
    for c, left_out in enumerate(LEFT_OUT):
        kept = [k for k, name in enumerate(ISLANDS) if name != left_out]
        for a, alpha in enumerate(ALPHAS):
            # at α = 0 three columns have many least-squares fits; the lasso's is the limit
            fit = Lasso(max(alpha, 1e-6)).fit(columns[:, kept], mass)
            intercepts[c, a], coefs[c, a, kept] = fit.intercept_, fit.coef_
    return intercepts, np.where(np.abs(coefs) < 1e-9, 0, coefs)


def per_frame(function):
    """Return what a function of (position of α, position of the column left out) gives."""
    return tuple(function(a, c) for a in range(len(ALPHAS)) for c in range(len(LEFT_OUT)))


def corners(values):
    """Return a path without the points that lie on a straight line between their neighbours."""
    bends = np.abs(np.diff(values, 2)) > 1e-6
    kept = np.concatenate([[True], bends, [True]])
    return ALPHAS[kept], values[kept]


def prediction_picture(predictions, mean):
    """Draw the three predictions against α."""
    plot = Plot(NAME, "predictions", x=(0, 240), y=(3600, 4800), margins=(64, 84, 12, 44))
    plot.axes(TICKS, (3600, 3900, 4200, 4500, 4800), XLABEL, "predicted mass in g")
    plot.line([0, 240], [mean, mean], "grey", kind="dashed")
    plot.text(6, mean, "mean of all birds", "grey", dy=-6)
    changes = []
    for k, color in reversed(list(enumerate(ISLANDS.values()))):
        paths = per_frame(lambda a, c, k=k: plot.path(*corners(predictions[c, :, k])))
        plot.add("path", part=f"curve-{k}", class_=f"line {color}", d=paths[0])
        changes.append(Change(f"curve-{k}", "d", paths))
    starts = predictions[0, 0]
    heights = spread([plot.y(value) for value in starts], 17)
    for (name, color), value, height in zip(ISLANDS.items(), starts, heights, strict=True):
        plot.text(240, value, name, color, dx=6, dy=height - plot.y(value) + 4.5)
    changes.append(plot.cursor("cursor", np.repeat(ALPHAS, len(LEFT_OUT)), START * len(LEFT_OUT)))
    for k, color in enumerate(ISLANDS.values()):
        values = per_frame(lambda a, c, k=k: predictions[c, a, k])
        xs = np.repeat(ALPHAS, len(LEFT_OUT))
        dot = plot.moving_dot(f"dot-{k}", xs, values, START * len(LEFT_OUT), color)
        changes.append(dot)
    told = ", ".join(
        f"{name} from {decimals(value, 0)} g" for name, value in zip(ISLANDS, starts, strict=True)
    )
    picture = plot.picture(
        f"The lasso's prediction for three islands against alpha: {told}, all to "
        f"{decimals(mean, 0)} g, the mean. With all three columns Dream and Torgersen soon have "
        "one prediction; without Biscoe's column Torgersen's leaves Dream's, and joins Biscoe's."
    )
    return picture, changes, tuple(map(plot.x, ALPHAS))


def column_picture(coefs):
    """Draw the coefficients at one α as bars; a column that is left out has a word instead."""
    plot = Plot(NAME, "columns", x=(-1000, 1100), y=(2.8, -0.6), margins=(84, 14, 12, 44))
    plot.axes((-1000, -500, 0, 500, 1000), (), "coefficient of the island's column, in g", "")
    changes, frame = [], START * len(LEFT_OUT)
    for k, (name, color) in enumerate(ISLANDS.items()):
        tall = np.add(k, (-0.28, -0.28, 0.28, 0.28))

        def bar(a, c, k=k, tall=tall):
            w = coefs[c, a, k]
            return plot.path((0, w, w, 0), tall, True)

        def word(a, c, k=k):
            if LEFT_OUT[c] == list(ISLANDS)[k]:
                return "left out"
            return f"{decimals(round(coefs[c, a, k]), 0)} g"

        bars, words = per_frame(bar), per_frame(word)
        plot.add("path", part=f"bar-{k}", class_=f"dot glides {color}", d=bars[frame])
        plot.text(-1000, k, name, color, anchor="end", dx=-6, dy=5)
        plot.text(0, k, words[frame], color, part=f"word-{k}", dx=8, dy=42)
        changes += [Change(f"bar-{k}", "d", bars), Change(f"word-{k}", "text", words)]
    plot.line([0, 0], [2.8, -0.6], kind="thin")
    told = ", ".join(
        f"{name} {decimals(w, 0)}" for name, w in zip(ISLANDS, coefs[0, START], strict=True)
    )
    return plot.picture(f"The coefficients at alpha {ALPHAS[START]}, in grams: {told}."), changes


def said(a, c, predictions, coefs, means):
    """Say what is predicted, and how far that is from the islands' means."""
    which = ALL if LEFT_OUT[c] is None else f"{LEFT_OUT[c]}'s column left out"
    off = predictions[c, a] - means
    parts = [
        f"{name} {decimals(value, 0)} g ({'+' if more > 0.5 else ''}{decimals(more, 0)})"
        for name, value, more in zip(ISLANDS, predictions[c, a], np.round(off), strict=True)
    ]
    total = " + ".join(
        f"|{decimals(w, 0)}|"
        for name, w in zip(ISLANDS, coefs[c, a], strict=True)
        if name != LEFT_OUT[c]
    )
    size = np.abs(coefs[c, a]).sum()
    return (
        f"α Σ|w| = {ALPHAS[a]} · ({total}) = {decimals(ALPHAS[a] * size, 0)}\n"
        f"At α = {ALPHAS[a]}, {which}, the lasso predicts {', '.join(parts)}; in brackets, how "
        "much more than the island's own mean."
    )


def build():
    """Return the figure."""
    island, mass = birds()
    means = np.array([mass[island == name].mean() for name in ISLANDS])
    intercepts, coefs = fits(island, mass)
    predictions = intercepts[:, :, None] + coefs
    curves, changes, along = prediction_picture(predictions, mass.mean())
    bars, bar_changes = column_picture(coefs)
    texts = (ALL, *(f"without {name}" for name in ISLANDS))
    return Figure(
        title="What does the lasso predict for an island?",
        pictures=(curves, bars),
        sliders=(
            Slider("alpha", XLABEL, tuple(map(str, ALPHAS)), START),
            Slider("column", "columns", texts),
        ),
        buttons=tuple(Button(text, "column", to=c) for c, text in enumerate(texts)),
        words=per_frame(lambda a, c: said(a, c, predictions, coefs, means)),
        changes=(*changes, *bar_changes),
        drags=(Drag("predictions", "alpha", along),),
        plays="alpha",
    )
