"""The problems that are timed: data, a grid of alphas, a loss; none needs anything downloaded."""

from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.preprocessing import PolynomialFeatures, StandardScaler


@dataclass(frozen=True, eq=False)
class Problem:
    """Minimise mean loss + alpha (l1_ratio |w|_1 + (1 - l1_ratio)/2 |w|²) for every alpha.

    No intercept: the columns are centred instead, and so is y, scaled to mean square 1. That is
    the one setting that every peer can be given.

    Attributes
    ----------
    X : ndarray (Fortran order) or csc_array of shape (n, p)
    y : ndarray of shape (n,)
        Labels -1 and 1 if ``logistic``.
    alphas : ndarray of shape (k,)
        Decreasing from the smallest at which every coefficient is 0.
    """

    X: Array
    y: Array
    alphas: Array
    l1_ratio: float = 1.0
    logistic: bool = False

    @classmethod
    def on_grid(
        cls,
        X: Array,
        y: Array,
        last: float,
        *,
        count: int = 100,
        l1_ratio: float = 1.0,
        logistic: bool = False,
    ) -> "Problem":
        """Return the problem with ``count`` alphas from alpha_max to ``last`` of it."""
        slope = np.abs(X.T @ y).max() / len(y) * (0.5 if logistic else 1.0)
        top = slope / l1_ratio
        return cls(X, y, np.geomspace(top, last * top, count), l1_ratio, logistic)

    def first(self, count: int) -> "Problem":
        """Return the problem with the first ``count`` alphas only."""
        return replace(self, alphas=self.alphas[:count])


def diabetes(columns: int, **options: object) -> Problem:
    """Return the diabetes data: 10 columns, or 64 with their squares and products."""
    X, y = load_diabetes(return_X_y=True)
    if columns == 64:
        # sex has two values: its square says nothing new
        X = PolynomialFeatures(2, include_bias=False).fit_transform(
            StandardScaler().fit_transform(X)
        )
        X = np.delete(X, 10 + 10, axis=1)
    return Problem.on_grid(*_standard(X, y), 0.001, **options)


def gaussian(n: int, p: int, rho: float = 0.5, **options: object) -> Problem:
    """Return AR(1) Gaussian columns, correlation rho^|i-j|, with 50 of them behind y."""
    return Problem.on_grid(*_standard(*_ar1(n, p, rho)), 0.001 if p < n else 0.01, **options)


def sparse_counts(**options: object) -> Problem:
    """Return 5,000 rows of 50,000 columns with 0.2 % of the entries filled, not centred."""
    rng = np.random.default_rng(0)
    X = sp.random_array((5_000, 50_000), density=0.002, format="csc", rng=rng)
    w = np.zeros(50_000)
    w[rng.choice(50_000, 50, replace=False)] = rng.standard_normal(50) * 3
    y = _noisy(X @ w, rng)
    # indices of 32 bits are what the compiled peers read
    X.indices, X.indptr = X.indices.astype(np.int32), X.indptr.astype(np.int32)
    y -= y.mean()
    return Problem.on_grid(X, y / y.std(), 0.01, **options)


def breast_cancer() -> Problem:
    """Return the breast cancer data: 569 tumours, 30 measurements, malignant or not."""
    X, y = load_breast_cancer(return_X_y=True)
    return Problem.on_grid(_standard(X, y)[0], 2.0 * y - 1, 0.01, logistic=True)


def gaussian_classes(n: int = 1_000, p: int = 5_000) -> Problem:
    """Return AR(1) columns, and which rows have a target above the mean, as classes."""
    X, y = _standard(*_ar1(n, p, 0.5))
    return Problem.on_grid(X, np.where(y > 0, 1.0, -1.0), 0.05, count=60, logistic=True)


def _ar1(n: int, p: int, rho: float) -> tuple[Array, Array]:
    """Return AR(1) columns, and a mixture of 50 of them with noise."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n, p))
    for j in range(1, p):
        X[:, j] = rho * X[:, j - 1] + np.sqrt(1 - rho**2) * X[:, j]
    w = np.zeros(p)
    w[rng.choice(p, min(50, p), replace=False)] = rng.standard_normal(min(50, p))
    return X, _noisy(X @ w, rng)


def _noisy(signal: Array, rng: np.random.Generator) -> Array:
    """Return the signal with noise a third as long."""
    noise = rng.standard_normal(len(signal))
    return signal + noise * np.linalg.norm(signal) / np.linalg.norm(noise) / 3


def _standard(X: Array, y: Array) -> tuple[Array, Array]:
    """Return columns of mean 0 and mean square 1, in Fortran order, and y likewise."""
    X = np.asfortranarray((X - X.mean(axis=0)) / X.std(axis=0))
    return X, (y - y.mean()) / y.std()
