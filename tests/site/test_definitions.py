"""A linked term says what it means: under the pointer, and under the focus; Escape hides it."""

import pytest
from look import WHOLE
from playwright.sync_api import expect

PAGE = "chapters/02_penalties.html"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("way", ["hover", "focus"])
def test_what_a_term_means(page, base_url, width, way):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{base_url}{PAGE}")
    page.evaluate(WHOLE)
    meaning, links = page.locator("#definition"), page.locator(".bd-article a.term")
    assert links.count() > 10
    for link in (links.first, links.nth(5), links.last):
        getattr(link, way)()
        expect(meaning).to_be_visible()
        assert link.get_attribute("aria-describedby") == "definition"
        box, line = meaning.bounding_box(), link.bounding_box()
        assert abs(box["y"] - line["y"] - line["height"]) < 2, "not right below its link"
        assert box["x"] > 0 and box["x"] + box["width"] < width, "beyond the window"
        address, _, name = link.get_attribute("href").partition("#")
        assert address.endswith("reference/glossary.html")
        entry = page.request.get(f"{base_url}reference/glossary.html").text()
        entry = entry.partition(f'id="{name}"')[2].partition("</dl>")[0]
        assert meaning.inner_text().split()[-1].rstrip(".") in entry  # the first may be a formula
        page.keyboard.press("Escape")
        expect(meaning).to_be_hidden()
        assert link.get_attribute("aria-describedby") is None
    links.first.hover()
    expect(meaning).to_be_visible()
    meaning.hover()  # where its links are
    expect(meaning).to_be_visible()
    page.mouse.move(1, 790)
    expect(meaning).to_be_hidden()
    links.first.dispatch_event("pointerover", {"pointerType": "touch"})
    page.wait_for_timeout(100)
    expect(meaning).to_be_hidden()  # a finger follows the link


def test_a_formula_is_typeset(page, base_url):
    page.goto(f"{base_url}chapters/03_gradients.html")
    page.locator('a.term[href$="#term-gradient-descent"]').first.hover()
    expect(page.locator("#definition mjx-container").first).to_be_visible(timeout=30_000)
