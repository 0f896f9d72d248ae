"""What the figures that move must say, computed a second time and by other ways than theirs.

`EXPECTED[name](k)` is an `Expected` for the slider's position k. Nothing of ``web/figures`` is used
here: where that takes a path, this fits anew; where that has a formula, this has a matrix.
"""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
from sklearn.linear_model import ElasticNet as SklearnNet
from sklearn.model_selection import KFold
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

from regkit import ElasticNet, Lasso, Ridge, load_prostate


@dataclass(frozen=True)
class Expected:
    """The slider's text, phrases that must be among the words, and the table's cells."""

    text: str
    phrases: tuple
    cells: dict = field(default_factory=dict)


def written(value, digits):
    """Write a number as the book does."""
    return "0" if value == 0 else f"{value:z.{digits}f}".replace("-", "−")


def training():
    """Return the prostate data's training rows, their targets, and the columns' names."""
    prostate = load_prostate()
    return prostate.data[prostate.train], prostate.target[prostate.train], prostate.feature_names


@cache
def path_errors(alpha):
    """Return the mean error of ten folds at one penalty, and its standard error."""
    X, y, _ = training()
    errors, sizes = [], []
    for rows, others in KFold(10, shuffle=True, random_state=0).split(X):
        scaler = StandardScaler().fit(X[rows])
        model = Lasso(alpha).fit(scaler.transform(X[rows]), y[rows])
        errors.append(np.mean((y[others] - model.predict(scaler.transform(X[others]))) ** 2))
        sizes.append(len(others))
    mean = np.average(errors, weights=sizes)
    return mean, np.sqrt(np.average((errors - mean) ** 2, weights=sizes) / 9)


def path_at(k):
    """The coefficient path of chapter 7."""
    X, y, names = training()
    alpha = 10 ** (-3 * k / 45)
    coef = Lasso(alpha).fit(StandardScaler().fit_transform(X), y).coef_
    mean, se = path_errors(alpha)
    cells = {f"at-{name}": written(w, 3) for name, w in zip(names, coef, strict=True)}
    cells |= {"at-error": written(mean, 3), "at-se": written(se, 3)}
    cells["at-df"] = str(np.count_nonzero(coef))
    kept = [f"{n} {written(w, 2)}" for n, w in zip(names, coef, strict=True) if w]
    phrases = [f"α = {alpha:.3f},", f"an error of {mean:.3f} (standard error {se:.3f})"]
    if len(kept) > 1:
        phrases.append(f"{len(kept)} of 8 coefficients are not zero: {', '.join(kept)}.")
    return Expected(f"{alpha:.3f}", tuple(phrases), cells)


@cache
def twin_rows():
    """Return the 67 rows of 43 columns, the 30 new ones, one at the largest lcavol, and f there."""
    prostate = load_prostate()
    X, y, names = training()
    first = StandardScaler().fit(X)
    last = X.mean(axis=0)
    last[0] = X[:, 0].max()
    products = PolynomialFeatures(2, include_bias=False).fit(X)
    square = products.get_feature_names_out(names).tolist().index("svi^2")
    raw = [
        np.delete(products.transform(first.transform(rows)), square, axis=1)
        for rows in (X, prostate.data[~prostate.train], last[None])
    ]
    second = StandardScaler().fit(raw[0])
    tables = [second.transform(rows) for rows in raw]
    fit = Ridge(0.0).fit(tables[0][:, :8], y)
    truths = [fit.predict(rows[:, :8]) for rows in tables]
    return tables, truths, np.sum((y - truths[0]) ** 2) / 58


def bias_at(k):
    """The bias and variance of chapter 1: ridge's predictions are a matrix times the targets."""
    (A, new, last), (f, f_new, [f_last]), sigma2 = twin_rows()
    alpha = 10 ** (-3 + k / 20)
    centre = np.eye(67) - 1 / 67
    solve = np.linalg.solve(A.T @ A / 67 + alpha * np.eye(43), A.T / 67) @ centre
    hat = 1 / 67 + new @ solve
    bias2 = np.mean((hat @ f - f_new) ** 2)
    variance = sigma2 * np.mean(np.sum(hat**2, axis=1))
    noise = np.sqrt(sigma2) * np.random.default_rng(3).standard_normal((67, 2000))[:, :20]
    ends = Ridge(alpha).fit(A, f[:, None] + noise).predict(last)[0]
    low, high = (written(end, 1) for end in (ends.min(), ends.max()))
    phrases = (
        f"α = {alpha:.3g},",
        f"bias² {bias2:.2f}, variance {variance:.2f}, and with the noise of {sigma2:.2f} an "
        f"expected error of {sigma2 + bias2 + variance:.2f}.",
        f"predict from {low} to {high}, on average {ends.mean():.1f}; the truth is {f_last:.1f}.",
    )
    return Expected(f"{alpha:.3g}", phrases)


def mix_at(k):
    """The three laboratories of chapter 6: at the ends by Lasso and Ridge."""
    X, y, _ = training()
    Z = StandardScaler().fit_transform(X)
    errors = np.random.default_rng(0).standard_normal((3, 67))
    Z = StandardScaler().fit_transform(np.vstack([Z[:, 0] + 0.1 * errors, Z.T[1:]]).T)
    ratio = k / 50
    model = {0: Ridge(0.3), 50: Lasso(0.3)}.get(k, ElasticNet(0.3, l1_ratio=ratio))
    coef = model.fit(Z, y).coef_
    if k > 0:
        other = SklearnNet(0.3, l1_ratio=ratio, tol=1e-12, max_iter=100_000).fit(Z, y).coef_
        np.testing.assert_allclose(coef, other, atol=1e-6)
    a, b, c = (written(w, 3) for w in coef[:3])
    zeros = "none one two three four five six seven".split()  # noqa: SIM905
    phrases = (
        f"r = {ratio:.2f}",
        f"the three laboratories have {a}, {b} and {c}, together {coef[:3].sum():.3f}.",
        f"Of the seven other coefficients {zeros[np.count_nonzero(coef[3:])]} ",
    )
    return Expected(f"{ratio:.2f}", phrases)


EXPECTED = {"coefficient_path": path_at, "bias_variance": bias_at, "elastic_net_mix": mix_at}
