"""Rows that come in blocks: from an iterator, or from Dask collections, on whatever cluster it has.

Each block leaves its `Moments` behind and is forgotten, so that memory holds one block at a time.
Moments can be merged in any order; Dask merges them in a tree, near the data, and always in the
same one, so that an answer does not depend on which worker did what, or on one being lost.
Where X, y and weights come from one collection a block of it is loaded once for all of them, so
that their rows belong together even if the source gives them in another order each time.

With folds, the moments of each are kept apart. Those of a training set are merged from the other
folds: to subtract one fold from the total would lose digits.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from typing import Literal, NamedTuple, TypeVar, cast

import numpy as np
from numpy import ndarray as Array

from ._validation import check_in_memory, is_dask
from .moments import ROUNDED, Moments
from .penalties import L1L2

Folds = int | Literal["groups"] | None
"""How many folds; or "groups", one for each value that comes with the rows; or None, no folds."""
Parts = dict[object, Moments]
Method = TypeVar("Method", bound=Callable)
LOST = 1e-14
"""What rounding takes from a cross-product, at most, as a share of the lengths of its columns."""
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
        few, weight = parts[label].stand_in(), parts[label].weight
        if centre:
            some = few + np.where(total.constant, 0, parts[label].mean_from(total))
            weights.append(np.full(len(some), weight / len(some)))
        else:
            # a row for the mean, rather than the mean in every row, whose digits it would take
            some = np.sqrt(2) * np.vstack([few, parts[label].mean])
            weights.append(np.append(np.full(len(few), weight / 2 / len(few)), weight / 2))
        rows.append(some)
        fold.append(np.full(len(some), number))
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


def certified(
    gaps: Array, W: Array, parts: Parts, rows: StandIn, penalty: L1L2, *, centred: bool
) -> Array:
    r"""Return duality gaps (t,) of coefficients W (t, p) on all rows, from those on their stand-in.

    The stand-in lacks the directions that rounding of the cross-products covers. Let it have
    :math:`\tilde C` where the rows have C, and :math:`G = C_{xy} - \tilde C_{xy}`,
    :math:`D = C_{xx} - \tilde C_{xx}`. Then F differs from the stand-in's by
    :math:`\tfrac12 w^\top D w - G^\top w`, and w' , the minimiser, can gain by it no more than

    .. math:: |G|^\top |w| + \tfrac12 w^\top D w + |G|^\top |w'|, \qquad
              |G|^\top |w'| \le \min \bigl( \max_j |G_j| F_0 / l_1,\;
              \|G\| \sqrt{2 F_0 / l_2} \bigr),

    because what w' pays is at most :math:`F_0`. Nor is anything to be gained beyond F itself. A
    share of the deviations no larger than `ROUNDED` counts as rounding of G.

    Rounding of C moves the slopes along the other directions too, in units of the columns by at
    most :math:`g = \varepsilon \sqrt p\, (\sum_j \|x_j\| |w_j| + \|y\|)`, with
    :math:`\varepsilon` = `LOST`. Where F bends by at least :math:`\lambda` that costs no more than
    :math:`g^2 / 2\lambda`, and with a gap there is already :math:`(\sqrt{\text{gap}} + g /
    \sqrt{2\lambda})^2`; along the directions that the stand-in lacks it costs g times what w has.
    """
    total = merge(parts[label] for label in parts)
    p, C = total.n_features, (total.cross + total.cross_tail) / total.weight
    s, Y = rows.sample_weight / total.weight, rows.y.reshape(len(rows.y), -1)
    Z = np.column_stack([rows.X, Y])
    if centred:
        Z = Z - s @ Z
    else:
        C = C + np.multiply.outer(total.mean, total.mean)
    residuals = Z[:, p:] - Z[:, :p] @ W.T
    lengths, near = np.sqrt(np.maximum(C.diagonal(), 0)), (s * Z.T) @ Z
    null_values, lost = lengths[p:] ** 2 / 2, C - near
    bends, slopes = lost[:p, :p], np.abs(lost[:p, p:].T)
    slopes[slopes <= ROUNDED * np.multiply.outer(lengths[p:], lengths[:p])] = 0
    with np.errstate(divide="ignore", invalid="ignore"):
        reach = np.fmin(
            slopes.max(axis=1) * (null_values / penalty.l1),
            np.linalg.norm(slopes, axis=1) * np.sqrt(2 * null_values / penalty.l2),
        )
    reach = np.where(slopes.any(axis=1), reach, 0)
    differ = np.sum(slopes * np.abs(W), axis=1) + np.maximum(np.sum(W @ bends * W, axis=1), 0) / 2
    values = s @ residuals**2 / 2 + [penalty.value(w) for w in W]
    unit = lengths[:p] + (lengths[:p] == 0)
    bend, V = np.linalg.eigh(near[:p, :p] / np.multiply.outer(unit, unit))
    kept = bend > ROUNDED * bend[-1]
    least = bend[kept].min(initial=np.inf) - 4 * p * LOST
    g = LOST * np.sqrt(p) * (np.abs(W) @ lengths[:p] + lengths[p:])
    differ += g * np.linalg.norm(W * lengths[:p] @ V[:, ~kept], axis=1)
    moved = g / np.sqrt(2 * least) if least > 0 else np.inf
    return np.minimum((np.sqrt(gaps + reach) + moved) ** 2, values) + differ


def merge(some: Iterable[Moments]) -> Moments:
    """Return the moments of all rows together."""
    total = sum(some)
    if not isinstance(total, Moments):
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
        n += _count(found)
    return _checked(parts, folds)


def read_dask(
    X: object,
    y: object,
    sample_weight: object = None,
    groups: object = None,
    folds: Folds = None,
    view: Callable | None = None,
) -> Parts:
    """Return the moments of each fold of Dask collections.

    Parameters
    ----------
    X : dask.array.Array of shape (n, p), or dask.dataframe.DataFrame
    y : of shape (n,) or (n, t)
        A Dask collection in the same blocks of rows, or an array if X knows the size of its blocks.
    sample_weight, groups : likewise, of shape (n,), optional
        Or one number, the weight of every row.
    folds : int, "groups" or None, default None
        K folds are consecutive rows, as many in each as can be: those of scikit-learn's ``KFold``.
    view : callable, optional
        Of the (X, y, sample_weight) of a block in memory: which three to take the moments of.

    Returns
    -------
    dict of Moments
        By fold: 0 to K - 1, or the groups, or 0 alone.

    Raises
    ------
    ValueError
        As `read_blocks`; for collections whose blocks do not match; for a source seen to give other
        rows the second time.

    Notes
    -----
    One task for each block, on Dask's scheduler of the moment. Graphs are not optimised one by one:
    that would load a block for X and again for y. K folds of rows that nobody has counted end
    where the last block is known; until then each block's moments are kept, O(p²) numbers, and then
    the at most K - 1 blocks in which a fold ends are loaded once more.

    Examples
    --------
    >>> import dask.array as da
    >>> X = da.ones((10, 3), chunks=(4, 3))
    >>> parts = read_dask(X, X[:, 0], folds=3)
    >>> [moments.n for moments in parts.values()]
    [4, 3, 3]
    """
    import dask

    sizes, by_group = _sizes(X), folds == "groups"
    others = {"y": y, "sample_weight": sample_weight, "groups": groups}
    blocks = [block[: 3 + by_group] for block in _aligned(X, others, sizes)]
    before = dask.compute(*_loaded_apart(blocks[0]))
    measure, merge_some = dask.delayed(_block_parts), dask.delayed(_merge_parts)
    parts = [measure(k, block, by_group, view=view) for k, block in enumerate(blocks)]
    if isinstance(folds, int):
        if sizes is None:
            # kept to the end: Dask drops the futures from the graphs that are built on these
            kept = dask.persist(*parts)
            parts = list(kept)
            sizes = dask.compute(*map(dask.delayed(_count), parts))
        fold_ends = _fold_ends(sum(sizes), folds)
        for k, (end, m) in enumerate(zip(np.cumsum(sizes), sizes, strict=True)):
            rule = partial(_in_runs, end - m, m, fold_ends)
            if ((end - m < fold_ends) & (fold_ends < end)).any():  # a fold ends in this block
                parts[k] = measure(k, blocks[k], False, rule)
            else:
                parts[k] = dask.delayed(_in_one_fold)(k, parts[k], rule)
    while len(parts) > 1:
        parts = [merge_some(parts[i : i + FAN_IN]) for i in range(0, len(parts), FAN_IN)]
    # tasks of their own: of those before, a busy scheduler may still hold the answer
    found, *after = dask.compute(parts[0], *_loaded_apart(blocks[0]))
    if list(before) != after:
        raise ValueError(
            "X and y are loaded separately from a source that does not repeat itself: the first "
            "block differed the second time, so that rows of X and y need not belong together. "
            "Take X, y and sample_weight from one Dask collection, or persist() that first."
        )
    return _checked(found, folds)


def _aligned(
    X: object, others: dict[str, object], sizes: tuple[int, ...] | None
) -> list[tuple[object, ...]]:
    """Return what belongs together of X and the others, block by block."""
    pieces = [_pieces("X", X, sizes)]
    for name, part in others.items():
        one = part is None or (name == "sample_weight" and np.ndim(part) == 0)
        pieces.append([part] * len(pieces[0]) if one else _pieces(name, part, sizes))
        if len(pieces[-1]) != len(pieces[0]):
            raise ValueError(
                f"{name} must come in {len(pieces[0])} blocks of rows, as X; got {len(pieces[-1])}."
            )
    return list(zip(*pieces, strict=True))


def block_by_block(method: Method) -> Method:
    """Let a method of X, a row of results for each row, take Dask collections and be lazy there."""

    @wraps(method)
    def of_any(self: object, X: object) -> object:
        return _mapped(getattr(self, method.__name__), X) if is_dask(X) else method(self, X)

    return cast(Method, of_any)


def _mapped(f: Callable[[object], Array], X: object) -> object:
    """Return the Dask array of f of each block, once f has accepted X's columns."""
    if hasattr(X, "columns"):
        few = f(X._meta_nonempty)
        return X.map_partitions(partial(_unless_empty, f, few[:0]), meta=few[:0])
    few = f(np.ones((1, *X.shape[1:])))
    X = X.rechunk({1: -1})
    return X.map_blocks(
        partial(_unless_empty, f, few[:0]),
        chunks=(X.chunks[0], *((m,) for m in few.shape[1:])),
        drop_axis=1 if few.ndim == 1 else None,
        meta=few[:0],
    )


def _unless_empty(f: Callable[[object], Array], nothing: Array, block: object) -> Array:
    return f(block) if block.shape[0] else nothing


def _loaded_apart(block: tuple) -> list:
    """Return tasks that look at X and y of a block, if they share no task with one another."""
    import dask
    from dask.base import tokenize

    graphs = [set(part.__dask_graph__()) for part in block if hasattr(part, "__dask_graph__")]
    if all(graph & graphs[0] for graph in graphs):
        return []
    return [dask.delayed(tokenize)(part) for part in block[:2]]


def _block_parts(
    number: int,
    block: object,
    by_group: bool,
    fold_of: Callable[[int], Array] | None = None,
    view: Callable | None = None,
) -> Parts:
    """Return the moments of one block by fold; nothing for an empty block."""
    with _naming(number):
        if isinstance(block, Moments) and not by_group and fold_of is None:
            return {0: block}
        if not isinstance(block, tuple | list) or not 2 <= len(block) <= 3 + by_group:
            allowed = "(X, y) or (X, y, sample_weight)" + " or (…, groups)" * by_group
            raise ValueError(f"a block must be {allowed}; got {_described(block)}.")
        X, y, sample_weight, groups = (*block, None, None)[:4]
        check_in_memory(X=X, y=y, sample_weight=sample_weight)
        if np.shape(X)[:1] == np.shape(y)[:1] == (0,):
            return {}
        if by_group and groups is None:
            raise ValueError("groups must name the fold of each row; got None.")
        if view is not None:
            X, y, sample_weight = view(X, y, sample_weight)
        n = np.shape(y)[0] if np.ndim(y) else 0
        in_fold = np.zeros(n, dtype=int) if fold_of is None else fold_of(n)
        return Moments.by_fold(X, y, sample_weight, groups if by_group else in_fold)


def _merge_parts(some: list[Parts]) -> Parts:
    """Merge fold by fold."""
    labels = dict.fromkeys(label for parts in some for label in parts)
    return {label: merge(parts[label] for parts in some if label in parts) for label in labels}


def _checked(parts: Parts, folds: Folds) -> Parts:
    """Refuse to go on without rows, or without rows in every fold."""
    n = _count(parts)
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


def _in_runs(first: int, size: int, fold_ends: Array, m: int) -> Array:
    """Return the folds of m rows from number ``first`` on, if each fold ends as told."""
    if m != size:
        raise ValueError(f"X had {size} rows and now has {m}: its source does not repeat itself.")
    return np.searchsorted(fold_ends, np.arange(first, first + m), side="right")


def _in_one_fold(number: int, parts: Parts, fold_of: Callable[[int], Array]) -> Parts:
    """Return the moments of a block, whose rows were taken for one fold, under that fold's name."""
    with _naming(number):
        fold = fold_of(_count(parts))
    return {int(fold[0]): moments for moments in parts.values()}


def _fold_ends(n: int, folds: int) -> Array:
    """Return where each of K runs of rows ends; the first n mod K of them are a row longer."""
    return np.cumsum(n // folds + (np.arange(folds) < n % folds))


def _count(parts: Parts) -> int:
    """Return the number of rows."""
    return sum(moments.n for moments in parts.values())


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
        return part.to_delayed(optimize_graph=False)
    if part.ndim not in (1, 2):
        raise ValueError(f"{name} must have 1 or 2 dimensions; got {part.ndim}.")
    cuts = {1: -1} if part.ndim == 2 else {}
    if sizes is not None and not np.isnan(part.shape[0]):
        if part.shape[0] != sum(sizes):
            raise ValueError(f"{name} must have {sum(sizes)} rows, as X; got {part.shape[0]}.")
        cuts[0] = sizes
    return part.rechunk(cuts).to_delayed(optimize_graph=False).ravel().tolist()


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
