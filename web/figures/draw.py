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
import re
from html import escape

from figures import FOLDER, Change, Picture


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

    def moving_dot(self, part, x, y, color="ink", r=5):
        """Add a dot that moves: its place is its transform, which a `move` changes."""
        at = move(self.x(x), self.y(y))
        self.add("circle", part=part, class_=f"dot glides {color}", r=r, transform=at)

    def cursor(self, part, x):
        """Add an upright line that moves over the whole height."""
        d = f"M0 {number(self.top)}V{number(self.height - self.bottom)}"
        self.add("path", part=part, class_="line glides ink", d=d, transform=move(self.x(x), 0))

    def cursor_changes(self, part, xs):
        """Return the Change that moves a cursor to each x in turn."""
        return Change(part, "transform", tuple(move(self.x(x), 0) for x in xs))

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


def spread(heights, gap):
    """Move labels apart to at least `gap`, in their order, about the middle of each crowd."""
    placed = []
    for height in sorted(heights):
        crowd = [height]
        while placed and _middle(placed[-1]) + gap * (len(placed[-1]) + len(crowd)) / 2 > _middle(
            crowd
        ):
            crowd = placed.pop() + crowd
        placed.append(crowd)
    moved = [
        _middle(crowd) + gap * (k - (len(crowd) - 1) / 2)
        for crowd in placed
        for k in range(len(crowd))
    ]
    order = sorted(range(len(heights)), key=heights.__getitem__)
    return [moved[order.index(k)] for k in range(len(heights))]


def _middle(crowd):
    return sum(crowd) / len(crowd)
