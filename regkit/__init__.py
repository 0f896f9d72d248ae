"""Regularized linear models, small enough to read and certified at every fit."""

from .cross_validated import ElasticNetCV, LassoCV, RidgeCV
from .datasets import load_docstrings, load_prostate
from .estimators import ElasticNet, Lasso, LogisticRegression, Ridge
from .paths import enet_path, lasso_path, logistic_path, ridge_path

__version__ = "0.1.0"
__all__ = [
    "ElasticNet",
    "ElasticNetCV",
    "Lasso",
    "LassoCV",
    "LogisticRegression",
    "Ridge",
    "RidgeCV",
    "enet_path",
    "lasso_path",
    "load_docstrings",
    "load_prostate",
    "logistic_path",
    "ridge_path",
]
