"""A prox against its neighbours."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy import ndarray as Array

from .._validation import check_integer, check_number
from ..penalties import L1L2
from ..penalties import soft_threshold as soft
from .verdict import EPS, Verdict, answer_of, refused, value_of

# What a slip gives, for v, the step t and the factors of l1 |w| + l2/2 w².
SLIPS: dict[str, Callable[[Array, float, float, float], Array]] = {
    "it returns v itself": lambda v, t, l1, l2: v,
    "it is 0 everywhere": lambda v, t, l1, l2: 0 * v,
    "it has the wrong sign everywhere": lambda v, t, l1, l2: -soft(v, t * l1) / (1 + t * l2),
    "it loses the sign of v":
        lambda v, t, l1, l2: np.maximum(np.abs(v) - t * l1, 0) / (1 + t * l2),
    "negative entries are cut off, as if only positive weights were allowed":
        lambda v, t, l1, l2: np.maximum(v - t * l1, 0) / (1 + t * l2),
    "negative entries must be cut off: the penalty allows positive weights only":
        lambda v, t, l1, l2: soft(v, t * l1) / (1 + t * l2),
    "that is hard thresholding: entries past the threshold must shrink by it":
        lambda v, t, l1, l2: np.where(np.abs(v) > t * l1, v, 0) / (1 + t * l2),
    "small entries cross zero: they must stop there":
        lambda v, t, l1, l2: (v - t * l1 * np.sign(v)) / (1 + t * l2),
    "the step is left out": lambda v, t, l1, l2: soft(v, l1) / (1 + l2),
    "the step is left out of the threshold": lambda v, t, l1, l2: soft(v, l1) / (1 + t * l2),
    "the step is left out of the division": lambda v, t, l1, l2: soft(v, t * l1) / (1 + l2),
    "the L2 part is missing: divide by 1 + step * l2": lambda v, t, l1, l2: soft(v, t * l1),
    "the L1 part is missing: soft-threshold first": lambda v, t, l1, l2: v / (1 + t * l2),
    "it divides first and thresholds then; the order is the other way":
        lambda v, t, l1, l2: soft(v / (1 + t * l2), t * l1),
    "it is the prox of twice the penalty (a factor 2?)":
        lambda v, t, l1, l2: soft(v, 2 * t * l1) / (1 + 2 * t * l2),
    "it is the prox of half the penalty (a factor 2?)":
        lambda v, t, l1, l2: soft(v, t * l1 / 2) / (1 + t * l2 / 2),
    "the threshold is twice what it should be":
        lambda v, t, l1, l2: soft(v, 2 * t * l1) / (1 + t * l2),
    "the threshold is half what it should be":
        lambda v, t, l1, l2: soft(v, t * l1 / 2) / (1 + t * l2),
    "it divides by 1 + 2 * step * l2: the penalty is l2/2 times the square, so 1 + step * l2":
        lambda v, t, l1, l2: soft(v, t * l1) / (1 + 2 * t * l2),
    "it divides by 1 + step * l2 / 2: the derivative of l2/2 * w**2 is l2 * w, so 1 + step * l2":
        lambda v, t, l1, l2: soft(v, t * l1) / (1 + t * l2 / 2),
}  # fmt: skip


def check_prox(
    prox: Callable[[Array, float], Array],
    penalty: L1L2 | Callable[[Array], float],
    *,
    steps: Sequence[float] = (0.3, 1.0, 2.5),
    p: int = 4,
    tol: float = 1e-6,
    seed: int = 0,
) -> Verdict:
    r"""Check that a prox returns the minimiser of :math:`\tfrac12\|w - v\|^2 + t\,g(w)`.

    Parameters
    ----------
    prox : callable
        ``prox(v, step)`` with v of shape (p,) returns an array of that shape.
    penalty : L1L2 or callable
        The penalty g, or its value as a convex function of an array of shape (p,).
    steps : sequence of float, default (0.3, 1.0, 2.5)
        The steps t to try; a step in the wrong place shows only where it is not 1.
    p : int, default 4
        The length of v.
    tol : float, default 1e-6
        Tolerance on the result, relative to the largest entry of v.
    seed : int, default 0

    Returns
    -------
    Verdict
        It names hard thresholding, a lost sign, a step left out, a factor 2, a missing L2 part, and
        the like; or the worst entry.

    Raises
    ------
    ValueError
        If a step is not positive or ``tol`` is negative.

    Notes
    -----
    No minimiser is computed. Along a line the function is convex: if its minimiser lies within h of
    w, it falls on neither side from a distance h to 2h; and if it does not, the minimiser lies
    within 2h. For a sum over coordinates the p axes settle it. For other g the axes, 50 random
    lines, and the lines to 0 and to v are tried.
    For an `L1L2` Moreau's decomposition is checked as well (Parikh and Boyd, 2014, section 2.5):
    :math:`(v - w)/t`, which must be the prox of the conjugate at v/t, has to be a subgradient of g
    at w.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.checks import check_prox
    >>> from regkit.penalties import L1
    >>> soft = lambda v, step: np.sign(v) * np.maximum(np.abs(v) - 0.5 * step, 0)
    >>> hard = lambda v, step: np.where(np.abs(v) > 0.5 * step, v, 0)
    >>> check_prox(soft, L1(0.5))
    Right: no point nearby is better, at 75 values of v.
    >>> check_prox(hard, L1(0.5))
    Not right: that is hard thresholding: entries past the threshold must shrink by it.
    """
    tol = check_number("tol", tol, low=0)
    p = check_integer("p", p, low=1)
    known = penalty if isinstance(penalty, L1L2) else _recognised(penalty, p, seed)
    g = penalty.value if isinstance(penalty, L1L2) else penalty
    answers, bad = [], None
    for t in (check_number("steps", step, low=0, strict=True) for step in steps):
        for v in _points(known, t, p, seed):
            w, problem = answer_of(partial(prox, v.copy(), t), v.shape, "prox")
            if problem:
                return refused(problem)
            answers.append((v, t, w))
            h = max(tol * float(np.abs(v).max()), 1e-9)
            if bad is None and not _is_prox(g, known, v, t, w, h, seed):
                bad = v, t, w
    if bad is None:
        return Verdict(True, f"no point nearby is better, at {len(answers)} values of v.")
    if known is None:
        v, t, w = map(_short, bad)
        return refused(f"at v = {v} with step {t} it returns {w}; a point nearby is better.")
    slip = _slip(known, answers, tol)
    return refused(f"{slip}." if slip else _worst_entry(known, *bad))


def _is_prox(
    g: Callable[[Array], float],
    known: L1L2 | None,
    v: Array,
    t: float,
    w: Array,
    h: float,
    seed: int,
) -> bool:
    """Say whether w minimises the cost, to within h (surely to within 2h) along each line."""

    def cost(x: Array) -> float:
        return 0.5 * float((x - v) @ (x - v)) + t * value_of(g, x)

    here = cost(w)
    ways = [sign * h * d for d in _lines(known, v, w, seed) for sign in (1, -1)]
    slack = 4 * EPS * abs(here)
    if not np.isfinite(here) or any(cost(w + 2 * d) < cost(w + d) - slack for d in ways):
        return False
    if known is None:
        return True
    settled = np.where(np.abs(w) <= h, 0.0, w)
    miss = t * known.subdifferential_distance(settled, (v - settled) / t)
    return bool((miss <= 2 * h * (1 + t * known.l2)).all())


def _lines(known: L1L2 | None, v: Array, w: Array, seed: int) -> list[Array]:
    """Return the directions to look along: the axes settle a sum over coordinates."""
    axes = list(np.eye(len(v)))
    if known is not None:
        return axes
    others = [*np.random.default_rng(seed).standard_normal((50, len(v))), -w, v - w]
    return axes + [d / np.linalg.norm(d) for d in others if d.any()]


def _points(known: L1L2 | None, t: float, p: int, seed: int) -> Array:
    """Return v of shape (25, p): entries from 0 to far beyond the threshold."""
    threshold = t * known.l1 if known and known.l1 > 0 else t
    rng = np.random.default_rng(seed)
    multiples = [-3.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 3.0]
    drawn = [rng.choice(multiples, (12, p)), 2 * rng.standard_normal((12, p))]
    return threshold * np.vstack([*drawn, np.full(p, 40.0)])


def _recognised(g: Callable[[Array], float], p: int, seed: int) -> L1L2 | None:
    """Return g as an `L1L2`, if it is one: then its slips are known."""
    one, two = (value_of(g, np.r_[x, np.zeros(p - 1)]) for x in (1.0, 2.0))
    l2 = two - 2 * one if abs(two - 2 * one) > 1e-12 * abs(one) else 0.0  # g(x) = l1 x + l2/2 x²
    l1 = one - l2 / 2 if abs(one - l2 / 2) > 1e-12 * abs(one) else 0.0
    if not (np.isfinite(l1 + l2) and l1 >= 0 and l2 >= 0 and l1 + l2 > 0):
        return None
    candidate = L1L2(l1 + l2, l1 / (l1 + l2))
    points = 3 * np.random.default_rng(seed).standard_normal((20, p))
    values = [value_of(g, x) for x in points]
    return candidate if np.allclose(values, [*map(candidate.value, points)], rtol=1e-9) else None


def _slip(known: L1L2, answers: list[tuple[Array, float, Array]], tol: float) -> str | None:
    """Name the first slip that gives exactly what came."""

    def gives(slip: Callable, v: Array, t: float, w: Array) -> bool:
        return np.abs(slip(v, t, known.l1, known.l2) - w).max() <= tol * np.abs(v).max()

    named = (words for words, slip in SLIPS.items() if all(gives(slip, *a) for a in answers))
    return next(named, None)


def _worst_entry(known: L1L2, v: Array, t: float, w: Array) -> str:
    excess = w - known.prox(v, t)
    j = int(np.argmax(np.abs(excess)))
    side = "high" if excess[j] > 0 else "low"
    return (
        f"at v = {v[j]:.4g} with step {t:g} it returns {w[j]:.4g}, which is too {side} by "
        f"{abs(excess[j]):.2g}."
    )


def _short(x: Array | float) -> str:
    return f"[{', '.join(f'{part:.3g}' for part in x)}]" if np.ndim(x) else f"{x:g}"
