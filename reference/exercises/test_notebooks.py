"""Grade notebooks: one test for each check of each notebook that came back.

Beside this file lies the notebook as it was handed out, and a folder `submissions` with what the
students made of it. `pytest` says what is right; `python test_notebooks.py` counts the points.
"""

import re
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

HERE = Path(__file__).parent
SUBMISSIONS = sorted((HERE / "submissions").glob("*.ipynb"))
SECONDS = 20  # for each cell
CHECK = re.compile(r"# Check of exercise (\S+)")

[handed_out] = HERE.glob("*.ipynb")
CHECKS = {
    found[1]: cell.source
    for cell in nbformat.read(handed_out, as_version=4).cells
    if (found := CHECK.match(cell.source))
}


def said(outputs):
    """Return what is wrong according to the outputs of a check: nothing, if all is right."""
    for error in outputs:
        if error.output_type == "error":
            if error.ename == "KeyboardInterrupt":
                return f"This took more than {SECONDS} seconds: an endless loop?"
            name = "" if error.ename == "AssertionError" else f"{error.ename}: "
            return name + error.evalue
    return ""


@cache
def verdicts(path):
    """Run a notebook with the checks as they were handed out; return what each of them says."""
    notebook, cells = nbformat.read(path, as_version=4), {}
    for cell in notebook.cells:
        found = CHECK.match(cell.source)
        if found and cell.cell_type == "code":
            cell.source = "" if found[1] in cells else CHECKS.get(found[1], "")
            cells.setdefault(found[1], cell)
    for exercise in CHECKS.keys() - cells.keys():  # a check that was deleted
        cells[exercise] = nbformat.v4.new_code_cell(CHECKS[exercise])
        notebook.cells.append(cells[exercise])
    kernel = {"kernel_name": "python3", "timeout": SECONDS, "interrupt_on_timeout": True}
    quiet = ["--IPKernelApp.log_level=ERROR"]
    NotebookClient(notebook, allow_errors=True, extra_arguments=quiet, **kernel).execute()
    return {exercise: said(cells[exercise].outputs) for exercise in CHECKS}


@pytest.mark.parametrize("exercise", CHECKS)
@pytest.mark.parametrize("path", SUBMISSIONS, ids=lambda path: path.stem)
def test_check(path, exercise):
    wrong = verdicts(path)[exercise]
    if wrong:
        pytest.fail(wrong, pytrace=False)


if __name__ == "__main__":
    for path in SUBMISSIONS:
        points = sum(not wrong for wrong in verdicts(path).values())
        print(f"{path.stem},{points},{len(CHECKS)}", flush=True)
