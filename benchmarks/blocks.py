"""Rows that memory cannot hold: a cross-validated lasso path from one pass, then judged by another.

``python -m benchmarks.blocks`` makes 20 GB of rows, a block at a time, and never keeps a block.
`LassoCV.fit_blocks` sees each once. The judge then has every block made again and computes the
duality gap from all the rows themselves, which the fit had long forgotten.
"""

import argparse
import resource
import sys
import time
from collections.abc import Iterator

import numpy as np
from numpy import ndarray as Array

from regkit import LassoCV

ROWS = 50_000
"""In one block."""
TRUE = 20
"""Coefficients of the truth that are not 0."""
OFFSET = 1000.0
"""How many standard deviations the columns and y are from zero: it must not matter."""


def blocks(count: int, p: int) -> Iterator[tuple[Array, Array]]:
    """Make the blocks: neighbouring columns correlated, a signal as strong as the noise."""
    w = np.zeros(p)
    w[: 2 * TRUE : 2] = np.linspace(1, -1, TRUE)
    for number in range(count):
        rng = np.random.default_rng(number)
        X = rng.standard_normal((ROWS, p))
        X[:, 1:] += X[:, :-1]
        y = X @ w + np.sqrt(w @ w) * rng.standard_normal(ROWS)
        X += OFFSET
        yield X, y - OFFSET


def judged_gap(model: LassoCV, rows: Iterator[tuple[Array, Array]]) -> tuple[float, float]:
    """Return the duality gap from every row, and the objective of the intercept alone.

    A residual r, less its mean, and shrunk by a to be feasible, gives
    ½ (1 - a)² mean r² + Σ_j (alpha |w_j| - a w_j c_j), c the slopes.
    """
    n, residual, squares, total, spread = 0, 0.0, 0.0, 0.0, 0.0
    columns = products = np.zeros(model.n_features_in_)
    centre = None
    for X, y in rows:
        centre = (X.mean(axis=0), y.mean()) if centre is None else centre
        r = y - model.predict(X)
        X -= centre[0]
        y -= centre[1]
        n, residual, squares = n + len(y), residual + r.sum(), squares + r @ r
        columns, products = columns + X.sum(axis=0), products + r @ X
        total, spread = total + y.sum(), spread + y @ y
    w, alpha = model.coef_, model.alpha_
    slopes = products / n - residual / n * columns / n
    a = min(1, alpha / np.abs(slopes).max())
    gap = (1 - a) ** 2 / 2 * (squares / n - (residual / n) ** 2)
    gap += alpha * np.abs(w).sum() - a * (w @ slopes)
    return gap, (spread / n - (total / n) ** 2) / 2


def peak_memory() -> float:
    """Return the most memory that this process has had, in GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def main() -> None:
    """Fit, judge and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--gigabytes", type=float, default=20)
    options.add_argument("--columns", type=int, default=100)
    given = options.parse_args()
    size = ROWS * (given.columns + 1) * 8
    count = -(-int(given.gigabytes * 1e9) // size)
    print(f"{count * ROWS:,} rows of {given.columns} columns and y in {count} blocks:", end=" ")
    print(f"{count * size / 1e9:.2f} GB", flush=True)

    start = time.process_time()
    few = sum(1 for _ in blocks(min(10, count), given.columns))
    making = (time.process_time() - start) / few * count
    start = time.process_time()
    model = LassoCV(cv=5, rule="1se").fit_blocks(blocks(count, given.columns))
    fitting = time.process_time() - start - making
    print(f"processor time: {making:.0f} s to make the rows, and {fitting:.0f} s for the fit:")
    print(f"five folds, {len(model.alphas_)} alphas, one pass, peak memory {peak_memory():.2f} GB")
    print(f"alpha {model.alpha_:.6f}, {np.count_nonzero(model.coef_)} coefficients not zero")

    gap, null = judged_gap(model, blocks(count, given.columns))
    print(
        f"gap by the certificate {model.dual_gap_ / null:.1e} of the objective at w = 0,", end=" "
    )
    print(f"from all rows again {gap / null:.1e}")


if __name__ == "__main__":
    main()
