"""The contenders, ours among them: each solves a whole path and returns its coefficients (p, k).

A contender is a function of a problem and of a tolerance in its own sense; `FIRST` says where to
begin for a wanted gap, and the clock tightens it tenfold until the judge is satisfied.
"""

import importlib
import warnings
from collections.abc import Callable

import numpy as np
from numpy import ndarray as Array
from scipy.sparse import issparse

from .designs import Problem

Contender = Callable[[Problem, float], Array]


def ours(problem: Problem, tol: float) -> Array:
    """Return the path of regkit."""
    from regkit import enet_path

    if problem.logistic:
        from regkit import logistic_path

    path = logistic_path if problem.logistic else enet_path
    options = dict(l1_ratio=problem.l1_ratio, alphas=problem.alphas, tol=tol)
    if problem.logistic:
        options["fit_intercept"] = False
    return path(problem.X, problem.y, **options).coefs


def scikit_learn(problem: Problem, tol: float) -> Array:
    """Return the path of coordinate descent in Cython, or of a loop of liblinear fits."""
    from sklearn.linear_model import enet_path

    if problem.logistic:
        return _liblinear(problem, tol)
    options = dict(l1_ratio=problem.l1_ratio, alphas=problem.alphas, tol=tol, max_iter=100_000)
    return enet_path(problem.X, problem.y, **options)[1]


def _liblinear(problem: Problem, tol: float) -> Array:
    from sklearn.linear_model import LogisticRegression

    coefs = []
    for alpha in problem.alphas:
        model = LogisticRegression(
            C=1 / (len(problem.y) * alpha),
            penalty="l1",  # the name before scikit-learn 1.8
            l1_ratio=1.0,  # and since
            solver="liblinear",
            fit_intercept=False,
            tol=tol,
            max_iter=100_000,
        )
        coefs.append(model.fit(problem.X, problem.y).coef_[0])
    return np.array(coefs).T


def lars(problem: Problem, tol: float) -> Array:
    """Return the path of scikit-learn's LARS, read off between its breakpoints."""
    from sklearn.linear_model import lars_path

    _only(problem.l1_ratio == 1 and not problem.logistic and not issparse(problem.X))
    options = dict(method="lasso", alpha_min=problem.alphas[-1], max_iter=100_000)
    alphas, _, coefs = lars_path(problem.X, problem.y, **options)
    return _between(alphas, coefs, problem.alphas)


def lars_on_gram(problem: Problem, tol: float) -> Array:
    """Return the same from the Gram matrix, which is part of what is timed."""
    from sklearn.linear_model import lars_path_gram

    X, y = problem.X, problem.y
    _only(problem.l1_ratio == 1 and not problem.logistic and X.shape[1] <= X.shape[0])
    options = dict(method="lasso", alpha_min=problem.alphas[-1], max_iter=100_000)
    alphas, _, coefs = lars_path_gram(X.T @ y, X.T @ X, n_samples=len(y), **options)
    return _between(alphas, coefs, problem.alphas)


def celer(problem: Problem, tol: float) -> Array:
    """Return the path of celer."""
    from celer import celer_path

    _only(not (problem.logistic and problem.l1_ratio < 1))
    kind = "logreg" if problem.logistic else "lasso"
    options = dict(l1_ratio=problem.l1_ratio, alphas=problem.alphas, tol=tol, max_iter=100)
    return celer_path(problem.X, problem.y, kind, **options)[1]


def skglm(problem: Problem, tol: float) -> Array:
    """Return the path of skglm, each alpha from the one before."""
    from skglm.datafits import Logistic, Quadratic
    from skglm.penalties import L1, L1_plus_L2
    from skglm.solvers import AndersonCD, ProxNewton

    X, y, ratio = problem.X, problem.y, problem.l1_ratio
    solve, datafit = AndersonCD(tol=tol, fit_intercept=False, max_iter=200), Quadratic()
    if problem.logistic:
        solve, datafit = ProxNewton(tol=tol, fit_intercept=False, max_iter=200), Logistic()
    w, Xw, coefs = np.zeros(X.shape[1]), np.zeros(X.shape[0]), []
    if issparse(X):
        datafit.initialize_sparse(X.data, X.indptr, X.indices, y)
    else:
        datafit.initialize(X, y)
    for alpha in problem.alphas:
        penalty = L1(alpha) if ratio == 1 else L1_plus_L2(alpha, ratio)
        solve.p0 = max(10, np.count_nonzero(w))
        w = solve.solve(X, y, datafit, penalty, w.copy(), Xw)[0]
        coefs.append(w.copy())
        Xw = X @ w
    return np.array(coefs).T


def adelie(problem: Problem, tol: float) -> Array:
    """Return the path of adelie."""
    import adelie as ad

    _only(not issparse(problem.X))
    family = ad.glm.gaussian(problem.y)
    if problem.logistic:
        family = ad.glm.binomial((problem.y + 1) / 2)
    options = dict(alpha=problem.l1_ratio, lmda_path=problem.alphas, tol=tol, irls_tol=tol)
    options |= dict(intercept=False, early_exit=False, progress_bar=False, max_iters=10_000_000)
    return ad.grpnet(problem.X, family, **options).betas.toarray().T


def glmnet(problem: Problem, tol: float) -> Array:
    """Return the path of glmnet's Fortran code."""
    from glmnet import ElasticNet, LogitNet

    model = (LogitNet if problem.logistic else ElasticNet)(
        alpha=problem.l1_ratio,
        lambda_path=problem.alphas,
        standardize=False,
        fit_intercept=False,
        n_splits=0,
        tol=tol,
        max_iter=10_000_000,
    )
    model.fit(problem.X, problem.y)
    coefs = np.atleast_2d(model.coef_path_)
    return coefs.reshape(problem.X.shape[1], -1)


CONTENDERS: dict[str, Contender] = {
    "regkit": ours,
    "scikit-learn": scikit_learn,
    "lars_path": lars,
    "lars_path on a Gram matrix": lars_on_gram,
    "celer": celer,
    "skglm": skglm,
    "adelie": adelie,
    "glmnet": glmnet,
}

FIRST: dict[str, Callable[[float], float]] = {
    "regkit": lambda gap: gap,
    "scikit-learn": lambda gap: gap / 2,
    "lars_path": lambda gap: gap,
    "lars_path on a Gram matrix": lambda gap: gap,
    "celer": lambda gap: gap / 2,
    "skglm": lambda gap: gap / 10,
    "adelie": lambda gap: gap**2 / 10,
    "glmnet": lambda gap: gap**2 / 10,
}
"""For a wanted relative gap, the tolerance to try first: about the loosest that was ever enough."""


class NotApplicableError(Exception):
    """The contender does not solve this kind of problem."""


def installed(name: str) -> bool:
    """Return whether a contender can be imported."""
    module = {"regkit": "regkit", "scikit-learn": "sklearn"}.get(name, name)
    module = "sklearn" if module.startswith("lars") else module
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(module)
    except Exception:  # whatever it is that a broken binary raises
        return False
    return True


def _only(applies: bool) -> None:
    if not applies:
        raise NotApplicableError


def _between(knots: Array, coefs: Array, alphas: Array) -> Array:
    """Return the coefficients at alphas, on the straight lines between the breakpoints."""
    below = np.clip(np.searchsorted(-knots, -alphas), 1, len(knots) - 1)
    length = knots[below - 1] - knots[below]
    share = np.clip((knots[below - 1] - alphas) / np.where(length > 0, length, 1), 0, 1)
    return coefs[:, below - 1] * (1 - share) + coefs[:, below] * share
