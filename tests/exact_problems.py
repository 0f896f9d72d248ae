"""Designs of every shape, good and bad, and the judge of an answer to them."""

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from regkit.certificates import duality_gap
from regkit.exact.path import SMALL
from regkit.objective import Objective
from regkit.penalties import L1L2

SHAPES = {"tall": (60, 8), "square": (25, 25), "wide": (20, 60), "very wide": (25, SMALL + 20)}


def data(shape="tall", seed=0):
    rng = np.random.default_rng(seed)
    n, p = SHAPES[shape]
    X = rng.standard_normal((n, p))
    y = X[:, :4] @ [3.0, -2.0, 1.0, 0.5] + rng.standard_normal(n) + 1
    return X, y


def problem(X, y, fraction=0.1, l1_ratio=1.0, positive=False, **kwargs):
    """The objective at a fraction of its alpha_max (or of that at l1_ratio=1, for a ridge)."""
    F = Objective(X, y, L1L2(1.0, l1_ratio or 1.0, positive), **kwargs)
    return replace(F, penalty=L1L2(fraction * F.alpha_max, l1_ratio, positive))


def assert_certified(F, w, tol=1e-9):
    """The judge knows no solver. It centres explicitly, so that large means cost it no digits."""
    assert np.isfinite(w).all()
    judge = F if sp.issparse(F.X) else F.centred()
    assert duality_gap(judge, w) <= tol * F.null_value


def bad_designs(shape):
    X, y = data(shape)
    n, p = X.shape
    rng = np.random.default_rng(4)
    half = p - p // 2

    def with_copies(noise):
        copied = X.copy()
        copied[:, half:] = X[:, : p - half] + noise * rng.standard_normal((n, p - half))
        return copied

    flat = X.copy()
    flat[:, 0], flat[:, 1], flat[:, 2] = 3, 0, 1e6
    U, d, Vt = np.linalg.svd(X, full_matrices=False)
    return {
        "plain": (X, y),
        "duplicates": (with_copies(0), y),
        "near 1e-3": (with_copies(1e-3), y),
        "near 1e-5": (with_copies(1e-5), y),
        "near 1e-7": (with_copies(1e-7), y),
        "constant and zero columns": (flat, y),
        "condition 1e12": (U * np.geomspace(1, 1e-12, len(d)) @ Vt, y),
        "scales 1e±8": (X * 10.0 ** rng.uniform(-8, 8, p), y),
        "far from the origin": (X + 1e5, y + 1e5),
        "ties": (np.sign(X), np.sign(y)),
        "y = 0": (X, 0 * y),
        "y constant": (X, 0 * y + 3.3),
    }
