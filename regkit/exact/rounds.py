r"""Many columns, few of them active: solve on a working set, look at all of X now and then.

A round takes the next few grid points.

1. *Screen*: the columns whose slope at the last answer is about the bound at the end of the round,
   or more, join the working set. This is the sequential strong rule of Tibshirani et al. (2012) in
   a simpler form. It can be wrong, and step 3 says so.
2. *Solve* each grid point on the working set. No product with X is needed.
3. *Certify* all of them with one product with X. Columns outside the working set that exceed their
   bound join it, and the round is repeated from the last grid point that had none.

The loop knows no loss. `SquaredErrorSet` solves by `regkit.exact.steps` on a Gram matrix that grows
with the working set; `regkit.exact.logistic` has one for logistic regression.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array

from .certificate import duality_gaps, squared_slack, steepest_slopes
from .data import EPS, CentredData, unit_columns
from .gram import GramSystem
from .problem import Answers, Grid, Problem
from .steps import minimise_from, start_at

MOST = 16
"""Grid points a round, at most."""
FAR_ABOVE = 1e-6
"""An l1 above this share of a column's length times the residuals' is far above rounding."""
SLACK = 0.95
"""A slope of this share of its bound lets a column join: fewer rounds are repeated."""
RATIO = 0.9
"""Points further apart than this factor get points between them."""


class WorkingSet(ABC):
    """The columns of X gathered so far, and the weights on them.

    Attributes
    ----------
    members : ndarray of int of shape (m,)
        Which columns of X were gathered.
    inside : ndarray of bool of shape (p,)
    columns : DenseColumns or SparseColumns
        The same, centred and of length 1; before them the intercept's, if ``free``.
    usual : int
        Grid points a round: a product of X with several vectors costs little more than with one.
    free : int
        1 if there is a column for an intercept, else 0.
    w : ndarray of shape (free + m,)
        The last answer, for these columns.
    solves : int
        Linear systems solved so far.
    rounding : float
        The rounding error to expect in a slope.
    """

    free = 0
    usual = 5

    def __init__(self, data: CentredData, rounding: float) -> None:
        self.data, self.columns, self.rounding = data, unit_columns(data), rounding
        self.members, self.inside = np.zeros(0, dtype=int), np.zeros(data.shape[1], dtype=bool)

    @property
    def kappa(self) -> Array:
        """What a weight on a unit column is multiplied by to give a coefficient, (m,)."""
        return self.columns.kappa[self.free :]

    def take(self, J: Array) -> None:
        """Gather the columns J of X, with weight 0."""
        self.columns.append(J)
        self.members = np.append(self.members, J)
        self.inside[J] = True

    def certify(self, B: Array, grid: Grid) -> tuple[Array, Array]:
        """Return the slopes (p, k) and the gaps (k,) of answers B (free + m, k) on a grid."""
        coef = self.kappa[:, None] * B[self.free :]
        R, slack = self.dual_point(self.columns.dot(B))
        C = self.data.correlations(R)
        C[self.members] -= grid.l2 * coef
        sizes = np.sqrt(np.einsum("ij,ij->j", R, R))
        steeper = 4 * EPS * self._longest(grid.l1[-1], sizes.max()) * sizes
        steepest, others = steepest_slopes(C, grid), len(C) - len(coef)
        return C, duality_gaps(C[self.members], coef, slack, grid, steepest, steeper, others)

    def _longest(self, l1: float, size: float) -> float:
        """Return the length of the longest column, or of the longest one gathered.

        The latter will do where l1, for residuals of this size, is far above what rounding does:
        to look at all columns costs a pass over X.
        """
        gathered = np.hypot(1 / self.kappa, self.data.means[self.members]).max(initial=0)
        if l1 > FAR_ABOVE * size * gathered > 0:
            return gathered
        return self.data.objective.longest

    def start_from(self, coef: Array, l2: float) -> None:
        """Gather the columns where coef (p,) is not zero, and go there."""
        J = np.flatnonzero(coef)
        self.take(J)
        self.go_to(self.unit_weights(coef), l2)

    def unit_weights(self, coef: Array) -> Array:
        """Return the weights on the columns gathered that make up coef (p,)."""
        return coef[self.members] / self.kappa

    @abstractmethod
    def solve(self, l1: float, l2: float, limit: int) -> Array:
        """Return the weights at the next grid point, from those at the last."""

    @abstractmethod
    def go_to(self, w: Array, l2: float) -> None:
        """Set the weights: w, with 0 for columns gathered since."""

    @abstractmethod
    def dual_point(self, Z: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Return minus the slopes of the loss at fits Z (n, k), and what rows add to the gaps."""


class SquaredErrorSet(WorkingSet):
    """A working set whose weights are found from its Gram matrix."""

    def __init__(self, data: CentredData, *, positive: bool) -> None:
        super().__init__(data, data.rounding)
        self.system, self.positive, self.w = GramSystem(), positive, np.zeros(0)

    @property
    def solves(self) -> int:
        """Linear systems solved so far."""
        return self.system.solves

    def take(self, J: Array) -> None:
        """Gather the columns J of X, with weight 0."""
        m = len(self.members)
        super().take(J)
        self.system.grow(*self.columns.products(m), self.kappa[m:])
        self.w = np.append(self.w, np.zeros(len(J)))

    def solve(self, l1: float, l2: float, limit: int) -> Array:
        """Return the weights (m,) at the next grid point, from those at the last."""
        limit = max(1, min(np.count_nonzero(self.w) + 100, limit))
        self.w = minimise_from(self.system, self.w, l1, l2, positive=self.positive, limit=limit)
        return self.w

    def go_to(self, w: Array, l2: float) -> None:
        """Set the weights: w, with 0 for columns gathered since."""
        self.system.set_ridge(l2)
        self.w = start_at(self.system, np.append(w, np.zeros(len(self.members) - len(w))))

    def dual_point(self, Z: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Return the residuals y - Z, and what they add to the gaps."""
        R = self.data.y[:, None] - Z
        return R, squared_slack(np.einsum("ij,ij->j", R, R))


def wide_path(problem: Problem, ratio: float = RATIO) -> tuple[Answers, Array]:
    """Return the answers on the grid, and the lengths (p,) of the columns used, not centred.

    Points further apart than ``ratio`` get points between them.
    """
    data, grid = problem.data, problem.grid

    def slopes(w: Array) -> Array:
        return data.correlations(data.y - data.fitted(w)) - grid.l2[0] * w

    work = SquaredErrorSet(data, positive=grid.positive)
    answers, lengths = path_on(work, problem, data.b, slopes, ratio), np.zeros(data.shape[1])
    lengths[work.members] = np.hypot(1 / work.kappa, data.means[work.members])
    return answers, lengths


def path_on(
    work: WorkingSet,
    problem: Problem,
    c: Array,
    slopes: Callable[[Array], Array],
    ratio: float,
) -> Answers:
    """Solve on a working set, from all zeros or from a start that is no further away.

    Parameters
    ----------
    work : WorkingSet
    problem : Problem
    c : ndarray of shape (p,)
        The slopes at w = 0.
    slopes : callable
        Those at other coefficients.
    ratio : float
        Points further apart than this factor get points between them.

    Returns
    -------
    Answers
    """
    grid, start = problem.grid, problem.start
    if start is not None and start.any():
        nearer = slopes(start)
        if grid.steepness(nearer).max() <= max(grid.steepness(c).max(), grid.l1[0]):
            # it is about as good as the answer at this l1: begin there
            c = nearer
            work.start_from(start, grid.l2[0])
    fine, own = grid.refined(max(grid.steepness(c).max(), grid.l1[0]), ratio)
    return solve_in_rounds(work, fine, own, c, problem.max_iter * len(fine))


def solve_in_rounds(work: WorkingSet, grid: Grid, own: Array, c: Array, max_iter: int) -> Answers:
    """Solve on a grid along which each point is near the one before.

    Parameters
    ----------
    work : WorkingSet
    grid : Grid
        Of k points.
    own : ndarray of bool of shape (k,)
        Which of them to return; the others only lead there.
    c : ndarray of shape (p,)
        Slopes where the search begins.
    max_iter : int
        Systems to solve at most.

    Returns
    -------
    Answers
        At the grid's own points; ``n_iter`` counts for each the points that lead there, too.
    """
    # a point in between counts for the next own one
    count, column, done = int(own.sum()), np.cumsum(own) - own, 0
    W, dual_gaps, n_iter = np.zeros((len(c), count)), np.full(count, np.inf), np.zeros(count, int)
    while done < len(grid) and work.solves < max_iter:
        outside = np.where(work.inside, -np.inf, grid.steepness(c))
        points = grid[done : done + _points(work, grid[done : done + MOST], outside)]
        new = np.flatnonzero(outside >= SLACK * points.l1[-1])
        if len(new):
            work.take(new)
        answers = [work.w]
        for i, (l1, l2) in enumerate(zip(points.l1, points.l2, strict=True), done):
            before = work.solves
            answers.append(work.solve(l1, l2, max_iter - before))
            n_iter[column[i]] += work.solves - before

        B = np.column_stack(answers[1:])
        C, found = work.certify(B, points)
        missed = _missed(work, C, points)
        good = int(missed.any(axis=0).argmax()) if missed.any() else len(points)
        if good:
            kept = np.flatnonzero(own[done : done + good])
            coef = work.kappa[:, None] * B[work.free :, kept]
            W[np.ix_(work.members, column[done + kept])] = coef
            dual_gaps[column[done + kept]] = found[kept]
            c = C[:, good - 1]
            done += good
        if good < len(points):
            work.take(np.flatnonzero(missed.any(axis=1)))
            work.go_to(answers[good], points.l2[max(good - 1, 0)])
    return Answers(W, dual_gaps, n_iter)


def _points(work: WorkingSet, grid: Grid, outside: Array) -> int:
    """Return how many points to take: the usual number, or where they are far apart, fewer.

    More where their columns cost less than a look at X: j new columns add (m + j)·j products of
    columns to the m there are; a look at X costs as many as X has columns, and more in memory
    traffic. Fewer where more columns would join than there are rows, and active ones at most.
    """
    n, m = work.data.shape[0], len(work.members)
    for points in range(len(grid), 1, -1):
        j = np.count_nonzero(outside >= SLACK * grid.l1[points - 1])
        if (m + j) * j <= len(outside) or (points <= work.usual and j <= n):
            return points
    return 1


def _missed(work: WorkingSet, C: Array, grid: Grid) -> Array:
    """Return which slopes (p, k) outside the working set exceed their bound."""
    missed = grid.steepness(C) > grid.l1 * (1 + 1e-9) + work.rounding
    missed[work.members] = False
    return missed
