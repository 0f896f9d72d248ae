"""LSQR for several alphas at once, against ridge in closed form."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from exact_problems import SHAPES, data

from regkit import RidgeCV, ridge_path
from regkit.exact.data import CentredData
from regkit.exact.ridge import sparse_ridge
from regkit.objective import Objective
from regkit.penalties import L2
from regkit.solvers import ridge_closed_form


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_sparse_ridge_for_several_alphas_at_once(shape, fit_intercept):
    X, y = data(shape)
    F = Objective(sp.csr_array(X), y, L2(1.0), fit_intercept=fit_intercept)
    l2s = np.array([10.0, 0.5, 1e-3, 0.0])
    W = sparse_ridge(CentredData(F), l2s)
    for w, l2 in zip(W.T, l2s, strict=True):
        exact = ridge_closed_form(replace(F, X=X, penalty=L2(l2)))
        np.testing.assert_allclose(w, exact.coef, rtol=0, atol=1e-9 * np.abs(exact.coef).max())


def test_a_few_alphas_at_a_time_are_all_of_them():
    """Of a sparse X with few entries a column; a tiny alpha among large ones changes nothing."""
    rng = np.random.default_rng(0)
    X = sp.random_array((300, 600), density=0.01, rng=rng, format="csr")
    y, alphas = X @ np.ones(600) + rng.standard_normal(300), np.geomspace(1, 1e-4, 9)
    F = Objective(X, y, L2(1.0))
    path = ridge_path(X, y, alphas, fit_intercept=True)
    for alpha, w, b in zip(path.alphas, path.coefs.T, path.intercepts, strict=True):
        exact = ridge_closed_form(F.with_penalty(L2(alpha)))
        np.testing.assert_allclose(w, exact.coef, rtol=0, atol=1e-9 * np.abs(exact.coef).max())
        assert b == pytest.approx(exact.intercept, rel=1e-9)
    assert (path.dual_gaps <= 1e-12 * F.null_value).all()


@pytest.mark.parametrize(
    "fit", [lambda X, y, a: ridge_path(X, y, a), lambda X, y, a: RidgeCV(a, cv=3).fit(X, y)]
)
def test_the_work_takes_about_as_much_memory_as_a_sparse_x(fit):
    rng = np.random.default_rng(0)
    X, alphas = sp.random_array((1000, 8000), density=0.01, rng=rng, format="csc"), [1e-2, 1e-3]
    size = X.data.nbytes + X.indices.nbytes + X.indptr.nbytes
    y = X @ np.ones(8000)
    tracemalloc.start()
    fit(X, y, alphas)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * size
