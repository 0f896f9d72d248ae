"""What needs no browser: the pages, their outputs and links, and what they say of themselves."""

import re

import nbformat
import yaml
from bs4 import BeautifulSoup
from built import problems
from exercises import CHAPTERS
from head import check_found


def test_every_page_has_its_outputs_and_every_link_leads_somewhere(root, site):
    assert not problems(root, site)


def test_every_link_from_a_question_is_answered_by_one_back(site):
    folder = site / "chapters"

    def read(address):
        return BeautifulSoup((folder / address).read_text("utf-8"), "html.parser")

    answered = 0
    for question in read("questions.html").select("article section > section > section"):
        for page in {link["href"].partition("#")[0] for link in question.select("a.internal")}:
            back = [link["href"] for link in read(page).select(".asked a")]
            assert any(link.endswith(f"questions.html#{question['id']}") for link in back), page
            answered += 1
    assert answered > 30


def test_every_page_says_what_it_is(site, written):
    assert not check_found(site, written)


def test_every_chapter_has_its_exercises_to_hand_out(site):
    page = site / "reference" / "teachers.html"
    found = re.findall(r'href="([^"]*exercises_(\d\d)(\w*)\.ipynb)"', page.read_text("utf-8"))
    kinds = ["", "_nbgrader", "_otter"]
    assert [name[1:] for name in found] == [(p.stem[:2], k) for p in CHAPTERS for k in kinds]
    for address, *_ in found:
        nbformat.validate(nbformat.read(page.parent / address, as_version=4))


def test_an_old_address_leads_to_where_its_page_went(root, site):
    moved = yaml.safe_load((root / "_config.yml").read_text("utf-8"))["sphinx"]["config"]
    for old, new in moved["redirects"].items():
        page = site / f"{old}.html"
        assert (page.parent / new).is_file()
        assert f"url={new}" in page.read_text("utf-8")
