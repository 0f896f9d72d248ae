"""One algorithm a file; each takes an `Objective` and returns a `Solution`.

Those that iterate stop, unless they say otherwise, when the duality gap is at most ``tol`` times
the objective of the best intercept-only model *and* no coefficient has moved by more than ``tol``
times the largest: a gap alone would certify the objective but not the coefficients. ``callback``
gets the starting point first. An argument that is not what it should be is refused by a
``ValueError`` that names it.
"""

from .active_set import active_set
from .adaptive import adam, rmsprop
from .closed_form import RidgeDecomposition, ridge_closed_form
from .coordinate import coordinate_descent
from .gradient import gradient_descent
from .momentum import heavy_ball, nesterov, tuned_heavy_ball, tuned_nesterov
from .newton import newton
from .proximal import fista, ista
from .schedules import inverse, inverse_sqrt, step_decay
from .solution import Solution
from .subgradient import subgradient_descent

__all__ = [
    "RidgeDecomposition",
    "Solution",
    "active_set",
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
