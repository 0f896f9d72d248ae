r"""Momentum: a gradient step, and a share of the last move on top.

Polyak's heavy ball (1964) takes the gradient where it stands, Nesterov's method (1983) where the
last move would carry it:

.. math::

   w_{k+1} &= w_k - t_k \nabla F(w_k) + \beta (w_k - w_{k-1}), \\
   w_{k+1} &= v_k - t_k \nabla F(v_k), \qquad v_k = w_k + \beta (w_k - w_{k-1}).

Where all curvatures of F lie between μ and L and :math:`\kappa = L/\mu`, the right β brings the
error down by a factor of about :math:`1 - 2/\sqrt\kappa` a step (heavy ball, quadratic F) or
:math:`1 - 1/\sqrt\kappa` (Nesterov), where gradient descent has :math:`1 - 1/\kappa`.
"""

from collections.abc import Callable, Iterator
from typing import TypedDict

import numpy as np
from numpy import ndarray as Array

from .._validation import check_number, check_share
from ..objective import Objective
from .gradient import as_schedule, require_smooth, safe_step
from .solution import Solution, run, starting_point


def heavy_ball(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | Callable[[int], float] | None = None,
    momentum: float = 0.9,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    r"""Minimise a smooth objective by gradient steps with momentum.

    Parameters
    ----------
    objective : Objective
        With an `L2` penalty, or α = 0.
    w0 : ndarray of shape (p,), optional
        Where to start, at rest; zeros by default.
    step : float or callable, optional
        The step length t, or a schedule that gives it for iteration k = 1, 2, …; by default 1/L.
    momentum : float, default 0.9
        The share β of the last move, in [0, 1); 0 is gradient descent. `tuned_heavy_ball` gives the
        best pair of step and β for a quadratic.
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
        If the tolerance is not reached, for instance because ``step`` exceeds :math:`2(1+\beta)/L`.

    Notes
    -----
    Two to four products with X an iteration, O(np). The objective may rise on the way. Beyond
    quadratics even the tuned pair may fail to converge (Lessard, Recht and Packard, 2016).

    References
    ----------
    Polyak (1964).

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L2
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(0.5), fit_intercept=False)
    >>> heavy_ball(F, momentum=0.3).coef.round(4)
    array([1.6, 0.5])
    """
    require_smooth("heavy_ball", objective)
    t = as_schedule(safe_step(objective) if step is None else step)
    beta = check_share("momentum", momentum)
    iterates = _heavy_ball(objective, starting_point(objective, w0), t, beta)
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def nesterov(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | Callable[[int], float] | None = None,
    momentum: float = 0.9,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    r"""Minimise a smooth objective by gradient steps taken from a point pushed ahead.

    Parameters
    ----------
    objective : Objective
        With an `L2` penalty, or α = 0.
    w0 : ndarray of shape (p,), optional
        Where to start, at rest; zeros by default.
    step : float or callable, optional
        The step length t, or a schedule that gives it for iteration k = 1, 2, …; by default 1/L.
    momentum : float, default 0.9
        The share β of the last move, in [0, 1); 0 is gradient descent. `tuned_nesterov` gives it
        for a μ-strongly convex objective.
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
        If the tolerance is not reached.

    Notes
    -----
    Two to four products with X an iteration, O(np). The objective may rise on the way. With a
    momentum that grows by itself, and a prox, this is `fista`.

    References
    ----------
    Nesterov (1983; 2004, section 2.2).

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L2
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(0.5), fit_intercept=False)
    >>> nesterov(F, momentum=0.3).coef.round(4)
    array([1.6, 0.5])
    """
    require_smooth("nesterov", objective)
    t = as_schedule(safe_step(objective) if step is None else step)
    beta = check_share("momentum", momentum)
    iterates = _nesterov(objective, starting_point(objective, w0), t, beta)
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


class Tuning(TypedDict):
    """A step and a momentum that go together."""

    step: float
    momentum: float


def tuned_heavy_ball(largest: float, smallest: float) -> Tuning:
    r"""Return the step and momentum with which `heavy_ball` is fastest on a quadratic.

    .. math:: t = \frac{4}{(\sqrt L + \sqrt\mu)^2}, \qquad
              \beta = \Bigl( \frac{\sqrt L - \sqrt\mu}{\sqrt L + \sqrt\mu} \Bigr)^2

    Parameters
    ----------
    largest, smallest : float
        The curvatures L and μ, both positive: the extreme eigenvalues of the Hessian.

    Returns
    -------
    dict
        ``step`` and ``momentum``, to be passed on.

    References
    ----------
    Polyak (1964).

    Examples
    --------
    >>> tuned_heavy_ball(9.0, 1.0)
    {'step': 0.25, 'momentum': 0.25}
    """
    root_L, root_mu = _roots(largest, smallest)
    beta = ((root_L - root_mu) / (root_L + root_mu)) ** 2
    return {"step": 4 / (root_L + root_mu) ** 2, "momentum": beta}


def tuned_nesterov(largest: float, smallest: float) -> Tuning:
    r"""Return the step and momentum of `nesterov` for curvatures between μ and L.

    .. math:: t = \frac1L, \qquad
              \beta = \frac{\sqrt L - \sqrt\mu}{\sqrt L + \sqrt\mu}

    Parameters
    ----------
    largest, smallest : float
        The curvatures L and μ, both positive.

    Returns
    -------
    dict
        ``step`` and ``momentum``, to be passed on.

    References
    ----------
    Nesterov (2004, scheme 2.2.11).

    Examples
    --------
    >>> tuned_nesterov(4.0, 1.0)
    {'step': 0.25, 'momentum': 0.3333333333333333}
    """
    root_L, root_mu = _roots(largest, smallest)
    return {"step": 1 / root_L**2, "momentum": (root_L - root_mu) / (root_L + root_mu)}


def _heavy_ball(
    objective: Objective, w: Array, step: Callable[[int], float], beta: float
) -> Iterator[Array]:
    k, move = 0, np.zeros_like(w)
    while True:
        yield w
        k += 1
        move = beta * move - step(k) * objective.subgradient(w)
        w = w + move


def _nesterov(
    objective: Objective, w: Array, step: Callable[[int], float], beta: float
) -> Iterator[Array]:
    k, ahead = 0, w
    while True:
        yield w
        k += 1
        previous, w = w, ahead - step(k) * objective.subgradient(ahead)
        ahead = w + beta * (w - previous)


def _roots(largest: float, smallest: float) -> tuple[float, float]:
    """Return √L and √μ of two curvatures in order."""
    largest = check_number("largest", largest, low=0, strict=True)
    smallest = check_number("smallest", smallest, low=0, high=largest, strict=True)
    return float(np.sqrt(largest)), float(np.sqrt(smallest))
