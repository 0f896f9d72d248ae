"""A figure that moves, as it stands on paper: one SVG, and a description."""

import re
from html import escape

from figures import FOLDER
from figures.draw import attributes, number


def told(figure):
    """Describe a whole figure: its pictures, and the state that it starts in."""
    return " ".join([*(picture.alt for picture in figure.pictures), figure.words[figure.still]])


def style():
    """Return the part of the style sheet that draws, in its light colours, without variables."""
    text = (FOLDER / "moving.css").read_text("utf-8")
    values = dict(re.findall(r"(--moving-\w+): ([^;]+);", text[: text.index("data-theme")]))
    drawing = text[text.index("/* Drawing") : text.index("/* Page")]
    return re.sub(r"var\((--moving-\w+)\)", lambda match: values[match[1]], drawing)


def in_frame(name, figure, svg):
    """Return a picture as it is in the frame that stands."""
    for change in figure.changes if figure.still != figure.start else ():
        part = re.compile(rf'(<\w+ id="{name}-{change.part}"[^>]* {change.what}=")[^"]*')
        svg = part.sub(lambda begin, change=change: begin[1] + change.values[figure.still], svg)
    return svg


def still(name, figure):
    """Return the figure as one SVG for paper, its pictures side by side."""
    x, pictures = 0, []
    for picture in figure.pictures:
        place = attributes(x=x, y=0, width=picture.width, height=picture.height)
        pictures.append(in_frame(name, figure, picture.svg).replace("<svg", f"<svg{place}", 1))
        x += picture.width
    height = max(picture.height for picture in figure.pictures)
    head = attributes(xmlns="http://www.w3.org/2000/svg", width=x, height=height, role="img")
    head += attributes(viewBox=f"0 0 {number(x)} {number(height)}")
    title = f"<title>{escape(told(figure))}</title>"
    return "\n".join([f"<svg{head}>", title, f"<style>{style()}</style>", *pictures, "</svg>\n"])
