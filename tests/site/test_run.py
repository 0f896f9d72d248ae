"""Press a chapter's "Run" in a browser: does regkit run there, and what if Python does not come?

Python for the browser comes from Pyodide's CDN. Where that is out of reach, its part is played by
what npm and PyPI have of it. That is all but the compiled packages, so that a chapter then gets
as far as regkit's first line that needs NumPy, and exactly the compiled packages are asked for in
vain. Where the CDN is in reach, regkit has to give the number that it gives here.
"""

import re
import shutil
from functools import cache
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from cdn import LOCK, stand_in
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL, PYODIDE_VERSION
from playwright.sync_api import TimeoutError, expect
from ways import missing_imports, wrong_ways

from regkit import Lasso, load_prostate

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


@cache
def in_reach():
    """Whether the CDN answers."""
    try:
        with urlopen(f"{PYODIDE_CDN_URL}/{LOCK}", timeout=10):
            return True
    except OSError:
        return False


def press_run(context):
    """Press the button of a chapter; return the page that it opens."""
    page = context.new_page()
    page.goto(f"{CHAPTER}.html", wait_until="load")
    with context.expect_page() as opened:
        page.locator(".btn-run-here").click()
    return opened.value


def notice(page):
    return page.get_by_role("alert").filter(has_text="Python has not arrived")


def foreign(address):
    parts = urlsplit(address)
    return parts.scheme.startswith("http") and parts.hostname != "127.0.0.1"


def run_cell(page, code):
    """Put code in place of that of the first open cell, run it, and return what it says."""
    expect(page.locator(".jp-InputPlaceholder").first).to_be_visible(timeout=120 * SECONDS)
    cell = page.locator(".jp-CodeCell:has(.cm-content)").first
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


def test_every_chapter_offers_every_way_to_run_it(context, base_url, root, written):
    assert not list(wrong_ways(context, base_url, root, written))


def test_run_opens_a_notebook_in_plain_words_with_its_folds_closed(context):
    context.route(CDN, lambda route: route.abort())
    page = press_run(context)
    expect(page.locator(".jp-InputPlaceholder").first).to_be_visible(timeout=120 * SECONDS)
    expect(page.locator(".jp-MarkdownOutput summary").first).to_have_text("中文提要")
    expect(page.locator(".jp-MarkdownOutput details[open]")).to_have_count(0)
    text = page.locator(".jp-Notebook").inner_text()
    assert "You will be able to" in text and ":::" not in text and "{cite" not in text


@pytest.mark.browser_context_args(viewport={"width": 390, "height": 844})
def test_the_notice_says_that_python_was_refused(context):
    context.route(CDN, lambda route: route.abort())
    check_notice(context, press_run(context))


def test_the_notice_says_that_python_is_long_in_coming(context):
    held = []
    context.clock.install()
    context.route(CDN, lambda route: held.append(route))
    page = press_run(context)
    page.wait_for_load_state("load")
    page.clock.fast_forward(61 * SECONDS)
    check_notice(context, page)
    for route in held:
        route.abort()


def check_notice(context, page):
    """Assert that the page says in words that Python does not come, leads elsewhere, and closes."""
    expect(notice(page)).to_be_visible(timeout=120 * SECONDS)
    assert notice(page).bounding_box()["height"] <= page.viewport_size["height"] / 5
    for link in notice(page).get_by_role("link").all():
        address = link.evaluate("link => link.href")
        assert context.request.get(address).ok, f"the notice leads to {address}"
    notice(page).get_by_role("button").click()
    expect(notice(page)).to_be_hidden()


def test_regkit_gives_the_number_that_it_gives_here(context):
    if not in_reach():
        pytest.skip("Pyodide's CDN is out of reach")
    assert expected() in run_cell(press_run(context), CELL)


def test_regkit_runs_up_to_its_first_use_of_numpy(context, root):
    """Where nothing compiled is to be had."""
    if in_reach() or not shutil.which("npm"):
        pytest.skip("Pyodide's CDN is in reach, or npm is not installed")
    folder = root / f"_build/pyodide-{PYODIDE_VERSION}"
    packages, compiled = stand_in(folder, KERNEL + CHAPTERS_NEED)
    assert not list(missing_imports(root, packages))
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
    page = press_run(context)
    said = run_cell(page, CELL)
    expect(notice(page)).to_be_hidden()
    assert asked == compiled
    assert not elsewhere, "asks other hosts"
    assert "No module named 'numpy'" in said and "regkit" in said
