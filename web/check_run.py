"""Press a chapter's "Run" in a browser: does regkit run there, and what if Python does not come?

    python web/check_run.py [_build/html]

Python for the browser comes from Pyodide's CDN. Where that is out of reach, its part is played by
what npm and PyPI have of it. That is all but the compiled packages, so that a chapter then gets
as far as regkit's first line that needs NumPy, and exactly the compiled packages are asked for in
vain. Where the CDN is in reach, regkit has to give the number that it gives here.
"""

import re
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from cdn import LOCK, stand_in
from check_ways import check_buttons, check_imports
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION
from lite import ROOT
from playwright.sync_api import TimeoutError, expect, sync_playwright
from serve import serve

from regkit import Lasso, load_prostate

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHAPTER = "chapters/05_linear_regression"
CELL = """from regkit import Lasso, load_prostate
prostate = load_prostate()
print(f"The intercept is {Lasso(0.1).fit(prostate.data, prostate.target).intercept_:.6f}.")"""
ANSWER = re.compile(r"intercept is -?\d|\w+Error")
KERNEL = ("micropip", "ipython", "jedi")
CHAPTERS_NEED = ("numpy", "scipy", "scikit-learn", "joblib", "matplotlib", "sympy", "threadpoolctl")
SECONDS = 1000
CDN = f"{PYODIDE_CDN_URL}/**"


def expected():
    prostate = load_prostate()
    return f"The intercept is {Lasso(0.1).fit(prostate.data, prostate.target).intercept_:.6f}."


def in_reach():
    """Whether the CDN answers."""
    try:
        with urlopen(f"{PYODIDE_CDN_URL}/{LOCK}", timeout=10):
            return True
    except OSError:
        return False


def press_run(context, base):
    """Press the button of a chapter; return the page that it opens."""
    page = context.new_page()
    page.goto(f"{base}{CHAPTER}.html", wait_until="load")
    with context.expect_page() as opened:
        page.locator(".btn-run-here").click()
    return opened.value


def notice(page):
    return page.get_by_role("alert").filter(has_text="Python has not arrived")


def check_notice(browser, base, silent):
    """Yield what is wrong where the CDN refuses, or is silent: the page must say so in words."""
    context = browser.new_context()
    if silent:
        context.clock.install()
    held = []
    context.route(CDN, lambda route: held.append(route) if silent else route.abort())
    page = press_run(context, base)
    if silent:
        page.wait_for_load_state("load")
        page.clock.fast_forward(61 * SECONDS)
    try:
        expect(notice(page)).to_be_visible(timeout=120 * SECONDS)
        for link in notice(page).get_by_role("link").all():
            address = link.evaluate("link => link.href")
            if not context.request.get(address).ok:
                yield f"run: the notice leads to {address}, which is not there"
    except AssertionError:
        yield f"run: no word that Python does not come ({'silent' if silent else 'refused'})"
    for route in held:
        route.abort()
    context.close()


def foreign(address):
    parts = urlsplit(address)
    return parts.scheme.startswith("http") and parts.hostname != "127.0.0.1"


def run_cell(page, code):
    """Put code in place of the first cell's, run it, and return what it says."""
    cell = page.locator(".jp-CodeCell").first
    cell.locator(".cm-content").click(timeout=120 * SECONDS)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    said = cell.locator(".jp-OutputArea-output").filter(has_text=ANSWER)
    try:
        said.first.wait_for(timeout=240 * SECONDS)
    except TimeoutError:
        return "nothing, for four minutes"
    return said.first.inner_text()


def check_real(browser, base):
    """Yield what is wrong with a run for which the CDN gives everything."""
    context = browser.new_context()
    page = press_run(context, base)
    if expected() not in (said := run_cell(page, CELL)):
        yield f"run: {said}"
    context.close()


def check_stand_in(browser, base):
    """Yield what is wrong with a run for which nothing compiled is to be had."""
    folder = ROOT / f"_build/pyodide-{PYODIDE_VERSION}"
    packages, compiled = stand_in(folder, KERNEL + CHAPTERS_NEED)
    yield from check_imports(packages)
    context = browser.new_context()
    asked, elsewhere = set(), set()

    def answer(route):
        name = route.request.url.removeprefix(f"{PYODIDE_CDN_URL}/")
        if (folder / name).is_file():
            headers = {"Access-Control-Allow-Origin": "*"}
            route.fulfill(path=folder / name, headers=headers)
        else:
            asked.add(name)
            route.abort()

    context.route(foreign, lambda route: (elsewhere.add(route.request.url), route.abort()))
    context.route(CDN, answer)
    page = press_run(context, base)
    said = run_cell(page, CELL)
    if notice(page).is_visible():
        yield "run: the notice says that Python does not come, when it has come"
    context.close()
    if asked != compiled:
        yield f"run: asked in vain for {sorted(asked)}, not for {sorted(compiled)}"
    if elsewhere:
        yield f"run: asks other hosts: {sorted(elsewhere)}"
    if "No module named 'numpy'" not in said or "regkit" not in said:
        yield f"run: instead of an error about NumPy in regkit: {said}"


def check_run(context, base):
    """Try all of it; print how far regkit could be run; return what is wrong."""
    browser, real = context.browser, in_reach()
    found = [*check_buttons(context, base)]
    found += check_notice(browser, base, silent=False)
    found += check_notice(browser, base, silent=True)
    if real:
        found += check_real(browser, base)
    elif shutil.which("npm"):
        found += check_stand_in(browser, base)
    how = "on Pyodide itself" if real else "up to its first use of NumPy: its CDN is out of reach"
    if not real and not shutil.which("npm"):
        how = "NOT AT ALL: its CDN is out of reach, and npm is not installed"
    print(f"regkit was run in the browser {how}")
    return found


def main():
    site = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "_build/html")
    with sync_playwright() as playwright, serve(site) as base:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, map(shutil.which, BROWSERS)), None),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        found = check_run(browser.new_context(), base)
        browser.close()
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(f"{len(found)} problems")


if __name__ == "__main__":
    main()
