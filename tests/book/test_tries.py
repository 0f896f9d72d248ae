"""Every box "Predict, then change" names its change, and a false answer would be noticed."""

import nbformat
import notebooks
import pytest
import tries
from notebooks import toc_pages
from watched import side_by_side

ROOT = notebooks.Path(__file__).resolve().parents[2]
CHAPTERS = [
    ROOT / f"{name}.ipynb" for name in toc_pages(ROOT) if (ROOT / f"{name}.ipynb").is_file()
]

QUESTION = """::::{admonition} Predict, then change
:class: predict
:name: try-1

Change `a = 2` to `a = 3`. What is its square?

:::{admonition} Answer
:class: dropdown answer

It is now 9.
:::
::::"""
TASK = {"cell": "idea", "old": "a = 2", "new": "a = 3", "expect": "square == 9"}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_box_names_its_change(path):
    assert not list(tries.problems(notebooks.read(path)))


def chapter(task=TASK, question=QUESTION, idea="a = 2\nsquare = a * a", below="assert square > a"):
    """Return a chapter with one box; its drawing and its first check need not run."""
    new, v4 = nbformat.v4.new_code_cell, nbformat.v4
    cells = [
        new("def reads(number, printed):\n    assert str(number) == printed", id="start"),
        new("1 / 0", id="figure", metadata={"tags": ["draw", "hide-input"]}),
        new(idea, id="idea"),
        new(f'reads(square, "4")\n{below}', id="check", metadata={"tags": ["check", "hide-input"]}),
        v4.new_markdown_cell(question, id="box", metadata={"try": task} if task else {}),
        new("1 / 0", id="later"),
    ]
    return v4.new_notebook(cells=cells)


WRONG = {
    "in the metadata": {"task": None},
    "needs ['cell', 'expect', 'new', 'old']": {"task": {**TASK, "seed": 0}},
    "with an answer": {"question": QUESTION.replace("Answer", "Anwser")},
    "one box": {"question": f"{QUESTION}\n\n{QUESTION}"},
    "must stand once": {"idea": "a = 2; a = 2"},
    "above the box": {"task": {**TASK, "cell": "later", "old": "1 / 0"}},
    "must name `a = 2` and `a = 4`": {"task": {**TASK, "new": "a = 4"}},
    "no number of the answer": {"task": {**TASK, "expect": "square > 8"}},
    "says [10.0]": {"question": QUESTION.replace("now 9", "now 9 and not 10")},
}


@pytest.mark.parametrize(("said", "spoiled"), WRONG.items())
def test_a_box_that_does_not_name_its_change_is_refused(said, spoiled):
    assert not list(tries.problems(chapter()))
    (problem,) = tries.problems(chapter(**spoiled))
    assert said in problem


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("All but L0, which is 2", {2}),
        ("(0.56, −0.04), 52 per cent of 1,200", {0.56, 0.04, 0.52, 1200}),
        ("abs(x - 0.508) < 5e-4 and f'{x:.4f}'", {0.508}),
        ("At $26.8/134 = 0.2$. Then", {26.8, 134, 0.2}),
    ],
)
def test_numbers_are_told_from_names(text, found):
    assert tries.numbers(text) == found
    assert tries.said(f"{text} five") == found | {5}


CASES = {
    "so": ({}, []),
    "false": ({"task": {**TASK, "expect": "square == 8"}}, ["not so: square == 8"]),
    "no truth": ({"below": "assert square == 4"}, ["check: fails: assert square == 4"]),
    "an error": ({"below": "1 / (square - 9)"}, ["check: ZeroDivisionError: division by zero"]),
    "a name": (
        {"task": {**TASK, "expect": "cube == 9"}},
        ["cube == 9: NameError: name 'cube' is not defined"],
    ),
}


def test_a_false_answer_is_noticed(tmp_path):
    calls = []
    for name, (change, _) in CASES.items():
        calls.append((tmp_path / f"{name}.ipynb",))
        nbformat.write(chapter(**change), *calls[-1])
    found = side_by_side(tries.attempts, calls)
    expected = {name: {"box": case[1]} for name, case in CASES.items()}
    assert dict(zip(CASES, found, strict=True)) == expected


def test_one_change_does_not_reach_the_next(tmp_path):
    notebook = chapter(idea="a = 2\nlog.append(a)\nsquare = a * a")
    notebook.cells[0].source += "\nlog = []"
    other = {**TASK, "new": "a = 5", "expect": "square == 25 and log == [5]"}
    notebook.cells.append(nbformat.v4.new_markdown_cell("", id="other", metadata={"try": other}))
    notebook.cells[-2].source = ""
    path = tmp_path / "two.ipynb"
    nbformat.write(notebook, path)
    assert list(side_by_side(tries.attempts, [(path,)])) == [{"box": [], "other": []}]


def test_a_process_that_ends_is_noticed(tmp_path):
    path = tmp_path / "ends.ipynb"
    nbformat.write(chapter(below="import os; os._exit(1)"), path)
    assert list(side_by_side(tries.attempts, [(path,)])) == [{"box": ["the process ended"]}]
