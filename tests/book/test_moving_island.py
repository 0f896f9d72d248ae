"""What chapter 8's figure says of three islands, computed again by scikit-learn from the file."""

import itertools
import re

import figures
import numpy as np
import pandas as pd
import pytest
from figures import island_column as figure
from sklearn.linear_model import Lasso, LinearRegression

from regkit import penguins_path

FIGURE = figures.build("island_column")
STATES = list(itertools.product(figure.ALPHAS, figure.LEFT_OUT))
TABLE = pd.read_csv(penguins_path()).query("studyName != 'PAL0910'").dropna(subset="Body Mass (g)")
DUMMIES, MASS = pd.get_dummies(TABLE["Island"], dtype=float), TABLE["Body Mass (g)"]
MEANS = MASS.groupby(TABLE["Island"]).mean()


def predictions(alpha, left_out):
    """Return what the lasso without one column predicts for each island."""
    kept = DUMMIES.drop(columns=[left_out] if left_out else [])
    model = Lasso(alpha, tol=1e-12, max_iter=1_000_000) if alpha else LinearRegression()
    model.fit(kept, MASS)
    return pd.Series(model.predict(kept), TABLE["Island"]).groupby(level=0).first()


@pytest.mark.parametrize("k", range(0, len(STATES), 7))
def test_the_words_say_what_scikit_learn_predicts(k):
    words = FIGURE.words[k].replace("−", "-")
    for island, value in predictions(*STATES[k]).items():
        said, more = re.search(rf"{island} (\d+) g \(\+?(-?\d+)\)", words).groups()
        assert float(said) == pytest.approx(value, abs=0.51)
        assert float(more) == pytest.approx(value - MEANS[island], abs=0.51)


def test_the_penalty_adds_up():
    for words in FIGURE.words:
        line = words.partition("\n")[0].replace("−", "-")
        alpha, terms, total = re.search(r"= (\d+) · \((.*)\) = (\d+)$", line).groups()
        size = sum(abs(float(term)) for term in re.findall(r"\|(.+?)\|", terms))
        assert float(total) == pytest.approx(int(alpha) * size, abs=1.51 * int(alpha) + 0.51)


def test_a_dot_stands_where_the_prediction_is():
    [dot] = [change for change in FIGURE.changes if change.part == "dot-2"]
    heights = np.array([float(re.search(r" (\S+)\)", place)[1]) for place in dot.values])
    some = [0, 49, 73, 195]
    values = [predictions(*STATES[k])["Torgersen"] for k in some]
    slope, _ = np.polyfit(values, heights[some], 1)
    assert slope < 0  # up the page is more
    np.testing.assert_allclose(
        np.polyval(np.polyfit(values, heights[some], 1), values), heights[some], atol=0.05
    )


def test_the_caption_is_right():
    """Dream and Torgersen are near each other; without Biscoe's column, the rarer leaves it."""
    without = predictions(60, "Biscoe")
    assert abs(MEANS["Dream"] - MEANS["Torgersen"]) < 100
    assert without["Torgersen"] - MEANS["Torgersen"] > 300 > without["Dream"] - MEANS["Dream"]
    assert DUMMIES.sum().idxmin() == "Torgersen"
