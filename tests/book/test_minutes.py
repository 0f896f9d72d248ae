"""The minutes of a chapter: what counts, and that they are the same wherever they stand."""

import re
from pathlib import Path
from types import SimpleNamespace

import minutes
import pytest
from docutils.nodes import Text, comment, paragraph, section, strong, title
from docutils.utils import new_document
from nbformat import v4
from notebooks import read

ROOT = Path(__file__).resolve().parents[2]
FOLDED = {"tags": ["check", "hide-input"]}


def counted(*cells):
    return minutes.counted(v4.new_notebook(cells=list(cells)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# A title\n\nTwo words, and $x + y$ more.", (7, 0, 0, 0)),
        ("Before\n$$\na = b c d e\n$$\nafter.", (2, 0, 1, 0)),
        (
            ":::{admonition} Deeper: why\n:class: dropdown\nNot $$x$$ read.\n:::\nRead.",
            (1, 0, 0, 0),
        ),
        (
            "::::{admonition} A claim\n:class: claim\nRead.\n:::{dropdown} x\nNot.\n:::\n::::",
            (1, 0, 0, 0),
        ),
        (":::{moving} geometry\nDrag it.\n:::", (2, 0, 0, 1)),
        ("[Two words](a_long_address.html#that-counts-nothing)", (2, 0, 0, 0)),
        ("Three words here.\n\n## Exercises\n\nFour that do not.", (3, 0, 0, 0)),
    ],
)
def test_what_is_open_counts(text, expected):
    assert counted(v4.new_markdown_cell(text)) == expected


def test_open_lines_of_code_count_and_a_chapter_ends_with_its_exercises():
    code = v4.new_code_cell("x = 1\n\ny = 2")
    folded = v4.new_code_cell("# Check\nassert x", metadata=FOLDED)
    end = v4.new_markdown_cell("## Exercises")
    assert counted(code, folded, end, v4.new_code_cell("z = 3")) == (0, 2, 0, 0)


def test_they_add_up_and_are_rounded(tmp_path, monkeypatch):
    monkeypatch.setattr(minutes, "read", lambda path: path)
    for count, expected in (((100, 20, 3, 1), 10), ((0, 0, 0, 0), 5), ((1250, 0, 0, 0), 10)):
        monkeypatch.setattr(minutes, "counted", lambda notebook, count=count: count)
        assert minutes.minutes("x") == expected


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        ([Text(""), strong("", "Why?"), Text("")], ["title", "question", "time", "end"]),
        ([strong("", "You will"), Text(" learn.")], ["title", "time", "", "end"]),
    ],
)
def test_they_stand_under_the_title_and_a_bold_question(first, expected):
    document = new_document("a chapter")
    path = ROOT / "chapters/02_penalties.ipynb"
    document.settings.env = SimpleNamespace(docname="chapters/02_x", doc2path=lambda name: path)
    first = paragraph("", "", *first)
    document += section(
        "", title("", "A chapter", classes=["title"]), first, comment(classes=["end"])
    )
    minutes.Time(document).apply()
    assert [" ".join(node["classes"]) for node in document[0]] == expected


def test_the_rule_is_stated_as_it_is_applied():
    text = (ROOT / "intro.md").read_text("utf-8")
    rule = f"a minute for {minutes.WORDS} words, for {minutes.LINES} open lines of code"
    assert rule in text and (minutes.FORMULA, minutes.PLAY) == (1, 2)


def test_no_chapter_and_no_page_names_a_time_of_its_own():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("reference/*.md")]
    texts = {path.stem: path.read_text("utf-8") for path in pages}
    for path in ROOT.glob("chapters/*.ipynb"):
        cells = read(path).cells
        texts[path.stem] = "\n".join(c.source for c in cells if c.cell_type == "markdown")
    assert not [
        name for name, text in texts.items() if re.search(r"\*\*Time\*\*|\b45 minutes", text)
    ]


def test_times_of_several_chapters_are_added():
    paths = minutes.named(ROOT, "1 4")
    assert [path.name[:2] for path in paths] == ["01", "04"]
    assert len(minutes.named(ROOT, "all")) == len(list(ROOT.glob("chapters/[0-9]*.ipynb")))
    assert re.fullmatch(r"\d+ minutes", minutes.said(paths[:1]))
    assert re.fullmatch(r"\d+ hours", minutes.said(paths * 2))
