"""Step schedules: functions of the iteration k = 1, 2, … that a solver takes as ``step``."""

from collections.abc import Callable

import numpy as np

from .._validation import check_integer, check_number


def step_decay(first: float, *, factor: float = 0.5, every: int = 100) -> Callable[[int], float]:
    r"""Return the schedule that multiplies the step by ``factor`` after ``every`` iterations.

    .. math:: t_k = t_1 \, f^{\lfloor (k-1)/e \rfloor}

    Its steps sum to less than :math:`t_1 e / (1 - f)`. That settles a method whose constant step
    keeps circling the minimum, and can also stop one before it has arrived.

    Parameters
    ----------
    first : float
        The first step :math:`t_1`, positive.
    factor : float, default 0.5
        The f above, in (0, 1].
    every : int, default 100
        The e above, at least 1.

    Returns
    -------
    callable
        From k to :math:`t_k`.

    Examples
    --------
    >>> [step_decay(1.0, every=2)(k) for k in (1, 2, 3, 5)]
    [1.0, 1.0, 0.5, 0.25]
    """
    first = check_number("first", first, low=0, strict=True)
    factor = check_number("factor", factor, low=0, high=1, strict=True)
    every = check_integer("every", every, low=1)
    return lambda k: first * factor ** ((k - 1) // every)


def inverse(first: float) -> Callable[[int], float]:
    r"""Return the schedule :math:`t_k = t_1 / k`, which converges.

    Parameters
    ----------
    first : float
        The first step :math:`t_1`, positive.

    Returns
    -------
    callable
        From k to :math:`t_k`.

    Examples
    --------
    >>> [inverse(1.0)(k) for k in (1, 2, 4)]
    [1.0, 0.5, 0.25]
    """
    first = check_number("first", first, low=0, strict=True)
    return lambda k: first / k


def inverse_sqrt(first: float) -> Callable[[int], float]:
    r"""Return the schedule :math:`t_k = t_1 / \sqrt k`, which converges.

    Parameters
    ----------
    first : float
        The first step :math:`t_1`, positive.

    Returns
    -------
    callable
        From k to :math:`t_k`.

    Examples
    --------
    >>> [inverse_sqrt(1.0)(k) for k in (1, 4, 16)]
    [1.0, 0.5, 0.25]
    """
    first = check_number("first", first, low=0, strict=True)
    return lambda k: first / float(np.sqrt(k))
