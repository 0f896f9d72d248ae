"""Sign steps, proximal steps and coordinate descent on the same contours, with a count of zeros.

The puzzle of chapter 4 in two of its columns: prostate rows standardised over all 97 men, α = 0.2.
The iterates are those of `regkit.solvers`, from zero, where a sign step feels no penalty: from then
on its way is its own, and the three hide one another only where they are in the same place.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from figures import Button, Change, Drag, Figure, Slider, Table
from figures.draw import Plot, decimals
from regkit import Lasso, load_prostate
from regkit.objective import Objective
from regkit.penalties import L1
from regkit.solvers import coordinate_descent, ista, subgradient_descent

NAME = "descent_race"
PAIR = ("lcavol", "lcp")
ALPHA = 0.2
FROM = (0.0, 0.0)
COUNT, SHOWN = 24, 0  # iterations in all, and at the start
# Each method's colour, line and marks, the widest first: where they are in one place, all are seen.
LOOKS = {
    "coordinate descent": (
        "green",
        "stroke-width: 8; stroke-opacity: 0.35",
        "stroke-width: 11; stroke-linecap: square",
    ),
    "proximal steps": ("blue", "stroke-width: 4; stroke-opacity: 0.6", "stroke-width: 8"),
    "sign steps": ("vermillion", "stroke-width: 1.6", "stroke-width: 4.5"),
}
SIGN, PROX, COORDINATE = "sign steps", "proximal steps", "coordinate descent"


def problem():
    """Return the lasso in two coefficients, its columns standardised as in chapter 4."""
    prostate = load_prostate()
    Z = (prostate.data - prostate.data.mean(axis=0)) / prostate.data.std(axis=0, ddof=1)
    columns = [prostate.feature_names.index(name) for name in PAIR]
    return Objective(Z[prostate.train][:, columns], prostate.target[prostate.train], L1(ALPHA))


def iterates(F):
    """Return each method's coefficients at the start and after every iteration."""
    solvers = {
        SIGN: (subgradient_descent, {"step": 1 / F.smoothness}),  # the step of the next one
        PROX: (ista, {}),
        COORDINATE: (coordinate_descent, {}),
    }
    runs = {}
    for name, (solver, options) in solvers.items():
        seen = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # cut short on purpose
            solver(F, np.array(FROM), tol=0, max_iter=COUNT, callback=seen.append, **options)
        runs[name] = np.array(seen)
    return runs


def landed(run):
    """Return the iteration from which on the second coefficient is exactly zero."""
    return int(np.flatnonzero(run[:, 1]).max(initial=-1)) + 1


def contour(F, w_star, height, count=120):
    """Return points where F is `height` above its minimum, found on rays by bisection."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    rays = np.array([np.cos(angle), np.sin(angle)]).T
    low, high, goal = np.zeros(count), np.full(count, 4.0), F.value(w_star) + height
    for _ in range(40):
        middle = (low + high) / 2
        inside = np.array([F.value(w) < goal for w in w_star + middle[:, None] * rays])
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return (w_star + low[:, None] * rays).T


def with_corners(run):
    """Return the way of coordinate descent: along one axis, then along the other."""
    corners = np.column_stack([run[1:, 0], run[:-1, 1]])
    return np.vstack([run[:1], np.stack([corners, run[1:]], axis=1).reshape(-1, 2)])


def marks(plot, points):
    """Return a mark at each point: a line too short to see, but for its ends."""
    return "".join(plot.path([x], [y]) + "h.01" for x, y in points)


def add_runs(plot, runs, way):
    """Draw all runs so far; return how they grow. `way` maps a name and a run to its points."""
    changes = []
    for name, (color, line, mark) in LOOKS.items():
        part, run = f"{plot.name}-{name.split()[0]}", runs[name]
        ways = tuple(plot.path(*np.transpose(way(name, run[: k + 1]))) for k in range(COUNT + 1))
        dots = tuple(marks(plot, run[: k + 1]) for k in range(COUNT + 1))
        for kind, ds, style in (("way", ways, line), ("marks", dots, mark)):
            what = {"part": f"{part}-{kind}", "class_": f"line {color}", "style": style}
            plot.add("path", d=ds[SHOWN], **what)
            changes.append(Change(what["part"], "d", ds))
    return changes


def plane():
    """Return the empty plane of both coefficients."""
    return Plot(NAME, "plane", x=(-0.08, 0.8), y=(-0.1, 0.4))


def plane_picture(F, w_star, runs):
    """Draw contours of F, and the three ways down."""
    plot = plane()
    plot.axes((0, 0.2, 0.4, 0.6, 0.8), (0, 0.2, 0.4), *PAIR)
    wide, high = plot.width - plot.left - plot.right, plot.height - plot.top - plot.bottom
    window = f'<rect x="{plot.left}" y="{plot.top}" width="{wide}" height="{high}"/>'
    plot.shapes.append(f'<clipPath id="{NAME}-window">{window}</clipPath>')
    plot.shapes.append(f'<g clip-path="url(#{NAME}-window)">')
    for height in (0.002, 0.01, 0.04, 0.1):
        d = plot.path(*contour(F, w_star, height), close=True)
        plot.add("path", class_="thin grey", d=d)
    plot.shapes.append("</g>")
    plot.line([-0.08, 0.8], [0, 0], kind="thin")
    plot.line([0, 0], [-0.1, 0.4], kind="thin")
    changes = add_runs(
        plot, runs, lambda name, run: with_corners(run) if name == COORDINATE else run
    )
    plot.text(*FROM, "start", dx=7, dy=20)
    plot.text(*w_star, "minimum", dx=-24, dy=34)
    there = [
        f"{name} at ({', '.join(decimals(w) for w in run[COUNT])})" for name, run in runs.items()
    ]
    least = ", ".join(map(decimals, w_star))
    alt = (
        f"Contours of the lasso's objective over the coefficients of {PAIR[0]} and {PAIR[1]}. Its "
        f"minimum, at ({least}), lies on an axis. From zero, after {COUNT} iterations: "
        f"{', '.join(there)}."
    )
    return plot.picture(alt), changes


def zero_picture(runs):
    """Draw, against the iteration, the coefficient that is zero at the minimum."""
    plot = Plot(NAME, "zero", x=(0, COUNT), y=(-0.1, 0.4))
    plot.axes((0, 6, 12, 18, 24), (0, 0.2, 0.4), "iteration", f"coefficient of {PAIR[1]}")
    plot.line([0, COUNT], [0, 0], kind="thin")
    against = {
        name: np.column_stack([np.arange(COUNT + 1), run[:, 1]]) for name, run in runs.items()
    }
    changes = add_runs(plot, against, lambda name, run: run)
    for height, name in zip((0.36, 0.32, 0.28), runs, strict=True):
        color, _, mark = LOOKS[name]
        plot.add("path", class_=f"line {color}", d=marks(plot, [(9.5, height + 0.008)]), style=mark)
        plot.text(10.4, height, name, color)
    hops = runs[SIGN][landed(runs[PROX]) :, 1]
    alt = (
        f"The coefficient of {PAIR[1]} against the iteration. With coordinate descent it is "
        f"exactly 0 from iteration {landed(runs[COORDINATE])} on, with proximal steps from "
        f"{landed(runs[PROX])} on; with sign steps it keeps hopping between "
        f"{decimals(hops.min(), 2)} and {decimals(hops.max(), 2)}."
    )
    return plot.picture(alt), changes, tuple(plot.x(k) for k in range(COUNT + 1))


def said(k, F, runs):
    """Say where the three are after k iterations, and who is on zero."""
    if k == 0:
        return "All three start at zero, where no step has been taken yet."
    w, t = runs[SIGN][k - 1], 1 / F.smoothness
    pull, sign = -F.gradient(w)[1], np.sign(w[1])
    told = []
    for name, run in runs.items():
        zero = f"exactly 0 by {name}, since iteration {max(1, landed(run))}"
        told.append(zero if run[k, 1] == 0 else f"{decimals(run[k, 1], 4)} by {name}")
    push = {1: f" − {ALPHA}", -1: f" + {ALPHA}", 0: ""}[sign]
    return (
        f"sign step: w + t (c − α sign w) = {decimals(w[1], 4)} + {decimals(t)} "
        f"({decimals(pull)}{push}) = {decimals(runs[SIGN][k, 1], 4)}\n"
        f"After {k} iteration{'s' if k > 1 else ''} {PAIR[1]} is {'; '.join(told)}."
    )


def counters(F, w_star, runs):
    """Return the table's rows at the start, and how its cells change."""
    rows, changes = [], []
    for name, run in runs.items():
        texts = {
            "zeros": [str(int((w == 0).sum())) for w in run],
            "second": [decimals(w[1], 4) for w in run],
            "above": [f"{abs(F.value(w) - F.value(w_star)):.4f}" for w in run],
        }
        parts = {f"{part}-{name.split()[0]}": tuple(column) for part, column in texts.items()}
        changes += [Change(part, "text", column) for part, column in parts.items()]
        rows.append((name, *((part, column[SHOWN]) for part, column in parts.items())))
    return tuple(rows), changes


def build():
    """Return the figure."""
    F = problem()
    w_star = Lasso(ALPHA).fit(F.X, F.y).coef_
    runs = iterates(F)
    ways, way_changes = plane_picture(F, w_star, runs)
    zero, zero_changes, along = zero_picture(runs)
    rows, cells = counters(F, w_star, runs)
    return Figure(
        title="Who lands on zero?",
        pictures=(ways, zero),
        sliders=(Slider("step", "iteration", tuple(map(str, range(COUNT + 1))), SHOWN),),
        buttons=(
            Button("start over", "step", to=0),
            Button("back", "step", by=-1),
            Button("step", "step", by=1),
        ),
        words=tuple(said(k, F, runs) for k in range(COUNT + 1)),
        changes=(*way_changes, *zero_changes, *cells),
        table=Table(
            caption=f"Exact zeros now; the minimum has {int((w_star == 0).sum())}",
            rows=rows,
            head=(
                "method",
                "zeros",
                PAIR[1],
                "F\N{NO-BREAK SPACE}−\N{NO-BREAK SPACE}min\N{NO-BREAK SPACE}F",
            ),
        ),
        drags=(Drag("zero", "step", along),),
        plays="step",
        stands=COUNT,
    )
