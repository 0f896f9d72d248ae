"""The lasso's path on the eight prostate columns, with the error that ten folds report.

Training rows, folds, grid and standardising are those of chapter 7: columns are standardised by the
rows that a fit may see, so anew in every fold.
"""

import numpy as np
from sklearn.model_selection import KFold

from figures import Button, Drag, Figure, Slider
from figures.draw import Plot, decimals, spread
from regkit import Lasso, load_prostate
from regkit.selection import ErrorCurve, cross_validate

NAME = "coefficient_path"
ALPHAS = np.geomspace(1, 0.001, 46)
COLORS = ("blue", "vermillion", "green", "purple", "orange", "sky", "grey", "black")
XTICKS = (1, 0.1, 0.01, 0.001)
XLABEL = "penalty strength α (weaker to the right)"


def standardise(A, rows):
    """Centre and scale all rows as the given rows demand."""
    return (A - A[rows].mean(axis=0)) / A[rows].std(axis=0)


def training_rows():
    """Return the 67 rows as they came, their targets and the columns' names."""
    prostate = load_prostate()
    return prostate.data[prostate.train], prostate.target[prostate.train], prostate.feature_names


def error_curve(X, y):
    """Cross-validate by ten folds, each standardised by its own training rows."""
    folds = list(KFold(10, shuffle=True, random_state=0).split(X))
    curves = [cross_validate(standardise(X, a), y, ALPHAS, cv=[(a, b)]) for a, b in folds]
    errors = np.hstack([curve.errors for curve in curves])
    return ErrorCurve(ALPHAS, errors, np.array([len(b) for _, b in folds]))


def path_picture(coefs, names, curve):
    """Draw the eight coefficients, with a dot on each at the penalty in force."""
    start = curve.best("1se")
    plot = Plot(NAME, "path", x=(1, 0.001), y=(-0.35, 0.8), log="x", margins=(52, 76, 12, 44))
    plot.axes(XTICKS, (-0.2, 0, 0.2, 0.4, 0.6, 0.8), XLABEL, "coefficient")
    plot.line([1, 0.001], [0, 0], kind="thin")
    for row, color in zip(coefs, COLORS, strict=True):
        plot.line(ALPHAS, row, color)
    heights = spread([plot.y(row[-1]) for row in coefs], 18)
    for name, row, color, height in zip(names, coefs, COLORS, heights, strict=True):
        plot.named(0.001, row[-1], name, color, height)
    changes = [plot.cursor("cursor", ALPHAS, start)]
    for name, row, color in zip(names, coefs, COLORS, strict=True):
        changes.append(plot.moving_dot(f"dot-{name}", ALPHAS, row, start, color))
    ends = ", ".join(
        f"{name} {decimals(row[-1], 2)}" for name, row in zip(names, coefs, strict=True)
    )
    picture = plot.picture(
        "The lasso's eight coefficients on the prostate data against the penalty. All are 0 at "
        f"alpha 1; at 0.001 they are: {ends}."
    )
    return picture, changes, tuple(map(plot.x, ALPHAS))


def error_picture(curve):
    """Draw the error that the folds report, its standard error, and what the two rules choose."""
    mean, se = curve.mean_error, curve.std_error
    plot = Plot(NAME, "error", x=(1, 0.001), y=(0.4, 1.9), log="x", margins=(52, 22, 12, 44))
    plot.axes(XTICKS, (0.4, 0.8, 1.2, 1.6), XLABEL, "cross-validated error")
    band = np.append(mean + se, (mean - se)[::-1])
    plot.area(np.append(ALPHAS, ALPHAS[::-1]), band, "sky")
    plot.line(ALPHAS, mean, "blue")
    least, sparest = curve.best("min"), curve.best("1se")
    for k, word in ((least, "least"), (sparest, "one s.e.")):
        plot.line([ALPHAS[k]] * 2, [0.4, 1.9], kind="dashed")
        plot.text(ALPHAS[k], 1.9, word, dx=5, dy=12)
    plot.text(0.045, 1, "band: ± one s.e.", "blue", anchor="middle")
    changes = [
        plot.cursor("cursor-error", ALPHAS, sparest),
        plot.moving_dot("dot-error", ALPHAS, mean, sparest, "blue"),
    ]
    picture = plot.picture(
        f"The error reported by ten folds against the penalty. It is least, {mean[least]:.3f}, at "
        f"alpha {ALPHAS[least]:.3f}; the largest alpha within one standard error of that is "
        f"{ALPHAS[sparest]:.3f}, with an error of {mean[sparest]:.3f}."
    )
    return picture, changes, tuple(map(plot.x, ALPHAS))


def said(k, coefs, names, curve, mse):
    """Say the state at one penalty: the objective with its numbers, then what is kept."""
    size = np.abs(coefs[:, k]).sum()
    objective = mse[k] / 2 + ALPHAS[k] * size
    kept = [f"{n} {decimals(w, 2)}" for n, w in zip(names, coefs[:, k], strict=True) if w != 0]
    what = f"{len(kept)} of 8 coefficients are not zero: {', '.join(kept)}"
    if len(kept) < 2:
        what = f"only {kept[0]} is not zero" if kept else "all eight coefficients are zero"
    rule = {
        curve.best("min"): " This is the least error.",
        curve.best("1se"): " This is the largest α within one standard error of the least.",
    }
    error, se = curve.mean_error[k], curve.std_error[k]
    return (
        f"½ · MSE + α · Σ|w| = ½ · {mse[k]:.3f} + {ALPHAS[k]:.3f} · {decimals(size)} = "
        f"{objective:.3f}\n"
        f"At α = {ALPHAS[k]:.3f}, {what}. "
        f"Ten folds report an error of {error:.3f} (standard error {se:.3f}).{rule.get(k, '')}"
    )


def build():
    """Return the figure."""
    X, y, names = training_rows()
    Z = standardise(X, slice(None))
    coefs = np.array([Lasso(a).fit(Z, y).coef_ for a in ALPHAS]).T
    curve = error_curve(X, y)
    mse = np.mean((y[:, None] - y.mean() - Z @ coefs) ** 2, axis=0)
    start = curve.best("1se")
    path, path_changes, along = path_picture(coefs, names, curve)
    error, error_changes, along_error = error_picture(curve)
    return Figure(
        title="What does each penalty keep, and what does that cost?",
        pictures=(path, error),
        sliders=(Slider("alpha", "penalty strength α", tuple(f"{a:.3f}" for a in ALPHAS), start),),
        buttons=(
            Button("least error", "alpha", to=curve.best("min")),
            Button("one standard error", "alpha", to=start),
        ),
        words=tuple(said(k, coefs, names, curve, mse) for k in range(len(ALPHAS))),
        changes=(*path_changes, *error_changes),
        drags=(Drag("path", "alpha", along), Drag("error", "alpha", along_error)),
        plays="alpha",
    )
