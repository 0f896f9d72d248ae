"""What must hold of a chapter as it is stored; that its outputs are still true, nbval checks."""

import copy
import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import notebooks
import pytest
import yaml
from check_built import toc_pages
from notebooks import METADATA, normalised, plain

from regkit import plots

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))

SCREEN = 40, 88  # lines and columns: what fits on a laptop's screen and in the book's column
TAGS = {"hide-cell", "hide-input", "hide-output"}  # others could hide a cell from its checks
LABEL = {"code_prompt_hide", "code_prompt_show"}  # what the bar says that a cell is folded into
COLAB = {"colab": {"remove-cell"}}  # the cell that only a notebook away from home needs
MACHINE = re.compile(
    r"(?<![\w./:])/(?:home|opt|private|root|tmp|usr|var|work|Users)/|[A-Z]:\\Users|site-packages"
    r"|\b0x[0-9a-f]{6,}"
)


def texts(output):
    """Return every piece of text that an output holds."""
    return [output.get("text", ""), *map(str, output.get("data", {}).values())]


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


def problems(text):
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
        tags, told = cell.metadata.get("tags", []), cell.metadata.get("mystnb", {})
        if unknown := set(tags) - TAGS - COLAB.get(cell.id, set()):
            here.append(f"tags {sorted(unknown)}, where only {sorted(TAGS)} are in use")
        if "hide-cell" in tags and LABEL - set(told):
            here.append(f"folded away without a label: metadata mystnb, {sorted(LABEL)}")
        if cell.cell_type == "code":
            if len(lines) > SCREEN[0]:
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
    return found


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapter_is_in_order(path):
    assert problems(path.read_text("utf-8")) == []


def test_there_are_chapters_and_each_is_in_the_table_of_contents():
    assert CHAPTERS
    assert {f"chapters/{path.stem}" for path in CHAPTERS} <= set(toc_pages(ROOT))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_that_needs_regkit_installs_it_first_where_it_is_missing(path):
    code = [cell for cell in notebooks.read(path).cells if cell.cell_type == "code"]
    needed = any(re.search(r"^from regkit", cell.source, re.MULTILINE) for cell in code)
    assert needed == (code[0].id == "colab")
    if needed:
        book = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
        address = book["repository"]["url"]
        installed = re.findall(r"^    %pip install -q git\+(.*)$", code[0].source, re.MULTILINE)
        assert installed == [address]
        assert re.findall(r"^    import regkit\b", code[0].source, re.MULTILINE)


# A check that cannot fail checks nothing: spoil a small good chapter, and see it noticed.


def good_chapter():
    fig, ax = plots.plt.subplots()
    ax.plot([0, 1], [0, 1])
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
            "show(fig, alt)",
            id="figure",
            execution_count=2,
            outputs=[v4.new_output("display_data", data=figure)],
            metadata={"tags": ["hide-input"]},
        ),
    ]
    return v4.new_notebook(cells=cells, metadata=METADATA)


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


PRINT, FIGURE = ("cells", 1), ("cells", 2)
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
    "without a label": spoil((*PRINT, "metadata"), {"tags": ["hide-cell"]}),
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
