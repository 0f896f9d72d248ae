"""Small problems that several tests solve."""

import numpy as np

from regkit.losses import SquaredError
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2

PENALTIES = [L1(0.1), L2(0.3), L1L2(0.2, 0.5)]


def random_problem(
    penalty, loss=None, *, n=30, p=6, seed=0, weighted=False, fit_intercept=True
) -> Objective:
    """Return an objective on Gaussian columns with unequal means and scales."""
    rng = np.random.default_rng(seed)
    loss = loss or SquaredError()
    X = rng.standard_normal((n, p)) * rng.uniform(0.5, 2, p) + rng.standard_normal(p)
    signal = X[:, : max(1, p // 2)].sum(axis=1) - 1
    y = signal + rng.standard_normal(n)
    if not isinstance(loss, SquaredError):
        y = np.where(y > np.median(y), 1.0, -1.0)
    weights = rng.integers(0, 4, n) if weighted else None
    return Objective(X, y, penalty, loss, weights, fit_intercept)
