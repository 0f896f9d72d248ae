"""Cross-validation, leave-one-out and the criteria, against brute force and other libraries."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from joblib import parallel_backend
from sklearn import linear_model as sk
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    LeaveOneOut,
    ShuffleSplit,
    StratifiedKFold,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import regkit
from regkit.exact.path import active_set
from regkit.losses import Logistic
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.selection import (
    ErrorCurve,
    cross_validate,
    degrees_of_freedom,
    information_criterion,
    leave_one_out,
    one_standard_error,
    ridge_alpha_grid,
)
from regkit.solvers import RidgeDecomposition, closed_form, ridge_closed_form

ALPHAS = np.array([1.0, 0.3, 0.1, 0.01])
both = pytest.mark.parametrize("fit_intercept", [True, False])


def data(n=24, p=5, seed=0, targets=None):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n, p)) * rng.uniform(0.5, 2, p) + 3 * rng.standard_normal(p)
    shape = n if targets is None else (n, targets)
    noise = rng.standard_normal(shape)
    signal = X[:, :2].sum(axis=1) - 4
    return X, (signal if targets is None else signal[:, None]) + noise, rng


def estimator(alpha, l1_ratio, **options):
    if l1_ratio == 0 and not options.get("positive"):
        options.pop("positive", None)
        return regkit.Ridge(alpha, **options)
    return regkit.ElasticNet(alpha, l1_ratio=l1_ratio, **options)


def brute_force(X, y, s, alphas, l1_ratio, folds, **options):
    """Return the mean and the standard error of the folds' errors, by one fit after another."""
    errors, totals = [], []
    for train, test in folds:
        row = []
        for alpha in alphas:
            model = estimator(alpha, l1_ratio, **options).fit(X[train], y[train], s[train])
            squares = (y[test] - model.predict(X[test])) ** 2
            squares = squares if squares.ndim == 1 else squares.mean(axis=1)
            row.append((s[test] * squares).sum() / s[test].sum())
        errors.append(row)
        totals.append(s[test].sum())
    errors, totals = np.array(errors), np.array(totals)
    mean = (totals[:, None] * errors).sum(axis=0) / totals.sum()
    spread = (totals[:, None] * (errors - mean) ** 2).sum(axis=0) / totals.sum()
    return errors.T, mean, np.sqrt(spread / (len(totals) - 1))


# --- cross-validation -------------------------------------------------------------------------


@both
@pytest.mark.parametrize("l1_ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("as_sparse", [False, True])
def test_equals_one_fit_after_another(fit_intercept, l1_ratio, weighted, positive, as_sparse):
    X, y, rng = data()
    s = rng.uniform(0.2, 3, len(y)) if weighted else np.ones(len(y))
    cv = KFold(5, shuffle=True, random_state=0)  # 24 rows: the folds are uneven
    options = dict(fit_intercept=fit_intercept, positive=positive)
    curve = cross_validate(
        sp.csc_matrix(X) if as_sparse else X,
        y,
        ALPHAS[[2, 0, 3, 1]],
        l1_ratio=l1_ratio,
        cv=cv,
        sample_weight=s if weighted else None,
        **options,
    )
    errors, mean, std = brute_force(X, y, s, ALPHAS[[2, 0, 3, 1]], l1_ratio, cv.split(X), **options)
    np.testing.assert_allclose(curve.errors, errors, rtol=1e-7)
    np.testing.assert_allclose(curve.mean_error, mean, rtol=1e-7)
    np.testing.assert_allclose(curve.std_error, std, rtol=1e-6)
    assert curve.l1_ratio == l1_ratio


@pytest.mark.parametrize("l1_ratio", [0.0, 1.0])
def test_several_targets_are_averaged(l1_ratio):
    X, Y, _ = data(targets=3)
    curve = cross_validate(X, Y, ALPHAS, l1_ratio=l1_ratio)
    each = [cross_validate(X, y, ALPHAS, l1_ratio=l1_ratio).errors for y in Y.T]
    np.testing.assert_allclose(curve.errors, np.mean(each, axis=0))


@pytest.mark.parametrize("l1_ratio", [0.0, 0.5])
def test_a_weight_is_a_repeated_row_in_the_same_fold(l1_ratio):
    X, y, rng = data(n=40)
    times = rng.integers(0, 4, len(y))
    fold = np.repeat(np.arange(5), 8)  # explicit folds, so that copies stay together
    times[fold == 3] = 0  # a fold that is not there at all
    weighted = cross_validate(
        X,
        y,
        ALPHAS,
        l1_ratio=l1_ratio,
        cv=[(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(5)],
        sample_weight=times,
    )
    rows = np.repeat(np.arange(len(y)), times)
    repeated = cross_validate(
        X[rows],
        y[rows],
        ALPHAS,
        l1_ratio=l1_ratio,
        cv=[(fold[rows] != k, fold[rows] == k) for k in (0, 1, 2, 4)],
    )
    np.testing.assert_allclose(weighted.errors[:, [0, 1, 2, 4]], repeated.errors, rtol=1e-8)
    np.testing.assert_allclose(weighted.mean_error, repeated.mean_error, rtol=1e-8)
    np.testing.assert_allclose(weighted.std_error, repeated.std_error, rtol=1e-8)
    assert (weighted.errors[:, 3] == 0).all() and weighted.weights[3] == 0


def test_the_mean_error_is_that_of_all_left_out_rows_together():
    """Whatever the folds' sizes: a row counts by its own weight, not by its fold's company."""
    X, y, rng = data()
    s = rng.uniform(0.2, 3, len(y))
    folds = [(np.arange(3, 24), np.arange(3)), (np.arange(3), np.arange(3, 24))]
    curve = cross_validate(X, y, [0.1], cv=folds, sample_weight=s)
    left = np.empty(len(y))
    for train, test in folds:
        left[test] = y[test] - regkit.Lasso(0.1).fit(X[train], y[train], s[train]).predict(X[test])
    assert curve.mean_error[0] == pytest.approx((s * left**2).sum() / s.sum())


def test_takes_splitters_with_groups_and_random_ones():
    X, y, rng = data()
    groups = rng.integers(0, 4, len(y))
    curve = cross_validate(X, y, ALPHAS, cv=GroupKFold(4), groups=groups)
    by_hand = [(np.flatnonzero(groups != g), np.flatnonzero(groups == g)) for g in range(4)]
    same = cross_validate(X, y, ALPHAS, cv=by_hand)
    np.testing.assert_allclose(np.sort(curve.errors), np.sort(same.errors))
    np.testing.assert_allclose(curve.mean_error, same.mean_error)
    with pytest.raises(ValueError, match="groups"):
        cross_validate(X, y, ALPHAS, cv=GroupKFold(4))
    shuffled = ShuffleSplit(3, test_size=0.4, random_state=1)
    assert cross_validate(X, y, ALPHAS, cv=shuffled).errors.shape == (4, 3)
    assert cross_validate(X, y, ALPHAS).errors.shape == (4, 5)


def test_a_splitter_sees_y():
    X, _, rng = data()
    y = rng.permutation(np.repeat([0.0, 1.0, 5.0], 8))
    splitter = StratifiedKFold(4)
    found = cross_validate(X, y, ALPHAS, cv=splitter).errors
    given = cross_validate(X, y, ALPHAS, cv=list(splitter.split(X, y))).errors
    np.testing.assert_array_equal(found, given)


def test_processes_change_nothing():
    X, y, _ = data()
    one, two = (cross_validate(X, y, ALPHAS, n_jobs=jobs) for jobs in (1, 2))
    np.testing.assert_array_equal(one.errors, two.errors)


def test_threads_change_nothing_and_progress_counts(capfd):
    X, y, _ = data()
    one = cross_validate(X, y, ALPHAS, n_jobs=1)
    assert capfd.readouterr().err == ""
    with parallel_backend("threading", n_jobs=2):
        inside = cross_validate(X, y, ALPHAS, progress=True)
    np.testing.assert_array_equal(one.errors, inside.errors)
    written = capfd.readouterr().err
    assert written.endswith("\n") and written.split("\r")[1:] == [
        f"fold {k} of 5 at l1_ratio 1" + "\n" * (k == 5) for k in range(1, 6)
    ]


def test_never_touches_its_input():
    X, y, _ = data()
    alphas, weights = ALPHAS[::-1].copy(), np.linspace(0, 1, len(y))
    given = [X, y, alphas, weights]
    before = [array.copy() for array in given]
    for array in given:
        array.setflags(write=False)
    cross_validate(X, y, alphas, sample_weight=weights)
    leave_one_out(X, y, alphas, sample_weight=weights)
    for array, copy in zip(given, before, strict=True):
        np.testing.assert_array_equal(array, copy)


# --- the rules --------------------------------------------------------------------------------


def curve_with(mean, std, alphas):
    """Return a curve of two folds with this mean and this standard error."""
    mean, std = np.array(mean, dtype=float), np.array(std, dtype=float)
    return ErrorCurve(np.array(alphas), np.array([mean - std, mean + std]).T, np.ones(2))


def test_the_rules_on_a_curve_made_by_hand():
    curve = curve_with([9, 6, 5, 4, 4.5], [1, 9, 2, 1, 5], [16.0, 8.0, 4.0, 2.0, 1.0])
    np.testing.assert_allclose(curve.std_error, [1, 9, 2, 1, 5])
    assert curve.alpha("min") == 2.0
    assert curve.alpha("1se") == 4.0, "5 is exactly one standard error, that of the minimum, above"
    above = curve_with([9, 6, 5 + 1e-9, 4, 4.5], [1, 9, 2, 1, 5], [16.0, 8.0, 4.0, 2.0, 1.0])
    assert above.alpha("1se") == 2.0, "the smaller alpha 1 is within reach too, but weaker"


def test_the_one_standard_error_rule_takes_the_largest_even_beyond_a_bump():
    curve = curve_with([4.5, 7, 4], [1, 1, 1], [4.0, 2.0, 1.0])
    assert curve.alpha("1se") == 4.0


def test_among_equals_the_largest_alpha_wins_in_any_order():
    alphas = [1.0, 4.0, 2.0, 8.0]
    curve = curve_with([3, 3, 3, 5], [0.5, 2, 9, 1], alphas)
    assert curve.alpha("min") == 4.0
    assert curve.alpha("1se") == 8.0, "the standard error is that of the strongest minimum, 2"
    assert curve.best() == curve.best("min") == 1


def test_uneven_folds_by_hand():
    curve = ErrorCurve(np.array([1.0]), np.array([[2.0, 6.0, 100.0]]), np.array([3.0, 1.0, 0.0]))
    assert curve.mean_error[0] == pytest.approx(3.0)
    assert curve.std_error[0] == pytest.approx(np.sqrt((3 * 1 + 1 * 9) / 4 / (2 - 1)))


def test_equal_folds_have_the_usual_standard_error():
    errors = np.random.default_rng(0).uniform(size=(4, 7))
    curve = ErrorCurve(ALPHAS, errors, np.full(7, 3.0))
    np.testing.assert_allclose(curve.std_error, errors.std(axis=1, ddof=1) / np.sqrt(7))


def test_a_single_fold_has_a_minimum_but_no_standard_error():
    X, y, _ = data()
    curve = cross_validate(X, y, ALPHAS, cv=ShuffleSplit(1, random_state=0))
    assert np.isnan(curve.std_error).all()
    assert curve.alpha("min") in ALPHAS
    with pytest.raises(ValueError, match="rule='1se' needs at least 2 folds"):
        curve.alpha("1se")


# --- leave-one-out ----------------------------------------------------------------------------


def refit(X, y, s, alpha, fit_intercept):
    """Leave each row out and solve the other rows' least-squares problem, ridge as extra rows."""
    errors = np.empty(len(y))
    for i in range(len(y)):
        others = np.arange(len(y)) != i
        weights = s[others] / s[others].sum()
        x_mean = weights @ X[others] * fit_intercept
        y_mean = weights @ y[others] * fit_intercept
        root = np.sqrt(weights)
        Z = np.r_[root[:, None] * (X[others] - x_mean), np.sqrt(alpha) * np.eye(X.shape[1])]
        t = np.r_[root * (y[others] - y_mean), np.zeros(X.shape[1])]
        w = np.linalg.lstsq(Z, t, rcond=1e-11)[0]
        errors[i] = y[i] - y_mean - (X[i] - x_mean) @ w
    return errors


@both
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("as_sparse", [False, True])
@pytest.mark.parametrize(("n", "p"), [(20, 5), (10, 30), (12, 11), (12, 12), (12, 10)])
def test_leave_one_out_equals_as_many_refits(n, p, fit_intercept, weighted, as_sparse):
    X, y, rng = data(n, p)
    if p == 5:  # a column that only one row can tell: without the row, its weight is 0
        X[:, 4] = 0
        X[3, 4] = 7
    s = rng.uniform(0.1, 3, n) if weighted else np.ones(n)
    alphas = np.array([1e3, 1.0, 1e-2, 1e-6, 1e-12, 0.0])
    columns = sp.csr_array(X) if as_sparse else X
    F = Objective(columns, y, L2(1.0), sample_weight=s, fit_intercept=fit_intercept)
    found = RidgeDecomposition.of(F).leave_one_out(y, alphas)
    for k, alpha in enumerate(alphas):
        wanted = refit(X, y, s, alpha, fit_intercept)
        # the refits at tiny alphas lose digits themselves
        accuracy = 1e-10 if alpha >= 1e-6 else 1e-7
        np.testing.assert_allclose(found[:, k], wanted, atol=accuracy * np.abs(wanted).max())


@both
def test_leave_one_out_is_cross_validation_with_one_row_a_fold(fit_intercept):
    X, Y, rng = data(targets=2)
    s = rng.uniform(0.2, 3, len(Y))
    s[[2, 7]] = 0  # rows that are not there
    options = dict(sample_weight=s, fit_intercept=fit_intercept)
    fast = leave_one_out(X, Y, ALPHAS, **options)
    slow = cross_validate(X, Y, ALPHAS, l1_ratio=0.0, cv=LeaveOneOut(), **options)
    np.testing.assert_allclose(fast.errors, slow.errors, rtol=1e-9)
    np.testing.assert_allclose(fast.mean_error, slow.mean_error, rtol=1e-9)
    np.testing.assert_allclose(fast.std_error, slow.std_error, rtol=1e-9)
    present = s > 0
    absent = leave_one_out(
        X[present], Y[present], ALPHAS, **options | dict(sample_weight=s[present])
    )
    np.testing.assert_allclose(fast.mean_error, absent.mean_error)
    np.testing.assert_allclose(fast.std_error, absent.std_error)


def test_leave_one_out_in_blocks(monkeypatch):
    X, y, rng = data()
    for s in (None, rng.uniform(0.1, 1, len(y))):
        whole = leave_one_out(X, y, ALPHAS, sample_weight=s).errors
        with monkeypatch.context() as patch:
            patch.setattr(closed_form, "BLOCK", 150)
            parts = leave_one_out(X, y, ALPHAS, sample_weight=s).errors
        np.testing.assert_allclose(parts, whole, rtol=1e-13)


@both
def test_leave_one_out_equals_scikit_learns_after_conversion(fit_intercept):
    """Its alpha multiplies a sum over the rows that are left: with equal weights, n - 1 of them."""
    X, y, _ = data()
    ours = leave_one_out(X, y, ALPHAS, fit_intercept=fit_intercept)
    twin = sk.RidgeCV(ALPHAS * (len(y) - 1), fit_intercept=fit_intercept, store_cv_results=True)
    np.testing.assert_allclose(ours.errors.T, twin.fit(X, y).cv_results_, rtol=1e-9)
    assert ours.alpha() * (len(y) - 1) == pytest.approx(twin.alpha_)
    assert ours.l1_ratio == 0
    plain = leave_one_out(X, y, ALPHAS).errors
    assert np.array_equal(ours.errors, plain) == fit_intercept
    with pytest.raises(ValueError, match=r"^X must be finite; got NaN"):
        leave_one_out(np.full_like(X, np.nan), y, ALPHAS)


@both
def test_the_decomposition_is_exact_on_either_way(fit_intercept):
    """Well-conditioned columns go through a Gram matrix, others through singular values."""
    X, _, rng = data(n=30, p=6)
    near = np.c_[X, X[:, 0] + 1e-5 * rng.standard_normal(30)]
    for columns in (X, near, X.T @ X, near.T):
        target = rng.standard_normal(len(columns))
        F = Objective(columns, target, L2(1e-3), fit_intercept=fit_intercept)
        solution = ridge_closed_form(F)
        assert solution.dual_gap <= 1e-13 * F.null_value
        ridge = RidgeDecomposition.of(F)
        np.testing.assert_allclose(ridge.coefs(np.array([1e-3]))[:, 0], solution.coef, rtol=1e-9)
        np.testing.assert_allclose(ridge.U.T @ ridge.U, np.eye(len(ridge.d)), atol=1e-9)
        np.testing.assert_allclose(ridge.Vt @ ridge.Vt.T, np.eye(len(ridge.d)), atol=1e-9)


@pytest.mark.parametrize("shortest", [1.0, 1e-3, 1e-5])
def test_leave_one_out_of_a_tall_sparse_x_is_that_of_a_dense_one(shortest):
    """However much shorter some columns are than others, whose squares lose their digits."""
    X, y, rng = data(n=60, p=8)
    X[rng.uniform(size=X.shape) < 0.7] = 0
    X *= np.geomspace(1, shortest, 8)
    s = rng.uniform(0.1, 1, 60)
    found, wanted = (
        leave_one_out(columns, y, [1e-2, 1e-8, 0.0], sample_weight=s).errors
        for columns in (sp.csc_array(X), X)
    )
    np.testing.assert_allclose(found, wanted, atol=1e-10 * wanted.max())
    U = RidgeDecomposition.of(Objective(sp.csr_array(X), y, L2(1.0), sample_weight=s)).U
    np.testing.assert_allclose(U[0:60].T @ U[0:60], np.eye(8), atol=1e-12)
    np.testing.assert_allclose(U @ np.eye(8), U[0:60], atol=1e-12)
    np.testing.assert_allclose(U.T @ y, U[0:60].T @ y, atol=1e-12)


def test_leave_one_out_of_a_tall_sparse_x_makes_few_rows_dense():
    rng = np.random.default_rng(0)
    X = sp.random_array((8000, 200), density=0.01, rng=rng, format="csr")
    tracemalloc.start()
    leave_one_out(X, rng.standard_normal(8000), [1e-3])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8000 * 200 * 8 / 2


@pytest.mark.parametrize("p", [2, 40])
def test_a_long_constant_column_of_a_sparse_x_adds_no_rank(p):
    """What centring leaves of it is rounding, though longer than another column's square."""
    X, y, _ = data(n=30, p=p)
    X[:, 1] = 1e6
    ridge = RidgeDecomposition.of(Objective(sp.csr_array(X), y, L2(1.0)))
    assert len(ridge.d) == min(p - 1, 29)
    dense = RidgeDecomposition.of(Objective(np.delete(X, 1, axis=1), y, L2(1.0)))
    np.testing.assert_allclose(ridge.d, dense.d, rtol=1e-3)


def test_the_ridge_grid_spans_the_degrees_of_freedom():
    X, y, _ = data()
    ridge = RidgeDecomposition.of(Objective(X, y, L2(1.0)))
    grid = ridge_alpha_grid(ridge, 7)
    assert len(grid) == 7 and (np.diff(grid) < 0).all()
    assert 0.005 < ridge.degrees_of_freedom(grid[0]) <= 0.01
    assert 4.99 <= ridge.degrees_of_freedom(grid[-1]) < 4.995
    near = RidgeDecomposition.of(Objective(np.c_[X, X[:, 0] + 1e-9 * y], y, L2(1.0)))
    grid = ridge_alpha_grid(near)
    assert len(grid) == 100
    assert grid[0] == pytest.approx(100 * (near.d**2).sum())
    assert len(ridge_alpha_grid(near, 1)) == 1
    with pytest.raises(ValueError, match=r"^alphas must be a whole number of at least 1; got 0"):
        ridge_alpha_grid(near, 0)
    assert grid[-1] == pytest.approx(1e-12 * grid[0])
    nothing = RidgeDecomposition.of(Objective(np.zeros((3, 2)), [1.0, 2, 3], L2(1.0)))
    assert (ridge_alpha_grid(nothing, 2) == np.finfo(float).resolution).all()


# --- degrees of freedom and criteria ----------------------------------------------------------


def smoother_trace(F, active, l2):
    """Differentiate the fit in y, one row at a time: the trace of what takes y to the fit."""
    s = F.weights
    X = F.X[:, active] - (s @ F.X[:, active]) * F.fit_intercept
    H = X @ np.linalg.pinv(X.T @ (s[:, None] * X) + l2 * np.eye(X.shape[1])) @ (X.T * s)
    return np.trace(H)


@both
@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.2), L1L2(0.4, 0.5), L2(0.0)])
def test_degrees_of_freedom_are_a_trace(penalty, fit_intercept):
    X, y, rng = data()
    s = rng.uniform(0.1, 2, len(y))
    F = Objective(X, y, penalty, sample_weight=s, fit_intercept=fit_intercept)
    w = active_set(F).coef
    active = np.flatnonzero(w)
    wanted = smoother_trace(F, active, penalty.l2)
    assert degrees_of_freedom(F, w) == pytest.approx(wanted)
    as_sparse = Objective(sp.csr_array(X), y, penalty, sample_weight=s, fit_intercept=fit_intercept)
    assert degrees_of_freedom(as_sparse, w) == pytest.approx(wanted)
    if penalty.l1 == 0:
        assert RidgeDecomposition.of(F).degrees_of_freedom(penalty.alpha) == pytest.approx(wanted)


def test_degrees_of_freedom_count_rank_not_columns():
    X, y, _ = data()
    doubled = np.c_[X, X[:, :1] * 1e-9, X[:, 0] + X[:, 1]]
    F = Objective(doubled, y, L1(0.01))
    assert degrees_of_freedom(F, np.array([1.0, 1, 0, 0, 0, 1, 1])) == 2
    tiny = Objective(X * [1, 1, 1, 1, 1e-18], y, L1(0.01))
    assert degrees_of_freedom(tiny, np.ones(5)) == 5, "units are not rank"
    assert degrees_of_freedom(F, np.zeros(7)) == 0
    assert degrees_of_freedom(Objective(np.ones((3, 1)), [1.0, 2, 3], L1(0.1)), np.ones(1)) == 0


def test_a_zero_is_inactive_only_where_something_holds_it_there():
    """Ridge may meet 0 in passing; a penalty with a kink, or a bound, keeps a weight there."""
    X, w = np.diag([2.0, 1.0]), np.array([1.6, 0.0])
    for penalty, wanted in (
        (L2(0.5), 2 / 2.5 + 0.5 / 1),
        (L2(0.5, positive=True), 2 / 2.5),
        (L1L2(1.0, 0.5), 2 / 2.5),
    ):
        F = Objective(X, np.array([4.0, 0.0]), penalty, fit_intercept=False)
        assert degrees_of_freedom(F, w) == pytest.approx(wanted)


def test_degrees_of_freedom_of_the_lasso_are_unbiased():
    """Σ cov(ŷᵢ, yᵢ)/σ² by simulation, equal to the mean number of non-zeros."""
    X, _, rng = data(n=30, p=4, seed=3)
    X -= X.mean(axis=0)
    mean = X @ np.array([1.0, 0, 0, 0.5])
    fits, targets, counts = [], [], []
    for _ in range(600):
        y = mean + rng.standard_normal(30)
        F = Objective(X, y, L1(0.3), fit_intercept=False)
        w = active_set(F).coef
        fits.append(X @ w)
        targets.append(y)
        counts.append(degrees_of_freedom(F, w))
    targets = np.array(targets) - mean
    # a constant may be taken off the fits: the errors have mean 0
    products = ((np.array(fits) - mean) * targets).sum(axis=1)
    margin = 4 * (products - np.array(counts)).std() / np.sqrt(600)
    assert 1.5 < np.mean(counts) < 3.5
    assert abs(products.mean() - np.mean(counts)) < margin < 0.5


def gaussian_log_likelihood(F, w, variance):
    residual = F.y - F.predictor(w)
    return float((-0.5 * np.log(2 * np.pi * variance) - residual**2 / (2 * variance)).sum())


@both
def test_criteria_are_a_likelihood_and_a_price(fit_intercept):
    X, y, _ = data()
    F = Objective(X, y, L1(0.3), fit_intercept=fit_intercept)
    w = active_set(F).coef
    n, variance = len(y), np.mean((y - F.predictor(w)) ** 2)
    k = np.count_nonzero(w) + fit_intercept + 1
    deviance = -2 * gaussian_log_likelihood(F, w, variance)
    assert information_criterion(F, w) == pytest.approx(deviance + 2 * k)
    assert information_criterion(F, w, "bic") == pytest.approx(deviance + k * np.log(n))
    corrected = deviance + 2 * k * n / (n - k - 1)  # Hurvich and Tsai's form of the same
    assert information_criterion(F, w, "aicc") == pytest.approx(corrected)
    known = -2 * gaussian_log_likelihood(F, w, 0.7) + 2 * (k - 1)
    assert information_criterion(F, w, noise_variance=0.7) == pytest.approx(known)


def test_the_correction_is_there_as_soon_as_it_is_finite():
    X, y = np.arange(5.0)[:, None], np.array([0.0, 1.0, 1.0, 3.0, 4.0])
    F = Objective(X, y, L1(0.1))  # k = 3: slope, intercept, variance
    w = active_set(F).coef
    extra = information_criterion(F, w, "aicc") - information_criterion(F, w)
    assert extra == pytest.approx(2 * 3 * 4 / (5 - 3 - 1))
    with pytest.raises(ValueError, match="n - k - 1 > 0; got n = 4 and k = 3 "):
        information_criterion(Objective(X[:4], y[:4], L1(0.1)), w, "aicc")


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
def test_criteria_tell_a_small_residual_from_none(scale):
    x = np.arange(1.0, 9.0)
    small = scale * (x + 1e-9 * (-1.0) ** x)
    F = Objective(x[:, None], small, L2(0.0), fit_intercept=False)
    w = np.array([scale])
    variance = (1e-9 * scale) ** 2
    wanted = -2 * gaussian_log_likelihood(F, w, variance) + 2 * 2
    assert information_criterion(F, w) == pytest.approx(wanted, rel=1e-6)
    exact = Objective(x[:, None], scale * x * (1 + 2e-16), L2(0.0), fit_intercept=False)
    with pytest.raises(ValueError, match="leaves no residual"):
        information_criterion(exact, w)


@pytest.mark.parametrize("criterion", ["aic", "bic"])
def test_criteria_equal_scikit_learns(criterion):
    """Along its LARS path, up to the intercept, which it does not count."""
    X, y, _ = data(n=40)
    variance = 1.3
    twin = sk.LassoLarsIC(criterion, noise_variance=variance).fit(X, y)
    price = 2 if criterion == "aic" else np.log(40)
    for alpha, wanted in zip(twin.alphas_, twin.criterion_, strict=True):
        F = Objective(X, y, L1(alpha * (1 + 1e-9)))  # at a breakpoint the active set has no size
        w = active_set(F).coef
        ours = information_criterion(F, w, criterion, noise_variance=variance)
        assert ours == pytest.approx(wanted + price, rel=1e-6)


def test_criteria_count_weights_as_rows():
    X, y, rng = data()
    times = rng.integers(1, 4, len(y))
    F = Objective(X, y, L1(0.3), sample_weight=times)
    G = Objective(X.repeat(times, axis=0), y.repeat(times), L1(0.3))
    w = active_set(F).coef
    for criterion in ("aic", "aicc", "bic"):
        wanted = information_criterion(G, w, criterion)
        assert information_criterion(F, w, criterion) == pytest.approx(wanted)
    twice = Objective(X, y, L1(0.3), sample_weight=2.0)
    doubled = Objective(X.repeat(2, axis=0), y.repeat(2), L1(0.3))
    wanted = information_criterion(doubled, w, "bic")
    assert information_criterion(twice, w, "bic") == pytest.approx(wanted)


# --- properties -------------------------------------------------------------------------------

seeds = st.integers(0, 10_000)
few = settings(max_examples=15, deadline=None)


@few
@given(seed=seeds, fit_intercept=st.booleans())
def test_leave_one_out_of_any_shape(seed, fit_intercept):
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(3, 15)), int(rng.integers(1, 20))
    X, y, _ = data(n, max(p, 2), seed)
    s = rng.integers(1, 4, n).astype(float)
    alpha = float(rng.choice([1e-3, 0.1, 10.0]))
    curve = leave_one_out(X, y, [alpha], sample_weight=s, fit_intercept=fit_intercept)
    wanted = refit(X, y, s, alpha, fit_intercept)
    np.testing.assert_allclose(curve.errors[0], wanted**2, rtol=1e-7, atol=1e-9 * (wanted**2).max())


@few
@given(seed=seeds, shift=st.floats(-1e3, 1e3), c=st.floats(0.01, 100))
def test_errors_follow_the_units_of_y(seed, shift, c):
    X, y, _ = data(seed=seed)
    for l1_ratio, factor in ((0.0, 1.0), (1.0, c)):
        before = cross_validate(X, y, ALPHAS, l1_ratio=l1_ratio).errors
        after = cross_validate(X, c * y + shift, factor * ALPHAS, l1_ratio=l1_ratio).errors
        np.testing.assert_allclose(after, c**2 * before, rtol=1e-6)


@few
@given(seed=seeds, size=st.integers(1, 8), folds=st.integers(2, 6))
def test_the_rules_never_disagree_with_their_words(seed, size, folds):
    rng = np.random.default_rng(seed)
    errors = rng.integers(0, 4, (size, folds)).astype(float)  # integers: there are ties
    alphas = rng.permutation(np.arange(1.0, size + 1))
    curve = ErrorCurve(alphas, errors, rng.integers(1, 3, folds).astype(float))
    mean = curve.mean_error
    lowest = curve.best("min")
    assert mean[lowest] == mean.min()
    assert alphas[lowest] == alphas[mean == mean.min()].max()
    bound = mean[lowest] + curve.std_error[lowest]
    assert curve.alpha("1se") == alphas[mean <= bound].max() >= curve.alpha("min")


@few
@given(seed=seeds)
def test_degrees_of_freedom_fall_as_the_ridge_part_grows(seed):
    X, y, _ = data(seed=seed)
    w = np.array([1.0, 0, -1, 2, 0])
    found = [degrees_of_freedom(Objective(X, y, L1L2(a, 0.5)), w) for a in (1e-9, 1e-3, 1.0, 1e3)]
    assert found[0] == pytest.approx(3) and (np.diff(found) < 0).all() and found[-1] > 0


# --- bad input --------------------------------------------------------------------------------

X_OK, Y_OK = np.arange(12.0).reshape(6, 2) ** 2, np.array([1.0, 2, 4, 3, 5, 1])
BAD = [
    (dict(alphas=[]), "alphas must be a one-dimensional grid"),
    (dict(alphas=[1.0, -0.1]), "alphas must be .* >= 0"),
    (dict(alphas=[1.0, np.nan]), "alphas must be .* finite"),
    (dict(alphas=[[1.0]]), "alphas must be a one-dimensional grid"),
    (dict(alphas=3.0), "alphas must be a one-dimensional grid"),
    (dict(alphas="strong"), "alphas must be .*got 'strong'"),
    (dict(l1_ratio=1.5), r"l1_ratio must be a finite number in \[0, 1\]; got 1.5"),
    (dict(cv=1), "cv must be a whole number of at least 2; got 1"),
    (dict(cv=7), "n_splits=7 greater than the number of samples"),
    (dict(cv="five"), "Expected `cv` as an integer"),
    (dict(cv=[]), "cv must give at least one fold"),
    (dict(cv=[([0, 1], [])]), "fold 0 has 2 and 0"),
    (dict(cv=[([], [0])]), "fold 0 has 0 and 1"),
    (dict(sample_weight=[1, 1, -1, 1, 1, 1]), "sample_weight must be non-negative"),
    (dict(sample_weight=[1, 1, 0, 0, 0, 0], cv=3), "training rows of fold 0 have weight 0"),
    (dict(sample_weight=[1, 1, 0, 0, 0, 0], cv=[([0, 1], [2, 3])]), "All test rows have weight 0"),
    (dict(X=[[np.nan, 1]] * 6), "^X must be finite; got NaN"),
    (dict(y=[1.0, 2]), "^y must have 6 rows, one for each row of X; got 2"),
    (dict(y=1.0), "^y must have 6 rows, one for each row of X; got a number"),
    (dict(y=["a"] * 6), "y must hold real numbers"),
    (dict(tol=-1.0), "tol must be a finite number"),
    (dict(max_iter=0), "max_iter must be a whole number"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_input_is_refused_clearly(change, message):
    good = dict(X=X_OK, y=Y_OK, alphas=[0.1], cv=2)
    with pytest.raises(ValueError, match=message):
        cross_validate(**(good | change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(sample_weight=[0, 3, 0, 0, 0, 0]), "at least 2 rows of positive weight"),
        (dict(X=X_OK[:1], y=Y_OK[:1]), "at least 2 rows of positive weight; got n_samples = 1"),
        (dict(alphas=[-1.0]), "alphas must be"),
        (dict(y=[1.0, 2]), "y must have 6 rows, one for each row of X; got 2"),
        (dict(y=[np.inf] * 6), "y must be finite"),
    ],
)
def test_bad_leave_one_out_is_refused_clearly(change, message):
    with pytest.raises(ValueError, match=message):
        leave_one_out(**(dict(X=X_OK, y=Y_OK, alphas=[0.1]) | change))


def test_bad_rules_and_criteria_are_refused_clearly():
    curve = ErrorCurve(ALPHAS, np.ones((4, 2)), np.ones(2))
    for rule in ("max", None, 1):
        with pytest.raises(ValueError, match=r"rule must be one of \('min', '1se'\); got"):
            curve.best(rule)
    F, w = Objective(X_OK, Y_OK, L1(0.1)), np.array([0.01, 0.02])
    with pytest.raises(ValueError, match="criterion must be 'aic', 'aicc' or 'bic'; got 'cp'"):
        information_criterion(F, w, "cp")
    with pytest.raises(ValueError, match="leave noise_variance out"):
        information_criterion(F, w, "aicc", noise_variance=1.0)
    with pytest.raises(ValueError, match=r"noise_variance must be a finite number in \(0, inf\)"):
        information_criterion(F, w, noise_variance=0.0)
    short = Objective(X_OK[:5], Y_OK[:5], L1(0.1))
    with pytest.raises(ValueError, match="n - k - 1 > 0; got n = 5 and k = 4 "):
        information_criterion(short, w, "aicc")
    exact = Objective(X_OK[:3], X_OK[:3] @ w + 5, L2(0.0))
    with pytest.raises(ValueError, match="leaves no residual"):
        information_criterion(exact, w)
    labels = Objective(X_OK, np.array([1.0, -1, 1, -1, 1, 1]), L1(0.1), Logistic())
    with pytest.raises(ValueError, match="needs SquaredError"):
        degrees_of_freedom(labels, w)
    with pytest.raises(ValueError, match="needs SquaredError"):
        information_criterion(labels, w)


@pytest.mark.parametrize("convert", [np.asarray, sp.csr_array], ids=["dense", "sparse"])
def test_errors_far_from_zero_keep_their_digits(convert):
    """Whole numbers, so that moved by 2³⁶ they are exactly what they were."""
    rng = np.random.default_rng(6)
    X = np.round(rng.standard_normal((40, 3)) * 8)
    y = X @ [1.0, -1.0, 0.0] + np.round(8 * rng.standard_normal(40))
    alphas = [10.0, 1.0, 0.1]
    near = cross_validate(X, y, alphas, cv=4)
    far = cross_validate(convert(X + 2.0**36), y, alphas, cv=4)
    np.testing.assert_allclose(far.errors, near.errors, rtol=1e-11)


def results(*scores, name="param_alpha", alphas=(4.0, 1.0, 2.0)):
    """Return what a grid search hands over, of a row of scores per fold."""
    return {name: np.ma.array(alphas)} | {
        f"split{k}_test_score": np.array(row) for k, row in enumerate(scores)
    }


def test_one_standard_error_by_hand():
    """Best 9.5 at alpha 1: deviation with K - 1 0.707, standard error 0.5, so 9 is allowed."""
    given = results([8.5, 10, 8.5], [9.5, 9, 9.5])
    assert one_standard_error(given) == 0, "alpha 4 is the largest that is within"
    assert one_standard_error(results([8.4, 10, 8.5], [9.5, 9, 9.5])) == 2
    assert one_standard_error(results([8.4, 10, 8.4], [9.5, 9, 9.5])) == 1
    assert one_standard_error(results([-3, -1, -2], [-3, -1, -2])) == 1, "no spread, no allowance"


def test_one_standard_error_allows_a_standard_error_and_no_deviation():
    X, y, _ = data(n=40, seed=2)
    grid = {"lasso__alpha": np.geomspace(3, 0.01, 40)}
    pipe = make_pipeline(StandardScaler(), sk.Lasso())
    score = "neg_mean_squared_error"
    search = GridSearchCV(pipe, grid, cv=8, scoring=score, refit=one_standard_error).fit(X, y)
    found = search.cv_results_
    each = np.array([found[f"split{k}_test_score"] for k in range(8)])
    mean, best = each.mean(axis=0), each.mean(axis=0).argmax()
    allowed = mean >= mean[best] - each[:, best].std(ddof=1) / np.sqrt(8)
    assert search.best_index_ == np.flatnonzero(allowed)[0] < best
    by_deviation = mean >= mean[best] - found["std_test_score"][best]
    assert np.flatnonzero(by_deviation)[0] < search.best_index_
    assert search.best_estimator_[-1].alpha == search.best_params_["lasso__alpha"]


def test_one_standard_error_agrees_with_the_curve():
    X, y, _ = data(n=40, seed=2)
    grid = np.geomspace(3, 0.01, 40)
    search = GridSearchCV(
        regkit.Lasso(), {"alpha": grid}, cv=8, scoring="neg_mean_squared_error", refit=False
    ).fit(X, y)
    assert one_standard_error(search.cv_results_) == cross_validate(X, y, grid, cv=8).best("1se")


@pytest.mark.parametrize(
    ("given", "match"),
    [
        (results([1, 2, 3], [1, 2, 3], name="param_C"), "named 'alpha'"),
        (results([1, 2, 3], [1, 2, 3]) | {"param_a__alpha": [1, 2, 3]}, "named 'alpha'"),
        (results([1, 2, np.nan], [1, 2, 3]), "scores of the folds"),
        (results([1, 2, 3]), "at least 2 folds"),
        ({"param_alpha": [1.0], "split0_test_mse": [1.0]}, "scores of the folds"),
    ],
    ids=["none", "two", "NaN", "one fold", "several scores"],
)
def test_one_standard_error_refuses(given, match):
    with pytest.raises(ValueError, match=match):
        one_standard_error(given)


def test_one_standard_error_takes_another_name():
    given = results([1, 2, 1], [1, 2, 1], name="param_model__penalty")
    assert one_standard_error(given, parameter="penalty") == 1
