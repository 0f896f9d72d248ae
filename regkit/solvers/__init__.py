"""One algorithm a file; each takes an `Objective` and returns a `Solution`."""

from .active_set import active_set
from .closed_form import RidgeDecomposition, ridge_closed_form
from .coordinate import coordinate_descent
from .gradient import gradient_descent
from .newton import newton
from .proximal import fista, ista
from .solution import Solution
from .subgradient import inverse, inverse_sqrt, subgradient_descent

__all__ = [
    "RidgeDecomposition",
    "Solution",
    "active_set",
    "coordinate_descent",
    "fista",
    "gradient_descent",
    "inverse",
    "inverse_sqrt",
    "ista",
    "newton",
    "ridge_closed_form",
    "subgradient_descent",
]
