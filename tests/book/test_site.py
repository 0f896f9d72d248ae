"""What the build adds, and the check of what it built: each way to spoil a site is noticed."""

import ast
import re
import sys
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import lite
import nbformat
import pytest
from book import take_runner_address
from built import problems
from plain import BRANCH, Writer

PAGE = """<html><head><link rel="stylesheet" href="_static/a.css">
<link rel="canonical" href="https://example.org/intro.html"></head><body id="top">
<a href="chapters/one.html#here">one</a> <a href="#top">top</a> <a href="https://example.org">out</a>
</body></html>"""
CHAPTER = """<html><body><h1 id="here">One</h1>
<div class="cell_output docutils container"><div class="output stream">1</div></div>
<div class="cell_output docutils container"><img alt="A line." src="../_images/line.svg">
<img alt="A line." src="../_images/line-dark.svg"></div>
</body></html>"""


@pytest.fixture
def book(tmp_path):
    """Return the root of a tiny book with two pages, and its built site."""
    v4 = nbformat.v4
    cells = [
        v4.new_code_cell(outputs=[v4.new_output("stream", name="stdout", text="1\n")]),
        v4.new_code_cell(outputs=[v4.new_output("display_data", data={"image/svg+xml": "<svg/>"})]),
        v4.new_code_cell("x = 1"),
    ]
    site = tmp_path / "_build/html"
    for folder in (
        "chapters",
        "_build/html/chapters",
        "_build/html/_static",
        "_build/html/_images",
    ):
        (tmp_path / folder).mkdir(parents=True)
    toc = "root: intro\nparts:\n- chapters:\n  - file: chapters/one\n"
    (tmp_path / "_toc.yml").write_text(toc)
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "chapters/one.ipynb")
    (site / "intro.html").write_text(PAGE)
    (site / "chapters/one.html").write_text(CHAPTER)
    (site / "_static/a.css").write_text("a { background: url(data:image/png;base64,) }")
    for name in ("line", "line-dark"):
        (site / f"_images/{name}.svg").write_text("<svg/>")
    return tmp_path, site


def test_a_good_site_passes(book):
    assert problems(*book) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("chapters/one.html", None, None, "not built"),
        ("chapters/one.html", '<img alt="A line." src="../_images/line.svg">', "", "0 figures"),
        ("chapters/one.html", "line-dark.svg", "line.svg", "no twin for the dark"),
        ("chapters/one.html", '"cell_output docutils', '"docutils', "1 cells with outputs"),
        ("chapters/one.html", "A line.", "", "no alt text"),
        ("chapters/one.html", "A line.", "../_images/line.svg", "no alt text"),
        ("chapters/one.html", 'id="here"', "", "no place on its page"),
        ("intro.html", 'href="#top"', 'href="#bottom"', "no place on its page"),
        ("intro.html", "chapters/one.html", "chapters/two.html", "no file"),
        ("intro.html", "_static/a.css", "//cdn.example.org/a.css", "another host"),
        ("intro.html", "<body", '<script src="https://example.org/a.js"></script><body', "another"),
        ("_static/a.css", "url(data:", "url(https://example.org/", "another host"),
    ],
)
def test_a_spoiled_site_is_noticed(book, name, old, new, message):
    root, site = book
    path = site / name
    if old is None:
        path.unlink()
    else:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
    assert any(message in problem for problem in problems(root, site))


@pytest.mark.parametrize(
    ("runner", "address"),
    [
        ({}, "https://example.org/ours"),
        ({"GITHUB_REPOSITORY": "you/fork"}, "https://github.com/you/fork"),
        (
            {"GITHUB_REPOSITORY": "you/fork", "GITHUB_SERVER_URL": "https://git.example.org"},
            "https://git.example.org/you/fork",
        ),
    ],
)
def test_a_fork_points_at_itself(monkeypatch, runner, address):
    for name in ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in runner.items():
        monkeypatch.setenv(name, value)
    config = SimpleNamespace(html_theme_options={"repository_url": "https://example.org/ours"})
    take_runner_address(None, config)
    assert config.html_theme_options["repository_url"] == address


def test_the_branch_that_colab_and_binder_open_is_the_one_that_is_published():
    workflow = Path(lite.ROOT, ".github/workflows/book.yml").read_text("utf-8")
    assert re.search(rf"git push --force \S.* HEAD:{BRANCH}\n", workflow)


CHAPTERS = sorted(Path(lite.ROOT, "chapters").glob("*.ipynb"))


def test_every_chapter_but_two_runs_in_the_browser():
    elsewhere = {path.stem for path in CHAPTERS if not lite.runs_here(path)}
    assert elsewhere == {"10_five_libraries", "past_memory"}


def test_a_chapter_in_the_browser_installs_nothing_and_has_every_other_cell(tmp_path):
    source, target = CHAPTERS[0], tmp_path / "deep/copy.ipynb"
    lite.copy_chapter(source, target, Writer("chapters/01_overfitting", ""))
    before, after = (nbformat.read(path, as_version=4).cells for path in (source, target))
    assert [cell.id for cell in before if cell.id != "colab"] == [cell.id for cell in after]
    assert "%pip" not in target.read_text("utf-8")


def imported(package):
    """Return what a package imports, at its top or later, beside itself and Python."""
    names = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names)


def test_the_browser_gets_regkit_with_its_data_and_all_that_it_imports(tmp_path):
    entry = lite.pack("regularization-checked", "regkit", tmp_path)
    assert entry["imports"] == ["regkit"]
    # IPython comes with the kernel; dask is for whoever brings dask's arrays.
    needed = imported(lite.ROOT / "regkit") - {"IPython", "dask"}
    assert {name.replace("scikit-learn", "sklearn") for name in entry["depends"]} == needed
    wheel = tmp_path / entry["file_name"]
    assert sha256(wheel.read_bytes()).hexdigest() == entry["sha256"]
    held = set(ZipFile(wheel).namelist())
    assert {"regkit/__init__.py", "regkit/data/prostate.csv", "regkit/data/docstrings.txt"} <= held
    assert any(name.endswith(".dist-info/licenses/LICENSE-text") for name in held)
    assert not [name for name in held if name.endswith(".pyc")]


def test_the_same_package_gives_the_same_wheel(tmp_path):
    entries = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        entries.append(lite.pack("comm", "comm", tmp_path / name))
    assert entries[0] == entries[1]
