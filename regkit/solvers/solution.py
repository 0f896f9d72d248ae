"""What a solver returns, and the loop that the iterative ones share.

An iterative solver is a generator of coefficient vectors, endless or until it can get no lower.
`run` draws from it, keeps the record, asks the certificate when to stop, and warns if it had to
stop before.
"""

import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array
from sklearn.exceptions import ConvergenceWarning

from .._validation import check_integer, check_number, check_vector
from ..certificates import allowed_gap, duality_gap
from ..losses import SquaredError
from ..objective import Objective


@dataclass(frozen=True)
class Solution:
    """Coefficients and the evidence for them.

    Attributes
    ----------
    coef : ndarray of shape (p,)
    intercept : float
    dual_gap : float
        No minimiser lies further than this below the objective at ``coef``.
    n_iter : int
        Iterations made: steps, or sweeps of coordinate descent; 0 for a closed form.
    converged : bool
        Whether the solver reached the tolerance it was given.
    history : ndarray of shape (n_iter + 1,)
        The objective at the start and after each iteration; one entry for a closed form.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> from regkit.solvers import fista
    >>> solution = fista(Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False))
    >>> solution.coef.round(6), solution.converged, solution.dual_gap < 1e-6
    (array([2., 0.]), True, True)
    >>> len(solution.history) == solution.n_iter + 1
    True
    """

    coef: Array
    intercept: float
    dual_gap: float
    n_iter: int
    converged: bool
    history: Array


def starting_point(objective: Objective, w0: Array | None) -> Array:
    """Return a copy of ``w0``, or zeros, as the first iterate."""
    p = objective.shape[1]
    return np.zeros(p) if w0 is None else check_vector("w0", w0, p).astype(float)


def run(
    objective: Objective,
    iterates: Iterator[Array],
    *,
    tol: float,
    max_iter: int,
    callback: Callable[[Array], None] | None = None,
    keep_best: bool = False,
) -> Solution:
    r"""Draw iterates until they are certified, at most ``max_iter`` after the first.

    Parameters
    ----------
    objective : Objective
    iterates : iterator of ndarray of shape (p,)
        The starting point first. It may end where more steps would gain nothing.
    tol : float
        Stop when the duality gap is at most ``tol`` times the objective of the best
        intercept-only model *and* no coefficient moved by more than ``tol`` times the largest.
        A gap alone would certify the objective but not the coefficients.
    max_iter : int
    callback : callable, optional
        Called with every iterate, the starting point included.
    keep_best : bool, default False
        Return the iterate of lowest objective, not the last: for methods whose steps may climb.

    Returns
    -------
    Solution

    Warns
    -----
    ConvergenceWarning
        If the tolerance is not reached, or the iterates run away; the best iterate so far is
        returned then. It says which of the two conditions failed, by how much, and a remedy.
    """
    tol = check_number("tol", tol, low=0)
    max_iter = check_integer("max_iter", max_iter, low=1)
    if objective.null_value == 0:  # y is constant: the intercept alone is exact
        zero = np.zeros(objective.shape[1])
        return Solution(zero, objective.intercept(zero), 0.0, 0, True, np.zeros(1))
    target = tol * objective.null_value
    trace = _Trace(objective, iterates, tol, callback)
    answer, gap = trace.last, np.inf
    while not gap <= target and len(trace.history) <= max_iter and trace.advance():
        if trace.improved if keep_best else trace.rests:
            answer, gap = trace.last, duality_gap(objective, trace.last)
    if not gap <= target:
        answer, gap = trace.best, duality_gap(objective, trace.best)
    if trace.stuck and gap > target:
        # all that differs is rounding, and the last may be certified
        last = trace.last, duality_gap(objective, trace.last)
        answer, gap = min((answer, gap), last, key=lambda pair: pair[1])
    converged = gap <= target and (keep_best or trace.rests)
    if not converged and (tol > 0 or gap > allowed_gap(0, objective)):
        warn_short(f"{trace.told(gap, target)}. {_remedy(objective, answer, trace)}")
    return Solution(
        coef=answer,
        intercept=objective.intercept(answer),
        dual_gap=gap,
        n_iter=len(trace.history) - 1,
        converged=converged,
        history=np.array(trace.history),
    )


class _Trace:
    """What the iterates drawn so far have come to."""

    def __init__(
        self,
        objective: Objective,
        iterates: Iterator[Array],
        tol: float,
        callback: Callable[[Array], None] | None,
    ) -> None:
        self.last = self.best = next(iterates)
        self.history = [objective.value(self.last)]
        self.lowest, self.improved = self.history[0], False
        self.move, self.rest = np.inf, 0.0
        self.runaway = self.stuck = False
        self._objective, self._iterates, self._tol = objective, iterates, tol
        self._callback = callback or (lambda w: None)
        self._callback(self.last.copy())

    @property
    def rests(self) -> bool:
        """Whether the last iterate is hardly another than the one before."""
        return bool(self.move <= self.rest)

    def advance(self) -> bool:
        """Draw one more iterate; return False if there is none, or it has no finite value."""
        w = next(self._iterates, None)
        if w is None:
            self.stuck = True
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            value = self._objective.value(w)
        previous, self.last = self.last, w
        if not np.isfinite(value):
            self.runaway = True
            return False
        self.improved = value < self.lowest
        if self.improved:
            self.best, self.lowest = w, value
        self.history.append(value)
        self._callback(w.copy())
        self.move, self.rest = np.abs(w - previous).max(), self._tol * np.abs(w).max()
        return True

    def told(self, gap: float, target: float) -> str:
        """Say after how many iterations it stopped, and what it missed."""
        missed = (
            f", the last of which moved a coefficient by {self.move:.3g}; wanted at most "
            f"{self.rest:.3g}"
            if gap <= target
            else f" with a duality gap of {gap:.3g}; wanted at most {target:.3g}"
        )
        return f"Stopped after {len(self.history) - 1} iterations{missed}"


def warn_short(message: str) -> None:
    """Warn that a solver stopped short, at the line outside regkit that called it."""
    package, frame, level = __name__.partition(".")[0], inspect.currentframe(), 1
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, ConvergenceWarning, stacklevel=level)


def _remedy(objective: Objective, w: Array, trace: _Trace) -> str:
    if trace.runaway:
        return "The iterates grew without bound: take a smaller step."
    if objective.penalty.alpha == 0 and not isinstance(objective.loss, SquaredError):
        margins = (objective.y * objective.predictor(w))[objective.weights > 0]
        if (margins > 0).all():
            return (
                "A plane separates the classes: the larger the coefficients, the lower the loss, "
                "and none are best. Use alpha > 0."
            )
    if trace.stuck:
        return (
            "Rounding hides what more could gain: raise tol, standardise the columns, or use a "
            "larger alpha."
        )
    return "Raise max_iter, raise tol, standardise the columns, or use a larger alpha."
