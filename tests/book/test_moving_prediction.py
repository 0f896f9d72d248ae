"""What chapter 5's figure says of three men, computed again by scikit-learn, each left out anew."""

import itertools
import re

import figures
import numpy as np
import pytest
from figures import one_prediction as figure
from sklearn.linear_model import Lasso
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from regkit import load_prostate

FIGURE, PROSTATE = figures.build("one_prediction"), load_prostate()
STATES = list(itertools.product(figure.ALPHAS, figure.MEN))


def rows(number):
    """Return the other training rows, and the man's own."""
    train = np.flatnonzero(PROSTATE.train)
    assert number - 1 in train
    return train[train != number - 1], number - 1


def prediction(alpha, number):
    """Fit the 66 others, predict the man, and say how wrong that is."""
    others, own = rows(number)
    model = make_pipeline(StandardScaler(), Lasso(alpha, tol=1e-12, max_iter=1_000_000))
    model.fit(PROSTATE.data[others], PROSTATE.target[others])
    [predicted] = model.predict(PROSTATE.data[[own]])
    return predicted, abs(predicted - PROSTATE.target[own])


@pytest.mark.parametrize("k", range(0, len(STATES), 4))
def test_the_words_say_what_scikit_learn_predicts(k):
    (alpha, number), words = STATES[k], FIGURE.words[k]
    predicted, off = prediction(alpha, number)
    assert f"At α = {alpha:.3f} the prediction for man {number} is {predicted:.2f}." in words
    assert f" = {predicted:.2f}\n" in words
    assert f"it is off by {off:.2f}." in words


def test_the_terms_add_up_to_the_prediction():
    for words in FIGURE.words:
        total, prediction = re.search(r"zⱼ = (.*) = ([\d.]+)\n", words).groups()
        terms = re.findall(r"(− )?([\d.]+) \(", total)
        added = sum(-float(term) if minus else float(term) for minus, term in terms)
        assert added == pytest.approx(float(prediction), abs=0.005 * (len(terms) + 1))


def test_the_dot_stands_where_the_prediction_is():
    [dot] = [change for change in FIGURE.changes if change.part == "dot"]
    heights = [float(re.search(r" (\S+)\)", place)[1]) for place in dot.values]
    predictions = [prediction(*STATES[k])[0] for k in (0, 40, 92)]
    slope = np.diff([heights[0], heights[92]]) / np.diff([predictions[0], predictions[2]])
    assert slope < 0  # up the page is more
    between = heights[0] + slope * (predictions[1] - predictions[0])
    assert heights[40] == pytest.approx(between[0], abs=0.02)


def test_the_chapter_is_right_about_the_three():
    """For man 47 the average is nearly best, for man 92 least squares, man 71 lies between."""
    off = np.array([[prediction(a, number)[1] for a in figure.ALPHAS] for number in (47, 92, 71)])
    best = off.argmin(axis=1)
    assert off[0, 0] < off[0].min() + 0.12 and best[0] <= 1
    assert off[1, -1] < 0.01 < off[1, :25].min()
    assert 5 < best[2] < 20
