"""Open a page as a reader does; note what goes wrong, and what can be seen to be wrong."""

from urllib.parse import urlsplit

# No section is left to be laid out later. Then nothing moves while axe maps the page, or it would
# take one element's paper for another's.
WHOLE = "() => document.documentElement.classList.remove('fresh')"
# What is folded away is read too, once it is opened.
UNFOLD = """() => {
  const all = selector => document.querySelectorAll(selector);
  all("details").forEach(fold => fold.open = true);
  all(".toggle-hidden").forEach(fold => fold.classList.remove("toggle-hidden"));
}"""
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
