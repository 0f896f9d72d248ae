"""The converter's calls, before a browser runs its script: tests/site drives that."""

import re

import converter as web
import numpy as np
import pytest
from sklearn import linear_model

import regkit
from regkit.conventions import Strength

NAMES = {**vars(linear_model), "np": np}
OURS = {
    "regkit.ElasticNet": regkit.ElasticNet,
    "regkit.LogisticRegression": regkit.LogisticRegression,
}


@pytest.mark.parametrize("row", web.ALL.values(), ids=lambda row: row.name)
def test_a_call_asks_for_every_number_of_its_row_once(row):
    assert sorted(re.findall(r"{(\w+)}", web.call(row))) == sorted(row.parameters)
    assert web.WORDS[row.data.formula]


@pytest.mark.parametrize("ratio", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("name", [name for name in web.ALL if name.startswith("sklearn.")])
def test_what_is_pasted_fits_the_same_model(name, ratio):
    """The text of the call, evaluated, against regkit; or it says which part is missing."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(60, 3))
    y = X @ [1.0, -0.5, 0.0] + rng.normal(size=60)
    row = web.ALL[name]
    if web.loss(row) == "logistic":
        y, twin = np.sign(y), regkit.LogisticRegression
    else:
        twin = regkit.ElasticNet
    typed = web.elsewhere(row, Strength(0.05, ratio), {"S": 60.0, "sd_y": y.std()})
    missing = ["L1"] * (row.l1 is None and ratio > 0) + ["L2"] * (row.l2 is None and ratio < 1)
    if missing:
        assert typed == f"has no {missing[0]} part"
        return
    model = eval(typed, dict(NAMES))
    if "tol" in model.get_params() and not name.endswith("SGDRegressor"):
        model.set_params(tol=1e-10, max_iter=100_000)
    if name.endswith("SGDRegressor"):
        model.set_params(
            eta0=1e-3, learning_rate="constant", tol=None, max_iter=2_000, random_state=0
        )
    ours = twin(0.05, l1_ratio=ratio).fit(X, y)
    atol = 2e-2 if name.endswith("SGDRegressor") else 1e-5
    np.testing.assert_allclose(np.ravel(model.fit(X, y).coef_), np.ravel(ours.coef_), atol=atol)


def test_a_row_that_needs_an_l1_part_says_so():
    row = web.ALL[web.NEEDS_L1]
    assert web.elsewhere(row, Strength(1.0, 0.0), {"S": 9, "sd_y": 1}) == "needs an L1 part"
    assert "'Alpha', 0.5" in web.elsewhere(row, Strength(1.0, 0.5), {"S": 9, "sd_y": 1})


def test_the_page_starts_with_what_regkit_computes():
    assert "<code>ElasticNet(0.1492537313, l1_ratio=0)</code>" in web.answer()  # 10 / 67
