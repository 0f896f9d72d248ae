"""Every page from the file system, as a reader who has unpacked the site opens it.

Formulas, figures and the search must work there too. Only the page that runs a chapter needs a
server, because a browser gives a script no other file to read.
"""

import pytest
from look import listen, open_page, seen_wrong
from playwright.sync_api import expect

NARROWEST = {"width": 320, "height": 640}


def test_a_page_opens_from_a_folder(page, site, name):
    found = []
    listen(page, found, "")
    open_page(page, (site / f"{name}.html").as_uri())
    assert not found + seen_wrong(page)
    page.set_viewport_size(NARROWEST)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize(
    ("query", "leads_to"),
    [("shrinkage", "chapters/"), ("懲罰", "chapters/"), ("惩罚", "reference/claims_tw")],
)
def test_the_search_finds_from_a_folder(page, site, query, leads_to):
    open_page(page, f"{(site / 'search.html').as_uri()}?q={query}")
    found = page.locator(f"#search-results li a[href*='{leads_to}']")
    expect(found.first).to_be_attached(timeout=20_000)
