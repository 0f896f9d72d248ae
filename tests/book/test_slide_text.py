"""How a page becomes slides: text is cut between sentences, and nothing is left alone or lost."""

import pytest
from bs4 import BeautifulSoup
from slides import Block, balanced, first, leading, mended, sentences


def paragraph(html):
    return BeautifulSoup(f"<p>{html}</p>", "html.parser").p


@pytest.mark.parametrize(
    ("html", "cut"),
    [
        ("One. Two? Three", ["One.", "Two?", "Three"]),
        ("See figure 2.1, i.e. this. Then", ["See figure 2.1, i.e. this.", "Then"]),
        ("In <b>bold.</b> <i>Then</i> more.", ["In <b>bold.</b>", "<i>Then</i> more."]),
        ("It is <i>x. Y</i>. So", ["It is <i>x. Y</i>.", "So"]),
        ("One (Two. Three.) Four.", ["One (Two. Three.)", "Four."]),
        ("“Really?” Yes. a &lt; b", ["“Really?”", "Yes. a &lt; b"]),
    ],
)
def test_text_is_cut_between_sentences(html, cut):
    assert sentences(paragraph(html)) == cut


def test_a_beginning_has_one_sentence_at_least_and_no_part_of_one():
    long, short = "A" * 300 + ".", "Short."
    assert first([long, short]) == [long]
    assert first([short, short, long]) == [short, short]


def test_what_leads_to_a_formula_is_not_the_end_of_a_sentence():
    assert leading(paragraph("where x is 1. Hence")) == ["Hence"]
    assert leading(paragraph("and")) == ["and"]


def test_blocks_are_spread_evenly_and_a_sentence_leads_to_something():
    lead, formula = Block("<p>So</p>", 3), Block("<div></div>", 7)
    portions = balanced([lead, formula, lead, formula, lead, formula, lead, formula])
    assert portions == [(lead, formula) * 2] * 2
    assert balanced([lead, high := Block("<figure></figure>", 40)]) == [(lead,), (high,)]


def test_links_lead_to_the_page_and_no_id_is_there_twice():
    linked = '<a href="#x">1</a> <a href="02.html">2</a>'
    html = f'<section class="slide" id="slide-1"><p id="x">{linked}</p></section>'
    soup = BeautifulSoup(mended(html, "01"), "html.parser")
    addresses = [link["href"] for link in soup.select("a")]
    assert addresses == ["../chapters/01.html#x", "../chapters/02.html"]
    assert [node["id"] for node in soup.select("[id]")] == ["slide-1"]
