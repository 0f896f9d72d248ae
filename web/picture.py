"""Draw the picture in the README, from the package itself: python web/picture.py."""

from pathlib import Path

import numpy as np

from regkit import Lasso, load_prostate, plots

PATH = Path(__file__).parent / "static/lasso_path.svg"


def picture():
    """Return the lasso path on the prostate data, as SVG on white."""
    prostate = load_prostate()
    X, y = prostate.data[prostate.train], prostate.target[prostate.train]
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    alphas = np.geomspace(1, 1e-3, 100)
    coefs = np.array([Lasso(alpha).fit(X, y).coef_ for alpha in alphas]).T
    plots.use_book_style()
    # The page around it may be dark, and knows nothing of this picture's ink.
    plots.plt.rcParams["figure.facecolor"] = "white"
    ax, alt = plots.coefficient_path(alphas, coefs, prostate.feature_names)
    ax.set_title("The lasso lets one variable in after another: prostate cancer data")
    return plots.svg(ax.figure, alt)


if __name__ == "__main__":
    PATH.write_text(picture(), "utf-8", newline="\n")
