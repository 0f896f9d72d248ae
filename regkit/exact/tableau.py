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


class Tableau:
    """The pairs solved for, and the lines that they follow.

    Attributes
    ----------
    q, t : ndarray of shape (p,)
        The lines q + l1 t.
    active : ndarray of bool of shape (p,)
    against : ndarray of shape (p,)
        The signs of the active weights, turned: on that side they meet their bound.
    """

    def __init__(self, G: Array, b: Array, kappa: Array, *, positive: bool) -> None:
        p = len(b)
        # transposed, so that the column a pivot reads most often is contiguous; q and t follow
        self._rows = np.empty((p + 2, p))
        np.negative(G, out=self._rows[:p])
        self.q, self.t = self._rows[p], self._rows[p + 1]
        self.q[:], self.t[:] = b, 0
        self.active, self.against = np.zeros(p, dtype=bool), np.zeros(p)
        self._kappa, self._positive, self._lengths = kappa, positive, G.diagonal().copy()
        # the slope of each pair's own bound: kappa if inactive, 0 if active, infinite if it waits
        self._bound = kappa.astype(float)
        self._along = 1e-14 * kappa

    def weights(self) -> tuple[Array, Array]:
        """Return the lines of the weights alone."""
        return self.q * self.active, self.t * self.active

    def next_event(self) -> tuple[int, float]:
        """Return which pair meets its bound next, and at which l1."""
        side = np.ones(len(self.q)) if self._positive else np.sign(self.q)
        np.copyto(side, self.against, where=self.active)
        slope = self._bound - side * self.t
        meets = side * self.q / slope
        # a line that runs along its bound, or away from it, never meets it
        np.copyto(meets, 0, where=~(slope > self._along))
        j = int(meets.argmax())
        return j, max(float(meets[j]), 0.0)

    def swap(self, j: int) -> bool:
        """Let column j enter or leave; return False if it has to wait instead.

        A copy of active columns would divide by zero: it stays on its bound with them, until a
        column leaves.
        """
        if self.active[j]:
            self._pivot(j)
            self.t[j] -= self.against[j] * self._kappa[j]
            self.active[j] = False
            self._bound[~self.active] = self._kappa[~self.active]
            return True
        if -self._rows[j, j] <= DEPENDENT * self._lengths[j]:
            self._bound[j] = np.inf
            return False
        sign = 1 if self._positive else np.sign(self.q[j])
        self.t[j] -= sign * self._kappa[j]
        self._pivot(j)
        self.active[j], self.against[j], self._bound[j] = True, -sign, 0
        return True

    def _pivot(self, j: int) -> None:
        rows = self._rows
        pivot = rows[j, j]
        row = rows[:, j] / -pivot
        row[j] = 1 / pivot
        column = rows[j].copy()
        column[j] = rows[j] = 0
        # in place: the transpose of rows side by side is what Fortran calls columns
        dger(1.0, column, row, a=rows.T, overwrite_a=True)
        rows[:, j] = row


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
    tableau, k = Tableau(G, b, kappa, positive=positive), len(l1s)
    pivots, line_of = np.zeros(k, dtype=int), np.zeros(k, dtype=int)
    lines, l1, done = [], np.inf, 0
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(min(20 * len(b) + 100, limit or np.inf)):
            j, meets = tableau.next_event()
            l1, first = min(l1, meets), done
            while done < k and (l1s[done] >= l1 or l1 == 0):
                done += 1
            if done > first:
                line_of[first:done] = len(lines)
                lines.append(tableau.weights())
            if done == k:
                break
            pivots[done] += tableau.swap(j)
    # out of events: stop where the last line is still valid
    line_of[done:] = len(lines)
    lines.append(tableau.weights())
    l1s = np.append(l1s[:done], np.full(k - done, l1))
    constants, slopes = (np.array(part)[line_of].T for part in zip(*lines, strict=True))
    W = constants + slopes * l1s
    # a grid point on a breakpoint, give or take rounding, is on the side where the weight is 0
    W[np.abs(W) <= 16 * np.finfo(float).eps * np.abs(b).max()] = 0
    return W, pivots
