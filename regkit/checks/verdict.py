"""What a check returns, and the readings and words that the checks share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy import ndarray as Array

from .._validation import as_numbers

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
    undecided : bool
        Whether the answer is neither certified nor proved wrong.

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
    undecided: bool = False

    def __bool__(self) -> bool:
        """Return ``ok``."""
        return self.ok

    def __str__(self) -> str:
        """Return the verdict as a sentence."""
        found = "Right" if self.ok else "Not certified" if self.undecided else "Not right"
        return f"{found}: {self.message}"

    __repr__ = __str__


def refused(message: str, **details: float) -> Verdict:
    """Return the verdict that something is wrong."""
    return Verdict(False, message, details)


def hint(factor: float, n: float | None, S: float | None = None) -> str:
    """Return the usual reason for a factor, in brackets, or nothing: 2, n, the sum S of weights."""
    usual = {"2": 2.0}
    for name, size in {"n": n, "S": S}.items():
        if size is not None:
            usual |= {f"{name} = {size:g}": size, f"2{name} = {2 * size:g}": 2 * size}
            usual |= {f"{name}/2 = {size / 2:g}": size / 2}
    for name, value in usual.items():
        if min(abs(factor / value - 1), abs(factor * value - 1)) < 1e-3:
            return f" (a factor {name}?)"
    return ""


def answer_of(ask: Callable[[], object], shape: tuple[int, ...], name: str) -> tuple[Array, str]:
    """Return what a reader's function answers, and what keeps it from being a finite array."""
    try:
        given = ask()
    except ValueError as error:
        if "truth value" not in str(error):
            raise
        return np.empty(0), (
            f"your {name} puts a whole array to one `if`; decide entry by entry, as np.where and "
            "np.maximum do."
        )
    return as_shape(given, shape, name)


def as_shape(given: object, shape: tuple[int, ...], name: str) -> tuple[Array, str]:
    """Return ``given`` as an array, and what keeps it from being a finite one of this shape."""
    try:
        array = as_numbers(f"your {name}", given)
    except ValueError as error:
        return np.empty(0), str(error)
    if array.shape != shape:
        return array, f"your {name} has shape {array.shape}; it must have shape {shape}."
    if not np.isfinite(array).all():
        j = tuple(map(int, np.argwhere(~np.isfinite(array))[0]))
        return array, f"your {name} is {array[j]} in component {j[0] if len(j) == 1 else j}."
    return array.astype(float), ""


def value_of(f: Callable[[Array], float], w: Array) -> float:
    """Return f(w) as a float; f gets a copy, so it cannot change w."""
    value = np.asarray(f(w.copy()))
    if value.size != 1:
        raise ValueError(f"The function must return one number; got an array of {value.shape}.")
    return float(value.item())
