r"""Many columns, few of them active: solve on a working set, look at all of X now and then.

A round of the loop takes the next few grid points.

1. *Screen*: the columns whose slope at the last answer is at least `SLACK` times the bound at the
   end of the round join the working set. This is the sequential strong rule of Tibshirani et al.
   (2012) in a looser form. It can be wrong, and step 3 says so.
2. *Solve* each grid point on the working set by Newton steps on its Gram matrix, or by descent
   where Newton fails. No product with X is needed.
3. *Certify* all of them with one product with X. Columns outside the working set that exceed their
   bound join it, and the round is repeated from the last grid point that had none.
"""

import numpy as np
from numpy import ndarray as Array

from .centred import CentredData, UnitColumns
from .certify import gaps, steepest_slopes
from .gram import GramSystem, system_for
from .steps import Stepper

BATCH = 5
"""Grid points a round: a product of X with 5 vectors costs little more than one with 1."""
SLACK = 0.95
"""How near its bound a column must be to be screened in."""
RATIO = 0.9
"""On a working set alphas further apart than this factor get points between them."""


class WorkingSet:
    """The columns gathered so far, their Gram matrix, and the weights on them.

    Attributes
    ----------
    members : ndarray of shape (m,)
        Which columns of X they are.
    inside : ndarray of shape (p,)
    w : ndarray of shape (m,)
        The last certified answer, for columns of length 1.
    """

    def __init__(self, data: CentredData, factor: GramSystem) -> None:
        self.columns, self.factor = UnitColumns(data), factor
        self.members, self.w = np.zeros(0, dtype=int), np.zeros(0)
        self.inside = np.zeros(data.shape[1], dtype=bool)

    def take(self, J: Array) -> None:
        """Gather the columns J of X, with weight 0."""
        if len(J):
            m = len(self.members)
            cross, block, b = self.columns.append(J)
            self.factor.grow(cross, block, b, self.columns.kappa[m:])
            self.members, self.w = np.append(self.members, J), np.append(self.w, np.zeros(len(J)))
            self.inside[J] = True

    def forget(self, near: Array) -> None:
        """Drop all columns but the active ones and those marked in ``near`` (p,)."""
        positions = np.flatnonzero(self.factor.is_active | near[self.members])
        self.columns.keep(positions)
        self.factor.keep(positions)
        self.members, self.w = self.members[positions], self.w[positions]
        self.inside[:] = False
        self.inside[self.members] = True

    def go_to(self, w: Array) -> None:
        """Set the weights and the active set that belongs to them."""
        support = np.flatnonzero(w)
        self.factor.restart(support, np.sign(w[support]))
        self.w = np.where(self.factor.is_active, w, 0)

    def start_from(self, coef: Array) -> None:
        """Gather the columns where coef (p,) is not zero, and go there."""
        self.take(np.flatnonzero(coef))
        self.go_to(coef[self.members] / self.columns.kappa)


def working_set_grid(
    data: CentredData,
    l1s: Array,
    l2s: Array,
    wanted: Array,
    c: Array,
    start: Array | None,
    *,
    positive: bool,
    target: float,
    max_iter: int,
) -> tuple[Array, Array, Array]:
    """Solve on a grid along which each point is near the one before.

    Parameters
    ----------
    data : CentredData
    l1s, l2s : ndarray of shape (k,)
    wanted : ndarray of shape (k,)
        Which grid points to return; the others are only stepping stones.
    c : ndarray of shape (p,)
        Slopes where the search begins.
    start : ndarray of shape (p,), or None
        Coefficients where it begins; None for zeros.
    positive : bool
    target : float
        The gap to reach. Two rounds in a row that miss it end the search: then the columns are too
        nearly dependent for a Gram matrix, and it is better to go on without one.
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
    p, k = data.shape[1], len(l1s)
    # a stone's column is the next one wanted
    column = np.cumsum(wanted) - wanted
    W, dual_gaps = np.zeros((p, wanted.sum())), np.full(wanted.sum(), np.inf)
    n_iter = np.zeros(wanted.sum(), dtype=int)
    work = WorkingSet(data, system_for(l2s, data.scale))
    stepper = Stepper(work.factor, positive=positive)
    if start is not None:
        work.factor.set_ridge(l2s[0])
        work.start_from(start)
    done, misses, clean = 0, 0, True
    while done < k and misses < 2 and work.factor.solves < max_iter:
        l1, l2 = l1s[done : done + BATCH], l2s[done : done + BATCH]
        near = (c if positive else np.abs(c)) >= SLACK * l1[-1]
        if clean and len(work.members) > 2 * np.count_nonzero(near) + 300:
            work.forget(near)
        work.take(np.flatnonzero(near & ~work.inside))

        B = np.zeros((len(work.members), len(l1)))
        w = work.w
        for i in range(len(l1)):
            before = work.factor.solves
            limit = max(1, min(np.count_nonzero(w) + 100, max_iter - before))
            w = B[:, i] = stepper.solve(w, l1[i], l2[i], limit=limit)
            n_iter[column[done + i]] += work.factor.solves - before

        coef = work.columns.kappa[:, None] * B
        R = data.y[:, None] - work.columns.dot(B)
        C = data.correlations(R)
        C[work.members] -= l2 * coef
        steepest = steepest_slopes(C, l1, positive=positive, rounding=data.rounding)
        bound = l1 * (1 + 1e-9) + data.rounding
        good = len(l1)
        if (steepest > bound).any():
            missed = (C if positive else np.abs(C)) > bound
            missed[work.members] = False
            wrong = missed.any(axis=0)
            good = int(wrong.argmax()) if wrong.any() else good
        clean = good == len(l1)
        if good:
            squares = np.einsum("ij,ij->j", R, R)
            others = p - len(coef)
            found = gaps(
                C[work.members], coef, squares, l1, l2, steepest, others, positive=positive
            )
            kept = np.flatnonzero(wanted[done : done + good])
            W[np.ix_(work.members, column[done + kept])] = coef[:, kept]
            dual_gaps[column[done + kept]] = found[kept]
            work.w, c = B[:, good - 1], C[:, good - 1]
            misses = misses + 1 if found[good - 1] > target else 0
            done += good
        if not clean:
            work.take(np.flatnonzero(missed.any(axis=1)))
            work.go_to(work.w)
    return W, dual_gaps, n_iter


def wide_grid(
    data: CentredData,
    l1s: Array,
    l2s: Array,
    positive: bool,
    start: Array | None,
    tol: float,
    max_iter: int,
) -> tuple[Array, Array, Array]:
    """Solve on a working set, with points added where the grid is coarse."""
    c, top = data.b, _largest(data.b, positive)
    if start is not None:
        start = np.where(positive & (start < 0), 0, start)
        c_start = data.correlations(data.y - data.fitted(start)) - l2s[0] * start
        if _largest(c_start, positive) <= top:
            # it is about as good as the answer at this l1: begin there
            c, top = c_start, _largest(c_start, positive)
        else:
            start = None
    fine1, fine2, wanted = _refined(max(top, l1s[0]), l1s, l2s)
    return working_set_grid(
        data,
        fine1,
        fine2,
        wanted,
        c,
        start,
        positive=positive,
        target=tol * data.null_value,
        max_iter=max_iter,
    )


def _largest(c: Array, positive: bool) -> float:
    return float(c.max() if positive else np.abs(c).max())


def _refined(first: float, l1s: Array, l2s: Array) -> tuple[Array, Array, Array]:
    """Return the grid with points between those further apart than RATIO, and which are its own."""
    fine1, fine2, wanted = [], [], []
    l1, l2 = first, l2s[0]
    for l1_next, l2_next in zip(l1s, l2s, strict=True):
        # l1 = 0 (with positive) is an infinite number of ratios away: 1e-9 of the start will do
        low = max(l1_next, 1e-9 * first)
        points = max(1, int(np.ceil(np.log(l1 / low) / -np.log(RATIO) - 1e-9))) if l1 > low else 1
        share = np.arange(1, points) / points
        fine1 += [*(l1 * (low / l1) ** share), l1_next]
        fine2 += [*(l2 + (l2_next - l2) * share), l2_next]
        wanted += [*(share < 0), True]
        l1, l2 = max(l1_next, low), l2_next
    return np.array(fine1), np.array(fine2), np.array(wanted)
