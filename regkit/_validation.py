"""Bad input gets one clear error: the argument's name, what came, what is allowed."""

from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np
import scipy.sparse as sp

SMALLEST, LARGEST = 1e-75, 1e75
"""Squares of products of numbers beyond may underflow or overflow."""


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


def is_dask(value: object) -> bool:
    """Return whether ``value`` is a Dask collection that comes in blocks; Dask is not imported."""
    return hasattr(value, "__dask_graph__") and hasattr(value, "to_delayed")


def check_in_memory(**arguments: object) -> None:
    """Refuse Dask collections: NumPy would take in all of one, however large, without a word."""
    for name, value in arguments.items():
        if is_dask(value):
            raise ValueError(
                f"{name} must be in memory here; got a Dask {type(value).__name__}. Dask "
                "collections are fitted, block by block, by Ridge, Lasso, ElasticNet and their CV "
                f"classes; everywhere else pass {name}.compute(), if that fits into memory."
            )


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
        entries = _as_float(name, matrix.data, squared=True)
        matrix = type(matrix)((entries, matrix.indices, matrix.indptr), shape=matrix.shape)
    else:
        matrix = _as_float(name, value, squared=True)
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
    with np.errstate(over="ignore"):
        total = weights.sum()
    if np.isinf(total):
        weights = weights / weights.max()
        total = weights.sum()
    return weights / total


def check_squares(name: str, array: np.ndarray) -> None:
    """Refuse numbers that are so large, or all so small, that their squares leave the range."""
    largest = max(float(array.max()), -float(array.min())) if array.size else 0.0
    if largest > 0 and not SMALLEST <= largest <= LARGEST:
        raise ValueError(
            f"{name} must hold numbers whose largest is between {SMALLEST:g} and {LARGEST:g} in "
            f"size, so that their squares are finite and not 0; got {largest:g}. Change its units."
        )


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


def check_classes(
    y: object, sample_weight: object, fit_intercept: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return the two labels in y, sorted, and y with -1 and 1 in their places."""
    labels = np.asarray(y)
    try:
        classes, codes = np.unique(labels, return_inverse=True)
    except TypeError:  # labels of several types have no order
        raise ValueError("y must hold two labels of one type; got several types.") from None
    if len(classes) != 2 or (classes != classes).any() or classes.dtype.kind == "c":
        raise ValueError(
            "Only binary classification is supported: y must hold two classes; "
            f"got {len(classes)} class(es): {', '.join(map(repr, classes[:5].tolist()))}."
        )
    if fit_intercept and labels.ndim == 1:
        weights = check_weights("sample_weight", sample_weight, len(labels))
        present = classes[np.bincount(codes, weights, minlength=2) > 0]
        if len(present) < 2:
            raise ValueError(
                "y must hold both classes in rows of positive weight, or no intercept is best; "
                f"got only {present.tolist()[0]!r}."
            )
    return classes, 2.0 * codes - 1


def as_numbers(name: str, value: object) -> np.ndarray:
    """Return ``value`` as an array of real numbers, with NaN where an entry is missing.

    It takes what scikit-learn's ``check_array`` takes: data frames whose columns differ in type,
    the nullable and Arrow types of pandas, objects that are numbers. A refusal names the column.
    """
    check_in_memory(**{name: value})
    try:
        array = value.to_numpy(dtype=float, na_value=np.nan) if _mixed(value) else np.asarray(value)
        if array.dtype == object and array.ndim:
            array = array.astype(float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must hold real numbers; {_no_number(value)}.") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} must hold real numbers; got an array of dtype {array.dtype}.")
    return array if array.dtype in (np.float32, np.float64) else array.astype(float)


def _as_float(name: str, value: object, *, squared: bool = False) -> np.ndarray:
    array = as_numbers(name, value)
    flat = array.ravel(order="K")
    with np.errstate(over="ignore", invalid="ignore"):
        square = float(flat @ flat)  # one pass over X that writes nothing
    if SMALLEST**2 * flat.size <= square <= LARGEST**2 or (np.isfinite(square) and not squared):
        return array
    if not np.isfinite(array).all():
        kind = "NaN" if np.isnan(array).any() else "infinity"
        raise ValueError(f"{name} must be finite; got {kind}.")
    if squared:
        check_squares(name, array)
    return array


def _mixed(value: object) -> bool:
    """Say whether this is a pandas frame or series that NumPy would turn into objects."""
    if not (hasattr(value, "dtypes") and hasattr(value, "iloc")):
        return False
    dtypes = set(np.ravel(np.array(value.dtypes, dtype=object)))
    plain = len(dtypes) == 1 and all(isinstance(dtype, np.dtype) for dtype in dtypes)
    # as floats, dates would be counts of nanoseconds, and complex numbers lose a part
    return not plain and all(dtype.kind in "fiubO" for dtype in dtypes)


def _no_number(value: object) -> str:
    """Say which column, or else what, holds something that is no real number."""
    table = value if hasattr(value, "columns") else np.asarray(value, dtype=object)
    if len(table.shape) != 2:
        return f"got {_what_is_no_number(table.ravel())}"
    labels = list(getattr(table, "columns", range(table.shape[1])))
    by_place = getattr(table, "iloc", table)
    found = ((label, _what_is_no_number(by_place[:, j])) for j, label in enumerate(labels))
    return next(f"column {label!r} holds {what}" for label, what in found if what)


def _what_is_no_number(entries: Iterable) -> str:
    for entry in entries:
        try:
            float(entry)
        except (TypeError, ValueError, OverflowError):
            if entry is not None and type(entry).__name__ != "NAType":  # a gap is told as NaN
                name = type(entry).__name__
                return "strings" if isinstance(entry, str) else f"values of type {name}"
    return ""
