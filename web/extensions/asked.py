"""Links back from chapters, proofs and conventions to the questions that lead there.

``chapters/questions.ipynb`` says where each answer comes from. A section that it names ends with a
line of those questions; for a box the line ends its section of the page, for a whole page, the last
section before the sources. No list is kept: the links of that notebook are read at each build.
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
SOURCES = "Sources"


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


def above(node):
    """Yield a node and all that it stands in."""
    while node is not None:
        yield node
        node = node.parent


def section_of(top, place):
    """Return the section of a heading, or the one below ``top`` with a box; None for neither."""
    for section in top.findall(nodes.section):
        if section.get("slug") == place:
            return section
    for node in top.findall(nodes.Element):
        if place in node.get("ids", ()) or place in node.get("names", ()):
            inside = [one for one in above(node) if one in sections(top)]
            return inside[0] if inside else top
    return None


def last_section(top):
    """Return the last section of a page before its sources, or the page."""
    said = [one for one in sections(top) if one.next_node(nodes.title).astext() != SOURCES]
    return said[-1] if said else top


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
            whole.append((last_section(top), question))
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
            before = next(iter(sections(section)), None)
            at = section.index(before) if before is not None and section is top else None
            section.insert(len(section) if at is None else at, line(page, questions))


def setup(app):
    """Make the transform known to Sphinx."""
    app.add_transform(Asked)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
