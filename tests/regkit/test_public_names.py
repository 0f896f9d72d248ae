"""Every name that the page of the package documents is used in the book; `EXCEPT` says why not."""

import ast
import importlib
import json
import pkgutil
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

import regkit
import regkit.solvers

ROOT = Path(__file__).resolve().parents[2]
EXCEPT = {
    "regkit.certificates.allowed_gap": "what the solvers compare a gap with",
    "regkit.checks.Verdict": "what every check returns",
    "regkit.checks.check_choice": "for exercises of a teacher's own",
    "regkit.checks.check_path": "for exercises of a teacher's own",
    "regkit.conventions.Convention": "what CONVENTIONS holds",
    "regkit.conventions.DataTerm": "part of a Convention",
    "regkit.conventions.Strength": "what a Convention returns",
    "regkit.losses.Loss": "what a loss of the reader's own must offer",
    "regkit.plots.svg": "what `show` draws with, and the site",
    "regkit.solvers.inverse": "steps for a reader's own subgradient method",
    "regkit.solvers.step_decay": "steps for a reader's own noisy gradients",
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
    """Return what some code imports from regkit, or reads as attributes of it or of its solvers."""
    found, modules = [], {"regkit": regkit, "solvers": regkit.solvers}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "regkit":
            module = importlib.import_module(node.module)
            found += [getattr(module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in modules:
            found.append(getattr(modules[ast.unparse(node.value)], node.attr))
    return found


def public():
    """Return what the pages of the API document, by its full name."""
    page = "".join(page.read_text("utf-8") for page in sorted(ROOT.glob("reference/api/*.md")))
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


def test_the_script_that_mypy_reads_uses_every_public_name_and_runs(capsys):
    script = Path(__file__).with_name("typed_use.py")
    nodes = list(ast.walk(ast.parse(script.read_text("utf-8"))))
    written = {node.id for node in nodes if isinstance(node, ast.Name)}
    written |= {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert {name.rpartition(".")[2] for name in PUBLIC} <= written
    runpy.run_path(str(script))
    assert "touch the ball" in capsys.readouterr().out, "what the last figure is described as"


def test_no_module_hides_behind_a_function_of_its_name():
    for found in pkgutil.walk_packages(regkit.__path__, "regkit."):
        module = importlib.import_module(found.name)
        package, _, name = found.name.rpartition(".")
        assert getattr(importlib.import_module(package), name) is module


def test_what_chooses_its_alpha_is_what_it_extends():
    X, y = np.eye(6)[:, :2], np.arange(6.0)
    for chooser, twin in (
        (regkit.RidgeCV(), regkit.Ridge),
        (regkit.LassoCV(cv=2), regkit.Lasso),
        (regkit.ElasticNetCV(cv=2), regkit.ElasticNet),
    ):
        assert isinstance(chooser, twin)
        assert not hasattr(chooser, "alpha"), "it is not chosen yet"
        chooser.fit(X, y)
        assert chooser.alpha == chooser.alpha_
        assert all(hasattr(chooser, name) for name in twin().get_params())
    assert not isinstance(regkit.ElasticNetCV(), regkit.Lasso)
