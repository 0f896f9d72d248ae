"""The glossary, made from one table, and the links to it from each chapter.

    ```{glossary-table}
    ```

``reference/glossary.toml`` holds the terms. In each chapter the first use of a term, outside of
titles, links, code, formulas and the Chinese summary, becomes a link to its entry; the notebooks
stay as they are.
"""

import re
import tomllib
from pathlib import Path

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

TABLE = Path(__file__).resolve().parents[2] / "reference" / "glossary.toml"
PAGE = "reference/glossary"
SUMMARY = "中文提要"  # what stands in it is Chinese, and folded away
UNTOUCHED = (nodes.title, nodes.reference, nodes.literal, nodes.math, nodes.literal_block)


def terms():
    """Return the table: a dict of dicts, by term."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def anchor(term):
    """Return the name of a term's entry."""
    return "term-" + re.sub(r"\W+", "-", term.lower())


def page(table):
    """Return the glossary as Markdown, a definition list."""
    lines = []
    for term, entry in table.items():
        names = f'<span lang="zh-Hans">{entry["hans"]}</span>'
        if entry["hant"] != entry["hans"]:
            names += f' · <span lang="zh-Hant">{entry["hant"]}</span>'
        lines += [f"({anchor(term)})=", f"**{term}** · {names}", f": {entry['meaning']}", ""]
    return "\n".join(lines)


class Glossary(SphinxDirective):
    """All terms, each with its names in Chinese and what it means."""

    def run(self):
        self.env.note_dependency(str(TABLE))
        return self.parse_text_to_nodes(page(terms()))


def first_uses(doctree, table):
    """Yield (text node, match, term) for the first use of each term, in the order of the text."""
    forms = {
        form.lower(): term
        for term, entry in table.items()
        for form in [term, term + "s", *entry.get("also", [])]
    }
    longest_first = sorted(forms, key=len, reverse=True)
    pattern = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, longest_first))})(?![\w-])", re.I)
    seen = set()
    for text in list(doctree.findall(nodes.Text)):
        if within(text, UNTOUCHED) or not within(text, (nodes.paragraph,)):
            continue
        if in_control(text) or in_summary(text):
            continue
        found = []
        for match in pattern.finditer(text.astext()):
            term = forms[match[1].lower()]
            if term not in seen:
                seen.add(term)
                found.append((match, term))
        if found:
            yield text, found


def above(node):
    """Yield a node and all that it stands in."""
    while node is not None:
        yield node
        node = node.parent


def within(node, kinds):
    """Return whether a node stands inside a node of these kinds."""
    return any(isinstance(outer, kinds) for outer in above(node))


def in_control(node):
    """Return whether a node stands in a figure's caption, or in a fold's title: a control."""
    kinds = {"sd-summary-title", "figure-number"}
    return any(kinds.intersection(outer["classes"]) for outer in above(node.parent))


def in_summary(node):
    """Return whether a node stands in a chapter's summary in Chinese."""
    boxes = (outer for outer in above(node) if isinstance(outer, nodes.admonition))
    return any(box[0].astext() == SUMMARY for box in boxes)


def link_terms(app, doctree, docname):
    """Turn the first use of each term in a chapter into a link to the glossary."""
    if not docname.startswith("chapters/") or app.builder.format != "html":
        return
    target = app.builder.get_relative_uri(docname, PAGE)
    for text, found in first_uses(doctree, terms()):
        whole, pieces, end = text.astext(), [], 0
        for match, term in found:
            pieces.append(nodes.Text(whole[end : match.start()]))
            link = nodes.reference("", match[1], refuri=f"{target}#{anchor(term)}")
            link["classes"].append("term")
            pieces.append(link)
            end = match.end()
        pieces.append(nodes.Text(whole[end:]))
        text.parent.replace(text, pieces)


def setup(app):
    """Make the directive and the links known to Sphinx."""
    app.add_directive("glossary-table", Glossary)
    app.connect("doctree-resolved", link_terms)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
