"""The path functions: drop-in for scikit-learn's, and what is true of every path."""

import inspect
import pickle
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import linear_model as sk
from sklearn.exceptions import ConvergenceWarning

from regkit.certificates import duality_gap
from regkit.objective import Objective
from regkit.paths import alpha_grid, enet_path, lasso_path, logistic_path, ridge_path
from regkit.penalties import L1, L1L2


def data(n=50, p=8, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) + rng.standard_normal(p)
    y = X[:, :3] @ [3.0, -2.0, 1.0] + rng.standard_normal(n)
    return X, y


@pytest.mark.parametrize("ours, twin", [(lasso_path, sk.lasso_path), (enet_path, sk.enet_path)])
@pytest.mark.parametrize("p", [8, 60])
@pytest.mark.parametrize("positive", [False, True])
def test_drop_in(ours, twin, p, positive):
    X, y = data(p=p)
    alphas = [0.5, 2.0, 0.01, 0.1]
    expected = twin(X, y, alphas=alphas, positive=positive, tol=1e-13, max_iter=10**6)
    found = ours(X, y, alphas=alphas, positive=positive)
    assert len(found) == len(expected) == 3
    for a, b in zip(found, expected, strict=True):
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=0, atol=1e-8)
    np.testing.assert_array_equal(found.alphas, [2.0, 0.5, 0.1, 0.01])


def test_takes_what_the_twin_takes():
    for ours, twin in ((lasso_path, sk.lasso_path), (enet_path, sk.enet_path)):
        X, y = data()
        for name, parameter in inspect.signature(twin).parameters.items():
            if name not in ("X", "y", "params", "alphas", "n_alphas"):
                ours(X, y, **{name: parameter.default})
        assert ours(X, y, tol=1e-9, max_iter=1000, selection="cyclic").alphas.shape == (100,)


def test_each_names_its_own_parameters():
    lasso, enet = (inspect.signature(path).parameters for path in (lasso_path, enet_path))
    assert set(enet) - set(lasso) == {"l1_ratio"}
    assert all(lasso[name] == enet[name] for name in lasso)
    X, y = data()
    for path, wrong in ((lasso_path, "l1_ratio"), (enet_path, "l1ratio")):
        with pytest.raises(TypeError) as refusal:
            path(X, y, **{wrong: 0.5})
        assert str(refusal.value) == f"{path.__name__} got unexpected arguments: {wrong}."


@pytest.mark.parametrize("eps", [1e-3, 0.1])
def test_automatic_grid_is_the_twins(eps):
    X, y = data()
    expected, *_ = sk.enet_path(X, y, l1_ratio=0.3, eps=eps)
    np.testing.assert_allclose(enet_path(X, y, l1_ratio=0.3, eps=eps).alphas, expected)
    np.testing.assert_allclose(lasso_path(X, y, eps=eps).alphas, sk.lasso_path(X, y, eps=eps)[0])
    for count in ({"alphas": 7}, {"n_alphas": 7}):
        alphas = lasso_path(X, y, **count).alphas
        assert alphas.shape == (7,)
        np.testing.assert_allclose(
            alphas[[0, -1]], np.abs(X.T @ y).max() / 50 * np.array([1, 1e-3])
        )
    assert lasso_path(X, y, alphas=None).alphas.shape == (100,)


def test_counts_on_request():
    X, y = data()
    alphas, coefs, dual_gaps, n_iters = lasso_path(X, y, alphas=5, return_n_iter=True)
    assert n_iters.shape == dual_gaps.shape == alphas.shape == (5,)
    assert (n_iters >= 1).all()
    assert coefs.shape == (8, 5)
    np.testing.assert_array_equal(lasso_path(X, y, alphas=5).n_iters, n_iters)


@pytest.mark.parametrize("far", [0.0, 1e6])
def test_every_path_has_its_intercepts(far):
    """One for each alpha, where the predictions' mean is that of y; labels' odds for logistic."""
    X, y = data()
    X, weights = X + far, np.random.default_rng(2).uniform(0.1, 2, len(y))
    options = dict(alphas=[1.0, 0.1], sample_weight=weights)
    for path in (lasso_path, enet_path, ridge_path):
        found = path(X, y, fit_intercept=True, **options)
        means = np.average(X, axis=0, weights=weights) @ found.coefs + found.intercepts
        np.testing.assert_allclose(means, np.average(y, weights=weights), rtol=1e-15 * (1e3 + far))
        assert not path(X - far, y, **options).intercepts.any()
        again = pickle.loads(pickle.dumps(found))
        np.testing.assert_array_equal(again.intercepts, found.intercepts)
    several = enet_path(X, np.column_stack([y, -y]), fit_intercept=True, **options)
    assert several.intercepts.shape == several.n_iters.shape == (2, 2)
    np.testing.assert_allclose(several.intercepts[1], -several.intercepts[0])
    labels = y > np.median(y)
    path = logistic_path(X, labels, alphas=[0.1, 0.01], sample_weight=weights)
    z = X @ path.coefs + path.intercepts
    share = np.average(1 / (1 + np.exp(-z)), axis=0, weights=weights)
    np.testing.assert_allclose(share, np.average(labels, weights=weights), atol=1e-8)


def test_targets_are_one_problem_each():
    X, y = data()
    Y = np.column_stack([y, -y[::-1], X[:, 5]])
    path = enet_path(X, Y, alphas=[1.0, 0.1])
    assert path.coefs.shape == (3, 8, 2)
    for column, coefs, gaps in zip(Y.T, path.coefs, path.dual_gaps, strict=True):
        alone = enet_path(X, column, alphas=[1.0, 0.1])
        np.testing.assert_allclose(coefs, alone.coefs)
        np.testing.assert_allclose(gaps, alone.dual_gaps)
    spread = enet_path(X, Y, alphas=5)
    tops = [enet_path(X, column, alphas=5).alphas[0] for column in Y.T]
    assert spread.alphas[0] == max(tops), "where the last of them is zero"


def test_intercept_is_centring():
    X, y = data()
    weights = np.random.default_rng(1).uniform(0.1, 2, len(y))
    means, mean = weights @ X / weights.sum(), weights @ y / weights.sum()
    free = lasso_path(X, y, sample_weight=weights, fit_intercept=True)
    centred = lasso_path(X - means, y - mean, sample_weight=weights)
    np.testing.assert_allclose(free.alphas, centred.alphas)
    np.testing.assert_allclose(free.coefs, centred.coefs, atol=1e-12)
    twin = sk.Lasso(free.alphas[50], tol=1e-14, max_iter=10**6).fit(X, y, weights)
    np.testing.assert_allclose(free.coefs[:, 50], twin.coef_, atol=1e-8)


def test_sparse_and_float32():
    X, y = data(p=60)
    X[np.abs(X) < 1] = 0
    dense = lasso_path(X, y)
    np.testing.assert_allclose(lasso_path(sp.csr_matrix(X), y).coefs, dense.coefs, atol=1e-10)
    narrow = lasso_path(X.astype(np.float32), y.astype(np.float32), alphas=dense.alphas)
    assert narrow.coefs.dtype == np.float64
    np.testing.assert_allclose(narrow.coefs, dense.coefs, atol=1e-4)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    p=st.sampled_from([5, 40, 310]),
    l1_ratio=st.sampled_from([1.0, 0.9, 0.2]),
    fit_intercept=st.booleans(),
)
def test_every_path(seed, p, l1_ratio, fit_intercept):
    X, y = data(30, p, seed)
    path = enet_path(X, y, l1_ratio=l1_ratio, alphas=40, eps=0.01, fit_intercept=fit_intercept)
    F = Objective(X, y, L1L2(1.0, l1_ratio), fit_intercept=fit_intercept)
    losses = np.array([F.loss_value(w) for w in path.coefs.T])
    assert (np.diff(losses) <= 1e-12 * F.null_value).all(), "more penalty never fits better"
    penalties = np.array([F.penalty.value(w) for w in path.coefs.T])
    assert (np.diff(penalties) >= -1e-9 * penalties.max()).all(), "nor does it cost more"
    assert not path.coefs[:, 0].any(), "zero at alpha_max"
    assert path.coefs[:, 1].any(), "and not below"
    for alpha, w, gap in zip(path.alphas, path.coefs.T, path.dual_gaps, strict=True):
        here = Objective(X, y, L1L2(alpha, l1_ratio), fit_intercept=fit_intercept)
        assert duality_gap(here, w) <= 1e-9 * F.null_value
        assert -1e-15 <= gap <= 1e-9 * F.null_value


@pytest.mark.parametrize("l1_ratio", [1.0, 0.5])
@pytest.mark.parametrize("p", [8, 310])
def test_continuous(p, l1_ratio):
    X, y = data(30, p)
    ends = enet_path(X, y, l1_ratio=l1_ratio, alphas=20, eps=0.05)
    for alpha in ends.alphas[1:]:
        near = enet_path(X, y, l1_ratio=l1_ratio, alphas=[alpha, alpha * (1 - 1e-7)]).coefs
        assert np.abs(near[:, 0] - near[:, 1]).max() <= 1e-4


@pytest.mark.parametrize("fit_intercept", [False, True])
@pytest.mark.parametrize("p", [8, 80])
def test_ridge_path(p, fit_intercept):
    X, y = data(p=p)
    weights = np.random.default_rng(2).uniform(0.1, 2, len(y))
    alphas, coefs, gaps = ridge_path(
        X, y, [0.01, 10.0, 1.0], fit_intercept=fit_intercept, sample_weight=weights
    )
    np.testing.assert_array_equal(alphas, [10.0, 1.0, 0.01])
    for alpha, w in zip(alphas, coefs.T, strict=True):
        twin = sk.Ridge(alpha * weights.sum(), fit_intercept=fit_intercept, tol=1e-12)
        np.testing.assert_allclose(w, twin.fit(X, y, weights).coef_, atol=1e-8)
    assert (gaps <= 1e-12 * y.var()).all()
    np.testing.assert_allclose(
        enet_path(X, y, l1_ratio=0.0, alphas=alphas).coefs, ridge_path(X, y, alphas).coefs
    )


@pytest.mark.parametrize("shape", [(50, 8), (20, 40)])
def test_ridge_path_of_a_sparse_x(shape):
    X, y = data(*shape)
    X[np.abs(X) < 1] = 0
    alphas = [10.0, 0.1, 0.0]
    for fit_intercept in (False, True):
        sparse = ridge_path(sp.csc_array(X), y, alphas, fit_intercept=fit_intercept)
        dense = ridge_path(X, y, alphas, fit_intercept=fit_intercept)
        np.testing.assert_allclose(sparse.coefs, dense.coefs, atol=1e-9)
        assert (sparse.dual_gaps <= 1e-12 * y.var()).all()


def test_ridge_path_finds_a_short_column_of_a_sparse_X():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((30, 2)) * [1, 1e-8]
    y = 1e8 * X[:, 1] + X[:, 0]
    path = ridge_path(sp.csr_array(X), y, [1.0, 1e-20])
    assert (path.dual_gaps <= 1e-9 * (y @ y) / 60).all()
    # at l2 = 1e-20 the short column, of mean square m 1e-16, keeps the share m / (m + 1e-4)
    np.testing.assert_allclose(path.coefs[:, 1], [1, 1e8], rtol=1e-2)


@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
def test_ridge_path_warns_of_a_large_gap(convert):
    """Rounding alone keeps the third column from depending on the others: what says it is lost."""
    A = np.random.default_rng(3).standard_normal((30, 2))
    X, y = np.column_stack([A, A @ [1.0, -2.0]]), A[:, 0] ** 2
    wanted = f"wanted at most {1e-9 * (y @ y) / 60:.3g}"
    with pytest.warns(ConvergenceWarning, match=f"duality gap of .* at alpha=0; {wanted}"):
        path = ridge_path(convert(X), y, [1.0, 0.0])
    assert path.dual_gaps[0] < 1e-9 * (y @ y) / 60 < path.dual_gaps[1]


def test_constant_target():
    X, y = data()
    for path in (lasso_path, enet_path):
        assert not path(X, 0 * y).coefs.any()
        assert not path(X, 0 * y + 3, fit_intercept=True).dual_gaps.any()
    weights = np.random.default_rng(4).uniform(0.1, 1, len(y))
    for constant, fit_intercept in ((0, False), (0.1, True), (1 / 3, True)):
        options = dict(fit_intercept=fit_intercept, sample_weight=weights)
        path = ridge_path(X, 0 * y + constant, [1.0, 2.0], **options)
        np.testing.assert_array_equal(path.alphas, [2.0, 1.0])
        np.testing.assert_array_equal(path.coefs, np.zeros((8, 2)))
        np.testing.assert_array_equal(path.dual_gaps, [0.0, 0.0])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"l1_ratio": 0.0}, ValueError, "alphas"),
        ({"l1_ratio": 1.5}, ValueError, "l1_ratio"),
        ({"eps": 0.0}, ValueError, "eps"),
        ({"eps": 2.0}, ValueError, "eps"),
        ({"alphas": 0}, ValueError, "alphas must"),
        ({"n_alphas": 0}, ValueError, "n_alphas must"),
        ({"alphas": []}, ValueError, "alphas"),
        ({"alphas": [-1.0]}, ValueError, "alphas"),
        ({"alphas": [np.nan]}, ValueError, "alphas"),
        ({"alphas": [[1.0]]}, ValueError, "alphas"),
        ({"alphas": "many"}, ValueError, "alphas"),
        ({"alphas": True}, ValueError, "alphas"),
        ({"alphas": ["0.1"]}, ValueError, "alphas"),
        ({"alphas": [True]}, ValueError, "alphas"),
        ({"alphas": [[1.0], [1.0, 2.0]]}, ValueError, "alphas"),
        ({"tol": -1.0}, ValueError, "tol"),
        ({"fit_itnercept": True}, TypeError, "fit_itnercept"),
    ],
)
def test_refuses(arguments, error, message):
    with pytest.raises(error, match=message):
        enet_path(*data(), **arguments)


def test_warns_at_the_callers_line():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        lasso_path(*data(), alphas=[1e-6], max_iter=1)
    assert [w.category for w in caught] == [ConvergenceWarning]
    assert caught[0].filename == __file__


def test_stopping_short_warns():
    with pytest.warns(ConvergenceWarning, match=r"duality gap of .*; wanted at most"):
        path = lasso_path(*data(), alphas=[1e-6], max_iter=1)
    assert path.dual_gaps.max() > 1e-6


def test_alpha_grid():
    X, y = data()
    F = Objective(X, y, L1(1.0))
    grid = alpha_grid(F, 1e-2, 5)
    assert grid[0] == F.alpha_max
    np.testing.assert_allclose(grid[1:] / grid[:-1], 10**-0.5)
    np.testing.assert_array_equal(alpha_grid(F, 1e-2, 1), [F.alpha_max])
    assert alpha_grid(F).shape == (100,)
    assert alpha_grid(F)[-1] == pytest.approx(F.alpha_max / 1000)
    with pytest.raises(ValueError, match=r"^eps must be a finite number in \(0, 1\]; got 0"):
        alpha_grid(F, 0.0)
