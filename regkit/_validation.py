"""Bad input gets one clear error: the argument's name, what came, what is allowed."""

from numbers import Integral, Real

import numpy as np
import scipy.sparse as sp


def check_number(
    name: str, value: object, *, low: float = -np.inf, high: float = np.inf, strict: bool = False
) -> float:
    """Return ``value`` as a float if it is a finite real number in [low, high] (or (low, high])."""
    inside = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    if inside:
        number = float(value)  # type: ignore[arg-type]
        inside = np.isfinite(number) and number <= high
        inside = inside and (number > low if strict else number >= low)
    if not inside:
        bracket = "(" if strict or low == -np.inf else "["
        close = ")" if high == np.inf else "]"
        allowed = f"{bracket}{low:g}, {high:g}{close}"
        raise ValueError(f"{name} must be a finite number in {allowed}; got {value!r}.")
    return number


def check_share(name: str, value: object) -> float:
    """Return ``value`` as a float if it is a real number in [0, 1): a share that leaves a rest."""
    inside = isinstance(value, Real) and not isinstance(value, bool | np.bool_)
    if not (inside and 0 <= value < 1):  # type: ignore[operator]
        raise ValueError(f"{name} must be a finite number in [0, 1); got {value!r}.")
    return float(value)  # type: ignore[arg-type]


def check_integer(name: str, value: object, *, low: int) -> int:
    """Return ``value`` as an int if it is a whole number of at least ``low``."""
    if not isinstance(value, Integral) or isinstance(value, bool | np.bool_) or value < low:
        raise ValueError(f"{name} must be a whole number of at least {low}; got {value!r}.")
    return int(value)


def check_vector(name: str, value: object, length: int) -> np.ndarray:
    """Return ``value`` as a finite float array of shape (length,)."""
    array = _as_float(name, value)
    if array.shape != (length,):
        raise ValueError(f"{name} must have shape ({length},); got {array.shape}.")
    return array


def check_matrix(name: str, value: object) -> "np.ndarray | sp.csr_array | sp.csc_array":
    """Return ``value`` as a finite two-dimensional float array, dense or sparse, never empty."""
    if sp.issparse(value):
        matrix = value if value.format in ("csr", "csc") else value.tocsr()
        entries = _as_float(name, matrix.data)
        matrix = type(matrix)((entries, matrix.indices, matrix.indptr), shape=matrix.shape)
    else:
        matrix = _as_float(name, value)
    if matrix.ndim != 2 or 0 in matrix.shape:
        raise ValueError(
            f"{name} must have shape (n rows, p columns), both at least 1; got {matrix.shape}."
        )
    return matrix


def check_weights(name: str, value: object, length: int) -> np.ndarray:
    """Return non-negative weights scaled to sum 1; ``None`` or one number means equal ones."""
    if value is None:
        return np.full(length, 1 / length)
    if isinstance(value, Real):
        value = np.full(length, check_number(name, value, low=0, strict=True))
    weights = check_vector(name, value, length).astype(float)
    if weights.min() < 0 or not weights.any():
        raise ValueError(
            f"{name} must be non-negative and not all zero; "
            f"got a smallest weight of {weights.min():g} and a sum of {weights.sum():g}."
        )
    return weights / weights.sum()


def check_alphas(value: object) -> np.ndarray:
    """Return a grid of alphas as a float array of shape (m,)."""
    try:
        grid = np.asarray(value)
    except ValueError:  # rows of different lengths
        grid = np.empty(0)
    numbers = grid.dtype.kind in "fiu" and grid.ndim == 1 and grid.size and np.isfinite(grid).all()
    if not numbers or grid.min() < 0:
        raise ValueError(
            f"alphas must be a one-dimensional grid of finite numbers >= 0; got {value!r}."
        )
    return grid.astype(float)


def _as_float(name: str, value: object) -> np.ndarray:
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers; got an array of dtype {array.dtype}.")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(float)
    if not np.isfinite(array).all():
        kind = "NaN" if np.isnan(array).any() else "infinity"
        raise ValueError(f"{name} must be finite; got {kind}.")
    return array
