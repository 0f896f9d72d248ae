"""The built book in a real browser: `make site-test`, or for another site `pytest … --site=PATH`.

It is served from a folder and compressed, as GitHub Pages will serve it. Each file tests one thing.
"""

from pathlib import Path

import pytest
from browser import FLAGS, find_or_install
from notebooks import toc_pages
from serve import serve

ROOT = Path(__file__).resolve().parents[2]


def pytest_addoption(parser):
    parser.addoption("--site", default=ROOT / "_build/html", type=Path, help="the built site")


def pytest_generate_tests(metafunc):
    """Give a test that takes a `name` every page, those too that Sphinx adds."""
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", [*toc_pages(ROOT), "search", "genindex"])


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def written():
    """Return the names of the pages that _toc.yml lists."""
    return toc_pages(ROOT)


@pytest.fixture(scope="session")
def site(pytestconfig):
    """Return the folder of the built site."""
    site = pytestconfig.getoption("--site").resolve()
    assert (site / "intro.html").is_file(), f"there is no book in {site}: make book"
    return site


@pytest.fixture(scope="session")
def base_url(site):
    """Return the address under which the site is served."""
    with serve(site) as address:
        yield address


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return browser_type_launch_args | {"executable_path": find_or_install(), "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    """Look at a page from a laptop; a test's marker `browser_context_args` may say otherwise."""
    return browser_context_args | {"viewport": {"width": 1280, "height": 900}}
