"""The figures of the book: one style, and one way to show a figure.

A figure is SVG, the same bytes on every run, and carries a description of itself for those who
cannot see it.
"""

import io
import re
from collections.abc import Sequence
from xml.sax.saxutils import escape

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy import ndarray as Array

__all__ = ["PALETTE", "coefficient_path", "show", "svg", "use_book_style"]

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

_STYLE = {
    # 6.2 in are 595 px, a little less than the text column; 11 pt is then still legible on a
    # telephone, where the figure shrinks to six tenths.
    "figure.figsize": (6.2, 3.7),
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",  # shipped with matplotlib, so the same on every machine
    "font.size": 11,
    "mathtext.fontset": "dejavusans",
    "axes.facecolor": "none",
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.linewidth": 0.8,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": plt.cycler(color=list(PALETTE.values())),
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.7,
    "lines.linewidth": 1.8,
    "lines.markersize": 5,
    "legend.frameon": False,
    "svg.fonttype": "path",  # glyphs as outlines: the reader's fonts make no difference
    "svg.hashsalt": "regkit",  # otherwise the ids in the file are random
}


def use_book_style() -> None:
    """Set matplotlib's defaults to the book's style: call it once, at the head of a chapter."""
    plt.rcdefaults()
    plt.rcParams.update(_STYLE)


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
    if ax is None:
        ax = plt.subplots()[1]
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
            name, (alphas[-1], end), (1.02, height), xycoords="data", color=line.get_color(),
            textcoords=ax.get_yaxis_transform(), va="center", annotation_clip=False,
        )  # fmt: skip
    parts = [_told(name, alphas, row) for name, row in zip(names, coefs, strict=True)]
    head = f"{len(names)} coefficients as alpha falls from {alphas[0]:.3g} to {alphas[-1]:.3g}"
    return ax, f"{head}. {'; '.join(parts)}."


def _told(name: str, alphas: Array, row: Array) -> str:
    """Say where one line of `coefficient_path` leaves zero, if it does, and where it ends."""
    entry = f" leaves 0 at {alphas[np.flatnonzero(row)[0]]:.2g} and" if row.any() else ""
    return f"{name}{entry if row[0] == 0 else ''} ends at {row[-1]:.2f}"


def _spread(heights: Array, gap: float) -> Array:
    """Move labels apart to at least `gap`, keeping their order and, on average, their places."""
    order = np.argsort(heights, kind="stable")
    free = heights[order] - gap * np.arange(len(heights))
    # The nearest non-decreasing sequence: pool neighbours that are out of order into their mean.
    blocks: list[list[float]] = []
    for value in free:
        blocks.append([value])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    pooled = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
    spread = np.empty(len(heights))
    spread[order] = pooled + gap * np.arange(len(heights))
    return spread


def _two_decimals(match: re.Match[str]) -> str:
    if match[0].startswith("scale"):
        return match[0]
    rounded = round(float(match[0]), 2) + 0.0  # -0.0 + 0.0 is 0.0
    return f"{rounded:.2f}".rstrip("0").rstrip(".")
