"""Every name that the page of the package documents is used in the book; `EXCEPT` says why not."""

import ast
import importlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
EXCEPT = {
    "regkit.checks.Verdict": "what every check returns",
    "regkit.conventions.Convention": "what CONVENTIONS holds",
    "regkit.conventions.DataTerm": "part of a Convention",
    "regkit.conventions.Strength": "what a Convention returns",
    "regkit.losses.Loss": "what a loss of the reader's own must offer",
    "regkit.plots.svg": "what `show` draws with, and the site",
    "regkit.solvers.Solution": "what every solver returns",
}


def sources():
    """Yield the code that readers see, cell by cell."""
    for path in (ROOT / "chapters").glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield re.sub(r"^( *)%.*", r"\1pass", "".join(cell["source"]), flags=re.MULTILINE)
    for path in (ROOT / "reference" / "assignment").rglob("*.py"):
        yield path.read_text("utf-8")


def imported(source):
    """Return what some code imports from regkit, or reads as its attributes."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "regkit":
            module = importlib.import_module(node.module)
            found += [getattr(module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "regkit":
            found.append(getattr(importlib.import_module("regkit"), node.attr))
    return found


def public():
    """Return what the page documents, by its full name."""
    page = (ROOT / "reference" / "api.md").read_text("utf-8")
    names = {}
    for path in re.findall(r"automodule:: (\S+)", page):
        module = importlib.import_module(path)
        own = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == path]
        for name in getattr(module, "__all__", [name for name in own if name[0] != "_"]):
            names[f"{path}.{name}"] = getattr(module, name)
    return names


PUBLIC = public()
USED = [thing for source in sources() for thing in imported(source)]


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_name_is_used_or_excepted(name):
    assert any(PUBLIC[name] is thing for thing in USED) != (name in EXCEPT)


def test_exceptions_are_public():
    assert set(EXCEPT) <= set(PUBLIC)
