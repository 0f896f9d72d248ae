"""What every test starts from."""

import json
import os
from functools import cache
from pathlib import Path

import hypothesis
import matplotlib.pyplot
import notebooks
import pytest

matplotlib.use("agg")  # no test opens a window

# The same examples on every run, and as long for each as a slow machine needs. Fewer of them for
# `make mutants`, which runs the tests some thousand times.
hypothesis.settings.register_profile("book", derandomize=True, deadline=None)
hypothesis.settings.register_profile(
    "mutants", hypothesis.settings.get_profile("book"), max_examples=20, database=None
)
hypothesis.settings.load_profile("book")


absent = cache(notebooks.absent)


def pytest_ignore_collect(collection_path, config):
    """Leave the browser to `make site-test`, which names the folder of its tests."""
    named = any("tests/site" in argument for argument in config.args)
    return None if named or collection_path != Path(__file__).parent / "site" else True


def pytest_collection_modifyitems(items):
    """Leave out a chapter whose libraries are not installed; run the quickest tests first."""
    for item in items:
        if item.path.suffix == ".ipynb" and (missing := absent(item.path)):
            reason = f"make frameworks runs it: {', '.join(missing)} not installed"
            item.add_marker(pytest.mark.skip(reason=reason))
    # Only under `make mutants`, where one failure is enough.
    module, mutated, _ = os.environ.get("MUTANT_UNDER_TEST", "").partition(".x")
    if mutated:
        own = f"test_{module.rpartition('.')[2]}.py"
        seconds = json.loads(Path("mutmut-stats.json").read_text("utf-8"))["duration_by_test"]
        items.sort(key=lambda item: (own not in item.nodeid, seconds.get(item.nodeid, 0)))


@pytest.fixture(autouse=True)
def _matplotlib_as_it_came():
    """Undo what a test did to matplotlib's settings, and close its figures."""
    with matplotlib.rc_context():
        yield
    matplotlib.pyplot.close("all")
