"""What must hold of a chapter as it is stored; that its outputs are still true, nbval checks."""

import ast
import copy
import importlib
import re
import shutil
import sys
import tomllib
from importlib.machinery import PathFinder
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import dark
import nbformat
import notebooks
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from notebooks import (
    METADATA,
    ROLES,
    checks,
    fold_name,
    is_folded,
    normalised,
    plain,
    toc_pages,
)

from regkit import plots

ROOT = Path(__file__).resolve().parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))

SCREEN = 40, 88  # lines and columns: what fits on a laptop's screen and in the book's column
TAGS = {
    "hide-cell",
    "hide-input",
    "hide-output",
    *ROLES,
}  # others could hide a cell from its checks
OPEN = 12  # lines of a cell that stays open
IDEAS = 6  # assertions of a chapter that stay open, a line each, because they are the idea
# Chapters whose open cells are not yet what an open cell is to be.
WAITING = {
    "appendix_fast_solver",
    "questions",
    "self_test",
}
COLOURS = set(dark.dark_colours())  # PALETTE's, those of labels in it, grid and paper
COLAB = {"colab": {"remove-cell"}}  # the cell that only a notebook away from home needs
MACHINE = re.compile(
    r"(?<![\w./:])/(?:home|opt|private|root|tmp|usr|var|work|Users)/|[A-Z]:\\Users|site-packages"
    r"|\b0x[0-9a-f]{6,}"
)


def texts(output):
    """Return every piece of text that an output holds."""
    return [output.get("text", ""), *map(str, output.get("data", {}).values())]


def strange_colours(svg):
    """Return the colours of a drawing that have no twin for the dark; a heat map keeps its own."""
    mesh = re.compile(r'<g id="QuadMesh_\d+">.*?</g>', re.DOTALL)
    return {found.lower() for found in dark.COLOUR.findall(mesh.sub("", svg))} - COLOURS


def figure_problems(data):
    """Yield what is wrong with one displayed object, as far as it is a picture."""
    if any(kind in data for kind in ("image/png", "image/jpeg")):
        yield "a PNG or JPEG, which no test can compare: end the cell with regkit.plots.show"
    if "image/svg+xml" in data:
        title = ElementTree.fromstring(data["image/svg+xml"]).findtext("{*}title")
        if not title or len(title) < 20:
            yield "a figure without a description: regkit.plots.show takes it"
        elif title != data.get("text/plain"):
            yield "a figure whose description is not the one it was shown with"


def open_problems(notebook):
    """Yield what is wrong with the open cells, which hold the idea and no plumbing."""
    ideas, folded, introduced = 0, set(), set()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if strange := strange_colours(output.get("data", {}).get("image/svg+xml", "")):
                yield f"cell {cell.id}: colours that are not of PALETTE: {sorted(strange)}"
        if cell.cell_type == "markdown":
            introduced |= set(re.findall(r"`(\w+)", cell.source))
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        if cell.id in COLAB:
            continue
        if is_folded(cell):
            tags = set(cell.metadata.tags)
            folded |= own_names(cell.source) if "setup" not in tags else set()
            continue
        if len(lines) > OPEN:
            yield f"cell {cell.id}: {len(lines)} open lines, where {OPEN} carry an idea"
        ideas += checks(cell.source)
        if re.search(r"^\s*(?:reads\(|np\.testing\.)", cell.source, re.MULTILINE):
            yield f"cell {cell.id}: a check of numbers in an open cell: tag it check"
        if re.search(r"^\s*show\(", cell.source, re.MULTILINE):
            yield f"cell {cell.id}: a drawing in an open cell: tag it draw"
        if re.search(r";\s*(?:#|$)|;\s*\w+\s*=", cell.source, re.MULTILINE):
            yield f"cell {cell.id}: two statements on a line"
        if unknown := (used_names(cell.source) & folded) - introduced:
            yield f"cell {cell.id}: uses {sorted(unknown)}, which only a folded cell defines"
        folded -= own_names(cell.source)
    if ideas > IDEAS:
        yield f"{ideas} open assertions, where {IDEAS} may be the idea"


def parsed(source):
    """Return the syntax tree of a cell; a line for IPython alone counts for nothing."""
    return ast.parse(re.sub(r"^(\s*)%.*", r"\1pass", source, flags=re.MULTILINE))


def own_names(source):
    """Return the names that a cell defines at its top, imports left out."""
    found = set()
    for node in parsed(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif not isinstance(node, ast.Import | ast.ImportFrom):
            stores = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            found |= {n.id for n in stores if isinstance(n.ctx, ast.Store)}
    return found


def used_names(source):
    """Return the names that a cell reads and does not define itself, at its top or within."""
    nodes = list(ast.walk(parsed(source)))
    names = [n for n in nodes if isinstance(n, ast.Name)]
    within = {n.id for n in names if isinstance(n.ctx, ast.Store)}
    within |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    return {n.id for n in names if isinstance(n.ctx, ast.Load)} - within - own_names(source)


def problems(text, waiting=False):
    """Return what is wrong with a stored chapter."""
    notebook = nbformat.reads(text, as_version=4)
    found = [] if normalised(copy.deepcopy(notebook)) == text else ["not normalised: make run"]
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    if None in counts:
        found.append("a cell that was not executed")
    elif counts != list(range(1, len(counts) + 1)):
        found.append("cells that were not executed from top to bottom")
    for cell in notebook.cells:
        lines = cell.source.splitlines()
        here = []
        tags = cell.metadata.get("tags", [])
        if unknown := set(tags) - TAGS - COLAB.get(cell.id, set()):
            here.append(f"tags {sorted(unknown)}, where only {sorted(TAGS)} are in use")
        if is_folded(cell) and not fold_name(cell):
            here.append("folded without a name: its first line, a comment")
        if ROLES & set(tags) and not is_folded(cell):
            here.append("has a part to play, and is not folded: hide-input or hide-cell")
        if "check" in tags and not checks(cell.source):
            here.append("tagged check, and checks nothing")
        if cell.cell_type == "code":
            if len(lines) - bool(fold_name(cell)) > SCREEN[0]:
                here.append(f"{len(lines)} lines of code: more than a screen")
            if max(map(len, lines), default=0) > SCREEN[1]:
                here.append(f"a line of code wider than {SCREEN[1]} characters")
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                here.append("an output on stderr")
            if output.output_type == "error":
                here.append("an error")
            if any(MACHINE.search(text) for text in texts(output)):
                here.append("a path or an address in memory, which another machine does not have")
            if "sk-container" in output.get("data", {}).get("text/html", ""):
                here.append("an estimator's HTML, which changes with scikit-learn")
            here += figure_problems(output.get("data", {}))
        found += [f"cell {cell.id}: {problem}" for problem in here]
    return found if waiting else [*found, *open_problems(notebook)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_is_in_order(path):
    text = path.read_text("utf-8")
    assert problems(text, path.stem in WAITING) == []


def test_a_chapter_opens_with_its_question():
    opening = re.compile(r"# .+\n\n\*\*[^*]+\?\*\*\n")
    numbered = [p for p in CHAPTERS if p.name[:2].isdigit() and p.stem not in WAITING]
    assert [p.stem for p in numbered if not opening.match(notebooks.read(p).cells[0].source)] == []


def test_there_are_chapters_and_each_is_in_the_table_of_contents():
    assert CHAPTERS
    assert {f"chapters/{path.stem}" for path in CHAPTERS} <= set(toc_pages(ROOT))


def install_cell(path):
    """Return the cell of a chapter that installs regkit where it is missing, if it has one."""
    code = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    return code[0] if code[0].id == "colab" else None


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_that_needs_regkit_installs_it_first_where_it_is_missing(path):
    code = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    cell = install_cell(path)
    assert any(re.search(r"^from regkit", c.source, re.MULTILINE) for c in code) == bool(cell)
    if cell:
        book = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
        address = book["repository"]["url"]
        assert re.findall(r"%pip install -q git\+(.*)$", cell.source, re.MULTILINE) == [address]
        assert cell.source.startswith(install_cell(CHAPTERS[0]).source), "the same in all of them"


FOUND = {
    "ours": ("class Lasso: ...", []),
    "nothing": (None, ["install"]),
    "a stranger's": ("import sys", ["uninstall", "install"]),
    "a stranger's, for Windows alone": ("import no_such_module", ["uninstall", "install"]),
}


@pytest.mark.parametrize(("found", "expected"), FOUND.values(), ids=FOUND)
def test_the_install_cell_makes_room_for_ours(tmp_path, monkeypatch, found, expected):
    """Run it with pip replaced by a note of what it was asked for, and by a file of ours."""
    asked, place = [], tmp_path / "regkit"

    def pip(name, arguments):
        asked.append(arguments.split()[0])
        shutil.rmtree(place, ignore_errors=True)
        if asked[-1] == "install":
            place.mkdir()
            (place / "__init__.py").write_text("class Lasso: ...")
        importlib.invalidate_caches()

    for name in [name for name in sys.modules if name.partition(".")[0] == "regkit"]:
        monkeypatch.delitem(sys.modules, name)
    elsewhere = [path for path in sys.path if not (Path(path) / "regkit").is_dir()]
    monkeypatch.setattr(sys, "path", [str(tmp_path), *elsewhere])
    monkeypatch.setattr(sys, "meta_path", [PathFinder])  # no editable install answers instead
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    if found:
        place.mkdir()
        (place / "__init__.py").write_text(found)
    importlib.invalidate_caches()
    source = TransformerManager().transform_cell(install_cell(CHAPTERS[0]).source)
    exec(source, {"get_ipython": lambda: SimpleNamespace(run_line_magic=pip)})
    assert asked == expected
    assert hasattr(importlib.import_module("regkit"), "Lasso")


# A check that cannot fail checks nothing: spoil a small good chapter, and see it noticed.


def good_chapter():
    fig, ax = plots.plt.subplots()
    ax.plot([0, 1], [0, 1], plots.PALETTE["blue"])
    alt = "A straight line from the origin to (1, 1)."
    figure = {"image/svg+xml": plots.svg(fig, alt), "text/plain": alt}
    v4 = nbformat.v4
    cells = [
        v4.new_markdown_cell("# A chapter", id="title"),
        v4.new_code_cell(
            "print(1)",
            id="print",
            execution_count=1,
            outputs=[v4.new_output("stream", name="stdout", text="1\n")],
        ),
        v4.new_code_cell(
            "# Draw the line\nshow(fig, alt)",
            id="figure",
            execution_count=2,
            outputs=[v4.new_output("display_data", data=figure)],
            metadata={"tags": ["draw", "hide-input"]},
        ),
        v4.new_code_cell(
            "# Check these numbers\nassert 1 < 2\nnp.testing.assert_equal(1, 1)",
            id="check",
            execution_count=3,
            metadata={"tags": ["check", "hide-input"]},
        ),
    ]
    return nbformat.reads(normalised(v4.new_notebook(cells=cells, metadata=METADATA)), 4)


def stored(notebook):
    return nbformat.writes(notebook) + "\n"


def test_a_good_chapter_passes():
    assert problems(stored(good_chapter())) == []


def spoil(where, what):
    """Return a function that sets one entry, named by its path, of a notebook."""

    def change(notebook):
        node = notebook
        for key in where[:-1]:
            node = node[key]
        node[where[-1]] = what(node[where[-1]]) if callable(what) else what

    return change


PRINT, FIGURE, CHECK = (("cells", k) for k in (1, 2, 3))
PICTURE = (*FIGURE, "outputs", 0, "data")
ERROR = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
HTML = nbformat.v4.new_output("display_data", data={"text/html": "<div class=sk-container>"})
SPOILED = {
    "not executed": spoil((*PRINT, "execution_count"), None),
    "from top to bottom": spoil((*PRINT, "execution_count"), 3),
    "on stderr": spoil((*PRINT, "outputs", 0, "name"), "stderr"),
    "an error": spoil((*PRINT, "outputs"), [ERROR]),
    "more than a screen": spoil((*PRINT, "source"), "x = 1\n" * 41),
    "wider than": spoil((*PRINT, "source"), "x = " + "1" * 90),
    "address in memory": spoil((*PRINT, "outputs", 0, "text"), "<Line2D at 0x7f12ab34cd56>"),
    "a path": spoil((*PRINT, "outputs", 0, "text"), "wrote /home/me/figure.svg"),
    "HTML": spoil((*PRINT, "outputs"), [HTML]),
    "without a description": spoil(
        (*PICTURE, "image/svg+xml"), lambda svg: re.sub("<title>.*</title>", "", svg)
    ),
    "not the one it was shown with": spoil((*PICTURE, "text/plain"), "Some other figure."),
    "PNG or JPEG": spoil((*FIGURE, "outputs", 0, "data"), {"image/png": "aGVsbG8="}),
    "tags": spoil((*PRINT, "metadata"), {"tags": ["nbval-skip"]}),
    "without a name": spoil((*PRINT, "metadata"), {"tags": ["hide-cell"]}),
    "checks nothing": spoil((*CHECK, "source"), "# Check these numbers\nx = 1"),
    "is not folded": spoil((*CHECK, "metadata"), {"tags": ["check"]}),
    "not of PALETTE: ['#aa0000']": spoil(
        (*PICTURE, "image/svg+xml"),
        lambda svg: svg.replace("#0072B2", "#AA0000").replace("#0072b2", "#aa0000"),
    ),
    "13 open lines": spoil((*PRINT, "source"), "x = 1\n\n" * 13),
    "a check of numbers": spoil((*PRINT, "source"), "np.testing.assert_equal(1, 1)"),
    "a drawing": spoil((*PRINT, "source"), "show(fig, alt)"),
    "two statements": spoil((*PRINT, "source"), "x = 1; y = 2"),
    "7 open assertions": spoil((*PRINT, "source"), "assert True\n" * 7),
    "only a folded cell defines": lambda notebook: (
        spoil((*FIGURE, "source"), "# Draw the line\nslope = 2")(notebook),
        spoil((*CHECK, "source"), "print(slope)")(notebook),
        spoil((*CHECK, "metadata"), {})(notebook),
    ),
    "not normalised": spoil(("metadata", "language_info"), {"name": "python", "version": "3.11"}),
}


@pytest.mark.parametrize("message", SPOILED)
def test_a_spoiled_chapter_is_noticed(message):
    notebook = good_chapter()
    SPOILED[message](notebook)
    assert any(message in problem for problem in problems(stored(notebook)))


def test_normalising_removes_the_machine_and_keeps_the_work():
    notebook = good_chapter()
    text = stored(notebook)
    notebook.metadata.widgets = {}
    notebook.cells[1].metadata.execution = {"iopub.execute_input": "2026-01-01"}
    pieces = [nbformat.v4.new_output("stream", name="stdout", text=piece) for piece in "1\n"]
    notebook.cells[1].outputs = pieces
    assert normalised(notebook) == text


def test_every_program_folds_a_cell_under_the_name_that_its_first_line_says():
    _, open_, figure, check = good_chapter().cells
    assert "jupyter" not in open_.metadata and "mystnb" not in open_.metadata
    for cell, shown in ((figure, "Draw the line"), (check, "2 checks")):
        assert cell.metadata.jupyter == {"source_hidden": True}
        prompts = {"code_prompt_hide": shown, "code_prompt_show": shown}
        assert cell.metadata.mystnb == prompts
    check.source = "# Check the slope\nassert 1 < 2"
    normalised(notebook := nbformat.v4.new_notebook(cells=[check]))
    assert notebook.cells[0].metadata.mystnb.code_prompt_show == "1 check: the slope"


def test_a_name_within_a_function_is_its_own():
    own = "def f(a):\n    b = a\n    return [c for c in b]\n\nf(lambda d: d)"
    assert used_names(own) == set()
    assert used_names("def f(a):\n    return a + e") == {"e"}


def test_what_a_chapter_waits_for_is_not_yet_asked_of_it():
    notebook = good_chapter()
    notebook.cells[1].source = "x = 1\n" * 13
    assert problems(stored(notebook), waiting=True) == []
    assert {path.stem for path in CHAPTERS} >= WAITING


def test_a_notebook_as_text_shows_a_figure_by_its_description():
    text = plain(good_chapter())
    assert "    A straight line from the origin to (1, 1).\n" in text
    assert "<svg" not in text


def test_a_chapter_waits_only_for_a_framework(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "FRAMEWORKS", {"json", "no_such_framework"})
    imports = "import json\nimport no_such_framework as nsf\nfrom no_such_module import f"
    path = tmp_path / "chapter.ipynb"
    path.write_text(stored(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(imports)])))
    assert notebooks.absent(path) == ["no_such_framework"]


def test_the_frameworks_are_those_of_the_extra():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    names = {re.match(r"[\w-]+", line)[0] for line in extra["optional-dependencies"]["frameworks"]}
    imported = {name.removeprefix("python-").removesuffix("-cpu") for name in names}
    assert imported == notebooks.FRAMEWORKS
