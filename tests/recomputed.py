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
    kept = [f"{n} {written(w, 2)}" for n, w in zip(names, coef, strict=True) if w]
    mse = np.mean((y - y.mean() - StandardScaler().fit_transform(X) @ coef) ** 2)
    numbers = f"½ · {mse:.3f} + {alpha:.3f} · {written(np.abs(coef).sum(), 3)}"
    value = (mse + 2 * alpha * np.abs(coef).sum()) / 2
    phrases = [
        f"{numbers} = {value:.3f}\n",
        f"α = {alpha:.3f},",
        f"an error of {mean:.3f} (standard error {se:.3f})",
    ]
    if len(kept) > 1:
        phrases.append(f"{len(kept)} of 8 coefficients are not zero: {', '.join(kept)}.")
    return Expected(f"{alpha:.3f}", tuple(phrases))


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
        f"= {sigma2:.3f} + {bias2:.3f} + {variance:.3f} = {sigma2 + bias2 + variance:.3f}\n",
        f"predict from {low} to {high}, on average {ends.mean():.1f}; the truth is {f_last:.1f}.",
    )
    return Expected(f"{alpha:.3g}", phrases)


def mix_at(k):
    """The three laboratories of chapter 6: at the ends by Lasso and Ridge."""
    X, y, _ = training()
    Z = StandardScaler().fit_transform(X)
    errors = np.random.default_rng(0).standard_normal((3, 67))
    Z = StandardScaler().fit_transform(np.vstack([Z[:, 0] + 0.1 * errors, Z.T[1:]]).T)
    ratio = 1 - ((50 - k) / 50) ** 2
    model = {0: Ridge(0.3), 50: Lasso(0.3)}.get(k, ElasticNet(0.3, l1_ratio=ratio))
    coef = model.fit(Z, y).coef_
    if k > 0:
        other = SklearnNet(0.3, l1_ratio=ratio, tol=1e-12, max_iter=100_000).fit(Z, y).coef_
        np.testing.assert_allclose(coef, other, atol=1e-6)
    a, b, c = (written(w, 3) for w in coef[:3])
    zeros = "none one two three four five six all".split()  # noqa: SIM905
    l1, l2 = np.linalg.norm(coef, 1), np.linalg.norm(coef) ** 2
    size = 0.3 * ratio * l1 + 0.15 * (1 - ratio) * l2
    share, rest = (f"{r:.4f}".rstrip("0").rstrip(".") for r in (ratio, 1 - ratio))
    phrases = (
        f"0.3 ({share} · {l1:.3f} + ½ · {rest} · {l2:.3f}) = {size:.3f}\n",
        f"r = {share}",
        f"the three laboratories have {a}, {b} and {c}, together {coef[:3].sum():.3f}.",
        f"Of the seven other coefficients {zeros[np.count_nonzero(coef[3:])]} ",
    )
    return Expected(share, phrases)


WIDTHS = [0, 5, 10, 20, 30, 40, 48, 54, 56, 57, 58, 59]
WIDTHS += [60, 62, 68, 76, 90, 120, 170, 250, 400, 650, 1000]


@cache
def random_draws():
    """Return the thirty draws of random columns, the eight measured ones before them."""
    prostate, rng = load_prostate(), np.random.default_rng(4)
    Z = StandardScaler().fit(prostate.data[prostate.train]).transform(prostate.data)
    return [np.hstack([Z, rng.standard_normal((97, 1000))]) for _ in range(30)]


def beyond(A, alpha):
    """Return the errors on training and test rows, by kernel or by the pseudo-inverse."""
    prostate = load_prostate()
    y, train = prostate.target, prostate.train
    C, target = A[train] - A[train].mean(axis=0), y[train] - y[train].mean()
    if alpha:
        w = C.T @ np.linalg.solve(C @ C.T + 67 * alpha * np.eye(67), target)
    else:
        w = np.linalg.lstsq(C, target)[0]
    squared = (y - y[train].mean() - (A - A[train].mean(axis=0)) @ w) ** 2
    return squared[train].mean(), squared[~train].mean()


def descent_at(k):
    """The double descent of chapter 1."""
    tables = [A[:, : 8 + WIDTHS[k]] for A in random_draws()]
    errors = [[beyond(A, alpha) for A in tables] for alpha in (0.0, 0.1, 1.0)]
    (train, free), (_, weak), (_, strong) = np.median(errors, axis=1)
    share = f"(1 − {WIDTHS[k]}/58)" if WIDTHS[k] < 58 else "0"
    start = beyond(random_draws()[0][:, :8], 0.0)[0]
    expected = start * max(0, 58 - WIDTHS[k]) / 58
    phrases = (
        f"{share} · {start:.3f} = {expected:.3f}\n",
        f"{WIDTHS[k]} random columns, {8 + WIDTHS[k]} coefficients",
        f"training error {train:.2f}, test error {free:.2f} without a penalty, "
        f"{weak:.2f} at α = 0.1 and {strong:.2f} at α = 1.",
        f"the test error {errors[0][0][1]:.2f}",
    )
    return Expected(str(WIDTHS[k]), phrases)


@cache
def valley():
    """Return the second derivatives of the squared error, and the ends of their eigenvectors."""
    X, _, _ = training()
    Z = StandardScaler().fit_transform(X)
    _, V = np.linalg.eigh(Z.T @ Z / 67)
    return Z.T @ Z / 67, V[:, -1], V[:, 0]


def step_at(k):
    """The step lengths of chapter 3: an error of length 1 along either direction takes a step."""
    H, steep, flat = valley()
    L, mu = steep @ H @ steep, flat @ H @ flat
    lengths = [j / 20 for j in range(1, 43)]
    lengths[37] = 2 / (1 + mu / L)  # the best, in the place of 1.90
    s = lengths[k]
    left = [v @ (v - s / L * (H @ v)) for v in (steep, flat)]
    told = [written(round(factor, 9), 3) for factor in left]
    phrases = [
        f"1 − tL = 1 − {s:.2f} = {told[0]}",
        f"1 − tμ = 1 − {s:.2f}/{L / mu:.1f} = {told[1]}",
    ]
    worst, steps, error = max(map(abs, left)), 0, 1.0
    while error > 1e-3 and worst < 1 - 1e-9:
        error, steps = error * worst, steps + 1
    phrases.append(f"{steps} steps leave a thousandth" if steps else "Too long")
    return Expected(f"{s:.2f}/L", tuple(phrases))


def one_at(k):
    """The single coefficient of chapter 4: a column of two rows, on which the data pull with v."""
    v = round((k - 20) / 10, 1)
    column, target = np.array([[1.0], [-1.0]]), np.array([v, -v])
    lasso, ridge = (model(1.0).fit(column, target).coef_[0] for model in (Lasso, Ridge))
    cells = {"w-lasso": written(lasso, 2), "pull-lasso": written(v - lasso, 2)}
    cells |= {"w-ridge": written(ridge, 2), "pull-ridge": written(v - ridge, 2)}
    way = "− 1" if v > 0 else "+ 1"
    by_lasso = f"{written(v, 2)} {way} = {cells['w-lasso']}" if lasso else "0"
    held = "both coefficients are 0" if v == 0 else f"pull at zero with {abs(v):.2f}"
    phrases = (f"lasso: w = {by_lasso};", f"/ (1 + 1) = {cells['w-ridge']}\n", held)
    assert np.isclose(lasso, np.sign(v) * max(abs(v) - 1, 0)) and np.isclose(ridge, v / 2)
    return Expected(written(v, 2), phrases, cells)


EXPECTED = {
    "coefficient_path": path_at,
    "bias_variance": bias_at,
    "double_descent": descent_at,
    "elastic_net_mix": mix_at,
    "one_coefficient": one_at,
    "step_length": step_at,
}
