"""Draw with a few shapes of SVG: the same bytes on every machine, colours left to the style sheet.

>>> plot = Plot("demo", "left", x=(0, 1), y=(0, 2))
>>> plot.axes(xticks=(0, 1), yticks=(0, 2), xlabel="x", ylabel="y")
>>> plot.line([0, 1], [0, 2], "blue", part="curve")
>>> plot.text(1, 2, "the curve", "blue", anchor="end")
>>> picture = plot.picture("A line from (0, 0) to (1, 2).")

A *part* has the id ``demo-curve``: a `figures.Change` finds it by "curve". Colours are the names in
`regkit.plots.PALETTE`, and "ink"; what they are is said in ``moving.css``, by light and by dark.
"""

import math
from html import escape

import numpy as np
from sklearn.isotonic import isotonic_regression

from figures import Change, Picture


def number(value):
    """Write a number with at most two decimals."""
    text = f"{round(float(value), 2) + 0.0:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def attributes(**given):
    """Write attributes; an underscore stands for a hyphen, and what is None is left out."""
    texts = {
        key.rstrip("_").replace("_", "-"): value if isinstance(value, str) else number(value)
        for key, value in given.items()
        if value is not None
    }
    return "".join(f' {key}="{escape(text)}"' for key, text in texts.items())


def move(x, y):
    """Return the transform that moves a part from the origin to a point, in picture units."""
    return f"translate({number(x)} {number(y)})"


def decimals(value, digits=3):
    """Write a number for reading: with a real minus, and an exact zero as 0."""
    return "0" if value == 0 else f"{value:z.{digits}f}".replace("-", "−")


class Plot:
    """A plot with two axes, linear or logarithmic, in its own units of about a CSS pixel."""

    def __init__(self, figure, name, *, x, y, width=400, height=300, log="", margins=None):
        self.figure, self.name, self.width, self.height = figure, name, width, height
        self.left, self.right, self.top, self.bottom = margins or (52, 12, 12, 44)
        self.limits, self.log, self.shapes = {"x": x, "y": y}, log, []

    def _share(self, axis, value):
        scale = math.log if axis in self.log else float
        low, high = map(scale, self.limits[axis])
        return (scale(value) - low) / (high - low)

    def x(self, value):
        """Return where a value of x lies, in the picture's units."""
        return self.left + self._share("x", value) * (self.width - self.left - self.right)

    def y(self, value):
        """Return where a value of y lies, in the picture's units."""
        room = self.height - self.top - self.bottom
        return self.height - self.bottom - self._share("y", value) * room

    def path(self, xs, ys, close=False):
        """Return the d of a line through points."""
        points = [f"{number(self.x(a))} {number(self.y(b))}" for a, b in zip(xs, ys, strict=True)]
        return "M" + "L".join(points) + ("Z" if close else "")

    def add(self, tag, content="", part=None, **given):
        """Add any element, its attributes in the picture's units."""
        name = part and f"{self.figure}-{part}"
        inner = f">{escape(content)}</{tag}>" if content else "/>"
        self.shapes.append(f"<{tag}{attributes(id=name, **given)}{inner}")

    def line(self, xs, ys, color="ink", part=None, kind="line", **given):
        """Add a line through points; the kind is "line", "thin" or "dashed"."""
        self.add("path", part=part, class_=f"{kind} {color}", d=self.path(xs, ys), **given)

    def area(self, xs, ys, color, part=None, **given):
        """Add a filled area, the points its border."""
        d = self.path(xs, ys, close=True)
        self.add("path", part=part, class_=f"area {color}", d=d, **given)

    def dot(self, x, y, color="ink", part=None, r=5, **given):
        """Add a dot."""
        self.add(
            "circle", part=part, class_=f"dot {color}", cx=self.x(x), cy=self.y(y), r=r, **given
        )

    def text(self, x, y, content, color="ink", part=None, anchor="start", dx=0, dy=0, **given):
        """Add a text at a point, moved by dx and dy units."""
        at = {"x": self.x(x) + dx, "y": self.y(y) + dy}
        if anchor != "start":
            given["text_anchor"] = anchor
        self.add("text", content, part, class_=f"label {color}", **at, **given)

    def named(self, x, y, name, color, height):
        """Name a curve to the right of its end, at a height to which a line leads."""
        begin, end = self.x(x), self.y(y)
        d = f"M{number(begin + 2)} {number(end)}L{number(begin + 13)} {number(height)}"
        self.add("path", class_=f"thin {color}", d=d)
        self.text(x, y, name, color, dx=16, dy=height - end + 4.5)

    def moving_dot(self, part, xs, ys, start, color="ink"):
        """Add a dot that moves from point to point, frame by frame; return its Change."""
        places = tuple(move(self.x(x), self.y(y)) for x, y in zip(xs, ys, strict=True))
        look = f"dot glides {color}"
        self.add("circle", part=part, class_=look, r=5, transform=places[start])
        return Change(part, "transform", places)

    def cursor(self, part, xs, start):
        """Add an upright line over the whole height, which moves in the same way."""
        places = tuple(move(self.x(x), 0) for x in xs)
        d = f"M0 {number(self.top)}V{number(self.height - self.bottom)}"
        self.add("path", part=part, class_="line glides ink", d=d, transform=places[start])
        return Change(part, "transform", places)

    def axes(self, xticks, yticks, xlabel, ylabel, form="{:g}"):
        """Add grid lines with their numbers, and the names of both axes."""
        base, end = self.height - self.bottom, self.width - self.right
        for value in xticks:
            at, text = self.x(value), form.format(value).replace("-", "−")
            self.add("path", class_="grid", d=f"M{number(at)} {number(self.top)}V{number(base)}")
            self.add("text", text, class_="tick", x=at, y=base + 16, text_anchor="middle")
        for value in yticks:
            at, text = self.y(value), form.format(value).replace("-", "−")
            self.add("path", class_="grid", d=f"M{number(self.left)} {number(at)}H{number(end)}")
            self.add("text", text, class_="tick", x=self.left - 6, y=at + 4.5, text_anchor="end")
        middle = (self.left + end) / 2
        self.add("text", xlabel, class_="name", x=middle, y=self.height - 6, text_anchor="middle")
        if not ylabel:
            return
        turned = f"translate(13 {number((self.top + base) / 2)}) rotate(-90)"
        self.add("text", ylabel, class_="name", transform=turned, text_anchor="middle")

    def picture(self, alt):
        """Return what was drawn, with its description."""
        name = f"{self.figure}-{self.name}"
        head = attributes(
            id=name,
            viewBox=f"0 0 {number(self.width)} {number(self.height)}",
            role="img",
            aria_labelledby=f"{self.figure}-title",
            aria_describedby=f"{name}-desc",
        )
        desc = f'<desc id="{name}-desc">{escape(alt)}</desc>'
        svg = "\n".join([f"<svg{head}>", desc, *self.shapes, "</svg>"])
        return Picture(self.name, svg, alt, self.width, self.height)


def spread(heights, gap):
    """Return the nearest heights, in the same order, that are at least `gap` apart: for labels."""
    order, steps = np.argsort(heights, kind="stable"), gap * np.arange(len(heights))
    moved = np.empty(len(heights))
    moved[order] = isotonic_regression(np.asarray(heights, dtype=float)[order] - steps) + steps
    return moved.tolist()
