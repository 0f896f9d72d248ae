"""Give each drawing a twin for the dark.

Figures are drawn in light colours, on nothing. The twin is the same file in the colours
that moving.css has for the dark, so that a label still matches its line; the page shows one of the
two, and a browser fetches what is shown.
"""

import re
from pathlib import Path

import numpy as np
from figures import FOLDER
from matplotlib.colors import to_hex, to_rgb

from regkit.plots import PALETTE

DRAWN = re.compile(r'<img(?=[^>]*\bsrc="[./]*(_images/[\w-]+)\.svg")[^>]*>')
COLOUR = re.compile(r"(?<=[: \"])#[0-9a-fA-F]{6}\b")
WORD = 0.6  # of a label's colour is its line's, the rest is ink: see regkit.plots


def word(colour):
    """Return the colour of a label beside a line."""
    ink = np.array(to_rgb(PALETTE["black"]))
    return to_hex(WORD * np.array(to_rgb(colour)) + (1 - WORD) * ink)


def dark_colours():
    """Return the dark colour for each that a figure is drawn in."""
    text = (FOLDER / "moving.css").read_text("utf-8")
    dark = dict(re.findall(r"--moving-(\w+): ([^;]+);", text[text.index("data-theme") :]))
    found = {"#000000": dark["ink"], "#dddddd": dark["grid"], "#ffffff": dark["paper"]}
    for name, value in PALETTE.items():
        if f"{name}word" in dark:
            found[word(value)] = dark[f"{name}word"]
        found[value.lower()] = dark[name]
    return found


def twin(svg, colours):
    """Return a drawing in dark colours."""
    return COLOUR.sub(lambda found: colours.get(found[0].lower(), found[0]), svg)


def both(image):
    """Return the HTML of an image and of its twin, of which the page shows one."""

    def marked(kind, end):
        text = re.sub(r'\bclass="[^"]*"\s*', "", image).replace(".svg", f"{end}.svg")
        return text.replace("<img", f'<img class="drawn only-{kind}"', 1)

    return marked("light", "") + marked("dark", "-dark")


def draw_twins(app, exception):
    """Draw the twins, and show them on the finished pages."""
    if exception or app.builder.name != "html":
        return
    site, colours, drawn = Path(app.outdir), dark_colours(), set()
    for path in site.rglob("*.html"):
        text = path.read_text("utf-8")
        if "-dark.svg" not in text and DRAWN.search(text):
            drawn |= set(DRAWN.findall(text))
            path.write_text(DRAWN.sub(lambda found: both(found[0]), text), "utf-8")
    for name in drawn:
        svg = (site / f"{name}.svg").read_text("utf-8")
        (site / f"{name}-dark.svg").write_text(twin(svg, colours), "utf-8")


def setup(app):
    """Draw when the pages are there, before light.py looks at them."""
    app.connect("build-finished", draw_twins, priority=700)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
