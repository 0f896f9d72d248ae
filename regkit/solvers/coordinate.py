r"""Coordinate descent: minimise exactly over one coefficient at a time.

With the others fixed, squared error is a parabola in :math:`w_j` of curvature
:math:`L_j = \tfrac1S \sum_i s_i x_{ij}^2`, and its minimiser plus penalty is one scalar prox,

.. math:: w_j \leftarrow \operatorname{prox}_{g/L_j}\bigl(w_j + x_j^\top (s \circ r) / L_j\bigr),
   \qquad r = y - Xw.

This is the algorithm behind glmnet and scikit-learn's Lasso (Friedman, Hastie and Tibshirani,
2010). Here it is written to be read; the estimators use a faster, exact one.
"""

from collections.abc import Callable, Iterator

import numpy as np
from numpy import ndarray as Array

from ..losses import SquaredError
from ..objective import Objective
from .solution import Solution, run, starting_point


def coordinate_descent(
    objective: Objective,
    w0: Array | None = None,
    *,
    tol: float = 1e-8,
    max_iter: int = 1_000,
    callback: Callable[[Array], None] | None = None,
) -> Solution:
    """Minimise squared error with any penalty by sweeps over the coordinates.

    Parameters
    ----------
    objective : Objective
        With `SquaredError` and a dense X.
    w0 : ndarray of shape (p,), optional
        Where to start; zeros by default.
    tol : float, default 1e-8
        Relative tolerance on the duality gap and on the last sweep's moves, see `regkit.solvers`.
    max_iter : int, default 1_000
        Sweeps at most.
    callback : callable, optional
        Called with the coefficients after every sweep.

    Returns
    -------
    Solution
        ``n_iter`` counts sweeps.

    Raises
    ------
    ValueError
        If the loss is not `SquaredError`, or X is sparse and the intercept free.

    Warns
    -----
    ConvergenceWarning
        If the tolerance is not reached.

    Notes
    -----
    O(np) a sweep. Each update is exact, so no step length is needed and F never rises. A column of
    zeros keeps weight 0.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.objective import Objective
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> coordinate_descent(F).coef
    array([2., 0.])
    """
    if not isinstance(objective.loss, SquaredError):
        raise ValueError(f"coordinate_descent needs SquaredError; got {objective.loss}. Use fista.")
    iterates = _sweeps(objective.centred(), starting_point(objective, w0))
    return run(objective, iterates, tol=tol, max_iter=max_iter, callback=callback)


def _sweeps(objective: Objective, w: Array) -> Iterator[Array]:
    X, penalty = np.asarray(objective.X), objective.penalty
    weighted = objective.weights[:, None] * X
    curvature = np.einsum("ij,ij->j", weighted, X)
    w = np.where(curvature > 0, w, 0.0)
    residual = objective.y - X @ w
    while True:
        yield w.copy()
        for j in np.flatnonzero(curvature):
            old = w[j]
            target = old + weighted[:, j] @ residual / curvature[j]
            w[j] = penalty.prox(target, 1 / curvature[j])
            if w[j] != old:
                residual -= (w[j] - old) * X[:, j]
