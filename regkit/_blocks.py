"""Rows that come in blocks: from an iterator, or from Dask collections, on whatever cluster it has.

Each block leaves its `Moments` behind and is forgotten, so that memory holds one block at a time.
Moments can be merged in any order; Dask merges them in a tree, near the data, and always in the
same one, so that an answer does not depend on which worker did what, or on one being lost.

With folds, the moments of each are kept apart. Those of a training set are merged from the other
folds: to subtract one fold from the total would lose digits.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Literal, NamedTuple

import numpy as np
from numpy import ndarray as Array

from .moments import Moments

Folds = int | Literal["groups"] | None
"""How many folds; or "groups", one for each value that comes with the rows; or None, no folds."""
Parts = dict[object, Moments]
FAN_IN = 8
"""How many moments a task of Dask's merges: enough that few tasks wait on others."""


class StandIn(NamedTuple):
    """A few rows that stand for all: their fits are those of all rows, whatever the penalty.

    Attributes
    ----------
    X : ndarray of shape (m, p)
    y : ndarray of shape (m,) or (m, t)
    sample_weight : ndarray of shape (m,)
    folds : list of (train, test)
        Row numbers, one pair for each fold.
    x_origin : ndarray of shape (p,)
        What was subtracted from the columns.
    y_origin : float or ndarray of shape (t,)
    names : tuple of str, or None
        Of the columns.
    """

    X: Array
    y: Array
    sample_weight: Array
    folds: list[tuple[Array, Array]]
    x_origin: Array
    y_origin: Array
    names: tuple[str, ...] | None


def stand_in(parts: Parts, *, centre: bool) -> StandIn:
    """Return rows with the moments of each part.

    Parameters
    ----------
    parts : dict of Moments
        By fold.
    centre : bool
        Subtract the mean of all rows, which an intercept makes up for. Without an intercept the
        rows must stay where they are.

    Returns
    -------
    StandIn

    Raises
    ------
    ValueError
        If there are no rows, or none of positive weight.

    Examples
    --------
    A thousand rows of two columns become at most six.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(1000, 2))
    >>> rows = stand_in(read_blocks([(X, X[:, 0])]), centre=True)
    >>> rows.X.shape
    (6, 2)
    >>> bool(np.allclose(rows.X.T @ rows.X / 6, np.cov(X.T, ddof=0)))
    True
    """
    total = merge(parts[label] for label in parts)
    if total.weight == 0:
        raise ValueError("sample_weight must be non-negative and not all zero; got a sum of 0.")
    rows, weights, fold = [], [], []
    for number, label in enumerate(sorted(parts)):
        part = parts[label]
        offset = part.mean
        if centre:
            offset = np.where(total.constant, 0, part.mean_from(total))
        rows.append(part.stand_in() + offset)
        weights.append(np.full(len(rows[-1]), part.weight / len(rows[-1])))
        fold.append(np.full(len(rows[-1]), number))
    Z, fold, p = np.concatenate(rows), np.concatenate(fold), total.n_features
    origin = total.mean if centre else np.zeros_like(total.mean)
    return StandIn(
        X=Z[:, :p],
        y=Z[:, p:].reshape(len(Z), *total.y_shape),
        sample_weight=np.concatenate(weights),
        folds=[(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(len(parts))],
        x_origin=origin[:p],
        y_origin=origin[p:].reshape(total.y_shape),
        names=total.names,
    )


def merge(some: Iterable[Moments]) -> Moments:
    """Return the moments of all rows together."""
    total = None
    for moments in some:
        total = moments if total is None else total + moments
    if total is None:
        raise ValueError("The blocks hold no rows.")
    return total


def read_blocks(blocks: Iterable, folds: Folds = None) -> Parts:
    """Return the moments of each fold, from one pass.

    Parameters
    ----------
    blocks : iterable of tuple
        ``(X, y)``, ``(X, y, sample_weight)`` or, with ``folds="groups"``, ``(X, y, sample_weight,
        groups)``, where ``sample_weight`` may be None. Without folds a `Moments` is a block too.
    folds : int, "groups" or None, default None
        Of K folds, row i belongs to fold i mod K, rows counted from 0 through all blocks: the
        answer does not depend on where one block ends and the next begins.

    Returns
    -------
    dict of Moments
        By fold: 0 to K - 1, or the groups, or 0 alone.

    Raises
    ------
    ValueError
        For no rows at all, and for whatever a fit refuses; it names the block, counted from 0.

    Examples
    --------
    >>> blocks = [(np.eye(3), np.arange(3.0)), (np.eye(3), np.ones(3))]
    >>> parts = read_blocks(blocks, folds=2)
    >>> [moments.n for moments in parts.values()]
    [3, 3]
    """
    parts, n = {}, 0
    for number, block in enumerate(blocks):
        fold_of = partial(_in_turn, n, folds) if isinstance(folds, int) else None
        found = _block_parts(number, block, folds == "groups", fold_of)
        with _naming(number):
            parts = _merge_parts([parts, found])
        n += sum(moments.n for moments in found.values())
    return _checked(parts, folds)


def read_dask(
    X: object,
    y: object,
    sample_weight: object = None,
    groups: object = None,
    folds: Folds = None,
) -> Parts:
    """Return the moments of each fold of Dask collections.

    Parameters
    ----------
    X : dask.array.Array of shape (n, p), or dask.dataframe.DataFrame
    y : of shape (n,) or (n, t)
        A Dask collection in the same blocks of rows, or an array if X knows the size of its blocks.
    sample_weight, groups : likewise, of shape (n,), optional
    folds : int, "groups" or None, default None
        K folds are consecutive rows, as many in each as can be: those of scikit-learn's ``KFold``.

    Returns
    -------
    dict of Moments
        By fold: 0 to K - 1, or the groups, or 0 alone.

    Raises
    ------
    ValueError
        As `read_blocks`, and for collections whose blocks do not match.

    Notes
    -----
    One task for each block, on Dask's scheduler of the moment. For K folds the number of rows must
    be known; where the collection does not know it, the rows of y are counted first.

    Examples
    --------
    >>> import dask.array as da
    >>> X = da.ones((10, 3), chunks=(4, 3))
    >>> parts = read_dask(X, X[:, 0], folds=3)
    >>> [moments.n for moments in parts.values()]
    [4, 3, 3]
    """
    import dask

    sizes = _sizes(X)
    pieces = [_pieces("X", X, sizes)]
    for name, part in {"y": y, "sample_weight": sample_weight, "groups": groups}.items():
        pieces.append([None] * len(pieces[0]) if part is None else _pieces(name, part, sizes))
        if len(pieces[-1]) != len(pieces[0]):
            raise ValueError(
                f"{name} must come in {len(pieces[0])} blocks of rows, as X; got {len(pieces[-1])}."
            )
    by_group, rules = folds == "groups", [None] * len(pieces[0])
    if isinstance(folds, int):
        if sizes is None:
            sizes = dask.compute(*map(dask.delayed(len), pieces[1]))
        ends = np.cumsum(sizes)
        fold_ends = _fold_ends(int(ends[-1]), folds)
        rules = [partial(_in_runs, end - m, fold_ends) for end, m in zip(ends, sizes, strict=True)]
    measure, merge_some = dask.delayed(_block_parts), dask.delayed(_merge_parts)
    columns = pieces if by_group else pieces[:3]
    parts = [
        measure(number, block, by_group, rule)
        for number, (rule, *block) in enumerate(zip(rules, *columns, strict=True))
    ]
    while len(parts) > 1:
        parts = [merge_some(parts[i : i + FAN_IN]) for i in range(0, len(parts), FAN_IN)]
    return _checked(dask.compute(parts[0])[0], folds)


def is_dask(X: object) -> bool:
    """Return whether X is a Dask collection that comes in blocks, without importing Dask."""
    return hasattr(X, "__dask_graph__") and hasattr(X, "to_delayed")


def _block_parts(
    number: int, block: object, by_group: bool, fold_of: Callable[[int], Array] | None
) -> Parts:
    """Return the moments of one block by fold; nothing for an empty block."""
    with _naming(number):
        if isinstance(block, Moments) and not by_group and fold_of is None:
            return {0: block}
        if not isinstance(block, tuple | list) or not 2 <= len(block) <= 3 + by_group:
            allowed = "(X, y) or (X, y, sample_weight)" + " or (…, groups)" * by_group
            raise ValueError(f"a block must be {allowed}; got {_described(block)}.")
        X, y, sample_weight, groups = (*block, None, None)[:4]
        if np.shape(X)[:1] == np.shape(y)[:1] == (0,):
            return {}
        if by_group and groups is None:
            raise ValueError("groups must name the fold of each row; got None.")
        n = np.shape(y)[0] if np.ndim(y) else 0
        in_fold = np.zeros(n, dtype=int) if fold_of is None else fold_of(n)
        return Moments.by_fold(X, y, sample_weight, groups if by_group else in_fold)


def _merge_parts(some: list[Parts]) -> Parts:
    """Merge fold by fold."""
    labels = dict.fromkeys(label for parts in some for label in parts)
    return {label: merge(parts[label] for parts in some if label in parts) for label in labels}


def _checked(parts: Parts, folds: Folds) -> Parts:
    """Refuse to go on without rows, or without rows in every fold."""
    n = sum(moments.n for moments in parts.values())
    if not n:
        raise ValueError("The blocks hold no rows.")
    if isinstance(folds, int) and len(parts) < folds:
        raise ValueError(f"cv={folds} needs at least {folds} rows; got {n}.")
    if folds == "groups" and len(parts) < 2:
        raise ValueError(f"groups must name at least 2 folds; got {list(parts)}.")
    return parts


def _in_turn(first: int, folds: int, m: int) -> Array:
    """Return the folds of m rows from number ``first`` on, dealt out in turn."""
    return np.arange(first, first + m) % folds


def _in_runs(first: int, fold_ends: Array, m: int) -> Array:
    """Return the folds of m rows from number ``first`` on, if each fold ends as told."""
    return np.searchsorted(fold_ends, np.arange(first, first + m), side="right")


def _fold_ends(n: int, folds: int) -> Array:
    """Return where each of K runs of rows ends; the first n mod K of them are a row longer."""
    return np.cumsum(n // folds + (np.arange(folds) < n % folds))


def _sizes(X: object) -> tuple[int, ...] | None:
    """Return the number of rows in each block of a Dask array, None if it does not know."""
    if hasattr(X, "columns") or np.isnan(X.chunks[0]).any():
        return None
    return X.chunks[0]


def _pieces(name: str, part: object, sizes: tuple[int, ...] | None) -> list:
    """Return the blocks of rows of a collection, cut where those of X are if they are known."""
    import dask.array as da

    if sizes is not None and not is_dask(part):
        part = da.from_array(np.asarray(part))
    if not is_dask(part):
        raise ValueError(
            f"{name} must be a Dask collection, because X does not know how many rows its blocks "
            f"have; got {_described(part)}."
        )
    if not isinstance(part, da.Array):
        return part.to_delayed()
    if part.ndim not in (1, 2):
        raise ValueError(f"{name} must have 1 or 2 dimensions; got {part.ndim}.")
    cuts = {1: -1} if part.ndim == 2 else {}
    if sizes is not None and not np.isnan(part.shape[0]):
        if part.shape[0] != sum(sizes):
            raise ValueError(f"{name} must have {sum(sizes)} rows, as X; got {part.shape[0]}.")
        cuts[0] = sizes
    return part.rechunk(cuts).to_delayed().ravel().tolist()


def _described(thing: object) -> str:
    """Return what came in a word or two, for a message."""
    size = f" of {len(thing)}" if isinstance(thing, tuple | list) else ""
    return type(thing).__name__ + size


@contextmanager
def _naming(number: int) -> Iterator[None]:
    """Say in an error which block it was."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"Block {number}: {error}") from None
