"""Open every page from the file system, as a reader who has unpacked the site does.

Formulas, figures and the search must work there too. Only the page that runs a chapter needs a
server, because a browser gives a script no other file to read.
"""

from check_pages import listen, open_page, seen_wrong
from playwright.sync_api import TimeoutError as Late

QUERY, LEADS_TO = "shrinkage", "chapters/"


def search_wrong(context, address):
    """Return what is wrong with the search: from a file it has its results, without excerpts."""
    page = context.new_page()
    open_page(page, f"{address}?q={QUERY}")
    found = page.locator(f"#search-results li a[href*='{LEADS_TO}']")
    try:
        found.first.wait_for(timeout=20_000)
    except Late:
        return [f"search, from a file: {QUERY!r} leads to no chapter"]
    finally:
        page.close()
    return []


def check_files(browser, site, names):
    """Open the pages; return what is wrong."""
    context, found = browser.new_context(viewport={"width": 1280, "height": 900}), []
    for name in names:
        page, wrong = context.new_page(), []
        listen(page, wrong, "")
        open_page(page, (site / f"{name}.html").resolve().as_uri())
        found += [f"{name}, from a file: {problem}" for problem in wrong + seen_wrong(page)]
        page.close()
    found += search_wrong(context, (site / "search.html").resolve().as_uri())
    context.close()
    return found
