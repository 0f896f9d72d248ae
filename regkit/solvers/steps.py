r"""From one active set to the optimal one: Newton steps are fast, descent is safe.

Both solve the system of `regkit.solvers.gram` on the active set and then look at what is wrong:
an active weight whose sign has turned (it must leave), or an inactive column with
:math:`|c_j| > l_1 \kappa_j` (it must enter). With neither, the optimality conditions hold.

*Newton* lets all of them leave and enter at once: the primal–dual active set method, which is
Newton's method on the non-smooth optimality conditions (Hintermüller, Ito and Kunisch, 2002). From
the answer at a nearby :math:`l_1` it needs two or three steps; from further away it can cycle.

*Descent* goes only as far as the first weight to reach zero, and lets one column enter at a time.
Every move lowers the objective, so no active set comes back and it ends (Lawson and Hanson, 1974,
for non-negative least squares; Lee, Battle, Raina and Ng, 2006, for the lasso). It also knows what
to do with a column that depends on active ones: trade it for them, along the line on which the
fit does not change, until one of them reaches zero.
"""

from typing import Protocol

import numpy as np
from numpy import ndarray as Array

from .gram import GramSystem


class Factor(Protocol):
    """What the steps of `regkit.solvers.steps` ask of whatever does the algebra.

    Attributes
    ----------
    size : int
        The columns m of the working set.
    kappa : ndarray of shape (m,)
        The price of each coefficient.
    active : ndarray of shape (k,)
        Positions of the active columns in the working set.
    signs : ndarray of shape (k,)
        Their signs.
    is_active, waits : ndarray of shape (m,)
        Which columns are active, and which wait because they depend on active ones.
    solves : int
        Linear systems solved so far: what the solver counts as iterations.
    """

    size: int
    kappa: Array
    active: Array
    signs: Array
    is_active: Array
    waits: Array
    solves: int

    def enter(self, J: Array, signs: Array) -> None:
        """Append columns to the active set."""

    def leave(self, places: Array) -> None:
        """Take the columns at these places of `active` out of it."""

    def minimise(self, l1: float) -> tuple[Array, Array]:
        """Return the minimiser on the active set (k,) and :math:`c = b - Gw` (m,)."""

    def combination(self, j: int) -> Array | None:
        """Return the weights with which active columns make up column j, None if they do not."""

    def rounding(self, x: Array) -> float:
        """Return the rounding error to expect in c for weights x."""


class Stepper:
    """Newton where it works, descent where it does not.

    A failed Newton costs more than the descent that follows. After f failures in a row the next
    2ᶠ points are left to descent at once.

    Parameters
    ----------
    factor : GramSystem
    positive : bool
    """

    def __init__(self, factor: GramSystem, *, positive: bool) -> None:
        self.factor, self.positive = factor, positive
        self._failures, self._points_left = 0, 0

    def solve(self, w: Array, l1: float, l2: float, *, limit: int) -> Array:
        """Return the weights (m,) at l1 and l2 from w (m,), the answer at a nearby point."""
        factor = self.factor
        try:
            factor.set_ridge(l2)
            if self._points_left == 0:
                answer = newton(factor, l1, positive=self.positive)
                if answer is not None:
                    self._failures = 0
                    return answer
                self._failures += 1
                self._points_left = 2**self._failures
                support = np.flatnonzero(w)
                factor.restart(support, np.sign(w[support]))
                w = np.where(factor.is_active, w, 0)
            else:
                self._points_left -= 1
            return descend(factor, w, l1, positive=self.positive, limit=limit)
        except np.linalg.LinAlgError:
            # rounding has made a matrix singular; the certificate will say how much w is worth
            factor.restart(np.zeros(0, dtype=int), np.zeros(0))
            return np.zeros(factor.size)


def newton(factor: GramSystem, l1: float, *, positive: bool, tries: int = 6) -> Array | None:
    """Return the weights on the working set (m,) and leave their active set in the factor.

    None if they cycle, or if a waiting column cannot be left waiting: `descend` must take over.
    """
    for _ in range(tries):
        x, c = factor.minimise(l1)
        turned = x * factor.signs < 0
        excess = _excess(factor, x, c, l1, positive)
        over = excess > 0
        if not over.any() and not turned.any():
            return scatter(factor, x)
        new = over & ~factor.waits
        if not new.any() and not turned.any():
            return None
        if turned.any():
            factor.leave(turned.nonzero()[0])
        if new.any():
            J = new.nonzero()[0]
            factor.enter(J, np.sign(c[J]))
    return None


def descend(factor: Factor, w: Array, l1: float, *, positive: bool, limit: int) -> Array:
    """Return weights (m,) of lower objective than w, at the optimum unless ``limit`` was reached.

    The factor's active set must be the support of w, with its signs.
    """
    w = w.copy()
    barred = np.zeros(factor.size, dtype=bool)
    for _ in range(limit):
        A = factor.active
        x, c = factor.minimise(l1)
        wrong = x * factor.signs < 0
        if wrong.any():
            reach = np.divide(-w[A], x - w[A], out=np.full(len(A), np.inf), where=wrong)
            moved = _move(factor, w, x - w[A], reach)
            barred &= not moved
            continue
        barred &= bool((x == w[A]).all())
        w[A] = x
        excess = _excess(factor, x, c, l1, positive)
        excess[barred] = 0
        j = int(excess.argmax()) if len(excess) else 0
        if not len(excess) or excess[j] <= 0:
            break
        sign = np.sign(c[j])
        mixture = factor.combination(j) if len(A) else None
        while mixture is not None:
            # column j is a mixture of active ones: hand their weight over to it
            direction = -sign * mixture
            falls = direction * factor.signs < 0
            with np.errstate(divide="ignore", invalid="ignore"):
                reach = np.where(falls, -w[factor.active] / direction, np.inf)
            step = reach.min(initial=np.inf)
            if not np.isfinite(step):
                break
            w[j] += step * sign
            _move(factor, w, direction, reach, until=step)
            mixture = factor.combination(j) if len(factor.active) else None
        if mixture is not None:
            barred[j] = True
            continue
        # if it comes straight back with the wrong sign, rounding let it in: not again
        barred[j] = True
        factor.enter(np.array([j]), np.array([sign]))
    return w


def scatter(factor: Factor, x: Array) -> Array:
    """Return weights on the working set from those on the active set."""
    w = np.zeros(factor.size)
    w[factor.active] = x
    return w


def _excess(factor: Factor, x: Array, c: Array, l1: float, positive: bool) -> Array:
    """Return by how much inactive columns exceed their bound, beyond what rounding explains."""
    excess = (c if positive else np.abs(c)) - (l1 * (1 + 1e-10)) * factor.kappa
    excess -= factor.rounding(x)
    excess[factor.is_active] = 0
    return np.maximum(excess, 0, out=excess)


def _move(factor: Factor, w: Array, direction: Array, reach: Array, until: float = -1.0) -> bool:
    """Move the active weights to where the first reaches zero, and let it leave."""
    step = reach.min() if until < 0 else until
    A = factor.active
    w[A] += step * direction
    gone = np.flatnonzero(reach <= step)
    w[A[gone]] = 0
    factor.leave(gone)
    return step > 0
