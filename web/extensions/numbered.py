"""Numbers for the figures and the displayed formulas of the chapters, and links to them.

Chapter 4's third figure is figure 4.3, its fifth displayed formula is (4.5): counted from the top,
as a reader of the notebook can count them. Where the text of the chapter says figure 4.3 or formula
4.5, 图 4.3 or 式 4.5, it becomes a link. Other pages have no numbers.
"""

import re

from docutils import nodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.math import wrap_displaymath

CITED = re.compile(r"([图式]|[Ff]igure|[Ff]ormula) (\d+\.\d+)")
KIND = {"图": "figure", "式": "formula"}


def chapter(docname):
    """Return the number of a chapter, or None."""
    match = re.match(r"chapters/0*(\d+)_", docname)
    return match and match[1]


def is_figure(node):
    """Return whether a node is what a cell has drawn."""
    return isinstance(node, nodes.container) and any(
        isinstance(child, nodes.Element) and child.get("mime_type") == "image/svg+xml"
        for child in node
    )


def is_formula(node):
    """Return whether a node is a displayed formula without a number of its own."""
    return isinstance(node, nodes.math_block) and not node.get("label")


def description(figure):
    """Return what is said of a figure to those who cannot see it."""
    return next(c.astext() for c in figure if c.get("mime_type") == "text/plain")


def first_sentence(text):
    """Return the first sentence of a description."""
    return re.match(r".+?[.?!](?= [A-Z]|$)|.*", " ".join(text.split()))[0]


def number(document, of):
    """Number the figures and formulas of chapter ``of``; return the names of the places."""
    places = set()
    for count, node in enumerate(list(document.findall(is_figure)), 1):
        places.add(name := f"figure-{of}-{count}")
        title = nodes.strong("", f"Figure\N{NO-BREAK SPACE}{of}.{count}.")  # no mention of itself
        caption = nodes.paragraph("", "", title, classes=["figure-number"])
        caption += nodes.Text(f" {first_sentence(description(node))}")
        node.parent.insert(node.parent.index(node), nodes.target("", "", ids=[name]))
        node.parent.insert(node.parent.index(node) + 1, caption)
    for count, node in enumerate(list(document.findall(is_formula)), 1):
        places.add(name := f"formula-{of}-{count}")
        node["ids"].append(name)
        node["number"] = f"{of}.{count}"
    return places


def link(document, places):
    """Turn each mention of a figure or formula into a link; yield those that lead nowhere."""
    for text in list(document.findall(nodes.Text)):
        if isinstance(text.parent, nodes.literal | nodes.literal_block):
            continue  # code keeps its colours only as long as it is nothing but text
        whole, pieces, end = text.astext(), [], 0
        for match in CITED.finditer(whole):
            kind = KIND.get(match[1], match[1].lower())
            name = f"{kind}-{match[2].replace('.', '-')}"
            if name not in places:
                yield match[0]
                continue
            pieces.append(nodes.Text(whole[end : match.start()]))
            label = match[0].replace(" ", "\N{NO-BREAK SPACE}")
            pieces.append(nodes.reference("", label, refid=name, internal=True))
            end = match.end()
        if pieces:
            text.parent.replace(text, [*pieces, nodes.Text(whole[end:])])


class Numbered(SphinxTransform):
    """Number and link a chapter as soon as it is read."""

    default_priority = 840

    def apply(self):
        of = chapter(self.env.docname)
        if of:
            for mention in link(self.document, number(self.document, of)):
                message = "There is no %s in this chapter."
                logging.getLogger(__name__).warning(message, mention, location=self.env.docname)


class Tagged(SphinxPostTransform):
    """Give the printed book the same numbers: LaTeX would count through all chapters."""

    default_priority = 900
    formats = ("latex",)

    def run(self):
        for node in list(self.document.findall(is_formula)):
            if node.get("number"):
                tag, tex = (
                    rf"\tag{{{node['number']}}}",
                    wrap_displaymath(node.astext(), None, False),
                )
                start, end, rest = tex.rpartition(r"\end{")
                target = nodes.target("", "", ids=node["ids"])
                node.parent.replace(
                    node, [target, nodes.raw("", start + tag + end + rest, format="latex")]
                )


def setup(app):
    """Make both known to Sphinx."""
    app.add_transform(Numbered)
    app.add_post_transform(Tagged)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
