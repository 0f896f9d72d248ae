"""The solvers that the chapters teach: one algorithm a file, an `Objective` in, a `Solution` out.

`regkit.exact` has the fast one behind the estimators; `solution` holds what all of these return and
the loop that they share, `schedules` the steps that some of them take.

Those that iterate stop, unless they say otherwise, when the duality gap is at most ``tol`` times
the objective of the best intercept-only model *and* no coefficient has moved by more than ``tol``
times the largest: a gap alone would certify the objective but not the coefficients. ``callback``,
where there is one, gets the starting point first.

The numbers that stop a solver mean the same everywhere. ``tol`` is relative to that objective;
``max_iter`` bounds the iterations for one alpha. What an iteration costs differs, and so the
defaults do: 100 steps of Newton's method, 1,000 sweeps or 10,000 gradient steps, 100,000 active
sets. Where more would be needed, a `ConvergenceWarning` says what was missed. An argument that is
not what it should be is refused by a ``ValueError`` that names it.
"""

from .adaptive import adam, rmsprop
from .closed_form import RidgeDecomposition, ridge_closed_form
from .coordinate import coordinate_descent
from .gradient import gradient_descent
from .momentum import heavy_ball, nesterov, tuned_heavy_ball, tuned_nesterov
from .proximal import fista, ista
from .proximal_newton import newton
from .schedules import inverse, inverse_sqrt, step_decay
from .solution import Solution
from .subgradient import subgradient_descent

__all__ = [
    "RidgeDecomposition",
    "Solution",
    "adam",
    "coordinate_descent",
    "fista",
    "gradient_descent",
    "heavy_ball",
    "inverse",
    "inverse_sqrt",
    "ista",
    "nesterov",
    "newton",
    "ridge_closed_form",
    "rmsprop",
    "step_decay",
    "subgradient_descent",
    "tuned_heavy_ball",
    "tuned_nesterov",
]
