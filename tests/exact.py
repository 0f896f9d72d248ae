r"""Minima in exact rational arithmetic: the judge of `make fuzz`, which knows nothing of regkit.

Every double is a rational number, so the problem that a double-precision solver was given has a
minimum that can be known exactly. For squared error it is found by descent from one active set to
the next: in the orthant of the current signs F is a quadratic, whose minimum solves a linear
system; a coefficient that reaches 0 on the way leaves; at the minimum the column that breaks its
optimality condition by most enters. F falls with every step that moves, so that no active set
comes twice, and where no column is left to enter the optimality conditions hold: exactly.

For the logistic loss each Newton step is such a problem. Its rows are computed to 60 digits.
"""

from decimal import Context, Decimal, localcontext
from functools import cached_property

try:  # a hundred times faster on long numbers, and otherwise the same
    from flint import fmpq as Q
except ImportError:
    from fractions import Fraction as Q

DIGITS, BITS = 60, 300
FAR = Decimal(300)
"""A margin beyond this is as good as infinite; its exponential would fill the memory."""
ZERO = Q(0)


def exact(number) -> Q:
    """Return a float, an int, a Decimal or a rational as the rational number that it is."""
    return number if isinstance(number, Q) else Q(*number.as_integer_ratio())


def exact_vector(numbers) -> list[Q]:
    """Return an array of floats as rational numbers."""
    return [exact(number) for number in numbers.tolist()]


class LeastSquares:
    r"""F(w, b) = ½ Σ sᵢ (yᵢ − b − xᵢᵀw)² + l1 ‖w‖₁ + ½ l2 ‖w‖₂², over the rationals.

    Parameters
    ----------
    columns : list of p lists of n rationals
        X, column by column.
    y, s : list of n rationals
        The weights s count as they are: the caller scales them.
    l1, l2 : rational
    positive, intercept : bool
        Whether w ≥ 0 is demanded, and whether b is free or 0.
    """

    def __init__(self, columns, y, s, l1, l2, positive=False, intercept=True):
        self.s, self.l1, self.l2, self.positive, self.intercept = s, l1, l2, positive, intercept
        self.total = sum(s)
        self.means = [self._mean(column) for column in columns]
        self.y_mean = self._mean(y)
        self.Z = [
            [x - mean for x in column] for column, mean in zip(columns, self.means, strict=True)
        ]
        sy = [weight * (v - self.y_mean) for weight, v in zip(s, y, strict=True)]
        self.null_value = sum((a * (v - self.y_mean) for a, v in zip(sy, y, strict=True)), ZERO) / 2
        """F₀, the least that F can be at w = 0."""
        self.c = [dot(sy, column) for column in self.Z]
        self._products = {}

    def _mean(self, v):
        return dot(self.s, v) / self.total if self.intercept else ZERO

    def product(self, i, j):
        """Return the weighted product of two columns, centred if b is free."""
        key = (i, j) if i < j else (j, i)
        if key not in self._products:
            weighted = [weight * z for weight, z in zip(self.s, self.Z[i], strict=True)]
            self._products[key] = dot(weighted, self.Z[j])
        return self._products[key]

    def best_intercept(self, w):
        """Return the b that minimises F(w, b)."""
        return self.y_mean - dot(self.means, w)

    def correlations(self, w):
        """Return the weighted products of the columns with the residual."""
        support = [i for i, v in enumerate(w) if v != 0]
        return [
            c - sum((self.product(i, j) * w[i] for i in support), ZERO)
            for j, c in enumerate(self.c)
        ]

    def value(self, w, b=None):
        """Return F(w, b), by default with the best b; without an intercept that is 0."""
        loss = self.null_value
        for v, c, left in zip(w, self.c, self.correlations(w), strict=True):
            loss -= v * (c + left) / 2
        off = ZERO if b is None else b - self.best_intercept(w)
        return loss + self.total * off * off / 2 + self.penalty(w)

    def penalty(self, w):
        """Return l1 ‖w‖₁ + ½ l2 ‖w‖₂²."""
        return self.l1 * sum(map(abs, w), ZERO) + self.l2 * dot(w, w) / 2

    def slopes(self, w):
        """Return how fast the smooth part of F falls as each coefficient grows."""
        return [c - self.l2 * v for c, v in zip(self.correlations(w), w, strict=True)]

    def violations(self, w):
        """Return by how much each coefficient misses its optimality condition: 0 at a minimum."""
        return [
            abs(slope - sign(v) * self.l1) if v != 0 else self._beyond(slope)
            for slope, v in zip(self.slopes(w), w, strict=True)
        ]

    def _beyond(self, slope):
        """Return by how much the slope at 0 exceeds what the penalty can hold."""
        return max(ZERO, (slope if self.positive else abs(slope)) - self.l1)

    def minimise(self, w=None):
        """Return a minimiser; the search begins at w."""
        w = [ZERO] * len(self.Z) if w is None else list(w)
        if self.positive:
            w = [max(v, ZERO) for v in w]
        signs = {j: sign(v) for j, v in enumerate(w) if v != 0}  # the active set
        moved = True
        while True:
            while signs:
                direction, longest = self._direction(w, signs)
                step, first = self._step(w, signs, direction, longest)
                moved = moved or step != 0
                for j, d in direction.items():
                    w[j] += step * d
                if first is None:
                    break
                w[first] = ZERO
                del signs[first]
            slopes = self.slopes(w)
            out = {j: self._beyond(slopes[j]) for j in range(len(w)) if j not in signs}
            entering = [j for j, beyond in out.items() if beyond > 0]
            if not entering:
                return w
            # after a step of length 0 the first in order enters, so that no active set comes back
            j = max(entering, key=out.get) if moved else entering[0]
            signs[j], moved = sign(slopes[j]), False

    def _direction(self, w, signs):
        """Return where to go in the orthant, {j: change}, and the longest step: 1 to its minimum.

        None where the columns are dependent: along the direction returned their sum does not
        change, F does not rise, and a coefficient will reach 0.
        """
        A, slopes = list(signs), self.slopes(w)
        H = [[self.product(i, j) + (self.l2 if i == j else 0) for j in A] for i in A]
        fall = [slopes[j] - signs[j] * self.l1 for j in A]
        d, dependent = solve(H, fall)
        direction = dict(zip(A, d, strict=True))
        if not dependent:
            return direction, Q(1)
        falls = dot(d, fall)
        towards_zero = any(direction[j] * signs[j] < 0 for j in A)
        if falls < 0 or (falls == 0 and not towards_zero):
            direction = {j: -v for j, v in direction.items()}
        return direction, None

    def _step(self, w, signs, direction, longest):
        """Return how far to go, and the coefficient that reaches 0 there, if one does."""
        step, first = longest, None
        if longest is None or self.l1 > 0 or self.positive:
            for j, d in sorted(direction.items()):
                if d * signs[j] < 0 and (step is None or -w[j] / d < step):
                    step, first = -w[j] / d, j
        return step, first


class Logistic:
    """F(w, b) = Σ sᵢ log(1 + exp(−yᵢ (b + xᵢᵀw))) + the penalty, as in `LeastSquares`; y = ±1."""

    def __init__(self, columns, y, s, l1, l2, positive=False, intercept=True):
        self.columns, self.y, self.s = columns, y, s
        self.settings = l1, l2, positive, intercept
        self.penalty = LeastSquares([], y, s, *self.settings).penalty

    @cached_property
    def null_value(self):
        """F₀, the least that F can be at w = 0: the entropy of the labels if b is free."""
        with localcontext(Context(prec=DIGITS)):
            if not self.settings[3]:
                return exact(Decimal(2).ln()) * sum(self.s)
            of_class = [
                sum((s for s, y in zip(self.s, self.y, strict=True) if y == k), ZERO)
                for k in (-1, 1)
            ]
            return sum(-q * exact((decimal(q / sum(self.s))).ln()) for q in of_class)

    def margins(self, w, b):
        """Return y (b + Xw)."""
        z = [b] * len(self.y)
        for weight, column in zip(w, self.columns, strict=True):
            if weight != 0:
                z = [a + weight * x for a, x in zip(z, column, strict=True)]
        return [y * a for y, a in zip(self.y, z, strict=True)]

    def value(self, w, b):
        """Return F(w, b)."""
        with localcontext(Context(prec=DIGITS)):
            losses = [short(exact(log1p_exp(-decimal(m)))) for m in self.margins(w, b)]
        return dot(self.s, losses) + self.penalty(w)

    def minimise(self, w, b, rounds=60):
        """Return a minimiser w, its b, and whether Newton's method came to rest; from (w, b) on."""
        value = self.value(w, b)
        for _ in range(rounds):
            model = self._model(w, b)
            v = model.minimise(w)
            c = model.best_intercept(v)
            promised = model.value(w, b) - model.value(v, c)
            if value <= self.null_value * Q(1, 10**15):  # the classes are separable; F is positive
                return w, b, True
            if promised <= value * Q(1, 10**30):
                return list(map(short, v)), short(c), True
            for halvings in range(60):
                t = Q(1, 2**halvings)
                nearer = [short(a + t * (z - a)) for a, z in zip(w, v, strict=True)]
                b_nearer = short(b + t * (c - b))
                reached = self.value(nearer, b_nearer)
                if reached < value:
                    break
            else:
                return w, b, False
            w, b, value = nearer, b_nearer, reached
        return w, b, False

    def _model(self, w, b):
        """Return the Newton model at (w, b): least squares to a target, rows by curvature."""
        with localcontext(Context(prec=DIGITS)):
            margins = self.margins(w, b)
            odds = [max(min(decimal(m), FAR), -FAR).exp() for m in margins]
            bends = [exact(odd / (1 + odd) ** 2) for odd in odds]
            steps = [short(exact(1 + 1 / odd)) for odd in odds]
        weights = [short(s * bend) for s, bend in zip(self.s, bends, strict=True)]
        target = [y * (m + step) for y, m, step in zip(self.y, margins, steps, strict=True)]
        return LeastSquares(self.columns, target, weights, *self.settings)


def solve(H, g):
    """Solve Hd = g for a positive semidefinite H, by Gauss.

    Returns
    -------
    d : list of rationals
        The solution; if H is singular, d ≠ 0 with Hd = 0.
    dependent : bool
        Whether H is singular.
    """
    rows = [[*row, v] for row, v in zip(H, g, strict=True)]
    n = size = len(rows)
    for k in range(n):
        if rows[k][k] == 0:  # the rest of row and column is 0 then too
            size = k
            break
        for row in rows[k + 1 :]:
            factor = row[k] / rows[k][k]
            if factor != 0:
                row[k:] = [a - factor * b for a, b in zip(row[k:], rows[k][k:], strict=True)]
    d = [ZERO] * n
    if size < n:
        d[size] = Q(1)
    for k in reversed(range(size)):
        right = rows[k][n] if size == n else -rows[k][size]
        d[k] = (right - dot(rows[k][k + 1 : size], d[k + 1 : size])) / rows[k][k]
    return d, size < n


def dot(u, v):
    """Return Σ uᵢ vᵢ."""
    return sum((a * b for a, b in zip(u, v, strict=True)), ZERO)


def sign(q):
    """Return -1, 0 or 1."""
    return (q > 0) - (q < 0)


def decimal(q) -> Decimal:
    """Return a rational to the precision of the context."""
    return Decimal(int(q.numerator)) / Decimal(int(q.denominator))


def log1p_exp(t: Decimal) -> Decimal:
    """Return log(1 + exp(t)) to the precision of the context."""
    small = (-abs(t)).exp()
    return max(t, Decimal(0)) + (small if small < Decimal(10) ** -DIGITS else (1 + small).ln())


def short(q) -> Q:
    """Return a rational to 300 binary digits, which are 90, and a denominator of 2s alone."""
    numerator, denominator = int(q.numerator), int(q.denominator)
    shift = BITS - numerator.bit_length() + denominator.bit_length()
    if shift < 0:
        return Q(numerator // (denominator << -shift) << -shift, 1)
    return Q((numerator << shift) // denominator, 1 << shift)
