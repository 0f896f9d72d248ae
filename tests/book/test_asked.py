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
    inner = section("Inner")
    return section("Page", section("First", inner), section("Documents", box), section("Sources"))


def test_a_line_ends_what_its_question_names(page):
    first, documents, _ = asked.sections(page)
    named = [
        ("A?", "chapters/one", "inner"),
        ("B?", "", "claim-a1"),
        ("C?", "chapters/one", ""),
        ("B?", "chapters/one", ""),  # answered by the box already
        ("D?", "chapters/two", "inner"),
        ("E?", "", "claim-z9"),
        ("A?", "chapters/one", "inner"),
    ]
    [inner] = asked.sections(first)
    assert asked.ends(page, "chapters/one", named) == [
        (inner, ["A?"]),
        (documents, ["B?", "C?"]),
    ]


def test_a_place_that_is_gone_still_has_a_line_on_its_page(page):
    named = [("A?", "chapters/one", "gone")]
    [(section, questions)] = asked.ends(page, "chapters/one", named)
    assert section is asked.sections(page)[1] and questions == ["A?"]


def test_a_line_links_each_question_and_stays_out_of_print():
    line = asked.line("chapters/one", ["What is α?", "Why?"])
    assert line["expr"] == "html" and line.astext() == "Asked about this: What is α? · Why?"
    targets = [node["reftargetid"] for node in line.findall() if "reftargetid" in node]
    assert targets == ["what-is-α", "why"]


def test_a_page_without_a_question_stays_as_it_is(page, monkeypatch):
    monkeypatch.setattr(asked, "links", lambda: [("A?", "chapters/two", "")])
    before = page.pformat()
    env = SimpleNamespace(docname="chapters/one", note_dependency=lambda path: None)
    document = SimpleNamespace(next_node=lambda kind: page)
    asked.Asked.apply(SimpleNamespace(env=env, document=document))
    assert page.pformat() == before
