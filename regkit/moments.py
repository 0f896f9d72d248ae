r"""All that squared error remembers of the rows: their weight, their means, their cross-products.

The objective of a linear regression sees the rows only through
:math:`S = \sum_i s_i`, the weighted means :math:`\bar z` and the cross-products about them,

.. math:: C = \sum_i s_i (z_i - \bar z)(z_i - \bar z)^\top,
          \qquad z_i = (x_i, y_i) \in \mathbb R^q,

:math:`q^2 + q + 1` numbers, however many rows there are. Two sets of rows, A and B, are merged
without looking at a row again (Chan, Golub and LeVeque, 1983): with
:math:`\delta = \bar z_B - \bar z_A`,

.. math:: \bar z = \bar z_A + \frac{S_B}{S} \delta, \qquad
          C = C_A + C_B + \frac{S_A S_B}{S} \delta \delta^\top.

Nothing large is ever subtracted from something large, as it is in :math:`Z^\top Z - S \bar z
\bar z^\top`. Two things are left that could cost digits. Rounded means of columns far from zero
would spoil δ; and a million small blocks round C a million times, until a column that is the sum of
two others no longer looks so. So every mean and every cross-product is kept as a sum of two
numbers, the second being what rounding took from the first.

What is left is the price of cross-products as such: they square the condition number κ of the
columns. Where α is too small to help, rounding of C by :math:`10^{-16}` of itself reaches the
coefficients as :math:`\kappa^2 10^{-16}`. At κ = 5,500 even the exact C, rounded once, moves them
by up to :math:`5 \cdot 10^{-10}`, and a fit from blocks is about :math:`10^{-9}` off where one to
the rows in memory reaches :math:`10^{-12}`.

The way back, `Moments.stand_in`, is a small set of rows with the same moments. Whatever is computed
from it by squared error (a fit, a duality gap, a path) is what all the rows would have given.
"""

import math
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from numpy.typing import ArrayLike

from ._origin import counted_from_nearer
from ._types import MatrixLike
from ._validation import as_numbers, check_matrix, check_number, check_squares, check_vector

EPS = np.finfo(float).eps
SLICE = 1 << 17
"""Numbers centred at a time: 1 MB, which stays in cache."""
LEAST_WEIGHT = 1e-50
"""A weight beyond this, or its inverse, could take products of columns out of the range."""
ROUNDED = 1e-13
"""A share of the variance no larger than this is rounding: dependent columns leave about 1e-14."""


@dataclass(frozen=True, eq=False)
class Moments:
    """The moments of some rows (X, y); ``a + b`` are those of the rows of both.

    Attributes
    ----------
    n : int
        Rows seen, those of weight 0 among them.
    weight : float
        S, the sum of their weights.
    mean, mean_tail : ndarray of shape (q,)
        The weighted means of the columns of X, then of y, and what rounding took from them.
    cross, cross_tail : ndarray of shape (q, q)
        C, not divided by S, and what rounding took from it.
    y_shape : tuple of int
        ``y.shape[1:]``: ``()`` for one target, ``(t,)`` for a column each.
    names : tuple of str, or None
        Of the columns of X, if they have names.

    References
    ----------
    Chan, Golub and LeVeque (1983).

    Examples
    --------
    >>> import numpy as np
    >>> X, y = np.array([[1.0], [2.0], [6.0]]), np.array([0.0, 1.0, 5.0])
    >>> moments = Moments.of(X[:1], y[:1]) + Moments.of(X[1:], y[1:])
    >>> moments.n, moments.mean
    (3, array([3., 2.]))
    >>> moments.cross
    array([[14., 14.],
           [14., 14.]])
    """

    n: int
    weight: float
    mean: Array
    mean_tail: Array
    cross: Array
    cross_tail: Array
    y_shape: tuple[int, ...] = ()
    names: tuple[str, ...] | None = None

    @classmethod
    def of(
        cls, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | float | None = None
    ) -> "Moments":
        """Return the moments of rows in memory.

        Parameters
        ----------
        X : array_like, data frame or sparse matrix of shape (n, p)
            Never changed. A sparse one is not densified.
        y : array_like of shape (n,) or (n, t)
        sample_weight : array_like of shape (n,), or float, optional
            Non-negative; all may be 0.

        Returns
        -------
        Moments

        Raises
        ------
        ValueError
            For input that is empty, not numeric, not finite or of the wrong shape; for negative
            weights.

        Notes
        -----
        O(nq²), and memory for q² numbers and a few slices of 1 MB.
        """
        return cls.by_fold(X, y, sample_weight, np.zeros(np.shape(y)[:1], dtype=int))[0]

    @classmethod
    def by_fold(
        cls,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | float | None,
        folds: ArrayLike,
    ) -> dict[object, "Moments"]:
        """Return the moments of each fold of rows in memory.

        Parameters
        ----------
        X, y, sample_weight
            As in `of`.
        folds : array_like of shape (n,)
            The fold of each row: numbers or strings.

        Returns
        -------
        dict of Moments

        Raises
        ------
        ValueError
            As `of`, and for folds of another shape.
        """
        names = _names(X)
        X = check_matrix("X", X)
        y = _check_targets(y, X)
        check_squares("y", y)
        weights = _check_weights(sample_weight, len(y))
        folds = np.asarray(folds)
        if folds.shape != (len(y),):
            raise ValueError(f"folds must have shape ({len(y)},); got {folds.shape}.")
        labels, fold = np.unique(folds, return_inverse=True)
        if len(labels) == 1:
            return {labels.tolist()[0]: _of(X, y, weights, names)}
        X = X.tocsr() if sp.issparse(X) else X
        return {
            label: _of(X[fold == k], y[fold == k], weights[fold == k], names)
            for k, label in enumerate(labels.tolist())
        }

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of the rows of both."""
        self._check_same_columns(other)
        a, b = (self, other) if self.weight >= other.weight else (other, self)
        n, weight, step = a.n + b.n, a.weight + b.weight, b.mean_from(a)
        if b.weight == 0:
            return replace(a, n=n)
        share = b.weight / weight
        mean, mean_tail = _two_sum(a.mean, a.mean_tail + share * step)
        apart = np.multiply.outer(a.weight * share * step, step)
        cross, cross_tail = _two_sum(a.cross, b.cross + apart + (a.cross_tail + b.cross_tail))
        return Moments(n, weight, mean, mean_tail, cross, cross_tail, self.y_shape, self.names)

    def __radd__(self, other: int) -> "Moments":
        """Return the moments themselves: `sum` begins at 0."""
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def mean_from(self, other: "Moments") -> Array:
        """Return the difference of the means, of shape (q,), to full precision."""
        return (self.mean - other.mean) + (self.mean_tail - other.mean_tail)

    @property
    def n_features(self) -> int:
        """How many columns X has."""
        return len(self.mean) - math.prod(self.y_shape)

    @property
    def constant(self) -> Array:
        """Which columns are constant up to rounding, of shape (q,)."""
        return self.cross.diagonal() <= self.weight * (32 * EPS * self.mean) ** 2

    def stand_in(self) -> Array:
        r"""Return rows (m, q), m ≤ 2q, with mean 0 and mean cross-products :math:`C / S`.

        In units of standard deviations let the columns of X have the correlations
        :math:`\sum_k \lambda_k v_k v_k^\top`, and c with y. Row k of X is
        :math:`\sqrt{\lambda_k} v_k^\top` and has :math:`y_k = v_k^\top c / \sqrt{\lambda_k}`; one
        more row, 0 in every column, has the part of y that no column reaches. So columns that are
        dependent are so to the last digit. Each row comes once more with the opposite sign, which
        makes the mean 0.
        """
        p, C = self.n_features, (self.cross + self.cross_tail) / (self.weight or 1)
        deviations = np.sqrt(np.where(self.constant, 0, C.diagonal()))
        scale = np.where(self.constant, 0, 1 / np.where(self.constant, 1, deviations))
        C *= np.multiply.outer(scale, scale)
        squares, V = np.linalg.eigh(C[:p, :p])
        kept = squares > ROUNDED * squares[-1]
        lengths, V = np.sqrt(squares[kept])[:, None], V.T[kept]
        Y = V @ C[:p, p:] / lengths
        rest, U = np.linalg.eigh(C[p:, p:] - Y.T @ Y)
        E = np.sqrt(np.maximum(rest, 0))[:, None] * U.T
        rows = np.block([[lengths * V, Y], [np.zeros((len(E), p)), E]]) * deviations
        return np.sqrt(len(rows)) * np.vstack([rows, -rows])

    def _check_same_columns(self, other: "Moments") -> None:
        if self.n_features != other.n_features:
            raise ValueError(
                f"X must have {self.n_features} columns, as the rows before; got "
                f"{other.n_features}."
            )
        if self.y_shape != other.y_shape:
            raise ValueError(
                f"y must have shape {('n', *self.y_shape)}, as the rows before; got "
                f"{('n', *other.y_shape)}."
            )
        if self.names != other.names:
            raise ValueError(
                f"X must have the column names of the rows before, {self.names}; got {other.names}."
            )


def _of(X: Array, y: Array, weights: Array, names: tuple[str, ...] | None) -> Moments:
    """Return the moments of checked rows: a sparse block whole, a dense one slice by slice."""
    Y = y.reshape(len(y), -1)
    q = X.shape[1] + Y.shape[1]
    # on a slice of fewer rows than columns more time would go to merging than to multiplying
    rows = len(y) if sp.issparse(X) else max(SLICE // q, 2 * q)

    def of_slice(first: int) -> Moments:
        some = slice(first, first + rows)
        s = weights[some]
        total = float(s.sum())
        mean, tail, cross, zeros = np.zeros(q), np.zeros(q), np.zeros((q, q)), np.zeros((q, q))
        if total > 0:
            central = _sparse_moments if sp.issparse(X) else _dense_moments
            mean, tail, cross = central(X[some], Y[some], s)
        return Moments(len(s), total, mean, tail, cross, zeros, y.shape[1:], names)

    return reduce(add, map(of_slice, range(0, len(y), rows)))


def _dense_moments(X: Array, Y: Array, s: Array) -> tuple[Array, Array, Array]:
    """Return mean, tail and C of a few rows: centred, then centred again."""
    total = s.sum()
    Z = np.concatenate([X, Y], axis=1, dtype=float)
    mean = s @ Z / total
    Z -= mean
    tail = s @ Z / total
    Z *= np.sqrt(s)[:, None]
    return mean, tail, Z.T @ Z - np.multiply.outer(total * tail, tail)


def _sparse_moments(X: Array, Y: Array, s: Array) -> tuple[Array, Array, Array]:
    """Return the same for sparse X, the cross-products of its columns from those about 0."""
    total = s.sum()
    X, origin = counted_from_nearer(X, s / total)
    y_mean, y_tail, cross_y = _dense_moments(np.zeros((len(s), 0)), Y, s)
    x_mean, weighted, centred = s @ X / total, sp.diags_array(s) @ X, Y - y_mean
    cross_x = (X.T @ weighted).toarray() - np.multiply.outer(total * x_mean, x_mean)
    cross_xy = weighted.T @ centred - np.multiply.outer(x_mean, s @ centred)
    cross = np.block([[cross_x, cross_xy], [cross_xy.T, cross_y]])
    x_mean, x_tail = _two_sum(origin, x_mean)
    return np.append(x_mean, y_mean), np.append(x_tail, y_tail), cross


def _two_sum(a: Array, b: Array) -> tuple[Array, Array]:
    """Return the rounded sum of a and b and its rounding error, exactly (Knuth)."""
    total = a + b
    from_b = total - a
    return total, (a - (total - from_b)) + (b - from_b)


def _names(X: object) -> tuple[str, ...] | None:
    """Return the column names of a data frame, if all are strings."""
    names = tuple(getattr(X, "columns", ()))
    return names if names and all(isinstance(name, str) for name in names) else None


def _check_targets(y: ArrayLike, X: Array) -> Array:
    """Return y as a finite float array of shape (n,) or (n, t)."""
    y = as_numbers("y", y)
    if y.ndim != 2:
        return check_vector("y", y, X.shape[0])
    y = check_matrix("y", y)
    if len(y) != X.shape[0]:
        raise ValueError(f"y must have {X.shape[0]} rows, one for each row of X; got {len(y)}.")
    return y


def _check_weights(sample_weight: ArrayLike | float | None, n: int) -> Array:
    """Return non-negative weights, not scaled; None is 1 for each row."""
    if sample_weight is None:
        return np.ones(n)
    if np.ndim(sample_weight) == 0:
        return np.full(n, check_number("sample_weight", sample_weight, low=0))
    weights = check_vector("sample_weight", sample_weight, n).astype(float)
    if weights.min() < 0:
        raise ValueError(f"sample_weight must be non-negative; got {weights.min():g}.")
    some = weights[weights > 0]
    if len(some) and not LEAST_WEIGHT <= some.min() <= some.max() <= 1 / LEAST_WEIGHT:
        raise ValueError(
            f"sample_weight must be 0 or between {LEAST_WEIGHT:g} and {1 / LEAST_WEIGHT:g}, for "
            f"finite sums of products; got from {some.min():g} to {some.max():g}. Scale it."
        )
    return weights
