"""Gradient steps of any length in a valley, and the factors by which they multiply the error.

The valley is chapter 3's: squared error on the standardised prostate rows along the steepest and
the flattest eigenvector of XᵀX/n. Along either of them a step of length t multiplies the error by
1 − t h, with h its curvature; so the path is known without taking a step.
"""

import numpy as np

from figures import Button, Change, Drag, Figure, Slider
from figures.draw import Plot, decimals
from regkit import load_prostate
from regkit.objective import Objective
from regkit.penalties import L2
from regkit.solvers import RidgeDecomposition

NAME = "step_length"
FROM = (0.55, 1.1)  # along the steepest direction and the flattest
COUNT = 12  # steps drawn
HEIGHT = 252  # so that the caption is on the first screen
VALLEY = {"x": (-0.95, 0.95), "y": (-0.55, 1.25), "height": HEIGHT}
GOAL = 1e-3  # of the error
TOP = 1.15  # of the factor's axis
DIRECTIONS = (
    ("steepest", "vermillion"),
    ("flattest", "blue"),
)


def curvatures():
    """Return the largest and the least curvature of the squared error."""
    prostate = load_prostate()
    X = prostate.data[prostate.train]
    Z = (X - X.mean(axis=0)) / X.std(axis=0)
    squares = RidgeDecomposition.of(Objective(Z, prostate.target[prostate.train], L2(0.0))).d ** 2
    return squares[0], squares[-1]


def lengths(L, mu):
    """Return the slider's steps, in units of 1/L: even ones, and the best of all."""
    even, best = np.arange(1, 43) / 20, 2 * L / (L + mu)
    return np.sort([*even[np.abs(even - best) > 0.02], best])


def factors(s, L, mu):
    """Return by what a step of s/L multiplies the error, along the steepest and the flattest."""
    return 1 - s, 1 - s * mu / L


def steps_needed(s, L, mu):
    """Return after how many steps at most a thousandth of the error is left; None if never."""
    largest = np.abs(factors(s, L, mu)).max()
    return int(np.ceil(np.log(GOAL) / np.log(largest))) if largest < 1 - 1e-9 else None


def way(plot, s, L, mu):
    """Return the path of the steps, and a mark at each point."""
    k = np.arange(COUNT + 1)[:, None]
    points = np.array(FROM) * np.array(factors(s, L, mu)) ** k
    points = points[np.abs(points).max(axis=1) < 3]  # farther out nothing is seen
    return plot.path(*points.T), "".join(plot.path([x], [y]) + "h.01" for x, y in points)


def valley_picture(steps, start, L, mu):
    """Draw contours of the squared error, and the path."""
    plot = Plot(NAME, "valley", **VALLEY)
    plot.axes((-0.5, 0, 0.5), (-0.5, 0, 0.5, 1), "steepest direction", "flattest direction")
    side = {"width": plot.width - plot.left - plot.right}
    side["height"] = plot.height - plot.top - plot.bottom
    window = f'<rect x="{plot.left}" y="{plot.top}" width="{side["width"]}"'
    plot.shapes.append(
        f'<clipPath id="{NAME}-window">{window} height="{side["height"]}"/></clipPath>'
    )
    plot.shapes.append(f'<g clip-path="url(#{NAME}-window)">')
    for reach in (0.3, 0.6, 0.9, 1.2, 1.6, 2.2):  # along the flattest direction
        rx = plot.x(reach * np.sqrt(mu / L)) - plot.x(0)
        ry = plot.y(0) - plot.y(reach)
        plot.add(
            "ellipse", class_="thin grey", cx=plot.x(0), cy=plot.y(0), rx=float(rx), ry=float(ry)
        )
    ways, marks = zip(*(way(plot, s, L, mu) for s in steps), strict=True)
    plot.add("path", part="way", class_="line vermillion", d=ways[start], style="stroke-width: 1.6")
    plot.add(
        "path", part="marks", class_="line vermillion", d=marks[start], style="stroke-width: 6"
    )
    plot.shapes.append("</g>")
    plot.dot(0, 0, "ink", r=4)
    plot.text(0, 0, "minimum", dx=9, dy=16)
    plot.text(*FROM, "start", dx=9, dy=5)
    after = FROM[1] * factors(steps[start], L, mu)[1] ** COUNT
    picture = plot.picture(
        f"Contours of the squared error along its steepest and its flattest direction, of which "
        f"one has {L / mu:.1f} times the curvature of the other, and {COUNT} gradient steps from "
        f"{FROM}. With steps of "
        f"{steps[start]:.2f}/L the steep error is gone at once, and {after:.2f} of the flat one, "
        f"{FROM[1]} at first, is left."
    )
    return picture, [Change("way", "d", ways), Change("marks", "d", marks)]


def factor_picture(steps, start, L, mu):
    """Draw both factors against the step, and a dot on each."""
    plot = Plot(NAME, "factor", x=(0, 2.15), y=(0, TOP), height=HEIGHT)
    plot.axes((0, 0.5, 1, 1.5, 2), (0, 0.25, 0.5, 0.75, 1), "step, in units of 1/L", "factor")
    plot.line([0, 2.15], [1, 1], kind="dashed")
    plot.text(0.05, 1, "error grows", dy=-7)
    every = np.array([0, 1, 2.15])
    for k, (name, color) in enumerate(DIRECTIONS):
        plot.line(every, np.abs(factors(every, L, mu)[k]), color)
        plot.text(*((1.36, 0.25), (0.3, 0.87))[k], name, color)
    changes = [plot.cursor("cursor", steps, start)]
    for k, (_, color) in enumerate(DIRECTIONS):
        seen = np.abs(factors(steps, L, mu)[k])
        changes.append(plot.moving_dot(f"dot-{k}", steps, seen, start, color))
    picture = plot.picture(
        "The factor on the error against the step. Along the steepest direction it falls from 1 "
        "to 0 at 1/L and is 1 again at 2/L; along the flattest it falls slowly, to "
        f"{factors(2.0, L, mu)[1]:.2f} at 2/L. They meet at {2 * L / (L + mu):.2f}/L, at a factor "
        f"of {(L - mu) / (L + mu):.3f}."
    )
    return picture, changes, tuple(map(plot.x, steps))


def said(s, L, mu):
    """Say the formula with its numbers, who decides, and how many steps that makes."""
    steep, flat = factors(s, L, mu)
    text = (
        f"1 − tL = 1 − {s:.2f} = {decimals(steep, 3)}; "
        f"1 − tμ = 1 − {s:.2f}/{L / mu:.1f} = {decimals(flat, 3)}\n"
        "By these factors a step multiplies the steep error and the flat one. "
    )
    count = steps_needed(s, L, mu)
    if np.isclose(abs(steep), abs(flat)):
        return f"{text}Both are of the same size: {count} steps leave a thousandth."
    if count is None:
        end = "stays as large as it is" if np.isclose(abs(steep), 1) else "grows with each step"
        return f"{text}Too long: the steep error {end}."
    slower = "steep" if abs(steep) > abs(flat) else "flat"
    return f"{text}The {slower} direction decides: {count} steps leave a thousandth."


def build():
    """Return the figure."""
    L, mu = curvatures()
    steps = lengths(L, mu)
    at = {name: int(np.argmin(np.abs(steps - s))) for name, s in (("safe", 1), ("too long", 2.05))}
    at["best"] = int(np.argmin(np.abs(steps - 2 * L / (L + mu))))
    valley, valley_changes = valley_picture(steps, at["safe"], L, mu)
    factor, factor_changes, along = factor_picture(steps, at["safe"], L, mu)
    return Figure(
        title="How long may a step be?",
        pictures=(valley, factor),
        sliders=(Slider("step", "step t", tuple(f"{s:.2f}/L" for s in steps), at["safe"]),),
        buttons=tuple(Button(name, "step", to=at[name]) for name in ("safe", "best", "too long")),
        words=tuple(said(s, L, mu) for s in steps),
        changes=(*valley_changes, *factor_changes),
        plays="step",
        drags=(Drag("factor", "step", along),),
    )
