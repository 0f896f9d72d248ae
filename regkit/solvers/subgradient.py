r"""The subgradient method: gradient descent where there is no gradient.

.. math:: w_{k+1} = w_k - t_k q_k, \qquad q_k \in \partial F(w_k)

A subgradient step can climb, so the best iterate is what counts. With steps that shrink to zero but
sum to infinity the best objective converges to the minimum; with a fixed step it ends in a band
round it (Shor, 1985; Boyd and Vandenberghe, 2004).
"""

from collections.abc import Callable

from numpy import ndarray as Array

from ..objective import Objective
from .gradient import as_schedule, descend
from .schedules import inverse_sqrt
from .solution import Solution, run, starting_point


def subgradient_descent(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | Callable[[int], float] | None = None,
    tol: float = 1e-3,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    r"""Minimise any objective of the book by subgradient steps; keep the best iterate.

    Parameters
    ----------
    objective : Objective
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    step : float or callable, optional
        The step length t, or a schedule that gives it for iteration k = 1, 2, …; by default
        :math:`1/(L \sqrt k)`.
    tol : float, default 1e-3
        Relative tolerance on the duality gap of the best iterate. The method is slow: the gap
        shrinks like :math:`1/\sqrt k`.
    max_iter : int, default 10_000
    callback : callable, optional
        Called with every iterate, the climbing ones included.

    Returns
    -------
    Solution
        With the best iterate as ``coef``; almost never an exact zero in it.

    Raises
    ------
    ValueError
        If the penalty forbids negative weights: a subgradient step can leave that set.

    Warns
    -----
    ConvergenceWarning
        If the tolerance is not reached.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> from regkit.solvers import inverse
    >>> w = subgradient_descent(F, step=inverse(1.0), tol=1e-3).coef
    >>> bool(abs(w[0] - 2.0) < 0.05)
    True
    """
    if objective.penalty.positive:
        raise ValueError("subgradient_descent cannot keep weights positive; use ista or fista.")
    if step is None:
        lipschitz = objective.smoothness + objective.penalty.l2
        step = inverse_sqrt(1 / lipschitz if lipschitz > 0 else 1.0)
    iterates = descend(objective, starting_point(objective, w0), as_schedule(step))
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback, keep_best=True)
