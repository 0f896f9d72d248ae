"""Dask collections, without a cluster and on a real one: the fits are those in memory."""

import logging
import os
import signal
import subprocess
import sys
import warnings
from collections import Counter
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from joblib import parallel_config
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut

from regkit import (
    ElasticNet,
    ElasticNetCV,
    Lasso,
    LassoCV,
    LogisticRegression,
    Ridge,
    RidgeCV,
    enet_path,
    lasso_path,
    logistic_path,
    ridge_path,
)
from regkit.checks import check_solution
from regkit.objective import Objective
from regkit.penalties import L1
from regkit.selection import cross_validate, leave_one_out

dask = pytest.importorskip("dask")
da = pytest.importorskip("dask.array")
dd = pytest.importorskip("dask.dataframe")
distributed = pytest.importorskip("distributed")

ROWS = (100, 0, 1, 200, 141)
GROUPED = LeaveOneGroupOut()


def diabetes():
    X, y = load_diabetes(return_X_y=True)
    weights = np.random.default_rng(1).integers(0, 4, len(y)) / 2
    return X / X.std(axis=0) + np.arange(10), y, weights


def split(array, rows=ROWS):
    """Return a Dask array with blocks of unequal length, its columns cut too."""
    columns = ((4, 6),) if array.ndim == 2 else ()
    return da.from_array(array, chunks=(rows, *columns))


def frame(X, **columns):
    """Return a Dask data frame that does not know the length of its four parts, and X's names."""
    names = [f"x{j}" for j in range(X.shape[1])]
    table = pd.DataFrame(X, columns=names).assign(**columns)
    ends = (0, 100, 101, 101, len(table))
    parts = [dask.delayed(table[first:end]) for first, end in pairwise(ends)]
    return dd.from_delayed(parts, meta=table[:0]), names


def assert_same(ours, twin):
    for name in ("coef_", "intercept_", "alpha_", "l1_ratio_"):
        if hasattr(twin, name):
            expected = getattr(twin, name)
            scale = np.abs(expected).max()
            np.testing.assert_allclose(
                getattr(ours, name), expected, rtol=1e-10, atol=1e-10 * scale
            )
    for name, column in getattr(twin, "cv_results_", {}).items():
        np.testing.assert_allclose(ours.cv_results_[name], column, rtol=1e-10, err_msg=name)


# --- without a cluster ----------------------------------------------------------------------------

MODELS = [
    Ridge(0.1),
    Lasso(0.5, fit_intercept=False),
    ElasticNet(0.5, positive=True),
    RidgeCV(20, cv=4),
    LassoCV(20),
    ElasticNetCV(20, l1_ratio=[0.2, 0.9], rule="1se"),
    LassoCV(20, cv=GROUPED),
]
each_model = pytest.mark.parametrize("model", MODELS, ids=repr)


def extras(model, groups):
    return [groups] if getattr(model, "cv", None) is GROUPED else []


@each_model
def test_arrays(model):
    """Folds too are those in memory: the number of rows is known, so they are consecutive."""
    X, y, weights = diabetes()
    groups = np.arange(len(y)) // 7 % 3
    args = [X, y, weights, *extras(model, groups)]
    twin = type(model)(**model.get_params()).fit(*args)
    assert_same(model.fit(*map(split, args)), twin)
    assert model.n_features_in_ == 10
    assert_same(model.fit(split(X), *args[1:]), twin)  # the smaller arrays may be in memory
    other = [split(X), *(split(array, rows=(442,)) for array in args[1:])]
    assert_same(model.fit(*other), twin)  # Dask cuts them where X is cut


@each_model
def test_data_frames(model):
    X, y, weights = diabetes()
    groups = np.arange(len(y)) // 7 % 3
    table, names = frame(X, y=y, weight=weights, group=groups)
    args = [table[names], table["y"], table["weight"], *extras(model, table["group"])]
    twin = type(model)(**model.get_params()).fit(X, y, weights, *extras(model, groups))
    model.fit(*args)
    assert_same(model, twin)
    assert list(model.feature_names_in_) == names
    arrays = [part.to_dask_array() for part in args]  # of unknown length
    assert_same(model.fit(*arrays), twin)
    assert_same(model.fit(args[0], *arrays[1:]), twin)


def test_several_targets():
    X, y, weights = diabetes()
    Y = np.c_[y, y[::-1]]
    ours = Ridge(0.1).fit(split(X), da.from_array(Y, chunks=(ROWS, 1)), split(weights))
    assert_same(ours, Ridge(0.1).fit(X, Y, weights))


def test_sparse_blocks():
    X, y, _ = diabetes()
    X = np.maximum(X - 1 - np.arange(10), 0)
    sparse = split(X).rechunk({1: -1}).map_blocks(sp.csr_array)
    assert_same(Lasso(0.5).fit(sparse, split(y)), Lasso(0.5).fit(X, y))


def test_the_scheduler_does_not_change_a_bit():
    X, y, weights = (split(array) for array in diabetes())
    coefs = []
    for scheduler in ("synchronous", "threads"):
        with dask.config.set(scheduler=scheduler):
            coefs.append(LassoCV(20).fit(X, y, weights).coef_)
    np.testing.assert_array_equal(*coefs)


def test_dask_is_imported_only_for_its_own():
    code = (
        "import sys, regkit, numpy as np; X = np.eye(4);"
        "regkit.Lasso().fit(X, X[0]); regkit.Lasso().fit_blocks([(X, X[0])]);"
        "assert 'dask' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_an_error_names_the_block():
    X, y, _ = diabetes()
    weights = np.ones(len(y))
    X[350, 2] = np.nan
    with pytest.raises(ValueError, match=r"^Block 4: X must be finite; got NaN"):
        Lasso().fit(split(X), split(y))
    with pytest.raises(ValueError, match=r"^Block 3: sample_weight must be non-negative; got -"):
        LassoCV().fit(
            split(np.nan_to_num(X)), split(y), split(weights - 2 * (np.arange(442) == 120))
        )


def test_collections_that_do_not_match_are_refused():
    X, y, weights = diabetes()
    table, names = frame(X, y=y)
    with pytest.raises(ValueError, match="y must have 442 rows, as X; got 441"):
        Lasso().fit(split(X), y[1:])
    with pytest.raises(ValueError, match="y must come in 5 blocks of rows, as X; got 4"):
        Lasso().fit(split(X), table["y"])
    with pytest.raises(
        ValueError, match=r"sample_weight must be a Dask collection, .*; got ndarray"
    ):
        Lasso().fit(table[names], table["y"], weights)
    with pytest.raises(ValueError, match="y must have 1 or 2 dimensions; got 3"):
        Lasso().fit(split(X), da.ones((442, 1, 1)))
    with pytest.raises(ValueError, match=r"Block \d: y must have shape"):
        Lasso().fit(table[names], dd.from_dask_array(split(y, (1, 100, 0, 341))))


# --- loading --------------------------------------------------------------------------------------

COLUMNS = list("abc")


def source(sizes=(50, 0, 31, 60, 50), shuffled=False):
    """Return a frame, of y = 2a - b + noise, and how often each of its parts was loaded.

    If it is ``shuffled`` a part comes in another order each time, as from a query without ORDER BY.
    """
    loads = Counter()

    def load(number):
        loads[number] += 1
        rng = np.random.default_rng(number)
        part = pd.DataFrame(rng.normal(size=(sizes[number], 3)), columns=COLUMNS)
        y = 2 * part.a - part.b + 0.1 * rng.normal(size=len(part))
        part = part.assign(y=y, weight=rng.uniform(size=len(part)), group=number)
        return part.sample(frac=1, random_state=loads[number]) if shuffled else part

    table = dd.from_map(load, range(len(sizes)), meta=load(0)[:0])
    loads.clear()
    return table, loads


each_scheduler = pytest.mark.parametrize("scheduler", ["synchronous", "threads"])


@each_scheduler
@pytest.mark.parametrize("model", [Lasso(0.01), LassoCV(9, cv=GROUPED)], ids=repr)
def test_a_part_is_loaded_once_for_all_arguments(model, scheduler):
    table, loads = source()
    args = [table[name] for name in (COLUMNS, "y", "weight", "group")]
    args = args if isinstance(model, LassoCV) else args[:3]
    with dask.config.set(scheduler=scheduler):
        clone(model).fit(*args)
    assert loads == dict.fromkeys(range(5), 1)


@pytest.mark.parametrize("folds", [2, 5])
def test_only_parts_in_which_a_fold_ends_are_loaded_again(folds):
    table, loads = source()
    LassoCV(9, cv=folds).fit(table[COLUMNS], table["y"], table["weight"])
    ends, fold_ends = (
        np.cumsum([50, 0, 31, 60, 50]),
        np.cumsum([191 // folds] * folds) + [min(k + 1, 191 % folds) for k in range(folds)],
    )
    inside = [any(a < e < b for e in fold_ends) for a, b in pairwise([0, *ends])]
    assert loads == {k: 1 + again for k, again in enumerate(inside)}
    assert sum(inside) <= folds - 1


def test_arrays_with_one_origin_are_loaded_once():
    table, loads = source()
    whole = table[[*COLUMNS, "y"]].to_dask_array()
    ours = Lasso(0.01).fit(whole[:, :3], whole[:, 3])
    assert loads == dict.fromkeys(range(5), 1)
    X, y = dask.compute(whole[:, :3], whole[:, 3])
    assert_same(ours, Lasso(0.01).fit(X, y))


@pytest.mark.parametrize("model", [Lasso(0.01), LassoCV(9), Ridge(0.1)], ids=repr)
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_that_come_in_another_order_each_time_stay_together(model, weighted):
    """The right answer is that of `dask.compute`, which loads X and y together."""
    sizes = (50, 50, 0, 50, 50, 50)  # of five folds each ends with a part: orders do not matter
    table, _ = source(sizes, shuffled=True)
    args = [table[COLUMNS], table["y"], *[table["weight"]][:weighted]]
    ours = clone(model).fit(*args)
    assert_same(ours, clone(model).fit(*dask.compute(*args)))
    assert ours.score(*args) > 0.99
    if isinstance(model, Lasso):
        np.testing.assert_allclose(ours.coef_, [2, -1, 0], atol=0.1)


def test_what_is_loaded_apart_must_repeat_itself():
    table, loads = source(shuffled=True)
    X, y = table[COLUMNS].to_dask_array(), table["y"].to_dask_array()
    for model in (Lasso(0.01), LassoCV(9)):
        with pytest.raises(ValueError, match="a source that does not repeat itself: the first"):
            model.fit(X, y)
    table, loads = source()
    X, y = table[COLUMNS].to_dask_array(), table["y"].to_dask_array()
    ours = Lasso(0.01).fit(X, y)
    assert loads == {0: 4} | dict.fromkeys(range(1, 5), 2)  # the first is looked at twice
    assert_same(ours, Lasso(0.01).fit(*dask.compute(X, y)))


def test_a_part_that_comes_back_with_another_number_of_rows_is_refused():
    loads = Counter()

    def load(number):
        loads[number] += 1
        part = pd.DataFrame(np.eye(4)[:, :3], columns=COLUMNS).assign(y=1.0)
        return part[: 4 - (loads[number] > 1)]

    table = dd.from_map(load, range(3), meta=load(0)[:0])
    loads.clear()
    with pytest.raises(ValueError, match=r"Block 1: X had 4 rows and now has 3: its source does"):
        LassoCV(9, cv=2).fit(table[COLUMNS], table["y"])


@each_model
def test_one_weight_for_all(model):
    X, y, _ = diabetes()
    groups = np.arange(len(y)) // 7 % 3
    ours = clone(model).fit(split(X), split(y), 2.0, *extras(model, split(groups)))
    twin = clone(model).fit(X, y, None, *extras(model, groups))
    assert_same(ours, twin)
    table, names = frame(X, y=y)
    with pytest.raises(ValueError, match=r"Block \d: sample_weight must be a finite number in \["):
        Lasso().fit(table[names], table["y"], -1)


# --- predictions ----------------------------------------------------------------------------------


def labelled():
    X, y, weights = diabetes()
    return X, np.where(y > 140, "high", "low"), weights


PREDICTIONS = [
    (Lasso(0.5), diabetes, ["predict"]),
    (LassoCV(20), diabetes, ["predict"]),
    (LogisticRegression(0.1), labelled, ["predict", "predict_proba", "decision_function"]),
]


@pytest.mark.parametrize(("model", "data", "methods"), PREDICTIONS, ids=lambda x: repr(x)[:9])
def test_predictions_are_lazy(model, data, methods):
    X, y, _ = data()
    table, names = frame(X)
    for fitted, lazy in ((X, split(X)), (table[names].compute(), table[names])):
        model = clone(model).fit(fitted, y)
        for method in methods:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # that of missing column names would be false
                ours = getattr(model, method)(lazy)
                twin = getattr(model, method)(fitted)
            assert isinstance(ours, da.Array)
            assert ours.dtype == twin.dtype
            assert ours.shape[1:] == twin.shape[1:]
            assert ours.numblocks == (len(ROWS) if fitted is X else 4, *[1] * (twin.ndim - 1))
            if twin.dtype.kind == "f":
                np.testing.assert_allclose(ours.compute(), twin, rtol=0, atol=1e-12 * twin.max())
            else:
                np.testing.assert_array_equal(ours.compute(), twin)


def test_a_prediction_loads_nothing_before_it_is_computed():
    table, loads = source()
    model = Lasso(0.01).fit(table[COLUMNS], table["y"])
    loads.clear()
    lazy = model.predict(table[COLUMNS])
    assert not loads
    assert len(lazy.compute()) == 191
    assert loads == dict.fromkeys(range(5), 1)


def test_several_targets_are_predicted_and_scored():
    X, y, weights = diabetes()
    Y = np.c_[y, -2 * y[::-1]]
    model = Ridge(0.1).fit(X, Y)
    ours = model.predict(split(X))
    assert ours.shape == (442, 2)
    np.testing.assert_allclose(ours.compute(), model.predict(X), rtol=1e-12)
    lazy_Y = da.from_array(Y, chunks=(ROWS, 1))
    expected = model.score(X, Y, weights)
    assert model.score(split(X), lazy_Y, split(weights)) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("model", "data", "methods"), PREDICTIONS, ids=lambda x: repr(x)[:9])
def test_a_score_takes_one_pass(model, data, methods):
    X, y, weights = data()
    model = clone(model).fit(X, y)
    assert model.score(split(X), split(y)) == pytest.approx(model.score(X, y), rel=1e-12)
    expected = model.score(X, y, weights)
    assert model.score(split(X), split(y), split(weights)) == pytest.approx(expected, rel=1e-12)
    assert model.score(split(X), split(y), 3.0) == pytest.approx(model.score(X, y), rel=1e-12)
    table, names = frame(X, y=y, weight=weights)
    model = clone(model).fit(table[names].compute(), y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = model.score(table[names], table["y"], table["weight"])
    assert ours == pytest.approx(expected, rel=1e-12)


def test_the_score_of_a_constant_target():
    """As scikit-learn's: 1 if it is met exactly, 0 if not."""
    X = diabetes()[0]
    model = Lasso(0.5).fit(X, np.ones(442))
    model.intercept_ = 1.0  # to the last digit
    assert model.score(split(X), split(np.ones(442))) == model.score(X, np.ones(442)) == 1
    assert model.score(split(X), split(np.full(442, 0.1))) == 0


def test_what_cannot_be_predicted_is_refused_at_once():
    X, y, _ = diabetes()
    table, names = frame(X, y=y)
    model = Lasso(0.5).fit(table[names], table["y"])
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(table[names[::-1]])
    with pytest.raises(ValueError, match="9 features, but Lasso is expecting 10"):
        Lasso().fit(X, y).predict(split(X)[:, 1:])
    with pytest.raises(ValueError, match=r"Block \d: y must have shape \((\d+),\); got \(\1, 1\)"):
        model.score(table[names], table[["y"]])
    spoilt = split(np.where(np.arange(442) == 120, np.nan, y))
    with pytest.raises(ValueError, match="Block 3: y must be finite; got NaN"):
        Lasso().fit(X, y).score(split(X), spoilt)


# --- what does not fit past memory ----------------------------------------------------------------

NEED_MEMORY = {
    "LogisticRegression": lambda X, y: LogisticRegression().fit(X, y > 140),
    "lasso_path": lasso_path,
    "enet_path": enet_path,
    "ridge_path": lambda X, y: ridge_path(X, y, [1.0]),
    "logistic_path": lambda X, y: logistic_path(X, np.where(np.arange(442) % 2, 1, -1)),
    "cross_validate": lambda X, y: cross_validate(X, y, [1.0]),
    "leave_one_out": lambda X, y: leave_one_out(X, y, [1.0]),
    "Objective": lambda X, y: Objective(X, y, L1(1.0)),
    "check_solution": lambda X, y: check_solution(np.zeros(10), X, y, L1(1.0)),
    "fit_blocks": lambda X, y: Lasso().fit_blocks([(X, y)]),
}


@pytest.mark.parametrize("name", NEED_MEMORY)
def test_what_needs_all_rows_in_memory_refuses_dask_and_loads_nothing(name):
    X, y, _ = diabetes()

    def load(block):
        pytest.fail("a block was loaded")

    lazy = split(X).map_blocks(load, meta=np.empty((0, 0)))
    table, names = frame(X)
    table = table.map_partitions(load, meta=table._meta)
    for rows in (lazy, table[names]):
        with pytest.raises(ValueError, match=r"X must be in memory here; .* X\.compute\(\)"):
            NEED_MEMORY[name](rows, y)


def test_folds_that_need_all_rows_are_refused():
    X, y, _ = diabetes()
    with pytest.raises(ValueError, match="For rows in blocks cv must be a number of folds"):
        RidgeCV().fit(split(X), split(y))
    with pytest.raises(ValueError, match="groups must name the fold of each row; got None"):
        LassoCV(cv=GROUPED).fit(split(X), split(y))
    with pytest.raises(ValueError, match="alpha must be a finite number"):
        Lasso(-1).fit(split(X), split(y))


# --- on a cluster ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes on this machine; a lost one is replaced."""
    bounds = {
        "distributed.comm.timeouts.connect": "30s",
        "distributed.scheduler.no-workers-timeout": "30s",
    }
    options = dict(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=":0")
    with (
        dask.config.set(bounds),
        distributed.LocalCluster(**options, silence_logs=logging.CRITICAL) as cluster,
    ):
        yield cluster


@pytest.fixture
def client(cluster):
    """For one test: while there is a client, what other tests compute goes to it, too."""
    with distributed.Client(cluster, timeout=30) as client:
        yield client


@pytest.fixture(autouse=True)
def _no_test_hangs():
    """Raise after two minutes: a cluster that has lost its way may wait for ever."""

    def stop(*_):
        raise TimeoutError("this test took more than two minutes")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("model", [Lasso(0.5), LassoCV(20)], ids=repr)
def test_a_cluster_fits_as_memory_does(client, model):
    X, y, weights = diabetes()
    with distributed.get_task_stream(client) as stream:
        model.fit(split(X), split(y), split(weights))
    assert any("_block_parts" in str(task["key"]) for task in stream.data)
    assert_same(model, type(model)(**model.get_params()).fit(X, y, weights))


def test_the_moments_that_wait_for_their_fold_are_not_lost():
    """Blocks whose rows nobody has counted: their moments are kept until all are."""
    X, y, _ = diabetes()
    table = pd.DataFrame(X, columns=[f"x{j}" for j in range(10)]).assign(y=y)
    rows = dd.from_map(lambda k: table[56 * k : 56 * (k + 1)], range(8))
    twin = LassoCV(20).fit(X, y)
    options = dict(n_workers=2, threads_per_worker=1, dashboard_address=":0")
    with distributed.Client(processes=False, silence_logs=logging.CRITICAL, **options):
        for _ in range(5):  # what nobody holds is gone a moment later, or is read before
            assert_same(LassoCV(20).fit(rows[table.columns[:-1]], rows["y"]), twin)


def test_a_worker_killed_in_the_middle_changes_nothing(client, tmp_path):
    model = LassoCV(20)
    X, y, weights = diabetes()
    X, y, weights = (split(array, rows=(20,) * 22 + (2,)) for array in (X, y, weights))
    undisturbed = model.fit(X, y, weights).coef_
    killed = tmp_path / "killed"

    def fatal(block, block_info=None):
        """Kill the worker that comes to the middle block, the first time."""
        if block_info[0]["chunk-location"][0] == 11 and not killed.exists():
            killed.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return block

    before = set(client.run(os.getpid).values())
    model.fit(X.rechunk({1: -1}).map_blocks(fatal, meta=np.empty((0, 0))), y, weights)
    assert killed.exists()
    client.wait_for_workers(2, timeout=30)
    assert set(client.run(os.getpid).values()) != before
    np.testing.assert_array_equal(model.coef_, undisturbed)


def test_joblib_moves_folds_to_the_cluster(client):
    X, y, weights = diabetes()
    alone = LassoCV(20).fit(X, y, weights)
    with distributed.get_task_stream(client) as stream, parallel_config("dask"):
        ours = LassoCV(20).fit(X, y, weights)
    np.testing.assert_array_equal(ours.coef_, alone.coef_)
    assert len({task["worker"] for task in stream.data if "fold_errors" in str(task["key"])}) == 2
    with parallel_config("dask"):
        curve = cross_validate(X, y, [1.0, 0.1], progress=True)
    np.testing.assert_array_equal(curve.errors, cross_validate(X, y, [1.0, 0.1]).errors)


def test_joblib_moves_fits_to_the_cluster(client):
    X, y, _ = diabetes()
    grid = {"alpha": [1.0, 0.1, 0.01]}
    with distributed.get_task_stream(client) as stream, parallel_config("dask"):
        ours = GridSearchCV(Lasso(), grid, cv=3).fit(X, y)
    assert len({task["worker"] for task in stream.data}) == 2
    twin = GridSearchCV(Lasso(), grid, cv=3).fit(X, y)
    np.testing.assert_array_equal(
        ours.cv_results_["mean_test_score"], twin.cv_results_["mean_test_score"]
    )
