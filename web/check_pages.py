"""Look at every page in a browser, wide and narrow, in the light and in the dark.

A page fails if a script reports an error, a request fails or goes to another host, a formula is
not typeset, a picture does not load, the page scrolls sideways, it weighs too much, or axe-core
finds something that keeps somebody from reading it.
"""

from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe

# A width, the scheme in which the page is opened, and the one to which it is turned then.
VIEWS = ((1280, "light", "dark"), (390, "dark", "light"))
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
# No section is left to be laid out later. Then nothing moves while axe maps the page, or it would
# take one element's paper for another's.
WHOLE = "() => document.documentElement.classList.remove('fresh')"
# What is folded away is read too, once it is opened.
UNFOLD = """() => {
  const all = selector => document.querySelectorAll(selector);
  all("details").forEach(fold => fold.open = true);
  all(".toggle-hidden").forEach(fold => fold.classList.remove("toggle-hidden"));
}"""
# Formulas are four parts in five of a chapter's elements, and axe takes its time for each. What a
# screen reader has of them is looked at before: see `mute`.
PLAIN = "() => document.querySelectorAll('mjx-container').forEach(e => e.replaceWith('formula'))"
SEEN = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const inBox = e => e && (getComputedStyle(e).overflowX !== "visible" || inBox(e.parentElement));
  const broader = e => e.scrollWidth > e.clientWidth + 1;
  // What is drawn counts: `scrollWidth` may take in what only a screen reader is given.
  const right = e => e.getBoundingClientRect().right;
  const unseen = drawn => {
    const box = drawn.closest("span.math");
    return getComputedStyle(box).overflowX === "hidden" && right(drawn) > right(box) + 1;
  };
  return {
    cut: all("mjx-container[display]").filter(broader).length,
    lost: all("span.math mjx-math").filter(unseen).length,
    scroll: document.documentElement.scrollWidth - window.innerWidth,
    wide: all("article *")
      .filter(e => right(e) > window.innerWidth && !inBox(e))
      .map(e => `${e.tagName}.${e.className}`),
    bare: all(".math").filter(e => !e.querySelector("mjx-container")).length,
    mute: all("mjx-container").filter(e => !e.querySelector("mjx-assistive-mml math")).length,
    stretched: all("article img")
      .filter(e => e.naturalWidth && e.width)
      .filter(e => Math.abs(e.height * e.naturalWidth / (e.width * e.naturalHeight) - 1) > 0.05)
      .map(e => e.src),
    broken: all("img").filter(e => e.complete && !e.naturalWidth).map(e => e.src),
  };
}"""


def listen(page, found, host):
    """Note in `found` each error that the page reports, and each request that goes wrong."""

    def note(text, wrong=True):
        if wrong:
            found.append(text)

    def foreign(address):
        return urlsplit(address).hostname not in (host, None)

    page.on("console", lambda said: note(said.text, said.type == "error"))
    page.on("pageerror", lambda error: note(str(error)))
    page.on("requestfailed", lambda request: note(f"failed: {request.url}"))
    page.on("response", lambda reply: note(f"{reply.status}: {reply.url}", reply.status >= 400))
    page.on("request", lambda request: note(f"other host: {request.url}", foreign(request.url)))


def open_page(page, address):
    """Load a page and wait until its formulas are typeset and nothing is on its way."""
    page.goto(address, wait_until="load", timeout=60_000)
    page.evaluate("() => window.MathJax && MathJax.startup.promise")
    page.wait_for_load_state("networkidle", timeout=60_000)


def seen_wrong(page):
    """Return what can be seen to be wrong with a page, once it is all laid out and unfolded."""
    page.evaluate(WHOLE)
    page.evaluate(UNFOLD)
    page.wait_for_timeout(500)
    seen, found = page.evaluate(SEEN), []
    if seen["scroll"] > 0:
        found.append(f"scrolls sideways by {seen['scroll']} px: {seen['wide'][:3]}")
    if seen["bare"]:
        found.append(f"{seen['bare']} formulas are not typeset")
    found += [f"picture out of proportion: {source}" for source in seen["stretched"]]
    if seen["cut"]:
        found.append(f"{seen['cut']} displayed formulas are broader than the column")
    if seen["lost"]:
        found.append(f"{seen['lost']} formulas are cut where nothing scrolls")
    if seen["mute"]:
        found.append(f"{seen['mute']} formulas have nothing for a screen reader")
    return found + [f"picture does not load: {source}" for source in seen["broken"]]


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


def look(context, address, turned):
    """Load one page; return what is wrong with it, in this scheme and `turned`, and its weight."""
    found, requests = [], []
    page = context.new_page()
    listen(page, found, "127.0.0.1")
    page.on("request", lambda request: requests.append(request))
    open_page(page, address)
    size = weight(requests)
    if size > BUDGET:
        found.append(f"weighs {size / 1000:.0f} kB, more than {BUDGET / 1000:.0f} kB")
    found += seen_wrong(page)
    page.evaluate(PLAIN)
    found += barriers(page, None, BUT_CONTRAST) + contrast(page)
    page.add_style_tag(content="* { transition: none !important }")
    page.emulate_media(color_scheme=turned)
    found += [f"turned {turned}: {problem}" for problem in contrast(page)]
    page.close()
    return found, size


def check_pages(browser, base, names):
    """Look at all pages in all views; print the heaviest; return what is wrong."""
    found, sizes = [], {}
    for width, scheme, turned in VIEWS:
        for name in names:
            # A context a page, so that nothing comes from the cache and the weight is a whole one.
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            wrong, sizes[name] = look(context, f"{base}{name}.html", turned)
            found += [f"{name}, {scheme}, {width} px: {problem}" for problem in wrong]
            print(".", end="", flush=True)
            context.close()
    print()
    heaviest = sorted(sizes, key=sizes.get, reverse=True)[:3]
    print("heaviest:", ", ".join(f"{name} {sizes[name] / 1000:.0f} kB" for name in heaviest))
    return found
