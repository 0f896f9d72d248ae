"""Regularized linear models, small enough to read and certified at every fit."""

from .datasets import load_prostate
from .estimators import ElasticNet, Lasso, LogisticRegression, Ridge

__version__ = "0.1.0"
__all__ = ["ElasticNet", "Lasso", "LogisticRegression", "Ridge", "load_prostate"]
