"""The growing factor against factors computed afresh."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regkit.exact.cholesky import GrowingFactor


def grown(M, *parts):
    """The factor of M, whose rows were appended in these parts."""
    factor, before = GrowingFactor(), np.zeros(0, dtype=int)
    for part in parts:
        J = np.array(part)
        taken = factor.append(M[np.ix_(J, before)], M[np.ix_(J, J)])
        np.testing.assert_array_equal(taken, np.arange(len(J)))
        before = np.append(before, J)
    return factor


@settings(max_examples=50)
@given(seed=st.integers(0, 10**6), first=st.integers(1, 6), second=st.integers(1, 6))
def test_what_is_appended_and_removed_is_as_if_factorised_afresh(seed, first, second):
    rng = np.random.default_rng(seed)
    k = first + second
    Z = rng.standard_normal((2 * k, k))
    M, v = Z.T @ Z, rng.standard_normal(k)
    factor = grown(M, range(first), range(first, k))
    np.testing.assert_allclose(factor.R, np.linalg.cholesky(M).T, atol=1e-12)
    np.testing.assert_allclose(factor.solve(v), np.linalg.solve(M, v), rtol=1e-8)
    gone = np.sort(rng.choice(k, size=rng.integers(1, k), replace=False))
    stays = np.delete(np.arange(k), gone)
    factor.remove(gone)
    rest = M[np.ix_(stays, stays)]
    np.testing.assert_allclose(factor.R.T @ factor.R, rest, atol=1e-12)
    assert not np.tril(factor.R, -1).any()
    assert (factor.R.diagonal() > 0).all()
    np.testing.assert_allclose(factor.solve(v[stays]), np.linalg.solve(rest, v[stays]), rtol=1e-8)


def test_all_rows_may_go_and_come_again():
    factor = grown(np.eye(3), [0, 1, 2])
    factor.remove(np.arange(3))
    assert factor.R.shape == (0, 0)
    assert factor.solve(np.zeros(0)).shape == (0,)
    factor.append(np.zeros((1, 0)), np.array([[4.0]]))
    assert factor.R.item() == 2


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_dependent_rows_are_not_taken(scale):
    """Whatever the scale of a row, as many are taken as are independent."""
    rng = np.random.default_rng(0)
    Z = rng.standard_normal((10, 4))
    Z = np.column_stack([Z, scale * Z[:, 0], Z[:, 1] + Z[:, 2], rng.standard_normal(10)])
    M = Z.T @ Z
    at_once = GrowingFactor()
    taken = at_once.append(np.zeros((7, 0)), M)
    assert len(taken) == 5 and 6 in taken and 3 in taken
    np.testing.assert_allclose(at_once.R.T @ at_once.R, M[np.ix_(taken, taken)], rtol=1e-9)
    assert np.linalg.matrix_rank(Z[:, taken]) == 5

    one_by_one = grown(M, [0, 1, 2])
    taken = one_by_one.append(M[3:, :3], M[3:, 3:])
    np.testing.assert_array_equal(np.sort(taken), [0, 3])
    kept = np.append([0, 1, 2], 3 + taken)
    np.testing.assert_allclose(one_by_one.R.T @ one_by_one.R, M[np.ix_(kept, kept)], rtol=1e-9)


def test_where_all_rows_are_dependent_none_is_taken():
    rng = np.random.default_rng(1)
    Z = rng.standard_normal((10, 3))
    M = np.hstack([Z, Z]).T @ np.hstack([Z, Z])
    factor = grown(M, [0, 1, 2])
    for J in ([3], [3, 4, 5]):
        assert len(factor.append(M[np.ix_(J, [0, 1, 2])], M[np.ix_(J, J)])) == 0
    np.testing.assert_allclose(factor.R.T @ factor.R, M[:3, :3], rtol=1e-12)


def test_a_row_keeps_a_part_of_its_own_or_waits():
    """The line is drawn at a squared length of 1e-12."""
    for apart, count in ((1e-5, 2), (1e-7, 1)):
        Z = np.array([[1.0, 1.0], [0.0, apart]])
        assert len(GrowingFactor().append(np.zeros((2, 0)), Z.T @ Z)) == count
