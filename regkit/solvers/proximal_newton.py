r"""Proximal Newton: a logistic or squared-hinge problem as a few weighted lassos.

At the current predictions z the loss is replaced by its parabola, with slope :math:`f'(z_i)` and
curvature :math:`d_i = f''(z_i)`. Completing the square turns that into squared error on *working
responses* :math:`t_i` with weights :math:`s_i d_i`,

.. math:: \frac1S \sum_i s_i \frac{d_i}2 (t_i - b - x_i^\top w)^2 + g(w),
   \qquad t_i = z_i - \frac{f'(z_i)}{d_i},

which `active_set` solves exactly. The step towards its minimiser is halved until F falls enough
(Lee, Sun and Saunders, 2014). Without a penalty on logistic loss this is the classical iteratively
reweighted least squares (Hastie, Tibshirani and Friedman, 2009, section 4.4.1).
"""

import warnings
from collections.abc import Callable, Iterator

import numpy as np
from numpy import ndarray as Array
from sklearn.exceptions import ConvergenceWarning

from ..exact.path import active_set
from ..losses import SquaredError
from ..objective import Objective
from ..penalties import L1L2
from .solution import Solution, run, starting_point

MOST = 1e300
"""A larger price holds every weight at 0 like infinity."""
FLAT = 1e-15
"""Curvatures below this share of the largest possible one count as this much: t stays finite.
A larger share would slow the steps down where classes separate and all curvatures are small."""
SUFFICIENT = 1e-4
"""A step must bring this share of the fall that the parabola promises (Armijo's rule)."""
ROUNDING = 4 * np.finfo(float).eps
"""Two values of F that differ by no more than this share of them are taken for equal."""
IDLE = 5
"""Steps in a row that lower F by no more than its rounding, after which no more are made: near the
solution two or three of them settle the coefficients."""


def newton(
    objective: Objective,
    w0: Array | None = None,
    *,
    tol: float = 1e-9,
    max_iter: int = 100,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    """Minimise any loss of the book with any penalty by proximal Newton steps.

    Parameters
    ----------
    objective : Objective
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    tol : float, default 1e-9
        Relative tolerance on the duality gap and on the last move, see `regkit.solvers`.
    max_iter : int, default 100
        Newton steps at most; near the solution the error is squared at each.
    callback : callable, optional
        Called with every iterate.

    Returns
    -------
    Solution
        ``n_iter`` counts Newton steps.

    Raises
    ------
    ValueError
        If w0, tol or max_iter is not what it should be.

    Warns
    -----
    ConvergenceWarning
        If the tolerance is not reached within max_iter steps, or before they get no lower: for
        instance without a penalty on classes that a plane separates, where no minimiser exists.

    Notes
    -----
    Each step costs one `active_set` solution on reweighted rows.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.losses import Logistic
    >>> from regkit.penalties import L1
    >>> X = np.array([[-2.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [2.0, 1.0]])
    >>> F = Objective(X, [-1.0, -1.0, 1.0, 1.0], L1(0.1), Logistic())
    >>> solution = newton(F)
    >>> solution.coef.round(3), solution.converged
    (array([1.778, 0.   ]), True)
    """
    iterates = _newton(objective, starting_point(objective, w0))
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def _newton(F: Objective, w: Array) -> Iterator[Array]:
    """Yield iterates until steps get no lower."""
    value, idle = F.value(w), 0
    yield w
    while idle < IDLE:
        before, last = w, value
        w, value = _halve_until_lower(F, w, value, _minimise_parabola(F, w) - w)
        # terms that cancel in Xw leave their rounding in F, as far as its slopes pass it on
        slopes = np.abs(F.loss.gradient(F.y, F.predictor(w)))
        rounding = ROUNDING * (F.null_value + F.terms(w) * (F.weights @ slopes))
        idle = idle + 1 if last - value <= rounding else 0
        yield w
        if w is before:  # the next step would be the same
            return


def _minimise_parabola(F: Objective, w: Array) -> Array:
    """Return the minimiser of the quadratic model of F round w."""
    z = F.predictor(w)
    curvature = np.maximum(F.loss.curvature(F.y, z), FLAT * F.loss.smoothness)
    responses = z - F.loss.gradient(F.y, z) / curvature
    weights = F.weights * curvature
    # the squared error's weights are scaled to sum 1, so the penalty is scaled with them
    total = weights.sum()
    alpha = min(F.penalty.alpha, MOST * total) / total
    penalty = L1L2(alpha, F.penalty.l1_ratio, F.penalty.positive)
    model = Objective(F.near, responses, penalty, SquaredError(), weights, F.fit_intercept)
    # F's own certificate judges the outcome, not the model's
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        return active_set(model, w).coef


def _halve_until_lower(F: Objective, w: Array, start: float, move: Array) -> tuple[Array, float]:
    """Return w + 2⁻ᵏ move, and F there, for the first k that lowers F enough; w if none does."""
    promise = F.gradient(w) @ move + F.penalty.value(w + move) - F.penalty.value(w)
    for k in range(40):
        step = 0.5**k
        value = F.value(w + step * move)
        if value <= start + SUFFICIENT * step * promise + ROUNDING * abs(start):
            return w + step * move, value
    return w, start
