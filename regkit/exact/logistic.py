r"""Logistic regression with an L1 part, along a path: chord Newton steps on a working set.

On an active set A with signs s a minimiser solves

.. math:: Z_A^\top u(w) = l_1 K_A s_A + l_2 K_A^2 w_A, \qquad u = -f'(z(w)),

which is not linear, because the slopes u bend. Newton's method solves it with the Hessian
:math:`H = Z_A^\top D Z_A + l_2 K_A^2`, :math:`D = \operatorname{diag} f''(z)`, afresh at every
step: O(nk²). But D changes slowly from one alpha to the next. A *chord* step uses the Hessian at
some earlier point, multiplied by how much larger the curvatures are now than then: two products of
a matrix and a vector. It gains a digit or more a step rather than doubling the digits (Kelley,
1995, section 5.4), so the Hessian is refreshed only when the steps gain too little.

The active set is searched for as in `regkit.exact.steps`: all weights whose sign turns leave at
once, all columns whose slope exceeds their bound enter at once. The intercept is one more column,
of ones, that has no price and never leaves. Where that does not get on, because classes separate
and the curvatures vanish, or because columns are nearly dependent, proximal Newton steps with a
line search solve the same working set, see `regkit.solvers.newton`.

The dual point is :math:`a\xi`, with :math:`\xi_i` the probability given to the wrong label.
What a row adds to the gap is the relative entropy of :math:`a\xi_i` to :math:`\xi_i`. It is
at most their chi-square distance, which needs no logarithm:

.. math:: \frac{(a\xi_i - \xi_i)^2}{\xi_i (1 - \xi_i)} = (1 - a)^2 e^{-y_i z_i}.
"""

from collections.abc import Callable
from dataclasses import replace
from warnings import catch_warnings

import numpy as np
from numpy import ndarray as Array
from sklearn.exceptions import ConvergenceWarning

from ..certificates import duality_gap
from ..losses import Logistic
from ..objective import Objective
from ..penalties import L1L2
from ..solvers.proximal_newton import newton
from ..solvers.solution import Solution
from .active import ActiveSet
from .data import EPS, DenseColumns, SparseColumns, ridge_part, unit_columns
from .problem import Answers, Problem
from .rounds import WorkingSet, path_on

RATIO = 0.6
"""Points further apart than this factor get points between them."""
SLOW = 0.15
"""A chord step that leaves more than this share of the error asks for a new Hessian."""
SLOW_FOR_FEW = 0.03
"""The same for at most FEW active columns, whose Hessian costs hardly more than a step."""
FEW = 50
STEPS = 60
"""Chord steps at most for one alpha, before proximal Newton takes over."""


class ChordHessian(ActiveSet):
    """The factor of the Hessian on an active set that changes, at curvatures of an earlier point.

    Parameters
    ----------
    columns : DenseColumns or SparseColumns
        Those of the working set; positions refer to them.

    Attributes
    ----------
    packed : DenseColumns or SparseColumns
        The active columns, side by side.
    age : int
        Steps since the curvatures were those of the last step.
    active, signs, is_active, waits, factor
        See `ActiveSet`.
    """

    def __init__(self, columns: DenseColumns | SparseColumns) -> None:
        super().__init__()
        self.columns = columns
        self.widen(len(columns.kappa))

    def restart(self, J: Array, signs: Array, curvatures: Array, ridge: Array) -> None:
        """Make J the active set, as far as it is independent, at these curvatures (n,).

        ``ridge`` (m,) is the ridge part of each column of the working set.
        """
        self.clear()
        self.packed = unit_columns(self.columns.data)
        self._look_at(curvatures)
        if len(J):
            self.let_in(J, signs, ridge)

    def refresh(self, curvatures: Array, ridge: Array) -> bool:
        """Factorise afresh at the curvatures of now; return whether the columns are independent."""
        self._look_at(curvatures)
        H = self.packed.weighted_products(0, curvatures)
        H[np.diag_indices(len(H))] += ridge[self.active]
        return self.factor.replace(H)

    def let_in(self, J: Array, signs: Array, ridge: Array) -> None:
        """Append columns J to the active set; dependent ones wait."""
        k = len(self.active)
        self.packed.append_from(self.columns, J)
        products = self.packed.weighted_products(k, self._curvatures)
        block = products[:, k:]
        block[np.diag_indices(len(J))] += ridge[J]
        taken = self.enter(J, signs, products[:, :k], block)
        if len(taken) < len(J) or (np.diff(taken) < 0).any():
            self.packed.keep(np.append(np.arange(k), k + taken))

    def let_out(self, places: Array, x: Array) -> Array:
        r"""Take columns out, and return the minimiser x (k,) of the parabola without them.

        To hold :math:`x_L` at 0 moves the others K by :math:`H_{KK}^{-1} H_{KL}\, x_L`.
        """
        R, rest = self.factor.R, np.delete(np.arange(len(x)), places)
        freed = R.T @ (R[:, places] @ x[places])
        self.leave(places)
        self.packed.keep(rest)
        return x[rest] + self.factor.solve(freed[rest])

    def _look_at(self, curvatures: Array) -> None:
        self._curvatures, self._total, self.age = curvatures, curvatures.sum(), 0

    def move(self, pull: Array, curvatures: Array) -> Array:
        """Return the chord step (k,) that answers a pull: minus the gradient on the active set."""
        return self.factor.solve(pull) * (self._total / curvatures.sum())


class LogisticSet(WorkingSet):
    """A working set whose weights are found by chord steps.

    Parameters
    ----------
    problem : Problem
        With `Logistic`.

    Attributes
    ----------
    x : ndarray of shape (k,)
        Weights on the active columns, of length 1; among them the intercept's, if there is one.
    slopes : ndarray of shape (k,)
        The slopes of the loss there.
    odds, shares, curvatures : ndarray of shape (n,)
        Of the wrong label at x: its odds, its probability, and how much the latter bends.
    columns, members, inside, free, w, solves, rounding
        See `WorkingSet`.
    """

    usual = 10

    def __init__(self, problem: Problem) -> None:
        data, self.objective = problem.data, problem.objective
        super().__init__(data, rounding=0.0)
        self.target, self.tol, self.solves = problem.target, problem.tol, 0
        self.max_iter = problem.max_iter
        self.root, self.y = data.root, self.objective.y.astype(float)
        # from the weighted columns' Xw to minus the margins, and from shares to what pulls on them
        unroot = np.divide(1, self.root, out=np.zeros_like(self.root), where=self.root > 0)
        self._against, self._signed_root = -self.y * unroot, self.root * self.y
        self._class_weights = self.root**2 * np.array([self.y > 0, self.y < 0])
        self.free = int(data.fit_intercept)
        if self.free:
            self.columns.append_ones()
        self.hessian = ChordHessian(self.columns)
        self.go_to(np.zeros(self.free), 0.0)

    def take(self, J: Array) -> None:
        """Gather the columns J of X, with weight 0."""
        super().take(J)
        self.hessian.widen(len(J))
        self.w = np.append(self.w, np.zeros(len(J)))

    def unit_weights(self, coef: Array) -> Array:
        """Return the weights on the columns gathered that make up coef (p,), with its intercept."""
        level = self.objective.weights @ self.objective.predictor(coef)
        return np.append([level] * self.free, super().unit_weights(coef))

    def go_to(self, w: Array, l2: float) -> None:
        """Set the weights: w, with 0 for columns gathered since."""
        self.w = w = np.append(w, np.zeros(len(self.columns.kappa) - len(w)))
        active = np.union1d(np.arange(self.free), np.flatnonzero(w))
        signs = np.where(active < self.free, 0, np.sign(w[active]))
        curvatures = self._at(self.columns.dot(w))[2]
        self.hessian.restart(active, signs, curvatures, self._ridge(l2))
        self._look(w[self.hessian.active])

    def solve(self, l1: float, l2: float, limit: int) -> Array:
        """Return the weights at the next grid point, from those at the last."""
        price = l1 * self.columns.kappa
        price[: self.free] = 0
        # a step that goes astray may overflow; it is not taken further
        with np.errstate(all="ignore"):
            solved = self._chord_steps(price, self._ridge(l2), min(limit, STEPS, self.max_iter))
        if solved:
            self.w = np.zeros(len(self.columns.kappa))
            self.w[self.hessian.active] = self.x
        else:  # all of it, though the chord steps go on without columns that depend on others
            self.go_to(self._by_proximal_newton(l1, l2), l2)
        return self.w

    def dual_point(self, Z: Array) -> tuple[Array, Callable[[Array], Array]]:
        """Return shares (n, k) that are feasible for the dual, and what their rows add to the gap.

        With a free intercept their sums over the two classes must be equal: those of the heavier
        class are shrunk by what it takes, hardly anything after the last step.
        """
        odds, shares, _ = (part.T for part in self._at(Z.T))
        sums, mass = self._class_weights @ shares, self._class_weights @ odds
        shrink = np.ones_like(sums)
        if self.free:
            shrink = sums.min(axis=0) / np.maximum(sums, np.finfo(float).tiny)
            shares = np.where(self.y[:, None] > 0, shrink[0], shrink[1]) * shares
        return self._signed_root[:, None] * shares, lambda a: (mass * (1 - a * shrink) ** 2).sum(0)

    def _at(self, fits: Array) -> tuple[Array, Array, Array]:
        """Return odds, shares and curvatures at fits of the weighted columns, (n,) or (k, n)."""
        # e^500 times the smallest weight is as good as infinity, and does not overflow
        odds = np.exp(np.minimum(fits * self._against, 500))
        total = 1 + odds
        shares = odds / total
        return odds, shares, shares / total

    def _look(self, x: Array) -> None:
        """Compute what follows from weights x on the active columns: two products with them."""
        packed = self.hessian.packed
        self.odds, self.shares, self.curvatures = self._at(packed.dot(x))
        self.x, self.slopes = x, packed.transposed_dot(self._signed_root * self.shares)

    def _ridge(self, l2: float) -> Array:
        """Return the ridge part of each column gathered: none for the intercept."""
        ridge = ridge_part(l2, self.columns.kappa)
        ridge[: self.free] = 0
        return ridge

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
                    hessian.let_in(J, signs, ridge)
                    self._look(np.append(self.x, np.zeros(len(hessian.active) - len(A))))
                    last = np.inf
                    continue
            slow = SLOW if len(A) > FEW else SLOW_FOR_FEW
            if step > 1 and hessian.age and error > slow * last:
                if error > at_refresh or not hessian.refresh(self.curvatures, ridge):
                    return False
                last = at_refresh = error
                continue
            last, x = error, self.x + move
            while (turned := (x * hessian.signs < 0).nonzero()[0]).size:
                x = hessian.let_out(turned, x)
            hessian.age += 1
            self.solves += 1
            self._look(x)
        return False

    def _violators(self, price: Array, prices: Array) -> tuple[Array, Array]:
        """Return the inactive columns whose slopes exceed their bounds by what matters, and signs.

        ``prices`` are those of the active columns among ``price``.
        """
        c = self.columns.transposed_dot(self._signed_root * self.shares)
        paid = max(float(prices @ np.abs(self.x)), self.target, np.finfo(float).tiny)
        slack = self.target / (4 * paid)
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

    def _by_proximal_newton(self, l1: float, l2: float) -> Array:
        """Return the weights at the next grid point, solved on the working set by `newton`."""
        X = self.data.X[:, self.members].astype(float)
        narrow = replace(self.objective, X=X, penalty=L1L2(l1 + l2, l1 / (l1 + l2)))
        found = _by_newton(narrow, self.w[self.free :] * self.kappa, self.tol / 2, self.max_iter)
        self.solves += found.n_iter
        level = found.intercept + self.data.means[self.members] @ found.coef
        return np.append([level] * self.free, found.coef / self.kappa)


def logistic_active_set_path(
    objective: Objective, alphas: Array, *, tol: float = 1e-9, max_iter: int = 100
) -> Answers:
    """Solve a logistic objective for each of a decreasing grid of alphas.

    Parameters
    ----------
    objective : Objective
        With `Logistic` and any penalty without ``positive``; its alpha is not used.
    alphas : ndarray of shape (k,)
        Decreasing, at least 0.
    tol : float, default 1e-9
        Wanted duality gap, relative to the objective of the best intercept-only model; and the
        share of the largest coefficient that one more step may move one by.
    max_iter : int, default 100
        Newton steps at most for one alpha, on a grid that is refined where it is coarse.

    Returns
    -------
    Answers

    Raises
    ------
    ValueError
        If the loss is another, the penalty is ``positive``, or alphas is not such a grid.

    Warns
    -----
    ConvergenceWarning
        If the gap is larger than it should be for some alpha.

    Notes
    -----
    A product with X, O(np), for every ten alphas; two products with the m columns of the working
    set, O(nm), a step; O(nk²) for a new Hessian of the k active ones, now and then.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> X = np.array([[-2.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 1.0]])
    >>> F = Objective(X, [-1.0, -1.0, 1.0, 1.0], L1(1.0), Logistic())
    >>> logistic_active_set_path(F, np.array([0.75, 0.1])).coefs.round(3)
    array([[0.   , 1.778],
           [0.   , 0.   ]])
    """
    problem = Problem.of(objective, alphas, None, tol, max_iter)
    path = _path(problem)
    problem.warn_if_short(path.dual_gaps)
    return path


def logistic_active_set(
    objective: Objective, w0: Array | None = None, *, tol: float = 1e-9, max_iter: int = 100
) -> Solution:
    """Solve a logistic objective for one alpha, on a grid that leads to it.

    Parameters
    ----------
    objective : Objective
        As for `logistic_active_set_path`, with the alpha of its penalty.
    w0 : ndarray of shape (p,), optional
        Where to look first.
    tol, max_iter
        As for `logistic_active_set_path`.

    Returns
    -------
    Solution
        ``n_iter`` counts Newton steps.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> X = np.array([[-2.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 1.0]])
    >>> F = Objective(X, [-1.0, -1.0, 1.0, 1.0], L1(0.1), Logistic())
    >>> solution = logistic_active_set(F)
    >>> solution.coef.round(3), solution.converged
    (array([1.778, 0.   ]), True)
    """
    problem = Problem.of(objective, np.array([objective.penalty.alpha]), w0, tol, max_iter)
    path = _path(problem)
    w = path.coefs[:, 0]
    gap = duality_gap(objective, w)
    problem.warn_if_short(np.array([gap]))
    return Solution(
        coef=w,
        intercept=objective.intercept(w),
        dual_gap=gap,
        n_iter=int(path.n_iter[0]),
        converged=gap <= problem.target,
        history=np.array([objective.value(w)]),
    )


def _path(problem: Problem) -> Answers:
    objective, grid, penalty = problem.objective, problem.grid, problem.objective.penalty
    if not isinstance(objective.loss, Logistic) or penalty.positive:
        raise ValueError(
            f"logistic_path needs Logistic and no positive=True; got {objective.loss}, {penalty}."
        )
    W, steps = np.zeros((objective.shape[1], len(grid))), np.zeros(len(grid), dtype=int)
    found, priced = np.full(len(grid), np.inf), grid.l1 > 0
    if priced.any():
        W[:, priced], found[priced], steps[priced] = _in_rounds(problem.at(priced))
    for i in np.flatnonzero(~(found <= problem.target)):
        w0 = W[:, i - 1] if i and not W[:, i].any() else W[:, i]
        here = replace(penalty, alpha=float(grid.l1[i] + grid.l2[i]))
        newer = _by_newton(objective.with_penalty(here), w0, problem.tol, problem.max_iter)
        steps[i] += newer.n_iter
        if newer.dual_gap < found[i] or not np.isfinite(found[i]):
            W[:, i], found[i] = newer.coef, newer.dual_gap
    return Answers(W, found, np.maximum(steps, 1))


def _in_rounds(problem: Problem) -> Answers:
    """Solve on a working set, with points added where the grid is coarse."""
    F, l2 = problem.objective, problem.grid.l2[0]
    start = None if problem.start is None else problem.start * F.varies

    def slopes(w: Array) -> Array:
        return -F.gradient(w) - l2 * w

    return path_on(
        LogisticSet(problem), replace(problem, start=start), F.null_slopes, slopes, RATIO
    )


def _by_newton(objective: Objective, w0: Array, tol: float, max_iter: int) -> Solution:
    """Return what proximal Newton makes of w0, or of zeros where they are better."""
    if not objective.value(w0) <= objective.null_value:
        w0 = np.zeros(len(w0))
    # the certificate will tell
    with catch_warnings(action="ignore", category=ConvergenceWarning):
        return newton(objective, w0, tol=tol, max_iter=max_iter)
