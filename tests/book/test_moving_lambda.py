"""What chapter 10's figure says of five libraries, computed again without regkit's conventions.

Each library's objective, as its documentation writes it, is brought to zero slope by a linear
system. That the libraries do minimise it, chapter 10 and tests/regkit/test_frameworks.py assert.
"""

import re

import figures
import numpy as np
import pytest
from figures import one_lambda as figure
from figures.draw import decimals

from regkit import load_prostate

FIGURE, PROSTATE = figures.build("one_lambda"), load_prostate()
TYPED = [float(text) for text in FIGURE.sliders[0].texts]
ALL = (PROSTATE.data - PROSTATE.data.mean(axis=0)) / PROSTATE.data.std(axis=0, ddof=1)
Z, Y = ALL[PROSTATE.train], PROSTATE.target[PROSTATE.train]
N, SD = len(Y), Y.std()
# The data term is the sum of e² times the first; the penalty is the sum of w² times the second.
WRITTEN = {
    "scikit-learn": (1, 1, False),
    "PyTorch": (1 / N, 1 / 2, True),
    "glmnet": (1 / (2 * N), 1 / (2 * SD), False),
    "Keras": (1 / N, 1, False),
    "statsmodels": (1 / (2 * N), 1 / 2, True),
}
NUMBERS = [library.name for library in figure.LIBRARIES]


def model(library, typed):
    """Return the coefficients, the intercept, and the error on the test rows."""
    data, penalty, charged = WRITTEN[library]
    ones = np.column_stack([np.ones(N), Z])
    price = np.diag([float(charged), *np.ones(8)]) * penalty * typed
    b, *w = np.linalg.solve(data * ones.T @ ones + price, data * ones.T @ Y)
    off = PROSTATE.target[~PROSTATE.train] - b - ALL[~PROSTATE.train] @ w
    return np.array(w), b, np.mean(off**2)


def values(part, what):
    [found] = [c.values for c in FIGURE.changes if (c.part, c.what) == (part, what)]
    return found


@pytest.mark.parametrize("k", range(len(TYPED)))
def test_the_table_says_what_the_objectives_say(k):
    for j, library in enumerate(NUMBERS):
        _, b, error = model(library, TYPED[k])
        data, penalty, _ = WRITTEN[library]
        alpha = TYPED[k] * penalty / (data * N)  # this book's: half the mean square, and a half
        assert float(values(f"alpha-{j}", "text")[k]) == pytest.approx(alpha, rel=0.05)
        assert values(f"b-{j}", "text")[k] == decimals(b)
        assert values(f"error-{j}", "text")[k] == decimals(error)


@pytest.mark.parametrize("k", range(len(TYPED)))
def test_the_words_say_it_too(k):
    errors = {library: model(library, TYPED[k])[2] for library in NUMBERS}
    least, most = min(errors, key=errors.get), max(errors, key=errors.get)
    words = FIGURE.words[k]
    assert f"least with {least}, {errors[least]:.3f}, and largest with {most}" in words
    assert words.endswith(f"{errors[most]:.3f}.")
    shrunk = [model(library, TYPED[k])[1] for library in ("PyTorch", "statsmodels")]
    assert f" to {decimals(shrunk[0])} and {decimals(shrunk[1])}. " in words
    for left, right in re.findall(r" ([\d.]+/[\d.]+) = ([\d.]+)", words):
        above, below = map(float, left.split("/"))
        assert float(right) == pytest.approx(above / below, rel=0.05)
    assert f"{SD:.3f}" == "1.199" and N == 67


@pytest.mark.parametrize("j", range(8))
def test_the_marks_stand_at_the_coefficients(j):
    """Where a mark is, is linear in its coefficient: one line fits all marks of a row."""
    at, true = [], []
    for k, typed in enumerate(TYPED):
        for number, library in enumerate(NUMBERS):
            place = values(f"w-{j}-{number}", "transform")[k]
            at.append(float(re.search(r"\((\S+)", place)[1]))
            true.append(model(library, typed)[0][j])
    slope = (400 - 66 - 12) / (figure.NARROW[1] - figure.NARROW[0])
    np.testing.assert_allclose(at, 66 + slope * (np.array(true) - figure.NARROW[0]), atol=0.01)


def test_the_caption_is_right():
    """scikit-learn's model for 6.7 is the one that Keras has for 0.1: to the last printed digit."""
    here, there = TYPED.index(0.1), TYPED.index(6.7)
    for what in ("alpha", "b", "error"):
        assert values(f"{what}-3", "text")[here] == values(f"{what}-0", "text")[there]
    np.testing.assert_allclose(model("Keras", 0.1)[0], model("scikit-learn", 6.7)[0], rtol=1e-12)
