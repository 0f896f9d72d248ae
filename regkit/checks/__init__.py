r"""Checks for code that a reader has written: gradients, prox maps, solutions, paths, choices.

In the manner of `scipy.optimize.check_grad`, but each returns a `Verdict` that says what is wrong
and where. No answer is stored anywhere: a gradient is compared with differences, a subgradient with
the inequality that defines it, a prox with its neighbours, a solution with its certificate, a
choice of alpha with the errors that decide it. When a check fails, the answers that common slips
would give are tried in turn; a slip is named only if it explains what came to the tolerance of the
check.
"""

from .choice import check_choice
from .derivatives import check_gradient, check_subgradient
from .path import check_path
from .prox import check_prox
from .solution import check_solution
from .verdict import Verdict

__all__ = [
    "Verdict",
    "check_choice",
    "check_gradient",
    "check_path",
    "check_prox",
    "check_solution",
    "check_subgradient",
]
