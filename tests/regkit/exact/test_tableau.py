"""The tableau on columns that depend on one another."""

import numpy as np
import pytest

from regkit.exact.tableau import tableau_path


@pytest.mark.parametrize("positive", [False, True])
def test_dependent_columns_wait(positive):
    rng = np.random.default_rng(9)
    Z = rng.standard_normal((30, 12))
    mixed = np.hstack([Z, Z @ rng.standard_normal((12, 24))])
    mixed /= np.linalg.norm(mixed, axis=0)
    y = rng.standard_normal(30)
    l1s = np.abs(mixed.T @ y).max() * np.geomspace(0.9, 1e-3, 8)
    G, b = mixed.T @ mixed, mixed.T @ y
    W, _ = tableau_path(G, b, np.ones(36), l1s, positive=positive)
    assert (np.count_nonzero(W, axis=0) <= 12).all()
    C = mixed.T @ (y[:, None] - mixed @ W)
    assert ((C if positive else np.abs(C)) <= l1s * (1 + 1e-9)).all()
    np.testing.assert_allclose(C[W != 0], (l1s * np.sign(W))[W != 0], rtol=1e-9)
    assert not positive or (W >= -1e-15).all()


def test_out_of_events_the_last_answer_is_repeated():
    G, b, l1s = np.eye(3), np.array([3.0, 2.0, 1.0]), np.array([2.5, 1.5, 0.5])
    W, pivots = tableau_path(G, b, np.ones(3), l1s, limit=2)
    np.testing.assert_allclose(W, [[0.5, 1.0, 1.0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(pivots, [1, 1, 0])
