"""Contenders that are not paths: cross-validated estimators, and a single alpha."""

import numpy as np
from numpy import ndarray as Array

from . import designs
from .designs import Problem


def one_tumour_alpha() -> Problem:
    """Return the breast cancer problem at a tenth of alpha_max alone."""
    return _at_a_tenth(designs.breast_cancer())


def one_wide_alpha() -> Problem:
    """Return the wide logistic problem at a tenth of alpha_max alone."""
    return _at_a_tenth(designs.gaussian_classes())


def _at_a_tenth(problem: Problem) -> Problem:
    alphas = problem.alphas[:1] / 10
    return Problem(problem.X, problem.y, alphas, problem.l1_ratio, problem.logistic)


def our_lasso_cv(problem: Problem, tol: float) -> Array:
    """Return the mean errors of regkit's LassoCV."""
    from regkit import LassoCV

    model = LassoCV(alphas=problem.alphas, cv=5, tol=tol).fit(problem.X, problem.y)
    return model.cv_results_["mean_error"]


def sklearn_lasso_cv(problem: Problem, tol: float) -> Array:
    """Return the mean errors of scikit-learn's LassoCV."""
    from sklearn.linear_model import LassoCV

    model = LassoCV(alphas=problem.alphas, cv=5, tol=tol, max_iter=100_000)
    return model.fit(problem.X, problem.y).mse_path_.mean(axis=1)


def our_leave_one_out(problem: Problem, tol: float) -> Array:
    """Return the mean leave-one-out errors of regkit's RidgeCV."""
    from regkit import RidgeCV

    return RidgeCV(alphas=problem.alphas).fit(problem.X, problem.y).cv_results_["mean_error"]


def sklearn_leave_one_out(problem: Problem, tol: float) -> Array:
    """Return those of scikit-learn's RidgeCV at the same penalties, see `regkit.selection`."""
    from sklearn.linear_model import RidgeCV

    alphas = problem.alphas * (len(problem.y) - 1)
    model = RidgeCV(alphas=alphas, store_cv_results=True).fit(problem.X, problem.y)
    return model.cv_results_.mean(axis=0)


def disagreement(ours: Array, theirs: Array) -> float:
    """Return the largest relative difference between two error curves."""
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


CONTENDERS = {
    "cv": {"regkit": our_lasso_cv, "scikit-learn": sklearn_lasso_cv},
    "loo": {"regkit": our_leave_one_out, "scikit-learn": sklearn_leave_one_out},
}
