"""Change each chapter as its boxes "Predict, then change" ask, and see what the folded answers say.

python tests/tries.py FILE...

A box stands in a text cell whose metadata say the same to a program: in which `cell` which `old`
text becomes which `new` one, and what the reader may then `expect`. A chapter is executed without
its drawings and checks; where a cell is to be changed, a copy of the process goes on with the new
text. There `expect` must hold, and so must every check of what is true up to the box. A printed
digit, a ``reads``, belongs to the old text, and is left out.
"""

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path

import notebooks
from watched import Chapter, executing, side_by_side

KEYS = {"cell", "old", "new", "expect"}
BOX = re.compile(
    r"^(:{4,})\{admonition\} Predict, then change\n:class: predict\n.*?^\1$",
    re.MULTILINE | re.DOTALL,
)
ANSWER = re.compile(
    r"^:::\{admonition\} Answer\n:class: dropdown answer\n\n(.*?)^:::$", re.MULTILINE | re.DOTALL
)
# What stands in a name, as in L2, or in 1e-6, is no number.
NUMBER = re.compile(r"(?<![\w.^-])[-−]?(\d+(?:,\d{3})*(?:\.\d+)?)( per cent|%)?(?!\w)")
WORDS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve"),
)
LEFT_OUT = {"draw", "check"}


def numbers(text: str) -> set[float]:
    """Return the numbers that stand in a text, without their signs."""
    found = NUMBER.findall(text)
    return {round(float(n.replace(",", "")) / (100 if share else 1), 12) for n, share in found}


def said(text: str) -> set[float]:
    """Return the numbers that a text says, in words too."""
    words = set(re.findall(r"\w+", text.lower()))
    return numbers(text) | {float(k) for k, word in enumerate(WORDS) if word in words}


def parts(cell) -> tuple[str, str]:
    """Return a box's question and answer, empty where a cell has none."""
    box = BOX.search(cell.source) if cell.cell_type == "markdown" else None
    answer = ANSWER.search(box[0]) if box else None
    return ANSWER.sub("", box[0]) if box else "", answer[1] if answer else ""


def problems(notebook) -> Iterator[str]:
    """Yield what is wrong with a chapter's boxes, as far as it can be read."""
    above = {}
    code = "".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    checked = numbers(" ".join(re.findall(r'"(.*?)"', code)))  # as in reads(T, "0.519")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            above[cell.id] = cell.source
        task = cell.metadata.get("try")
        if task is None and "class: predict" not in cell.source:
            continue
        question, answer = parts(cell)
        if task is None or set(task) != KEYS:
            yield f"{cell.id}: a box needs {sorted(KEYS)} in the metadata of its cell, as try"
        elif not question or not answer or cell.source.count("class: predict") > 1:
            yield f"{cell.id}: one box, with an answer, for one change"
        elif above.get(task["cell"], "").count(task["old"]) != 1:
            yield f"{cell.id}: {task['old']!r} must stand once in {task['cell']}, above the box"
        elif not all(f"`{task[key]}`" in question for key in ("old", "new")):
            yield f"{cell.id}: the question must name `{task['old']}` and `{task['new']}`"
        elif said(answer) and not said(answer) & numbers(task["expect"]):
            yield f"{cell.id}: no number of the answer is in what is expected, {task['expect']}"
        elif alone := numbers(answer) - numbers(f"{task['expect']} {question}") - checked:
            yield f"{cell.id}: the answer says {sorted(alone)}, which nothing checks"


def attempts(path: Path) -> dict[str, list[str]]:
    """Return, for each box of a chapter, what is not as it says once its change is made."""
    cells = notebooks.read(path).cells
    tasks = {cell.id: cell.metadata["try"] for cell in cells if "try" in cell.metadata}
    chapter, found = Chapter(path), {}
    with executing(chapter) as execute:
        for place, cell in enumerate(cells):
            for name, task in tasks.items():
                if task["cell"] == cell.id:
                    change = partial(changed, chapter, execute, cells[place:], name, task)
                    found[name] = in_a_copy(change)
            if len(found) == len(tasks):
                break
            if cell.cell_type == "code" and not LEFT_OUT & set(cell.metadata.get("tags", [])):
                execute(cell.id, cell.source)
    return found


def in_a_copy(function: Callable) -> list:
    """Return what a function returns in a copy of this process, which itself stays as it is."""
    here, there = os.pipe()
    if os.fork() == 0:
        try:
            with os.fdopen(there, "w") as out:
                json.dump(function(), out)
        finally:
            os._exit(0)
    os.close(there)
    with os.fdopen(here) as given:
        text = given.read()
    os.wait()
    return json.loads(text or '["the process ended"]')


def changed(chapter: Chapter, execute: Callable, cells: list, name: str, task: dict) -> list[str]:
    """Change the first of the cells, and execute all up to the box; return what is then wrong."""
    first, *others = cells
    names, found = execute(first.id, first.source.replace(task["old"], task["new"])), []
    try:
        if not eval(task["expect"], names):
            found.append(f"not so: {task['expect']}")
    except Exception as error:
        found.append(f"{task['expect']}: {type(error).__name__}: {error}")
    for cell in takewhile(lambda cell: cell.id != name, others):
        if cell.cell_type == "code":
            execute(cell.id, cell.source)
    found += [f"{cell}: {error}" for cell, error in chapter.errors.items()]
    failed = [check for check in chapter.checks if check.failed and check.kind != "reads"]
    return found + [f"{check.cell}: fails: {check.source}" for check in failed]


def main():
    paths, found = [], []
    for path in map(Path, sys.argv[1:]):
        notebook = notebooks.read(path)
        found += [f"{path.stem}: {problem}" for problem in problems(notebook)]
        if missing := notebooks.absent(path):
            print(f"{path}: left out, for want of {', '.join(missing)}: make frameworks")
        elif any("try" in cell.metadata for cell in notebook.cells):
            paths.append(path.resolve())
    if not found:
        every = side_by_side(attempts, [(path,) for path in paths])
        for path, boxes in zip(paths, every, strict=True):
            for name, wrong in boxes.items():
                print(path.stem, name, "NOT as it says" if wrong else "as it says", sep="  ")
                found += [f"{path.stem}: {name}: {problem}" for problem in wrong]
            sys.stdout.flush()
    if found:
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
