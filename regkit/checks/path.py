"""A whole path, alpha by alpha."""

import numpy as np
from numpy.typing import ArrayLike

from .._types import MatrixLike
from .._validation import check_alphas, check_number
from ..losses import Loss
from ..objective import Objective
from ..penalties import L1L2
from .solution import judge, loss_named
from .verdict import Verdict, as_shape, refused


def check_path(
    coefs: ArrayLike,
    X: MatrixLike,
    y: ArrayLike,
    alphas: ArrayLike,
    *,
    l1_ratio: float = 1.0,
    intercepts: ArrayLike | None = None,
    loss: Loss | str = "squared_error",
    sample_weight: ArrayLike | None = None,
    fit_intercept: bool = True,
    tol: float = 1e-6,
) -> Verdict:
    """Certify the solutions of a path, each at its own alpha, as `check_solution` does.

    Parameters
    ----------
    coefs : array_like of shape (p, k)
        The weights under test, one column for each alpha: as `regkit.lasso_path` returns them.
    X, y, loss, sample_weight, fit_intercept, tol
        As in `check_solution`.
    alphas : array_like of shape (k,)
        In the order of the columns of ``coefs``.
    l1_ratio : float, default 1.0
        Lasso by default; 0 is ridge.
    intercepts : array_like of shape (k,), optional
        By default the best ones for ``coefs`` are taken.

    Returns
    -------
    Verdict
        It says how many alphas fail, and what is wrong at the first of them; or that the columns
        come in reverse order. ``details`` are those of the worst, by ``excess``.

    Raises
    ------
    ValueError
        As `check_solution`, and if ``alphas`` is no grid.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.checks import check_path
    >>> X, y, alphas = np.eye(2), np.array([3.0, 1.0]), [1.0, 0.5]
    >>> check_path([[1.0, 2.0], [0.0, 0.0]], X, y, alphas, fit_intercept=False)
    Right: at each of 2 alphas the objective is at its minimum to 1e-06.
    >>> check_path([[2.0, 1.0], [0.0, 0.0]], X, y, alphas, fit_intercept=False)
    Not right: the columns come in the reverse order of alphas.
    """
    alphas, tol = check_alphas(alphas), check_number("tol", tol, low=0)
    F = Objective(X, y, L1L2(1.0, l1_ratio), loss_named(loss), sample_weight, fit_intercept)
    coefs, problem = as_shape(coefs, (F.shape[1], len(alphas)), "array of coefs")
    if not problem and intercepts is not None:
        intercepts, problem = as_shape(intercepts, alphas.shape, "array of intercepts")
    if problem:
        return refused(problem)

    def verdicts(alphas: np.ndarray) -> list[Verdict]:
        problems = [F.with_penalty(L1L2(alpha, l1_ratio)) for alpha in alphas]
        starts = [None] * len(alphas) if intercepts is None else intercepts
        return [judge(*some, tol) for some in zip(problems, coefs.T, starts, strict=True)]

    found = verdicts(alphas)
    worst = max(found, key=lambda verdict: verdict.details.get("excess", np.inf)).details
    failed = [k for k, verdict in enumerate(found) if not verdict]
    if not failed:
        words = f"at each of {len(alphas)} alphas the objective is at its minimum to {tol:g}."
        return Verdict(True, words, worst)
    if len(alphas) > 1 and all(verdicts(alphas[::-1])):
        return refused("the columns come in the reverse order of alphas.", **worst)
    first = found[failed[0]]
    at = f"{len(failed)} of {len(alphas)} alphas fail; at the first, {alphas[failed[0]]:.4g}"
    undecided = all(found[k].undecided for k in failed)
    return Verdict(False, f"{at}, {first.message}", worst, undecided)
