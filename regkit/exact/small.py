r"""Few columns: everything follows from one Gram matrix of all of them.

With a fixed ridge part one tableau gives the whole grid. Along an Elastic Net path the ridge part
shrinks with alpha, and steps go from each point to the next; so they do from a warm start.
"""

import numpy as np
from numpy import ndarray as Array

from ..certificates import NOTHING
from .certificate import (
    certified_gaps,
    duality_gaps,
    squared_slack,
    steepest_slopes,
)
from .data import EPS, ridge_part
from .gram import GramSystem
from .problem import Answers, Problem
from .steps import minimise_from, start_at
from .tableau import tableau_path

FEW = 8
"""Answers certified by X at a time, so that little memory is needed."""


def small_path(problem: Problem) -> tuple[Answers, Array]:
    """Return the answers on the grid, and the lengths (p,) of the columns, not centred."""
    data, grid = problem.data, problem.grid
    G, b, kappa = data.unit_gram()
    if problem.start is None and (grid.l2 == grid.l2[0]).all():
        W, steps = tableau_path(
            _with_ridge(G, ridge_part(grid.l2[0], kappa)),
            b,
            kappa,
            grid.l1,
            positive=grid.positive,
            limit=problem.max_iter * len(grid),
        )
    else:
        W, steps = _by_steps(problem, G, b, kappa)
    null_value = problem.objective.null_value
    lengths, C = np.hypot(1 / kappa, data.means), b[:, None] - G @ W
    squares = np.maximum(2 * null_value - b @ W - np.einsum("ij,ij->j", W, C), 0)
    W = W * kappa[:, None]
    C = C / kappa[:, None] - grid.l2 * W
    steeper = 4 * EPS * lengths.max(initial=0, where=G.diagonal() > 0) * np.sqrt(squares)
    found = duality_gaps(C, W, squared_slack(squares), grid, steepest_slopes(C, grid), steeper)
    size = lengths @ np.abs(W)
    doubt = 16 * EPS * size * (size + np.linalg.norm(data.y))
    found += np.where(doubt > NOTHING * null_value, doubt, 0.0)
    # where rounding in G could matter, X itself must say how good the answer is
    doubtful = np.flatnonzero(doubt > 0.01 * problem.target)
    for i in range(0, len(doubtful), FEW):
        few = doubtful[i : i + FEW]
        found[few] = certified_gaps(data, W[:, few], grid[few])
    return Answers(W, found, steps), lengths


def _with_ridge(G: Array, ridge: Array) -> Array:
    """Return G + diag(ridge), for unit columns; one of zeros has a diagonal of 1 as well."""
    G = G.copy()
    np.einsum("ii->i", G)[:] = 1 + ridge
    return G


def _by_steps(problem: Problem, G: Array, b: Array, kappa: Array) -> tuple[Array, Array]:
    """Return the answers for columns of length 1 (p, k), each from the one before, and steps."""
    grid, system = problem.grid, GramSystem()
    system.grow(np.zeros((0, len(b))), G, b, kappa)
    W, steps, w = np.zeros((len(b), len(grid))), np.zeros(len(grid), dtype=int), np.zeros(len(b))
    if problem.start is not None:
        system.set_ridge(grid.l2[0])
        w = start_at(system, problem.start / kappa)
    for i in range(len(grid)):
        before, limit = system.solves, min(np.count_nonzero(w) + 100, problem.max_iter)
        w = W[:, i] = minimise_from(
            system, w, grid.l1[i], grid.l2[i], positive=grid.positive, limit=limit
        )
        steps[i] = system.solves - before
    return W, steps
