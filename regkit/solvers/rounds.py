r"""Many columns, few of them active: solve on a working set, look at all of X now and then.

A round of the loop takes the next few grid points.

1. *Screen*: the columns whose slope at the last answer is at least `SLACK` times the bound at the
   end of the round join the working set. This is the sequential strong rule of Tibshirani et al.
   (2012) in a looser form. It can be wrong, and step 3 says so.
2. *Solve* each grid point on the working set. No product with X is needed.
3. *Certify* all of them with one product with X. Columns outside the working set that exceed their
   bound join it, and the round is repeated from the last grid point that had none.

The loop knows no loss: `regkit.solvers.working_set` does the work for squared error,
`regkit.solvers.logistic` for logistic regression.
"""

from typing import Protocol

import numpy as np
from numpy import ndarray as Array

SLACK = 0.95
"""How near its bound a column must be to be screened in."""
MOST_POINTS = 12
"""Grid points a round at most, unless the working set's own ``batch`` is more."""
MOST = 1000
"""Columns screened in at a time, beyond as many as there are: step 3 calls for what is missing."""


class WorkingSet(Protocol):
    """What the loop asks of a working set.

    Attributes
    ----------
    batch : int
        Grid points a round at least: a product of X with several vectors costs little more than
        with one.
    members : ndarray of shape (m,)
        Which columns of X were gathered.
    inside : ndarray of bool of shape (p,)
    kappa : ndarray of shape (m,)
        What a weight on a unit column is multiplied by to give a coefficient.
    solves : int
        Linear systems solved so far.
    rounding : float
        The rounding error to expect in a slope.
    positive : bool
    """

    def take(self, J: Array) -> None:
        """Gather the columns J of X, with weight 0."""

    def forget(self, near: Array) -> None:
        """Drop all columns but the active ones and those marked in ``near`` (p,)."""

    def solve(self, l1: float, l2: float, limit: int) -> Array:
        """Return the weights (m,) at the next grid point, from those at the last."""

    def certify(self, B: Array, l1: Array, l2: Array) -> tuple[Array, Array]:
        """Return the slopes (p, k) and the gaps (k,) of the last k answers B (m, k)."""

    def go_back_to(self, i: int) -> None:
        """Go to answer i of the last k, or for i = -1 to the one before them."""


def solve_in_rounds(
    work: WorkingSet,
    l1s: Array,
    l2s: Array,
    wanted: Array,
    c: Array,
    *,
    target: float,
    max_iter: int,
) -> tuple[Array, Array, Array]:
    """Solve on a grid along which each point is near the one before.

    Parameters
    ----------
    work : WorkingSet
    l1s, l2s : ndarray of shape (k,)
    wanted : ndarray of shape (k,)
        Which grid points to return; the others are only stepping stones.
    c : ndarray of shape (p,)
        Slopes where the search begins.
    target : float
        The gap to reach. Two rounds in a row that miss it end the search: then the columns are too
        nearly dependent for the way they are solved, and it is better to go on in another.
    max_iter : int
        Systems to solve at most.

    Returns
    -------
    W : ndarray of shape (p, number wanted)
    dual_gaps : ndarray of shape (number wanted,)
        Infinite where the search ended before.
    n_iter : ndarray of shape (number wanted,)
        Systems solved for each, on the stones before it too.
    """
    k, count = len(l1s), int(wanted.sum())
    # a stone's column is the next one wanted
    column = np.cumsum(wanted) - wanted
    W, dual_gaps = np.zeros((len(c), count)), np.full(count, np.inf)
    n_iter = np.zeros(count, dtype=int)
    done, misses, clean = 0, 0, True
    while done < k and misses < 2 and work.solves < max_iter:
        points = _points(work, c, l1s[done:])
        l1, l2 = l1s[done : done + points], l2s[done : done + points]
        near = (c if work.positive else np.abs(c)) >= SLACK * l1[-1]
        if clean and len(work.members) > 2 * np.count_nonzero(near) + 300:
            work.forget(near)
        work.take(_nearest(c, near & ~work.inside, len(work.members) + MOST))

        B = np.zeros((len(work.members), len(l1)))
        for i in range(len(l1)):
            before = work.solves
            B[:, i] = work.solve(l1[i], l2[i], max_iter - before)
            n_iter[column[done + i]] += work.solves - before

        C, found = work.certify(B, l1, l2)
        missed = _missed(work, C, l1)
        clean = missed is None
        good = len(l1) if clean else int(missed.any(axis=0).argmax())
        if good:
            kept = np.flatnonzero(wanted[done : done + good])
            coef = work.kappa[:, None] * B[:, kept]
            W[np.ix_(work.members, column[done + kept])] = coef
            dual_gaps[column[done + kept]] = found[kept]
            c = C[:, good - 1]
            misses = misses + 1 if found[good - 1] > target else 0
            done += good
        if not clean:
            work.take(np.flatnonzero(missed.any(axis=1)))
            work.go_back_to(good - 1)
    return W, dual_gaps, n_iter


def _points(work: WorkingSet, c: Array, l1s: Array) -> int:
    """Return how many grid points to take: more, where their columns cost less than a look at X.

    j new columns add (m + j)·j products of columns to the m there are; a look at X costs as many
    as X has columns, and more in memory traffic.
    """
    m, steepness = len(work.members), c if work.positive else np.abs(c)
    outside = steepness[~work.inside]
    for points in range(min(MOST_POINTS, len(l1s)), work.batch, -1):
        j = np.count_nonzero(outside >= SLACK * l1s[points - 1])
        if (m + j) * j <= len(c):
            return points
    return work.batch


def _nearest(c: Array, near: Array, most: int) -> Array:
    """Return the columns marked in near (p,), those with the largest slopes if too many."""
    J = np.flatnonzero(near)
    if len(J) > most:
        J = np.sort(J[np.argpartition(-np.abs(c[J]), most)[:most]])
    return J


def _missed(work: WorkingSet, C: Array, l1: Array) -> Array | None:
    """Return which slopes (p, k) outside the working set exceed their bound, None if none does."""
    bound = l1 * (1 + 1e-9) + work.rounding
    steepest = C.max(axis=0)
    if not work.positive:
        steepest = np.maximum(steepest, -C.min(axis=0))
    if not (steepest > bound).any():
        return None
    missed = (C if work.positive else np.abs(C)) > bound
    missed[work.members] = False
    return missed if missed.any() else None


def refined(first: float, l1s: Array, l2s: Array, ratio: float) -> tuple[Array, Array, Array]:
    """Return the grid with points between those further apart than ratio, and which are its own."""
    fine1, fine2, wanted = [], [], []
    l1, l2 = first, l2s[0]
    for l1_next, l2_next in zip(l1s, l2s, strict=True):
        # l1 = 0 (with positive) is an infinite number of ratios away: 1e-9 of the start will do
        low = max(l1_next, 1e-9 * first)
        points = max(1, int(np.ceil(np.log(l1 / low) / -np.log(ratio) - 1e-9))) if l1 > low else 1
        share = np.arange(1, points) / points
        fine1 += [*(l1 * (low / l1) ** share), l1_next]
        fine2 += [*(l2 + (l2_next - l2) * share), l2_next]
        wanted += [*(share < 0), True]
        l1, l2 = max(l1_next, low), l2_next
    return np.array(fine1), np.array(fine2), np.array(wanted)
