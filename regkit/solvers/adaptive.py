r"""Adaptive steps: each coordinate's step is divided by the size of its recent gradients.

With g the gradient at :math:`w_k`, all operations elementwise, and starting from zeros,

.. math::

   \text{RMSProp:} \quad & q \leftarrow \rho q + (1 - \rho) g^2, &
   w_{k+1} &= w_k - t_k \frac{g}{\sqrt q + \varepsilon}, \\
   \text{Adam:} \quad & m \leftarrow \beta_1 m + (1 - \beta_1) g, \;
   q \leftarrow \beta_2 q + (1 - \beta_2) g^2, &
   w_{k+1} &= w_k - t_k \frac{\hat m}{\sqrt{\hat q} + \varepsilon},

where :math:`\hat m = m / (1 - \beta_1^k)` and :math:`\hat q = q / (1 - \beta_2^k)` in step k undo
the pull of the zero start. The quotient has no unit, so t is a length in the units of w, and a
constant t does not come to rest at the minimum but near it: let it decay.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy import ndarray as Array

from .._validation import check_number, check_share
from ..objective import Objective
from .gradient import as_schedule, require_smooth
from .solution import Solution, run, starting_point


def rmsprop(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | Callable[[int], float] = 0.01,
    decay: float = 0.9,
    epsilon: float = 1e-8,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    """Minimise a smooth objective by RMSProp, with the full gradient.

    Parameters
    ----------
    objective : Objective
        With an `L2` penalty, or α = 0.
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    step : float or callable, default 0.01
        The step length t, in the units of w, or a schedule that gives it for k = 1, 2, ….
    decay : float, default 0.9
        The share ρ of the old mean square that is kept, in [0, 1).
    epsilon : float, default 1e-8
        Added to the root mean square, so that nothing is divided by 0; positive.
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
        If the tolerance is not reached: with a constant ``step`` that is the rule.

    Notes
    -----
    Two to four products with X an iteration, O(np).

    References
    ----------
    Tieleman and Hinton (2012, lecture 6.5).

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L2
    >>> from regkit.solvers import step_decay
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(0.5), fit_intercept=False)
    >>> rmsprop(F, step=step_decay(0.1, every=50)).coef.round(4)
    array([1.6, 0.5])
    """
    require_smooth("rmsprop", objective)
    rho = check_share("decay", decay)
    epsilon = check_number("epsilon", epsilon, low=0, strict=True)
    w = starting_point(objective, w0)
    iterates = _rmsprop(objective, w, as_schedule(step), rho, epsilon)
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def adam(
    objective: Objective,
    w0: Array | None = None,
    *,
    step: float | Callable[[int], float] = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
    tol: float = 1e-8,
    max_iter: int = 10_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    r"""Minimise a smooth objective by Adam, with the full gradient, the penalty's included.

    Parameters
    ----------
    objective : Objective
        With an `L2` penalty, or α = 0.
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    step : float or callable, default 0.01
        The step length t, in the units of w, or a schedule that gives it for k = 1, 2, ….
    beta1, beta2 : float, default 0.9 and 0.999
        The shares of the old mean gradient and of the old mean square that are kept, in [0, 1).
    epsilon : float, default 1e-8
        Added to the root mean square, so that nothing is divided by 0; positive.
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
    Two to four products with X an iteration, O(np). This is not AdamW, which leaves the penalty out
    of g and subtracts :math:`t \alpha w` afterwards: that minimises something else.

    References
    ----------
    Kingma and Ba (2015, algorithm 1); Loshchilov and Hutter (2019) on AdamW.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L2
    >>> from regkit.solvers import step_decay
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(0.5), fit_intercept=False)
    >>> adam(F, step=step_decay(0.1, every=100)).coef.round(4)
    array([1.6, 0.5])
    """
    require_smooth("adam", objective)
    beta1, beta2 = check_share("beta1", beta1), check_share("beta2", beta2)
    epsilon = check_number("epsilon", epsilon, low=0, strict=True)
    w = starting_point(objective, w0)
    iterates = _adam(objective, w, as_schedule(step), beta1, beta2, epsilon)
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def _rmsprop(
    objective: Objective, w: Array, step: Callable[[int], float], rho: float, epsilon: float
) -> Iterator[Array]:
    k, square = 0, np.zeros_like(w)
    while True:
        yield w
        k += 1
        g = objective.subgradient(w)
        square = rho * square + (1 - rho) * g**2
        w = w - step(k) * g / (np.sqrt(square) + epsilon)


def _adam(
    objective: Objective,
    w: Array,
    step: Callable[[int], float],
    beta1: float,
    beta2: float,
    epsilon: float,
) -> Iterator[Array]:
    k, mean, square = 0, np.zeros_like(w), np.zeros_like(w)
    while True:
        yield w
        k += 1
        g = objective.subgradient(w)
        mean = beta1 * mean + (1 - beta1) * g
        square = beta2 * square + (1 - beta2) * g**2
        direction = mean / (1 - beta1**k) / (np.sqrt(square / (1 - beta2**k)) + epsilon)
        w = w - step(k) * direction
