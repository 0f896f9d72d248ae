r"""The lasso path by pivots in a tableau: every breakpoint, exactly, from the Gram matrix alone.

For fixed G (a ridge part belongs to its diagonal) and b, minimise

.. math:: \tfrac12 w^\top G w - b^\top w + l_1 \sum_j \kappa_j |w_j|

for every :math:`l_1` from infinity down. Write :math:`c = b - Gw`. These p equations tie p pairs
:math:`(w_j, c_j)` together, and at each :math:`l_1` one member of every pair is known: an inactive
j has :math:`w_j = 0`, an active one :math:`c_j = l_1 \kappa_j s_j`. Solving for the other members
gives them as straight lines in :math:`l_1`,

.. math:: h = q + l_1 t, \qquad h_j = w_j \text{ if active, } c_j \text{ if not.}

The tableau holds the solved system. To *pivot on j* is to swap which member of pair j is solved
for: one division and one rank-one update, as in the simplex method, with q and t as two more rows
that follow. As :math:`l_1` falls, the next event is the largest :math:`l_1` at which a line meets
its bound: an active weight reaches zero and leaves, or an inactive correlation reaches
:math:`l_1 \kappa_j` and enters. Between two events every answer is read off the lines.

This is the homotopy of Osborne, Presnell and Turlach (2000) and of LARS (Efron, Hastie, Johnstone
and Tibshirani, 2004), written as Gauss–Jordan elimination.
"""

import numpy as np
from numpy import ndarray as Array
from scipy.linalg.blas import dger

DEPENDENT = 1e-13
"""A column keeping less of its squared length than this, orthogonal to the active ones, waits."""


def tableau_path(
    G: Array,
    b: Array,
    kappa: Array,
    l1s: Array,
    *,
    positive: bool = False,
    limit: int | None = None,
) -> tuple[Array, Array]:
    """Return the minimisers on a decreasing grid of l1.

    Parameters
    ----------
    G : ndarray of shape (p, p)
        Symmetric, positive semi-definite.
    b : ndarray of shape (p,)
    kappa : ndarray of shape (p,)
        The price of each coefficient, above 0.
    l1s : ndarray of shape (k,)
        Decreasing, at least 0.
    positive : bool, default False
        Let no coefficient go below 0: only the bound above counts.

    limit : int, optional
        Events at most; 20 p + 100 by default and never more.

    Returns
    -------
    W : ndarray of shape (p, k)
    pivots : ndarray of shape (k,)
        Pivots made on the way to each grid point from the one before.

    Notes
    -----
    O(p²) for the tableau and for each pivot. There are about as many pivots as active columns
    unless many leave again; more than 20 p + 100 are not made, and what is left of the grid repeats
    the last answer, which its certificate will show.

    Examples
    --------
    >>> import numpy as np
    >>> W, pivots = tableau_path(np.eye(2), np.array([3.0, 1.0]), np.ones(2), np.array([2.0, 0.5]))
    >>> W
    array([[1. , 2.5],
           [0. , 0.5]])
    >>> pivots
    array([1, 1])
    """
    p = len(b)
    limit = min(20 * p + 100, limit or 20 * p + 100)
    pivots = np.zeros(len(l1s), dtype=int)
    # transposed, so that the column a pivot reads most often is contiguous; q and t follow below
    tableau = np.empty((p + 2, p))
    np.negative(G, out=tableau[:p])
    tableau[p], tableau[p + 1] = b, 0
    q, t = tableau[p], tableau[p + 1]
    length = G.diagonal().copy()
    # the slope of each pair's own bound: kappa if inactive, 0 if active, infinite while it waits
    bound = kappa.astype(float)
    sign, active = np.zeros(p), np.zeros(p, dtype=bool)
    l1, done = np.inf, 0
    lines, line_of = [], np.zeros(len(l1s), dtype=int)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(limit):
            side = np.ones(p) if positive else np.sign(q)
            np.copyto(side, -sign, where=active)
            slope = bound - side * t
            meets = side * q / slope
            # a line that runs along its bound, or away from it, never meets it
            meets[~(slope > 1e-14 * bound)] = 0
            j = int(meets.argmax())
            l1 = min(l1, max(float(meets[j]), 0.0))
            first = done
            while done < len(l1s) and (l1s[done] >= l1 or l1 == 0):
                done += 1
            if done > first:
                line_of[first:done] = len(lines)
                lines.append((q * active, t * active))
                if done == len(l1s):
                    break
            pivot = tableau[j, j]
            if not active[j]:
                if -pivot <= DEPENDENT * length[j]:
                    # a copy of active columns would divide by zero: it stays on its bound with them
                    bound[j] = np.inf
                    continue
                sign[j] = side[j]
                t[j] -= side[j] * kappa[j]
            row = tableau[:, j] / -pivot
            row[j] = 1 / pivot
            column = tableau[j].copy()
            column[j] = 0
            tableau[j] = 0
            # in place: the transpose of rows side by side is what Fortran calls columns
            dger(1.0, column, row, a=tableau.T, overwrite_a=True)
            tableau[:, j] = row
            if active[j]:
                t[j] += sign[j] * kappa[j]
                sign[j], active[j] = 0, False
                # those that waited for a column to leave may try again
                waiting = np.isinf(bound)
                waiting[j] = True
                bound[waiting] = kappa[waiting]
            else:
                active[j], bound[j] = True, 0
            pivots[done] += 1
    l1s = l1s.copy()
    if done < len(l1s):
        # out of events: stop where the last line is still valid
        line_of[done:], l1s[done:] = len(lines), l1
        lines.append((q * active, t * active))
    constants, slopes = (np.array(part)[line_of].T for part in zip(*lines, strict=True))
    W = constants + slopes * l1s
    # a grid point on a breakpoint, give or take rounding, is on the side where the weight is 0
    W[np.abs(W) <= 16 * np.finfo(float).eps * np.abs(b).max()] = 0
    return W, pivots
