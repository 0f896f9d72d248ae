"""Every page, wide and narrow, in the light and in the dark.

A page fails if a script reports an error, a request fails or goes to another host, a formula is
not typeset, a picture does not load, the page scrolls sideways, it weighs too much, or axe-core
finds something that keeps somebody from reading it.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from look import listen, open_page, seen_wrong

# Without "preload", because axe would fetch each style sheet again, and some by a wrong address.
AXE = {"resultTypes": ["violations"], "preload": False}
BUT_CONTRAST = {**AXE, "rules": {"color-contrast": {"enabled": False}}}
CONTRAST = {**AXE, "runOnly": ["color-contrast"]}
BUDGET = 400_000  # bytes, compressed, of what a page loads beside the fonts and MathJax

# Marks one text of each look, its ink, paper, size and weight: axe needs minutes for thousands.
MARK = """() => {
  const seen = new Set(), paper = new Map([[document.documentElement, ""]]);
  for (const e of document.querySelectorAll("body, body *")) {
    const style = getComputedStyle(e);
    const {backgroundColor: colour, backgroundImage: image, opacity} = style;
    const own = `${colour}${image}${opacity}`.replace("rgba(0, 0, 0, 0)none1", "");
    paper.set(e, paper.get(e.parentElement) + own);
    e.removeAttribute("data-look");
    if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim())) continue;
    if (!e.checkVisibility()) continue;
    const look = [paper.get(e), style.color, style.fontSize, style.fontWeight].join();
    if (!seen.has(look)) e.setAttribute("data-look", "");
    seen.add(look);
  }
}"""
# Formulas are four parts in five of a chapter's elements, and axe takes its time for each. What a
# screen reader has of them is looked at before: see `mute`.
PLAIN = "() => document.querySelectorAll('mjx-container').forEach(e => e.replaceWith('formula'))"


def barriers(page, context, options):
    """Return what axe finds in a part of the page."""
    return [
        f"axe: {rule['help']}: {[node['html'][:120] for node in rule['nodes'][:3]]}"
        for rule in Axe().run(page, context, options).response["violations"]
    ]


def contrast(page):
    """Return which looks of text are too pale."""
    page.evaluate(MARK)
    return barriers(page, {"include": [["[data-look]"]]}, CONTRAST)


def weight(requests):
    """Return how many bytes came over the line, those of fonts and of MathJax left out."""
    counted = [r for r in requests if r.resource_type != "font" and "mathjax" not in r.url]
    return sum(r.sizes()["responseBodySize"] for r in counted if r.response())


def view(width, scheme, turned):
    """Return a width, the scheme in which a page is opened, and the one to which it is turned."""
    viewport = {"width": width, "height": 900}
    look = pytest.mark.browser_context_args(viewport=viewport, color_scheme=scheme)
    return pytest.param(turned, marks=look, id=f"{width}-{scheme}")


@pytest.mark.parametrize("turned", [view(1280, "light", "dark"), view(390, "dark", "light")])
def test_nothing_keeps_anybody_from_reading(page, base_url, name, turned):
    found, requests = [], []
    listen(page, found, "127.0.0.1")
    page.on("request", lambda request: requests.append(request))
    open_page(page, f"{base_url}{name}.html")
    size = weight(requests)
    if size > BUDGET:
        found.append(f"weighs {size / 1000:.0f} kB, more than {BUDGET / 1000:.0f} kB")
    found += seen_wrong(page)
    page.evaluate(PLAIN)
    found += barriers(page, None, BUT_CONTRAST) + contrast(page)
    page.add_style_tag(content="* { transition: none !important }")
    page.emulate_media(color_scheme=turned)
    found += [f"turned {turned}: {problem}" for problem in contrast(page)]
    assert not found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_drawing_with_a_twin_keeps_its_caption(page, base_url, scheme):
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{base_url}reference/how_fast.html")
    captions = page.locator("figcaption")
    assert captions.count() == page.locator("figcaption:visible").count() == 2
