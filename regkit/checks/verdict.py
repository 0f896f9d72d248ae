"""What a check returns, and the readings and words that the checks share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray as Array

EPS = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Verdict:
    """What a check found; true if the answer is right.

    Attributes
    ----------
    ok : bool
    message : str
        What is right, or what is wrong and where.
    details : Mapping of str to float
        The figures behind it. They are not printed: their last digits depend on the machine.

    Examples
    --------
    >>> from regkit.checks import check_gradient
    >>> verdict = check_gradient(lambda w: w @ w, lambda w: w, [1.0, 2.0])
    >>> bool(verdict)
    False
    >>> verdict
    Not right: your gradient is 0.5 times the numeric one (a factor 2?).
    """

    ok: bool
    message: str
    details: Mapping[str, float] = field(default_factory=dict, compare=False)

    def __bool__(self) -> bool:
        """Return ``ok``."""
        return self.ok

    def __str__(self) -> str:
        """Return the verdict as a sentence."""
        return f"{'Right' if self.ok else 'Not right'}: {self.message}"

    __repr__ = __str__


def refused(message: str, **details: float) -> Verdict:
    """Return the verdict that something is wrong."""
    return Verdict(False, message, details)


def hint(factor: float, n: float | None) -> str:
    """Return the usual reason for a factor, in brackets, or nothing."""
    usual = {"2": 2.0}
    if n is not None:
        usual |= {f"n = {n:g}": n, f"2n = {2 * n:g}": 2 * n, f"n/2 = {n / 2:g}": n / 2}
    for name, value in usual.items():
        if min(abs(factor / value - 1), abs(factor * value - 1)) < 1e-3:
            return f" (a factor {name}?)"
    return ""


def as_shape(given: object, shape: tuple[int, ...], name: str) -> tuple[Array, str]:
    """Return ``given`` as an array, and what keeps it from being a finite one of this shape."""
    array = np.asarray(given)
    if array.dtype.kind not in "fiub":
        return array, f"your {name} holds {array.dtype} values, not real numbers."
    if array.shape != shape:
        return array, f"your {name} has shape {array.shape}; it must have shape {shape}."
    if not np.isfinite(array).all():
        j = int(np.argmin(np.isfinite(array)))
        return array, f"your {name} is {array[j]} in component {j}."
    return array.astype(float), ""


def value_of(f: Callable[[Array], float], w: Array) -> float:
    """Return f(w) as a float; f gets a copy, so it cannot change w."""
    value = np.asarray(f(w.copy()))
    if value.size != 1:
        raise ValueError(f"The function must return one number; got an array of {value.shape}.")
    return float(value.item())
