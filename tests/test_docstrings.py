"""Every public name says what it is, and shows it in an example that runs with the tests."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

import regkit


def public_names():
    """Yield each public function and class of the package, where it is defined."""
    for module in pkgutil.walk_packages(regkit.__path__, "regkit."):
        if "._" in module.name:
            continue
        names = vars(importlib.import_module(module.name))
        for name, value in names.items():
            own = getattr(value, "__module__", None) == module.name
            if own and not name.startswith("_") and (inspect.isroutine(value) or inspect.isclass(value)):
                yield pytest.param(value, id=f"{module.name}.{name}")


@pytest.mark.parametrize("thing", list(public_names()))
def test_has_a_docstring_with_an_example(thing):
    assert thing.__doc__
    assert doctest.DocTestParser().get_examples(thing.__doc__)
