"""What a solver returns, and the loop that the iterative ones share.

An iterative solver is an endless generator of coefficient vectors. `run` draws from it, keeps the
record, asks the certificate when to stop, and warns if it had to stop before.
"""

import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy import ndarray as Array
from sklearn.exceptions import ConvergenceWarning

from .._validation import check_integer, check_number, check_vector
from ..certificates import duality_gap
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
        The starting point first.
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
        returned then. It names the gap reached, the gap wanted and a remedy.
    """
    tol = check_number("tol", tol, low=0)
    max_iter = check_integer("max_iter", max_iter, low=1)
    w = best = next(iterates)
    if objective.null_value == 0:  # y is constant: the intercept alone is exact
        zero = np.zeros_like(w)
        return Solution(zero, objective.intercept(zero), 0.0, 0, True, np.zeros(1))
    target = tol * objective.null_value
    lowest = objective.value(w)
    history, gap, converged, runaway = [lowest], np.inf, False, False
    if callback:
        callback(w.copy())
    while len(history) <= max_iter and not (converged or runaway):
        previous, w = w, next(iterates)
        with np.errstate(over="ignore", invalid="ignore"):
            value = objective.value(w)
        if not np.isfinite(value):
            runaway = True
            break
        improved = value < lowest
        if improved:
            best, lowest = w, value
        history.append(value)
        if callback:
            callback(w.copy())
        at_rest = np.abs(w - previous).max() <= tol * np.abs(w).max()
        if improved if keep_best else at_rest:
            gap = duality_gap(objective, w)
            converged = gap <= target
    answer = w if converged else best
    if not converged:
        gap = duality_gap(objective, answer)
        warn_short(_shortfall(len(history) - 1, gap, target, runaway))
    return Solution(
        coef=answer,
        intercept=objective.intercept(answer),
        dual_gap=gap,
        n_iter=len(history) - 1,
        converged=converged,
        history=np.array(history),
    )


def warn_short(message: str) -> None:
    """Warn that a solver stopped short, at the line outside regkit that called it."""
    package, frame, level = __name__.partition(".")[0], inspect.currentframe(), 1
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == package:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, ConvergenceWarning, stacklevel=level)


def _shortfall(n_iter: int, gap: float, target: float, runaway: bool) -> str:
    remedy = (
        "The iterates grew without bound: take a smaller step."
        if runaway
        else "Raise max_iter, raise tol, standardise the columns, or use a larger alpha."
    )
    return (
        f"Stopped after {n_iter} iterations with a duality gap of {gap:.3g}; "
        f"wanted at most {target:.3g}. {remedy}"
    )
