"""Columns far from zero: sparse answers are those of dense ones, and certificates keep digits."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp
from problems import random_problem

from regkit import ElasticNet, Lasso, LogisticRegression, Ridge, enet_path, lasso_path
from regkit._origin import counted_from_nearer
from regkit.certificates import duality_gap
from regkit.losses import Logistic
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2

FORMATS = [np.asarray, sp.csr_array, sp.csc_array, sp.csr_matrix]
each_format = pytest.mark.parametrize("convert", FORMATS, ids=["dense", "csr", "csc", "matrix"])
FAR = np.array([[1.0], [2.0], [4.0], [3.0]]) + 1e8
Y = np.array([1.0, 2.0, 4.0, 3.0])


@each_format
@pytest.mark.parametrize(
    ("model", "right"),
    [
        (Lasso(0.1), (1.25 - 0.1) / 1.25),
        (Lasso(0.1, positive=True), (1.25 - 0.1) / 1.25),
        (ElasticNet(0.1), (1.25 - 0.05) / (1.25 + 0.05)),
        (Ridge(0.1), 1.25 / 1.35),
        (Ridge(0.1, positive=True), 1.25 / 1.35),
        (Ridge(0.0), 1.0),
    ],
    ids=repr,
)
def test_one_column_far_from_zero(convert, model, right):
    """The variance of the column is 1.25, and so is its covariance with y."""
    model.fit(convert(FAR), Y)
    assert model.coef_[0] == pytest.approx(right, rel=1e-14)
    assert model.intercept_ == pytest.approx(2.5 - right * (1e8 + 2.5), rel=1e-15)
    assert 0 <= model.dual_gap_ <= 1e-14
    F = Objective(convert(FAR), Y, model._penalty())
    assert duality_gap(F, model.coef_) <= 1e-14
    # ¾ of the way there F is higher by (1/16) of what it is at 0, and a certificate says so
    w = 0.75 * model.coef_
    assert duality_gap(F, w) >= F.value(w) - F.value(model.coef_) - 1e-15 > 0.02


@each_format
def test_a_path_far_from_zero(convert):
    alphas = [1.0, 0.5, 0.1, 0.0]
    for path in (
        lasso_path(convert(FAR), Y, alphas=alphas, fit_intercept=True),
        enet_path(convert(FAR), Y, l1_ratio=1.0, alphas=alphas, fit_intercept=True),
    ):
        np.testing.assert_allclose(path.coefs[0], (1.25 - path.alphas) / 1.25, rtol=1e-14)
        assert path.dual_gaps.max() <= 1e-14


@each_format
def test_constant_columns_without_a_penalty(convert):
    """By hand: least squares of (0, 1, 0) on (1, 2, 4) predicts 3/7, 5/14, 3/14."""
    X, y = convert([[1000.0, 1.0], [1000.0, 2.0], [1000.0, 4.0]]), np.array([0.0, 1.0, 0.0])
    for model in (Ridge(0.0), Lasso(0.0), ElasticNet(0.0)):
        model.fit(X, y)
        np.testing.assert_allclose(model.predict(X), [3 / 7, 5 / 14, 3 / 14], rtol=1e-12)
        assert model.coef_[0] == 0
        assert model.dual_gap_ <= 1e-28


@pytest.mark.parametrize("model", [Ridge(0.0), Lasso(0.0), Ridge(0.1), Lasso(0.1)], ids=repr)
@each_format
def test_a_column_of_one_value_gets_no_weight(model, convert):
    for n, constant in product([2, 35, 59], [0.1, 1.0, 3.3, 1e6]):
        y = np.random.default_rng(n).normal(size=n)
        weights = np.random.default_rng(n).uniform(size=n)
        for s in (None, weights):
            model.fit(convert(np.full((n, 1), constant)), y, s)
            assert abs(model.coef_[0]) * constant <= 1e-15
            assert model.dual_gap_ <= 1e-18
            mean = model.predict(convert([[constant]]))[0]
            assert mean == pytest.approx(np.average(y, weights=s), rel=1e-13)


def far_columns(n=40):
    """A time stamp, one that deviates by 1e-7 of its mean, one with a zero, and two near ones."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, 5))
    X[:, 0] = 1.7e9 + 1e3 * X[:, 0]
    X[:, 1] = 1e7 + X[:, 1]
    X[1, 2], X[2:, 2] = 0, 1e4 + X[2:, 2]
    X[:, 3] *= X[:, 3] > 0
    scale = [1e-3, 1, 1e-3, 1, 1]
    y = (X - X.mean(axis=0)) @ scale + rng.normal(size=n)
    return X, y


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("penalty", [L1(0.1), L1L2(0.1, 0.5), L2(0.1), L1(0.0)], ids=repr)
def test_sparse_is_dense(penalty, weighted):
    """And both are what columns counted from their means by hand give."""
    X, y = far_columns()
    weights = np.arange(40) % 3 if weighted else None
    model = ElasticNet(penalty.alpha, l1_ratio=penalty.l1_ratio)
    by_hand = ElasticNet(penalty.alpha, l1_ratio=penalty.l1_ratio).fit(
        X - [1.7e9, 1e7, 1e4, 0, 0], y, weights
    )
    for convert in FORMATS:
        model.fit(convert(X), y, weights)
        np.testing.assert_allclose(model.coef_, by_hand.coef_, rtol=1e-9, atol=1e-12)
        assert model.dual_gap_ <= 1e-10 * y.var()
        F = Objective(X, y, penalty, sample_weight=weights)
        assert duality_gap(F, model.coef_) <= 1e-10 * y.var()


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5, 1.0])
def test_logistic_regression_on_a_time_stamp(l1_ratio):
    """Few steps, as few as by hand: rounding of far columns cost 2,000."""
    X, y = far_columns()
    y = y > np.median(y)
    model = LogisticRegression(1e-3, l1_ratio=l1_ratio)
    by_hand = LogisticRegression(1e-3, l1_ratio=l1_ratio).fit(X - [1.7e9, 1e7, 1e4, 0, 0], y)
    for convert in FORMATS:
        model.fit(convert(X), y)
        np.testing.assert_allclose(model.coef_, by_hand.coef_, rtol=1e-5, atol=1e-8)
        assert model.dual_gap_ <= 1e-9 * np.log(2)
        assert model.n_iter_ <= 2 * by_hand.n_iter_ + 10


def test_what_is_near_is_not_touched():
    X = random_problem(L1(0.1)).X
    some = sp.random_array((50, 9), density=0.4, rng=np.random.default_rng(0), format="csr")
    for near in (X, X.astype(np.float32), some):
        n = near.shape[0]
        found, origin = counted_from_nearer(near, np.full(n, 1 / n))
        assert found is near
        assert not origin.any()
    F = Objective(X + 1e6, np.arange(30.0), L1(0.1), fit_intercept=False)
    assert F.near is F.X, "without an intercept nothing makes up for an origin"


@pytest.mark.parametrize("convert", FORMATS[:3])
def test_far_columns_are_counted_from_one_of_their_numbers(convert):
    X, _ = far_columns()
    given, weights = convert(X), np.full(40, 1 / 40)
    near, origin = counted_from_nearer(given, weights)
    dense = near.toarray() if sp.issparse(near) else near
    assert (origin[:2] != 0).all() and not origin[3:].any()
    assert all(c in column for c, column in zip(origin[:2], X.T, strict=False))
    np.testing.assert_array_equal(dense + origin, X, "these differences are exact")
    np.testing.assert_array_equal(given.toarray() if sp.issparse(given) else given, X)
    assert np.abs(dense[:, :2].mean(axis=0)).max() <= 0.1 * dense[:, :2].std(axis=0).max()


def test_zeros_are_written_out_only_where_there_are_hardly_any():
    rng = np.random.default_rng(4)
    X = rng.uniform(size=(2000, 30)) < rng.uniform(0.1, 1.0, 30)
    X = np.where(X, 1e6 + rng.uniform(size=X.shape), 0)
    X[:, 7] = np.where(np.arange(2000) == 5, 0, 1e6 + rng.uniform(size=2000))
    X = sp.csc_array(X)
    near, origin = counted_from_nearer(X, np.full(2000, 1 / 2000))
    share = np.diff(X.indptr) / 2000
    assert origin[7] > 1e6, "one zero in 2,000 rows"
    assert (share[origin != 0] > 0.98).all()
    assert near.nnz <= X.nnz / 0.98


def test_far_is_judged_by_the_weights():
    """With hardly any weight on the rows that deviate, a column is far from zero."""
    rng = np.random.default_rng(5)
    X = np.where(np.arange(100) < 90, 5e3 * rng.normal(size=100), 5e3 + rng.normal(size=100))
    X, y = X[:, None], rng.normal(size=100)
    for tiny in (0.0, 1e-14):
        weights = np.where(np.arange(100) < 90, tiny, 1.0)
        few = Lasso(0.01).fit(X[90:], y[90:])
        for convert in FORMATS[:3]:
            origin = counted_from_nearer(convert(X), weights / weights.sum())[1]
            assert abs(origin[0] - 5e3) < 5
            model = Lasso(0.01).fit(convert(X), y, weights)
            np.testing.assert_allclose(model.coef_, few.coef_, rtol=1e-5)
            assert model.dual_gap_ <= 1e-14


def test_rounding_of_an_ordinary_column_is_no_constant():
    """Columns that vary in their last digits alone are columns: their slopes are in the gap."""
    X, y = np.array([[0.3], [0.1 + 0.2], [0.3], [0.1 + 0.2]]), np.array([0.0, 1.0, 0.0, 1.0])
    for convert in FORMATS:
        F = Objective(convert(X), y, L1(1e-25))
        steepest = 0.25 * (0.1 + 0.2 - 0.3)
        assert F.alpha_max == pytest.approx(steepest, rel=1e-12)
        assert duality_gap(F, np.zeros(1)) == pytest.approx(0.125, rel=1e-6)


@pytest.mark.parametrize("loss", [None, Logistic()], ids=["squared", "logistic"])
@pytest.mark.parametrize("convert", FORMATS[:3])
def test_an_objective_is_the_same_from_nearer(loss, convert):
    F = random_problem(L1(0.1), loss, weighted=True)
    X = np.round(F.X * 2**10) / 2**10  # 2**24 more costs no digit
    F, far = replace(F, X=X), replace(F, X=convert(X + 2.0**24))
    w = np.linspace(-1, 1, 6)
    assert far.value(w) == pytest.approx(F.value(w), rel=1e-13)
    assert far.intercept(w) == pytest.approx(F.intercept(w) - 2**24 * w.sum(), abs=1e-7)
    np.testing.assert_allclose(far.gradient(w), F.gradient(w), rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(far.predictor(w), F.predictor(w), rtol=1e-12, atol=1e-13)
    assert far.smoothness == pytest.approx(F.smoothness, rel=1e-12)
    assert far.alpha_max == pytest.approx(F.alpha_max, rel=1e-12)
    np.testing.assert_allclose(far.column_means, F.column_means + 2**24, rtol=1e-15)
    assert duality_gap(far, w) == pytest.approx(duality_gap(F, w), rel=1e-10)
