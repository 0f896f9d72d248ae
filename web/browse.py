"""Load every page of the built book in a browser, wide and light, then narrow and dark.

    python web/browse.py [_build/html]

A page fails if a script reports an error, a request fails or goes to another host, a formula is
not typeset, a picture does not load, the page scrolls sideways, it weighs too much, or axe-core
finds something that keeps somebody from reading it. The self-test is taken with the keyboard. The
book is served from a folder, because that is how it will be found.
"""

import functools
import gzip
import http.server
import shutil
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from check_built import toc_pages
from playwright.sync_api import sync_playwright
from quiz import check_quiz

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VIEWS = (("light", 1280), ("dark", 390))
# Without "preload", because axe would fetch each style sheet again, and some by a wrong address.
AXE = {"resultTypes": ["violations"], "preload": False}
BUDGET = 400_000  # bytes, compressed, of what a page loads beside the fonts and MathJax

SEEN = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const inBox = e => e && (getComputedStyle(e).overflowX !== "visible" || inBox(e.parentElement));
  return {
    scroll: document.documentElement.scrollWidth - window.innerWidth,
    wide: all("article *")
      .filter(e => e.getBoundingClientRect().right > window.innerWidth && !inBox(e))
      .map(e => `${e.tagName}.${e.className}`),
    bare: all(".math").filter(e => !e.querySelector("mjx-container")).length,
    broken: all("img").filter(e => !e.naturalWidth).map(e => e.src),
  };
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder under /book, without a word."""

    def translate_path(self, path):
        return super().translate_path(path.removeprefix("/book"))

    def log_message(self, *args):
        pass


def foreign(address):
    return urlsplit(address).hostname not in ("127.0.0.1", None)


def weight(replies):
    """Return the compressed size of what was loaded, the fonts and MathJax left out."""
    counted = [r for r in replies if r.request.resource_type != "font" and "mathjax" not in r.url]
    return sum(len(gzip.compress(reply.body())) for reply in counted if reply.ok)


def look(context, address):
    """Load one page; return what is wrong with it."""
    found, replies = [], []
    page = context.new_page()

    def note(text, wrong=True):
        if wrong:
            found.append(text)

    page.on("console", lambda said: note(said.text, said.type == "error"))
    page.on("pageerror", lambda error: note(str(error)))
    page.on("requestfailed", lambda request: note(f"failed: {request.url}"))
    page.on("response", lambda reply: note(f"{reply.status}: {reply.url}", reply.status >= 400))
    page.on("response", lambda reply: replies.append(reply))
    page.on("request", lambda request: note(f"other host: {request.url}", foreign(request.url)))
    page.goto(address, wait_until="load", timeout=30_000)
    page.evaluate("() => window.MathJax && MathJax.startup.promise")
    page.wait_for_load_state("networkidle", timeout=30_000)
    seen = page.evaluate(SEEN)
    if seen["scroll"] > 0:
        found.append(f"scrolls sideways by {seen['scroll']} px: {seen['wide'][:3]}")
    if seen["bare"]:
        found.append(f"{seen['bare']} formulas are not typeset")
    found += [f"picture does not load: {source}" for source in seen["broken"]]
    for rule in Axe().run(page, options=AXE).response["violations"]:
        found.append(f"axe: {rule['help']}: {[node['html'][:120] for node in rule['nodes'][:3]]}")
    if (size := weight(replies)) > BUDGET:
        found.append(f"weighs {size / 1000:.0f} kB, more than {BUDGET / 1000:.0f} kB")
    page.close()
    return found


def main():
    root = Path(__file__).resolve().parent.parent
    site = Path(sys.argv[1] if len(sys.argv) > 1 else root / "_build/html")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    handler = functools.partial(Quiet, directory=site)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    names = [*toc_pages(root), "search", "genindex"]
    failures = 0
    with sync_playwright() as playwright:
        # Without its sandbox, because CI runs as root; every page comes from this machine.
        chromium = playwright.chromium.launch(
            executable_path=browser,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        for scheme, width in VIEWS:
            context = chromium.new_context(
                base_url=f"http://127.0.0.1:{server.server_port}/book/",
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
            )
            for name in names:
                for problem in look(context, f"{name}.html"):
                    print(f"{name}, {scheme}, {width} px: {problem}")
                    failures += 1
            check_quiz(context.new_page())
            context.close()
        chromium.close()
    if failures:
        sys.exit(f"{failures} problems")
    print(f"{len(names)} pages in {len(VIEWS)} views: nothing wrong")


if __name__ == "__main__":
    main()
