r"""Ridge in closed form, for every α from one decomposition.

Centre the columns and y, weight the rows by :math:`\sqrt{s_i/S}`, and take the singular value
decomposition :math:`X = U D V^\top`. Then the minimiser of
:math:`\tfrac12\|y - Xw\|^2 + \tfrac\alpha2\|w\|^2` is

.. math:: w(\alpha) = \sum_k v_k \frac{d_k}{d_k^2 + \alpha}\, u_k^\top y,

least squares with each singular direction shrunk by :math:`d_k^2 / (d_k^2 + \alpha)` (Hastie,
Tibshirani and Friedman, 2009, section 3.4.1). At α = 0 directions with :math:`d_k = 0` are left
out, which gives the least-squares solution of smallest norm.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy import ndarray as Array

from .._validation import check_number
from ..certificates import duality_gap
from ..losses import SquaredError
from ..objective import Objective
from .solution import Solution


@dataclass(frozen=True, eq=False)
class RidgeDecomposition:
    """The singular values of the centred, weighted data: all that ridge needs for every α.

    Attributes
    ----------
    d : ndarray of shape (k,)
        Singular values above rounding level, largest first; :math:`d^2` are the eigenvalues of the
        weighted covariance matrix of the columns.
    Vt : ndarray of shape (k, p)
        Right singular vectors as rows.
    U : ndarray of shape (n, k)
        Left singular vectors, rows weighted by the square roots of the weights.
    root : ndarray of shape (n,)
        The square roots of the weights.
    Uty : ndarray of shape (k,)
        The weighted y in the left singular basis.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L2
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(0.5), fit_intercept=False)
    >>> ridge = RidgeDecomposition.of(F)
    >>> ridge.coef(0.5).round(4)
    array([1.6, 0.5])
    >>> round(ridge.degrees_of_freedom(0.5), 4)
    1.3
    """

    d: Array
    Vt: Array
    U: Array
    root: Array
    Uty: Array

    @classmethod
    def of(cls, objective: Objective) -> "RidgeDecomposition":
        """Decompose the data of a squared-error objective: O(np min(n, p)), once."""
        data = objective.centred()
        root = np.sqrt(data.weights)
        U, d, Vt = np.linalg.svd(root[:, None] * data.X, full_matrices=False)
        rank = np.count_nonzero(d > d[0] * max(data.shape) * np.finfo(d.dtype).eps)
        U, d, Vt = U[:, :rank], d[:rank], Vt[:rank]
        return cls(d, Vt, U, root, U.T @ (root * data.y))

    def with_target(self, y: Array) -> "RidgeDecomposition":
        """Return the same decomposition for another y: O(nk), no new singular values.

        The columns of U are orthogonal to ``root``, so y need not be centred.
        """
        return replace(self, Uty=self.U.T @ (self.root * y))

    def coef(self, alpha: float) -> Array:
        """Return w(α), of shape (p,): O(kp)."""
        alpha = check_number("alpha", alpha, low=0)
        return self.Vt.T @ (self.d / (self.d**2 + alpha) * self.Uty)

    def degrees_of_freedom(self, alpha: float) -> float:
        r"""Return :math:`\sum_k d_k^2 / (d_k^2 + \alpha)`: the rank at α = 0, less beyond."""
        alpha = check_number("alpha", alpha, low=0)
        return float((self.d**2 / (self.d**2 + alpha)).sum())


def ridge_closed_form(
    objective: Objective, decomposition: RidgeDecomposition | None = None
) -> Solution:
    """Solve a squared-error objective with an `L2` penalty exactly.

    Parameters
    ----------
    objective : Objective
        With `SquaredError`, an `L2` penalty (or α = 0) and a dense X.
    decomposition : RidgeDecomposition, optional
        That of the same X and weights, if it is at hand, for this y or another.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If the penalty has an L1 part or forbids negative weights, or the loss is another.

    Notes
    -----
    One singular value decomposition, O(np min(n, p)).

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L2
    >>> F = Objective(np.diag([2.0, 1.0]), [4.0, 1.0], L2(0.5), fit_intercept=False)
    >>> solution = ridge_closed_form(F)
    >>> solution.coef.round(4), solution.converged
    (array([1.6, 0.5]), True)
    """
    penalty = objective.penalty
    if penalty.l1 > 0 or penalty.positive or not isinstance(objective.loss, SquaredError):
        raise ValueError(
            "ridge_closed_form needs SquaredError and an L2 penalty (or alpha=0); "
            f"got {objective.loss} and {penalty}."
        )
    if objective.null_value == 0:
        coef, gap = np.zeros(objective.shape[1]), 0.0
    else:
        if decomposition is None:
            decomposition = RidgeDecomposition.of(objective)
        coef = decomposition.with_target(objective.y).coef(penalty.l2)
        gap = duality_gap(objective, coef)
    history = np.array([objective.value(coef)])
    return Solution(coef, objective.intercept(coef), gap, 0, True, history)
