"""Each link from a question to a chapter, a proof or a table is answered by one back."""

from types import SimpleNamespace

import asked
import pytest
from claims import boxes
from docutils import nodes
from notebooks import read

ROOT = asked.ROOT


def section(title, *children, slug=None):
    node = nodes.section("", nodes.title("", title), *children)
    node["slug"] = slug or title.lower()
    return node


def test_every_question_leads_to_a_page_or_to_a_box():
    found = asked.links()
    text = "\n".join(cell.source for cell in read(asked.QUESTIONS).cells)
    assert {question for question, _, _ in found} == {
        line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")
    }
    claims = {f"claim-{name.lower()}" for name, _, _ in boxes()}
    for question, page, place in found:
        if page:
            assert list(ROOT.glob(f"{page}.*")), (question, page)
        else:
            assert place in claims, (question, place)


@pytest.fixture
def page():
    """Return a page with a section in a section, a box, and sources."""
    box = nodes.admonition(ids=["claim-a1"])
    first, within = section("First", section("Inner")), section("Within", box)
    rest = [section("Documents", within), section("Summary"), section("Sources")]
    return section("Page", nodes.paragraph(), first, *rest)


def test_a_line_ends_what_its_question_names(page):
    first, documents, summary, _ = asked.sections(page)
    named = [
        ("A?", "chapters/one", "inner"),
        ("B?", "", "claim-a1"),
        ("C?", "chapters/one", ""),
        ("B?", "chapters/one", ""),  # answered by the box already
        ("D?", "chapters/two", "inner"),
        ("E?", "", "claim-z9"),
        ("A?", "chapters/one", "inner"),
    ]
    [inner], [within] = asked.sections(first), asked.sections(documents)
    assert asked.ends(page, "chapters/one", named) == [
        (inner, ["A?"]),
        (within, ["B?"]),
        (summary, ["C?"]),
    ]


def test_a_place_that_is_gone_still_has_a_line_on_its_page(page):
    named = [("A?", "chapters/one", "gone")]
    assert asked.ends(page, "chapters/one", named) == [(asked.sections(page)[2], ["A?"])]
    no_summary = section("Page", section("First"))
    assert asked.ends(no_summary, "chapters/one", named) == [(no_summary, ["A?"])]


def test_a_line_links_each_question_and_stays_out_of_print():
    line = asked.line("chapters/one", ["What is α?", "Why?"])
    assert line["expr"] == "html" and line.astext() == "Asked about this: What is α? · Why?"
    targets = [node["reftargetid"] for node in line.findall() if "reftargetid" in node]
    assert targets == ["what-is-α", "why"]


@pytest.mark.parametrize(
    ("docname", "place"), [("chapters/one", None), ("chapters/two", 2), (asked.PAGE, None)]
)
def test_only_a_page_that_is_named_has_a_line(monkeypatch, docname, place):
    page = section("Page", nodes.paragraph(), section("First"))
    monkeypatch.setattr(asked, "links", lambda: [("A?", "chapters/two", "")])
    env = SimpleNamespace(docname=docname, note_dependency=lambda path: None)
    document = SimpleNamespace(next_node=lambda kind: page)
    asked.Asked.apply(SimpleNamespace(env=env, document=document))
    lines = [at for at, node in enumerate(page) if node.astext() == "Asked about this: A?"]
    assert lines == ([place] if place else [])
