"""Press a chapter's "Run" in a browser: does regkit run there, and what if Python does not come?

    python web/check_run.py [_build/html]

Python for the browser comes from Pyodide's CDN. Where that is out of reach, its part is played by
what npm and PyPI have of it. That is all but the compiled packages, so that a chapter then gets
as far as regkit's first line that needs NumPy, and exactly the compiled packages are asked for in
vain. Where the CDN is in reach, regkit has to give the number that it gives here.
"""

import ast
import shutil
import sys
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from cdn import LOCK, stand_in
from check_built import toc_pages
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION
from lite import ROOT, runs_here
from notebooks import read
from playwright.sync_api import expect, sync_playwright
from serve import serve

from regkit import Lasso, load_prostate

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHAPTER = "chapters/05_linear_regression"
CELL = """from regkit import Lasso, load_prostate
prostate = load_prostate()
print(f"The intercept is {Lasso(0.1).fit(prostate.data, prostate.target).intercept_:.6f}.")"""
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
    except (URLError, TimeoutError):
        return False


def press_run(context, base):
    """Press the button of a chapter; return the page that it opens."""
    page = context.new_page()
    page.goto(f"{base}{CHAPTER}.html", wait_until="load")
    with context.expect_page() as opened:
        page.locator(".btn-run-here").click()
    return opened.value


def check_buttons(context, base):
    """Yield each chapter that lacks a way to run it, or has one that leads nowhere."""
    for name in toc_pages(ROOT):
        source = ROOT / f"{name}.ipynb"
        if source.is_file():
            text = context.request.get(f"{base}{name}.html").text()
            ways = {
                "run": f"lite/notebooks/index.html?path={name}.ipynb",
                "Binder": f"lab/tree/{name}.ipynb",
                "Colab": f"/blob/main/{name}.ipynb",
                "download": f"_sources/{name}.ipynb",
            }
            for way, address in ways.items():
                expected = way in ("Colab", "download") or runs_here(source)
                if (address in text) != expected:
                    yield f"{name}: {'no' if expected else 'a'} button for {way}"


def imported(notebook):
    """Return the packages that a chapter imports."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id != "colab"]
    for node in ast.walk(ast.parse("\n".join(cell.source for cell in code))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def check_imports(packages):
    """Yield each import of a chapter with a button that the browser has no package for."""
    there = {name for entry in packages.values() for name in entry["imports"]}
    there |= {"regkit", *sys.stdlib_module_names}
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        if runs_here(path):
            for name in sorted(set(imported(read(path))) - there):
                yield f"{path.name}: imports {name}, which Pyodide lacks"


def check_notice(browser, base, silent):
    """Yield what is wrong where the CDN refuses, or is silent: the page must say so in words."""
    context = browser.new_context()
    if silent:
        context.clock.install()
    context.route(CDN, (lambda route: None) if silent else (lambda route: route.abort()))
    page = press_run(context, base)
    if silent:
        page.wait_for_load_state("load")
        page.clock.fast_forward(61 * SECONDS)
    notice = page.get_by_role("alert").filter(has_text="Python has not arrived")
    try:
        expect(notice).to_be_visible(timeout=60 * SECONDS)
        for link in notice.get_by_role("link").all():
            address = link.evaluate("link => link.href")
            if not context.request.get(address).ok:
                yield f"run: the notice leads to {address}, which is not there"
    except AssertionError:
        yield f"run: no word that Python does not come ({'silent' if silent else 'refused'})"
    context.close()


def foreign(address):
    parts = urlsplit(address)
    return parts.scheme.startswith("http") and parts.hostname != "127.0.0.1"


def run_cell(page, code):
    """Put code in place of the first cell's, run it, and return what it says."""
    cell = page.locator(".jp-CodeCell").first
    cell.locator(".cm-content").click(timeout=60 * SECONDS)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)
    page.keyboard.press("Shift+Enter")
    said = cell.locator(".jp-OutputArea-output")
    said.first.wait_for(timeout=240 * SECONDS)
    # An error comes after the warnings of the packages that did not load.
    said.filter(has_text="intercept").or_(said.filter(has_text="Error")).last.wait_for()
    return "\n".join(said.all_inner_texts())


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
    said = run_cell(press_run(context, base), CELL)
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
