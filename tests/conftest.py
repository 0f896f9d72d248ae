"""What every test starts from."""

import hypothesis
import matplotlib.pyplot
import pytest

matplotlib.use("agg")  # no test opens a window

# The same examples on every run, and as long for each as a slow machine needs.
hypothesis.settings.register_profile("book", derandomize=True, deadline=None)
hypothesis.settings.load_profile("book")


@pytest.fixture(autouse=True)
def _matplotlib_as_it_came():
    """Undo what a test did to matplotlib's settings, and close its figures."""
    with matplotlib.rc_context():
        yield
    matplotlib.pyplot.close("all")
