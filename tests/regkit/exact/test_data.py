"""Columns as the engine sees them: centred, weighted, of length one; dense and sparse alike."""

from functools import partial

import numpy as np
import pytest
import scipy.sparse as sp

from regkit.exact.data import CentredData, unit_columns
from regkit.objective import Objective
from regkit.penalties import L1


@pytest.mark.parametrize("matrix", [np.asarray, sp.csc_array])
@pytest.mark.parametrize("ones", [False, True])
def test_gathered_columns_are_centred_weighted_and_of_length_one(matrix, ones):
    rng = np.random.default_rng(3)
    X = np.where(rng.random((30, 7)) < 0.4, rng.standard_normal((30, 7)) + 2, 0)
    X[:, 6] = 0
    s = rng.integers(0, 4, 30)
    root = np.sqrt(s / s.sum())
    Z = root[:, None] * (X - np.average(X, axis=0, weights=s))
    lengths = np.linalg.norm(Z, axis=0)
    Z /= np.where(lengths > 0, lengths, 1)
    of_data = CentredData(
        Objective(matrix(X), X[:, 0] + rng.standard_normal(30), L1(1.0), sample_weight=s)
    )

    columns = unit_columns(of_data)
    if ones:
        columns.append_ones()
    for J in ([5, 1], [0, 6, 3]):
        columns.append(np.array(J))
    copy = unit_columns(of_data)
    copy.append_from(columns, np.arange(2))
    copy.append_from(columns, np.arange(2, len(columns.kappa)))
    expected = np.column_stack([root, Z[:, [5, 1, 0, 6, 3]]] if ones else [Z[:, [5, 1, 0, 6, 3]]])
    d, b = rng.random(30), rng.standard_normal(expected.shape[1])
    for found in (columns, copy):
        np.testing.assert_allclose(found.kappa[ones:] * lengths[[5, 1, 0, 6, 3]], [1, 1, 1, 0, 1])
        close = partial(np.testing.assert_allclose, atol=1e-14)
        close(found.dot(np.eye(len(b))), expected)
        close(found.dot(b), expected @ b)
        close(found.transposed_dot(d), expected.T @ d)
        for m in (0, 3):
            weighted = expected[:, m:].T @ (d[:, None] * expected)
            close(found.weighted_products(m, d), weighted)
            if not ones:
                cross, block, target = found.products(m)
                close(cross, expected[:, :m].T @ expected[:, m:])
                close(block, expected[:, m:].T @ expected[:, m:])
                close(target, expected[:, m:].T @ of_data.y)


@pytest.mark.parametrize("matrix", [np.asarray, sp.csc_array])
def test_columns_that_are_kept_stay_in_their_places(matrix):
    rng = np.random.default_rng(4)
    X = np.where(rng.random((20, 6)) < 0.5, rng.standard_normal((20, 6)) + 1, 0)
    data = CentredData(Objective(matrix(X), rng.standard_normal(20), L1(1.0)))
    all_of_them, some = unit_columns(data), unit_columns(data)
    all_of_them.append(np.arange(6))
    all_of_them.keep(np.array([0, 3, 5]))
    some.append(np.array([0, 3, 5]))
    np.testing.assert_array_equal(all_of_them.dot(np.eye(3)), some.dot(np.eye(3)))
    np.testing.assert_array_equal(all_of_them.kappa, some.kappa)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("matrix", [np.asarray, sp.csr_array, np.float32])
def test_the_gram_matrix_is_that_of_the_gathered_columns(matrix, weighted):
    rng = np.random.default_rng(5)
    X = matrix(np.where(rng.random((40, 5)) < 0.6, rng.standard_normal((40, 5)) + 1, 0))
    s = rng.uniform(0.5, 2, 40) if weighted else None
    data = CentredData(Objective(X, rng.standard_normal(40), L1(1.0), sample_weight=s))
    before = data.b.copy(), data.rounding
    G, b, kappa = data.unit_gram()
    columns = unit_columns(data)
    columns.append(np.arange(5))
    Z = columns.dot(np.eye(5))
    np.testing.assert_allclose(G, Z.T @ Z, atol=1e-14)
    np.testing.assert_allclose(b, Z.T @ data.y, atol=1e-14)
    np.testing.assert_allclose(kappa, columns.kappa)
    np.testing.assert_array_equal(data.b, before[0], err_msg="to ask changes nothing")
    assert data.rounding == before[1]
