"""One number for the penalty, typed into five libraries: which ridge does each of them return?

The rows and columns of chapter 10: the training rows of the prostate data, standardised over all
97. What a library makes of the number is here its objective, solved by `regkit`; that the libraries
themselves return the same, chapter 10 asserts.
"""

from dataclasses import dataclass

import numpy as np

from figures import Button, Change, Drag, Figure, Slider, Table
from figures.draw import Plot, decimals, move
from regkit import Ridge, load_prostate
from regkit.conventions import CONVENTIONS

NAME = "one_lambda"
DECADE = (10, 12, 15, 20, 25, 30, 40, 50, 67, 80)  # 67 rows: 6.7 is to one library 0.1
TYPED = np.array([v * 10**e / 1000 for e in range(3) for v in DECADE] + [10.0])
START = 10  # λ = 0.1
XTICKS = (0.001, 0.01, 0.1, 1, 10)
NARROW = (-0.38, 0.78)  # what the coefficients need


@dataclass(frozen=True)
class Library:
    """A library: its row of regkit.conventions, how it is drawn, and whether the constant pays."""

    name: str
    row: str
    factor: str
    color: str
    shape: str
    charged: bool = False

    def alpha(self, typed, **figures):
        """Return this book's alpha for the number that is typed in."""
        convention = CONVENTIONS[self.row]
        given = {
            name: typed if role in ("l2", "strength") else 0.0
            for name, role in convention.parameters.items()
        }
        return convention.to_regkit(**given, **figures).alpha


LIBRARIES = (
    Library("scikit-learn", "sklearn.Ridge", "/67", "blue", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0Z"),
    Library("PyTorch", "torch.SGD, MSE", "/2", "vermillion", "M-4.5-4.5h9v9h-9Z", charged=True),
    Library("glmnet", "glmnet", "/1.199", "green", "M0-6L6 5H-6Z"),
    Library("Keras", "keras.L2, MSE", "", "purple", "M0-6.5L6.5 0L0 6.5L-6.5 0Z"),
    Library("statsmodels", "statsmodels.OLS", "", "orange", "M0 6L6-5H-6Z", charged=True),
)


@dataclass(frozen=True)
class Model:
    """What one library returns for one number."""

    alpha: float
    w: np.ndarray
    b: float
    error: float


def models():
    """Return every library's model for every number, and the coefficients of least squares."""
    prostate = load_prostate()
    Z_all = (prostate.data - prostate.data.mean(axis=0)) / prostate.data.std(axis=0, ddof=1)
    Z, y = Z_all[prostate.train], prostate.target[prostate.train]
    Z_test, y_test = Z_all[~prostate.train], prostate.target[~prostate.train]
    ones = np.column_stack([np.ones(len(y)), Z])
    found = []
    for library in LIBRARIES:
        column = []
        for typed in TYPED:
            alpha = library.alpha(typed, S=len(y), sd_y=y.std())
            if library.charged:
                b, *w = Ridge(alpha, fit_intercept=False).fit(ones, y).coef_
            else:
                fit = Ridge(alpha).fit(Z, y)
                w, b = fit.coef_, fit.intercept_
            error = np.mean((y_test - b - Z_test @ w) ** 2)
            column.append(Model(alpha, np.array(w), float(b), float(error)))
        found.append(column)
    return found, Ridge(0.0).fit(Z, y).coef_, prostate.feature_names


def short(value):
    """Write a strength: two digits that count, and three from 0.1 on, without needless zeros."""
    return f"{value:.3g}" if value >= 0.1 else f"{value:.2g}"


def where_picture(found):
    """Draw, library by library, at which α on this book's scale the number arrives."""
    plot = Plot(NAME, "where", x=(1e-4, 14), y=(4.7, -0.7), log="x", margins=(96, 12, 12, 44))
    plot.axes(XTICKS, (), "α on this book's scale (upright: as typed)", "")
    changes = [plot.cursor("typed", TYPED, START)]
    for k, (library, column) in enumerate(zip(LIBRARIES, found, strict=True)):
        plot.text(1e-4, k, library.name, library.color, anchor="end", dx=-6, dy=5)
        places = tuple(move(plot.x(model.alpha), plot.y(k)) for model in column)
        changes.append(mark(plot, f"at-{k}", library, places))
    told = ", ".join(
        f"{library.name} {short(column[START].alpha)}"
        for library, column in zip(LIBRARIES, found, strict=True)
    )
    picture = plot.picture(
        f"At which alpha on this book's scale a number typed into each of five libraries arrives. "
        f"For {short(TYPED[START])}, which an upright line marks: {told}."
    )
    return picture, changes, tuple(map(plot.x, TYPED))


def mark(plot, part, library, places):
    """Add a library's mark, which moves from place to place."""
    look = f"dot glides {library.color}"
    plot.add("path", part=part, class_=look, d=library.shape, transform=places[START])
    return Change(part, "transform", places)


def coefficient_picture(found, free, names):
    """Draw the eight coefficients, each of which the five libraries return differently."""
    plot = Plot(NAME, "coefficients", x=NARROW, y=(7.7, -0.7), margins=(66, 12, 12, 44))
    plot.axes((-0.2, 0, 0.2, 0.4, 0.6), (), "coefficient (upright: least squares)", "")
    changes = []
    for j, name in enumerate(names):
        plot.text(NARROW[0], j, name, anchor="end", dx=-6, dy=5)
        plot.line([free[j], free[j]], [j - 0.4, j + 0.4], kind="thin")
        for k, (library, column) in enumerate(zip(LIBRARIES, found, strict=True)):
            places = tuple(move(plot.x(m.w[j]), plot.y(j + 0.13 * (k - 2))) for m in column)
            changes.append(mark(plot, f"w-{j}-{k}", library, places))
    told = "; ".join(
        f"{name} from {decimals(min(c[START].w[j] for c in found), 2)} to "
        f"{decimals(max(c[START].w[j] for c in found), 2)}"
        for j, name in enumerate(names)
    )
    return plot.picture(
        f"The eight coefficients that five libraries return for {short(TYPED[START])}: {told}."
    ), changes


def said(k, found):
    """Say where the number arrives, and what the models differ in."""
    typed = short(TYPED[k])
    arrives = [
        f"{library.name} {typed}{library.factor} = {short(column[k].alpha)}"
        for library, column in zip(LIBRARIES[:3], found, strict=False)
    ]
    free, torch, statsmodels = (found[j][k].b for j in (0, 1, 4))
    errors = {lib.name: column[k].error for lib, column in zip(LIBRARIES, found, strict=True)}
    least, most = min(errors, key=errors.get), max(errors, key=errors.get)
    return (
        f"α: {', '.join(arrives)}, Keras and statsmodels {typed}\n"
        f"You type {typed}. PyTorch and statsmodels shrink the intercept as well, from "
        f"{decimals(free)} in scikit-learn to {decimals(torch)} and {decimals(statsmodels)}. "
        f"The error on the 30 test rows is least with {least}, {decimals(errors[least])}, and "
        f"largest with {most}, {decimals(errors[most])}."
    )


def table(found):
    """Return the table at the start, and what becomes of it."""
    rows, changes = [], []
    for k, (library, column) in enumerate(zip(LIBRARIES, found, strict=True)):
        texts = {
            "alpha": tuple(short(model.alpha) for model in column),
            "b": tuple(decimals(model.b) for model in column),
            "error": tuple(decimals(model.error) for model in column),
        }
        cells = [(f"{what}-{k}", values[START]) for what, values in texts.items()]
        rows.append((library.name, *cells))
        changes += [Change(f"{what}-{k}", "text", values) for what, values in texts.items()]
    head = ("", "α", "intercept", "test error")
    return Table("The same number, five models", tuple(rows), head), changes


def build():
    """Return the figure."""
    found, free, names = models()
    where, where_changes, along = where_picture(found)
    coefficients, coefficient_changes = coefficient_picture(found, free, names)
    start_table, table_changes = table(found)
    return Figure(
        title="One number, five libraries: which model does each return?",
        pictures=(where, coefficients),
        sliders=(Slider("number", "the number typed", tuple(map(short, TYPED)), START),),
        buttons=tuple(
            Button(text, "number", to=k) for text, k in (("0.1", START), ("1", 20), ("10", 30))
        ),
        words=tuple(said(k, found) for k in range(len(TYPED))),
        changes=(*where_changes, *coefficient_changes, *table_changes),
        table=start_table,
        drags=(Drag("where", "number", along),),
        plays="number",
    )
