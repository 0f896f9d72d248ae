"""What is to be solved: the data, the penalties along a path, and how well."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy import ndarray as Array

from .._validation import check_integer, check_number
from ..certificates import allowed_gap
from ..losses import SquaredError
from ..objective import Objective
from ..penalties import L1L2
from ..solvers.closed_form import warn_ridge_short
from ..solvers.solution import starting_point, warn_short
from .data import CentredData


@dataclass(frozen=True, eq=False)
class Grid:
    """The penalties along a path: l1 and l2 at each of its k points.

    Attributes
    ----------
    l1, l2 : ndarray of shape (k,)
        l1 decreasing.
    positive : bool
        Whether negative weights are forbidden.
    """

    l1: Array
    l2: Array
    positive: bool = False

    @classmethod
    def of(cls, penalty: L1L2, alphas: Array) -> "Grid":
        """Return the grid that ``penalty`` makes of these alphas."""
        ratio = penalty.l1_ratio
        return cls(alphas * ratio, alphas * (1 - ratio), penalty.positive)

    def __len__(self) -> int:
        """Return the number of points."""
        return len(self.l1)

    def __getitem__(self, points: slice | Array) -> "Grid":
        """Return the grid of some of the points."""
        return Grid(self.l1[points], self.l2[points], self.positive)

    def steepness(self, c: Array) -> Array:
        """Return the slopes c as far as they count: those downwards do not under ``positive``."""
        return c if self.positive else np.abs(c)

    def refined(self, first: float, ratio: float) -> tuple["Grid", Array]:
        """Return the grid with points between those further apart than ratio, and which are its.

        It begins below l1 = ``first``, where the search starts.
        """
        l1s, l2s, own = [], [], []
        l1, l2 = first, self.l2[0]
        for l1_next, l2_next in zip(self.l1, self.l2, strict=True):
            # l1 = 0 (with positive) is an infinite number of ratios away: 1e-9 of the start will do
            low = max(l1_next, 1e-9 * first)
            steps = (
                max(1, int(np.ceil(np.log(l1 / low) / -np.log(ratio) - 1e-9))) if l1 > low else 1
            )
            share = np.arange(1, steps) / steps
            l1s += [*(l1 * (low / l1) ** share), l1_next]
            l2s += [*(l2 + (l2_next - l2) * share), l2_next]
            own += [False] * len(share) + [True]
            l1, l2 = low, l2_next
        return Grid(np.array(l1s), np.array(l2s), self.positive), np.array(own)


class Answers(NamedTuple):
    """Answers on a grid of k points.

    Attributes
    ----------
    coefs : ndarray of shape (p, k)
    dual_gaps : ndarray of shape (k,)
        On the scale of the objective; infinite where a search ended before.
    n_iter : ndarray of shape (k,)
        Linear systems solved, pivots or Newton steps made, for each.
    """

    coefs: Array
    dual_gaps: Array
    n_iter: Array


@dataclass(frozen=True, eq=False)
class Problem:
    """An objective on a grid.

    Attributes
    ----------
    objective : Objective
    data : CentredData
        Those of the objective.
    grid : Grid
    start : ndarray of shape (p,), or None
        Where to look first.
    tol : float
        The duality gap allowed, relative to the objective of the best intercept-only model.
    max_iter : int
        Steps at most for one point, on a grid that is refined where it is coarse.
    """

    objective: Objective
    data: CentredData
    grid: Grid
    start: Array | None
    tol: float
    max_iter: int

    @classmethod
    def of(
        cls, objective: Objective, alphas: Array, start: Array | None, tol: float, max_iter: int
    ) -> "Problem":
        """Return the problem of an objective at decreasing alphas; refuse what is no number."""
        alphas = np.asarray(alphas, dtype=float)
        fine = alphas.ndim == 1 and alphas.size and np.isfinite(alphas).all()
        if not fine or (alphas < 0).any() or (alphas[1:] > alphas[:-1]).any():
            raise ValueError(f"alphas must be a decreasing grid of numbers >= 0; got {alphas!r}.")
        return cls(
            objective,
            CentredData(objective),
            Grid.of(objective.penalty, alphas),
            None if start is None else starting_point(objective, start),
            check_number("tol", tol, low=0),
            check_integer("max_iter", max_iter, low=1),
        )

    def at(self, points: Array) -> "Problem":
        """Return the problem at some points of its grid."""
        return replace(self, grid=self.grid[points])

    @property
    def target(self) -> float:
        """The duality gap allowed: no smaller than rounding."""
        return allowed_gap(self.tol, self.objective)

    def warn_if_short(self, dual_gaps: Array) -> None:
        """Warn if a gap (k,) exceeds the target, with the worst and where it is."""
        short = np.flatnonzero(~(dual_gaps <= self.target))
        if not len(short):
            return
        worst = short[dual_gaps[short].argmax()]
        gap, l1, l2 = dual_gaps[worst], self.grid.l1[worst], self.grid.l2[worst]
        squared = isinstance(self.objective.loss, SquaredError)
        if squared and l1 == 0 and not self.grid.positive:
            warn_ridge_short(gap, l2, self.target)
        else:
            warn_short(
                f"Stopped with a duality gap of {gap:.3g} at alpha={l1 + l2:.6g} ({len(short)} of "
                f"{len(self.grid)} alphas fall short); wanted at most {self.target:.3g}. "
                "Raise tol or max_iter, standardise the columns, or use a larger alpha."
            )
