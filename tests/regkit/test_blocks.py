"""Rows in blocks: the moments, and the fits from them, against the same rows in memory."""

import tracemalloc
from fractions import Fraction
from functools import reduce
from itertools import pairwise
from operator import add
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import KFold, LeaveOneGroupOut

from regkit import ElasticNet, ElasticNetCV, Lasso, LassoCV, Ridge, RidgeCV
from regkit._blocks import certified, read_blocks, stand_in
from regkit.certificates import duality_gap
from regkit.moments import Moments
from regkit.objective import Objective
from regkit.penalties import L1

MODELS = [
    Ridge(0.1),
    Ridge(0.0),
    Ridge(0.1, positive=True),
    Lasso(0.5),
    Lasso(0.5, positive=True),
    Lasso(0.0),
    ElasticNet(0.5),
    ElasticNet(0.5, l1_ratio=0.1, positive=True),
]
CHOOSERS = [RidgeCV(30), LassoCV(30), ElasticNetCV(30, l1_ratio=[0.2, 0.9]), LassoCV(rule="1se")]
each_model = pytest.mark.parametrize("model", MODELS, ids=repr)
each_chooser = pytest.mark.parametrize("model", CHOOSERS, ids=repr)
weighted = pytest.mark.parametrize("weighted", [False, True])
intercept = pytest.mark.parametrize("fit_intercept", [False, True])
GROUPED = LeaveOneGroupOut()


def diabetes(weighted=False):
    """Rows on whose columns a fit depends smoothly: no two columns say the same."""
    X, y = load_diabetes(return_X_y=True)
    X = X / X.std(axis=0) + np.arange(10)
    return X, y, np.random.default_rng(1).integers(0, 4, len(y)) / 2 if weighted else None


def cut(*arrays, sizes=(1, 0, 60, 7, 200, 1)):
    """Cut arrays into blocks of these sizes and one of all other rows; leave out None."""
    arrays = [array for array in arrays if array is not None]
    ends = [0, *np.cumsum(sizes), arrays[0].shape[0]]
    for first, end in pairwise(ends):
        yield tuple(array[first:end] for array in arrays)


def alternating(n, k):
    fold = np.arange(n) % k
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(k)]


def assert_same_fit(ours, twin, tol=1e-10):
    scale = np.abs(twin.coef_).max() or 1
    np.testing.assert_allclose(ours.coef_, twin.coef_, rtol=0, atol=tol * scale)
    np.testing.assert_allclose(ours.intercept_, twin.intercept_, rtol=tol, atol=tol * scale)
    assert np.shape(ours.coef_) == np.shape(twin.coef_)
    assert np.shape(ours.intercept_) == np.shape(twin.intercept_)
    assert ours.n_features_in_ == twin.n_features_in_


def assert_same_choice(ours, twin):
    assert ours.alpha_ == pytest.approx(twin.alpha_, rel=1e-10)
    assert ours.l1_ratio_ == twin.l1_ratio_
    assert list(ours.cv_results_) == list(twin.cv_results_)
    for name, column in twin.cv_results_.items():
        np.testing.assert_allclose(ours.cv_results_[name], column, rtol=1e-10, err_msg=name)
    assert_same_fit(ours, twin)


# --- fits -----------------------------------------------------------------------------------------


@each_model
@intercept
@weighted
def test_a_fit_from_blocks_is_the_fit_in_memory(model, fit_intercept, weighted):
    X, y, weights = diabetes(weighted)
    ours = clone(model).set_params(fit_intercept=fit_intercept).fit_blocks(cut(X, y, weights))
    twin = clone(ours).fit(X, y, weights)
    assert_same_fit(ours, twin)
    assert ours.dual_gap_ <= 1e-9 * y.var()
    np.testing.assert_allclose(ours.predict(X), twin.predict(X), rtol=1e-10)


@each_model
def test_the_certificate_of_a_fit_from_blocks_holds_on_all_rows(model):
    X, y, weights = diabetes(weighted=True)
    model = clone(model).fit_blocks(cut(X, y, weights))
    objective = Objective(X, y, model._penalty(), sample_weight=weights)
    assert duality_gap(objective, model.coef_) <= model.dual_gap_ + 1e-11 * objective.null_value


def test_the_certificate_from_blocks_is_not_always_zero():
    """A fit that stops short has the same gap as in memory, and warns."""
    X, y, _ = diabetes()
    gaps = []
    for fit in (lambda m: m.fit(X, y), lambda m: m.fit_blocks(cut(X, y))):
        with pytest.warns(ConvergenceWarning, match="duality gap"):
            gaps.append(fit(Lasso(0.001, max_iter=1)).dual_gap_)
    assert gaps[0] == pytest.approx(gaps[1], rel=1e-8)
    assert gaps[0] > 1e-9 * y.var()


@given(st.lists(st.integers(0, 90), max_size=8), st.randoms())
def test_neither_cuts_nor_their_order_matter(sizes, random):
    X, y, weights = diabetes(weighted=True)
    blocks = list(cut(X, y, weights, sizes=sizes))
    random.shuffle(blocks)
    ours, twin = Lasso(0.5).fit_blocks(blocks), Lasso(0.5).fit(X, y, weights)
    assert_same_fit(ours, twin)


def test_blocks_of_one_row():
    X, y, weights = diabetes(weighted=True)
    ours = Lasso(0.5).fit_blocks(cut(X, y, weights, sizes=[1] * (len(y) - 1)))
    assert_same_fit(ours, Lasso(0.5).fit(X, y, weights))


@intercept
def test_several_targets(fit_intercept):
    X, y, weights = diabetes(weighted=True)
    Y = np.c_[y, y[::-1], np.ones(len(y))]
    for model in (Ridge(0.1), Lasso(0.5)):
        model.set_params(fit_intercept=fit_intercept)
        ours = model.fit_blocks(cut(X, Y, weights))
        assert_same_fit(ours, type(model)(**model.get_params()).fit(X, Y, weights))
        assert ours.dual_gap_.shape == (3,)
    ours = RidgeCV(20, cv=4).fit_blocks(cut(X, Y, weights))
    assert_same_choice(ours, RidgeCV(20, cv=alternating(len(y), 4)).fit(X, Y, weights))


@pytest.mark.parametrize("form", [sp.csr_array, sp.csc_array, sp.coo_array, sp.csr_matrix])
@intercept
def test_sparse_blocks(form, fit_intercept):
    rng = np.random.default_rng(2)
    X = rng.normal(size=(200, 12)) * (rng.uniform(size=(200, 12)) < 0.2)
    X[:, 3], y = 1, X[:, :4].sum(axis=1) + rng.normal(size=200)
    blocks = [(form(block), part) for block, part in cut(X, y, sizes=[50, 1, 70])]
    model = Lasso(0.05, fit_intercept=fit_intercept)
    ours = model.fit_blocks(blocks)
    assert_same_fit(ours, Lasso(0.05, fit_intercept=fit_intercept).fit(X, y))
    assert_same_choice(
        LassoCV(20, cv=3, fit_intercept=fit_intercept).fit_blocks(blocks),
        LassoCV(20, cv=alternating(200, 3), fit_intercept=fit_intercept).fit(X, y),
    )


def test_a_sparse_block_is_not_densified():
    X = sp.random(200_000, 40, density=1e-3, random_state=3, format="csr")
    y = np.ones(200_000)
    tracemalloc.start()
    Moments.of(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 200_000 * 40 * 8 / 2


def test_a_dense_block_is_not_copied():
    X = np.ones((50_000, 200), dtype=np.float32)
    y = np.ones(50_000)
    tracemalloc.start()
    Moments.of(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.nbytes / 2


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_other_numbers_count_as_float64(dtype):
    X, y, _ = diabetes()
    X = X - X.mean(axis=0)
    X = (X > 0 if dtype is bool else X).astype(dtype)
    ours = Lasso(0.5).fit_blocks(cut(X, y.astype(np.float32)))  # whole numbers: not rounded
    assert_same_fit(ours, Lasso(0.5).fit(X.astype(float), y))
    assert ours.coef_.dtype == np.float64


def test_blocks_are_not_changed():
    X, y, weights = diabetes(weighted=True)
    copies = X.copy(), y.copy(), weights.copy()
    for array in (X, y, weights):
        array.flags.writeable = False
    Lasso(0.5).fit_blocks(cut(X, y, weights))
    for array, copy in zip((X, y, weights), copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_column_names_are_kept(frame):
    X, y, _ = diabetes()
    names = [f"x{j}" for j in range(10)]
    blocks = [(frame(dict(zip(names, block.T, strict=True))), part) for block, part in cut(X, y)]
    model = Ridge().fit_blocks(blocks)
    assert list(model.feature_names_in_) == names
    assert_same_fit(model, Ridge().fit(X, y))
    with pytest.raises(ValueError, match="feature names"):
        model.predict(
            blocks[2][0].rename(dict.fromkeys(["x1"], "z"))
            if frame is pl.DataFrame
            else blocks[2][0].rename(columns={"x1": "z"})
        )
    assert not hasattr(Ridge().fit_blocks(cut(X, y)), "feature_names_in_")


def test_moments_from_elsewhere_are_blocks_too():
    X, y, weights = diabetes(weighted=True)
    moments = [Moments.of(*block) for block in cut(X, y, weights, sizes=[100, 100])]
    ours = Lasso(0.5).fit_blocks([*moments[:2], (X[200:], y[200:], weights[200:])])
    assert_same_fit(ours, Lasso(0.5).fit(X, y, weights))
    with pytest.raises(ValueError, match=r"Block 0: a block must be \(X, y\)"):
        LassoCV().fit_blocks(moments)


def test_moments_can_be_summed():
    X, y, weights = diabetes(weighted=True)
    parts = [Moments.of(*block) for block in cut(X, y, weights, sizes=[100, 100])]
    for ours, twin in ((sum(parts), reduce(add, parts)), (sum(parts[:1]), parts[0])):
        np.testing.assert_array_equal(ours.cross, twin.cross)
        assert ours.n == twin.n
    for other in (1, "0", None):
        with pytest.raises(TypeError):
            other + parts[0]


def test_a_generator_is_read_once_and_one_block_at_a_time():
    X, y, _ = diabetes()
    log = []

    def blocks():
        for number, block in enumerate(cut(X, y)):
            log.append(number)
            yield block

    stream = blocks()
    LassoCV(20).fit_blocks(stream)
    assert log == list(range(7))
    with pytest.raises(ValueError, match="The blocks hold no rows"):
        Lasso().fit_blocks(stream)


def test_a_wide_problem_keeps_its_rank():
    rng = np.random.default_rng(4)
    X, y = rng.normal(size=(30, 60)), rng.normal(size=30)
    rows = stand_in(read_blocks(cut(X, y, sizes=[10, 10])), centre=True)
    assert np.linalg.matrix_rank(rows.X) == 29
    assert len(rows.X) == 60
    for model in (Lasso(0.1), Ridge(0.1), ElasticNet(0.1)):
        ours = type(model)(0.1).fit_blocks(cut(X, y, sizes=[10, 10]))
        assert_same_fit(ours, model.fit(X, y))


def test_many_columns_take_the_working_set():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(1500, 400))
    y = X[:, :5].sum(axis=1) + rng.normal(size=1500)
    ours = Lasso(0.1).fit_blocks(cut(X, y, sizes=[700]))
    assert_same_fit(ours, Lasso(0.1).fit(X, y))


@pytest.mark.parametrize("fit_intercept", [False, True])
def test_degenerate_rows(fit_intercept):
    """One row, a constant y, a constant column, a column of zeros, a column of one sign."""
    X, y, _ = diabetes()
    X[:, 2], X[:, 5], X[:, 7] = 0.1, 0, 1e-200
    options = dict(fit_intercept=fit_intercept)
    for rows, target in ((X, y), (X, np.full(len(y), 0.1)), (X[:1], y[:1]), (X, 0 * y)):
        ours = Lasso(0.3, **options).fit_blocks(cut(rows, target, sizes=[len(rows) // 3]))
        twin = Lasso(0.3, **options).fit(rows, target)
        assert_same_fit(ours, twin)
        assert np.isfinite(ours.dual_gap_)


# --- digits ---------------------------------------------------------------------------------------


def shifted(power):
    """Rows that a shift by 2**power does not round: every number is a multiple of 2**-20."""
    X, y, _ = diabetes()
    X, y = (np.round(array * 2**20) / 2**20 for array in (X, y))
    return X, y, X + 2**power, y - 2**power


@pytest.mark.parametrize("order", ["as they are", "sorted"])
@pytest.mark.parametrize(
    "sizes", [[1] * 441, [100, 100], [3, 1, 400]], ids=["ones", "hundreds", "uneven"]
)
def test_a_shift_costs_no_digits(order, sizes):
    X, y, far_X, far_y = shifted(20)
    rows = np.argsort(X[:, 2]) if order == "sorted" else np.arange(len(y))
    moments = reduce(add, (Moments.of(*b) for b in cut(far_X[rows], far_y[rows], sizes=sizes)))
    near = Moments.of(X, y)
    scale = np.sqrt(np.multiply.outer(near.cross.diagonal(), near.cross.diagonal()))
    np.testing.assert_allclose(moments.cross / scale, near.cross / scale, rtol=0, atol=2e-14)
    shift = np.r_[np.full(10, 2.0**20), -(2.0**20)]
    np.testing.assert_allclose(
        (moments.mean - shift) + moments.mean_tail,
        near.mean + near.mean_tail,
        rtol=1e-14,
        atol=1e-14,
    )
    ours = Lasso(0.5).fit_blocks(cut(far_X[rows], far_y[rows], sizes=sizes))
    twin = Lasso(0.5).fit(X, y)
    np.testing.assert_allclose(
        ours.coef_, twin.coef_, rtol=0, atol=1e-12 * np.abs(twin.coef_).max()
    )
    moved = twin.intercept_ - 2**20 * (1 + twin.coef_.sum())
    assert ours.intercept_ == pytest.approx(moved, rel=1e-13)


def test_folds_far_from_zero_lose_no_digits():
    X, y, far_X, far_y = shifted(20)
    ours = LassoCV(30, cv=5).fit_blocks(cut(far_X, far_y, sizes=[100, 3]))
    near = LassoCV(30, cv=5).fit_blocks(cut(X, y, sizes=[77]))
    for name, column in near.cv_results_.items():
        np.testing.assert_allclose(ours.cv_results_[name], column, rtol=1e-12, err_msg=name)


def test_many_merges_round_no_more_than_one():
    X, y, _ = diabetes()
    moments = Moments.of(X[:9], y[:9])
    many = reduce(add, [moments] * 10_000)
    np.testing.assert_allclose(many.cross, 10_000 * moments.cross, rtol=4e-16)


@pytest.mark.parametrize("size", [4, 100, 5000, 20_000])
def test_dependent_columns_stay_dependent(size):
    """Least squares of smallest norm needs the rank, which rounding would raise."""
    rng = np.random.default_rng(8)
    X = rng.normal(size=(20_000, 6)) + 1000
    X[:, 4], X[:, 5] = X[:, 3], X[:, 0] + X[:, 1]
    y = X @ np.arange(6.0) + rng.normal(size=20_000)
    ours = Ridge(0.0).fit_blocks(cut(X, y, sizes=[size] * (20_000 // size - 1)))
    with pytest.warns(ConvergenceWarning, match="too nearly dependent"):
        twin = Ridge(0.0).fit(X - X.mean(axis=0), y)  # where the sum was rounded
    np.testing.assert_allclose(ours.coef_, twin.coef_, rtol=1e-10)


def test_columns_of_very_different_scale_lose_no_digits():
    X, y, _ = diabetes()
    scale = np.geomspace(1e-9, 1e9, 10)
    wild = stand_in(read_blocks(cut(X * scale, y)), centre=True).X / scale
    tame = stand_in(read_blocks(cut(X, y)), centre=True).X
    np.testing.assert_allclose(wild.T @ wild, tame.T @ tame, rtol=1e-12, atol=1e-12)


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.integers(0, 3)), max_size=12),
    st.integers(0, 12),
)
def test_moments_are_the_exact_sums(rows, first):
    """Against fractions, which do not round."""
    X, y, s = np.array(rows, dtype=float).reshape(-1, 3).T / 8
    blocks = [b for b in cut(X[:, None], y, s, sizes=[min(first, len(y))]) if len(b[1])]
    if not blocks:
        return
    found = reduce(add, (Moments.of(*block) for block in blocks))
    assert found.n == len(y)
    assert found.weight == s.sum()
    if not s.sum():
        return
    Z, S = [[Fraction(float(v)) for v in column] for column in (X, y)], list(map(Fraction, s))
    means = [sum(a * w for a, w in zip(column, S, strict=True)) / sum(S) for column in Z]
    cross = [
        [
            sum(w * (a - m) * (b - k) for w, a, b in zip(S, u, v, strict=True))
            for v, k in zip(Z, means, strict=True)
        ]
        for u, m in zip(Z, means, strict=True)
    ]
    np.testing.assert_allclose(found.mean, np.array(means, dtype=float), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(found.cross, np.array(cross, dtype=float), rtol=1e-13, atol=1e-14)


def test_stand_in_rows_have_the_same_objective():
    X, y, weights = diabetes(weighted=True)
    few = stand_in(read_blocks(cut(X, y, weights)), centre=True)
    assert len(few.y) == 22
    all_rows = Objective(X, y, L1(0.5), sample_weight=weights)
    small = Objective(few.X, few.y, L1(0.5), sample_weight=few.sample_weight)
    w = np.random.default_rng(6).normal(size=10)
    assert small.value(w) == pytest.approx(all_rows.value(w), rel=1e-13)
    assert duality_gap(small, w) == pytest.approx(duality_gap(all_rows, w), rel=1e-12)
    assert small.alpha_max == pytest.approx(all_rows.alpha_max, rel=1e-13)
    assert small.smoothness == pytest.approx(all_rows.smoothness, rel=1e-13)
    np.testing.assert_allclose(small.gradient(w), all_rows.gradient(w), rtol=1e-11)


# --- certificates ---------------------------------------------------------------------------------


def two_blocks(X, y):
    return [(X[:7], y[:7]), (X[7:], y[7:])]


def test_sparse_blocks_far_from_zero():
    X, y = np.array([[1.0], [2.0], [4.0], [3.0]]) + 1e8, np.array([1.0, 2.0, 4.0, 3.0])
    for convert in (np.asarray, sp.csr_array, sp.csc_array):
        for sizes in ([4], [1, 2], [1, 1, 1]):
            blocks = ((convert(a), b) for a, b in cut(X, y, sizes=sizes))
            model = Lasso(0.1).fit_blocks(block for block in blocks if len(block[1]))
            assert model.coef_[0] == pytest.approx(0.92, rel=1e-14)
            assert model.dual_gap_ <= 1e-14


@pytest.mark.parametrize("alpha", [0.0, 1e-9, 1e-4])
def test_near_copies_that_products_cannot_tell_apart_are_said_to_be(alpha):
    """What the rows in memory would give is within the gap, a warning says why, the cure works."""
    rng = np.random.default_rng(1)
    u, d = rng.normal(size=(2, 200))
    X, y = np.column_stack([u, u + 1e-7 * d]), d + u
    for model in (Lasso(alpha), Ridge(alpha), Lasso(alpha, fit_intercept=False)):
        with pytest.warns(ConvergenceWarning, match="depend on each other.* their difference"):
            model.fit_blocks(two_blocks(X, y))
        F = Objective(X, y, model._penalty(), fit_intercept=model.fit_intercept)
        slope = np.cov(d, y)[0, 1] / d.var() / 1e-7
        better = model.coef_ + np.array([-slope, slope])
        assert F.value(model.coef_) - F.value(better) <= model.dual_gap_ * (1 + 1e-9)
        apart = np.column_stack([u, (X[:, 1] - u) * 1e7])
        assert clone(model).fit_blocks(two_blocks(apart, y)).dual_gap_ <= 1e-9


def test_copies_leave_no_doubt():
    rng = np.random.default_rng(2)
    A = rng.normal(size=(200, 3))
    X, y = np.column_stack([A, A[:, 0], np.ones(200), A[:, 1] * 4]), A[:, 0] + rng.normal(size=200)
    for alpha in (0.0, 1e-6, 0.01):
        for fit_intercept in (True, False):
            model = Lasso(alpha, fit_intercept=fit_intercept).fit_blocks(two_blocks(X, y))
            assert model.dual_gap_ <= 1e-12
            assert LassoCV(10, cv=3).fit_blocks(two_blocks(X, y)).dual_gap_ <= 1e-12


# --- folds ----------------------------------------------------------------------------------------


@each_chooser
@intercept
@weighted
def test_cross_validation_from_blocks_is_that_in_memory(model, fit_intercept, weighted):
    X, y, weights = diabetes(weighted)
    options = model.get_params() | dict(fit_intercept=fit_intercept)
    ours = type(model)(**(options | dict(cv=5))).fit_blocks(cut(X, y, weights))
    twin = type(model)(**(options | dict(cv=alternating(len(y), 5)))).fit(X, y, weights)
    assert_same_choice(ours, twin)


def test_positive_folds():
    X, y, weights = diabetes(weighted=True)
    ours = ElasticNetCV(20, cv=4, positive=True).fit_blocks(cut(X, y, weights))
    twin = ElasticNetCV(20, cv=alternating(len(y), 4), positive=True).fit(X, y, weights)
    assert_same_choice(ours, twin)
    assert (ours.coef_ >= 0).all()


@pytest.mark.parametrize("groups", ["abca", [7, -1, 3, 7]], ids=["letters", "numbers"])
@each_chooser
def test_groups_are_folds(model, groups):
    X, y, weights = diabetes(weighted=True)
    groups = np.random.default_rng(7).choice(list(groups), len(y))
    model = type(model)(**(model.get_params() | dict(cv=GROUPED)))
    ours = model.fit_blocks(cut(X, y, weights, groups))
    twin = type(model)(**model.get_params()).fit(X, y, weights, groups)
    assert_same_choice(ours, twin)
    unweighted = ((*block[:2], None, block[3]) for block in cut(X, y, weights, groups))
    assert_same_choice(
        model.fit_blocks(unweighted), type(model)(**model.get_params()).fit(X, y, None, groups)
    )


def test_where_the_blocks_end_does_not_change_the_folds():
    X, y, _ = diabetes()
    a = LassoCV(20).fit_blocks(cut(X, y, sizes=[1] * 50))
    b = LassoCV(20, cv=5).fit_blocks([(X, y)])
    np.testing.assert_allclose(
        a.cv_results_["fold2_error"], b.cv_results_["fold2_error"], rtol=1e-12
    )


def test_a_fold_without_weight_counts_for_nothing():
    X, y, _ = diabetes()
    weights = np.where(np.arange(len(y)) % 4 == 2, 0.0, 1.0)
    ours = LassoCV(20, cv=4).fit_blocks(cut(X, y, weights))
    assert_same_choice(ours, LassoCV(20, cv=alternating(len(y), 4)).fit(X, y, weights))


def test_a_column_that_is_constant_in_training():
    X, y, _ = diabetes()
    X[:, 4] = 0.1
    X[::5, 4] = np.arange(len(X[::5]))
    ours = LassoCV(20, cv=5).fit_blocks(cut(X, y))
    assert_same_choice(ours, LassoCV(20, cv=alternating(len(y), 5)).fit(X, y))


def test_a_constant_target_is_fitted_by_the_intercept_in_every_fold():
    X, y, _ = diabetes()
    weights = np.random.default_rng(9).uniform(size=len(y))
    ours = LassoCV(20, cv=3).fit_blocks(cut(X, np.full(len(y), 0.1), weights))
    assert not ours.coef_.any()
    assert not ours.cv_results_["mean_error"].any()
    assert ours.intercept_ == pytest.approx(0.1, rel=1e-15)


def test_folds_need_rows():
    X, y, _ = diabetes()
    with pytest.raises(ValueError, match="cv=5 needs at least 5 rows; got 4"):
        LassoCV().fit_blocks([(X[:4], y[:4])])
    with pytest.raises(ValueError, match="at least 2 folds; got"):
        LassoCV(cv=GROUPED).fit_blocks([(X, y, None, np.zeros(len(y)))])


@pytest.mark.parametrize(
    "model", [LassoCV(cv=KFold(3)), RidgeCV(), LassoCV(cv=[([0], [1])])], ids=repr
)
def test_folds_that_need_all_rows_are_refused_before_any_is_read(model):
    with pytest.raises(ValueError, match="For rows in blocks cv must be a number of folds"):
        model.fit_blocks(iter(lambda: pytest.fail("a block was read"), None))


@pytest.mark.parametrize(
    "model",
    [
        Lasso(-1.0),
        ElasticNet(l1_ratio=2),
        Ridge("x"),
        LassoCV(cv=1),
        LassoCV(rule="median"),
        LassoCV([-1.0]),
        RidgeCV(0, cv=3),
        ElasticNetCV(l1_ratio=[0.5, 3]),
    ],
    ids=repr,
)
def test_bad_parameters_are_refused_before_any_row_is_read(model):
    with pytest.raises(ValueError, match="must be"):
        model.fit_blocks(iter(lambda: pytest.fail("a block was read"), None))


# --- errors ---------------------------------------------------------------------------------------


def spoilt(X, y, how):
    X, y = X.copy(), y.copy()
    if how == "NaN":
        X[3, 2] = np.nan
    elif how == "infinity":
        y[3] = np.inf
    elif how == "columns":
        X = X[:, 1:]
    elif how == "rows":
        y = y[1:]
    elif how == "targets":
        y = np.c_[y, y]
    elif how == "strings":
        X = X.astype(str)
    elif how == "weights":
        return X, y, -np.ones(len(y))
    elif how == "no tuple":
        return X
    elif how == "too many":
        return X, y, None, None, None
    elif how == "names":
        return pd.DataFrame(X, columns=list("abcdefghij")), y
    return X, y


SPOILT = {
    "NaN": "X must be finite; got NaN",
    "infinity": "y must be finite; got infinity",
    "columns": "X must have 10 columns, as the rows before; got 9",
    "rows": r"y must have shape \(60,\); got \(59,\)",
    "targets": r"y must have shape \('n',\), as the rows before; got \('n', 2\)",
    "strings": "X must hold real numbers",
    "weights": "sample_weight must be non-negative; got -1",
    "no tuple": r"a block must be \(X, y\) or .*; got ndarray",
    "too many": r"a block must be \(X, y\) or .*; got tuple of 5",
    "names": "X must have the column names of the rows before, None; got",
}


@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("model", [Lasso(), LassoCV()], ids=repr)
def test_an_error_names_the_block(model, how):
    X, y, _ = diabetes()
    blocks = list(cut(X, y))
    blocks[2] = spoilt(*blocks[2], how)
    with pytest.raises(ValueError, match=f"^Block 2: {SPOILT[how]}"):
        clone(model).fit_blocks(blocks)


def test_groups_must_come_along():
    X, y, _ = diabetes()
    with pytest.raises(
        ValueError, match="Block 0: groups must name the fold of each row; got None"
    ):
        LassoCV(cv=GROUPED).fit_blocks(cut(X, y))
    with pytest.raises(ValueError, match=r"Block 1: folds must have shape \(3,\); got \(2,\)"):
        LassoCV(cv=GROUPED).fit_blocks([(X, y, None, y > 9), (X[:3], y[:3], None, y[:2] > 9)])
    with pytest.raises(ValueError, match=r"Block 0: a block must be .*; got tuple of 4"):
        Lasso().fit_blocks([(X, y, None, y > 9)])


@pytest.mark.parametrize("blocks", [[], [(np.zeros((0, 3)), np.zeros(0))]], ids=["none", "empty"])
def test_no_rows_are_refused(blocks):
    for model in (Lasso(), LassoCV()):
        with pytest.raises(ValueError, match="The blocks hold no rows"):
            model.fit_blocks(blocks)


def test_no_weight_is_refused():
    X, y, _ = diabetes()
    for model in (Lasso(), LassoCV()):
        with pytest.raises(ValueError, match="sample_weight must be non-negative and not all zero"):
            model.fit_blocks([(X, y, np.zeros(len(y)))])


def test_several_targets_are_refused_where_they_are_in_memory():
    X, y, _ = diabetes()
    with pytest.raises(ValueError, match="LassoCV takes one target"):
        LassoCV().fit_blocks(cut(X, np.c_[y, y]))


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_weights_whose_products_leave_the_range_are_refused(size):
    X, y = np.arange(6.0).reshape(3, 2), np.arange(3.0)
    with pytest.raises(ValueError, match="sample_weight must be 0 or between 1e-50"):
        Lasso(0.1).fit_blocks([(X, y, np.full(3, size))])


def test_what_rounding_of_products_moves_is_in_the_gap():
    """Columns that differ by 1e-6: slopes lose 1e-14, and coefficients of 1e6 feel it."""
    rng = np.random.default_rng(3)
    u, d, noise = rng.normal(size=(3, 50))
    X, y = np.column_stack([u, u + 1e-6 * d]), d + 0.1 * noise
    Z, r = X - X.mean(axis=0), y - y.mean()
    best = np.linalg.lstsq(Z, r, rcond=None)[0]
    with catch_warnings():
        simplefilter("ignore", ConvergenceWarning)
        model = Ridge(0.0).fit_blocks(two_blocks(X, y))
    moved = Z @ (model.coef_ - best)
    assert moved @ moved / 100 <= model.dual_gap_ <= 0.01 * (r @ r / 100)


@pytest.mark.parametrize("centred", [True, False])
def test_weights_that_cancel_on_equal_columns_cost_what_rounding_may_hide(centred):
    """In products two columns may be equal and yet differ by a last bit, times these weights."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    parts = read_blocks([(np.c_[x, x], x + rng.normal(size=200))])
    rows = stand_in(parts, centre=centred)
    W = np.array([[1.0, 0.0], [1.0 + 1e6, -1e6]])
    few, many = certified(np.zeros(2), W, parts, rows, L1(0.0), centred=centred)
    assert few < 1e-12
    assert many > 1e6 * np.finfo(float).eps * 1e6  # a last bit of x, times both
