"""Draw the picture that goes with a shared link to a page: its title before the lasso path."""

import re
import textwrap
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from regkit import lasso_path, load_prostate
from regkit.plots import PALETTE

WIDTH, HEIGHT = 1200, 630  # pixels: what the networks ask for
PAPER, INK = "#fbfaf7", PALETTE["black"]


def card(page):
    """Return where the card of a page stands in the site."""
    return f"cards/{page}.png"


def chapter(page):
    """Return what stands above a chapter's title; nothing above another page's."""
    number = re.match(r"chapters/(\d\d)_", page)
    return f"Chapter {int(number[1])}" if number else ""


def path_lines():
    """Return the lasso path of the prostate data, as columns to draw: one line a variable."""
    prostate = load_prostate()
    X, y = prostate.data[prostate.train], prostate.target[prostate.train]
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    alphas, coefs, _ = lasso_path(X, y, eps=1e-3, alphas=200)
    return -np.log(alphas), coefs.T


def draw(title, above):
    """Return the figure of one card."""
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=PAPER)
    lines = figure.add_axes((0, 0, 1, 0.56))
    lines.axis("off")
    lines.margins(x=0)
    lines.set_prop_cycle(color=list(PALETTE.values()))
    lines.plot(*path_lines(), linewidth=6, solid_capstyle="round")
    lines.axhline(0, color=INK, linewidth=1.5, zorder=0)
    figure.text(0.055, 0.9, "Regularization, Checked", color=PALETTE["blue"], size=22, va="top")
    figure.text(0.945, 0.9, above, color=INK, size=22, va="top", ha="right")
    lines_of_title = textwrap.fill(title, 28)
    figure.text(0.055, 0.79, lines_of_title, color=INK, size=44, va="top", weight="bold")
    return figure


def draw_cards(site, titles):
    """Draw a card for each page, given the pages' titles."""
    with mpl.rc_context({"font.family": "DejaVu Serif"}):  # shipped with matplotlib
        for page, title in titles.items():
            path = Path(site, card(page))
            path.parent.mkdir(parents=True, exist_ok=True)
            draw(title, chapter(page)).savefig(path, metadata={"Software": None})
