"""Every task of the table: its problem, and the contenders that are worth their time on it."""

from collections.abc import Callable
from dataclasses import dataclass

from . import designs, others
from .designs import Problem

WIDE = ("lars_path", "celer", "skglm", "adelie", "glmnet")
TALL = ("lars_path", "lars_path on a Gram matrix", "celer", "skglm", "adelie", "glmnet")
CLASSES = ("adelie", "skglm", "glmnet")


@dataclass(frozen=True)
class Task:
    """One row of the table.

    Attributes
    ----------
    name : str
    problem : callable
        Makes the problem, so that a task costs nothing before its turn.
    peers : tuple of str
        Beside regkit and scikit-learn, which every task has unless ``sklearn`` is False.
    """

    name: str
    problem: Callable[[], Problem]
    peers: tuple[str, ...] = ()
    sklearn: bool = True
    kind: str = "path"


def _wide(count: int, **options: object) -> Callable[[], Problem]:
    return lambda: designs.gaussian(500, 2_000, **options).first(count)


def _big(count: int, **options: object) -> Callable[[], Problem]:
    return lambda: designs.gaussian(1_000, 10_000, **options).first(count)


HALF = dict(l1_ratio=0.5)
TASKS = [
    Task("lasso path, diabetes, 10 columns", lambda: designs.diabetes(10), TALL),
    Task("lasso path, diabetes, 64 columns", lambda: designs.diabetes(64), TALL),
    Task("lasso path, 10,000 × 100", lambda: designs.gaussian(10_000, 100), TALL),
    Task("lasso path, 500 × 2,000, first half", _wide(50), WIDE),
    Task("lasso path, 500 × 2,000", _wide(100), WIDE),
    Task("lasso path, 500 × 2,000, ρ = .95", _wide(100, rho=0.95), WIDE),
    Task("lasso path, 1,000 × 10,000, first half", _big(50), WIDE),
    Task("lasso path, 1,000 × 10,000", _big(100), WIDE, sklearn=False),
    Task(
        "lasso path, sparse 5,000 × 50,000, first 60",
        lambda: designs.sparse_counts().first(60),
        ("celer", "skglm", "glmnet"),
    ),
    Task("Elastic Net path, diabetes, 64", lambda: designs.diabetes(64, **HALF), TALL),
    Task(
        "Elastic Net path, 10,000 × 100",
        lambda: designs.gaussian(10_000, 100, **HALF),
        TALL,
    ),
    Task("Elastic Net path, 500 × 2,000, first half", _wide(50, **HALF), WIDE),
    Task("Elastic Net path, 500 × 2,000", _wide(100, **HALF), WIDE),
    Task("Elastic Net path, 1,000 × 10,000, first half", _big(50, **HALF), WIDE),
    Task(
        "Elastic Net path, sparse 5,000 × 50,000, first 60",
        lambda: designs.sparse_counts(**HALF).first(60),
        ("celer", "skglm", "glmnet"),
    ),
    Task("L1 logistic path, breast cancer", designs.breast_cancer, CLASSES),
    Task("L1 logistic path, 1,000 × 5,000", designs.gaussian_classes, CLASSES),
    Task("L1 logistic, one alpha, breast cancer", others.one_tumour_alpha, CLASSES),
    Task("L1 logistic, one alpha, 1,000 × 5,000", others.one_wide_alpha, CLASSES),
    Task("LassoCV, 5 folds, diabetes, 10", lambda: designs.diabetes(10), (), kind="cv"),
    Task("LassoCV, 5 folds, diabetes, 64", lambda: designs.diabetes(64), (), kind="cv"),
    Task("LassoCV, 5 folds, 500 × 2,000", _wide(100), (), kind="cv"),
    Task(
        "RidgeCV, leave-one-out, 10,000 × 100",
        lambda: designs.gaussian(10_000, 100),
        (),
        kind="loo",
    ),
    Task("RidgeCV, leave-one-out, 500 × 2,000", _wide(100), (), kind="loo"),
]

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000)
"""Columns, for time against p: the first half of the lasso path on 500 rows."""


def of_size(p: int) -> Task:
    """Return the task of the plot of time against p."""
    problem = lambda: designs.gaussian(500, p).first(50)  # noqa: E731
    return Task(f"p = {p}", problem, ("celer",), sklearn=False)
