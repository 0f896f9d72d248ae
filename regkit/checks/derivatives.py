"""Gradients against differences, subgradients against the inequality that defines them."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy import ndarray as Array
from numpy.typing import ArrayLike

from .._validation import check_integer, check_number, check_vector
from .verdict import EPS, Verdict, answer_of, hint, refused, value_of


def check_gradient(
    f: Callable[[Array], float],
    grad: Callable[[Array], Array] | ArrayLike,
    w: ArrayLike,
    *,
    tol: float = 1e-5,
    n: int | None = None,
    intercept: int | None = None,
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
        Where to check. A callable is checked at three random points too, so that a term that
        vanishes at ``w`` (the L2 part at 0, say) is not overlooked: one near ``w``, and two whose
        signs are drawn, each the opposite of the other's, so that :math:`|w|` is not taken for w.
        Points where ``f`` is not defined are left out.
    tol : float, default 1e-5
        Relative tolerance for each component. The error of the differences, which is estimated, is
        added to it.
    n : int, optional
        The number of rows, if a factor n is to be recognised.
    intercept : int, optional
        Which component of ``w`` is an intercept, 0 or -1 say, if one is: no penalty counts it.
    seed : int, default 0

    Returns
    -------
    Verdict
        It names a wrong sign or a constant factor, of the whole or of the loss's part alone; a
        missing multiple of w or of sign(w); a penalised or forgotten intercept; a kink in ``f``; or
        else the worst component.

    Raises
    ------
    ValueError
        If ``w`` is not a finite vector, ``tol`` is negative or ``intercept`` no place in ``w``.

    Notes
    -----
    About 30 evaluations of ``f`` per component and point. Differences at many step lengths are
    extrapolated (Richardson) and the ones that agree best are taken, so that no step length has to
    fit the scale of ``f``.

    Slips are found by least squares: with D the numeric gradients, the given ones are fitted by
    :math:`cD + d_2 w + d_1 \operatorname{sign}(w)`, with as few of the three parts as will do. A
    loss's part that is c times what it should be, beside a right L2 part, has
    :math:`d_2 = (1 - c)\,l_2`.

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
    if intercept is not None and check_integer("intercept", intercept, low=-len(w)) >= len(w):
        raise ValueError(f"intercept must be a place in w, below {len(w)}; got {intercept}.")
    points = [w, *_points_around(f, w, seed)] if callable(grad) else [w]
    rows = []
    for point in points:
        given, problem = _answer_at(point, grad, "gradient")
        if problem:
            return refused(problem)
        numeric = _differences(f, point, seed)
        if numeric.kink.any() and point is w:
            return refused(_kink_words(w, numeric.kink))
        if np.isfinite(numeric.slope).all() and not numeric.kink.any():
            rows.append((point, given, numeric.slope, numeric.error, numeric.steepness))
    if not rows:
        return refused("f is not finite around w, so its slope cannot be measured.")
    W, G, D, error, steepness = map(np.array, zip(*rows, strict=True))
    allowed = tol * np.abs(D) + error
    details = {"max_error": float(np.abs(G - D).max()), "resolution": float(allowed.max())}
    if not (np.abs(G - D) <= allowed).all():
        free = np.arange(len(w)) == (None if intercept is None else intercept % len(w))
        slip = _gradient_slip(_Compared(W, G, D, error, tol), free, n)
        return refused(f"{slip}.", **details)
    if (error.max(axis=1) > 0.01 * steepness).all() and steepness.any():
        return refused("f is too rough: its differences cannot confirm any gradient.", **details)
    return Verdict(True, f"the gradient agrees with central differences to {tol:g}.", details)


def _answer_at(w: Array, given: object, name: str) -> tuple[Array, str]:
    """Return what a reader's function, or array, is at w, and what is wrong with it."""
    ask = partial(given, w.copy()) if callable(given) else lambda: given
    return answer_of(ask, w.shape, name)


def _kink_words(w: Array, kink: Array) -> str:
    j = int(np.argmax(kink))
    return (
        f"f has a kink at, or next to, w[{j}] = {w[j]:.3g}, so it has no gradient there; use "
        "check_subgradient, or another w."
    )


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
    h, axis = _lengths(w[j : j + 1]), np.arange(len(w)) == j
    up, down = (w[j] + h) - w[j], w[j] - (w[j] - h)  # the steps as they come out rounded
    with np.errstate(all="ignore"):
        centre = value_of(f, w)
        right = np.array([value_of(f, w + step * axis) for step in h]) - centre
        left = centre - np.array([value_of(f, w - step * axis) for step in h])
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
    used = (h <= max(1.0, abs(w[j]))) & (h >= h[best + 1])
    used &= np.isfinite(central) & np.isfinite(bend)
    steepness = np.maximum(np.abs(central), bend)[used].max(initial=0.0)
    return better[best], error[best], kink, steepness


class _Compared(NamedTuple):
    """Given slopes beside measured ones: a row for each point, a column for each component."""

    W: Array  # the points
    G: Array  # what was given
    D: Array  # what was measured
    error: Array  # of the measured
    tol: float

    def of(self, components: Array) -> "_Compared":
        """Return the same of some components alone."""
        return _Compared(*(part[:, components] for part in self[:4]), self.tol)

    @property
    def wrong(self) -> Array:
        """Which of the given are wrong."""
        return np.abs(self.G - self.D) > self.tol * np.abs(self.D) + self.error


def _gradient_slip(slopes: _Compared, free: Array, n: int | None) -> str:
    """Say how given slopes differ from measured ones; ``free`` marks the intercept, if any."""
    found = _slip(slopes, np.where(free, 0, slopes.W), n)
    if found or not free.any():
        return found or _worst_component(slopes, np.arange(len(free)))
    weights, own = slopes.of(~free), slopes.of(free)
    said = []
    if weights.wrong.any():
        slip = _slip(weights, weights.W, n)
        said = [slip or _worst_component(weights, np.flatnonzero(~free))]
    if own.wrong.any():
        pulled = None if _factor(own) is not None else _fit(own.G, [own.D, own.W], own)
        if pulled is not None:
            said.append("the intercept is penalised: no penalty counts it")
            if abs(pulled[0] - 1) > 0.005:
                times = f"{pulled[0]:.3g} times what it should be"
                said.append(f"the loss's part of its slope is {times}{hint(abs(pulled[0]), n)}")
        else:
            slip = _slip(own, 0 * own.W, n) or _worst_component(own, np.flatnonzero(free))
            said.append(f"in the intercept's component, {slip}")
    return "; and ".join(said)


def _slip(slopes: _Compared, weights: Array, n: int | None) -> str | None:
    """Find the multiples of the numeric gradient, of w and of sign(w) that make up what came."""
    G, D = slopes.G, slopes.D
    if slopes.wrong.any(axis=0).sum() == 1 < G.shape[1]:
        return None  # a slip in a formula spoils more than one component
    factor = _factor(slopes)
    if factor is not None and (abs(factor) > 0.001 or not G.any()):
        return _factor_words(factor, n)
    # a shape that never varies is as well that of a number added to every component
    shapes = {"w": weights, "sign(w)": np.sign(weights)}
    shapes = {name: part for name, part in shapes.items() if len(np.unique(part[part != 0])) > 1}
    for name, part in shapes.items():
        missing = _fit(D - G, [part], slopes)
        if missing is not None:
            term = "L2" if name == "w" else "L1"
            return f"the numeric gradient is yours {_sum(missing, [name])}: look at the {term} term"
    for names in [["w"], ["sign(w)"], ["w", "sign(w)"]]:
        if shapes.keys() >= set(names):
            found = _fit(G, [D, *(shapes[name] for name in names)], slopes)
            if found is not None:
                return _parts_words(found[0], found[1:], names, n)
    return None


def _parts_words(c: float, d: Array, names: list[str], n: int | None) -> str:
    """Say what it means that the given slopes are c times the numeric ones, plus d of each name."""
    if abs(c - 1) < 1e-3:
        return f"the numeric gradient is yours {_sum(-d, names)}: look at both parts of the penalty"
    penalty = d / (1 - c)
    if (penalty <= 0).any():
        return f"your gradient is {c:.3g} times the numeric one {_sum(d, names)}"
    slip = f"is {c:.3g} times what it should be{hint(abs(c), n)}"
    if abs(c) < 1e-3 or abs(c + 1) < 1e-3:
        slip = "is missing" if abs(c) < 1e-3 else "has the wrong sign"
    return (
        f"the loss's part of your gradient {slip}, if the penalty's is {_sum(penalty, names)[5:]}"
    )


def _sum(factors: Array, names: list[str]) -> str:
    return " ".join(
        f"{'plus' if factor > 0 else 'minus'} {abs(factor):.3g} {name}"
        for factor, name in zip(factors, names, strict=True)
    )


def _factor(slopes: _Compared) -> float | None:
    """Return the one number, not 1, that turns the measured slopes into the given ones."""
    found = _fit(slopes.G, [slopes.D], slopes)
    return None if found is None or abs(found[0] - 1) < 0.005 else float(found[0])


def _fit(target: Array, parts: list[Array], slopes: _Compared) -> Array | None:
    """Return the factors of the parts that make up the target to within its tolerance, or None."""
    A, b = np.array([part.ravel() for part in parts]).T, target.ravel()
    units = np.linalg.norm(A, axis=0)
    if len(b) <= len(units) or not units.all():
        return None
    size, error = (np.abs(part).ravel() for part in (slopes.D, slopes.error))
    allowed = slopes.tol * (np.abs(slopes.G).ravel() + size) + error
    weight = 1 / (allowed + np.finfo(float).tiny)[:, None]
    factors, _, rank, _ = np.linalg.lstsq(weight * A / units, weight[:, 0] * b, rcond=1e-9)
    factors = factors / units
    if parts[0] is slopes.D:  # what they were measured with is multiplied too
        allowed = allowed + abs(factors[0]) * (slopes.tol * size + error)
    return factors if rank == len(units) and (np.abs(A @ factors - b) <= allowed).all() else None


def _worst_component(slopes: _Compared, places: Array) -> str:
    """Name the component that is furthest off; ``places`` are the components' places in w."""
    W, G, D, error, tol = slopes
    excess = np.abs(G - D) / (tol * np.abs(D) + error + np.finfo(float).tiny)
    k, j = np.unravel_index(int(np.argmax(excess)), G.shape)
    where = "" if k == 0 else f" (at another point, where w[{places[j]}] = {W[k, j]:.3g})"
    return (
        f"component {places[j]} is {G[k, j]:.4g}, but differences give {D[k, j]:.4g}{where}; "
        f"{int(slopes.wrong.any(axis=0).sum())} of {G.shape[1]} components are wrong"
    )


def check_subgradient(
    f: Callable[[Array], float],
    subgrad: Callable[[Array], Array] | ArrayLike,
    w: ArrayLike,
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
        Where to check. A callable is checked at random points of either sign too, with and without
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
    rng = np.random.default_rng(seed)
    points = [w, *_points_around(f, w, seed)] if callable(subgrad) else [w]
    points += [np.where(rng.integers(0, 2, w.shape), point, 0.0) for point in points[1:]]
    rows = []
    for point in points:
        q, problem = _answer_at(point, subgrad, "subgradient")
        if problem:
            return refused(problem)
        if np.isfinite(value_of(f, point)):
            rows.append((point, q, *_slope_interval(f, point, _noise(f, point, seed))))
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
    ways = [_own_scale(w) * rng.standard_normal((20, len(w))) for _ in W]
    if any(_rises_too_slowly(f, *some, tol, seed) for some in zip(W, Q, ways, strict=True)):
        return refused(
            "f(v) >= f(w) + q.(v - w) fails at some v off the axes, though along each axis it "
            "holds.",
            **details,
        )
    return Verdict(True, "the subgradient inequality holds at every point tried.", details)


def _rises_too_slowly(
    f: Callable[[Array], float], w: Array, q: Array, ways: Array, tol: float, seed: int
) -> bool:
    """Say whether f rises less than q says along one of the ways (m, p) from w."""
    noise = _noise(f, w, seed)
    allowed = (_slope_bound(f, w, d, noise) + tol * (np.abs(q) @ np.abs(d)) for d in ways)
    return any(q @ d > most for d, most in zip(ways, allowed, strict=True))


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
    slopes = _Compared(W[smooth], Q[smooth], middle[smooth], width[smooth], tol)
    factor = _factor(slopes)
    if factor is not None:
        return _factor_words(factor, n, "subgradient")
    k, j = np.unravel_index(int(np.argmax(outside)), Q.shape)
    where = "" if k == 0 else " (a point near the w you gave)"
    return (
        f"q[{j}] = {Q[k, j]:.3g} at w[{j}] = {W[k, j]:.3g}{where}, but f allows only slopes from "
        f"{low[k, j]:.3g} to {high[k, j]:.3g} there"
    )


def _factor_words(factor: float, n: int | None, name: str = "gradient") -> str:
    if abs(factor + 1) < 1e-3:
        return f"your {name} has the wrong sign in every component"
    if factor == 0:
        return f"your {name} is 0 everywhere"
    return f"your {name} is {factor:.3g} times the numeric one" + hint(abs(factor), n)


def _points_around(f: Callable[[Array], float], w: Array, seed: int) -> list[Array]:
    """Return points where f is defined, each component of w moved on its own scale.

    One is near w, and of two others one has the signs that the other has not.
    """
    rng = np.random.default_rng(seed)
    near, *far = w + 0.3 * _own_scale(w) * rng.standard_normal((3, len(w)))
    signs = rng.choice([-1.0, 1.0], len(w))
    points = near, signs * np.abs(far[0]), -signs * np.abs(far[1])
    with np.errstate(all="ignore"):
        return [point for point in points if np.isfinite(value_of(f, point))]


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
