r"""From one active set to the optimal one: Newton steps are fast, descent is safe.

Both solve the system of `regkit.exact.gram` on the active set and then look at what is wrong:
an active weight whose sign has turned (it must leave), or an inactive column with
:math:`|c_j| > l_1 \kappa_j` (it must enter). With neither, the optimality conditions hold.

The *primal–dual active set* method lets all of them leave and enter at once. It is Newton's method
on the non-smooth optimality conditions (Hintermüller, Ito and Kunisch, 2002). From the answer at a
nearby :math:`l_1` it needs two or three steps; from further away it can cycle.

The *feature-sign search* goes only as far as the first weight to reach zero, and lets one column
enter at a time. Every move lowers the objective, so no active set comes back and it ends (Lawson
and Hanson, 1974, for non-negative least squares; Lee, Battle, Raina and Ng, 2006, for the lasso).
It also knows what to do with a column that depends on active ones: trade it for them, along the
line on which the fit does not change, until one of them reaches zero.
"""

import numpy as np
from numpy import ndarray as Array

from .gram import GramSystem

TRIES = 6
"""Active sets that the primal–dual method may try before it counts as cycling."""


def minimise_from(
    system: GramSystem, w: Array, l1: float, l2: float, *, positive: bool, limit: int
) -> Array:
    """Return the weights (m,) at l1 and l2 from w (m,), the answer at a nearby point.

    The active set of ``system`` must be the support of w; afterwards it is that of the answer. At
    most ``limit`` steps are made by descent.
    """
    system.set_ridge(l2)
    answer = primal_dual_active_set(system, l1, positive=positive)
    if answer is None:
        w = start_at(system, w)
        answer = feature_sign_search(system, w, l1, positive=positive, limit=limit)
    return answer


def start_at(system: GramSystem, w: Array) -> Array:
    """Make the support of w (m,) the active set; return w without columns that depend on others."""
    support = np.flatnonzero(w)
    system.restart(support, np.sign(w[support]))
    return np.where(system.is_active, w, 0)


def primal_dual_active_set(system: GramSystem, l1: float, *, positive: bool) -> Array | None:
    """Return the weights (m,) at l1, and leave their active set in the system.

    None if the steps cycle, or if a waiting column cannot be left waiting: descent must take over.
    """
    for _ in range(TRIES):
        w, c = system.minimise(l1)
        turned = (w[system.active] * system.signs < 0).nonzero()[0]
        over = _excess(system, c, l1, positive) > 0
        if not len(turned) and not over.any():
            return w
        new = (over & ~system.waits).nonzero()[0]
        if not len(turned) and not len(new):
            return None
        if len(turned):
            system.leave(turned)
        if len(new):
            system.let_in(new, np.sign(c[new]))
    return None


def feature_sign_search(
    system: GramSystem, w: Array, l1: float, *, positive: bool, limit: int
) -> Array:
    """Return weights (m,) of lower objective than w, at the optimum unless ``limit`` was reached.

    The active set must be the support of w, with its signs.
    """
    w, barred, seen, lowest, kept = w.copy(), np.zeros(len(w), dtype=bool), set(), np.inf, w
    for _ in range(limit):
        A = system.active
        best, c = system.minimise(l1)
        x = best[A]
        turned = x * system.signs < 0
        if turned.any():
            reach = np.divide(w[A], w[A] - x, out=np.full(len(A), np.inf), where=turned)
            moved = _move(system, w, x - w[A], reach)
            barred &= not moved
            continue
        barred &= bool((x == w[A]).all())
        w[A] = x
        value = l1 * (system.kappa[A] @ np.abs(x)) - x @ (system.b[A] + c[A]) / 2
        if value < lowest:
            lowest, kept = value, w.copy()
        state = np.sign(w).tobytes() + barred.tobytes()
        if state in seen:  # only rounding brings an active set back
            return start_at(system, kept)
        seen.add(state)
        excess = np.where(barred, 0, _excess(system, c, l1, positive))
        j = int(excess.argmax())
        if excess[j] <= 0:
            break
        # if it comes straight back with the wrong sign, rounding let it in: not again
        barred[j] = True
        sign = np.sign(c[j])
        if _trade(system, w, j, sign):
            system.let_in(np.array([j]), np.array([sign]))
    return w


def _trade(system: GramSystem, w: Array, j: int, sign: float) -> bool:
    """Hand weight over to column j from active ones that make it up, until it depends on none.

    Returns False if it goes on depending on them, although no weight falls.
    """
    while (mixture := system.combination(j)) is not None:
        direction = -sign * mixture
        falls = direction * system.signs < 0
        reach = np.divide(
            -w[system.active], direction, out=np.full(len(falls), np.inf), where=falls
        )
        if not falls.any():
            return False
        w[j] += reach.min() * sign
        _move(system, w, direction, reach)
    return True


def _excess(system: GramSystem, c: Array, l1: float, positive: bool) -> Array:
    """Return by how much inactive columns exceed their bound, beyond what rounding explains."""
    excess = (c if positive else np.abs(c)) - (l1 * (1 + 1e-10)) * system.kappa
    excess -= system.rounding
    excess[system.is_active] = 0
    return np.maximum(excess, 0, out=excess)


def _move(system: GramSystem, w: Array, direction: Array, reach: Array) -> bool:
    """Move the active weights to where the first reaches zero, and let it leave."""
    step, A = reach.min(), system.active
    w[A] += step * direction
    gone = np.flatnonzero(reach <= step)
    w[A[gone]] = 0
    system.leave(gone)
    return step > 0
