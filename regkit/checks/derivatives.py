"""Gradients against differences, subgradients against the inequality that defines them."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy import ndarray as Array

from .._validation import check_number, check_vector
from .verdict import EPS, Verdict, as_shape, hint, refused, value_of


def check_gradient(
    f: Callable[[Array], float],
    grad: Callable[[Array], Array] | Array,
    w: Array,
    *,
    tol: float = 1e-5,
    n: int | None = None,
    seed: int = 0,
) -> Verdict:
    r"""Compare a gradient with central differences.

    Parameters
    ----------
    f : callable
        Takes an array of shape (p,), returns a number.
    grad : callable or array_like of shape (p,)
        The gradient under test; or its value at ``w``.
    w : array_like of shape (p,)
        Where to check. A callable is checked at three random points round ``w`` too, so that a term
        that vanishes at ``w`` (the L2 part at 0, say) is not overlooked.
    tol : float, default 1e-5
        Relative tolerance for each component. The error of the differences, which is estimated, is
        added to it.
    n : int, optional
        The number of rows, if a factor n is to be recognised.
    seed : int, default 0

    Returns
    -------
    Verdict
        It names a wrong sign, a constant factor, a missing multiple of w or of sign(w), a kink in
        ``f``, or else the worst component.

    Raises
    ------
    ValueError
        If ``w`` is not a finite vector or ``tol`` is negative.

    Notes
    -----
    About 30 evaluations of ``f`` per component and point. Differences at many step lengths are
    extrapolated (Richardson) and the ones that agree best are taken, so that no step length has to
    fit the scale of ``f``.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.checks import check_gradient
    >>> f = lambda w: 0.5 * w @ w + np.exp(w[0])
    >>> check_gradient(f, lambda w: w + np.array([np.exp(w[0]), 0.0]), [0.3, -2.0])
    Right: the gradient agrees with central differences to 1e-05.
    >>> check_gradient(f, lambda w: -w - np.array([np.exp(w[0]), 0.0]), [0.3, -2.0])
    Not right: your gradient has the wrong sign in every component.
    """
    w = check_vector("w", w, np.size(w)).astype(float)
    tol = check_number("tol", tol, low=0)
    function = callable(grad)
    points = [w, *_points_around(w, 3, seed)] if function else [w]
    rows = []
    for k, point in enumerate(points):
        given, problem = as_shape(grad(point.copy()) if function else grad, w.shape, "gradient")
        if problem:
            return refused(problem)
        numeric = _differences(f, point, seed)
        if numeric.kink.any() and k == 0:
            j = int(np.argmax(numeric.kink))
            return refused(
                f"f has a kink at, or next to, w[{j}] = {point[j]:.3g}, so it has no gradient "
                "there; use check_subgradient, or another w."
            )
        if np.isfinite(numeric.slope).all() and not numeric.kink.any():
            rows.append((point, given, numeric.slope, numeric.error, numeric.steepness))
    if not rows:
        return refused("f is not finite around w, so its slope cannot be measured.")
    W, G, D, error, steepness = map(np.array, zip(*rows, strict=True))
    allowed = tol * np.abs(D) + error
    details = {"max_error": float(np.abs(G - D).max()), "resolution": float(allowed.max())}
    if not (np.abs(G - D) <= allowed).all():
        return refused(_gradient_slip(W, G, D, error, tol, n) + ".", **details)
    if (error.max(axis=1) > 0.01 * steepness).all() and steepness.any():
        return refused("f is too rough: its differences cannot confirm any gradient.", **details)
    return Verdict(True, f"the gradient agrees with central differences to {tol:g}.", details)


class _Slopes(NamedTuple):
    slope: Array
    error: Array  # bounds on the error of each
    kink: Array  # whether right and left slopes differ
    steepness: float  # how steep f is nearby


def _differences(f: Callable[[Array], float], w: Array, seed: int) -> _Slopes:
    """Measure the slopes of f at w along each axis."""
    rounding = _noise(f, w, seed)
    axes = [_difference(f, w, j, rounding) for j in range(len(w))]
    slope, error, kink, steepness = map(np.array, zip(*axes, strict=True))
    return _Slopes(slope, error, kink, float(steepness.max()))


def _difference(
    f: Callable[[Array], float], w: Array, j: int, rounding: float
) -> tuple[float, float, bool, float]:
    """Measure the slope along axis j: its value, error, whether there is a kink, steepness."""
    h = _lengths(w[j : j + 1])
    up, down = (w[j] + h) - w[j], w[j] - (w[j] - h)  # the steps as they come out rounded
    with np.errstate(all="ignore"):
        centre = value_of(f, w)
        right = np.array([value_of(f, _moved(w, j, step)) for step in h]) - centre
        left = centre - np.array([value_of(f, _moved(w, j, -step)) for step in h])
        noise = (rounding + 8 * EPS * (np.abs(right) + np.abs(left))) / h
        central = (right + left) / (up + down)
        better = (100 * central[1:] - central[:-1]) / 99
        error = 5 * (np.abs(better - central[1:]) + noise[1:])
        bend = np.abs(right / up - left / down)
        # where f is smooth, the bend shrinks like h; steps long enough to see a kink are left out
        clear = bend > 100 * noise + 1e-6 * np.abs(central)
        kinked = np.flatnonzero(clear[1:] & (bend[1:] > 0.5 * bend[:-1])) + 1
    first = kinked[-1] + 1 if kinked.size else 0
    error[:first] = np.inf
    error[~np.isfinite(error)] = np.inf
    best = int(np.argmin(error))
    kink = bool(kinked.size) and error[best] > 0.01 * bend[kinked[-1]]
    used = (h <= max(1.0, abs(w[j]))) & (h >= h[best + 1]) & np.isfinite(central + bend)
    steepness = np.maximum(np.abs(central), bend)[used].max(initial=0.0)
    return better[best], error[best], kink, steepness


def _gradient_slip(W: Array, G: Array, D: Array, error: Array, tol: float, n: int | None) -> str:
    """Say how the given slopes G differ from the measured ones D at the points W (rows)."""
    factor = _common_factor(G, D, error, tol)
    if factor is not None and (abs(factor) > 0.001 or not G.any()):
        return _factor_words(factor, n)
    missing = D - G
    for shape, name, part in ((W, "w", "L2"), (np.sign(W), "sign(w)", "L1")):
        clear = np.abs(shape) > 0
        c = float(np.median(missing[clear] / shape[clear])) if clear.any() else 0.0
        fits = (np.abs(missing - c * shape) <= tol * (np.abs(D) + np.abs(G)) + error).all()
        if fits and clear.sum() > 1:
            return (
                f"the numeric gradient is yours {'plus' if c > 0 else 'minus'} {abs(c):.3g} "
                f"{name}: look at the {part} term"
            )
    excess = np.abs(G - D) / (tol * np.abs(D) + error + np.finfo(float).tiny)
    k, j = np.unravel_index(int(np.argmax(excess)), G.shape)
    wrong = int((np.abs(G - D) > tol * np.abs(D) + error).any(axis=0).sum())
    where = "" if k == 0 else f" (at a point near w, where w[{j}] = {W[k, j]:.3g})"
    return (
        f"component {j} is {G[k, j]:.4g}, but differences give {D[k, j]:.4g}{where}; "
        f"{wrong} of {G.shape[1]} components are wrong"
    )


def check_subgradient(
    f: Callable[[Array], float],
    subgrad: Callable[[Array], Array] | Array,
    w: Array,
    *,
    tol: float = 1e-5,
    n: int | None = None,
    seed: int = 0,
) -> Verdict:
    r"""Put a subgradient q to its defining inequality :math:`f(v) \ge f(w) + q^\top(v - w)`.

    Parameters
    ----------
    f : callable
        Convex; takes an array of shape (p,), returns a number (or infinity).
    subgrad : callable or array_like of shape (p,)
        The subgradient under test; or its value at ``w``.
    w : array_like of shape (p,)
        Where to check. A callable is checked at random points round ``w`` too, with and without
        zeros.
    tol : float, default 1e-5
        Relative tolerance on slopes.
    n : int, optional
        The number of rows, if a factor n is to be recognised.
    seed : int, default 0

    Returns
    -------
    Verdict
        Along each axis it names the slopes that ``f`` allows.

    Raises
    ------
    ValueError
        If ``w`` is not a finite vector or ``tol`` is negative.

    Notes
    -----
    The points v lie on both sides of w along every axis and along 20 random directions, at twelve
    distances or more: along a direction d, :math:`q^\top d` may exceed no
    :math:`(f(w + td) - f(w))/t`. That decides the matter for every f that is smooth plus a sum over
    coordinates; for others it is as good as the directions.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.checks import check_subgradient
    >>> check_subgradient(lambda w: np.abs(w).sum(), np.sign, [0.0, -2.0])
    Right: the subgradient inequality holds at every point tried.
    >>> check_subgradient(lambda w: np.abs(w).sum(), lambda w: 1.5 * np.sign(w), [0.0, -2.0])
    Not right: your subgradient is 1.5 times the numeric one.
    >>> check_subgradient(lambda w: np.abs(w).sum(), [1.2, -1.0], [0.0, -2.0])
    Not right: q[0] = 1.2 at w[0] = 0, but f allows only slopes from -1 to 1 there.
    """
    w = check_vector("w", w, np.size(w)).astype(float)
    tol = check_number("tol", tol, low=0)
    function = callable(subgrad)
    rng = np.random.default_rng(seed)
    points = [w, *_points_around(w, 3, seed)] if function else [w]
    points += [point * rng.integers(0, 2, w.shape) for point in points[1:]]
    rows = []
    for point in points:
        given = subgrad(point.copy()) if function else subgrad
        noise = _noise(f, point, seed)
        q, problem = as_shape(given, w.shape, "subgradient")
        if problem:
            return refused(problem)
        if np.isfinite(value_of(f, point)):
            rows.append((point, q, *_slope_interval(f, point, noise)))
    if not rows:
        return refused("f is not finite at w, so no subgradient can be checked there.")
    W, Q, low, high = map(np.array, zip(*rows, strict=True))
    slack = tol * np.maximum(np.abs(low), np.abs(high))
    if (low > high + slack).any():
        _, j = np.argwhere(low > high + slack)[0]
        return refused(f"f bends downwards along w[{j}]: it is not convex.")
    outside = np.maximum(low - Q, Q - high) - slack
    details = {"max_excess": float(outside.max())}
    if outside.max() > 0:
        return refused(_subgradient_slip(W, Q, low, high, outside, tol, n) + ".", **details)
    for point, q in zip(W, Q, strict=True):
        noise = _noise(f, point, seed)
        for d in _own_scale(w) * rng.standard_normal((20, len(w))):
            steepest = _slope_bound(f, point, d, noise)
            if q @ d > steepest + tol * (np.abs(q) @ np.abs(d)):
                return refused(
                    "f(v) >= f(w) + q.(v - w) fails at some v off the axes, though along each axis "
                    "it holds.",
                    **details,
                )
    return Verdict(True, "the subgradient inequality holds at every point tried.", details)


def _slope_interval(f: Callable[[Array], float], w: Array, noise: float) -> tuple[Array, Array]:
    """Return bounds that every subgradient of f at w keeps, component by component."""
    high = np.array([_slope_bound(f, w, d, noise) for d in np.eye(len(w))])
    low = -np.array([_slope_bound(f, w, -d, noise) for d in np.eye(len(w))])
    return low, high


def _slope_bound(f: Callable[[Array], float], w: Array, d: Array, noise: float) -> float:
    """Return the least (f(w + td) - f(w))/t over many t, rounding allowed for."""
    t = _lengths(w[d != 0] / np.abs(d[d != 0]))
    with np.errstate(all="ignore"):
        rise = np.array([value_of(f, w + step * d) for step in t]) - value_of(f, w)
        bounds = (rise + noise + 8 * EPS * np.abs(rise)) / t
    return float(np.min(bounds[~np.isnan(bounds)], initial=np.inf))


def _subgradient_slip(
    W: Array, Q: Array, low: Array, high: Array, outside: Array, tol: float, n: int | None
) -> str:
    middle, width = (low + high) / 2, (high - low) / 2
    smooth = width <= 0.01 * np.abs(middle)
    if smooth.any():
        factor = _common_factor(Q[smooth], middle[smooth], width[smooth], tol)
        if factor is not None:
            return _factor_words(factor, n, "subgradient")
    k, j = np.unravel_index(int(np.argmax(outside)), Q.shape)
    where = "" if k == 0 else " (a point near the w you gave)"
    return (
        f"q[{j}] = {Q[k, j]:.3g} at w[{j}] = {W[k, j]:.3g}{where}, but f allows only slopes from "
        f"{low[k, j]:.3g} to {high[k, j]:.3g} there"
    )


def _common_factor(G: Array, D: Array, error: Array, tol: float) -> float | None:
    """Return the one number, not 1, that turns D into G, if there is one."""
    clear = np.abs(D) > 100 * error
    if not clear.any():
        return None
    factor = float(np.median(G[clear] / D[clear]))
    allowed = 2 * tol * np.abs(factor * D) + (1 + abs(factor)) * error
    fits = (np.abs(G - factor * D) <= allowed).all()
    return factor if fits and abs(factor - 1) > 0.005 else None


def _factor_words(factor: float, n: int | None, name: str = "gradient") -> str:
    if abs(factor + 1) < 1e-3:
        return f"your {name} has the wrong sign in every component"
    if factor == 0:
        return f"your {name} is 0 everywhere"
    return f"your {name} is {factor:.3g} times the numeric one" + hint(abs(factor), n)


def _points_around(w: Array, count: int, seed: int) -> Array:
    """Return points near w, each component moved on its own scale."""
    return w + 0.3 * _own_scale(w) * np.random.default_rng(seed).standard_normal((count, len(w)))


def _own_scale(w: Array) -> Array:
    return np.where(w == 0, float(np.abs(w).max(initial=0.0)) or 1.0, np.abs(w))


def _lengths(w: Array) -> Array:
    """Return step lengths, tenfold apart, from longer than w and 1 to far shorter than both.

    At 0 nothing tells the scale: they run from 1e8 to 1e-12 there.
    """
    size = np.abs(w[w != 0])
    top = np.ceil(np.log10(max(1.0, size.max()))) + 1 if size.size else 8
    bottom = np.floor(np.log10(min(1.0, size.min()))) - 9 if size.size else -12
    return 10.0 ** np.arange(top, bottom - 1, -1)


def _noise(f: Callable[[Array], float], w: Array, seed: int) -> float:
    """Return how much f(w) moves when w is rounded differently: the rounding error of f."""
    rounded = w * (1 + 2 * EPS * np.random.default_rng(seed).integers(-1, 2, (6, len(w))))
    centre = value_of(f, w)
    moves = [abs(value_of(f, v) - centre) for v in rounded]
    return 2 * max(moves) + 8 * EPS * abs(centre)


def _moved(w: Array, j: int, step: float) -> Array:
    moved = w.copy()
    moved[j] += step
    return moved
