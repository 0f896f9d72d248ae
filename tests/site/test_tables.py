"""On a telephone no table of a chapter scrolls sideways, but for those that are named here."""

import pytest
from look import UNFOLD, WHOLE, open_page

# The first word of each wide table, and why it stays one: it scrolls, and fades at its edge.
WIDE = {
    "chapters/10_five_libraries": {"where": "in each row a formula beside what to type for it"},
}
TOO_WIDE = """() => {
  const scrolls = e => ["auto", "scroll", "hidden"].includes(getComputedStyle(e).overflowX);
  const box = e => e.tagName === "ARTICLE" || scrolls(e) ? e : box(e.parentElement);
  return [...document.querySelectorAll("article table")]
    .filter(table => table.checkVisibility() && !table.closest(".highlight"))
    .map(table => [table, box(table)])
    .filter(([table, box]) => Math.max(table.scrollWidth, box.scrollWidth) > box.clientWidth)
    .map(([table]) => table.rows[0].innerText.trim().split(/\\s+/)[0]);
}"""


@pytest.mark.browser_context_args(viewport={"width": 390, "height": 844})
def test_no_table_scrolls_sideways_on_a_telephone(page, base_url, written):
    found = {}
    for name in (name for name in written if name.startswith("chapters/")):
        open_page(page, f"{base_url}{name}.html")
        page.evaluate(WHOLE)
        page.evaluate(UNFOLD)
        if wide := set(page.evaluate(TOO_WIDE)):
            found[name] = wide
    assert found == {name: set(tables) for name, tables in WIDE.items()}


@pytest.mark.browser_context_args(viewport={"width": 390, "height": 844})
def test_a_table_that_is_too_wide_is_noticed(page, base_url):
    open_page(page, f"{base_url}chapters/06_elastic_net.html")
    page.evaluate(WHOLE)
    assert page.evaluate(TOO_WIDE) == []
    page.add_style_tag(content="table.dataframe td { padding-inline: 5rem !important }")
    assert page.evaluate(TOO_WIDE)
