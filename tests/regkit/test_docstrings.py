"""Every public name says what it is, and shows it in an example that runs with the tests."""

import doctest
import importlib
import inspect
import re
from dataclasses import is_dataclass
from pathlib import Path
from typing import get_args

import pytest
import scipy.sparse as sp
from numpy.typing import ArrayLike
from numpydoc.docscrape import NumpyDocString

ROOT = Path(__file__).resolve().parents[2]


def public_names():
    """Return the functions and classes that the pages of the API show; a protocol is no object."""
    found = {}
    page = "".join(page.read_text("utf-8") for page in sorted(ROOT.glob("reference/api/*.md")))
    for name in re.findall(r"^\.\. automodule:: (\S+)$", page, re.MULTILINE):
        module = importlib.import_module(name)
        own = [key for key, value in vars(module).items() if _is_own(value, name)]
        for key in getattr(module, "__all__", own):
            value = getattr(module, key)
            if callable(value) and not getattr(value, "_is_protocol", False):
                found[f"{name}.{key}"] = value
    return found


def _is_own(value, module):
    kind = inspect.isroutine(value) or inspect.isclass(value)
    return kind and value.__module__ == module and not value.__name__.startswith("_")


@pytest.mark.parametrize("name", PUBLIC := public_names())
def test_has_an_example(name):
    assert doctest.DocTestParser().get_examples(PUBLIC[name].__doc__)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_method_has_a_docstring(name):
    for key, member in vars(PUBLIC[name]).items():
        if not key.startswith("_") and inspect.isroutine(member):
            assert member.__doc__, key


def parameters(thing):
    """Yield the name, the documented type and the annotation of what a callable takes."""
    hints = inspect.signature(thing).parameters
    for entry in NumpyDocString(inspect.getdoc(thing) or "")["Parameters"]:
        for name in entry.name.split(", "):
            if name in hints:
                yield name, entry.type, hints[name].annotation


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_documented_as_array_like_is_annotated_as_such(name):
    thing = PUBLIC[name]
    members = inspect.getmembers(thing) if inspect.isclass(thing) else ()
    methods = [m for _, m in members if inspect.isfunction(m) or inspect.ismethod(m)]
    callables = [method for method in methods if not method.__name__.startswith("_")]
    if not is_dataclass(thing):  # what it keeps differs from what it takes: see typed_use.py
        callables.append(thing)
    for each in callables:
        for parameter, documented, annotation in parameters(each):
            taken = get_args(annotation)
            wanted = get_args(ArrayLike) if "array_like" in documented else ()
            wanted += (sp.spmatrix, sp.sparray) if "sparse matrix" in documented else ()
            missing = [kind for kind in wanted if kind not in taken]
            assert not missing, f"{each.__qualname__}({parameter})"


def test_the_names_are_found():
    assert {"regkit.Lasso", "regkit.solvers.fista", "regkit.checks.check_prox"} <= set(PUBLIC)
    assert "regkit.losses.Loss" not in PUBLIC
