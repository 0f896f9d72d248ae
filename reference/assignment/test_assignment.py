"""The checker of the assignment: no answers, only what makes an answer right."""

import os

import assignment
import numpy as np
import pytest

from regkit.checks import check_gradient, check_prox, check_solution
from regkit.penalties import L1

rng = np.random.default_rng(int(os.environ.get("STUDENT", "1")))
X = rng.normal(size=(60, 8)) * rng.uniform(0.5, 2.0, size=8) + rng.normal(size=8)
y = X @ rng.choice([0.0, 0.0, 1.0, -2.0], size=8) + rng.normal(size=60) + 3.0


def is_right(verdict):
    assert verdict, verdict.message


def test_ridge_gradient():
    def objective(w):
        return ((y - X @ w) ** 2).sum() / (2 * len(y)) + 0.15 * w @ w

    def gradient(w):
        return assignment.ridge_gradient(w, X, y, 0.3)

    is_right(check_gradient(objective, gradient, np.ones(8), n=len(y)))


def test_soft_threshold():
    is_right(check_prox(assignment.soft_threshold, L1(1.0)))


def test_alpha_max():
    bound = assignment.alpha_max(X, y)
    is_right(check_solution(np.zeros(8), X, y, L1(bound * (1 + 1e-9))))
    below = check_solution(np.zeros(8), X, y, L1(bound * 0.99), tol=1e-8)
    assert not below, "At a slightly smaller alpha all zeros would still be right."


@pytest.mark.parametrize("alpha", [1.0, 0.1, 0.001])
def test_lasso(alpha):
    w, b = assignment.lasso(X, y, alpha)
    is_right(check_solution(w, X, y, L1(alpha), intercept=b))
