r"""How far any w is from optimal, whoever computed it.

Every w proposes a point of the dual problem: :math:`u_i = f'(z_i)`, the loss's derivative at its
own predictions, shrunk by a factor a until it is feasible. The difference between the primal value
at w and the dual value there is

.. math::

   \begin{aligned}
   \text{gap} ={} & \frac1S \sum_i s_i \bigl[ f(z_i) + f^*(a u_i) - a u_i z_i \bigr] \\
              & + \sum_j \bigl[ g(w_j) + g^*(a v_j) - a v_j w_j \bigr], \\
   v ={} & {-\frac1S} X^\top (s \circ u),
   \end{aligned}

a sum of n + p terms, none negative by the Fenchel–Young inequality: each says how far one row or
one column is from its optimality condition. No minimiser lies further below F(w) than this.

**The rule**, which every route of this package keeps. A gap that is reported belongs to the
coefficients that are returned. It is computed from X itself, or from moments whose lost digits are
counted. It is at least F(w) less the minimum over all coefficients, both taken as exact numbers of
the X, y and weights that were given, but for rounding of at most :math:`10^{-12} F_0`, where
:math:`F_0` is the objective of the best intercept alone. Two things have no exact meaning and are
settled by convention: y that is constant up to rounding is constant, so that :math:`F_0 = 0`; and
of rows that were seen through their cross-products alone (``fit_blocks``), columns that these
cannot tell from dependent ones are dependent. Where a gap cannot be small, because the columns do
not let the answer be known, a warning says why.

**What rounding hides.** Where large coefficients all but cancel, digits of z and v are lost. Let z
be off by δ, in the weighted root mean square, and the loss have curvature at most L. A row's term,
as a function of z, has its minimum 0 and bends no more than the loss, so that its square root
changes by at most :math:`\sqrt{L/2}` times what z does; and that of a sum of terms does too
(Minkowski). The columns' terms change by :math:`a |v_j - \tilde v_j| |w_j|`, in all at most
:math:`a \varepsilon \|u\| \sum_j \|x_j\| |w_j|`. So

.. math:: \Bigl( \sqrt{\text{rows}} + \sqrt{L/2}\; \delta \Bigr)^2 + \text{columns}
          + a \varepsilon \|u\| \sum_j \|x_j\| |w_j|

is a bound whatever rounding did, with :math:`\varepsilon` four units in the last place. Of columns
or of y far from zero the intercept loses more digits. It is best but for that, which costs L/2
times the square. And beside an L1 or a ridge part as small as
:math:`\varepsilon \|x_j\| \|u\|` slopes count for as much more: a dual point may be less
feasible than it looks.

These functions know no solver. See Boyd and Vandenberghe (2004, chapter 5) for duality and
Friedman, Hastie and Tibshirani (2010) for the problems.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp
from numpy import ndarray as Array
from scipy.linalg import cho_factor, cho_solve
from scipy.optimize import lsq_linear

from ._origin import FAR_IF_SPARSE
from ._products import sparse_gram
from ._rank import rank_exceeds
from .losses import SquaredError
from .objective import CONSTANT, Objective
from .penalties import L1L2

NEXT_TO_NOTHING = 1e-9
"""A price of the weights below this share of F(0) is worth leaving out of the dual problem."""
EPS = float(np.finfo(float).eps)
ROUNDING = 1e-12
"""How far, as a share of F(0), a gap may be below the truth."""
NOTHING = 1e-13
"""Rounding that may be as large as this share of F(0) is not worth counting."""
GRAM = 2000
"""Columns of a large sparse X of which a Gram matrix may be computed: 32 MB."""
LEAST_SQUARES = 1e-3, 1e-6, 1e-9
"""Bounds tried for its smallest eigenvalue, columns at length 1: below, it is not trusted."""
DENSE_ENOUGH = 1 << 17
"""Numbers in a sparse X that may as well be dense for a moment: 1 MB."""


def duality_gap(objective: Objective, w: Array) -> float:
    r"""Return an upper bound on F(w) - min F, on the scale of F.

    Parameters
    ----------
    objective : Objective
    w : ndarray of shape (p,)
        Any coefficients; the intercept is the best one for them.

    Returns
    -------
    float
        At least 0 and, up to rounding, 0 only at a minimiser. Infinite if w is not allowed (a
        negative weight under ``positive``), or, for α = 0 and a classification loss, if no dual
        point is at hand.

    Notes
    -----
    The factor a is the largest one that makes the dual point feasible when the ridge part is
    treated as extra rows of data; with a ridge part a = 1 is feasible too, and the smaller gap
    counts. At α = 0 shrinking is not enough: u is projected on the complement of the columns, rows
    counted by their curvature, which for squared error makes the gap half the mean square of what
    was removed, and exact. Under
    ``positive`` a column may only be used as far as its weight can move, down to 0; for squared
    error the gap is exact there too.

    Two products with X, O(np); at α = 0 a least-squares solve, O(np min(n, p)), or several under
    ``positive``.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> duality_gap(F, np.array([2.0, 0.0]))
    0.0
    >>> w = np.array([1.0, 0.0])
    >>> duality_gap(F, w), F.value(w) - F.value(np.array([2.0, 0.0]))
    (0.3125, 0.25)
    """
    penalty, loss, s = objective.penalty, objective.loss, objective.weights
    if penalty.positive and (w < 0).any():
        return np.inf
    y, z = objective.near_fit(w)
    u = loss.gradient(y, z)
    terms, negligible = objective.terms(w), NOTHING * objective.null_value
    lost = 4 * EPS * (terms + np.sqrt(_mean(s, z**2)))
    # b is the best but for its own rounding, which costs its square
    lost_b = EPS * float(4 * np.abs(objective.origin) @ np.abs(w) + objective.distance)

    def gap(a: float, columns: float) -> float:
        rows, bend = _mean(s, loss.fenchel_young(y, z, a * u)), loss.smoothness / 2
        doubt = bend * (lost**2 + lost_b**2) + 2 * np.sqrt(bend * rows) * lost
        if penalty.alpha > 0:
            doubt += 4 * EPS * terms * a * np.sqrt(_mean(s, u**2))
        return rows + columns + (doubt if doubt > negligible else 0.0)

    if penalty.alpha == 0:
        found = _off_the_columns(objective, u, w)
        if found is None:
            return np.inf
        u, unsure = found
        v, lost = penalty.clip(-objective.correlations(u)), lost + unsure
        return gap(1.0, float(penalty.fenchel_young(w, v).sum()))
    v = -objective.correlations(u)
    hidden = 4 * EPS * np.sqrt(_mean(s, u**2)) * np.sqrt(objective.near_squares) * objective.varies
    seen, found = (
        min(gap(a, columns) for a, columns in _dual_points(penalty, w, v, off))
        for off in (0 * hidden, hidden)
    )
    found = found if found > seen + negligible else seen
    price = penalty.value(w)
    if price < NEXT_TO_NOTHING * objective.null_value < found and w.any():
        # slopes at rounding level can be steep beside so low a price: as well to do without it
        free = objective.with_penalty(replace(penalty, alpha=0.0))
        found = min(found, duality_gap(free, w) + price)
    return found


def _dual_points(penalty: L1L2, w: Array, v: Array, off: Array) -> Iterator[tuple[float, float]]:
    """Yield what u may be shrunk by, and what columns add to the gap then, be v as far off (p,).

    The ridge part counts as rows of data first, and then as a part of the penalty.
    """
    l1, l2, slope = penalty.l1, penalty.l2, v - penalty.l2 * w
    steepest = ((slope if penalty.positive else np.abs(slope)) + off).max(initial=0)
    a = l1 / max(steepest, l1) if steepest > 0 else 1.0
    columns = l1 * np.abs(w) - a * slope * w + (1 - a) ** 2 / 2 * l2 * w**2
    yield a, max(float(columns.sum()), 0.0)
    if l2 > 0:
        for factor in (a, 1.0):
            ends = (penalty.fenchel_young(w, factor * (v + side * off)) for side in (-1, 1))
            yield factor, float(np.maximum(*ends).sum())


def allowed_gap(tol: float, objective: Objective) -> float:
    """Return the gap that ``tol`` allows: what rounding may leave in a gap where that is more.

    Parameters
    ----------
    tol : float
        Relative to the objective of the best intercept-only model.
    objective : Objective

    Returns
    -------
    float
        On the scale of F.

    Examples
    --------
    >>> from regkit.penalties import L1
    >>> F = Objective([[1.0], [2.0]], [1.0, 3.0], L1(0.1))
    >>> F.null_value, allowed_gap(0.25, F)
    (0.5, 0.125)
    """
    return max(tol, ROUNDING) * objective.null_value


def kkt_residual(objective: Objective, w: Array) -> Array:
    r"""Return by how much each coordinate of w misses its optimality condition.

    The condition is :math:`-\nabla_j \in \partial g(w_j)`: the slope of the loss is exactly
    balanced by the penalty where :math:`w_j \ne 0` and no steeper than :math:`l_1` where
    :math:`w_j = 0`.

    Parameters
    ----------
    objective : Objective
    w : ndarray of shape (p,)

    Returns
    -------
    ndarray of shape (p,)
        Distances in the units of the gradient, all 0 at a minimiser and only there.

    Examples
    --------
    >>> import numpy as np
    >>> from regkit.penalties import L1
    >>> F = Objective(np.eye(2), [3.0, 1.0], L1(0.5), fit_intercept=False)
    >>> kkt_residual(F, np.array([2.0, 0.0]))
    array([0., 0.])
    >>> kkt_residual(F, np.array([0.0, 0.0]))
    array([1., 0.])
    """
    return objective.penalty.subdifferential_distance(w, -objective.gradient(w))


def _mean(weights: Array, slack: Array) -> float:
    """Return the weighted mean, to which rows of weight 0 add nothing, be their slack infinite."""
    rows = weights > 0
    return float(weights[rows] @ slack[rows])


def _off_the_columns(objective: Objective, u: Array, w: Array) -> tuple[Array, float] | None:
    """Return u less its weighted projection on the columns of X, centred if b is free, and a doubt.

    Rows count by the curvature of their loss too: what is taken from u is what a Newton step would
    take, and a row at the end of its loss's domain, where the curvature is 0, keeps its u. Under
    ``positive`` on those changes of w only that leave every weight at least 0. The doubt is how far
    the step may be from the right one, in the root mean square. None if no step is found, or if a
    row has no curvature but a slope.
    """
    s, bend = objective.weights, objective.loss.curvature(objective.y, objective.predictor(w))
    with np.errstate(all="ignore"):
        target = np.where(s * u == 0, 0, u / bend)
    if not np.isfinite(target).all() or not (s * bend).any():
        return None if (s * u).any() else (u, 0.0)
    unit = 2.0 ** np.frexp(np.abs(target).max())[1]  # next to no curvature: as good as no end
    model = replace(objective, y=target / unit, loss=SquaredError(), sample_weight=s * bend)
    found = _projection(model, w / unit)
    if found is not None:
        projection, angle = found
        return u - bend * unit * projection, angle * unit * np.sqrt(_mean(s * bend, model.y**2))
    # no squared error is below 0, and all that is left may be within reach; its rounding too
    return (-1e-6 * u, 0.0) if isinstance(objective.loss, SquaredError) else None


def _projection(model: Objective, w: Array) -> tuple[Array, float] | None:
    """Return the projection of y on the columns, centred if b is free, and its error beside y.

    Directions of X that are its rounding are left out. None if they are more than that: if X,
    exactly as it is, has a larger rank without them than what is seen of it; or if X is too large.

    Rounding of the columns by E turns the direction of singular value d by at most ‖E‖/d (Wedin,
    1972).
    """
    if sp.issparse(model.X):
        if model.X.shape[0] * model.X.shape[1] > DENSE_ENOUGH:
            return _projection_by_products(model, w)
        model = replace(model, X=model.X.toarray())
    Z, lengths = _unit_columns(model)
    root = np.sqrt(model.weights)
    if model.penalty.positive:
        return _projection_on_cone(model, Z, lengths, w)
    seen = _directions(model, Z, lengths)
    if seen is None:
        return None
    U, angles = seen
    return _unweighted(U @ (U.T @ (root * model.y)), root), float(np.linalg.norm(angles))


def _directions(model: Objective, Z: Array, lengths: Array) -> tuple[Array, Array] | None:
    """Return the directions (n, k) that the columns Z make up, and how far each may be turned."""
    U, d, Vt = np.linalg.svd(Z, full_matrices=False)
    with np.errstate(divide="ignore", invalid="ignore"):
        squares = np.where(lengths > 0, model.near_squares / lengths**2, 0)
    size = np.maximum(d.max(initial=0), np.sqrt(Vt**2 @ squares))
    kept = d > max(Z.shape) * EPS * size
    if not _is_rank(model, np.count_nonzero(kept)):
        return None
    return U[:, kept], 4 * EPS * size[kept] / d[kept]


def _projection_on_cone(
    model: Objective, Z: Array, lengths: Array, w: Array
) -> tuple[Array, float] | None:
    """Return the projection of y on changes of w that leave no weight below 0, and its error.

    A column counts as held by its bound if its slope says so beyond doubt. Slopes that are left on
    the others, of norm e, move what they make up by no more than e over their least singular value;
    and where they would move it by, a slope is no longer beyond doubt.
    """
    root = np.sqrt(model.weights)
    # in units of y and of the columns, so that one tolerance serves all
    unit = np.linalg.norm(root * model.y) or 1.0
    bound, target = w * lengths / unit, root * model.y / unit
    found = lsq_linear(Z, target, (np.full(len(w), -np.inf), bound), method="bvls", tol=1e-13)
    if found.status == 0:
        return None
    x, slope = found.x, Z.T @ (target - Z @ found.x)
    held, error = (x >= bound) & (slope > 4 * EPS), 4 * EPS
    while not held.all():
        free = ~held
        seen = _directions(replace(model, X=model.X[:, free]), Z[:, free], lengths[free])
        if seen is None:
            return None
        least = np.linalg.svd(seen[0].T @ Z[:, free], compute_uv=False).min(initial=np.inf)
        error = float(np.linalg.norm(seen[1]) + np.linalg.norm(slope[free]) / least)
        if (slope[held] > error).all():
            break
        held &= slope > error
    return _unweighted(unit * (Z @ x), root), error


def _is_rank(model: Objective, rank: int) -> bool:
    """Return whether X, exactly as it is, has no larger rank, centred if b is free."""
    if rank == min(model.shape[0] - model.fit_intercept, model.shape[1]):
        return True
    exact = model.X
    if model.fit_intercept:
        exact = np.column_stack([exact, np.ones(len(exact))])
    return not rank_exceeds(exact[model.weights > 0], rank + model.fit_intercept)


def _projection_by_products(model: Objective, w: Array) -> tuple[Array, float] | None:
    """Return the same for a large sparse X, from the Gram matrix of its columns.

    None if they are more than `GRAM`, or more than the rows, or too nearly dependent. Under
    ``positive`` the columns are those whose weight can fall, or has to rise from 0.
    """
    columns = w != 0 if model.penalty.positive else np.ones(len(w), dtype=bool)
    while True:
        found = _projection_on(replace(model, X=model.X[:, columns])) if columns.any() else (0.0, 0)
        if found is None or columns.all():
            return found
        rest = model.y - found[0]
        rising = -model.correlations(rest)
        level = 4 * EPS * np.sqrt(model.near_squares * _mean(model.weights, rest**2))
        if not (rising > level)[~columns].any():
            return found
        columns |= rising > level


def _projection_on(model: Objective) -> tuple[Array, float] | None:
    """Return the projection on all columns of a large sparse X, by Cholesky, and its error.

    The Gram matrix squares the condition number, and what that costs goes in refinements; that it
    is still positive with some of its diagonal taken off is a bound for the singular values.
    """
    n, p = model.shape
    if p > min(GRAM, n):
        return None
    root, means = np.sqrt(model.weights), model.near_means * model.fit_intercept
    scale = np.divide(
        1, np.sqrt(model.near_squares - means**2), out=np.zeros(p), where=model.varies
    )
    G = scale[:, None] * sparse_gram(model.near, model.weights, means) * scale
    G += np.diag(1.0 * ~model.varies)
    least = next((least for least in LEAST_SQUARES if _is_positive(G, least)), None)
    if least is None:
        return None
    Z, factor, t = model.centred_operator(root), cho_factor(G), np.zeros(p)
    size = np.linalg.norm(root * model.y)
    for _ in range(3):
        c = scale * (Z.T @ (root * model.y - Z @ (scale * t)))
        step = cho_solve(factor, c)
        t += step
    left = 2 * np.sqrt(c @ step) + 4 * EPS * FAR_IF_SPARSE * np.sqrt(p / least) * size
    return _unweighted(Z @ (scale * t), root), left / (size or 1.0)


def _is_positive(G: Array, least: float) -> bool:
    """Return whether no eigenvalue of G is below ``least``."""
    try:
        cho_factor(G - least * np.eye(len(G)))
    except np.linalg.LinAlgError:
        return False
    return True


def _unit_columns(model: Objective) -> tuple[Array, Array]:
    """Return the columns, centred if b is free and weighted, at length 1, and what it was.

    A column that is constant becomes zero. One that is so but for rounding does not: it would have
    been counted from its origin.
    """
    root = np.sqrt(model.weights)
    if sp.issparse(model.X):
        model = replace(model, X=model.X.toarray())
    Z = root[:, None] * model.centred().X
    lengths = np.linalg.norm(Z, axis=0)
    lengths[lengths <= CONSTANT * np.abs(model.near_means) * model.fit_intercept] = 0
    return np.divide(Z, lengths, out=np.zeros_like(Z), where=lengths > 0), lengths


def _unweighted(v: Array, root: Array) -> Array:
    return np.divide(v, root, out=np.zeros_like(v), where=root > 0)
