"""The exercise notebooks: a stub is told what is wrong, the solution passes, and none leaks."""

import contextlib
import importlib.util
import io
import re
import sys
import tomllib
import types
from functools import cache

import exercises as maker
import nbformat
import pytest
from exercises import CHAPTERS, HIDES, ROOT, TABLE, exercises, prepared
from nbformat import v4
from notebooks import read
from slices import needed, statements

from regkit.penalties import soft_threshold

TEACHERS = (ROOT / "reference" / "teachers.md").read_text("utf-8")
handout = cache(maker.handout)
FILES = ROOT / "reference" / "exercises"
chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def outcomes(notebook, **instead):
    """Run a notebook, some cells replaced; return what each check says and the names at the end."""
    said, space = {}, {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type != "code" or cell.id == "colab":
                continue
            try:
                exec(compile(instead.get(cell.id, cell.source), cell.id, "exec"), space)
            except AssertionError as error:
                assert cell.id.endswith("-check")
                said[cell.id] = str(error)
            else:
                if cell.id.endswith("-check"):
                    said[cell.id] = ""
    return said, space


@chapter
def test_a_stub_is_told_what_is_wrong_and_the_solution_is_right(path):
    stubs, _ = outcomes(handout(path))
    assert stubs
    for said in stubs.values():
        assert re.search(r"\w+ \w+ \w+.*[.?]$", said), said
    solved, _ = outcomes(handout(path, "nbgrader"))
    assert solved == dict.fromkeys(stubs, "")


@chapter
def test_otter_gets_a_function_of_names_that_are_there(path):
    notebook = handout(path, "otter")
    said, space = outcomes(notebook)  # which defines the tests, and calls none
    for name in said:
        function = space[f"test_{name.removesuffix('-check').replace('-', '_')}"]
        takes = function.__code__.co_varnames[: function.__code__.co_argcount]
        function = types.FunctionType(function.__code__, {})  # which knows no other names
        with contextlib.redirect_stdout(io.StringIO()):
            function(**{name: space[name] for name in takes})
    marks = [cell.source.split("\n")[0] for cell in notebook.cells if cell.cell_type == "raw"]
    assert marks.pop(0) == "# ASSIGNMENT CONFIG"
    open_blocks = []
    for mark in marks:
        _, end, word = mark.split()
        if end == "BEGIN":
            open_blocks.append(word)
        else:
            assert open_blocks.pop() == word
    assert not open_blocks
    questions = re.findall(r"^name: (\w+)$", "\n".join(c.source for c in notebook.cells), re.M)
    assert len(set(questions)) == len(questions) >= len(exercises(read(path))[0])


@chapter
def test_what_is_handed_out_is_valid_and_holds_no_solution(path):
    notebook = handout(path)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert not re.search(r"\{solution|:::|BEGIN|SOLUTION", text)
    made, ready = prepared(path)
    for one in made:
        assert one.title in text and one.text in text
        if one.check:
            new = [piece for piece in statements(one.solution) if piece.strip() not in ready]
            assert new and not any(piece.strip() in text for piece in new)
    source = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")
    for solution in re.findall(r"\{solution-start\}.*?:::\n(.*?):::\{solution-end\}", source, re.S):
        assert not any(line in text for line in solution.split("\n") if len(line) > 40)


@chapter
def test_what_a_notebook_imports_comes_with_regkit(path):
    code = "\n".join(cell.source for cell in handout(path, "nbgrader").cells if cell.id != "colab")
    others = set(re.findall(r"^(?:import|from) (\w+)", code, re.M))
    others -= {"numpy", "regkit", "scipy", "sklearn"} | sys.stdlib_module_names
    assert others == ({"pandas"} if path.stem.startswith("08") else set())
    assert "the notebook of chapter 8 needs pandas" in TEACHERS


@chapter
def test_nbgrader_knows_each_cell_and_takes_the_solution_out(path):
    plain, notebook = handout(path), handout(path, "nbgrader")
    nbformat.validate(notebook)
    begin, end = HIDES["nbgrader"]
    for cell, shown in zip(notebook.cells, plain.cells, strict=True):
        about = cell.metadata.nbgrader
        assert about.schema_version == 3 and about.grade_id == cell.id == shown.id
        assert re.fullmatch(r"[\w-]+", about.grade_id)
        assert about.cell_type == cell.cell_type and about.task is False
        assert about.locked == (not about.solution) and ("points" in about) == about.grade
        assert not (about.grade and about.solution) or cell.cell_type == "markdown"
        assert (begin in cell.source) == (about.solution and cell.cell_type == "code")
        left = re.sub(rf"\n\n{begin}\n.*?\n{end}$", "", cell.source, flags=re.S)
        assert left == shown.source


def test_the_table_speaks_of_exercises_that_there_are():
    labels = [one.label for path in CHAPTERS for one in exercises(read(path))[0]]
    assert len(set(labels)) == len(labels)
    assert set(tomllib.loads(TABLE.read_text("utf-8"))) <= set(labels)


def test_only_what_is_needed_is_taken_along():
    source = """
import numpy as np, math
from a import b, c
# the rows
rows = [b]
rows.append(1)
other = c
for k in range(3):
    rows[k] = np.sqrt(k)
rows_of = lambda: [rows, late]
late = 2
"""
    assert needed(source, {"rows"}) == (
        "import numpy as np\nfrom a import b\n\n# the rows\nrows = [b]\nrows.append(1)\n"
        "for k in range(3):\n    rows[k] = np.sqrt(k)"
    )


CENTRED = """
def ridge_with_ones(X, y, alpha):
    m, C = X.mean(axis=0), X - X.mean(axis=0)
    w = np.linalg.solve({} * alpha * np.eye(X.shape[1]){})
    return y.mean() - m @ w, w
"""
SUMS = "C.T @ C + len(y)", ", C.T @ (y - y.mean())"
CLASS = {
    "right, in two ways": CENTRED.format(*SUMS),
    "a wrong sign": CENTRED.format("C.T @ C - len(y)", SUMS[1]),
    "a factor lost": CENTRED.format("C.T @ C + 1.0", SUMS[1]),
    "no intercept": CENTRED.format("X.T @ X + len(y)", ", X.T @ y").replace(
        "y.mean() - m @ w", "0."
    ),
    "no change": "",
}


@pytest.mark.parametrize("name", CLASS)
def test_the_page_says_what_the_class_was_told(name):
    path = next(path for path in CHAPTERS if path.stem.startswith("02"))
    answer = {"ex2-ones-answer": CLASS[name]} if CLASS[name] else {}
    said = outcomes(handout(path), **answer)[0]["ex2-ones-check"]
    row = re.search(rf"^\| {name}: .*\| (.*)\|$", TEACHERS, re.M)[1].strip()
    assert row.removesuffix(" And three more.") == said


def test_the_page_hands_out_every_file():
    for path in FILES.iterdir():
        if path.is_file():
            assert f"{{download}}`{path.name} <exercises/{path.name}>`" in TEACHERS
    assert "```{handouts}\n```" in TEACHERS


def test_the_page_shows_a_test_for_otter_that_works(monkeypatch):
    otter = types.ModuleType("otter.test_files")
    otter.test_case = lambda: lambda function: function
    monkeypatch.setitem(sys.modules, "otter", types.ModuleType("otter"))
    monkeypatch.setitem(sys.modules, "otter.test_files", otter)
    [shown] = re.findall(r"```python\n(from otter.*?)```", TEACHERS, re.S)
    exec(shown, space := {})
    assert space["OK_FORMAT"] is False
    space["test_prox"](soft_threshold)
    with pytest.raises(AssertionError, match="v itself"):
        space["test_prox"](lambda v, t: v)


CHECK = "# Check of exercise 1.{}\nassert {} == 1, 'It is not 1.'"


@pytest.mark.filterwarnings("ignore")  # of the kernel's programs
def test_the_grader_by_pytest_trusts_no_check_but_its_own(tmp_path):
    def save(path, cells):
        path.parent.mkdir(exist_ok=True)
        nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(text) for text in cells]), path)

    a, b, c, d = checks = [CHECK.format(k, name) for k, name in enumerate("abcd", 1)]
    forever = "while True:\n        pass"
    save(tmp_path / "exercises_01.ipynb", checks)
    handed_in = [
        "a = 1",  # and the check is deleted
        "b = 0",
        b.replace("b == 1", "True"),
        b.replace("b == 1", "True"),
        f"class C:\n  def __eq__(*_):\n    {forever}\nc = C()",
        c,
        f"if a:\n    {forever}",
        "d = e",
        d,
        a.replace("1.1", "1.9"),
    ]
    save(tmp_path / "submissions" / "ada.ipynb", handed_in)
    text = (FILES / "test_notebooks.py").read_text("utf-8").replace("SECONDS = 20", "SECONDS = 1")
    (tmp_path / "test_notebooks.py").write_text(text, "utf-8")
    spec = importlib.util.spec_from_file_location("grading", tmp_path / "test_notebooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.verdicts(module.SUBMISSIONS[0]) == {
        "1.1": "",
        "1.2": "It is not 1.",
        "1.3": "This took more than 1 seconds: an endless loop?",
        "1.4": "NameError: name 'd' is not defined",
    }
