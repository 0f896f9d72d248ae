r"""Certificates for a whole grid at once.

With :math:`r = y - Zw` and the slopes :math:`c = Z^\top r - l_2 w`, the dual point a·r, shrunk by
:math:`a = \min(1, l_1 / \max_j |c_j|)` until it is feasible, gives

.. math:: \text{gap} = \tfrac12 (1 - a)^2 (\|r\|^2 + l_2 \|w\|^2)
                     + \sum_j \bigl(l_1 |w_j| - a\, w_j c_j\bigr),

the ridge part counted as rows of data: a sum of terms that cannot be negative. With a ridge part
the point r itself is feasible too, and the smaller gap counts. `regkit.certificates.duality_gap`
computes the same from outside; here the products with X are shared by several answers. What
rounding may hide, `rounding_gaps`, is counted as it is there.
"""

from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array

from ..certificates import NOTHING
from ..objective import Objective
from ..penalties import TINY
from .data import EPS, CentredData
from .problem import Grid


def duality_gaps(
    C: Array,
    W: Array,
    slack: Callable[[Array], Array],
    grid: Grid,
    steepest: Array,
    steeper: Array,
    others: int = 0,
) -> Array:
    """Return the duality gaps of the columns of W.

    Parameters
    ----------
    C : ndarray of shape (m, k)
        Slopes c of m columns of X.
    W : ndarray of shape (m, k)
        Their coefficients.
    slack : callable
        What the rows add to the gaps at a shrinking factor a (k,): see `squared_slack`.
    grid : Grid
        Of k points.
    steepest : ndarray of shape (k,)
        The largest slope of all columns of X, see `steepest_slopes`.
    steeper : ndarray of shape (k,)
        What rounding may hide in a slope.
    others : int, default 0
        How many columns X has beside those m; their coefficients are 0.

    Returns
    -------
    ndarray of shape (k,)
    """
    l1, l2, steepest = grid.l1, grid.l2, steepest + steeper
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(steepest > 0, l1 / np.maximum(steepest, l1), 1.0)
    size = np.abs(W)
    along = np.einsum("ij,ij->j", W, C)
    ridge = l2 * np.einsum("ij,ij->j", W, W)
    shrunk = slack(a) + (1 - a) ** 2 / 2 * ridge + l1 * size.sum(axis=0) - a * along
    shrunk = np.maximum(shrunk, 0)
    if not l2.any():
        return shrunk

    def columns(V: Array) -> Array:
        absorbed = np.minimum(V, l1) if grid.positive else np.clip(V, -l1, l1)
        square = np.maximum(l2 / 2, TINY) * (W - (V - absorbed) / l2) ** 2
        return square + (l1 * size - absorbed * W)

    V = C + l2 * W
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        rest = others * np.maximum(steepest - l1, 0) ** 2 / (2 * l2)
        inside = np.maximum(columns(V - steeper), columns(V + steeper)).sum(axis=0)
    unshrunk = slack(np.ones_like(a)) + inside + rest
    return np.where(l2 > 0, np.minimum(shrunk, unshrunk), shrunk)


def squared_slack(squares: Array) -> Callable[[Array], Array]:
    """Return what the rows add to the gap of a least-squares fit, (1 - a)²/2 ‖r‖²."""
    return lambda a: (1 - a) ** 2 / 2 * squares


def steepest_slopes(C: Array, grid: Grid) -> Array:
    """Return the largest slope in each column of C (p, k): what a dual point is shrunk by."""
    steepest = C.max(axis=0)
    return steepest if grid.positive else np.maximum(steepest, -C.min(axis=0))


def certified_gaps(data: CentredData, W: Array, grid: Grid) -> Array:
    """Return the gaps (k,) of the columns of W (p, k) on a grid, from X itself."""
    R = data.y[:, None] - data.fitted(W)
    C = data.correlations(R) - grid.l2 * W
    squares = np.einsum("ij,ij->j", R, R)
    steeper = 4 * EPS * data.objective.longest * np.sqrt(squares)
    return duality_gaps(C, W, squared_slack(squares), grid, steepest_slopes(C, grid), steeper)


def rounding_gaps(
    objective: Objective, W: Array, lengths: Array, residual: Array | None = None
) -> Array:
    """Return what rounding may hide in the gaps of W (p, k), from columns of these lengths (p,).

    It is the count of `regkit.certificates`, for residuals of this length (k,), or no longer than
    y: lengths are those of the columns as they are multiplied, before their means are taken out.
    """
    size, sizes = np.sqrt(2 * objective.null_value), np.abs(W)
    lost = 4 * EPS * (lengths @ sizes + 2 * size)
    lost_b = EPS * (4 * np.abs(objective.origin) @ sizes + objective.distance)
    hidden = lost * ((size if residual is None else residual) + lost / 2) + lost_b**2 / 2
    return np.where(hidden > NOTHING * objective.null_value, hidden, 0.0)


def objectives(data: CentredData, W: Array, grid: Grid) -> Array:
    """Return the objective at each column of W (p, k), of shape (k,)."""
    R = data.y[:, None] - data.fitted(W)
    squares = np.einsum("ij,ij->j", R, R) + grid.l2 * np.einsum("ij,ij->j", W, W)
    return squares / 2 + grid.l1 * np.abs(W).sum(axis=0)
