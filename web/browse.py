"""Test the built site in a browser: python web/browse.py [_build/html [step ...]]

It is served from a folder, as GitHub Pages will serve it. Each step takes the browser and the
site's address, and returns what is wrong; without a step's name, all are taken in turn.
"""

import sys
import time
from pathlib import Path

from browser import open_browser
from check_built import problems, toc_pages
from check_files import check_files
from check_pages import check_pages
from check_paint import check_paint
from playwright.sync_api import Error
from quiz import check_quiz
from serve import serve

ROOT = Path(__file__).resolve().parent.parent


def check_self_test(browser, base):
    """Take the self-test with the keyboard."""
    context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 900})
    check_quiz(context.new_page())
    context.close()
    return []


def steps(site):
    """Return the steps: by name, a function of the browser and the site's address."""
    names = [*toc_pages(ROOT), "search", "genindex"]
    return {
        "links": lambda browser, base: problems(ROOT, site),
        "pages": lambda browser, base: check_pages(browser, base, names),
        "quiz": check_self_test,
        "files": lambda browser, base: check_files(browser, site, names),
        "paint": lambda browser, base: check_paint(browser, base, names),
    }


def take(name, step, browser, base):
    """Take one step; print what is wrong and how long it took; return how much is wrong."""
    began = time.monotonic()
    try:
        found = step(browser, base)
    except (AssertionError, Error) as broken:
        found = [str(broken)]
    for problem in found:
        print(f"{name}: {problem}")
    took = time.monotonic() - began
    print(f"{name}: {len(found) or 'no'} problems, {took:.0f} s", flush=True)
    return len(found)


def main():
    site = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "_build/html")
    every = steps(site)
    with open_browser() as browser, serve(site) as base:
        found = sum(take(name, every[name], browser, base) for name in sys.argv[2:] or list(every))
    if found:
        sys.exit(f"{found} problems")


if __name__ == "__main__":
    main()
