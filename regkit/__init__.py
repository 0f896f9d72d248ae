"""Regularized linear models, certified at every fit; the solvers that teach are a page each."""

from .cross_validated import ElasticNetCV, LassoCV, RidgeCV
from .datasets import load_docstrings, load_prostate, penguins_path
from .estimators import ElasticNet, Lasso, LogisticRegression, Ridge
from .objective import Objective
from .paths import enet_path, lasso_path, logistic_path, ridge_path
from .penalties import L1, L1L2, L2

__version__ = "0.1.0"
__all__ = [
    "L1",
    "L1L2",
    "L2",
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "LogisticRegression",
    "Objective",
    "Ridge",
    "RidgeCV",
    "enet_path",
    "lasso_path",
    "load_docstrings",
    "load_prostate",
    "logistic_path",
    "penguins_path",
    "ridge_path",
]
