"""Links back from chapters, proofs and conventions to the questions that lead there.

``chapters/questions.ipynb`` says where each answer comes from. A section that it names, or that
holds a box which it names, ends with a line of those questions. Where it names a whole page, the
line ends the summary or, if there is none, what stands before the first section. No list is kept:
the links of that notebook are read at each build.
"""

import re
from pathlib import Path

from docutils import nodes
from myst_parser.mdit_to_docutils.base import default_slugify
from notebooks import read
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).resolve().parents[2]
PAGE = "chapters/questions"
QUESTIONS = ROOT / f"{PAGE}.ipynb"
PART = re.compile(r"^#{1,3} (.+)$|\]\(([^)\s]+)\)", re.MULTILINE)
SUMMARY = "Summary"


def links(path=QUESTIONS):
    """Return which question leads where: a list of (question, page or empty, place or empty)."""
    found, question = [], None
    for cell in read(path).cells:
        for part in PART.finditer(cell.source if cell.cell_type == "markdown" else ""):
            if part[1]:
                question = part[1] if part[0].startswith("### ") else None
            elif question and not re.match("[a-z]+:", part[2]):
                file, _, place = part[2].partition("#")
                page = file.rpartition(".")[0]
                page = page.removeprefix("../") if page.startswith("../") else f"chapters/{page}"
                found.append((question, page if file else "", place))
    return found


def sections(node):
    """Return the sections right below a node."""
    return [child for child in node.children if isinstance(child, nodes.section)]


def section_of(top, place):
    """Return the section of a heading, or the one that holds a box; None for neither."""
    for section in top.findall(nodes.section):
        if section.get("slug") == place:
            return section
    for node in top.findall(nodes.Element):
        if place in node.get("ids", ()) or place in node.get("names", ()):
            while not isinstance(node, nodes.section):
                node = node.parent
            return node
    return None


def summary(top):
    """Return the section that sums a page up, or else the page."""
    named = [one for one in sections(top) if one.next_node(nodes.title).astext() == SUMMARY]
    return named[0] if named else top


def ends(top, page, asked):
    """Return what is asked about a page: a list of (section, its questions), in their order."""
    found, whole = [], []
    for question, to, place in asked:
        if to not in ("", page):
            continue
        section = section_of(top, place) if place else None
        if section is not None:
            found.append((section, question))
        elif to == page:
            whole.append((summary(top), question))
    answered = {question for _, question in found}
    found += [one for one in whole if one[1] not in answered]
    return [
        (section, list(dict.fromkeys(question for at, question in found if at is section)))
        for section in dict.fromkeys(section for section, _ in found)
    ]


def line(page, questions):
    """Return the line: on a page of the site, and nowhere else."""
    paragraph = nodes.paragraph("", "Asked about this: ")
    for number, question in enumerate(questions):
        if number:
            paragraph += nodes.Text(" · ")
        reference = addnodes.pending_xref(
            refdomain="doc",
            reftype="myst",
            reftarget=PAGE,
            reftargetid=default_slugify(question),
            refdoc=page,
            refexplicit=True,
        )
        paragraph += reference
        reference += nodes.inline("", question)
    return addnodes.only("", nodes.container("", paragraph, classes=["asked"]), expr="html")


class Asked(SphinxTransform):
    """Add the lines to a page as soon as it is read."""

    default_priority = 845  # when numbered.py has numbered what the page itself shows

    def apply(self):
        page = self.env.docname
        top = self.document.next_node(nodes.section)
        if page == PAGE or not page.startswith(("chapters/", "reference/")) or top is None:
            return
        self.env.note_dependency(str(QUESTIONS))
        for section, questions in ends(top, page, links()):
            at = section.first_child_matching_class(nodes.section) if section is top else None
            section.insert(len(section) if at is None else at, line(page, questions))


def setup(app):
    """Make the transform known to Sphinx."""
    app.add_transform(Asked)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
