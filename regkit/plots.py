"""The figures of the book: one style, and one way to show a figure.

A figure is SVG, the same bytes on every run, and carries a description of itself for those who
cannot see it.
"""

import io
import re
import zlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from xml.sax.saxutils import escape

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy import ndarray as Array
from sklearn.isotonic import isotonic_regression

from .exact.path import active_set
from .losses import SquaredError
from .objective import Objective
from .penalties import L1L2
from .selection import ErrorCurve

__all__ = [
    "PALETTE",
    "coefficient_path",
    "constraint_geometry",
    "convergence_race",
    "cv_curve",
    "show",
    "svg",
    "use_book_style",
]

# Okabe and Ito's colours, which remain distinct under the common kinds of colour blindness.
# Their yellow is left out: it is too pale for a line on white.
PALETTE = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "grey": "#7A7A7A",
    "black": "#222222",
}

_INK = PALETTE["black"]


def use_book_style() -> None:
    """Set matplotlib's defaults to the book's style: call it once, at the head of a chapter.

    Examples
    --------
    >>> with plt.rc_context():  # in a chapter, the line below alone
    ...     use_book_style()
    ...     plt.rcParams["svg.fonttype"]
    'path'
    """
    plt.rcdefaults()
    plt.style.use(str(files("regkit").joinpath("data/book.mplstyle")))
    plt.rcParams["axes.prop_cycle"] = plt.cycler(color=list(PALETTE.values()))


def svg(fig: Figure, alt: str) -> str:
    """Return a figure as SVG text that depends on nothing but the figure and `alt`.

    Coordinates are rounded to two decimals of a point, a quarter of the size of anything visible,
    so that the last digits in which processors differ do not reach the file.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure.
    alt : str
        What the figure shows, for a reader who cannot see it. It becomes the SVG's title.

    Returns
    -------
    str
        One ``<svg>`` element.

    Raises
    ------
    ValueError
        If `alt` is empty.

    Examples
    --------
    >>> fig, ax = plt.subplots()
    >>> text = svg(fig, "A pair of axes, with nothing in it.")
    >>> text[:4], "<title>A pair of axes, with nothing in it.</title>" in text
    ('<svg', True)
    >>> plt.close(fig)
    """
    alt = " ".join(alt.split())
    if not alt:
        raise ValueError("alt: describe what the figure shows; an empty description is not allowed")
    buffer = io.StringIO()
    nothing_volatile = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    fig.savefig(buffer, format="svg", metadata=nothing_volatile)
    text = buffer.getvalue()
    # A glyph's scale is the one small number that must stay as it is.
    text = re.sub(r"scale\([^)]*\)|-?\d+\.\d{3,}", _two_decimals, text[text.index("<svg") :])
    # A clip path's name is a hash of coordinates to the last bit; other figures have clips, too.
    figure = f"clip{zlib.crc32(alt.encode()):08x}"
    for k, name in enumerate(re.findall(r'<clipPath id="(\w+)"', text)):
        text = text.replace(name, f"{figure}-{k}")
    attributes, content = text.split(">", 1)
    return f'{attributes} role="img">\n <title>{escape(alt)}</title>{content}'


def show(fig: Figure, alt: str) -> None:
    """Show a figure in a notebook, with its description, and close it.

    Build `alt` from the numbers that the figure is drawn from, so that it cannot go stale.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        The figure.
    alt : str
        What the figure shows, for a reader who cannot see it.

    Raises
    ------
    ValueError
        If `alt` is empty.

    Examples
    --------
    >>> import contextlib
    >>> fig, ax = plt.subplots()
    >>> with contextlib.redirect_stdout(None):  # in a chapter, the line below alone
    ...     show(fig, "A pair of axes, with nothing in it.")
    >>> plt.fignum_exists(fig.number)
    False
    """
    picture = svg(fig, alt)
    plt.close(fig)
    try:
        from IPython.display import display
    except ImportError:  # a plain script: the description is all that a terminal can show
        print(alt)
    else:
        display({"image/svg+xml": picture, "text/plain": " ".join(alt.split())}, raw=True)


def coefficient_path(
    alphas: Array,
    coefs: Array,
    names: Sequence[str],
    *,
    ax: Axes | None = None,
    mark: float | None = None,
) -> tuple[Axes, str]:
    """Draw each coefficient against the penalty, strongest at the left, and describe what is drawn.

    Parameters
    ----------
    alphas : ndarray of shape (m,)
        Positive, in any order.
    coefs : ndarray of shape (p, m)
        One row per column of the data, as the path functions return them.
    names : sequence of p str
        Written at the right end of each line.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    mark : float, optional
        An α to mark with a vertical line.

    Returns
    -------
    ax : matplotlib.axes.Axes
    alt : str
        The description: where each line ends, and at which α it leaves zero if it starts there.

    Examples
    --------
    >>> import numpy as np
    >>> ax, alt = coefficient_path(np.array([1.0, 0.1]), np.array([[0.0, 2.0], [0.5, 1.0]]), "ab")
    >>> print(alt)
    2 coefficients as alpha falls from 1 to 0.1. a leaves 0 at 0.1 and ends at 2.00; b ends at 1.00.
    """
    order = np.argsort(alphas)[::-1]
    alphas, coefs = np.asarray(alphas)[order], np.asarray(coefs)[:, order]
    ax = ax or plt.subplots()[1]
    ax.set(xscale="log", xlabel="penalty α (weaker to the right)", ylabel="coefficient")
    ax.axhline(0, color=_INK, linewidth=0.8)
    lines = [ax.plot(alphas, row)[0] for row in coefs]
    ax.set_xlim(alphas[0], alphas[-1])
    ax.xaxis.set_major_formatter("{x:g}")
    if mark is not None:
        ax.axvline(mark, color=_INK, linewidth=0.8, linestyle=(0, (4, 3)))
    heights = _spread(coefs[:, -1], 0.055 * float(np.ptp(ax.get_ylim())))
    for name, line, end, height in zip(names, lines, coefs[:, -1], heights, strict=True):
        ax.annotate(
            name, (alphas[-1], end), (1.02, height), textcoords=ax.get_yaxis_transform(),
            color=_darker(line.get_color()), va="center", annotation_clip=False,
        )  # fmt: skip
    parts = [_told(name, alphas, row) for name, row in zip(names, coefs, strict=True)]
    head = f"{len(names)} coefficients as alpha falls from {alphas[0]:.3g} to {alphas[-1]:.3g}"
    return ax, f"{head}. {'; '.join(parts)}."


def constraint_geometry(
    objective: Objective, *, ax: Axes | None = None, names: Sequence[str] = ("w₁", "w₂")
) -> tuple[Axes, str]:
    r"""Draw where a contour of the loss touches the penalty's ball, for two coefficients.

    The ball is the set of all w whose penalty is at most that of the solution: the penalised
    problem and the one constrained to this ball have the same solution.

    Parameters
    ----------
    objective : Objective
        Squared error, two columns that are not collinear, and a penalty under which the solution is
        neither zero nor least squares.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    names : sequence of 2 str, default ``("w₁", "w₂")``
        The labels of the axes.

    Returns
    -------
    ax : matplotlib.axes.Axes
        Its limits hold the whole ball and the minimum of the loss.
    alt : str
        The description: the two minimisers, and which coefficients are exactly 0.

    Raises
    ------
    ValueError
        If there are not two columns, another loss, collinear columns, or nothing to draw: no
        penalty, or one so strong that the ball is a point.

    Notes
    -----
    Both curves are exact. The loss is quadratic with the constant second derivative H, so that its
    contour at a height c above the minimum is an ellipse, :math:`\sqrt{2c}\, H^{-1/2}` times a
    circle; along each direction the ball ends where a quadratic equation says.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 0.5], L1(0.5), fit_intercept=False)
    >>> ax, alt = constraint_geometry(F)
    >>> print(alt)
    Contours of the loss round its minimum at (3.00, 0.50) touch the ball at (2.00, 0): w₂ is 0.
    """
    penalty = _drawable(objective)
    start = objective.gradient(np.zeros(2))
    H = np.array([objective.gradient(unit) - start for unit in np.eye(2)])
    stretch, axes = np.linalg.eigh(H)
    if stretch[0] <= 1e-12 * stretch[1]:
        raise ValueError("objective must have columns that are not collinear.")
    w = active_set(objective.with_penalty(penalty)).coef
    if not w.any():
        raise ValueError(f"the solution is zero under {penalty}: lower its alpha.")
    free = active_set(objective.with_penalty(L1L2(0.0))).coef
    ax = ax or plt.subplots(figsize=(4.6, 4.6))[1]

    angle = np.linspace(0, 2 * np.pi, 241)  # with 0, 90, 180 and 270 degrees: the ball's corners
    circle = np.array([np.cos(angle), np.sin(angle)])
    height = objective.loss_value(w) - objective.loss_value(free)
    for share, width in ((0.1, 0.8), (0.4, 0.8), (1.0, 1.8), (1.8, 0.8)):
        ellipse = axes @ (np.sqrt(2 * share * height / stretch)[:, None] * circle)
        ax.plot(*(free[:, None] + ellipse), color=PALETTE["blue"], linewidth=width)
    ball = _radius(penalty, w, circle) * circle
    ax.fill(*ball, facecolor=PALETTE["orange"], alpha=0.3, linewidth=0)
    ax.plot(*ball, color=PALETTE["orange"])

    ax.axhline(0, color=_INK, linewidth=0.6)
    ax.axvline(0, color=_INK, linewidth=0.6)
    ax.plot(*free, "o", *w, "o", color=_INK)
    ax.annotate("least loss", free, (0, 6), textcoords="offset points", ha="center")
    ax.annotate("solution", w, (6, -4), textcoords="offset points", va="top")
    ax.set(aspect="equal", xlabel=names[0], ylabel=names[1])
    xlim, ylim = _frame(np.column_stack([ball, free]))
    ax.set(xlim=xlim, ylim=ylim)
    zeros = [name for name, value in zip(names, w, strict=True) if value == 0]
    told = f"{zeros[0]} is 0" if zeros else "neither coefficient is 0"
    return ax, (
        f"Contours of the loss round its minimum at {_point(free)} touch the ball at "
        f"{_point(w)}: {told}."
    )


def _drawable(objective: Objective) -> L1L2:
    """Return the penalty of what `constraint_geometry` can draw, and refuse what it cannot."""
    if objective.shape[1] != 2:
        raise ValueError(f"objective must have 2 columns; got {objective.shape[1]}.")
    if not isinstance(objective.loss, SquaredError):
        raise ValueError(f"objective must have the loss SquaredError; got {objective.loss}.")
    if objective.penalty.alpha == 0 or objective.penalty.positive:
        raise ValueError(
            "objective must have a penalty with alpha > 0 that allows negative weights; "
            f"got {objective.penalty}."
        )
    return L1L2(objective.penalty.alpha, objective.penalty.l1_ratio)


def _frame(points: Array) -> Array:
    """Return limits of both axes, of shape (2, 2), that leave room around points (2, m)."""
    low, high = points.min(axis=1), points.max(axis=1)
    margin = 0.25 * (high - low).max()
    # Round numbers: with equal scales the frame depends on the limits, down to their last digits.
    unit = 10 ** np.floor(np.log10(margin)) / 10
    low, high = np.floor((low - margin) / unit) * unit, np.ceil((high + margin) / unit) * unit
    return np.column_stack([low, high])


def convergence_race(
    histories: Mapping[str, Array],
    best: float,
    *,
    floor: float = 1e-8,
    xscale: str = "linear",
    ax: Axes | None = None,
) -> tuple[Axes, str]:
    """Draw how far each solver's objective is above the minimum, iteration by iteration.

    Parameters
    ----------
    histories : mapping of str to ndarray of shape (n_iter + 1,)
        A solver's name, and the objective at its start and after each iteration, as
        `Solution.history` holds it. What is not finite is not drawn.
    best : float
        The minimum, from an exact solver.
    floor : float, default 1e-8
        A line ends where its distance falls below this share of the highest start: what is much
        smaller is rounding.
    xscale : ``"linear"`` or ``"log"``, default ``"linear"``
        The axis of the iterations. A logarithmic one leaves the start out.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : matplotlib.axes.Axes
    alt : str
        The description: after how many iterations each is within a millionth of the start, or how
        far it has come.

    Raises
    ------
    ValueError
        If there is no history, or none starts above ``best``.

    Examples
    --------
    >>> import numpy as np
    >>> slow, fast = 0.5 ** np.arange(15), 0.1 ** np.arange(15)
    >>> ax, alt = convergence_race({"slow": slow, "fast": fast}, best=0.0)
    >>> print(alt)
    Distance from the minimum, as a share of the start: slow 6.1e-05 after 14; fast 1e-06 after 6.
    """
    start = max((float(history[0]) for history in histories.values()), default=best) - best
    if not start > 0:
        raise ValueError(f"histories must start above best={best:.6g}; the highest does not.")
    ax = ax or plt.subplots()[1]
    ends, told = [], []
    for name, history in histories.items():
        share = (np.asarray(history, dtype=float) - best) / start
        below = np.flatnonzero(share <= floor)
        last = int(below[0]) if len(below) else len(share) - 1
        drawn = np.where(np.isfinite(share), np.maximum(share, floor), np.nan)[: last + 1]
        line = ax.plot(drawn)[0]
        height = drawn[np.isfinite(drawn)][-1]
        ends.append((last, float(np.log10(height)), name, line.get_color()))
        told.append(f"{name} {_told_of_race(share)}")
    ax.set(xscale=xscale, yscale="log", xlabel="iteration", ylabel="F − min F, share of the start")
    longest = max(end[0] for end in ends)
    ax.set_xlim(1 if xscale == "log" else 0, longest)
    gap = 0.065 * float(np.ptp(np.log10(ax.get_ylim())))
    # lines that end inside finish low, side by side: the one to the right has the lowest label
    ends.sort(reverse=True)
    groups = [e for e in ends if e[0] == longest], [e for e in ends if e[0] < longest]
    for group in filter(None, groups):
        lowest = np.array([height for _, height, _, _ in group])
        heights = _spread(lowest, gap)
        if group[0][0] < longest:
            heights += lowest.min() - heights.min()
        for (last, _, name, color), height in zip(group, heights, strict=True):
            ax.annotate(
                name, (last, 10**height), (4, 0), textcoords="offset points", color=_darker(color),
                va="center", annotation_clip=False,
            )  # fmt: skip
    return ax, f"Distance from the minimum, as a share of the start: {'; '.join(told)}."


def cv_curve(curve: ErrorCurve, *, ax: Axes | None = None) -> tuple[Axes, str]:
    """Draw the validation error against the penalty, with what both rules choose.

    Parameters
    ----------
    curve : regkit.selection.ErrorCurve
        From `cross_validate` or `leave_one_out`, with at least 2 folds.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    ax : matplotlib.axes.Axes
    alt : str
        The description: the alpha that each rule chooses, and its mean error.

    Raises
    ------
    ValueError
        If an alpha is 0, which has no place on a logarithmic axis, or there is a single fold.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.selection import ErrorCurve
    >>> errors = np.array([[5.0, 9.0], [4.0, 6.0], [3.0, 5.0], [4.0, 5.0]])
    >>> ax, alt = cv_curve(ErrorCurve(np.array([8.0, 4.0, 2.0, 1.0]), errors, np.ones(2)))
    >>> print(alt)
    Mean error over 2 folds: least, 4, at alpha = 2; one standard error allows 5 at alpha = 4.
    """
    if (curve.alphas <= 0).any():
        raise ValueError(f"alphas must be above 0 to be drawn; the least is {min(curve.alphas)}.")
    least, sparest = curve.best("min"), curve.best("1se")
    ax = ax or plt.subplots()[1]
    order = np.argsort(curve.alphas)[::-1]
    alphas, mean, se = (a[order] for a in (curve.alphas, curve.mean_error, curve.std_error))
    ax.fill_between(alphas, mean - se, mean + se, color=PALETTE["sky"], alpha=0.3, linewidth=0)
    ax.plot(alphas, mean, color=PALETTE["blue"])
    top = ax.get_xaxis_transform()
    for position, rule, side in ((least, "least", "left"), (sparest, "one s.e.", "right")):
        alpha = curve.alphas[position]
        ax.axvline(alpha, color=_INK, linewidth=0.8, linestyle=(0, (4, 3)))
        ax.text(alpha, 0.98, f" {rule} ", transform=top, va="top", ha=side)
    ax.set(xscale="log", xlabel="penalty α (weaker to the right)", ylabel="mean squared error")
    ax.set_xlim(alphas[0], alphas[-1])
    return ax, (
        f"Mean error over {np.count_nonzero(curve.weights)} folds: "
        f"least, {curve.mean_error[least]:.3g}, at alpha = {curve.alphas[least]:.3g}; one standard "
        f"error allows {curve.mean_error[sparest]:.3g} at alpha = {curve.alphas[sparest]:.3g}."
    )


def _darker(color: str) -> tuple[float, ...]:
    """Mix a colour with ink: thin letters need more contrast than lines."""
    return tuple(0.6 * np.array(to_rgb(color)) + 0.4 * np.array(to_rgb(_INK)))


def _radius(penalty: L1L2, w: Array, directions: Array) -> Array:
    """Return how far from 0, along each unit direction, the penalty reaches its value at w."""
    slope, price = penalty.l1 * np.abs(directions).sum(axis=0), penalty.value(w)
    # the root of l2/2 ρ² + slope ρ = price, in the form that does not divide by l2 = 0
    return 2 * price / (slope + np.sqrt(slope**2 + 2 * penalty.l2 * price))


def _point(w: Array) -> str:
    return f"({', '.join('0' if value == 0 else f'{value:.2f}' for value in w)})"


def _told(name: str, alphas: Array, row: Array) -> str:
    """Say where one line of `coefficient_path` leaves zero, if it does, and where it ends."""
    entry = f" leaves 0 at {alphas[np.flatnonzero(row)[0]]:.2g} and" if row.any() else ""
    return f"{name}{entry if row[0] == 0 else ''} ends at {row[-1]:.2f}"


def _told_of_race(share: Array) -> str:
    """Say when the distance from the minimum is a millionth, or what it is at last."""
    near, k = np.flatnonzero(share <= 1e-6 * (1 + 1e-9)), len(share) - 1
    if len(near):
        return f"1e-06 after {near[0]}"
    return f"{share[k]:.1e} after {k}" if np.isfinite(share[k]) else f"out of bounds after {k}"


def _spread(heights: Array, gap: float) -> Array:
    """Move labels apart to at least `gap`, keeping their order and, on average, their places."""
    order = np.argsort(heights, kind="stable")
    least, spread = gap * np.arange(len(heights)), np.empty(len(heights))
    spread[order] = isotonic_regression(heights[order] - least) + least
    return spread


def _two_decimals(match: re.Match[str]) -> str:
    if match[0].startswith("scale"):
        return match[0]
    rounded = round(float(match[0]), 2) + 0.0  # -0.0 + 0.0 is 0.0
    return f"{rounded:.2f}".rstrip("0").rstrip(".")
