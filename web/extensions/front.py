"""The chapters on the front page: a card each, with a drawing, a question and the minutes.

```{cards}
```

The questions are in ``reference/descriptions.toml``. The drawings are only that: lines in the
colours of moving.css, which know light and dark.
"""

from pathlib import Path

import numpy as np
from docutils import nodes
from figures.draw import attributes, number
from found import descriptions
from minutes import minutes
from notebooks import read
from sphinx.util.docutils import SphinxDirective

WIDTH, HEIGHT = 160, 80
TURN = np.linspace(0, 2 * np.pi, 73)


def line(x, y, color, kind="line"):
    """Return a line through points; the kind "area" fills it."""
    points = "L".join(f"{number(a)} {number(b)}" for a, b in zip(x, y, strict=True))
    return f"<path{attributes(class_=f'{kind} {color}', d=f'M{points}')}/>"


def dots(x, y, color="ink", r=3):
    """Return dots at points."""
    return "".join(
        f"<circle{attributes(class_=f'dot {color}', cx=a, cy=b, r=r)}/>"
        for a, b in zip(x, y, strict=True)
    )


def ellipse(x, y, a, b, turned=0.0):
    """Return the points of an ellipse."""
    c, s = np.cos(turned), np.sin(turned)
    u, v = a * np.cos(TURN), b * np.sin(TURN)
    return x + c * u - s * v, y + s * u + c * v


def diamond(x, y, r):
    """Return the points of a diamond."""
    return x + r * np.array([1, 0, -1, 0, 1]), y + r * np.array([0, -1, 0, 1, 0])


def overfitting():
    x, fine = np.linspace(-1, 1, 9), np.linspace(-1, 1, 200)
    y = 26 + 28 * x**2 - 12 * x + 8 * np.array([1, -1, 1, -1, 0, 1, -1, 1, 0])
    wild, calm = (np.polyval(np.polyfit(x, y, degree), fine) for degree in (8, 2))
    at = 80 + 68 * fine
    curves = line(at, np.clip(wild, 2, 78), "vermillion", "thin") + line(at, calm, "blue")
    return curves + dots(80 + 68 * x, y)


def penalties():
    ball = diamond(62, 44, 26)
    rings = [line(*ellipse(112, 28, a, a / 2, 0.55), "blue", "thin") for a in (14, 28)]
    touching = line(*ellipse(112, 28, 31, 15.5, 0.55), "blue")
    shape = line(*ball, "orange", "area") + line(*ball, "orange")
    return shape + "".join(rings) + touching + dots([88], [44], "vermillion", 4)


def gradients():
    rings = [line(*ellipse(105, 40, a, 0.38 * a, -0.2), "blue", "thin") for a in (14, 28, 42, 54)]
    x, y = [22, 40, 46, 62, 68, 82, 88, 98, 105], [18, 62, 30, 56, 34, 50, 37, 44, 40]
    return "".join(rings) + line(x, y, "vermillion") + dots(x[:1], y[:1])


def signs():
    slopes = (-0.6, -0.3, 0, 0.3, 0.6)
    fan = [line([38, 122], [52 + 42 * s, 52 - 42 * s], "sky", "thin") for s in slopes]
    return "".join(fan) + line([22, 80, 138], [6, 52, 6], "vermillion") + dots([80], [52], r=4)


def linear_regression():
    x = np.linspace(16, 144, 14)
    y = 66 - 0.36 * (x - 16) + 9 * np.sin(7.3 * np.arange(14) ** 2)
    return line([12, 148], [68, 19], "blue") + dots(x, y, r=2.5)


def elastic_net():
    c, s = np.cos(TURN), np.sin(TURN)
    r = 64 / (np.abs(c) + np.abs(s) + 1)
    net = 80 + r * c, 40 + r * s
    limits = line(*diamond(80, 40, 32), "grey", "dashed")
    limits += line(*ellipse(80, 40, 32, 32), "grey", "dashed")
    return limits + line(*net, "orange", "area") + line(*net, "orange")


def choosing_lambda():
    x = np.linspace(14, 146, 61)
    u = (x - 92) / 60
    y = 60 - 18 * u**2 * (1 + 0.3 * np.maximum(-u, 0))
    shapes = line(x, y, "blue")
    for a, b in zip(x[::6], y[::6], strict=True):
        shapes += line([a, a], [b - 8, b + 8], "sky", "thin")
    return shapes + "".join(line([a, a], [8, 74], "ink", "dashed") for a in (62, 92))


def your_own_table():
    shapes = ""
    gaps, test = ((1, 2), (3, 4)), 3
    for row in range(4):
        for column in range(5):
            x, y = 14 + 27 * column, 8 + 16 * row + 4 * (row >= test)
            box = [x, x + 23, x + 23, x, x], [y, y, y + 12, y + 12, y]
            if (row, column) in gaps:
                shapes += line(*box, "vermillion", "dashed")
            else:
                shapes += line(*box, "blue" if row < test else "orange", "area")
                shapes += line(*box, "blue" if row < test else "orange", "thin")
    return shapes


def beyond_linear():
    x = np.linspace(12, 148, 80)
    curve = line(x, 66 - 52 / (1 + np.exp(-(x - 80) / 12)), "blue")
    one, zero = [76, 92, 99, 108, 117, 121, 134], [22, 36, 47, 53, 66, 71, 88]
    return curve + dots(one, [12] * 7, "vermillion", 2.5) + dots(zero, [68] * 7, r=2.5)


def five_libraries():
    colors = ("blue", "vermillion", "green", "purple", "orange")
    bars = ""
    for k, color in enumerate(colors):
        x = 18 + 26 * k + np.array([0, 0, 16, 16])
        bars += line(x, [70, 20, 20, 70], color, "area") + line(x[1:3], [20, 20], color)
    return bars + line([10, 150], [70, 70], "ink", "thin")


DRAWN = (
    overfitting, penalties, gradients, signs, linear_regression, elastic_net, choosing_lambda,
    your_own_table, beyond_linear, five_libraries,
)  # fmt: skip


def drawing(name):
    """Return the drawing of a chapter, which a screen reader need not mention."""
    by_name = {function.__name__: function for function in DRAWN}
    shapes = by_name[name.partition("_")[2]]()
    box = f"0 0 {WIDTH} {HEIGHT}"
    return f'<svg class="thumb" viewBox="{box}" aria-hidden="true">{shapes}</svg>'


def card(path, question):
    """Return the Markdown of one card; DRAWING stands for its drawing."""
    title = read(path).cells[0].source.splitlines()[0].removeprefix("# ").partition(":")[0]
    return f"""::::{{grid-item-card}}
:link: chapters/{path.stem}
:link-type: doc

DRAWING {path.stem}

**{int(path.stem[:2])} · {title}**

{question}

:::{{card-footer}}
{minutes(path)} minutes
:::
::::
"""


class Cards(SphinxDirective):
    """All numbered chapters; in print, where a list of contents is near, nothing."""

    def run(self):
        if self.env.app.builder.format != "html":
            return []
        asks = {name: entry["asks"] for name, entry in descriptions().items() if "asks" in entry}
        paths = sorted(Path(self.env.srcdir, "chapters").glob("[0-9]*.ipynb"))
        for path in paths:
            self.env.note_dependency(str(path))
        items = "\n".join(card(path, asks[f"chapters/{path.stem}"]) for path in paths)
        text = f":::::{{grid}} 1 2 3 3\n:gutter: 3\n:class-container: chapters\n\n{items}\n:::::"
        found = self.parse_text_to_nodes(text)
        for node in found:
            for paragraph in list(node.findall(nodes.paragraph)):
                mark, _, name = paragraph.astext().partition(" ")
                if mark == "DRAWING":
                    paragraph.replace_self(nodes.raw("", drawing(name), format="html"))
        return found


def setup(app):
    """Make the directive known to Sphinx."""
    app.add_directive("cards", Cards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
