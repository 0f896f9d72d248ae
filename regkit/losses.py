r"""How badly a linear predictor z fits a target y, row by row.

A loss is a convex, differentiable function f of z for each y. Everything a solver or a certificate
asks of it is here: its value, its first two derivatives, a bound on the second, its convex
conjugate :math:`f^*(u) = \sup_z (uz - f(z))`, and the *Fenchel–Young* slack

.. math:: f(z) + f^*(u) - uz \ge 0,

which is zero exactly when :math:`u = f'(z)`. The slack is what a duality gap is made of, so each
loss writes it in a form that stays accurate when it is nearly zero.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy import ndarray as Array
from scipy.special import entr, expit, kl_div


class Loss(Protocol):
    """What the objective, the solvers and the certificates ask of a loss; all act elementwise.

    Attributes
    ----------
    smoothness : float
        An upper bound on the second derivative in z, for every y.
    """

    smoothness: float

    def value(self, y: Array, z: Array) -> Array:
        """Return :math:`f(z)`."""

    def gradient(self, y: Array, z: Array) -> Array:
        """Return the derivative :math:`f'(z)`."""

    def curvature(self, y: Array, z: Array) -> Array:
        """Return the second derivative :math:`f''(z)`."""

    def conjugate(self, y: Array, u: Array) -> Array:
        """Return :math:`f^*(u)`, infinite outside its domain."""

    def fenchel_young(self, y: Array, z: Array, u: Array) -> Array:
        """Return :math:`f(z) + f^*(u) - uz`, at least 0."""


@dataclass(frozen=True)
class SquaredError:
    r"""Half the squared error, :math:`f(z) = \tfrac12 (y - z)^2`, for regression.

    Examples
    --------
    >>> import numpy as np
    >>> loss = SquaredError()
    >>> loss.value(np.array([3.0]), np.array([1.0]))
    array([2.])
    >>> loss.gradient(np.array([3.0]), np.array([1.0]))
    array([-2.])
    """

    smoothness = 1.0

    def value(self, y: Array, z: Array) -> Array:
        r"""Return :math:`\tfrac12 (y - z)^2`."""
        return 0.5 * (y - z) ** 2

    def gradient(self, y: Array, z: Array) -> Array:
        """Return :math:`z - y`: the residual with its sign turned round."""
        return z - y

    def curvature(self, y: Array, z: Array) -> Array:
        """Return 1, whatever y and z."""
        return np.ones_like(z)

    def conjugate(self, y: Array, u: Array) -> Array:
        r"""Return :math:`\tfrac12 u^2 + uy`."""
        return 0.5 * u**2 + u * y

    def fenchel_young(self, y: Array, z: Array, u: Array) -> Array:
        r"""Return :math:`\tfrac12 (u - (z - y))^2`."""
        return 0.5 * (u - (z - y)) ** 2


@dataclass(frozen=True)
class Logistic:
    r"""The logistic loss :math:`f(z) = \log(1 + e^{-yz})` for labels :math:`y \in \{-1, 1\}`.

    With :math:`\xi = 1 / (1 + e^{yz})`, the probability the model gives to the wrong label,
    :math:`f' = -y\xi` and :math:`f'' = \xi(1 - \xi) \le \tfrac14`.

    Examples
    --------
    >>> import numpy as np
    >>> Logistic().value(np.array([1.0, -1.0]), np.array([0.0, 0.0])).round(4)
    array([0.6931, 0.6931])
    """

    smoothness = 0.25

    def value(self, y: Array, z: Array) -> Array:
        r"""Return :math:`\log(1 + e^{-yz})`, without overflow."""
        return np.logaddexp(0, -y * z)

    def gradient(self, y: Array, z: Array) -> Array:
        r"""Return :math:`-y / (1 + e^{yz})`."""
        return -y * expit(-y * z)

    def curvature(self, y: Array, z: Array) -> Array:
        r"""Return :math:`\xi(1 - \xi)`."""
        return expit(z) * expit(-z)

    def conjugate(self, y: Array, u: Array) -> Array:
        r"""Return :math:`t \log t + (1 - t)\log(1 - t)`.

        Here :math:`t = -uy`; infinite where it leaves [0, 1].
        """
        t = -u * y
        return -entr(t) - entr(1 - t)

    def fenchel_young(self, y: Array, z: Array, u: Array) -> Array:
        r"""Return the Kullback–Leibler divergence of a coin of bias t from one of bias ξ.

        Here :math:`t = -uy`; infinite where it leaves [0, 1].
        """
        t = -u * y
        divergence = kl_div(t, expit(-y * z)) + kl_div(1 - t, expit(y * z))
        return np.maximum(divergence, 0)  # rounding can leave -1e-17


@dataclass(frozen=True)
class SquaredHinge:
    r"""The squared hinge :math:`f(z) = \max(0, 1 - yz)^2` for labels :math:`y \in \{-1, 1\}`.

    The loss of a linear support vector machine in its smooth form.

    Examples
    --------
    >>> import numpy as np
    >>> SquaredHinge().value(np.array([1.0, 1.0]), np.array([2.0, -1.0]))
    array([0., 4.])
    """

    smoothness = 2.0

    def value(self, y: Array, z: Array) -> Array:
        r"""Return :math:`\max(0, 1 - yz)^2`."""
        return np.maximum(0, 1 - y * z) ** 2

    def gradient(self, y: Array, z: Array) -> Array:
        r"""Return :math:`-2y \max(0, 1 - yz)`."""
        return -2 * y * np.maximum(0, 1 - y * z)

    def curvature(self, y: Array, z: Array) -> Array:
        """Return 2 inside the margin and 0 beyond it."""
        return np.where(y * z < 1, 2.0, 0.0)

    def conjugate(self, y: Array, u: Array) -> Array:
        r"""Return :math:`\tfrac14 t^2 - t` with :math:`t = -uy` at least 0, else infinity."""
        t = -u * y
        return np.where(t >= 0, t**2 / 4 - t, np.inf)

    def fenchel_young(self, y: Array, z: Array, u: Array) -> Array:
        r"""Return :math:`(h - t/2)^2 + t \max(0, yz - 1)`.

        Here :math:`h = \max(0, 1 - yz)` and :math:`t = -uy`; infinite where t is negative.
        """
        t, margin = -u * y, 1 - y * z
        slack = (np.maximum(0, margin) - t / 2) ** 2 + t * np.maximum(0, -margin)
        return np.where(t >= 0, slack, np.inf)
