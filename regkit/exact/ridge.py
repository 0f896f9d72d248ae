r"""Ridge along a grid of alphas: from one decomposition, or by products with a sparse X alone.

For a sparse X, LSQR (Paige and Saunders, 1982) builds orthonormal bases U and V, a vector an
iteration, in which Z is bidiagonal: :math:`\beta_1 u_1 = y`, and in turn

.. math:: \alpha_i v_i = Z^\top u_i - \beta_i v_{i-1}, \qquad
          \beta_{i+1} u_{i+1} = Z v_i - \alpha_i u_i.

The bases do not depend on the ridge part. Only the rotations that solve the small bidiagonal
problem do, so that several alphas share the products with Z: as many as together take no more
memory than X does.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array

from ..certificates import DENSE_ENOUGH, duality_gap
from ..objective import Objective
from ..penalties import L2
from ..solvers.closed_form import RIDGE_TOL, RidgeDecomposition, ridge_coefs
from .certificate import certified_gaps, rounding_gaps
from .data import EPS, CentredData
from .problem import Answers, Grid, Problem

SETTLED = 1e-10
"""How far the weights may be from the solution, as a share of their length."""


def ridge_path(problem: Problem) -> Answers:
    """Return the ridge solutions at the l2 of a grid, whatever their l1, with their gaps."""
    objective, l2 = problem.objective, problem.grid.l2
    W, gaps = np.empty((objective.shape[1], len(l2)), order="F"), np.empty(len(l2))
    for some, coefs in ridge_parts(objective, problem.data, l2):
        W[:, some], gaps[some] = coefs, _gaps(objective, problem.data, coefs, l2[some])
    return Answers(W, gaps, np.ones(len(l2), dtype=int))


def ridge_parts(
    objective: Objective, data: CentredData, alphas: Array
) -> Iterator[tuple[slice, Array]]:
    """Yield ridge solutions (p, j), and at which j of the alphas (k,): all, or as memory allows.

    A sparse X that is hardly larger as a dense one is treated as that.
    """
    (n, p), k = objective.shape, len(alphas)
    if sp.issparse(objective.X) and n * p > DENSE_ENOUGH:
        few = max(1, objective.X.nnz // (2 * p))
        for some in (slice(i, i + few) for i in range(0, k, few)):
            yield some, sparse_ridge(data, alphas[some])
    else:
        if sp.issparse(objective.X):
            objective = replace(objective, X=objective.X.toarray())
        yield slice(k), ridge_coefs(objective, RidgeDecomposition.of(objective), alphas)


def _gaps(objective: Objective, data: CentredData, W: Array, alphas: Array) -> Array:
    """Return the gaps (k,) of ridge solutions W (p, k): two products with X.

    They are computed as for one, see `regkit.certificates.duality_gap`, where alpha is so small
    that it is better left out.
    """
    grid, at_once = Grid(np.zeros_like(alphas), alphas), 1 if sp.issparse(data.X) else len(alphas)
    found = np.empty(len(alphas))
    for some in (slice(i, i + at_once) for i in range(0, len(alphas), at_once)):
        found[some] = certified_gaps(data, W[:, some], grid[some])
    found += rounding_gaps(objective, W, np.sqrt(objective.near_squares))
    for i in np.flatnonzero((alphas == 0) | (found > RIDGE_TOL * objective.null_value)):
        problem = objective.with_penalty(L2(float(alphas[i])))
        found[i] = duality_gap(problem, W[:, i])
    return found


def sparse_ridge(data: CentredData, l2s: Array) -> Array:
    """Return the minimisers (p, k) for ridge parts l2s (k,), of smallest norm where one is 0.

    Two products with X an iteration, about as many iterations as the condition number, at most
    20 min(n, p) + 100; memory for three arrays of the shape of the answer.

    F bends by at least l2 in every direction, so that a slope of length g leaves the weights at
    most g / l2 from the solution. Where rounding does not come first, this says when to stop.
    """
    X, Xt, root, means = data.X, data.X.T, data.root, data.means
    damp = np.sqrt(l2s)
    W, directions = np.zeros((2, len(l2s), data.shape[1]))
    u, beta = _normalised(data.y)
    enough = EPS * beta
    v, alpha = _normalised(data.correlations(u))
    directions[:] = v
    rho_bar, phi_bar = np.full_like(damp, alpha), np.full_like(damp, beta)
    size = alpha
    for _ in range(20 * min(data.shape) + 100):
        if alpha == 0 or beta == 0:
            break
        u, beta = _normalised(root * (X @ v - means @ v) - alpha * u)
        v, alpha_next = _normalised(Xt @ (root * u) - means * (root @ u) - beta * v)
        size = max(size, np.hypot(alpha, beta))
        # rotate the damping away, then the entry below the diagonal
        damped = np.hypot(rho_bar, damp)
        phi_bar = phi_bar * rho_bar / damped
        rho = np.hypot(damped, beta)
        cosine, sine = damped / rho, beta / rho
        W += (cosine * phi_bar / rho)[:, None] * directions
        slopes = np.abs(alpha_next * sine * cosine * phi_bar)
        directions *= (-sine * alpha_next / rho)[:, None]
        directions += v
        phi_bar, rho_bar, alpha = sine * phi_bar, -cosine * alpha_next, alpha_next
        residuals = np.abs(phi_bar)
        done = (slopes <= EPS * size * residuals) | (residuals <= enough)
        done |= slopes <= SETTLED * l2s * np.sqrt(np.einsum("ij,ij->i", W, W))
        if done.all():
            break
    return W.T


def _normalised(v: Array) -> tuple[Array, float]:
    length = float(np.linalg.norm(v))
    return (v / length if length > 0 else v), length
