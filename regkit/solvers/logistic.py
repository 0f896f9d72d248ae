r"""Logistic regression with an L1 part, along a path: chord Newton steps on a working set.

The active set is searched for as in `regkit.solvers.steps`: all weights whose sign turns leave at
once, all columns whose slope exceeds their bound enter at once. The linear system in between is
replaced by a chord step, see `regkit.solvers.chord`, until the duality gap on the working set is
small enough. The intercept is one more column, of ones, that has no price and never leaves.

Where that does not get on, because classes separate and the curvatures vanish, or because columns
are nearly dependent, proximal Newton steps with a line search solve the same working set, see
`regkit.solvers.newton`. `regkit.solvers.rounds` certifies either.

The dual point is :math:`a\xi`, with :math:`\xi_i` the probability given to the wrong label.
What a row adds to the gap is the relative entropy of :math:`a\xi_i` to :math:`\xi_i`. It is
at most their chi-square distance, which needs no logarithm:

.. math:: \frac{(a\xi_i - \xi_i)^2}{\xi_i (1 - \xi_i)} = (1 - a)^2 e^{-y_i z_i}.
"""

from collections.abc import Callable
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy import ndarray as Array

from ..objective import Objective
from ..penalties import L1L2
from .centred import EPS, CentredData
from .certify import gaps, steepest_slopes
from .chord import ChordHessian
from .columns import UnitColumns
from .newton import newton

SLOW = 0.15
"""A chord step that leaves more than this share of the error asks for a new Hessian."""
SLOW_FOR_FEW = 0.03
"""The same for at most FEW active columns, whose Hessian costs hardly more than a step."""
FEW = 50
STEPS = 60
"""Chord steps at most for one alpha, before proximal Newton takes over."""


class LogisticSet:
    """The columns gathered so far and the weights on them, for `regkit.solvers.rounds`.

    Parameters
    ----------
    data : CentredData
        The columns of X.
    objective : Objective
        With `Logistic`.
    target : float
        The gap to reach.
    tol : float
        The share of the largest coefficient that one more step may move one by.

    Attributes
    ----------
    x : ndarray of shape (k,)
        Weights on the active columns, of length 1; among them the intercept's, if there is one.
    slopes : ndarray of shape (k,)
        The slopes of the loss there.
    odds, shares, curvatures : ndarray of shape (n,)
        Of the wrong label at x: its odds, its probability, and how much the latter bends.
    fallbacks : int
        How often proximal Newton had to take over.
    batch, members, inside, kappa, solves, rounding, positive
        See `regkit.solvers.rounds.WorkingSet`.
    """

    batch, rounding, positive, steps = 10, 0.0, False, STEPS

    def __init__(self, data: CentredData, objective: Objective, target: float, tol: float) -> None:
        self.data, self.objective, self.target, self.tol = data, objective, target, tol
        self.root, self.y = data.root, objective.y.astype(float)
        # from the weighted columns' Xw to minus the margins, and from shares to what pulls on them
        unroot = np.divide(1, self.root, out=np.zeros_like(self.root), where=self.root > 0)
        self._against, self._signed_root = -self.y * unroot, self.root * self.y
        self._class_weights = self.root**2 * np.array([self.y > 0, self.y < 0])
        self.members, self.inside = np.zeros(0, dtype=int), np.zeros(data.shape[1], dtype=bool)
        self.columns, self.free = UnitColumns(data), int(data.fit_intercept)
        if self.free:
            self.columns.append_ones()
        self.hessian = ChordHessian(self.columns)
        self.solves, self.fallbacks = 0, 0
        self._go_to(np.zeros(self.free), 0.0)
        self._answers = [self._answer()]

    @property
    def kappa(self) -> Array:
        """The scale of each column of X gathered."""
        return self.columns.kappa[self.free :]

    @property
    def w(self) -> Array:
        """The weights on all columns gathered, the intercept's first."""
        w = np.zeros(len(self.columns.kappa))
        w[self.hessian.active] = self.x
        return w

    def take(self, J: Array) -> None:
        """Gather the columns J of X, with weight 0."""
        if len(J):
            self.columns.append(J)
            self.hessian.grow()
            self.members = np.append(self.members, J)
            self.inside[J] = True

    def forget(self, near: Array) -> None:
        """Keep them all: along a logistic path few columns move away from their bounds again."""

    def start_from(self, coef: Array, l2: float) -> None:
        """Gather the columns where coef (p,) is not zero, and go there."""
        self.take(np.flatnonzero(coef))
        level = self.objective.intercept(coef) + self.data.means @ coef
        self._go_to(np.append([level] * self.free, coef[self.members] / self.kappa), l2)
        self._answers = [self._answer()]

    def solve(self, l1: float, l2: float, limit: int) -> Array:
        """Return the weights (m,) at the next grid point, from those at the last."""
        before, price = self.w, l1 * self.columns.kappa
        price[: self.free] = 0
        try:
            # a step that goes astray may overflow; it is not taken further
            with np.errstate(all="ignore"):
                solved = self._chord_steps(price, self._ridge(l2), min(limit, self.steps))
        except np.linalg.LinAlgError:
            solved = False
        if not solved:
            self._go_to(self._by_proximal_newton(before, l1, l2), l2)
        self._answers.append(self._answer())
        return self.w[self.free :]

    def certify(self, B: Array, l1: Array, l2: Array) -> tuple[Array, Array]:
        """Return the slopes (p, k) and the gaps (k,) of the last k answers B (m, k)."""
        self._answers = self._answers[-len(l1) - 1 :]
        odds, shares = (np.column_stack([s[i] for s in self._answers[1:]]) for i in (1, 2))
        shares, slack = self._balanced(odds, shares)
        coef = self.kappa[:, None] * B
        C = self.data.correlations((self.root * self.y)[:, None] * shares)
        C[self.members] -= l2 * coef
        steepest = steepest_slopes(C, l1, positive=False, rounding=self.rounding)
        others, inner = len(C) - len(coef), C[self.members]
        return C, gaps(inner, coef, slack, l1, l2, steepest, others, positive=False)

    def go_back_to(self, i: int) -> None:
        """Go to answer i of the last k, or for i = -1 to the one before them."""
        w = self._answers[i + 1][0]
        self._go_to(np.append(w, np.zeros(len(self.columns.kappa) - len(w))), 0.0)
        self._answers = [self._answer()]

    def _answer(self) -> tuple[Array, Array, Array]:
        return self.w, self.odds, self.shares

    def _ridge(self, l2: float) -> Array:
        """Return the ridge part of each column gathered: none for the intercept."""
        ridge = l2 * self.columns.kappa**2
        ridge[: self.free] = 0
        return ridge

    def _go_to(self, w: Array, l2: float) -> None:
        """Set the weights, and the active set and the Hessian that belong to them."""
        active = np.union1d(np.arange(self.free), np.flatnonzero(w))
        signs = np.where(active < self.free, 0, np.sign(w[active]))
        self.hessian.restart(active, signs, self._ridge(l2))
        self._look(w[self.hessian.active])
        self.hessian.refresh(self.curvatures, self._ridge(l2))

    def _look(self, x: Array) -> None:
        """Compute what follows from weights x on the active columns: two products with them."""
        packed = self.hessian.packed
        # e^500 times the smallest weight is as good as infinity, and does not overflow
        self.odds = np.exp(np.minimum(packed.dot(x) * self._against, 500))
        total = 1 + self.odds
        self.shares = self.odds / total
        self.curvatures = self.shares / total
        self.x, self.slopes = x, packed.transposed_dot(self._signed_root * self.shares)

    def _chord_steps(self, price: Array, ridge: Array, limit: int) -> bool:
        """Go to the minimiser on the working set; return whether it was reached."""
        hessian, last, at_refresh = self.hessian, np.inf, np.inf
        for step in range(limit):
            A = hessian.active
            prices, ridges = price[A], ridge[A]
            pull = self.slopes - prices * hessian.signs - ridges * self.x
            error = float(np.abs(pull).max(initial=0))
            if not np.isfinite(error):
                return False
            move = hessian.move(pull, self.curvatures)
            # the first step only follows the active set to the new price
            solved = step > 0 and self._is_solved(prices, ridges, move, error)
            if solved or step == 1:
                J, signs = self._violators(price, prices)
                if solved and not len(J):
                    return True
                if len(A) + len(J) > len(self.y) + self.free:
                    return False
                if len(J):
                    hessian.enter(J, signs, ridge)
                    self._look(np.append(self.x, np.zeros(len(hessian.active) - len(A))))
                    last = np.inf
                    continue
            slow = SLOW if len(A) > FEW else SLOW_FOR_FEW
            if step > 1 and hessian.age and error > slow * last:
                if error > at_refresh:
                    return False
                last = at_refresh = error
                hessian.refresh(self.curvatures, ridge)
                continue
            last, x = error, self.x + move
            while (turned := (x * hessian.signs < 0).nonzero()[0]).size:
                x = hessian.leave(turned, x)
            hessian.age += 1
            self.solves += 1
            self._look(x)
        return False

    def _violators(self, price: Array, prices: Array) -> tuple[Array, Array]:
        """Return the inactive columns whose slopes exceed their bounds by what matters, and signs.

        ``prices`` are those of the active columns among ``price``.
        """
        c = self.columns.transposed_dot(self._signed_root * self.shares)
        slack = self.target / (4 * max(float(prices @ np.abs(self.x)), self.target))
        over = np.abs(c) > price * (1 + min(slack, 1e-3))
        over &= ~(self.hessian.is_active | self.hessian.waits)
        J = over.nonzero()[0]
        return J, np.sign(c[J])

    def _is_solved(self, price: Array, ridge: Array, move: Array, error: float) -> bool:
        """Return whether the gap on the active set is small, and so is what a step would do."""
        x, size = self.x, np.abs(self.x)
        if error <= 16 * EPS * (1 + (ridge * size).max(initial=0)):
            return True  # rounding leaves nothing to gain
        paid = price > 0
        kappa = self.columns.kappa[self.hessian.active] * paid
        if (np.abs(move) * kappa).max(initial=0) > self.tol * (size * kappa).max(initial=0):
            return False
        slopes = self.slopes - ridge * x
        # balancing the classes, see _balanced, changes slopes by about as much as the intercept's
        drift = 2 * np.abs(slopes[~paid]).sum()
        a = 1 / max(1.0, ((np.abs(slopes[paid]) + drift) / price[paid]).max(initial=0))
        rows = self.root**2 @ self.odds + ridge @ x**2
        gap = price @ size - a * (x[paid] @ slopes[paid]) + (1 - a) ** 2 * rows
        return bool(gap <= self.target / 4)

    def _by_proximal_newton(self, before: Array, l1: float, l2: float) -> Array:
        """Return the weights at the next grid point, solved on the working set by `newton`."""
        self.fallbacks += 1
        columns, F = self.data.X[:, self.members].astype(float), self.objective
        penalty = L1L2(l1 + l2, l1 / (l1 + l2))
        problem = Objective(columns, self.y, penalty, F.loss, F.sample_weight, F.fit_intercept)
        with catch_warnings():  # the certificate will tell
            simplefilter("ignore")
            found = newton(problem, before[self.free :] * self.kappa, tol=self.tol / 2)
        self.solves += found.n_iter
        level = found.intercept + self.data.means[self.members] @ found.coef
        return np.append([level] * self.free, found.coef / self.kappa)

    def _balanced(self, odds: Array, shares: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Return shares (n, k) that are feasible for the dual, and what their rows add to the gap.

        With a free intercept their sums over the two classes must be equal: those of the heavier
        class are shrunk by what it takes, hardly anything after the last step.
        """
        sums, mass = self._class_weights @ shares, self._class_weights @ odds
        shrink = np.ones_like(sums)
        if self.free:
            shrink = sums.min(axis=0) / np.maximum(sums, 1e-300)
            shares = np.where(self.y[:, None] > 0, shrink[0], shrink[1]) * shares
        return shares, lambda a: (mass * (1 - a * shrink) ** 2).sum(axis=0)
