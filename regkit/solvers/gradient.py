r"""Gradient descent: walk against the gradient of a smooth objective.

.. math:: w_{k+1} = w_k - t_k \nabla F(w_k)

With :math:`t = 1/L`, L the Lipschitz constant of the gradient, F never rises and, where F is
μ-strongly convex, the distance to the minimiser shrinks by at least :math:`1 - \mu/L` a step
(Nesterov, 2004, theorem 2.1.15).
"""

from collections.abc import Callable, Iterator

from numpy import ndarray as Array

from .._validation import check_number
from ..objective import Objective
from .solution import Solution, run, starting_point


def gradient_descent(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | Callable[[int], float] | None = None,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    """Minimise a smooth objective (no L1 part) by gradient descent.

    Parameters
    ----------
    objective : Objective
        With an `L2` penalty, or α = 0.
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    step : float or callable, optional
        The step length t, or a schedule that gives it for iteration k = 1, 2, …; by default 1/L.
    tol : float, default 1e-8
        Relative tolerance on the duality gap and on the last move, see `regkit.solvers`.
    max_iter : int, default 10_000
    callback : callable, optional
        Called with every iterate.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If the penalty has an L1 part or forbids negative weights: that has no gradient at 0.

    Warns
    -----
    ConvergenceWarning
        If the tolerance is not reached, for instance because ``step`` exceeds 2/L.

    Notes
    -----
    Two to four products with X an iteration, O(np).

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L2
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(0.5), fit_intercept=False)
    >>> gradient_descent(F).coef.round(4)
    array([1.6, 0.5])
    """
    require_smooth("gradient_descent", objective)
    t = as_schedule(safe_step(objective) if step is None else step)
    iterates = descend(objective, starting_point(objective, w0), t)
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def descend(objective: Objective, w: Array, step: Callable[[int], float]) -> Iterator[Array]:
    """Yield w, then each w less the step times a (sub)gradient there."""
    k = 0
    while True:
        yield w
        k += 1
        w = w - step(k) * objective.subgradient(w)


def require_smooth(solver: str, objective: Objective) -> None:
    """Refuse a penalty that has no gradient at 0."""
    penalty = objective.penalty
    if penalty.l1 > 0 or penalty.positive:
        raise ValueError(
            f"{solver} needs a smooth penalty, L2 or alpha=0; got {penalty}. "
            "Use ista, fista or coordinate_descent."
        )


def safe_step(objective: Objective) -> float:
    """Return 1/L, L the Lipschitz constant of the gradient of all of F."""
    lipschitz = objective.smoothness + objective.penalty.l2
    return 1 / lipschitz if lipschitz > 0 else 1.0


def as_schedule(step: float | Callable[[int], float]) -> Callable[[int], float]:
    """Return ``step`` as a function of the iteration; a number is a constant one."""
    if callable(step):
        return step
    length = check_number("step", step, low=0, strict=True)
    return lambda k: length
