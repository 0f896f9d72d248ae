"""How three laboratories' measurements of one thing share its weight, as the mix changes.

The columns of chapter 6: the prostate data with three noisy measurements of ``lcavol`` in place of
one, at the chapter's penalty of 0.3. At the lasso's end one laboratory has all the weight. Most of
the change comes beyond r = 0.8, so the steps, and with them the axis, are finer there.
"""

import numpy as np

from figures import Button, Change, Drag, Figure, Slider
from figures.draw import Plot, decimals, number, spread
from regkit import ElasticNet, load_prostate

NAME = "elastic_net_mix"
ALPHA = 0.3
STEPS = np.arange(51) / 50
RATIOS = 1 - (1 - STEPS) ** 2  # evenly spaced in the root of what ridge has left
TICKS = (0, 0.5, 0.8, 0.9, 0.97, 1)
LABS = ("lab 1", "lab 2", "lab 3")
COLORS = ("blue", "vermillion", "green")
XLABEL = "l1_ratio r (0 ridge, 1 lasso)"
COUNTED = (
    "none is",
    "one is",
    "two are",
    "three are",
    "four are",
    "five are",
    "six are",
    "all are",
)
START = 35  # r = 0.91: the three still share, and no longer alike


def columns():
    """Return the ten columns, their names and the targets."""
    prostate = load_prostate()
    X, y = prostate.data[prostate.train], prostate.target[prostate.train]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    labs = Z[:, [0]] + 0.1 * np.random.default_rng(0).standard_normal((3, len(Z))).T
    Z = np.column_stack([labs, Z[:, 1:]])
    return (Z - Z.mean(axis=0)) / Z.std(axis=0), [*LABS, *prostate.feature_names[1:]], y


def path_picture(coefs):
    """Draw the coefficients against the mix: the laboratories' in colour, their sum dashed."""
    plot = Plot(NAME, "path", x=(0, 1), y=(-0.1, 0.7), margins=(52, 60, 12, 44))
    plot.axes((), (0, 0.2, 0.4, 0.6), XLABEL, "coefficient")
    top, base = plot.y(0.7), plot.y(-0.1)
    for r in TICKS:
        at = plot.x(1 - np.sqrt(1 - r))
        plot.add("path", class_="grid", d=f"M{number(at)} {number(top)}V{number(base)}")
        plot.add("text", f"{r:g}", class_="tick", x=at, y=base + 16, text_anchor="middle")
    plot.line([0, 1], [0, 0], kind="thin")
    for row in coefs[3:]:
        plot.line(STEPS, row, "grey", kind="thin")
    total = coefs[:3].sum(axis=0)
    plot.line(STEPS, total, kind="dashed")
    for row, color in zip(coefs[:3], COLORS, strict=True):
        plot.line(STEPS, row, color)
    plot.text(0.42, total[:25].max(), "sum of the three labs", anchor="middle", dy=-3)
    heights = spread([plot.y(row[-1]) for row in coefs[:3]], 18)
    for name, row, color, height in zip(LABS, coefs, COLORS, heights, strict=False):
        plot.named(1, row[-1], name, color, height)
    plot.text(0.12, -0.07, "grey: other columns", "grey")
    changes = [plot.cursor("cursor", STEPS, START)]
    for k, (row, color) in enumerate(zip(coefs[:3], COLORS, strict=True)):
        changes.append(plot.moving_dot(f"dot-{k}", STEPS, row, START, color))
    picture = plot.picture(
        f"Coefficients of the Elastic Net at alpha {ALPHA} against l1_ratio. Without any L1 the "
        f"three laboratories have {listed(coefs[:3, 0])}; they stay together until close to the "
        f"lasso, at 1, where they have {listed(coefs[:3, -1])}. Their sum falls little, from "
        f"{total[0]:.2f} to {total[-1]:.2f}."
    )
    return picture, changes, tuple(map(plot.x, STEPS))


def bar_picture(coefs, names):
    """Draw all ten coefficients at one mix as bars."""
    plot = Plot(NAME, "bars", x=(-0.1, 0.6), y=(9.7, -0.7), margins=(66, 14, 12, 44))
    plot.axes((0, 0.2, 0.4, 0.6), (), "coefficient", "")
    changes = []
    for k, (name, row) in enumerate(zip(names, coefs, strict=True)):
        bars = tuple(plot.path((0, w, w, 0), np.add(k, (-0.3, -0.3, 0.3, 0.3)), True) for w in row)
        color = COLORS[k] if k < 3 else "grey"
        plot.add("path", part=f"bar-{k}", class_=f"dot glides {color}", d=bars[START])
        plot.text(-0.1, k, name, color if k < 3 else "ink", anchor="end", dx=-6, dy=5)
        changes.append(Change(f"bar-{k}", "d", bars))
    plot.line([0, 0], [9.7, -0.7], kind="thin")
    told = ", ".join(f"{n} {decimals(w)}" for n, w in zip(names, coefs[:, START], strict=True))
    return plot.picture(
        f"All ten coefficients as bars, at l1_ratio {RATIOS[START]:.2f}: {told}."
    ), changes


def listed(values):
    """Return three numbers as a phrase."""
    first, second, third = map(decimals, values)
    return f"{first}, {second} and {third}"


def shown(r):
    """Return a mix as the reader sees it."""
    return f"{r:.4f}".rstrip("0").rstrip(".")


def said(k, coefs):
    """Say the state at one mix."""
    labs, others = coefs[:3, k], np.count_nonzero(coefs[3:, k])
    name = {0: " (ridge)", len(RATIOS) - 1: " (the lasso)"}.get(k, "")
    r, l1, l2 = RATIOS[k], np.abs(coefs[:, k]).sum(), np.sum(coefs[:, k] ** 2)
    penalty = ALPHA * (r * l1 + (1 - r) / 2 * l2)
    return (
        f"α (r Σ|w| + ½ (1 − r) Σw²) = {ALPHA} ({shown(r)} · {l1:.3f} + ½ · {shown(1 - r)} · "
        f"{l2:.3f}) = {penalty:.3f}\n"
        f"At r = {shown(r)}{name} the three laboratories have {listed(labs)}, together "
        f"{labs.sum():.3f}. Of the seven other coefficients {COUNTED[others]} not zero."
    )


def build():
    """Return the figure."""
    Z, names, y = columns()
    coefs = np.array([ElasticNet(ALPHA, l1_ratio=r).fit(Z, y).coef_ for r in RATIOS]).T
    path, path_changes, along = path_picture(coefs)
    bars, bar_changes = bar_picture(coefs, names)
    return Figure(
        title="Three measurements of one thing: who gets the weight?",
        pictures=(path, bars),
        sliders=(Slider("ratio", "l1_ratio r", tuple(map(shown, RATIOS)), START),),
        buttons=(
            Button("ridge", "ratio", to=0),
            Button("r = 0.91", "ratio", to=START),
            Button("lasso", "ratio", to=len(RATIOS) - 1),
        ),
        words=tuple(said(k, coefs) for k in range(len(RATIOS))),
        changes=(*path_changes, *bar_changes),
        drags=(Drag("path", "ratio", along),),
        plays="ratio",
    )
