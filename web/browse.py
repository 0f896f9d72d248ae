"""Load every page of the built book in a browser, wide and narrow.

    python web/browse.py [_build/html]

A page fails if a script reports an error, a request fails or goes to another host, a formula is
not typeset, a picture does not load, or the page scrolls sideways.
"""

import functools
import http.server
import shutil
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

from check_built import toc_pages
from playwright.sync_api import sync_playwright

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTHS = (1280, 390)

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
    def log_message(self, *args):
        pass


def foreign(address):
    return urlsplit(address).hostname not in ("127.0.0.1", None)


def look(context, address):
    """Load one page; return what is wrong with it."""
    found = []
    page = context.new_page()

    def note(text, wrong=True):
        if wrong:
            found.append(text)

    page.on("console", lambda said: note(said.text, said.type == "error"))
    page.on("pageerror", lambda error: note(str(error)))
    page.on("requestfailed", lambda request: note(f"failed: {request.url}"))
    page.on("response", lambda reply: note(f"{reply.status}: {reply.url}", reply.status >= 400))
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
        for width in WIDTHS:
            context = chromium.new_context(viewport={"width": width, "height": 900})
            for name in names:
                address = f"http://127.0.0.1:{server.server_port}/{name}.html"
                for problem in look(context, address):
                    print(f"{name} at {width} px: {problem}")
                    failures += 1
        chromium.close()
    if failures:
        sys.exit(f"{failures} problems")
    print(f"{len(names)} pages at {' and '.join(map(str, WIDTHS))} px: nothing wrong")


if __name__ == "__main__":
    main()
