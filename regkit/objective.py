r"""The one function that everything in this book minimises.

.. math::

   \begin{aligned}
   F(w, b) ={} & \frac1S \sum_i s_i\, f(y_i,\, b + x_i^\top w) \\
               & + \alpha \bigl( r \|w\|_1 + \tfrac{1-r}{2} \|w\|_2^2 \bigr)
   \end{aligned}

The intercept b is never penalised, and it is never iterated on either: whatever w is, the best b
for it is found exactly, so that F is a function of w alone, :math:`F(w) = \min_b F(w, b)`.
Minimising over one argument keeps a convex function convex, keeps its gradient (the derivative in b
is zero at the best b), and does not make it any less smooth. For squared error it is nothing but
centring.
"""

from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from numpy.typing import ArrayLike
from scipy.sparse.linalg import LinearOperator, svds

from ._origin import counted_from_nearer
from ._products import transposed_product
from ._types import MatrixLike
from ._validation import check_matrix, check_squares, check_vector, check_weights
from .losses import Loss, SquaredError
from .penalties import L1L2

CONSTANT = 1e-9
"""A column of `Objective.near` that deviates from its mean by no more than this share is constant.

One that did vary would be counted from nearer, so that this is rounding of the mean.
"""


@dataclass(frozen=True, eq=False)
class Objective:
    r"""Data, a loss and a penalty: F as a function of the coefficients w.

    Parameters
    ----------
    X : array_like or sparse matrix of shape (n, p)
        One row per observation. Never changed, never densified; copied only if b is free and a
        column lies far from zero, see `near`.
    y : array_like of shape (n,)
        The targets; -1 or 1 for the classification losses.
    penalty : L1L2
        `L1`, `L2` or `L1L2`.
    loss : Loss, default SquaredError()
    sample_weight : array_like of shape (n,), optional
        Non-negative weights :math:`s_i`. A weight of 2 is the row twice, a weight of 0 no row.
    fit_intercept : bool, default True
        Whether b is free; otherwise b = 0.

    Raises
    ------
    ValueError
        For NaN, infinity, complex numbers, strings, empty arrays, shapes that do not match,
        weights that are negative or all zero, and, under a classification loss, labels other than
        -1 and 1, or one label only while b is free.

    Notes
    -----
    A value or a gradient costs one or two products with ``X``: O(np), or the number of stored
    entries of a sparse ``X``.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective([[1.0], [2.0], [3.0]], [2.0, 3.0, 7.0], L1(0.1))
    >>> w = np.array([2.0])
    >>> F.intercept(w), round(F.value(w), 4)
    (0.0, 0.5333)
    """

    X: Array
    y: Array
    penalty: L1L2
    loss: Loss = field(default_factory=SquaredError)
    sample_weight: Array | None = None
    fit_intercept: bool = True

    if TYPE_CHECKING:  # more may come in than is kept: lists, frames, numbers

        def __init__(
            self,
            X: MatrixLike,
            y: ArrayLike,
            penalty: L1L2,
            loss: Loss = ...,
            sample_weight: ArrayLike | None = ...,
            fit_intercept: bool = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        """Refuse what cannot be solved, before anything is computed."""
        X = check_matrix("X", self.X)
        y = check_vector("y", self.y, X.shape[0])
        if isinstance(self.loss, SquaredError):
            check_squares("y", y)
        else:
            weights = check_weights("sample_weight", self.sample_weight, len(y))
            labels = np.unique(y[weights > 0])
            if not np.isin(labels, (-1, 1)).all():
                raise ValueError(f"y must hold the labels -1 and 1 only; got {labels[:5]}.")
            if len(labels) < 2 and self.fit_intercept:
                raise ValueError(
                    "y must hold both classes, -1 and 1, in rows of positive weight, or no "
                    f"intercept is best; got only {labels[0]:g}."
                )
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    def with_penalty(self, penalty: L1L2) -> "Objective":
        """Return the same under another penalty: nothing of the data is checked or summed again."""
        other = copy(self)
        object.__setattr__(other, "penalty", penalty)
        return other

    @cached_property
    def weights(self) -> Array:
        r"""The weights :math:`s_i / S`, of shape (n,): they sum to 1."""
        return check_weights("sample_weight", self.sample_weight, len(self.y))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of ``X``."""
        return self.X.shape

    @property
    def near(self) -> Array:
        """X less `origin`, whose products keep the digits that far columns lose: X if none is far.

        F is the same with it, but for the intercept.
        """
        return self._near_and_origin[0]

    @property
    def origin(self) -> Array:
        """What each column of `near` is counted from, of shape (p,): 0 if it is not far from 0."""
        return self._near_and_origin[1]

    @cached_property
    def _near_and_origin(self) -> tuple[Array, Array]:
        if self.fit_intercept:
            return counted_from_nearer(self.X, self.weights)
        return self.X, np.zeros(self.shape[1])

    def intercept(self, w: Array) -> float:
        """Return the b that minimises F(w, b), or 0 if there is no intercept."""
        return self._best_intercept(self.near @ w) - float(self.origin @ w)

    def intercepts(self, W: Array) -> Array:
        """Return the best b for each column of W (p, k), most of whose rows are 0: shape (k,)."""
        if not self.fit_intercept:
            return np.zeros(W.shape[1])
        if isinstance(self.loss, SquaredError):
            y_mean = self.weights @ self.y
            return y_mean + self.weights @ (self.y - y_mean) - self.near_means @ W - self.origin @ W
        used = np.flatnonzero(W.any(axis=1))
        columns = self.near[:, used]
        return np.array([self._best_intercept(columns @ w) for w in W[used].T]) - self.origin @ W

    def predictor(self, w: Array) -> Array:
        """Return z = Xw + b with the best b for w, of shape (n,)."""
        u = self.near @ w
        return u + self._best_intercept(u)

    def near_fit(self, w: Array) -> tuple[Array, Array]:
        """Return y and the predictor less one number, which squared error does not see, (n,) both.

        It is the y nearest to the mean: residuals of a y far from zero keep their digits.
        """
        if not (self.fit_intercept and isinstance(self.loss, SquaredError)):
            return self.y, self.predictor(w)
        y, u = self.y.astype(float), self.near @ w
        y = y - y[np.abs(y - self.weights @ y).argmin()]
        return y, u + self.weights @ (y - u)

    def value(self, w: Array) -> float:
        """Return F(w)."""
        return self.loss_value(w) + self.penalty.value(w)

    def loss_value(self, w: Array) -> float:
        """Return the first sum of F alone: the weighted mean loss."""
        return float(self.weights @ self.loss.value(self.y, self.predictor(w)))

    def gradient(self, w: Array) -> Array:
        r"""Return the gradient of the smooth first sum, :math:`\frac1S X^\top (s \circ f'(z))`."""
        return self.correlations(self.loss.gradient(self.y, self.predictor(w)))

    def correlations(self, u: Array) -> Array:
        r"""Return :math:`\frac1S X^\top (s \circ u)`, of shape (p,), for loss derivatives u.

        With an intercept their weighted sum is zero but for rounding. Columns far from zero would
        magnify that, so it is taken out: the columns count from their means.
        """
        weighted = self.weights * u
        slopes = transposed_product(self.near, weighted)
        return slopes - self.near_means * weighted.sum() if self.fit_intercept else slopes

    def subgradient(self, w: Array) -> Array:
        """Return one subgradient of F: the gradient of the loss plus one of the penalty."""
        return self.gradient(w) + self.penalty.subgradient(w)

    @cached_property
    def null_value(self) -> float:
        """F(0): the best that an intercept alone can do. Tolerances are measured against it.

        Exactly 0 where it is at the rounding level of y, that is, where y is constant.
        """
        z = self._null_predictor
        spread = float(self.weights @ self.loss.value(self.y, z))
        if not isinstance(self.loss, SquaredError):
            return spread
        rounding = 4 * np.finfo(self.y.dtype).eps * np.abs(self.y).max()
        # the mean of many numbers has lost digits: what is left of it does not count as spread
        spread -= self.fit_intercept * float(self.weights @ (self.y - z)) ** 2 / 2
        return spread if spread > rounding**2 else 0.0

    @cached_property
    def null_slopes(self) -> Array:
        """Minus the gradient at w = 0, of shape (p,)."""
        return -self.correlations(self.loss.gradient(self.y, self._null_predictor))

    @cached_property
    def _null_predictor(self) -> Array:
        nothing = np.zeros(len(self.y))
        return nothing + self._best_intercept(nothing)

    @cached_property
    def smoothness(self) -> float:
        r"""The Lipschitz constant of `gradient`: the loss's, times :math:`\|X\|_2^2` (weighted).

        Costs one singular value of the centred, weighted X. The columns are centred if there is an
        intercept, which is what leaves it free of their means.
        """
        root = np.sqrt(self.weights)
        if sp.issparse(self.X):
            return self.loss.smoothness * _largest_singular_value(self.centred_operator(root)) ** 2
        columns = self.near - self.near_means if self.fit_intercept else self.X
        return self.loss.smoothness * float(np.linalg.norm(root[:, None] * columns, 2)) ** 2

    @cached_property
    def column_means(self) -> Array:
        """The weighted mean of each column, of shape (p,)."""
        return self.origin + self.near_means

    @cached_property
    def distance(self) -> float:
        """How far y is from 0, if an intercept takes it there, which loses digits by that."""
        return abs(float(self.weights @ self.y)) if self.fit_intercept else 0.0

    @cached_property
    def near_means(self) -> Array:
        """The weighted mean of each column of `near`, of shape (p,)."""
        return transposed_product(self.near, self.weights)

    @cached_property
    def column_squares(self) -> Array:
        """The weighted mean square of each column, not centred, of shape (p,)."""
        return _mean_squares(self.X, self.weights)

    @cached_property
    def near_squares(self) -> Array:
        """The weighted mean square of each column of `near`, of shape (p,)."""
        if self.near is self.X:
            return self.column_squares
        return _mean_squares(self.near, self.weights)

    def terms(self, w: Array) -> float:
        r"""Return :math:`\sum_j |w_j| \|x_j\|`: how large what Xw sums may be, counted from nearer.

        Sizes are weighted root mean squares.
        """
        return float(np.sqrt(self.near_squares) @ np.abs(w))

    @cached_property
    def varies(self) -> Array:
        """Which columns are not constant, of shape (p,); without an intercept, not zero."""
        squares = self.near_squares
        # columns far from zero are counted from nearer: what deviates less is rounding of the mean
        centred = squares - self.near_means**2 * self.fit_intercept
        return centred > CONSTANT * squares

    @cached_property
    def longest(self) -> float:
        """The largest weighted root mean square of a column of `near` that is not constant."""
        return float(np.sqrt(self.near_squares.max(initial=0, where=self.varies)))

    def above_rounding(self, d: Array, Vt: Array) -> Array:
        """Return which singular values d of the centred, weighted X mean something: bool (k,).

        Their right singular vectors are the rows of ``Vt`` (k, p). Columns far from zero are known
        to fewer digits once their mean is taken out.
        """
        size = np.maximum(d.max(initial=0), np.sqrt(Vt**2 @ self.column_squares))
        return d > max(self.shape) * np.finfo(float).eps * size

    @property
    def alpha_max(self) -> float:
        r"""The smallest α at which w = 0 is optimal: :math:`\max_j |\nabla_j| / r` at w = 0.

        Infinite where r = 0: a ridge never reaches zero. With ``positive``, only a column that
        would enter with a positive weight counts.
        """
        slope = self.null_slopes
        largest = slope.max(initial=0) if self.penalty.positive else np.abs(slope).max()
        if largest == 0 or self.null_value == 0:
            return 0.0
        return np.inf if self.penalty.l1_ratio == 0 else float(largest) / self.penalty.l1_ratio

    def centred(self) -> "Objective":
        """Return the same squared-error problem without an intercept: columns and y centred.

        Dense ``X`` only; O(np) memory.
        """
        if not isinstance(self.loss, SquaredError):
            raise ValueError(f"Centring needs SquaredError; got {self.loss}.")
        if not self.fit_intercept:
            return self
        if sp.issparse(self.X):
            raise ValueError("Centring would densify a sparse X; pass a dense array.")
        y_mean = self.weights @ self.y
        return Objective(
            self.near - self.near_means,
            self.y - y_mean,
            self.penalty,
            self.loss,
            self.weights,
            fit_intercept=False,
        )

    def _best_intercept(self, u: Array) -> float:
        """Solve Σ sᵢ f'(yᵢ, uᵢ + b) = 0 by Newton steps kept inside a bracket.

        The sum never falls as b grows. For squared error the first step is the answer, the weighted
        mean of y - u; a step that leaves the bracket, or a flat spot, is replaced by bisection.
        """
        if not self.fit_intercept:
            return 0.0
        s, y, b, low, high = self.weights, self.y, 0.0, -np.inf, np.inf
        for _ in range(200):
            slope = float(s @ self.loss.gradient(y, u + b))
            bend = float(s @ self.loss.curvature(y, u + b))
            low, high = (b, high) if slope < 0 else (low, b)
            step = b - slope / bend if bend > abs(slope) / 1e300 else np.nan
            if isinstance(self.loss, SquaredError):
                return step
            wide = 1 + 2 * abs(b)
            # where the loss is all but flat a Newton step leaves by 1e168, and takes its bracket
            if not low <= step <= high or abs(step - b) > 10 * wide:
                step = (low if np.isfinite(low) else b - wide) / 2 + (
                    high if np.isfinite(high) else b + wide
                ) / 2
            if abs(step - b) <= 4 * np.finfo(float).eps * max(1.0, abs(b)):
                return step
            b = step
        return b

    def centred_operator(self, root: Array) -> LinearOperator:
        """Return diag(root) (X - 1 x̄ᵀ) as products only, so that a sparse X stays sparse."""
        means = self.near_means if self.fit_intercept else np.zeros(self.shape[1])

        def times(V: Array) -> Array:
            return (root * (self.near @ V - means @ V).T).T

        def transposed_times(R: Array) -> Array:
            R = (root * R.T).T
            return self.near.T @ R - np.multiply.outer(means, R.sum(axis=0))

        # some versions of scipy pass a vector as a column
        return LinearOperator(
            self.shape,
            matvec=lambda v: times(v.ravel()),
            rmatvec=lambda r: transposed_times(r.ravel()),
            matmat=times,
            rmatmat=transposed_times,
            dtype=float,
        )


def _mean_squares(X: Array, weights: Array) -> Array:
    if sp.issparse(X):
        return X.astype(float).power(2).T @ weights
    if np.ptp(weights) == 0:  # a third of the time
        return weights[0] * np.einsum("ij,ij->j", X, X, dtype=float)
    return np.einsum("ij,ij,i->j", X, X, weights, dtype=float)


def _largest_singular_value(operator: LinearOperator) -> float:
    if min(operator.shape) == 1:
        longer = operator if operator.shape[1] == 1 else operator.T
        return float(np.linalg.norm(longer @ np.ones(1)))
    start = np.ones(min(operator.shape))
    return float(svds(operator, k=1, v0=start, return_singular_vectors=False)[0])
