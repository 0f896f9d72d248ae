"""A solution against its certificate."""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning

from .._types import MatrixLike
from .._validation import check_number, check_vector
from ..certificates import kkt_residual
from ..losses import Logistic, Loss, SquaredError, SquaredHinge
from ..objective import Objective
from ..paths import enet_path, logistic_path
from ..penalties import L1L2
from ..solvers import fista
from .slips import (
    Suspect,
    gap_at,
    mean_squares,
    neighbours,
    other_intercepts,
    slip_of,
    solved_to_rounding,
    value_at,
)
from .verdict import EPS, Verdict, as_shape, refused

LOSSES = {
    "squared_error": SquaredError(),
    "logistic": Logistic(),
    "squared_hinge": SquaredHinge(),
}


def check_solution(
    w: ArrayLike | tuple[ArrayLike, float],
    X: MatrixLike,
    y: ArrayLike,
    penalty: L1L2,
    *,
    intercept: float | None = None,
    loss: Loss | str = "squared_error",
    sample_weight: ArrayLike | None = None,
    penalty_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    tol: float = 1e-6,
) -> Verdict:
    r"""Certify that weights minimise this book's objective, whatever computed them.

    Parameters
    ----------
    w : array_like of shape (p,), or a tuple of that and a number
        The weights under test; or ``(w, b)``, the weights and the intercept.
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,)
        -1 or 1 for the classification losses.
    penalty : L1L2
        `L1`, `L2` or `L1L2`, on this book's scale.
    intercept : float, optional
        The intercept under test; by default the best one for ``w`` is taken.
    loss : Loss, or "squared_error", "logistic" or "squared_hinge", default "squared_error"
    sample_weight : array_like of shape (n,), optional
    penalty_weight : array_like of shape (p,), optional
        What the penalty on each weight is multiplied by, as in the adaptive lasso; the penalty is
        `L1` or `L2` then. A column of weight 0 is not penalised at all, which needs a dense ``X``
        and squared error.
    fit_intercept : bool, default True
        Whether the objective has an intercept. It is not penalised.
    tol : float, default 1e-6
        How far the objective may be above its minimum, in units of the best that an intercept alone
        can do.

    Returns
    -------
    Verdict
        Right, not right, or, where neither can be proved, not certified.
        ``details`` holds ``dual_gap`` and ``relative_gap``, the ``excess`` that is proved,
        ``kkt_residual`` (the largest) and ``intercept_excess``. Slips that it names: another alpha
        (with a factor 2, n, 1/n …), a missing, doubled or negative part of the penalty, an
        ``l1_ratio`` left out, a penalised, forgotten or wrong intercept, forgotten or squared
        sample weights, ignored or inverted penalty weights, standardised columns, columns taken to
        have mean square 1, a lost row, a wrong sign, an Elastic Net rescaled by 1 + l2, a refit or
        hard thresholding. Otherwise it names the coordinate that misses its optimality condition by
        most.

    Raises
    ------
    ValueError
        If the data, the penalty or ``tol`` make no problem. A ``w`` of the wrong shape or with NaN
        gets a verdict.

    Notes
    -----
    The duality gap is an upper bound on F(w) - min F, so a wrong answer cannot pass. Where it is
    too large, regkit solves the problem itself, v say, and F(w) - F(v) settles the matter: above
    ``tol`` it proves w wrong, and F(w) - F(v) + gap(v) is a bound for w too.

    A slip counts as found when ``w`` is certified for *its* problem by a gap of at most ``tol`` on
    the scale of F, and at least a hundred times smaller than F(w) - min F. An answer within ``tol``
    is refused only if it solves another problem to rounding, and yours not nearly so.

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
    Not right: every weight is 0, but alpha is below alpha_max, the least at which that is right.
    """
    if not isinstance(penalty, L1L2):
        raise ValueError(f"penalty must be L1, L2 or L1L2; got {penalty!r}.")
    tol = check_number("tol", tol, low=0)
    F = Objective(X, y, penalty, loss_named(loss), sample_weight, fit_intercept)
    b = None if intercept is None else _one_number("intercept", intercept)
    if b is None and isinstance(w, tuple) and len(w) == 2 and np.ndim(w[0]) > 0:
        w, b = w[0], _one_number("intercept", w[1])
    w, problem = as_shape(w, (F.shape[1],), "w")
    if problem:
        return refused(problem)
    if penalty_weight is None:
        return judge(F, w, b, tol)
    v = check_vector("penalty_weight", penalty_weight, len(w)).astype(float)
    return _judge_weighted(F, w, b, v, tol)


def loss_named(loss: Loss | str) -> Loss:
    """Return the loss of that name, or the loss itself."""
    found = LOSSES.get(loss) if isinstance(loss, str) else loss
    if found is None or not hasattr(found, "fenchel_young"):
        raise ValueError(f"loss must be a Loss or one of {tuple(LOSSES)}; got {loss!r}.")
    return found


def _one_number(name: str, value: object) -> float:
    """Return a number that may come as an array of one entry, as scikit-learn's intercepts do."""
    return check_number(name, np.asarray(value).item() if np.size(value) == 1 else value)


@np.errstate(over="ignore")  # the square of a price may be beyond all numbers: infinite will do
def judge(
    F: Objective, w: Array, b: float | None, tol: float, more: Iterable[Suspect] = ()
) -> Verdict:
    """Return the verdict on finite weights and an intercept (None: the best) for a problem."""
    if F.penalty.positive and (w < 0).any():
        j = int(np.argmin(w))
        return refused(f"w[{j}] = {w[j]:.3g} is negative, which the penalty forbids.")
    gap, off = gap_at(F, w), 0.0 if b is None else _intercept_excess(F, w, b)
    rounding = (16 * EPS * float(np.abs(F.y).max())) ** 2  # where y is constant
    allowed = max(tol * F.null_value, rounding)
    low, high = (0.0, gap) if gap <= allowed or F.null_value == 0 else _excess(F, w, gap)
    details = {
        "dual_gap": gap,
        "relative_gap": gap / F.null_value if F.null_value > 0 else gap,
        "excess": high + off,
        "kkt_residual": float(kkt_residual(F, w).max()),
        "intercept_excess": off,
    }
    if high > allowed and F.null_value == 0:
        return refused("y is constant, so every weight is 0 at the minimum.", **details)
    if high + off <= allowed:
        slip = solved_to_rounding(F, w, chain(more, neighbours(F, w, b)))
        if slip:
            return refused(f"{slip}.", **details)
        message = f"the objective is at its minimum to {tol:g} (duality gap)."
        return Verdict(True, message + _not_quite_zero(F, w, gap), details)
    if low + off <= allowed:
        words = f"no better weights are known, but the duality gap leaves room for {high + off:.1e}"
        return Verdict(False, f"{words}; wanted {allowed:.1e}.", details, undecided=True)
    # where the weights are right, only the intercept can be at fault
    suspects = other_intercepts(F, w, b) if high <= allowed else neighbours(F, w, b)
    slip = slip_of(F, w, chain(more, suspects), tol, low + off)
    if slip:
        return refused(f"{slip}.", **details)
    if high <= allowed:
        return refused(_intercept_words(F, w, b), **details)
    return refused(_worst_coordinate(F, w, details["relative_gap"], tol), **details)


def _excess(F: Objective, w: Array, gap: float) -> tuple[float, float]:
    """Return bounds on F(w) - min F, from the gap at w and from regkit's own solution."""
    own = _solved(F, w)
    value = F.value(w)
    above = value - F.value(own)
    # of the difference of two values, each from residuals that are differences themselves
    rounding = 8 * EPS * (value + np.sqrt(value) * float(np.abs(F.y).max()))
    return max(above - rounding, 0.0), min(gap, max(above, 0.0) + rounding + gap_at(F, own))


def _solved(F: Objective, w: Array) -> Array:
    """Return regkit's own minimiser of F."""
    penalty = F.penalty
    options = dict(
        l1_ratio=penalty.l1_ratio,
        alphas=[penalty.alpha],
        fit_intercept=F.fit_intercept,
        sample_weight=F.sample_weight,
    )
    # its certificate is asked for in any case
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        if isinstance(F.loss, SquaredError):
            return enet_path(F.X, F.y, positive=penalty.positive, **options).coefs[:, 0]
        if isinstance(F.loss, Logistic) and not penalty.positive:
            return logistic_path(F.X, F.y, **options).coefs[:, 0]
        return fista(F, w, tol=1e-10, max_iter=10_000).coef


def _judge_weighted(F: Objective, w: Array, b: float | None, v: Array, tol: float) -> Verdict:
    r"""Return the verdict under a penalty whose weight on column j is multiplied by :math:`v_j`.

    Columns divided by v, or by its root for L2, turn it into the plain penalty on weights that are
    multiplied alike. Columns with :math:`v_j = 0` are taken out of y and of the other columns, as
    an intercept is (Frisch and Waugh, 1933).
    """
    if min(F.penalty.l1, F.penalty.l2) > 0 or v.min() < 0 or not v.any():
        raise ValueError(
            "penalty_weight must be non-negative and not all zero, beside L1 or L2; got a smallest "
            f"weight of {v.min():g} beside {F.penalty!r}."
        )
    free = v == 0
    scale = np.where(free, 1.0, v if F.penalty.l1 > 0 else np.sqrt(v))
    ignored = "penalty_weight is ignored", F, w
    if not free.any():
        return _judge_scaled(F, w, b, scale, tol, ignored)
    if sp.issparse(F.X) or not isinstance(F.loss, SquaredError):
        raise ValueError("A penalty_weight of 0 needs a dense X and squared error.")
    Z = np.column_stack([F.X[:, free], np.ones((len(F.y), int(F.fit_intercept)))])
    root = np.sqrt(F.weights)[:, None]

    def without(columns: Array) -> Array:
        return columns - Z @ np.linalg.lstsq(root * Z, root * columns, rcond=None)[0]

    problem = replace(F, X=np.where(free, 0.0, without(F.X)), y=without(F.y[:, None])[:, 0])
    verdict = _judge_scaled(problem, w * ~free, None if F.fit_intercept else b, scale, tol, ignored)
    left = F.y - F.X @ w
    left = (left - (F.intercept(w) if b is None else b * F.fit_intercept))[:, None]
    missed = float(F.weights @ (left - without(left))[:, 0] ** 2) / 2
    if verdict and verdict.details["excess"] + missed > tol * problem.null_value:
        names = ", ".join(f"w[{j}]" for j in np.flatnonzero(free))
        return refused(
            f"the penalised weights are right, but not those without a penalty ({names}) or the "
            "intercept: they are the least-squares fit to what the others leave."
        )
    return verdict


def _judge_scaled(
    F: Objective, w: Array, b: float | None, scale: Array, tol: float, ignored: Suspect
) -> Verdict:
    """Return the verdict on the weights of columns divided by ``scale``, scaled back."""

    def divided(by: Array) -> Objective:
        return replace(F, X=F.X @ sp.diags_array(1 / by) if sp.issparse(F.X) else F.X / by)

    suspects = [
        ignored,
        ("the weights are those of the scaled columns: scale them back", divided(scale), w),
        ("penalty_weight is turned over: 1/v for v", divided(1 / scale), w / scale),
    ]
    return judge(divided(scale), w * scale, b, tol, suspects)


def _intercept_excess(F: Objective, w: Array, b: float) -> float:
    """Return what b costs more than the best intercept, or than the 0 that is prescribed."""
    if not F.fit_intercept:  # b may lower the loss then, and is wrong all the same
        return F.loss.smoothness / 2 * b**2
    return max(0.0, value_at(F, w, b) - F.value(w))


def _worst_coordinate(F: Objective, w: Array, gap: float, tol: float) -> str:
    """Say which coordinate misses its condition by most, measured by what moving it would gain."""
    if not w.any() and F.penalty.l1 > 0:
        return "every weight is 0, but alpha is below alpha_max, the least at which that is right."
    residual, slope, l1 = kkt_residual(F, w), -F.gradient(w), F.penalty.l1
    curvature = F.loss.smoothness * mean_squares(F) + F.penalty.l2
    j = int(np.argmax(residual**2 / np.maximum(curvature, np.finfo(float).tiny)))
    if w[j] == 0 and l1 > 0:
        words = (
            f"w[{j}] is 0 but |gradient| exceeds l1 = {l1:.3g} by {residual[j]:.2g}; "
            f"it should be {'positive' if slope[j] > 0 else 'negative'}"
        )
    else:
        pull = F.penalty.subgradient(w)[j]
        up, down = _apart(slope[j], pull)
        words = (
            f"w[{j}] = {w[j]:.3g} is too {'low' if slope[j] > pull else 'high'}: the loss pulls it "
            f"up with {up}, the penalty down with {down}"
        )
    return f"{words}. The relative duality gap is {gap:.1e}, wanted {tol:g}."


def _apart(a: float, b: float) -> tuple[str, str]:
    """Return two numbers with three digits, or as many as tell them apart."""
    written = ((f"{a:.{digits}g}", f"{b:.{digits}g}") for digits in range(3, 18))
    return next((pair for pair in written if pair[0] != pair[1]), (f"{a:.17g}", f"{b:.17g}"))


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
    reach = np.sqrt(2 * F.loss.smoothness * gap * mean_squares(F))
    proved = np.flatnonzero((w != 0) & (shrink * slope + reach < l1))
    if not proved.size:
        return ""
    names = ", ".join(f"w[{j}]" for j in proved[:5]) + (", ..." if proved.size > 5 else "")
    return f" At the minimum {names} must be exactly 0; yours only come near."
