"""A cross-validated choice of alpha."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy import ndarray as Array
from numpy.typing import ArrayLike

from .._types import MatrixLike
from .._validation import as_numbers, check_matrix, check_number
from ..selection import ErrorCurve, Fold, check_rule, cross_validate, list_folds
from .verdict import Verdict, refused


def check_choice(
    alpha: float,
    X: MatrixLike,
    y: ArrayLike,
    alphas: ArrayLike,
    *,
    rule: Literal["min", "1se"] = "1se",
    l1_ratio: float = 1.0,
    cv: int | Iterable[Fold] = 5,
    sample_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    tol: float = 1e-6,
) -> Verdict:
    r"""Check which alpha of a grid was chosen by cross-validation of squared errors.

    Parameters
    ----------
    alpha : float
        The choice under test.
    X : array_like or sparse matrix of shape (n, p)
    y : array_like of shape (n,)
    alphas : array_like of shape (m,)
        The grid.
    rule : "min" or "1se", default "1se"
        The smallest mean error, or the largest alpha whose mean error is at most one standard error
        above the smallest; see `regkit.selection.ErrorCurve`.
    l1_ratio : float, default 1.0
        Lasso by default; 0 is ridge.
    cv : int, or iterable of (train, test), default 5
        The folds, those of the answer: an int is that many runs of consecutive rows.
    sample_weight : array_like of shape (n,), optional
    fit_intercept : bool, default True
    tol : float, default 1e-6
        The share of a mean error that may decide between two alphas without making either wrong.

    Returns
    -------
    Verdict
        It names the slips that would choose this alpha, of which there can be several on a coarse
        grid; or else says on which side of it the choice lies. It never says where.

    Raises
    ------
    ValueError
        As `regkit.selection.cross_validate`, and if ``alpha`` is no number.

    Notes
    -----
    One cross-validation; two more where the choice is wrong.

    Examples
    --------
    >>> from regkit import load_prostate
    >>> from regkit.checks import check_choice
    >>> prostate = load_prostate()
    >>> X, y, alphas = prostate.data, prostate.target, [1.0, 0.5, 0.2, 0.1, 0.01]
    >>> check_choice(0.1, X, y, alphas, cv=10)
    Right: the rule '1se' chooses this alpha.
    >>> check_choice(0.2, X, y, alphas, cv=10, rule="min")
    Not right: the rule 'min' chooses a smaller alpha.
    """
    alpha, tol = check_number("alpha", alpha, low=0), check_number("tol", tol, low=0)
    check_rule(rule)
    X, y = check_matrix("X", X), as_numbers("y", y)
    folds = list_folds(X, y, cv)

    def curve_of(folds: list[Fold], fit_intercept: bool) -> ErrorCurve:
        options = dict(l1_ratio=l1_ratio, cv=folds, sample_weight=sample_weight)
        return cross_validate(X, y, alphas, fit_intercept=fit_intercept, **options)

    curve = curve_of(folds, fit_intercept)
    place = np.flatnonzero(np.isclose(curve.alphas, alpha, rtol=1e-6, atol=0))
    if not place.size:
        return refused(f"{alpha:g} is not one of the alphas.")
    mean, chosen, lowest = curve.mean_error, curve.alphas[place[0]], curve.best("min")
    edge = mean[lowest] + (curve.std_error[lowest] if rule == "1se" else 0.0)
    stronger = mean[curve.alphas > chosen] <= edge * (1 - tol)
    if mean[place[0]] <= edge * (1 + tol) and not stronger.any():
        return Verdict(True, f"the rule {rule!r} chooses this alpha.")
    named = [words for words, other in _slips(curve, rule) if other == chosen]
    fitted = [(train, train) for train, _ in folds]
    if curve_of(fitted, fit_intercept).alpha(rule) == chosen:
        named.append("the errors are those on the rows that were fitted")
    if curve_of(folds, not fit_intercept).alpha(rule) == chosen:
        named.append(f"the fits have {'no' if fit_intercept else 'an'} intercept")
    if named:
        return refused(f"{', or '.join(named)}.")
    side = "larger" if curve.alpha(rule) > chosen else "smaller"
    return refused(f"the rule {rule!r} chooses a {side} alpha.")


def _slips(curve: ErrorCurve, rule: str) -> Iterator[tuple[str, float]]:
    """Yield what slips would choose from the same errors."""
    mean, spread, lowest = curve.mean_error, curve.std_error, curve.best("min")
    folds, alphas = np.count_nonzero(curve.weights), curve.alphas

    def largest(room: float | Array) -> float:
        return alphas[mean <= mean[lowest] + room].max()

    if rule == "min":
        if folds > 1:
            yield "that is the choice of the rule '1se'", curve.alpha("1se")
    else:
        one = spread[lowest]
        yield "that is the choice of the rule 'min'", alphas[lowest]
        yield (
            "it is the smallest alpha within one standard error",
            alphas[mean - mean[lowest] <= one].min(),
        )
        yield (
            "the deviation over the folds is not divided by the root of their number",
            largest(one * np.sqrt(folds)),
        )
        yield (
            "the deviation over K folds has K where K - 1 belongs",
            largest(one * np.sqrt(1 - 1 / folds)),
        )
        yield "the standard error is not that of the smallest mean error", largest(spread)
        yield "two standard errors are allowed", largest(2 * one)
    yield "the largest mean error is taken for the smallest", alphas[mean.argmax()]
    alike = replace(curve, weights=np.sign(curve.weights))
    yield "every fold counts alike, whatever the weight of its rows", alike.alpha(rule)
    yield (
        "the errors are roots of mean squares",
        replace(curve, errors=np.sqrt(curve.errors)).alpha(rule),
    )
