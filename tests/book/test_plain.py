"""A chapter in plain Markdown: nothing of the book's own is left, and nothing is lost."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from notebooks import is_folded, read
from plain import Writer, plain, write

CHAPTERS = sorted((Path(__file__).resolve().parents[2] / "chapters").glob("*.ipynb"))
BASE = "https://book.example/"
SOURCES = f"{BASE}reference/bibliography.html"
TAG = "</?(?:b|code|details|em|img|summary)\\b[^>]*>"
CITED = {"one1996": ("One", "1996"), "two2005": ("Two and Three", "2005")}


def writer(**given):
    return Writer("chapters/02_penalties", BASE, **({"cited": CITED} | given))


def words(notebook):
    """Return the words of a notebook's text, what only names or places a thing left out."""
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    named = r"^[:`]{3,}.*$|^:[\w-]+:.*$|\{cite:\w\}`[^`]*`|\]\([^)]*\)|^\([\w-]+\)=$|\{py:\w+\}"
    text = re.sub(named, " ", text, flags=re.M)
    return re.findall(r"[A-Za-z]{3,}", re.sub(rf"{TAG}|\[[^\]]*\d{{4}}\)?\]", " ", text))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_nothing_raw_is_left_and_no_word_is_lost(path):
    source = read(path)
    copy = plain(source, Writer(f"chapters/{path.stem}", BASE))
    text = "\n".join(cell.source for cell in copy.cells if cell.cell_type == "markdown")
    assert not re.search(r"^[>\s]*[:`]{3,}\{|^[>\s]*:{3,}|^:[\w-]+:", text, re.M)
    assert not re.findall(r"\{[\w:]+\}`.*|^\([\w-]+\)=$|^%.*|\$\$ *\([\w-]+\)$", text, re.M)
    assert text.count("<details>") == text.count("</details>")
    lost, kept = words(source), iter(words(copy))
    assert [word for word in lost if word not in kept] == []
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    assert [cell.id for cell in copy.cells if cell.cell_type == "code"] == [c.id for c in code]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_figure_is_an_image_that_an_untrusted_notebook_shows(path):
    source = read(path)
    copy = plain(source, Writer(f"chapters/{path.stem}", BASE))
    before, after = (
        [
            output["data"]
            for cell in book.cells
            for output in cell.get("outputs", [])
            if "data" in output
        ]
        for book in (source, copy)
    )
    assert len(before) == len(after)
    for old, new in zip(before, after, strict=True):
        drawn = "image/svg+xml" in old
        assert "image/svg+xml" not in new
        assert not drawn or 'src="data:image/svg+xml;base64,' in new["text/html"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            ":::{dropdown} The `w` of *α*\nBecause.\n:::",
            "<details>\n<summary><b>The <code>w</code> of <em>α</em></b></summary>\n\nBecause.\n\n"
            "</details>",
        ),
        (
            ":::{admonition} Claim A1\n:class: claim wrong\n:name: claim-a1\nNo.\n:::",
            "> **Claim A1 ✗**\n>\n> No.",
        ),
        (
            ":::{admonition} 中文提要\n:class: dropdown\n一。\n:::",
            "<details>\n<summary><b>中文提要</b></summary>\n\n一。\n\n</details>",
        ),
        (
            "::::{admonition} Q\n:class: question\nWhy?\n:::{dropdown} (a)\nSo.\n:::\n::::",
            "> **Q**\n>\n> Why?\n> <details>\n> <summary><b>(a)</b></summary>\n>\n> So.\n>\n"
            "> </details>",
        ),
        (
            "{cite:t}`one1996` {cite:p}`one1996, two2005`",
            f"[One (1996)]({SOURCES}) ([One, 1996]({SOURCES}); [Two and Three, 2005]({SOURCES}))",
        ),
        (
            "[a](#here) [b](#claim-b5)",
            f"[a]({BASE}chapters/02_penalties.html#here)"
            f" [b]({BASE}chapters/04_signs.html#claim-b5)",
        ),
        (
            "[a](03_gradients.ipynb#x) [b](04_signs.ipynb) [c](../reference/notation.md)",
            f"[a](03_gradients.ipynb#x) [b]({BASE}chapters/04_signs.html)"
            f" [c]({BASE}reference/notation.html)",
        ),
        ("[a](https://example.org/x)", "[a](https://example.org/x)"),
        ("So.\n\n(the-place)=\n## Here", "So.\n\n## Here"),
        ("{py:func}`~regkit.plots.show` shows", "`regkit.plots.show` shows"),
    ],
)
def test_each_thing_has_its_plain_form(source, expected):
    given = {"labels": {"claim-b5": "chapters/04_signs"}, "beside": {"03_gradients.ipynb"}}
    assert writer(**given).cell(source) == expected


def solved():
    """Return a notebook with an exercise, and a solution of text and code."""
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell(":::{exercise} Why\n:label: ex\nShow it.\n:::"),
            v4.new_markdown_cell("Before.\n\n:::{solution-start} ex\n:class: dropdown\n:::\n\nSo."),
            v4.new_code_cell("x = 1"),
            v4.new_markdown_cell(":::{solution-end}\n:::\n\nAfter."),
            v4.new_code_cell("# Check x\nassert x", metadata={"jupyter": {"source_hidden": True},
                                                           "tags": ["check", "hide-input"]}),
            v4.new_code_cell("y = 2"),
        ]
    )  # fmt: skip


def test_a_solution_is_folded_with_its_code_and_ends_where_it_ends():
    question, start, code, end, check, open_ = plain(solved(), writer(), colab=False).cells
    name = "Solution of exercise 2.1"
    assert question.source == "> **Exercise 2.1: Why**\n>\n> Show it."
    assert start.source.startswith("Before.\n\n<details>") and start.source.endswith("</details>")
    assert f"<b>{name}</b>" in start.source and "\n\nSo.\n\n" in start.source
    assert code.source == f"# {name}\nx = 1"
    assert code.metadata.jupyter == {"source_hidden": True, "outputs_hidden": True}
    assert end.source == "After."
    assert check.source == "# Check x\nassert x" and "cellView" not in check.metadata
    assert open_.source == "y = 2" and "jupyter" not in open_.metadata


def test_colab_folds_by_a_form_with_the_same_name():
    cells = plain(solved(), writer()).cells
    check = next(cell for cell in cells if "assert x" in cell.source)
    assert check.metadata.cellView == "form"
    assert check.source == "# @title Check x\nassert x"
    assert [cell.source for cell in cells if "cellView" not in cell.metadata][-1] == "y = 2"


@pytest.mark.parametrize("colab", [False, True], ids=("jupyter", "colab"))
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_what_the_page_folds_is_folded_in_the_copy_under_its_name(path, colab):
    source = read(path)
    copy = plain(source, Writer(f"chapters/{path.stem}", BASE), colab=colab)
    copies = {cell.id: cell for cell in copy.cells}
    checked = [cell for cell in source.cells if "check" in cell.metadata.get("tags", [])]
    for cell in filter(is_folded, source.cells):
        there = copies[cell.id]
        assert there.metadata.jupyter.source_hidden
        assert ("cellView" in there.metadata) == colab
        assert re.match(r"# @title \S" if colab else r"# (?!@title)\S", there.source)
    assert not [cell.id for cell in checked if cell.id not in copies or not is_folded(cell)]


def test_a_directive_that_has_no_plain_form_is_refused():
    with pytest.raises(ValueError, match=r"02_penalties: .* the directive figure"):
        writer().cell(":::{figure} a.svg\n:::")


def test_a_text_of_several_lines_is_stored_in_one_piece(tmp_path):
    output = v4.new_output("stream", name="stdout", text="one\ntwo\n")
    write(v4.new_notebook(cells=[v4.new_code_cell("x", outputs=[output])]), tmp_path / "a/b.ipynb")
    text = (tmp_path / "a/b.ipynb").read_text("utf-8")
    assert '"one\\ntwo\\n"' in text and nbformat.reads(text, 4).cells[0].outputs[0].text
