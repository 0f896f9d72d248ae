"""What every test starts from."""

import matplotlib.pyplot
import pytest

matplotlib.use("agg")  # no test opens a window


@pytest.fixture(autouse=True)
def _matplotlib_as_it_came():
    """Undo what a test did to matplotlib's settings, and close its figures."""
    with matplotlib.rc_context():
        yield
    matplotlib.pyplot.close("all")
