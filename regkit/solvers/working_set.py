r"""Squared error on a working set: the Gram matrix of the columns gathered, and steps on it.

What `regkit.solvers.rounds` asks for: columns of X gathered and scaled to length 1, their Gram
matrix, Newton steps or descent from each grid point to the next, and the certificate.
"""

import numpy as np
from numpy import ndarray as Array

from .centred import CentredData
from .certify import gaps, squared_slack, steepest_slopes
from .columns import UnitColumns
from .dual import DualSolve
from .gram import BorderedSolve, is_ridged
from .rounds import refined, solve_in_rounds
from .steps import Stepper

BATCH = 5
"""Grid points a round, at least."""
RATIO = 0.9
"""On a working set alphas further apart than this factor get points between them."""


class SquaredErrorSet:
    """The columns gathered so far, their Gram matrix, and the weights on them.

    Attributes
    ----------
    w : ndarray of shape (m,)
        The last answer, for columns of length 1.
    batch, members, inside, kappa, solves, rounding, positive
        See `regkit.solvers.rounds.WorkingSet`.
    """

    batch = BATCH

    def __init__(self, data: CentredData, l2s: Array, *, positive: bool) -> None:
        self.data, self.positive, self.rounding = data, positive, data.rounding
        self.columns, self.ridged = UnitColumns(data), is_ridged(l2s, data.scale)
        self.factor = BorderedSolve(ridged=self.ridged)
        self.stepper = Stepper(self.factor, positive=positive)
        self.members, self.w = np.zeros(0, dtype=int), np.zeros(0)
        self.inside = np.zeros(data.shape[1], dtype=bool)
        self._last = [self.w]

    @property
    def kappa(self) -> Array:
        """The scale of each column."""
        return self.columns.kappa

    @property
    def solves(self) -> int:
        """Linear systems solved so far."""
        return self.factor.solves

    def take(self, J: Array) -> None:
        """Gather the columns J of X, with weight 0."""
        if len(J):
            m = len(self.members)
            self.columns.append(J)
            if isinstance(self.factor, DualSolve):
                self.factor.grow()
            elif self.ridged and m + len(J) > 2 * self.data.shape[0]:
                self._turn_to_the_rows()
            else:
                self.factor.grow(*self.columns.products(m), self.kappa[m:])
            self.members, self.w = np.append(self.members, J), np.append(self.w, np.zeros(len(J)))
            self.inside[J] = True

    def _turn_to_the_rows(self) -> None:
        """Go on with a matrix of the rows: there are fewer of them than of columns."""
        before = self.factor
        self.factor = self.stepper.factor = DualSolve(self.columns, before.solves)
        self.factor.set_ridge(before.l2)
        self.factor.restart(before.active, before.signs)

    def forget(self, near: Array) -> None:
        """Drop all columns but the active ones and those marked in ``near`` (p,)."""
        positions = np.flatnonzero(self.factor.is_active | near[self.members])
        self.columns.keep(positions)
        self.factor.keep(positions)
        self.members, self.w = self.members[positions], self.w[positions]
        self._last = [self.w]
        self.inside[:] = False
        self.inside[self.members] = True

    def start_from(self, coef: Array, l2: float) -> None:
        """Gather the columns where coef (p,) is not zero, and go there."""
        self.factor.set_ridge(l2)
        self.take(np.flatnonzero(coef))
        self._go_to(coef[self.members] / self.kappa)

    def solve(self, l1: float, l2: float, limit: int) -> Array:
        """Return the weights (m,) at the next grid point, from those at the last."""
        limit = max(1, min(np.count_nonzero(self.w) + 100, limit))
        self.w = self.stepper.solve(self.w, l1, l2, limit=limit)
        return self.w

    def certify(self, B: Array, l1: Array, l2: Array) -> tuple[Array, Array]:
        """Return the slopes (p, k) and the gaps (k,) of the last k answers B (m, k)."""
        data, coef = self.data, self.kappa[:, None] * B
        R = data.y[:, None] - self.columns.dot(B)
        C = data.correlations(R)
        C[self.members] -= l2 * coef
        steepest = steepest_slopes(C, l1, positive=self.positive, rounding=self.rounding)
        slack = squared_slack(np.einsum("ij,ij->j", R, R))
        others = len(C) - len(coef)
        inner = C[self.members]
        found = gaps(inner, coef, slack, l1, l2, steepest, others, positive=self.positive)
        self._last = [self._last[-1], *B.T]
        return C, found

    def go_back_to(self, i: int) -> None:
        """Go to answer i of the last k, or for i = -1 to the one before them."""
        w = np.zeros(len(self.members))
        w[: len(self._last[i + 1])] = self._last[i + 1]
        self._last = [w]
        self._go_to(w)

    def _go_to(self, w: Array) -> None:
        support = np.flatnonzero(w)
        self.factor.restart(support, np.sign(w[support]))
        self.w = np.where(self.factor.is_active, w, 0)
        self._last = [self.w]


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
    fine1, fine2, wanted = refined(max(top, l1s[0]), l1s, l2s, RATIO)
    work = SquaredErrorSet(data, fine2, positive=positive)
    if start is not None:
        work.start_from(start, fine2[0])
    target = tol * data.null_value
    return solve_in_rounds(work, fine1, fine2, wanted, c, target=target, max_iter=max_iter)


def _largest(c: Array, positive: bool) -> float:
    return float(c.max() if positive else np.abs(c).max())
