r"""Proximal gradient: a gradient step for the loss, then the penalty's prox.

.. math:: w_{k+1} = \operatorname{prox}_{t g}\bigl(w_k - t \nabla f(w_k)\bigr)

ISTA is this step repeated, and its error falls like 1/k. FISTA takes the step from a point pushed
ahead along the last move, and its error falls like 1/k² (Beck and Teboulle, 2009). Restarted
whenever the push points uphill, it no longer overshoots (O'Donoghue and Candès, 2015). Both set
coefficients exactly to zero, because the prox does.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy import ndarray as Array

from .._validation import check_number
from ..objective import Objective
from .solution import Solution, run, starting_point


def ista(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | None = None,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    """Minimise by proximal gradient steps of fixed length.

    Parameters
    ----------
    objective : Objective
        Any loss, any penalty.
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    step : float, optional
        The step length t; by default 1/L, with which F never rises.
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
        If w0, step, tol or max_iter is not what it should be.

    Warns
    -----
    ConvergenceWarning
        If the tolerance is not reached.

    Notes
    -----
    Two to four products with X an iteration, O(np).

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> ista(F).coef
    array([2., 0.])
    """
    iterates = _ista(objective, starting_point(objective, w0), _step(objective, step))
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def fista(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | None = None,
    restart: bool = True,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    """Minimise by accelerated proximal gradient steps.

    Parameters
    ----------
    objective : Objective
        Any loss, any penalty.
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    step : float, optional
        The step length t; by default 1/L.
    restart : bool, default True
        Forget the momentum whenever it points uphill.
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
        If w0, step, tol or max_iter is not what it should be.

    Warns
    -----
    ConvergenceWarning
        If the tolerance is not reached.

    Notes
    -----
    Two to four products with X an iteration, O(np).

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> fista(F).coef
    array([2., 0.])
    """
    iterates = _fista(objective, starting_point(objective, w0), _step(objective, step), restart)
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def _proximal_step(objective: Objective, v: Array, t: float) -> Array:
    return objective.penalty.prox(v - t * objective.gradient(v), t)


def _ista(objective: Objective, w: Array, t: float) -> Iterator[Array]:
    while True:
        yield w
        w = _proximal_step(objective, w, t)


def _fista(objective: Objective, w: Array, t: float, restart: bool) -> Iterator[Array]:
    ahead, momentum = w, 1.0
    while True:
        yield w
        previous, w = w, _proximal_step(objective, ahead, t)
        # the step (ahead - w) stands for the gradient at ahead: a move along it is a move uphill
        if restart and (ahead - w) @ (w - previous) > 0:
            momentum = 1.0
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = w + (momentum - 1) / following * (w - previous)
        momentum = following


def _step(objective: Objective, step: float | None) -> float:
    if step is not None:
        return check_number("step", step, low=0, strict=True)
    return 1 / objective.smoothness if objective.smoothness > 0 else 1.0
