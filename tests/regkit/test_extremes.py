"""Arguments at the ends of what floating-point numbers can be: solved, or refused by name."""

import numpy as np
import pytest
import scipy.sparse as sp

from regkit import ElasticNet, Lasso, LogisticRegression, Ridge, enet_path, logistic_path
from regkit.certificates import duality_gap
from regkit.checks import check_solution
from regkit.losses import Logistic
from regkit.objective import Objective
from regkit.penalties import L1, L1L2

RNG = np.random.default_rng(0)
X = RNG.standard_normal((12, 2))
Y = X[:, 0] + RNG.standard_normal(12)
LABELS = np.tile([1.0, -1.0], 6)
FORMS = pytest.mark.parametrize("form", [np.asarray, sp.csr_array])
REGRESSORS = [Ridge(0.1), Lasso(0.1), Lasso(0.1, positive=True), ElasticNet(0.1, l1_ratio=1e-6)]
MODELS = [*REGRESSORS, LogisticRegression(0.1, l1_ratio=0.5), LogisticRegression(0.1)]


def target(model):
    return LABELS if isinstance(model, LogisticRegression) else Y


@FORMS
@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("alpha", [5e-324, 1e-300, 1e-150, 1e150, 1e300, 1.7e308])
def test_prices(model, alpha, form):
    """Beside a price of next to nothing the answer is that without one; beside much it is 0."""
    fitted = type(model)(**{**model.get_params(), "alpha": alpha}).fit(form(X), target(model))
    w = np.ravel(fitted.coef_)
    if alpha > 1:
        assert np.abs(w).max() <= 1e-149
    else:
        free = type(model)(**{**model.get_params(), "alpha": 0.0}).fit(X, target(model))
        np.testing.assert_allclose(w, np.ravel(free.coef_), rtol=1e-6, atol=1e-9)


@FORMS
@pytest.mark.parametrize("model", MODELS, ids=str)
@pytest.mark.parametrize("size", [1e-300, 1e307])
def test_weights_of_any_size(model, size, form):
    fitted = model.fit(form(X), target(model), np.full(12, size))
    w = np.ravel(fitted.coef_)
    np.testing.assert_allclose(w, np.ravel(model.fit(X, target(model)).coef_), rtol=1e-9)


@FORMS
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_a_row_of_hardly_any_weight_is_hardly_there(model, form):
    """Not even where only that row says what a column is."""
    Z = np.column_stack([X, np.arange(12) == 3]).astype(float)
    weights = np.where(np.arange(12) == 3, 1e-300, 1e7)
    w = np.ravel(model.fit(form(Z), target(model), weights).coef_)
    rest = np.arange(12) != 3
    right = np.ravel(model.fit(X[rest], target(model)[rest]).coef_)
    np.testing.assert_allclose(w[:2], right, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("size", [1e-300, 1e-150, 1e150, 1e300])
def test_x_and_y_out_of_range_are_refused_by_name(size):
    for model in MODELS:
        with pytest.raises(ValueError, match=r"^X must hold numbers whose largest"):
            model.fit(X * size, target(model))
    for model in REGRESSORS:
        with pytest.raises(ValueError, match=r"^y must hold numbers whose largest"):
            model.fit(X, Y * size)


def test_a_tolerance_of_0_is_rounding():
    path = enet_path(X, Y, alphas=[0.1, 0.01, 0.0], tol=0.0)
    assert path.dual_gaps.max() <= 1e-12 * Y.var()
    assert logistic_path(X, LABELS, alphas=[0.1, 0.01], tol=0.0).dual_gaps.max() <= 1e-12


def test_gaps_beside_next_to_no_price_are_bounds_without_a_warning():
    for penalty in (L1L2(1e-300, 0.5), L1L2(1e-300, 0.0)):
        for loss, y in ((None, Y), (Logistic(), LABELS)):
            F = Objective(X, y, penalty, *([loss] if loss else []))
            assert 0 < duality_gap(F, np.zeros(2)) <= F.null_value * (1 + 1e-12)


def test_the_sum_of_the_weights_is_no_factor_where_it_is_infinite():
    weights = np.full(12, 1.5e307)
    w = Lasso(0.1).fit(X, Y).coef_
    assert check_solution(w, X, Y, L1(0.1), sample_weight=weights)
    verdict = check_solution(2 * w, X, Y, L1(0.1), sample_weight=weights)
    assert not verdict
    assert "inf" not in verdict.message
