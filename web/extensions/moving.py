"""Figures that move under the reader's hand.

    :::{moving} coefficient_path
    On the book's page this figure moves: the slider changes the penalty.
    :::

draws the figure that ``web/figures/coefficient_path.py`` builds, with the text as its caption. A
notebook shows the text as it stands, so it must read well there. A page gets an inline SVG, its
sliders, a sentence that says the state, a table if there is one, and all frames in a script beside
the page; where the figure moves before the reader's eyes, the caption leaves out that it does. The
PDF and other books get the still picture.

To make one: write ``web/figures/NAME.py`` with a function ``build()`` that returns a
`figures.Figure`. Draw its pictures with `figures.draw.Plot`, 400 units wide: two stand side by side
on a wide page, and one above the other on a telephone. Give a *part* to every shape that moves, and
list in `changes` what becomes of its attributes, frame by frame; no script is needed then. A table
cell given as (part, text) is changed in the same way. ``plays="alpha"`` adds a *play* button, which
takes the slider of that name to its end in eight seconds.

A figure with too many states for frames brings ``web/figures/NAME.js``, which runs after
``moving.js``. There ``figure = document.getElementById("moving-NAME")`` hears the event "move",
with ``detail.values`` the positions of the sliders, and has ``figure.data`` (the `data` of the
Figure), ``figure.change(part, attribute or "text", value)`` and ``figure.set(slider, position)``;
the words are the part "words", and the element of a part has the id ``NAME-part``.
"""

import re
import shutil
from functools import cache
from os.path import relpath
from pathlib import Path

import figures
from docutils import nodes
from moving_html import frames, html
from moving_still import still, told
from sphinx.util.docutils import SphinxDirective

FOLDER = figures.FOLDER
built = cache(figures.build)
ELSEWHERE = re.compile("^On the book.s page this figure moves: (.)")


class moving(nodes.General, nodes.Element):
    """A figure that moves; its children are the still picture and the caption's paragraphs."""


class Moving(SphinxDirective):
    """The figure that the argument names, with its caption."""

    required_arguments = 1
    has_content = True

    def run(self):
        name = self.arguments[0]
        for path in (FOLDER / "__init__.py", FOLDER / "draw.py", FOLDER / f"{name}.py"):
            self.env.note_dependency(str(path))
        figure = built(name)
        path = Path(self.env.app.doctreedir).parent / "moving" / f"{name}.svg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(still(name, figure), "utf-8", newline="\n")
        image = nodes.image(uri="/" + relpath(path, self.env.srcdir), alt=told(figure))
        caption = self.parse_text_to_nodes("\n".join(self.content))
        return [moving("", image, *caption, name=name)]


def choose_form(app, doctree, docname):
    """Keep the still picture only where nothing can move; its caption then says its state."""
    for node in list(doctree.findall(moving)):
        image, *paragraphs = node.children
        if moves(app):
            node.remove(image)
            leave_out_notice(paragraphs)
        else:
            figure = built(node["name"])
            state = nodes.Text(f" {figure.words[figure.still]} ")
            inline = [child for paragraph in paragraphs for child in paragraph.children]
            caption = nodes.caption("", "", nodes.strong("", figure.title), state, *inline)
            node.replace_self(nodes.figure("", image, caption))


def leave_out_notice(paragraphs):
    """Begin a caption with what it says of the figure: that it moves can be seen on its page."""
    text = paragraphs[0].next_node(nodes.Text)
    said = ELSEWHERE.sub(lambda begin: begin[1].upper(), text)
    text.parent.replace(text, nodes.Text(said))


def moves(app):
    """Return whether what is built runs scripts."""
    return app.builder.format == "html" and app.builder.name != "epub"


def pages():
    """Return which figures stand in which chapter: by the chapter's name, their names in turn."""
    found = {}
    for path in sorted((FOLDER.parent.parent / "chapters").glob("*.ipynb")):
        for name in re.findall(r":::\{moving\} (\w+)", path.read_text("utf-8")):
            found.setdefault(path.stem, []).append(name)
    return found


def visit(translator, node):
    translator.body.append(html(node["name"], built(node["name"])))


def depart(translator, node):
    translator.body.append("</figcaption>\n</figure>\n")


def copy_assets(app):
    """Put style and scripts where the pages find them."""
    if moves(app):
        folder = Path(app.outdir, "_static", "moving")
        folder.mkdir(parents=True, exist_ok=True)
        for path in [FOLDER / "moving.css", *FOLDER.glob("*.js")]:
            shutil.copyfile(path, folder / path.name)


def add_assets(app, pagename, templatename, context, doctree):
    """Load them on a page that has a figure to move."""
    if doctree is None or not moves(app):
        return
    shown = [node["name"] for node in doctree.findall(moving)]
    if shown:
        app.add_css_file("moving/moving.css")
        folder = Path(app.outdir, "_static", "moving")
        for name in shown:
            path = folder / f"{name}.frames.js"
            path.write_text(frames(name, built(name)), "utf-8", newline="\n")
        for name in [*(f"{name}.frames" for name in shown), "moving", *shown]:
            if (folder / f"{name}.js").is_file():
                app.add_js_file(f"moving/{name}.js", loading_method="defer")


def setup(app):
    """Make the directive and its node known to Sphinx."""
    app.add_node(moving, html=(visit, depart))
    app.add_directive("moving", Moving)
    app.connect("builder-inited", copy_assets)
    app.connect("doctree-resolved", choose_form)
    app.connect("html-page-context", add_assets)
    return {"env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
