r"""Certificates for a whole grid at once, and the polish where one falls short.

With :math:`r = y - Zw` and the slopes :math:`c = Z^\top r - l_2 w`, the dual point a·r, shrunk by
:math:`a = \min(1, l_1 / \max_j |c_j|)` until it is feasible, gives

.. math:: \text{gap} = \tfrac12 (1 - a)^2 (\|r\|^2 + l_2 \|w\|^2)
                     + \sum_j \bigl(l_1 |w_j| - a\, w_j c_j\bigr),

the ridge part counted as rows of data: a sum of terms that cannot be negative. With a ridge part
the point r itself is feasible too, and the smaller gap counts. `regkit.certificates.duality_gap`
computes the same from outside; here the products with X are shared by several answers.
"""

from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array

from .centred import CentredData
from .columns import UnitColumns
from .gram import EPS
from .orthogonal import OrthogonalFactor
from .steps import descend

ROUNDS = 12
"""Polishing rounds, each a product with X, before an answer is given up."""


def gaps(
    C: Array,
    W: Array,
    slack: Callable[[Array], Array],
    l1: Array,
    l2: Array,
    steepest: Array,
    others: int = 0,
    *,
    positive: bool,
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
    l1, l2 : ndarray of shape (k,)
    steepest : ndarray of shape (k,)
        The largest slope of all columns of X, see `steepest_slopes`.
    others : int, default 0
        How many columns X has beside those m; their coefficients are 0.
    positive : bool

    Returns
    -------
    ndarray of shape (k,)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        a = np.where(steepest > 0, np.minimum(1, l1 / steepest), 1.0)
    size = np.abs(W)
    along = np.einsum("ij,ij->j", W, C)
    ridge = l2 * np.einsum("ij,ij->j", W, W)
    shrunk = slack(a) + (1 - a) ** 2 / 2 * ridge + l1 * size.sum(axis=0) - a * along
    shrunk = np.maximum(shrunk, 0)
    if not l2.any():
        return shrunk
    V = C + l2 * W
    absorbed = np.minimum(V, l1) if positive else np.clip(V, -l1, l1)
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = l2 / 2 * (W - (V - absorbed) / l2) ** 2 + (l1 * size - absorbed * W)
        rest = others * np.maximum(steepest - l1, 0) ** 2 / (2 * l2)
    unshrunk = slack(np.ones_like(a)) + columns.sum(axis=0) + rest
    return np.where(l2 > 0, np.minimum(shrunk, unshrunk), shrunk)


def squared_slack(squares: Array) -> Callable[[Array], Array]:
    """Return what the rows add to the gap of a least-squares fit, (1 - a)²/2 ‖r‖²."""
    return lambda a: (1 - a) ** 2 / 2 * squares


def steepest_slopes(C: Array, l1: Array, *, positive: bool, rounding: float) -> Array:
    """Return the largest slope in each column of C (p, k): what a dual point is shrunk by.

    Where l1 = 0 nothing could be shrunk enough, and a slope at rounding level counts as 0.
    """
    steepest = C.max(axis=0)
    if not positive:
        steepest = np.maximum(steepest, -C.min(axis=0))
    return np.where((l1 == 0) & (steepest <= rounding), 0, steepest)


def certificate(
    data: CentredData, W: Array, l1: Array, l2: Array, *, positive: bool
) -> tuple[Array, Array]:
    """Return the gaps (k,) of the columns of W (p, k), and their slopes C (p, k), from X itself."""
    R = data.y[:, None] - data.fitted(W)
    C = data.correlations(R) - l2 * W
    squares = np.einsum("ij,ij->j", R, R)
    steepest = steepest_slopes(C, l1, positive=positive, rounding=data.rounding)
    return gaps(C, W, squared_slack(squares), l1, l2, steepest, positive=positive), C


def gram_rounding(W: Array, y: Array) -> Array:
    """Return the rounding error of a gap from a Gram matrix, for unit weights W (m, k)."""
    size = np.abs(W).sum(axis=0)
    return 16 * EPS * size * (size + np.linalg.norm(y))


def polish_grid(
    data: CentredData,
    W: Array,
    dual_gaps: Array,
    n_iter: Array,
    l1s: Array,
    l2s: Array,
    positive: bool,
    target: float,
    budget: int,
) -> None:
    """Improve, in place, the columns of W (p, k) whose gap misses ``target``; see `polish`.

    Each begins where it is or at its left neighbour, whichever has the lower objective. No more
    than ``budget`` steps are made.
    """
    if (dual_gaps <= target).all():
        return
    hidden = data.rounding * sizes(W)
    for i in np.flatnonzero(dual_gaps > np.maximum(target, hidden)):
        start = W[:, i]
        if i and budget > 0:
            values = objectives(data, W[:, i - 1 : i + 1], l1s[i], l2s[i])
            start = W[:, i - 1 + int(values.argmin())]
        W[:, i], dual_gaps[i], steps = polish(
            data, start, l1s[i], l2s[i], positive=positive, target=target, limit=budget
        )
        n_iter[i] += steps
        budget -= steps


def sizes(W: Array) -> Array:
    """Return the sum of absolute values in each column of W (p, k), most of whose rows are 0."""
    return np.abs(W[W.any(axis=1)]).sum(axis=0)


def objectives(data: CentredData, W: Array, l1: float, l2: float) -> Array:
    """Return the objective at each column of W, of shape (k,)."""
    R = data.y[:, None] - data.fitted(W)
    squares = np.einsum("ij,ij->j", R, R) + l2 * np.einsum("ij,ij->j", W, W)
    return squares / 2 + l1 * np.abs(W).sum(axis=0)


def polish(
    data: CentredData, w: Array, l1: float, l2: float, *, positive: bool, target: float, limit: int
) -> tuple[Array, float, int]:
    """Improve w until its gap is at most ``target``, by descent on orthogonal factors.

    Gram matrices lose columns that are nearly dependent. Here nothing is squared: each round takes
    the support of w and the columns that violate their bound most, descends on those, and certifies
    with a product over X. O(nk²) a step.

    Returns
    -------
    w : ndarray of shape (p,)
    gap : float
    steps : int
    """
    steps, support = 0, np.zeros(0, dtype=int)
    best, best_gap = w, np.inf
    for _ in range(ROUNDS):
        gap, C = certificate(data, w[:, None], np.array([l1]), np.array([l2]), positive=positive)
        c, previous = C[:, 0], best_gap
        if gap[0] < best_gap:
            best, best_gap = w, float(gap[0])
        before, support = support, np.flatnonzero(w)
        # at the limit of rounding another round gains nothing
        stuck = best_gap > 0.5 * previous and np.array_equal(support, before)
        if best_gap <= target or stuck or steps >= limit:
            break
        excess = (c if positive else np.abs(c)) - l1
        excess[support] = 0
        violators = np.flatnonzero(excess > 0)
        most = len(support) + 50
        violators = violators[np.argsort(-excess[violators], kind="stable")[:most]]
        members = np.concatenate([support, violators])
        if not len(members):
            break
        columns = UnitColumns(data)
        columns.append(members)
        Z = columns.dense(np.arange(len(members)))
        factor = OrthogonalFactor(Z, data.y, columns.kappa, l2)
        k = len(support)
        factor.enter(np.arange(k), np.sign(w[support]))
        start = np.append(w[support] / columns.kappa[:k], np.zeros(len(violators)))
        try:
            found = descend(factor, start, l1, positive=positive, limit=limit - steps)
        except np.linalg.LinAlgError:
            break
        steps += factor.solves
        w = np.zeros(len(w))
        w[members] = found * columns.kappa
    return best, best_gap, steps
