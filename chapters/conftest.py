"""Leaves out a chapter whose frameworks are not installed, and says so."""

from functools import cache

import pytest
from notebooks import absent

absent = cache(absent)


def pytest_collection_modifyitems(items):
    """Skip the cells of such a chapter: `make frameworks` runs them."""
    for item in items:
        if item.path.suffix == ".ipynb" and (missing := absent(item.path)):
            reason = f"make frameworks runs it: {', '.join(missing)} not installed"
            item.add_marker(pytest.mark.skip(reason=reason))
