"""The active set: which columns of a working set have a weight, and the factor of their matrix."""

import numpy as np
from numpy import ndarray as Array

from .cholesky import GrowingFactor


class ActiveSet:
    """Some of the m columns of a working set, with the signs of their weights.

    Attributes
    ----------
    active : ndarray of int of shape (k,)
        Positions of the active columns in the working set.
    signs : ndarray of shape (k,)
        The signs of their weights; 0 for one without a price.
    is_active, waits : ndarray of bool of shape (m,)
        Which columns are active, and which wait because they depend on active ones.
    factor : GrowingFactor
        Of the matrix of the active columns.
    """

    def __init__(self) -> None:
        self.is_active, self.waits = np.zeros(0, dtype=bool), np.zeros(0, dtype=bool)
        self.clear()

    def clear(self) -> None:
        """Make it empty."""
        self.active, self.signs, self.factor = np.zeros(0, dtype=int), np.zeros(0), GrowingFactor()
        self.is_active[:], self.waits[:] = False, False

    def widen(self, count: int) -> None:
        """Let the working set have so many columns more."""
        more = np.zeros(count, dtype=bool)
        self.is_active, self.waits = np.append(self.is_active, more), np.append(self.waits, more)

    def enter(self, J: Array, signs: Array, cross: Array, block: Array) -> Array:
        """Append columns J, given their products as for `GrowingFactor.append`.

        Dependent ones are marked as waiting instead. Returns which of them entered, in order.
        """
        taken = self.factor.append(cross, block)
        self.waits[J] = True
        J, signs = J[taken], signs[taken]
        self.active, self.signs = np.append(self.active, J), np.append(self.signs, signs)
        self.waits[J], self.is_active[J] = False, True
        return taken

    def leave(self, places: Array) -> None:
        """Take the columns at these places of `active` out; others may cease to be dependent."""
        self.factor.remove(places)
        self.is_active[self.active[places]] = False
        self.active, self.signs = np.delete(self.active, places), np.delete(self.signs, places)
        self.waits[:] = False
