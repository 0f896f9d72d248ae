"""What common slips solve instead of the problem that was set."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from scipy.optimize import minimize_scalar

from ..certificates import duality_gap, kkt_residual
from ..losses import SquaredError
from ..objective import Objective
from ..penalties import L1L2, soft_threshold
from .verdict import EPS, hint

MOST = 1e300
"""A larger price is as good as infinite, and a multiple of it would be."""
Suspect = tuple[str, Objective, Array]
"""A slip in words, the problem that it solves instead, and the point that would solve it."""


def slip_of(
    F: Objective, w: Array, suspects: Iterable[Suspect], tol: float, excess: float
) -> str | None:
    """Name the problem that w solves instead of F, if it is certified to, and clearly better."""
    best, found = excess / 100, None
    for some, better in ((suspects, 1), (_other_alpha(F, w), 100)):  # a usual slip comes first
        for words, problem, v in some:
            if v.any():
                gap = max(gap_at(problem, v), 1e-13 * F.null_value)
                if gap <= tol * F.null_value and gap < best / better:
                    best, found = gap, words
    return found or _no_problem(F, w, tol, excess)


def solved_to_rounding(F: Objective, w: Array, suspects: Iterable[Suspect]) -> str | None:
    """Name the problem that w solves to rounding, where it is far from solving F so well."""
    if F.null_value == 0 or not w.any() or _roundings(F, w) < 10_000:
        return None
    same_columns = (suspect for suspect in suspects if suspect[1].shape[1] == len(w))
    return next((words for words, *other in same_columns if _roundings(*other) < 100), None)


def _roundings(F: Objective, w: Array) -> float:
    """Return how many roundings of the sums behind it the KKT residual at w is, at most."""
    z, means = F.predictor(w), F.column_means if F.fit_intercept else np.zeros(len(w))
    size = np.abs(F.y) + np.abs(F.X) @ np.abs(w) + abs(F.intercept(w))
    if not isinstance(F.loss, SquaredError):
        size = np.abs(F.loss.gradient(F.y, z)) + F.loss.smoothness * size
    terms = np.abs(F.X).T @ (F.weights * size) + np.abs(means) * (F.weights @ size)
    terms = terms + F.penalty.l1 + F.penalty.l2 * np.abs(w)
    return float((kkt_residual(F, w) / (EPS * terms + np.finfo(float).tiny)).max())


def gap_at(F: Objective, w: Array) -> float:
    """Return the duality gap, infinite where none can be computed."""
    with np.errstate(invalid="ignore"):
        gap = duality_gap(F, w)
    return np.inf if np.isnan(gap) else gap


def _no_problem(F: Objective, w: Array, tol: float, excess: float) -> str | None:
    """Name the slip whose equations w solves, where these minimise nothing."""
    slope, squares = -F.gradient(w), mean_squares(F)
    l1, l2 = F.penalty.l1, F.penalty.l2
    divisor = "1 + l2" if l2 > 0 else "1"
    left = {
        f"each weight is divided by {divisor}, which is right for columns of mean square 1; divide "
        f"by the mean square{' + l2' if l2 > 0 else ''}":
            (1 + l2) * w - soft_threshold(slope + squares * w, l1),
    }  # fmt: skip
    if l1 == 0:
        left["the penalty has the wrong sign: the weights solve the problem for -alpha"] = (
            slope + l2 * w
        )
    for words, residual in left.items():
        gain = (residual**2 / np.maximum(squares + l2, np.finfo(float).tiny)).sum() / 2
        if w.any() and gain <= min(tol * F.null_value, excess / 100):
            return words
    return None


def neighbours(F: Objective, w: Array, b: float | None) -> Iterator[Suspect]:
    """Yield the problems that common slips solve, and the point that would solve them."""
    yield "the weights have the wrong sign", F, -w
    yield from _other_penalties(F, w)
    yield from other_intercepts(F, w, b)
    yield from _other_data(F, w)


def _other_penalties(F: Objective, w: Array) -> Iterator[Suspect]:
    l1, l2, alpha = F.penalty.l1, F.penalty.l2, F.penalty.alpha
    n, S = _sizes(F)
    usual = [k for n_or_S in (n, S) for k in (n_or_S, 1 / n_or_S, 2 * n_or_S, 0.5 / n_or_S)]
    for k in (2.0, 0.5, *usual, n / 2, 2 / n, n / S):
        if abs(k - 1) > 0.005:
            yield _alpha_words(F, k), _priced(F, k * l1, k * l2), w
    if l1 > 0 and l2 > 0:
        yield "the L2 part of the penalty is missing", _priced(F, l1, 0.0), w
        yield "the L1 part of the penalty is missing", _priced(F, 0.0, l2), w
        yield "the L2 part of the penalty is doubled (no half?)", _priced(F, l1, 2 * l2), w
        yield "the L2 part of the penalty is halved", _priced(F, l1, l2 / 2), w
        yield "the L1 part of the penalty is doubled", _priced(F, 2 * l1, l2), w
        yield "the L1 part of the penalty is halved", _priced(F, l1 / 2, l2), w
        yield "the L1 and L2 parts of the penalty have changed places", _priced(F, l2, l1), w
        yield "l1_ratio is left out of the L1 part: alpha for alpha * r", _priced(F, alpha, l2), w
        words = "l1_ratio is left out of the L2 part: alpha for alpha * (1 - r)"
        yield words, _priced(F, l1, alpha), w
        yield "l1_ratio is left out: alpha in both parts", _priced(F, alpha, alpha), w
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


def other_intercepts(F: Objective, w: Array, b: float | None) -> Iterator[Suspect]:
    """Yield what is solved where the intercept is not what the problem says."""
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
        b = float(minimize_scalar(lambda b: value_at(F, w, b) + F.penalty.value(np.r_[b])).x)
    if b != 0:
        yield "you penalise the intercept", ones, np.r_[b, w]


def _other_data(F: Objective, w: Array) -> Iterator[Suspect]:
    if F.sample_weight is not None and np.ptp(F.weights) > 0:
        yield "sample_weight is ignored", replace(F, sample_weight=None), w
        squared = replace(F, sample_weight=F.weights**2)
        yield "sample_weight is squared (rows take its square root)", squared, w
    if isinstance(F.loss, SquaredError) and len(F.y) > 2:
        s = np.broadcast_to(1.0 if F.sample_weight is None else F.sample_weight, len(F.y))
        for name, kept in {"first": slice(1, None), "last": slice(-1)}.items():
            if np.any(s[kept]):
                some = replace(F, X=F.X[kept], y=F.y[kept], sample_weight=s[kept])
                yield f"the {name} row is left out", some, w
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
    l1, l2 = min(l1, MOST), min(l2, MOST)
    alpha = l1 + l2
    return F.with_penalty(L1L2(alpha, l1 / alpha if alpha > 0 else 0.0, F.penalty.positive))


def _other_alpha(F: Objective, w: Array) -> Iterator[Suspect]:
    """Yield the multiple of alpha that best balances the slope where w is not 0."""
    pull, slope = F.penalty.subgradient(w)[w != 0], -F.gradient(w)[w != 0]
    k = float(slope @ pull / (pull @ pull)) if pull.any() else 0.0
    if k > 0 and abs(k - 1) > 0.005:
        yield _alpha_words(F, k), _priced(F, k * F.penalty.l1, k * F.penalty.l2), w


def _alpha_words(F: Objective, k: float) -> str:
    words = f"the weights solve the problem for alpha = {k:.3g} times the one you gave"
    return words + hint(k, *_sizes(F))


def _sizes(F: Objective) -> tuple[int, float]:
    """Return the number of rows and the sum of their weights, n if they have none."""
    n = len(F.y)
    with np.errstate(over="ignore"):
        return n, n if np.ndim(F.sample_weight) == 0 else min(float(np.sum(F.sample_weight)), MOST)


def value_at(F: Objective, w: Array, b: float) -> float:
    """Return F at an intercept of its own."""
    return float(F.weights @ F.loss.value(F.y, F.X @ w + b)) + F.penalty.value(w)


def mean_squares(F: Objective) -> Array:
    """Return the weighted mean square of each column, centred if there is an intercept."""
    return np.maximum(F.near_squares - F.near_means**2 * F.fit_intercept, 0.0)
