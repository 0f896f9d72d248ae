"""Bias and variance of ridge against the penalty, beside twenty fits to resampled targets.

The twins of chapter 1: the prostate columns with their squares and products, targets made from the
eight-column fit and fresh noise. A fit is drawn along ``lcavol``, for a man who is average in all
else. There it is a parabola, since lcavol's square is among the columns; and a parabola is what a
quadratic curve of SVG draws exactly.
"""

from dataclasses import dataclass

import numpy as np

from figures import Button, Change, Drag, Figure, Slider
from figures.draw import Plot, decimals
from regkit import Ridge, load_prostate
from regkit.objective import Objective
from regkit.penalties import L2
from regkit.solvers import RidgeDecomposition

NAME = "bias_variance"
ALPHAS = np.geomspace(1e-3, 100, 101)  # as in the chapter
XTICKS = (0.001, 0.01, 0.1, 1, 10, 100)
XLABEL = "penalty α (stronger to the right)"
DRAWN = 20  # fits in the picture, the first of the chapter's 2000
COLORS = ("blue", "green", "vermillion")  # of bias², variance and the sum
FLOOR = 0.004  # where the axis of the squared errors begins


@dataclass(frozen=True)
class Twins:
    """Rows to fit, new ones, three along lcavol (at `volumes`), and how targets are made."""

    fitted: np.ndarray
    new: np.ndarray
    along: np.ndarray
    volumes: np.ndarray
    coef: np.ndarray
    intercept: float
    sigma2: float

    def targets(self):
        """Return the chapter's first sets of targets, one a column."""
        noise = np.random.default_rng(3).standard_normal((67, 2000))[:, :DRAWN]
        return self.truth(self.fitted)[:, None] + np.sqrt(self.sigma2) * noise

    def truth(self, rows):
        """Return the target without its noise."""
        return self.intercept + rows @ self.coef


def with_products(Z, svi):
    """Return the 8 columns, 7 squares (that of svi is svi itself) and 28 products."""
    squares = [Z[:, j] ** 2 for j in range(8) if j != svi]
    mixed = [Z[:, j] * Z[:, h] for j in range(8) for h in range(j + 1, 8)]
    return np.column_stack([Z, *squares, *mixed])


def twins():
    """Make the twins."""
    prostate = load_prostate()
    X, y, train = prostate.data, prostate.target[prostate.train], prostate.train
    mean, sd = X[train].mean(axis=0), X[train].std(axis=0)
    low, high = X[train, 0].min(), X[train, 0].max()
    average = np.tile(mean, (3, 1))
    average[:, 0] = volumes = np.array([low, (low + high) / 2, high])
    svi = prostate.feature_names.index("svi")
    A, B, C = (with_products((rows - mean) / sd, svi) for rows in (X[train], X[~train], average))
    A, B, C = ((rows - A.mean(axis=0)) / A.std(axis=0) for rows in (A, B, C))
    fit = Ridge(0.0).fit(A[:, :8], y)
    sigma2 = np.sum((y - fit.predict(A[:, :8])) ** 2) / (67 - 9)
    return Twins(A, B, C, volumes, np.append(fit.coef_, np.zeros(35)), fit.intercept_, sigma2)


def parts(men):
    """Return bias² and variance by the chapter's formula, averaged over the new rows, per alpha."""
    d2, V = np.linalg.eigh(men.fitted.T @ men.fitted / 67)
    omega, z = V.T @ men.coef, men.new @ V
    shrunk = ALPHAS[:, None] / (d2 + ALPHAS[:, None])
    bias = -(shrunk * omega) @ z.T
    variance = men.sigma2 / 67 * (1 + (d2 / (d2 + ALPHAS[:, None]) ** 2) @ (z**2).T)
    return (bias**2).mean(axis=1), variance.mean(axis=1)


def fits(men):
    """Return what each fit predicts at the three volumes: (alphas, fits, 3)."""
    drawn = []
    for target in men.targets().T:
        ridge = RidgeDecomposition.of(Objective(men.fitted, target, L2(0.0)))
        drawn.append(target.mean() + (men.along @ ridge.coefs(ALPHAS)).T)
    return np.array(drawn).transpose(1, 0, 2)


def parabola(plot, volumes, heights):
    """Return the d of the parabola through three points, the second midway."""
    low, middle, high = (plot.y(height) for height in heights)
    left, center, right = (plot.x(volume) for volume in volumes)
    bend = 2 * middle - (low + high) / 2
    return f"M{left:.0f} {low:.0f}Q{center:.0f} {bend:.0f} {right:.0f} {high:.0f}"


def sheaf_picture(men, drawn, start):
    """Draw the twenty fits, their mean and the truth."""
    low, _, high = men.volumes
    plot = Plot(NAME, "sheaf", x=(low, high), y=(-2, 8))
    plot.axes((-1, 0, 1, 2, 3), (-2, 0, 2, 4, 6, 8), "lcavol, all else average", "predicted lpsa")
    sheaf = ["".join(parabola(plot, men.volumes, heights) for heights in now) for now in drawn]
    means = [parabola(plot, men.volumes, now.mean(axis=0)) for now in drawn]
    plot.add("path", part="fits", class_="thin glides green", d=sheaf[start])
    plot.line(men.volumes[[0, 2]], men.truth(men.along)[[0, 2]], kind="dashed")
    plot.add("path", part="mean", class_="line glides blue", d=means[start])
    for k, (text, color) in enumerate(
        [("twenty fits", "green"), ("their mean", "blue"), ("the truth, dashed", "ink")]
    ):
        plot.text(low, 8, text, color, dx=10, dy=16 + 18 * k)
    ends = drawn[start, :, 2]
    picture = plot.picture(
        "Twenty ridge fits to targets that differ only in their noise, as curves against lcavol, "
        f"with their mean and the straight line of the truth. At alpha {ALPHAS[start]:.3g} they "
        f"end between {ends.min():.1f} and {ends.max():.1f}; the truth ends at "
        f"{men.truth(men.along)[2]:.1f}."
    )
    return picture, [Change("fits", "d", tuple(sheaf)), Change("mean", "d", tuple(means))]


def error_picture(curves, sigma2, start):
    """Draw bias², variance and their sum with the noise, and a dot on each."""
    plot = Plot(NAME, "parts", x=(1e-3, 100), y=(FLOOR, 3), log="xy")
    plot.axes(XTICKS, (0.01, 0.1, 1), XLABEL, "squared error")
    plot.line([1e-3, 100], [sigma2, sigma2], "grey", kind="dashed")
    for color, curve in zip(COLORS, curves, strict=True):
        seen = curve >= FLOOR
        plot.line(ALPHAS[seen], curve[seen], color)
    plot.text(0.0012, curves[2][0], "sum", "vermillion", dy=-8)
    plot.text(0.0012, sigma2, "noise", "grey", dy=17)
    plot.text(0.25, 0.03, "bias²", "blue")
    plot.text(60, 0.014, "variance", "green", anchor="end")
    changes = [plot.cursor("cursor", ALPHAS, start)]
    for k, (color, curve) in enumerate(zip(COLORS, curves, strict=True)):
        seen = np.maximum(curve, FLOOR)
        changes.append(plot.moving_dot(f"dot-{k}", ALPHAS, seen, start, color))
    bias2, variance, total = curves
    best = total.argmin()
    picture = plot.picture(
        f"Bias², variance and their sum with the noise, {sigma2:.2f}, against the penalty. Bias² "
        f"rises from {bias2[0]:.4f} to {bias2[-1]:.2f}, the variance falls from {variance[0]:.2f} "
        f"to {variance[-1]:.3f}; the sum is least, {total[best]:.2f}, at alpha {ALPHAS[best]:.1f}."
    )
    return picture, changes, tuple(map(plot.x, ALPHAS))


def said(k, curves, men, drawn):
    """Say the state at one penalty."""
    bias2, variance, total = (curve[k] for curve in curves)
    ends, truth = drawn[k, :, 2], men.truth(men.along)[2]
    least = " No other α has less." if k == curves[2].argmin() else ""
    return (
        f"noise + bias² + variance = {men.sigma2:.3f} + {bias2:.3f} + {variance:.3f} "
        f"= {total:.3f}\n"
        f"This is the expected error at α = {ALPHAS[k]:.3g}, averaged over the 30 new men."
        f"{least} At the largest lcavol the twenty fits predict from {decimals(ends.min(), 1)} "
        f"to {decimals(ends.max(), 1)}, on average {ends.mean():.1f}; the truth is {truth:.1f}."
    )


def build():
    """Return the figure."""
    men = twins()
    bias2, variance = parts(men)
    curves = bias2, variance, men.sigma2 + bias2 + variance
    drawn, start = fits(men), int(np.flatnonzero(np.isclose(ALPHAS, 0.01))[0])
    best = int(curves[2].argmin())
    sheaf, sheaf_changes = sheaf_picture(men, drawn, start)
    error, error_changes, along = error_picture(curves, men.sigma2, start)
    return Figure(
        title="What does a penalty do to fits of the same men with other noise?",
        pictures=(sheaf, error),
        sliders=(Slider("alpha", "penalty α", tuple(f"{a:.3g}" for a in ALPHAS), start),),
        buttons=(
            Button("weakest", "alpha", to=0),
            Button("least error", "alpha", to=best),
            Button("strongest", "alpha", to=len(ALPHAS) - 1),
        ),
        words=tuple(said(k, curves, men, drawn) for k in range(len(ALPHAS))),
        changes=(*sheaf_changes, *error_changes),
        drags=(Drag("parts", "alpha", along),),
        plays="alpha",
    )
