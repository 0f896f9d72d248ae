"""One coefficient under the lasso and under ridge: where the data's pull balances the penalty's.

The problem is that of the soft threshold in chapter 4, ½ (w − v)² plus a penalty of strength α, for
every v in turn; the two answers are the proximal maps of `regkit.penalties`. Over w the data pull
with v − w, a line that falls. The lasso's pull is a staircase with a riser at zero, ridge's a line
through zero. Where the data's line meets the riser, w is exactly zero.
"""

import numpy as np

from figures import Change, Drag, Figure, Slider, Table
from figures.draw import Plot, decimals, move
from figures.geometry import HALO
from regkit.penalties import L1, L2

NAME = "one_coefficient"
ALPHA = 1
PLACES = np.arange(-20, 21) / 10  # of v, the coefficient by least squares
START = 26
EDGE = 2.1  # of both pictures
LASSO, RIDGE = "lasso", "ridge"
COLORS = {LASSO: "blue", RIDGE: "vermillion"}


def solutions():
    """Return each penalty's coefficient for every v."""
    penalties = {LASSO: L1(ALPHA), RIDGE: L2(ALPHA)}
    return {name: penalty.prox(PLACES, 1.0) for name, penalty in penalties.items()}


def balance_picture(w):
    """Draw the pulls over the coefficient: the data's, which moves, and both penalties'."""
    plot = Plot(NAME, "balance", x=(-EDGE, EDGE), y=(-EDGE, EDGE))
    plot.axes(range(-2, 3), range(-2, 3), "coefficient w", "pull")
    plot.line([-EDGE, 0, 0, EDGE], [-ALPHA, -ALPHA, ALPHA, ALPHA], "blue")
    plot.line([-EDGE, EDGE], [-ALPHA * EDGE, ALPHA * EDGE], "vermillion")
    plot.text(-EDGE, -ALPHA, "the lasso’s", "blue", dx=6, dy=-8)
    plot.text(1.25, 1.5, "ridge’s", "vermillion", anchor="end")
    high, low = np.minimum(PLACES + EDGE, EDGE), np.maximum(PLACES - EDGE, -EDGE)
    lines = tuple(
        plot.path([v - a, v - b], [a, b]) for v, a, b in zip(PLACES, high, low, strict=True)
    )
    plot.add("path", part="data", class_="line ink", d=lines[START])
    tops = zip(PLACES, np.minimum(high, 1.75), strict=True)
    names = tuple(move(plot.x(v - top), plot.y(top)) for v, top in tops)
    word = {"dx": 12, "dy": 5, "transform": names[START], "style": HALO}
    plot.add("text", "the data’s, v − w", "name", class_="label ink", **word)
    changes = [Change("data", "d", lines), Change("name", "transform", names)]
    for name, color in COLORS.items():
        changes.append(plot.moving_dot(f"at-{name}", w[name], PLACES - w[name], START, color))
    changes.append(plot.moving_dot("free", PLACES, 0 * PLACES, START, "ink"))
    alt = (
        f"Pulls against the coefficient w. The data's pull v − w is a falling line; the lasso's "
        f"is a staircase, −{ALPHA} to the left of zero, {ALPHA} to the right, upright at zero; "
        f"ridge's is a line of slope {ALPHA} through zero. At v = {decimals(PLACES[START], 2)} the "
        f"data's line meets the lasso's at w = {decimals(w[LASSO][START], 2)} and ridge's at "
        f"{decimals(w[RIDGE][START], 2)}."
    )
    return plot.picture(alt), changes, tuple(map(plot.x, PLACES))


def map_picture(w):
    """Draw both coefficients against v."""
    plot = Plot(NAME, "map", x=(-EDGE, EDGE), y=(-EDGE, EDGE))
    plot.axes(range(-2, 3), range(-2, 3), "v, by least squares", "w, with a penalty")
    plot.line([-EDGE, EDGE], [-EDGE, EDGE], kind="dashed")
    for name, color in COLORS.items():
        plot.line(PLACES, w[name], color)
    plot.text(1.45, 1.65, "no penalty", anchor="end")
    plot.text(1.05, 0.8, RIDGE, "vermillion")
    plot.text(1.5, 0.2, LASSO, "blue")
    changes = [plot.cursor("now", PLACES, START)]
    for name, color in COLORS.items():
        changes.append(plot.moving_dot(f"on-{name}", PLACES, w[name], START, color))
    alt = (
        f"The coefficient with a penalty against v, the one by least squares. The lasso's is zero "
        f"for v from −{ALPHA} to {ALPHA}, and from there on it is v moved by {ALPHA} towards zero. "
        f"Ridge's is v divided by {1 + ALPHA}, zero at v = 0 alone."
    )
    return plot.picture(alt), changes, tuple(map(plot.x, PLACES))


def said(v, w_lasso, w_ridge):
    """Say the two formulas with their present numbers, and who holds the coefficient."""
    written, way = decimals(v, 2), "−" if v > 0 else "+"
    lasso = f"{written} {way} {ALPHA} = {decimals(w_lasso, 2)}" if w_lasso else "0"
    formula = f"lasso: w = {lasso}; ridge: w = {written} / (1 + {ALPHA}) = {decimals(w_ridge, 2)}"
    if v == 0:
        held = "nothing pulls, and both coefficients are 0. For ridge it is the only such v."
    elif w_lasso == 0:
        held = (
            f"the data pull at zero with {decimals(abs(v), 2)}, and the lasso can hold with up to "
            f"{ALPHA}: w is exactly 0. Ridge cannot hold."
        )
    else:
        held = (
            f"the data pull at zero with {decimals(abs(v), 2)}, more than the {ALPHA} with which "
            f"the lasso can hold. It takes {ALPHA} away, and ridge takes half."
        )
    return f"{formula}\nAt v = {written} {held}"


def build():
    """Return the figure."""
    w = solutions()
    balance, balance_changes, along_balance = balance_picture(w)
    both, map_changes, along_map = map_picture(w)
    rows, cells = [], []
    for name in COLORS:
        columns = {
            f"w-{name}": tuple(decimals(value, 2) for value in w[name]),
            f"pull-{name}": tuple(decimals(value, 2) for value in PLACES - w[name]),
        }
        cells += [Change(part, "text", column) for part, column in columns.items()]
        rows.append((name, *((part, column[START]) for part, column in columns.items())))
    return Figure(
        title="One coefficient: where do the pulls balance?",
        pictures=(balance, both),
        sliders=(Slider("v", "least squares, v", tuple(decimals(v, 2) for v in PLACES), START),),
        words=tuple(map(said, PLACES, w[LASSO], w[RIDGE])),
        changes=(*balance_changes, *map_changes, *cells),
        table=Table(
            f"At the penalty strength α = {ALPHA}", tuple(rows), ("", "w", "the data’s pull, v − w")
        ),
        drags=(Drag("balance", "v", along_balance), Drag("map", "v", along_map)),
    )
