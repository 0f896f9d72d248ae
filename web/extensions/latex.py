"""What the printed book needs beside Sphinx: parts, numbers and boxes as on the site, no folds.

Only a build for LaTeX is touched. ``web/latex/print.sty`` says how a box and a page look, and
``web/pdf.py`` makes the PDF.
"""

from pathlib import Path

from answers import Answers
from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import texescape
from sphinx.writers.latex import LaTeXTranslator
from sphinx_exercise import nodes as exercises

# Sphinx has these kinds of box; print.sty gives each its look. The first class that fits decides.
BOXES = {
    "wrong": "danger",
    "right": "tip",
    "depends": "caution",
    "slip": "attention",
    "question": "hint",
    "answer": "note",
    "dropdown": "important",
}


def raw(tex):
    """Return a node that is written as it is."""
    return nodes.raw("", tex, format="latex")


class Parts(SphinxPostTransform):
    """Make each part of _toc.yml a part, number the chapters of those that are numbered."""

    default_priority = 100
    formats = ("latex",)

    def run(self):
        book = next(self.document.findall(nodes.section))
        holders = [n for n in self.document.findall(nodes.compound) if holds_pages(n)]
        inner = {
            id(n) for outer in holders for n in outer.findall(nodes.compound) if n is not outer
        }
        wrappers = [holder for holder in holders if id(holder) not in inner]
        for wrapper in wrappers:
            wrapper.parent.remove(wrapper)
        about = nodes.section("", nodes.title("", "About this book"), ids=["about-this-book"])
        about += book[1:]
        del book[1:]
        book += [raw(r"\setcounter{secnumdepth}{-2}"), about]
        parts = self.config.external_site_map.root.subtrees
        for wrapper, part in zip(wrappers, parts, strict=True):
            caption = texescape.escape(part.caption, self.config.latex_engine)
            depth = 2 if part.numbered else -2
            book += raw(rf"\bookpart{{{caption}}}{{{depth}}}")
            book += wrapper


def holds_pages(node):
    """Return whether a node holds pages: the chapters of a part, or what is under one of them."""
    return "toctree-wrapper" in node["classes"] and node.next_node(addnodes.start_of_file)


class Folds(SphinxPostTransform):
    """Leave out the code that the site folds away; what it prints and draws stays."""

    default_priority = 110
    formats = ("latex",)

    def run(self):
        for cell in list(self.document.findall(nodes.container)):
            if {"tag_hide-input", "tag_hide-cell"} & set(cell["classes"]):
                for code in [c for c in cell if "cell_input" in c.get("classes", ())]:
                    cell.remove(code)
                if not len(cell):
                    cell.parent.remove(cell)


class Columns(SphinxPostTransform):
    """Give a table that runs over pages columns as wide as what stands in them."""

    default_priority = 130
    formats = ("latex",)

    def run(self):
        for table in list(self.document.findall(nodes.table)):
            rows = [[cell.astext() for cell in row] for row in table.findall(nodes.row)]
            if len(rows) > 30:  # from there on Sphinx breaks it, and no longer wraps its cells
                widths = [column_width(column) for column in zip(*rows, strict=True)]
                spec = "".join(
                    rf">{{\raggedright\arraybackslash}}\X{{{width}}}{{{sum(widths)}}}"
                    for width in widths
                )
                place = table.parent.index(table)
                table.parent.insert(place, addnodes.tabular_col_spec(spec=spec))


def column_width(cells):
    """Return the width that a column needs, in points: its longest word, and half its longest cell.

    A column of long cells has to wrap them and stops at 24 letters.
    """
    word = max(len(word) for cell in cells for word in cell.split())
    cell = max(map(len, cells))
    return 6 + 5 * max(word, min(cell // 2, 24))


def boxed(visit, kind=None):
    """Return a visitor that opens a box of a kind, or of the kind that the node's classes say."""

    def visit_box(self, node):
        self.body.append(self.hypertarget_to(node, anchor=bool(node["ids"])))
        visit(self, node)
        of_class = next((BOXES[name] for name in BOXES if name in node["classes"]), "note")
        self.body[-1] = self.body[-1].replace("{note}", f"{{{kind or of_class}}}")

    return visit_box


def configure(app, config):
    """Set what Sphinx writes to the printed book's liking."""
    config.latex_additional_files = ["web/latex/print.sty"]
    config.latex_elements = {
        "papersize": "a4paper",
        "extraclassoptions": "oneside,openany",
        "fncychap": "",
        "fontpkg": "",
        "makeindex": "",
        "printindex": "",
        "preamble": rf"\newcommand{{\bookurl}}{{{config.html_theme_options['repository_url']}}}"
        r"\usepackage{print}",
    }
    config.latex_domain_indices = False
    # A figure is drawn for a screen: at this size its letters are as large as those around it.
    style = Path(app.srcdir, "web/latex/figures.css")
    config.rsvg_converter_args = ["--zoom=0.85", f"--stylesheet={style}"]
    # Of what a cell gives, the figure as it was drawn.
    config.nb_mime_priority_overrides = [("latex", "image/svg+xml", 5)]


def setup(app):
    """Connect the above to the build."""
    app.setup_extension("sphinxcontrib.rsvgconverter")
    app.connect("config-inited", configure, priority=900)
    for transform in (Parts, Folds, Answers, Columns):
        app.add_post_transform(transform)
    for node, owner, kind in (
        (nodes.admonition, LaTeXTranslator, None),
        (exercises.exercise_node, exercises, "hint"),
        (exercises.exercise_enumerable_node, exercises, "hint"),
    ):
        name = node.__name__
        visit, depart = (getattr(owner, f"{way}_{name}") for way in ("visit", "depart"))
        app.add_node(node, override=True, latex=(boxed(visit, kind), depart))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
