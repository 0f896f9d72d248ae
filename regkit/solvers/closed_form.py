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
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from scipy.linalg import solve_triangular
from scipy.sparse.linalg import LinearOperator

from .._products import BLOCK, sparse_gram
from .._validation import check_number
from ..certificates import EPS, duality_gap
from ..losses import SquaredError
from ..objective import Objective
from .solution import Solution, warn_short

WELL_CONDITIONED = 1e-4
"""Squared singular values down to this share of the largest keep their digits in a Gram matrix."""
REACHED = 1e-10
"""A row that keeps no more than this of its residual at α = 0 is fitted exactly, whatever its y."""
RIDGE_TOL = 1e-9
"""A gap above this share of F(0) is worth a warning."""
LEAST = 1e-200
"""Stands for α = 0 where it is a factor of numerator and denominator: it cancels, or is nothing."""


@dataclass(frozen=True, eq=False)
class RidgeDecomposition:
    """The singular values of the centred, weighted data: all that ridge needs for every α.

    Attributes
    ----------
    d : ndarray of shape (k,)
        Singular values above rounding level, largest first; :math:`d^2` are the eigenvalues of the
        weighted covariance matrix of the columns.
    U : ndarray or LinearOperator of shape (n, k)
        Left singular vectors, rows weighted by the square roots of the weights. Of a sparse X with
        more rows than columns only the rows that are asked for, ``U[i:j]``, are ever in memory.
    root : ndarray of shape (n,)
        The square roots of the weights.
    Uty : ndarray of shape (k,)
        The weighted y in the left singular basis.
    fit_intercept : bool
        Whether the columns were centred.
    right : ndarray of shape (k, p), or ndarray or LinearOperator of shape (n, p)
        `Vt`; or, with more columns than rows, the columns themselves: V = ZᵀU / d. Sparse ones are
        never centred in memory.
    wide : bool
        Which of the two.

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
    right: Array | LinearOperator
    U: "Array | SparseU"
    root: Array
    Uty: Array
    fit_intercept: bool
    wide: bool

    @classmethod
    def of(cls, objective: Objective) -> "RidgeDecomposition":
        """Decompose the data of a squared-error objective: O(np min(n, p)), once.

        Dense columns that are well conditioned, and sparse ones always, go through the eigenvectors
        of the smaller of their two Gram matrices, which is several times faster; a sparse X is
        never densified. Squares lose what is below the square root of rounding, so other dense
        columns get a singular value decomposition, and sparse ones lose the directions with
        singular values under about 1e-7 of the largest: these count as zero.
        """
        split = _split_sparse if sp.issparse(objective.X) else _split_dense
        U, d, right, wide = split(objective)
        root, nothing = np.sqrt(objective.weights), np.zeros_like(d)
        whole = cls(d, right, U, root, nothing, objective.fit_intercept, wide)
        return whole.with_target(objective.y)

    @cached_property
    def Vt(self) -> Array:
        """The right singular vectors as rows, of shape (k, p): not needed for a few weights."""
        return (self.right.T @ self.U / self.d).T if self.wide else self.right

    def with_target(self, y: Array) -> "RidgeDecomposition":
        """Return the same decomposition for another y (not centred): O(nk)."""
        return replace(self, Uty=self.U.T @ self._weighted(y))

    def coef(self, alpha: float) -> Array:
        """Return w(α), of shape (p,): O(kp)."""
        alpha = check_number("alpha", alpha, low=0)
        return self._from_right(self.d / (self.d**2 + alpha) * self.Uty)

    def coefs(self, alphas: Array) -> Array:
        """Return w(α) for each α, of shape (p, m): one matrix product, O(kpm), or two."""
        d = self.d[:, None]
        return self._from_right(d / (d**2 + alphas) * self.Uty[:, None])

    def _from_right(self, t: Array) -> Array:
        """Return the weights that have these shares t, (k,) or (k, m), of the right vectors."""
        if not self.wide:
            return self.right.T @ t
        return self.right.T @ (self.U @ (t.T / self.d).T)

    def degrees_of_freedom(self, alpha: float) -> float:
        r"""Return :math:`\sum_k d_k^2 / (d_k^2 + \alpha)`: the rank at α = 0, less beyond."""
        alpha = check_number("alpha", alpha, low=0)
        return float((self.d**2 / (self.d**2 + alpha)).sum())

    def leave_one_out(self, y: Array, alphas: Array) -> Array:
        r"""Return each row's error under the fit to all *other* rows, for every α, without refits.

        Row i is left out with all its weight. That leaves the others with the total weight
        :math:`1 - s_i` (:math:`s` sums to 1), and dividing the objective by it turns α into
        :math:`\alpha_i = \alpha(1 - s_i)` for the sums over all rows. There the identity of
        Allen's PRESS holds,

        .. math:: e_i = \frac{r_i(\alpha_i)}{1 - h_i(\alpha_i)}, \qquad
                  h_i(\alpha) = s_i + \sum_k u_{ik}^2 \frac{d_k^2}{d_k^2 + \alpha},

        r the residuals of the fit to all rows and h their leverages; the first :math:`s_i` is the
        intercept's.

        Parameters
        ----------
        y : ndarray of shape (n,)
            Not centred, not weighted.
        alphas : ndarray of shape (m,)
            At least 0.

        Returns
        -------
        ndarray of shape (n, m)
            :math:`e_i(\alpha)` in the units of y; 0 for a row of weight 0.

        Raises
        ------
        ValueError
            If fewer than two rows have a positive weight: none would be left.

        Notes
        -----
        Numerator and denominator are both split into what no column can reach, whatever α, and a
        sum with the factor :math:`\alpha / (d_k^2 + \alpha)`, so that neither is the difference
        of two nearly equal numbers. In rows for which the first part is zero, as all are if p > n,
        α cancels; put very small for 0, it does so even there. O(nkm): two matrix products if
        all weights are equal, and otherwise two for each row.

        References
        ----------
        Allen (1974); Golub, Heath and Wahba (1979).
        """
        s, intercept = self.root**2, self.fit_intercept
        if s.max() == 1:
            raise ValueError(
                "Leaving one row out needs at least 2 rows of positive weight; "
                f"got n_samples = {np.count_nonzero(s)}."
            )
        target = self._weighted(y)
        Uty, squares, equal = self.U.T @ target, self.d[:, None] ** 2, (s == s[0]).all()
        errors, units = np.empty((len(y), len(alphas))), np.where(s > 0, self.root, np.inf)
        size = max(1, BLOCK // (len(alphas) + squares.size * (1 if equal else len(alphas))))
        for first in range(0, len(y), size):
            i = slice(first, first + size)
            U, left = self.U[i], 1 - s[i] * intercept
            outside, slack = target[i] - U @ Uty, left - np.einsum("ij,ij->i", U, U)
            outside[slack <= REACHED * left] = slack[slack <= REACHED * left] = 0
            # all rows have the same alphas, or each has its own and is a matrix of one row
            rows, weights = (U, s[0]) if equal else (U[:, None], s[i, None, None])
            a = (1 - weights) * alphas
            shares = np.maximum(a, LEAST) / (squares + a)
            r = (rows @ (Uty[:, None] * shares)).reshape(-1, len(alphas))
            rest = (rows**2 @ shares).reshape(-1, len(alphas))
            r += outside[:, None]
            rest += slack[:, None]
            rest *= units[i, None]
            np.divide(r, rest, out=errors[i])
        return errors

    def _weighted(self, y: Array) -> Array:
        """Return y as the decomposition sees it: centred if there is an intercept, weighted."""
        return self.root * (y - self.root**2 @ y * self.fit_intercept)


def _split_dense(objective: Objective) -> tuple[Array, Array, Array, bool]:
    """Return U, d, and Vt or the columns: the thin decomposition of centred, weighted columns."""
    n, p = objective.shape
    root = np.sqrt(objective.weights)
    Z = np.subtract(objective.near, objective.near_means * objective.fit_intercept, dtype=float)
    Z *= root[:, None]
    lengths = np.sqrt(np.einsum("ij,ij->j", Z, Z))
    flat = lengths <= max(n, p) * EPS * np.sqrt(objective.column_squares)
    Z[:, flat] = 0
    squares, vectors = _eigen(Z.T @ Z if p <= n else Z @ Z.T, WELL_CONDITIONED)
    if len(squares) == min(p, np.count_nonzero(root) - objective.fit_intercept):
        d = np.sqrt(squares)
        if p <= n:
            return Z @ (vectors / d), d, vectors.T, False
        return vectors, d, Z, True
    U, d, Vt = np.linalg.svd(Z, full_matrices=False)
    kept = objective.above_rounding(d, Vt)
    return U[:, kept], d[kept], Vt[kept] * ~flat, False


def _split_sparse(
    objective: Objective,
) -> tuple["Array | SparseU", Array, Array | LinearOperator, bool]:
    """Return the same from products with X alone."""
    n, p = objective.shape
    means = objective.near_means * objective.fit_intercept
    gram = sparse_gram(objective.near, objective.weights, means) if p <= n else _kernel(objective)
    squares, vectors = _eigen(gram, max(n, p) * EPS)
    # the means were subtracted from sums of squares: these, not what is left, set the rounding
    before = objective.near_squares.sum()
    rank = np.count_nonzero(squares > before * max(n, p) * EPS)
    d, vectors = np.sqrt(squares[:rank]), vectors[:, :rank]
    if p > n:
        return vectors, d, objective.centred_operator(np.sqrt(objective.weights)), True
    return SparseU.of(objective, vectors / d), d, vectors.T, False


class SparseU(LinearOperator):
    r"""U = ZM for the centred, weighted columns Z of a sparse X and M (p, k) = V / d.

    Products are products with X; ``U[i:j]`` makes these rows dense.
    """

    def __init__(self, objective: Objective, M: Array) -> None:
        super().__init__(np.dtype(float), (objective.shape[0], M.shape[1]))
        self.M, self.root = M, np.sqrt(objective.weights)
        self.X, self.Z = objective.near.tocsr(), objective.centred_operator(self.root)
        self.mean = objective.near_means @ M * objective.fit_intercept

    @classmethod
    def of(cls, objective: Objective, M: Array) -> "SparseU":
        """Return U with columns made orthonormal again where squares of d have lost digits."""
        U = cls(objective, M)
        lengths = np.linalg.norm(M, axis=0)
        if (lengths * np.sqrt(WELL_CONDITIONED) <= lengths.min(initial=np.inf)).all():
            return U
        rows = max(1, BLOCK // M.shape[1])
        blocks = (U[i : i + rows] for i in range(0, U.shape[0], rows))
        R = np.linalg.cholesky(sum(block.T @ block for block in blocks)).T  # I, up to rounding
        return cls(objective, solve_triangular(R, M.T, trans=1).T)

    def __getitem__(self, i: slice) -> Array:
        """Return these rows."""
        return self.root[i, None] * (self.X[i] @ self.M - self.mean)

    def _matmat(self, T: Array) -> Array:
        return self.Z @ (self.M @ T)

    def _rmatmat(self, Y: Array) -> Array:
        return self.M.T @ (self.Z.T @ Y)


def _eigen(G: Array, level: float) -> tuple[Array, Array]:
    """Return the eigenvalues above `level` times the largest, largest first, with vectors."""
    squares, vectors = np.linalg.eigh(G)
    rank = np.count_nonzero(squares > level * squares[-1])
    return squares[::-1][:rank], vectors[:, ::-1][:, :rank]


def _kernel(objective: Objective) -> Array:
    """Return ZZᵀ (n, n) of a sparse X: to centre the columns is to project the root off."""
    root = np.sqrt(objective.weights)
    K = (objective.near @ objective.near.T).toarray() * np.multiply.outer(root, root)
    if objective.fit_intercept:
        K -= np.multiply.outer(root, root @ K)
        K -= np.multiply.outer(K @ root, root)
    return K


def ridge_closed_form(
    objective: Objective, decomposition: RidgeDecomposition | None = None
) -> Solution:
    """Solve a squared-error objective with an `L2` penalty exactly.

    Parameters
    ----------
    objective : Objective
        With `SquaredError` and an `L2` penalty (or α = 0).
    decomposition : RidgeDecomposition, optional
        That of the same X and weights, if it is at hand, for this y or another.

    Returns
    -------
    Solution

    Raises
    ------
    ValueError
        If the penalty has an L1 part or forbids negative weights, or the loss is another.

    Warns
    -----
    ConvergenceWarning
        If the gap exceeds 1e-9 times the objective of the best intercept-only model.

    Notes
    -----
    One decomposition, O(np min(n, p)).

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
        ridge = (decomposition or RidgeDecomposition.of(objective)).with_target(objective.y)
        coef = ridge_coefs(objective, ridge, np.array([penalty.l2]))[:, 0]
        gap = duality_gap(objective, coef)
    wanted = RIDGE_TOL * objective.null_value
    if gap > wanted:
        warn_ridge_short(gap, penalty.alpha, wanted)
    history = np.array([objective.value(coef)])
    return Solution(coef, objective.intercept(coef), gap, 0, gap <= wanted, history)


def ridge_coefs(objective: Objective, ridge: RidgeDecomposition, alphas: Array) -> Array:
    """Return the ridge solutions (p, k), at alpha = 0 with columns in units in which all count."""
    W, varies = ridge.coefs(alphas), objective.varies
    most = min(objective.shape[0] - objective.fit_intercept, np.count_nonzero(varies))
    if alphas.all() or len(ridge.d) == most:
        return W
    squares = objective.near_squares - objective.near_means**2 * objective.fit_intercept
    scale = np.where(varies, 1 / np.sqrt(np.where(varies, squares, 1)), 0)
    X = objective.X @ sp.diags_array(scale) if sp.issparse(objective.X) else objective.X * scale
    unit = RidgeDecomposition.of(replace(objective, X=X))
    if len(unit.d) > len(ridge.d):  # short columns, which are no rounding of long ones
        W[:, alphas == 0] = scale[:, None] * unit.coefs(np.zeros(1))
    return W


def warn_ridge_short(gap: float, alpha: float, wanted: float) -> None:
    """Warn that ridge is not known as well as it should be, with what helps."""
    warn_short(
        f"Ridge is left with a duality gap of {gap:.3g} at alpha={alpha:.6g}; wanted at most "
        f"{wanted:.3g}. The columns are too nearly dependent for their digits: standardise them, "
        "leave out those that others make up, or use a larger alpha."
    )
