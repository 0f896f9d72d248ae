"""Test the built site in a browser: python web/browse.py [_build/html [step ...]]

It is served from a folder, as GitHub Pages will serve it. Each step takes the browser and the
site's address, and returns what is wrong; unless steps are named, all are taken in turn.
"""

import sys
import time
from functools import partial
from pathlib import Path

from browser import open_browser
from check_built import problems, toc_pages
from check_descent import check_descent
from check_files import check_files
from check_found import check_found
from check_geometry import check_geometry
from check_moving import check_moving
from check_pages import check_pages
from check_paint import check_paint
from check_run import check_run
from playwright.sync_api import Error
from quiz import check_quiz
from serve import serve

ROOT = Path(__file__).resolve().parent.parent


def by_hand(check, start, browser, base):
    """Let a check that asserts use one page; what it asserts in vain, `take` reports."""
    context = browser.new_context(base_url=base, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(start, wait_until="load")
    check(page)
    context.close()
    return []


def steps(site):
    """Return the steps: by name, a function of the browser and the site's address."""
    written = toc_pages(ROOT)
    names = [*written, "search", "genindex"]
    return {
        "links": lambda browser, base: problems(ROOT, site),
        "found": lambda browser, base: check_found(site, written),
        "pages": lambda browser, base: check_pages(browser, base, names),
        "files": lambda browser, base: check_files(browser, site, names),
        "quiz": partial(by_hand, check_quiz, "chapters/self_test.html"),
        "moving": check_moving,
        "geometry": partial(by_hand, check_geometry, "chapters/02_penalties.html"),
        "descent": partial(by_hand, check_descent, "chapters/04_signs.html"),
        "run": lambda browser, base: check_run(browser.new_context(), base),
        "paint": lambda browser, base: check_paint(browser, base, site, names),
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
    print(f"{name}: {len(found) or 'no'} problems, {time.monotonic() - began:.0f} s", flush=True)
    return len(found)


def main():
    site = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "_build/html")
    every = steps(site)
    chosen = sys.argv[2:] or list(every)
    with open_browser() as browser, serve(site) as base:
        found = sum(take(name, every[name], browser, base) for name in chosen)
    if found:
        sys.exit(f"{found} problems")


if __name__ == "__main__":
    main()
