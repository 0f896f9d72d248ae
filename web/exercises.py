"""Notebooks of exercises to hand out, made from the chapters: a text, a stub, a check, no solution.

A chapter has the text of an exercise, a cell to start from and a solution. ``exercises.toml`` says
which names of that cell the student has to mend: what the cell holds before them is given, what
comes after them is the check. An exercise without an entry there is one for pencil and paper.
"""

import re
import textwrap
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import from_dict, v4
from notebooks import FRAMEWORKS, METADATA, read
from slices import joined, names, needed, statements

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "web" / "exercises.toml"
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
OPENS = re.compile(
    r"^:::\{exercise(?:-start)?\} (?P<title>[^\n]*)\n:label: (?P<label>[\w-]+)\n(?:^:::\n)?"
    r"(?P<text>.*?)(?:^:::(?:\{exercise-end\}\n:::)?$|\Z)",
    re.MULTILINE | re.DOTALL,
)
HEAVY = re.compile(rf"^(?:import|from) (?:{'|'.join(sorted(FRAMEWORKS))})\b", re.MULTILINE)
VERDICT = re.compile(r"print\((check_.*)\)$", re.DOTALL)

ANSWER = "*Your answer.*"
TITLE = """# Exercises of [chapter {}]({})

Change the cell that comes before a check, and write where it says *Your answer*. Then run the
check: it says what is wrong, and nothing if all is right."""
CONFIG = """# ASSIGNMENT CONFIG
export_cell: false
generate: true
requirements:
  - {}
tests:
  ok_format: false"""
HIDES = {  # the marks between which a grader's program takes out the solution
    "nbgrader": ("### BEGIN SOLUTION", "### END SOLUTION"),
    "otter": ("# BEGIN SOLUTION NO PROMPT", "# END SOLUTION"),
}


@dataclass(frozen=True)
class Exercise:
    """An exercise as a chapter has it, and what `exercises.toml` makes of starter and solution."""

    label: str
    title: str
    text: str
    starter: str = ""
    solution: str = ""
    given: str = ""  # code that stays as it is
    stub: str = ""  # what the student mends
    check: str = ""  # fails with a sentence that says what is wrong
    written: bool = True  # something has to be written, too


# From a chapter to its exercises.


def code(cell):
    """Return the code of a cell that checks nothing and draws nothing, or else an empty text."""
    tags = {"check", "draw"}.intersection(cell.metadata.get("tags", []))
    return "" if cell.cell_type != "code" or cell.id == "colab" or tags else cell.source


def parts(exercise, entry):
    """Return an exercise with starter and solution taken apart, as its entry in the table says."""
    asked = {name: entry[name] for name in entry if name not in ("start", "check", "written")}
    pieces = statements(entry.get("start", exercise.starter).strip())
    at = [k for k, piece in enumerate(pieces) if names(piece)[1] & set(asked)]
    check = entry.get("check") or joined(pieces[at[-1] + 1 :])
    check = VERDICT.sub(r"verdict = \1\nprint(verdict)", check.strip())
    check = check.replace("print(verdict)", "assert verdict, verdict.message")
    used = ", ".join(sorted(set(re.findall(r"\bcheck_\w+(?=\()", check))))
    renamed = [f"{mine} = {theirs}" for mine, theirs in asked.items() if mine != theirs]
    return replace(
        exercise,
        starter="",
        given=joined(pieces[: at[0]]),
        stub=joined(pieces[at[0] : at[-1] + 1]),
        check=joined(statements(f"from regkit.checks import {used}\n{check}")),
        solution=needed("\n".join([exercise.solution, *renamed]), asked),
        written=entry.get("written", False),
    )


def exercises(chapter):
    """Return the exercises of a chapter, and the code that comes before them."""
    table, found, before, solved = tomllib.loads(TABLE.read_text("utf-8")), [], [], False
    for cell in chapter.cells:
        if cell.cell_type == "markdown":
            text = cell.source
            found += [
                {k: v.strip() for k, v in m.groupdict().items()} for m in OPENS.finditer(text)
            ]
            if "{exercise" in text or "{solution-start}" in text:
                solved = text.rfind("{solution-start}") > text.rfind("{exercise}")
        elif found:
            key = "solution" if solved else "starter"
            found[-1][key] = f"{found[-1].get(key, '')}\n{code(cell)}".strip()
        else:
            before.append(code(cell))
    made = [Exercise(**one) for one in found]
    made = [parts(one, table[one.label]) if one.label in table else one for one in made]
    return made, "\n".join(before)


def prepared(path):
    """Return a chapter's exercises, and the part of its code that they build upon."""
    made, before = exercises(read(path))

    def takes(one):
        return names("\n".join((one.given, one.starter, one.stub, one.check)))[0]

    for k, one in enumerate(made):  # a starter that needs a heavy framework stays in the chapter
        if HEAVY.search(needed(before, takes(one))):
            made[k] = replace(one, starter="", text=f"{one.text} (The cell is in the chapter.)")
    ready = needed(before, set().union(*map(takes, made)))
    for k, one in enumerate(made):
        if one.check:
            more = needed(before, names(one.solution)[0] - names(ready)[1])
            made[k] = replace(one, solution=joined(statements(f"{more}\n{one.solution}")))
    return made, ready


# From exercises to a notebook: a plain one, or the source of one for nbgrader or for Otter.


def cell(kind, name, source, form="code", *, grade=False, solution=False):
    """Return a cell; for nbgrader with what that has to know of it."""
    made = getattr(v4, f"new_{form}_cell")(source, id=name)
    if kind == "nbgrader":
        about = {"grade_id": name, "grade": grade, "solution": solution, "locked": not solution}
        about |= {"schema_version": 3, "task": False, "cell_type": form}
        made.metadata["nbgrader"] = about | ({"points": 1} if grade else {})
    return made


def block(kind, name, word, cells, about=""):
    """Return cells, for Otter between two raw ones that say what they are."""
    if kind != "otter" or not cells:
        return cells
    begin, end = f"# BEGIN {word}{about}", f"# END {word}"
    ids = (f"{name}-{word.lower()}-{place}" for place in ("begin", "end"))
    begin, end = (v4.new_raw_cell(text, id=id) for text, id in zip((begin, end), ids, strict=True))
    return [begin, *cells, end]


def question(kind, name, head, solution, tests, manual=False):
    """Return the cells of what is answered, and graded, as one."""
    about = f"\nname: {name.replace('-', '_')}\npoints: 1\nmanual: {str(manual).lower()}"
    solution = block(kind, name, "SOLUTION", solution)
    return block(kind, name, "QUESTION", head + solution + block(kind, name, "TESTS", tests), about)


def cells(kind, exercise, number, write):
    """Return the cells of one exercise."""
    name, stub, check = exercise.label, exercise.stub, exercise.check
    text = f"## Exercise {number}: {exercise.title}\n\n{write(exercise.text)}"
    head = [cell(kind, f"{name}-text", text, "markdown")]
    if given := exercise.given or exercise.starter:
        head.append(cell(kind, f"{name}-given", given))
    done = []
    if check:
        if kind in HIDES:
            begin, end = HIDES[kind]
            stub = f"{stub}\n\n{begin}\n{exercise.solution}\n{end}"
        if kind == "otter":  # which hands the names to a function
            takes = ", ".join(sorted(names(check)[0]))
            check = f"def test_{name.replace('-', '_')}({takes}):\n{textwrap.indent(check, '    ')}"
        check = cell(kind, f"{name}-check", f"# Check of exercise {number}\n{check}", grade=True)
        answer = cell(kind, f"{name}-answer", stub, solution=True)
        done, head = question(kind, name, head, [answer], [check]), []
    if exercise.written:
        written = cell(kind, f"{name}-written", ANSWER, "markdown", grade=True, solution=True)
        done += question(kind, f"{name}-written", head, [written], [], manual=True)
    return done


def handout(path, kind="plain", write=str):
    """Return a chapter's exercises as a notebook of one kind; `write` makes its Markdown plain."""
    made, ready = prepared(path)
    number = int(path.stem[:2])
    install = next(one.source for one in read(CHAPTERS[0]).cells if one.id == "colab")
    done = [
        cell(kind, "title", write(TITLE.format(number, path.name)), "markdown"),
        cell(kind, "colab", install),
        cell(kind, "ready", f"# What the exercises take from the chapter\n{ready}"),
    ]
    if kind == "otter":
        done.insert(
            0, v4.new_raw_cell(CONFIG.format(re.search(r"git\+\S+", install)[0]), id="config")
        )
    for k, one in enumerate(made, 1):
        done += cells(kind, one, f"{number}.{k}", write)
    return v4.new_notebook(cells=done, metadata=from_dict(METADATA))
