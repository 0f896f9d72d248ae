"""How far an answer is from the optimum, computed here and by no solver.

The textbook duality gap, primal minus dual, from the data and the coefficients alone: a peer's
coefficients are judged as ours are, by the same lines.
"""

import numpy as np
from numpy import ndarray as Array

from .designs import Problem

BATCH = 10
"""Alphas judged at a time, so that the judge needs little memory."""


def worst_gap(problem: Problem, W: Array) -> float:
    """Return the largest duality gap along the path, relative to the objective at w = 0.

    Parameters
    ----------
    problem : Problem
    W : ndarray of shape (p, k)
        One column for each alpha.
    """
    k = len(problem.alphas)
    if W.shape != (problem.X.shape[1], k) or not np.isfinite(W).all():
        return np.inf
    parts = [slice(i, i + BATCH) for i in range(0, k, BATCH)]
    return max(float(_gaps(problem, W[:, i], problem.alphas[i]).max()) for i in parts)


def _gaps(problem: Problem, W: Array, alphas: Array) -> Array:
    X, y, n = problem.X, problem.y, len(problem.y)
    l1, l2 = alphas * problem.l1_ratio, alphas * (1 - problem.l1_ratio)
    Z, ridge = X @ W, l2 * (W**2).sum(axis=0)
    labels = y[:, None]
    if problem.logistic:
        U = labels / (1 + np.exp(labels * Z))
        loss, null = np.logaddexp(0, -labels * Z).mean(axis=0), np.log(2)
    else:
        U = labels - Z
        loss, null = (U**2).mean(axis=0) / 2, (y**2).mean() / 2
    primal = loss + l1 * np.abs(W).sum(axis=0) + ridge / 2
    # the ridge part counts as more rows of data; shrinking U makes it feasible for the dual
    steepest = np.abs(X.T @ U / n - l2 * W).max(axis=0)
    a = np.minimum(1, l1 / np.maximum(steepest, 1e-300))
    if problem.logistic:
        share = np.clip(a * np.abs(U), 1e-300, 1 - 1e-16)
        entropy = share * np.log(share) + (1 - share) * np.log1p(-share)
        dual = -entropy.mean(axis=0) - a**2 * ridge / 2
    else:
        dual = a * (labels * U).mean(axis=0) - a**2 * ((U**2).mean(axis=0) + ridge) / 2
    return (primal - dual) / null
