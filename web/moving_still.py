"""A figure that moves, as it stands at its start: one SVG for paper, and a description."""

import re
from html import escape

from figures import FOLDER
from figures.draw import attributes, number


def told(figure):
    """Describe a whole figure: its pictures, and the state that it starts in."""
    return " ".join([*(picture.alt for picture in figure.pictures), figure.words[figure.start]])


def style():
    """Return the part of the style sheet that draws, in its light colours, without variables."""
    text = (FOLDER / "moving.css").read_text("utf-8")
    values = dict(re.findall(r"(--moving-\w+): ([^;]+);", text[: text.index("data-theme")]))
    drawing = text[text.index("/* Drawing") : text.index("/* Page")]
    return re.sub(r"var\((--moving-\w+)\)", lambda match: values[match[1]], drawing)


def still(name, figure):
    """Return the figure at its start as one SVG for paper, its pictures side by side."""
    x, pictures = 0, []
    for picture in figure.pictures:
        place = attributes(x=x, y=0, width=picture.width, height=picture.height)
        pictures.append(picture.svg.replace("<svg", f"<svg{place}", 1))
        x += picture.width
    height = max(picture.height for picture in figure.pictures)
    head = attributes(xmlns="http://www.w3.org/2000/svg", width=x, height=height, role="img")
    head += attributes(viewBox=f"0 0 {number(x)} {number(height)}")
    title = f"<title>{escape(told(figure))}</title>"
    return "\n".join([f"<svg{head}>", title, f"<style>{style()}</style>", *pictures, "</svg>\n"])
