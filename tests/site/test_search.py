"""The search finds Chinese, in the mainland's signs and in Taiwan's."""

from playwright.sync_api import expect


def test_both_scripts_find_the_same_pages(page):
    found = []
    for query in ("岭回归", "嶺迴歸"):
        page.goto(f"search.html?q={query}", wait_until="load")
        expect(page.locator(".search-summary")).to_contain_text("found")
        results = page.locator("#search-results li a")
        found.append({link.get_attribute("href").split("?")[0] for link in results.all()})
    assert found[0] == found[1]
    assert {"chapters/questions.html", "reference/claims_zh.html"} <= found[0]
