"""Assignment: the lasso by your own hand.

Fill in the four functions; leave their names and arguments as they are. NumPy is
all you need, and all you may import.

    pytest test_assignment.py

says what is right and what is not. No key of answers is hidden in it: your answers
are checked by mathematics, on data of your own.
"""

STUDENT = "1"  # your number, or whatever tells you from the others


def ridge_gradient(w, X, y, alpha):
    """Return the gradient of 1/(2n) ‖y − Xw‖² + alpha/2 ‖w‖², of shape (p,)."""
    raise NotImplementedError


def soft_threshold(v, t):
    """Return the minimiser of ½ (w − v)² + t |w| over w, for each entry of v."""
    raise NotImplementedError


def alpha_max(X, y):
    """Return the smallest alpha at which the lasso with intercept is all zeros."""
    raise NotImplementedError


def lasso(X, y, alpha):
    """Return (w, b) that minimise 1/(2n) ‖y − b − Xw‖² + alpha ‖w‖₁."""
    raise NotImplementedError
