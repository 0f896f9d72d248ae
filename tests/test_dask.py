"""Dask collections, without a cluster and on a real one: the fits are those in memory."""

import logging
import os
import signal
import subprocess
import sys
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
from joblib import parallel_config
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut

from regkit import ElasticNet, ElasticNetCV, Lasso, LassoCV, Ridge, RidgeCV
from regkit.selection import cross_validate

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
def client():
    """Two worker processes on this machine; a lost one is replaced."""
    bounds = {
        "distributed.comm.timeouts.connect": "30s",
        "distributed.scheduler.no-workers-timeout": "30s",
    }
    options = dict(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None)
    with (
        dask.config.set(bounds),
        distributed.LocalCluster(**options, silence_logs=logging.CRITICAL) as cluster,
        distributed.Client(cluster, timeout=30) as client,
    ):
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
