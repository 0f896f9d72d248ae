"""Notebooks of exercises to hand out, made from the chapters: a text, a stub, a check, no solution.

A chapter has the text of an exercise, a cell to start from and a solution; ``exercises.toml`` says
which names of that cell the student has to mend. What the cell holds before them is given, what
comes after them is the check. An exercise without an entry there is one for pencil and paper.
"""

import ast
import builtins
import dis
import re
import textwrap
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType

from nbformat import from_dict, v4
from notebooks import FRAMEWORKS, METADATA, read

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "web" / "exercises.toml"
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*.ipynb"))
OPENS = re.compile(
    r"^:::\{exercise(?:-start)?\} (?P<title>[^\n]*)\n:label: (?P<label>[\w-]+)\n(?:^:::\n)?"
    r"(?P<text>.*?)(?:^:::(?:\{exercise-end\}\n:::)?$|\Z)",
    re.MULTILINE | re.DOTALL,
)
VERDICT = re.compile(r"^(\s*)print\((check_.*)\)$", re.DOTALL)


@dataclass(frozen=True)
class Exercise:
    """One exercise as a chapter has it, and the parts of it that `exercises.toml` tells apart."""

    label: str
    title: str
    text: str
    starter: str = ""
    solution: str = ""
    given: str = ""  # code that stays as it is
    stub: str = ""  # what the student mends
    check: str = ""  # raises an AssertionError that says what is wrong; empty: for pencil and paper


# What a piece of code needs, and what it makes.


def statements(source):
    """Return the statements of some code, each with the comments and empty lines above it."""
    lines, start, found = source.split("\n"), 0, []
    for node in ast.parse(source).body:
        found.append("\n".join(lines[start : node.end_lineno]))
        start = node.end_lineno
    return found


def names(code):
    """Return the names that code takes from outside, and those that it binds."""
    code = code if isinstance(code, CodeType) else compile(code, "cell", "exec")
    taken, bound = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL") and step.argval not in bound:
            taken.add(step.argval)
        elif step.opname in ("STORE_NAME", "STORE_GLOBAL"):
            bound.add(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            taken |= names(inner)[0] - bound
    return taken - set(dir(builtins)), bound


def changed(statement):
    """Return the names whose objects a statement may change: rows.append(…), w[0] = …"""
    for node in ast.walk(ast.parse(statement)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            node = node.value.func
        elif not isinstance(getattr(node, "ctx", None), ast.Store):
            continue
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name):
            yield node.value.id


def only(statement, wanted):
    """Return a statement; of an import, what is wanted."""
    [node] = ast.parse(statement).body
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return statement.rstrip()
    node.names = [name for name in node.names if (name.asname or name.name) in wanted]
    return ast.unparse(node)


def needed(source, wanted):
    """Return the statements of some code without which the wanted names would not be there."""
    wanted, kept = set(wanted), []
    for statement in reversed(statements(source)):
        taken, bound = names(statement)
        if wanted & bound or wanted & (set(changed(statement)) - {"np"}):
            kept.append(only(statement, wanted))
            wanted = (wanted - bound) | taken
    return "\n".join(reversed(kept)).strip("\n")


# From a chapter to its exercises.


def code(cell):
    """Return the code of a cell that is no check and draws nothing, or else an empty text."""
    tags = {"check", "draw"}.intersection(cell.metadata.get("tags", []))
    return "" if cell.cell_type != "code" or cell.id == "colab" or tags else cell.source


def parts(exercise, entry):
    """Return an exercise taken apart as its entry in the table says."""
    asked = {name: entry[name] for name in entry if name not in ("start", "check")}
    pieces = statements(entry.get("start", exercise.starter).strip())
    at = [k for k, piece in enumerate(pieces) if names(piece)[1] & set(asked)]
    given, stub, rest = pieces[: at[0]], pieces[at[0] : at[-1] + 1], pieces[at[-1] + 1 :]
    check = entry.get("check") or "\n".join(
        VERDICT.sub(r"\1verdict = \2\nprint(verdict)", x) for x in rest
    )
    check = check.replace("print(verdict)", "assert verdict, verdict.message").strip("\n")
    used = ", ".join(sorted(set(re.findall(r"\bcheck_\w+(?=\()", check))))
    solution = [exercise.solution, *(f"{a} = {b}" for a, b in asked.items() if a != b)]
    return replace(
        exercise,
        starter="",
        given="\n".join(given),
        stub="\n".join(stub).strip("\n"),
        check=f"from regkit.checks import {used}\n\n{check}",
        solution=needed("\n".join(solution), asked),
    )


def exercises(notebook):
    """Return the exercises of a chapter, and the code that comes before them."""
    table, found, before, solved = tomllib.loads(TABLE.read_text("utf-8")), [], [], False
    for cell in notebook.cells:
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


# From exercises to notebooks: a plain one, one for nbgrader and one for Otter.

ANSWER = "*Your answer.*"
TITLE = """# Exercises of chapter {}

Change the cell that comes before a check, or write where it says *Your answer*. Then run the check:
it says what is wrong, and nothing if all is right."""
CONFIG = """# ASSIGNMENT CONFIG
export_cell: false
generate: true
requirements:
  - git+https://github.com/regularization-checked/regularization-checked
tests:
  ok_format: false"""
HIDES = {"nbgrader": ("### BEGIN SOLUTION", "### END SOLUTION"),
         "otter": ("# BEGIN SOLUTION NO PROMPT", "# END SOLUTION")}  # fmt: skip


def cell(kind, name, source, form="code", *, grade=False, solution=False):
    """Return a cell; for nbgrader with what that has to know of it."""
    made = getattr(v4, f"new_{form}_cell")(source.strip("\n"), id=name)
    if kind == "nbgrader":
        about = {"grade_id": name, "grade": grade, "solution": solution, "locked": not solution}
        about |= {"schema_version": 3, "task": False, "cell_type": form}
        made.metadata["nbgrader"] = about | ({"points": 1} if grade else {})
    return made


def answer(exercise, kind):
    """Return the stub; for a grader the solution below it, between the marks that take it out."""
    if kind not in HIDES:
        return exercise.stub
    begin, end = HIDES[kind]
    return f"{exercise.stub}\n\n\n{begin}\n{exercise.solution}\n{end}"


def block(name, word, cells, about=""):
    """Return cells between two raw ones, by which Otter knows what they are."""
    ends = (f"# BEGIN {word}{about}", f"# END {word}")
    begin, end = (v4.new_raw_cell(text, id=f"{name}-{text[2:5].lower()}-{word.lower()}")
                  for text in ends)  # fmt: skip
    return [begin, *cells, end]


def test_case(exercise):
    """Return the check as a function of all that it uses, as Otter wants it."""
    given = ", ".join(sorted(names(exercise.check)[0]))
    body = textwrap.indent(exercise.check, "    ")
    return f"def test_{exercise.label.replace('-', '_')}({given}):\n{body}"


def cells(exercise, number, kind, write):
    """Return the cells of one exercise."""
    name, checked = exercise.label, bool(exercise.check)
    text = f"## Exercise {number}: {exercise.title}\n\n{write(exercise.text)}"
    head = [cell(kind, f"{name}-text", text, "markdown")]
    if given := exercise.given or exercise.starter:
        head.append(cell(kind, f"{name}-given", given))
    if checked:
        asked = [cell(kind, f"{name}-answer", answer(exercise, kind), solution=True)]
        check = test_case(exercise) if kind == "otter" else exercise.check
        check = [cell(kind, f"{name}-check", f"# Check of exercise {number}\n{check}", grade=True)]
    else:
        asked = [cell(kind, f"{name}-answer", ANSWER, "markdown", grade=True, solution=True)]
        check = []
    if kind != "otter":
        return head + asked + check
    asked = block(name, "SOLUTION", asked)
    check = block(name, "TESTS", check) if checked else []
    about = f"\nname: {name.replace('-', '_')}\npoints: 1\nmanual: {str(not checked).lower()}"
    return block(name, "QUESTION", head + asked + check, about)


def needs(exercise):
    """Return the names that an exercise takes from its chapter, the solution left out."""
    return names("\n".join((exercise.given, exercise.starter, exercise.stub, exercise.check)))[0]


def heavy(code):
    """Return whether some code imports what only `make frameworks` installs."""
    return any(re.search(rf"^(import|from) {name}\b", code, re.MULTILINE) for name in FRAMEWORKS)


def handout(path, kind="plain", write=str):
    """Return a chapter's exercises as a notebook of one kind; `write` makes its Markdown plain."""
    made, before = exercises(read(path))
    # Where a starter needs a heavy framework, the text has to do.
    made = [replace(one, starter="") if heavy(needed(before, needs(one))) else one for one in made]
    ready = needed(before, set().union(*map(needs, made)))
    there = names(ready)[1]
    number = int(path.stem[:2])
    done = [
        cell(kind, "title", TITLE.format(number), "markdown"),
        cell(kind, "colab", installs()),
        cell(kind, "ready", f"# What the exercises take from the chapter\n{ready}"),
    ]
    for k, one in enumerate(made, 1):
        more = needed(before, names(one.solution)[0] - there) if one.check else ""
        one = replace(one, solution=f"{more}\n{one.solution}".strip("\n"))
        done += cells(one, f"{number}.{k}", kind, write)
    if kind == "otter":
        done.insert(0, v4.new_raw_cell(CONFIG, id="config"))
    return v4.new_notebook(cells=done, metadata=from_dict(METADATA))


def installs():
    """Return the cell that installs regkit where it is missing, which every chapter has."""
    return next(one.source for one in read(CHAPTERS[0]).cells if one.id == "colab")
