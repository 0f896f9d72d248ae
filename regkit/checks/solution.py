"""A solution against its certificate."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from scipy.optimize import minimize_scalar

from .._validation import check_number
from ..certificates import duality_gap, kkt_residual
from ..losses import Loss, SquaredError
from ..objective import Objective
from ..penalties import L1L2
from .verdict import EPS, Verdict, as_shape, hint, refused


def check_solution(
    w: Array,
    X: Array,
    y: Array,
    penalty: L1L2,
    *,
    intercept: float | None = None,
    loss: Loss | None = None,
    sample_weight: Array | None = None,
    fit_intercept: bool = True,
    tol: float = 1e-6,
) -> Verdict:
    r"""Certify that weights minimise this book's objective, whatever computed them.

    Parameters
    ----------
    w : array_like of shape (p,)
        The weights under test.
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,)
        -1 or 1 for the classification losses.
    penalty : L1L2
        `L1`, `L2` or `L1L2`, on this book's scale.
    intercept : float, optional
        The intercept under test; by default the best one for ``w`` is taken.
    loss : Loss, default SquaredError()
    sample_weight : array_like of shape (n,), optional
    fit_intercept : bool, default True
        Whether the objective has an intercept. It is not penalised.
    tol : float, default 1e-6
        How far the objective may be above its minimum, in units of the best that an intercept alone
        can do.

    Returns
    -------
    Verdict
        ``details`` holds ``dual_gap`` and ``relative_gap``, ``kkt_residual`` (the largest) and
        ``intercept_excess``. Slips that it names: another alpha (with a factor 2, n, 1/n …), a
        missing or doubled part of the penalty, a penalised, forgotten or wrong intercept, forgotten
        or squared sample weights, standardised columns, a wrong sign, an Elastic Net rescaled by
        1 + l2, a refit or hard thresholding. Otherwise it names the coordinate that misses its
        optimality condition by most.

    Raises
    ------
    ValueError
        If the data, the penalty or ``tol`` make no problem. A ``w`` of the wrong shape or with NaN
        gets a verdict.

    Notes
    -----
    The duality gap is an upper bound on F(w) - min F, so a wrong answer cannot pass, and no right
    one is refused whose gap has come down. A slip counts as found when ``w`` is certified for *its*
    problem by the same gap, at least a hundred times better than for yours. If it is ten thousand
    times better, ``w`` is refused even where its gap is within ``tol``.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.checks import check_solution
    >>> from regkit.penalties import L1
    >>> X, y = np.eye(2), np.array([3.0, 1.0])
    >>> check_solution([2.0, 0.0], X, y, L1(0.5), fit_intercept=False)
    Right: the objective is at its minimum to 1e-06 (duality gap).
    >>> check_solution([2.5, 0.5], X, y, L1(0.5), fit_intercept=False)
    Not right: the weights solve the problem for alpha = 0.5 times the one you gave (a factor 2?).
    >>> check_solution([0.0, 0.0], X, y, L1(0.5), fit_intercept=False)
    Not right: every weight is 0, but alpha is below alpha_max = 1.5.
    """
    if not isinstance(penalty, L1L2):
        raise ValueError(f"penalty must be L1, L2 or L1L2; got {penalty!r}.")
    tol = check_number("tol", tol, low=0)
    F = Objective(X, y, penalty, loss or SquaredError(), sample_weight, fit_intercept)
    w, problem = as_shape(w, (F.shape[1],), "w")
    if problem:
        return refused(problem)
    if penalty.positive and (w < 0).any():
        j = int(np.argmin(w))
        return refused(f"w[{j}] = {w[j]:.3g} is negative, which the penalty forbids.")
    b = F.intercept(w) if intercept is None else check_number("intercept", intercept)
    gap, excess = _gap(F, w), _intercept_excess(F, w, b)
    rounding = (16 * EPS * float(np.abs(F.y).max())) ** 2  # where y is constant
    allowed = max(tol * F.null_value, rounding)
    details = {
        "dual_gap": gap,
        "relative_gap": gap / F.null_value if F.null_value > 0 else gap,
        "kkt_residual": float(kkt_residual(F, w).max()),
        "intercept_excess": excess,
    }
    if gap > allowed and F.null_value == 0:
        return refused("y is constant, so every weight is 0 at the minimum.", **details)
    slip = _slip(F, w, intercept, tol, gap, excess)
    if slip:
        return refused(f"{slip}.", **details)
    if gap > allowed:
        return refused(_worst_coordinate(F, w, details["relative_gap"], tol), **details)
    if gap + excess > allowed:
        return refused(_intercept_words(F, w, b), **details)
    message = f"the objective is at its minimum to {tol:g} (duality gap)."
    return Verdict(True, message + _not_quite_zero(F, w, gap), details)


def _value_at(F: Objective, w: Array, b: float) -> float:
    return float(F.weights @ F.loss.value(F.y, F.X @ w + b)) + F.penalty.value(w)


def _intercept_excess(F: Objective, w: Array, b: float) -> float:
    """Return what b costs more than the best intercept, or than the 0 that is prescribed."""
    if not F.fit_intercept:  # b may lower the loss then, and is wrong all the same
        return F.loss.smoothness / 2 * b**2
    return max(0.0, _value_at(F, w, b) - F.value(w))


def _slip(
    F: Objective, w: Array, b: float | None, tol: float, gap: float, excess: float
) -> str | None:
    """Name the problem that w solves instead of F, if it solves it clearly better."""
    if F.null_value == 0 or gap + excess <= 1e-12 * F.null_value:
        return None
    own = (gap + excess) / F.null_value
    best, found = own / (100 if own > tol else 10_000), None
    # where the weights are right, only the intercept can be at fault
    suspects = _other_intercepts(F, w, b) if gap < 0.01 * excess else _neighbours(F, w, b)
    for words, problem, v in suspects:
        if problem.null_value > 0 and v.any():
            relative = max(_gap(problem, v) / problem.null_value, 1e-13)
            if relative <= tol and relative < best:
                best, found = relative, words
    return found or _other_alpha(F, w, tol, own)


def _gap(F: Objective, w: Array) -> float:
    """Return the duality gap, infinite where none can be computed."""
    with np.errstate(invalid="ignore"):
        gap = duality_gap(F, w)
    return np.inf if np.isnan(gap) else gap


def _other_alpha(F: Objective, w: Array, tol: float, own: float) -> str | None:
    """Find the alpha that w solves, if none of the usual slips explains it."""
    k = _implied_factor(F, w)
    if own <= tol or k <= 0 or abs(k - 1) < 0.005:
        return None
    gap = _gap(_priced(F, k * F.penalty.l1, k * F.penalty.l2), w)
    solved = gap <= min(tol, own / 100) * F.null_value
    return _alpha_words(k, len(F.y)) if solved else None


def _neighbours(F: Objective, w: Array, b: float | None) -> Iterator[tuple[str, Objective, Array]]:
    """Yield the problems that common slips solve, and the point that would solve them."""
    yield "the weights have the wrong sign", F, -w
    yield from _other_penalties(F, w)
    yield from _other_intercepts(F, w, b)
    yield from _other_data(F, w)


def _other_penalties(F: Objective, w: Array) -> Iterator[tuple[str, Objective, Array]]:
    l1, l2 = F.penalty.l1, F.penalty.l2
    n = len(F.y)
    S = n if F.sample_weight is None else float(np.sum(F.sample_weight))

    usual = [k for n_or_S in (n, S) for k in (n_or_S, 1 / n_or_S, 2 * n_or_S, 0.5 / n_or_S)]
    for k in (2.0, 0.5, *usual, n / 2, 2 / n, n / S):
        if abs(k - 1) > 0.005:
            yield _alpha_words(k, n), _priced(F, k * l1, k * l2), w
    if l1 > 0 and l2 > 0:
        yield "the L2 part of the penalty is missing", _priced(F, l1, 0.0), w
        yield "the L1 part of the penalty is missing", _priced(F, 0.0, l2), w
        yield "the L2 part of the penalty is doubled (no half?)", _priced(F, l1, 2 * l2), w
        yield "the L2 part of the penalty is halved", _priced(F, l1, l2 / 2), w
        yield "the L1 part of the penalty is doubled", _priced(F, 2 * l1, l2), w
        yield "the L1 part of the penalty is halved", _priced(F, l1 / 2, l2), w
        yield "the L1 and L2 parts of the penalty have changed places", _priced(F, l2, l1), w
        yield "the weights are rescaled by 1 + l2", F, w / (1 + l2)
    elif l1 > 0:
        yield "the weights solve the ridge problem, not the lasso", _priced(F, 0.0, l1), w
    elif l2 > 0:
        yield "the weights solve the lasso problem, not the ridge", _priced(F, l2, 0.0), w
    if sp.issparse(F.X):
        return
    yield "the weights are not penalised at all: they solve alpha = 0", _priced(F, 0.0, 0.0), w
    support = w != 0
    if 0 < support.sum() < len(w):
        refit = replace(_priced(F, 0.0, 0.0), X=F.X[:, support])
        words = (
            "the weights are not shrunk: on the columns where they are not 0 they are the "
            "unpenalised fit (hard thresholding, or a refit)"
        )
        yield words, refit, w[support]


def _other_intercepts(
    F: Objective, w: Array, b: float | None
) -> Iterator[tuple[str, Objective, Array]]:
    if not F.fit_intercept:
        yield "the weights are fitted with an intercept", replace(F, fit_intercept=True), w
        return
    yield "the intercept is left out", replace(F, fit_intercept=False), w
    if sp.issparse(F.X):
        return
    ones = replace(F, X=np.column_stack([np.ones(len(F.y)), F.X]), fit_intercept=False)
    if b is None and isinstance(F.loss, SquaredError):
        b = float(F.penalty.prox(np.array([F.weights @ (F.y - F.X @ w)]))[0])
    elif b is None:
        b = float(minimize_scalar(lambda b: _value_at(F, w, b) + F.penalty.value(np.r_[b])).x)
    if b != 0:
        yield "you penalise the intercept", ones, np.r_[b, w]


def _other_data(F: Objective, w: Array) -> Iterator[tuple[str, Objective, Array]]:
    if F.sample_weight is not None and np.ptp(F.weights) > 0:
        yield "sample_weight is ignored", replace(F, sample_weight=None), w
        squared = replace(F, sample_weight=F.weights**2)
        yield "sample_weight is squared (rows take its square root)", squared, w
    if sp.issparse(F.X):
        return
    sd = np.sqrt(F.weights @ (F.X - F.column_means) ** 2)
    if (sd <= 1e-9 * np.abs(F.X).max(axis=0)).any():
        return
    for ddof in (0, 1):
        scale = sd * np.sqrt(len(F.y) / max(len(F.y) - ddof, 1))
        standardised = replace(F, X=(F.X - F.column_means) / scale)
        yield "the weights are those of standardised columns", standardised, w
        words = "the penalty is on standardised columns, the weights are scaled back"
        yield words, standardised, w * scale


def _priced(F: Objective, l1: float, l2: float) -> Objective:
    alpha = l1 + l2
    return replace(F, penalty=L1L2(alpha, l1 / alpha if alpha > 0 else 0.0, F.penalty.positive))


def _implied_factor(F: Objective, w: Array) -> float:
    """Return the multiple of alpha that best balances the slope where w is not 0."""
    pull = F.penalty.subgradient(w)[w != 0]
    slope = -F.gradient(w)[w != 0]
    return float(slope @ pull / (pull @ pull)) if pull.any() else 0.0


def _alpha_words(k: float, n: int) -> str:
    return f"the weights solve the problem for alpha = {k:.3g} times the one you gave" + hint(k, n)


def _worst_coordinate(F: Objective, w: Array, gap: float, tol: float) -> str:
    """Say which coordinate misses its condition by most, measured by what moving it would gain."""
    if not w.any() and F.penalty.l1 > 0:
        return f"every weight is 0, but alpha is below alpha_max = {F.alpha_max:.3g}."
    residual, slope, l1 = kkt_residual(F, w), -F.gradient(w), F.penalty.l1
    curvature = F.loss.smoothness * _mean_squares(F) + F.penalty.l2
    j = int(np.argmax(residual**2 / np.maximum(curvature, np.finfo(float).tiny)))
    if w[j] == 0 and l1 > 0:
        words = (
            f"w[{j}] is 0 but |gradient| exceeds l1 = {l1:.3g} by {residual[j]:.2g}; "
            f"it should be {'positive' if slope[j] > 0 else 'negative'}"
        )
    else:
        pull = F.penalty.subgradient(w)[j]
        words = (
            f"w[{j}] = {w[j]:.3g} is too {'low' if slope[j] > pull else 'high'}: the loss pulls it "
            f"up with {slope[j]:.3g}, the penalty down with {pull:.3g}"
        )
    return f"{words}. The relative duality gap is {gap:.1e}, wanted {tol:g}."


def _intercept_words(F: Objective, w: Array, b: float) -> str:
    if not F.fit_intercept:
        return (
            f"the weights are right, but with fit_intercept=False the intercept is 0, not {b:.4g}."
        )
    reason = ""
    if np.isclose(b, F.weights @ F.y):
        reason = " (it is the mean of y, which is right for centred columns only)"
    return (
        f"the weights are right, but the intercept is {b:.4g}{reason}; "
        f"the best one for them is {F.intercept(w):.4g}."
    )


def _not_quite_zero(F: Objective, w: Array, gap: float) -> str:
    r"""Name the weights that are not 0 but are proved to be 0 at the minimum.

    The dual point lies within :math:`\sqrt{2 L\,\mathrm{gap}}` of the dual optimum, L the loss's
    smoothness, so no slope differs by more than that times the column's norm (the 'gap safe' rule
    of Ndiaye, Fercoq, Gramfort and Salmon, 2017).
    """
    l1, slope = F.penalty.l1, np.abs(F.gradient(w))
    if l1 == 0 or F.penalty.l2 > 0 or F.penalty.positive:
        return ""
    shrink = min(1.0, l1 / slope.max()) if slope.any() else 1.0
    reach = np.sqrt(2 * F.loss.smoothness * gap * _mean_squares(F))
    proved = np.flatnonzero((w != 0) & (shrink * slope + reach < l1))
    if not proved.size:
        return ""
    names = ", ".join(f"w[{j}]" for j in proved[:5]) + (", ..." if proved.size > 5 else "")
    return f" At the minimum {names} must be exactly 0; yours only come near."


def _mean_squares(F: Objective) -> Array:
    """Return the weighted mean square of each column, centred if there is an intercept."""
    squares = F.X.power(2) if sp.issparse(F.X) else F.X**2
    means = F.column_means if F.fit_intercept else 0.0
    return np.maximum(squares.T @ F.weights - means**2, 0.0)
