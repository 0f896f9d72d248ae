r"""The price of a weight.

Every penalty of this book is one function with two numbers,

.. math:: g(w) = l_1 \|w\|_1 + \tfrac12 l_2 \|w\|_2^2,
   \qquad l_1 = \alpha r, \quad l_2 = \alpha (1 - r).

It is a sum over coordinates, so its prox, its subdifferential and its conjugate can be read off one
coordinate at a time. With ``positive=True`` a negative weight costs infinitely much.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray as Array

from ._validation import check_number

TINY = float(np.finfo(float).tiny)
"""Stands for half of a price that is smaller, and would be 0."""


def soft_threshold(v: Array, threshold: float | Array) -> Array:
    r"""Return :math:`\operatorname{sign}(v) \max(|v| - t, 0)`, elementwise.

    The minimiser of :math:`\tfrac12 (w - v)^2 + t |w|`: every entry moves t towards zero and stops
    there.

    Parameters
    ----------
    v : ndarray
    threshold : float or ndarray that broadcasts against ``v``
        The t above, at least 0.

    Returns
    -------
    ndarray, of the shape of ``v``

    Examples
    --------
    >>> import numpy as np
    >>> soft_threshold(np.array([-3.0, 0.5, 2.0]), 1.0)
    array([-2.,  0.,  1.])
    """
    return np.maximum(v - threshold, 0) - np.maximum(-v - threshold, 0)


@dataclass(frozen=True)
class L1L2:
    r"""The Elastic Net penalty :math:`\alpha ( r \|w\|_1 + \tfrac{1-r}{2} \|w\|_2^2 )`.

    Parameters
    ----------
    alpha : float
        The strength α, at least 0.
    l1_ratio : float, default 0.5
        The share r of the L1 part, in [0, 1].
    positive : bool, default False
        Allow no negative weight.

    Raises
    ------
    ValueError
        If ``alpha`` is negative or not finite, or ``l1_ratio`` lies outside [0, 1].

    References
    ----------
    Zou and Hastie (2005), with their :math:`\lambda_1 = 2\alpha r` and
    :math:`\lambda_2 = \alpha(1 - r)` for a loss without the ½.

    Examples
    --------
    >>> import numpy as np
    >>> penalty = L1L2(alpha=2.0, l1_ratio=0.5)
    >>> penalty.value(np.array([3.0, -1.0]))
    9.0
    >>> penalty.prox(np.array([3.0, -1.0]), 1.0)
    array([1., 0.])
    """

    alpha: float
    l1_ratio: float = 0.5
    positive: bool = False

    def __post_init__(self) -> None:
        """Refuse what is not a penalty."""
        check_number("alpha", self.alpha, low=0)
        check_number("l1_ratio", self.l1_ratio, low=0, high=1)

    @property
    def l1(self) -> float:
        r"""The factor :math:`\alpha r` of the L1 norm."""
        return self.alpha * self.l1_ratio

    @property
    def l2(self) -> float:
        r"""The factor :math:`\alpha(1 - r)` of half the squared L2 norm."""
        return self.alpha * (1 - self.l1_ratio)

    def value(self, w: Array) -> float:
        r"""Return :math:`l_1 \|w\|_1 + \tfrac12 l_2 \|w\|_2^2`, infinite where w is not allowed."""
        if self.positive and (w < 0).any():
            return np.inf
        return float(self.l1 * np.abs(w).sum() + self.l2 / 2 * (w @ w))

    def subgradient(self, w: Array) -> Array:
        r"""Return the subgradient :math:`l_1 \operatorname{sign}(w) + l_2 w`, with sign(0) = 0."""
        return self.l1 * np.sign(w) + self.l2 * w

    def prox(self, v: Array, step: float = 1.0) -> Array:
        r"""Return the minimiser over w of :math:`\tfrac12 \|w - v\|^2 + t\,g(w)`, t the ``step``.

        Soft-threshold by :math:`t l_1`, then divide by :math:`1 + t l_2`.
        """
        if self.positive:
            return np.maximum(v - step * self.l1, 0) / (1 + step * self.l2)
        return soft_threshold(v, step * self.l1) / (1 + step * self.l2)

    def subdifferential_distance(self, w: Array, v: Array) -> Array:
        r"""Return how far each :math:`v_j` is from the subdifferential :math:`\partial g(w)_j`.

        That set is the point :math:`l_1 \operatorname{sign}(w_j) + l_2 w_j` where
        :math:`w_j \ne 0` and the interval :math:`[-l_1, l_1]` where :math:`w_j = 0`
        (:math:`(-\infty, l_1]` if ``positive``).
        """
        return np.abs(v - np.where(w == 0, self.clip(v), self.subgradient(w)))

    def clip(self, v: Array) -> Array:
        r"""Return the point of :math:`\partial g(0)` nearest to v: each entry clipped.

        To :math:`[-l_1, l_1]`, or from above alone if ``positive``.
        """
        return np.minimum(v, self.l1) if self.positive else np.clip(v, -self.l1, self.l1)

    def conjugate(self, v: Array) -> float:
        r"""Return :math:`g^*(v) = \sum_j \max(|v_j| - l_1, 0)^2 / (2 l_2)`.

        Where :math:`l_2 = 0` that is 0 if every :math:`|v_j| \le l_1` and infinite otherwise.
        """
        excess = v - self.clip(v)
        if self.l2 == 0:
            return np.inf if excess.any() else 0.0
        return float(excess @ excess / (2 * self.l2))

    def fenchel_young(self, w: Array, v: Array) -> Array:
        r"""Return :math:`g(w) + g^*(v) - v^\top w` coordinate by coordinate, each at least 0.

        With c the `clip` of v and :math:`m = (v - c) / l_2` the maximiser of :math:`vw - g(w)`, it
        is :math:`\tfrac12 l_2 (w - m)^2 + (l_1 |w| - cw)`: a sum of terms that cannot be negative,
        so nothing cancels near the optimum.
        """
        c = self.clip(v)
        excess = v - c
        if self.l2 == 0:
            quadratic = np.where(excess == 0, 0.0, np.inf)
        else:
            with np.errstate(over="ignore"):  # beside next to no price a slope may reach infinity
                quadratic = max(self.l2 / 2, TINY) * (w - excess / self.l2) ** 2
        return quadratic + (self.l1 * np.abs(w) - c * w)


@dataclass(frozen=True)
class L1(L1L2):
    r"""The lasso penalty :math:`\alpha \|w\|_1` (Tibshirani, 1996).

    Parameters
    ----------
    alpha : float
        The strength, at least 0.
    positive : bool, default False
        Allow no negative weight.

    Raises
    ------
    ValueError
        If ``alpha`` is negative or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> L1(2.0).value(np.array([3.0, -1.0]))
    8.0
    """

    l1_ratio: float = field(default=1.0, init=False)


@dataclass(frozen=True)
class L2(L1L2):
    r"""The ridge penalty :math:`\tfrac12 \alpha \|w\|_2^2` (Hoerl and Kennard, 1970).

    Parameters
    ----------
    alpha : float
        The strength, at least 0.
    positive : bool, default False
        Allow no negative weight.

    Raises
    ------
    ValueError
        If ``alpha`` is negative or not finite.

    Examples
    --------
    >>> import numpy as np
    >>> L2(2.0).value(np.array([3.0, -1.0]))
    10.0
    """

    l1_ratio: float = field(default=0.0, init=False)
