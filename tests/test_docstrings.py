"""Every public name says what it is, and shows it in an example that runs with the tests."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def public_names():
    """Return the functions and classes that the page of the API shows; a protocol is no object."""
    found = {}
    page = (ROOT / "reference" / "api.md").read_text("utf-8")
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


def test_the_names_are_found():
    assert {"regkit.Lasso", "regkit.solvers.fista", "regkit.checks.check_prox"} <= set(PUBLIC)
    assert "regkit.losses.Loss" not in PUBLIC
