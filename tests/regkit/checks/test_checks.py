"""The checkers: right answers pass, sabotaged ones are refused and told what is wrong."""

import numpy as np
import pytest
import scipy.sparse as sp
from problems import PENALTIES, random_problem
from sklearn.linear_model import Lasso as SklearnLasso

from regkit.certificates import duality_gap
from regkit.checks import check_gradient, check_prox, check_solution, check_subgradient
from regkit.checks.prox import _lines, _points, _recognised
from regkit.losses import Logistic, SquaredError, SquaredHinge
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2, soft_threshold
from regkit.solvers import coordinate_descent, fista, ridge_closed_form, subgradient_descent

LOSSES = [SquaredError(), Logistic(), SquaredHinge()]


# Gradients and subgradients


def smooth_problem(loss, scale=1.0, offset=0.0, seed=0, n=25, p=5):
    """Return a ridge objective without 1/S tricks, its gradient, and a point on its scale."""
    rng = np.random.default_rng(seed)
    X = (rng.standard_normal((n, p)) + rng.standard_normal(p)) * scale
    y = rng.standard_normal(n) + offset
    if not isinstance(loss, SquaredError):
        y = np.where(y > np.median(y), 1.0, -1.0)
    l2 = 0.3 * np.min(scale) ** 2

    def f(w):
        return loss.value(y, X @ w).mean() + l2 / 2 * (w @ w)

    def grad(w):
        return X.T @ loss.gradient(y, X @ w) / n + l2 * w

    return f, grad, rng.standard_normal(p) / scale, l2


SCALES = [1.0, 1e8, 1e-8, 10.0 ** np.array([-4, -2, 0, 2, 4])]


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("scale", SCALES, ids=["1", "1e8", "1e-8", "mixed"])
@pytest.mark.parametrize("at", ["random", "zero"])
def test_right_gradients_pass(loss, scale, at):
    f, grad, w, _ = smooth_problem(loss, scale)
    w = w if at == "random" else 0 * w
    assert check_gradient(f, grad, w)
    assert check_gradient(f, grad(w), w)
    assert check_subgradient(f, grad, w)


def test_a_right_gradient_passes_far_from_zero_and_at_the_optimum():
    f, grad, w, _ = smooth_problem(SquaredError(), offset=1e6)
    assert check_gradient(f, grad, w)
    F = random_problem(L2(0.3))
    optimum = ridge_closed_form(F).coef
    assert check_gradient(F.value, F.subgradient, optimum)
    assert check_gradient(F.value, F.subgradient(optimum), optimum)
    assert check_gradient(lambda w: np.exp(3 * w[0]) + w[1] ** 4, _exp_gradient, [0.5, 0.0])


def _exp_gradient(w):
    return np.array([3 * np.exp(3 * w[0]), 4 * w[1] ** 3])


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("scale", [1.0, 1e-8, 10.0 ** np.array([-2, -1, 0, 1, 2])])
@pytest.mark.parametrize("at", ["random", "zero"])
def test_sabotaged_gradients_are_named(loss, scale, at):
    f, grad, w, l2 = smooth_problem(loss, scale)
    w = w if at == "random" else 0 * w
    slips = [
        (lambda w: -grad(w), "wrong sign in every component"),
        (lambda w: 2 * grad(w), r"2 times the numeric one (a factor 2?)"),
        (lambda w: grad(w) / 2, r"0.5 times the numeric one (a factor 2?)"),
        (lambda w: 25 * grad(w), r"25 times the numeric one (a factor n = 25?)"),
        (lambda w: -2 * grad(w) / 25, r"-0.08 times the numeric one (a factor n/2 = 12.5?)"),
        (lambda w: 1.37 * grad(w), r"1.37 times the numeric one."),
        (lambda w: 0 * w, "0 everywhere"),
        (lambda w: grad(w) * [1, 1, 1.001, 1, 1], "component 2 is"),
        (lambda w: np.roll(grad(w), 1), "components are wrong"),
        (lambda w: grad(w)[:, None], "your gradient has shape (5, 1); it must have shape (5,)"),
        (lambda w: grad(w) * np.nan, "your gradient is nan in component 0"),
        (lambda w: ["a"] * 5, "your gradient must hold real numbers"),
    ]
    if at == "random":  # elsewhere the scale of w is unknown, and l2 w may be below rounding
        slips += [
            (lambda w: grad(w) - l2 * w, f"yours plus {l2:.3g} w: look at the L2 term"),
            (lambda w: grad(w) + l2 * w, f"yours minus {l2:.3g} w: look at the L2 term"),
        ]
    for sabotaged, words in slips:
        verdict = check_gradient(f, sabotaged, w, n=25)
        assert not verdict
        assert words in str(verdict), verdict


@pytest.mark.parametrize("error", [1e-4, -3e-5])
@pytest.mark.parametrize("j", range(5))
def test_a_small_error_in_one_component_is_found(error, j):
    f, grad, w, _ = smooth_problem(Logistic())
    factor = 1 + error * (np.arange(5) == j)
    assert f"component {j} is" in str(check_gradient(f, lambda w: grad(w) * factor, w))
    assert f"component {j} is" in str(check_gradient(f, grad(w) * factor, w))


def test_gradient_of_a_kink_is_refused():
    def f(w):
        return np.abs(w).sum() + w @ w

    verdict = check_gradient(f, lambda w: np.sign(w) + 2 * w, [1.0, 0.0])
    assert "kink at, or next to, w[1] = 0" in str(verdict)
    assert check_gradient(f, lambda w: np.sign(w) + 2 * w, [1.0, -1e-3])
    verdict = check_gradient(f, lambda w: 2 * w, [1.0, -2.0])
    assert "yours plus 1 sign(w): look at the L1 term" in str(verdict)


def test_gradient_of_what_is_no_function():
    assert "not finite" in str(check_gradient(lambda w: np.inf, lambda w: w, [1.0]))
    rng = np.random.default_rng(0)
    assert not check_gradient(lambda w: rng.standard_normal(), lambda w: w, [1.0])
    with pytest.raises(ValueError, match="must return one number"):
        check_gradient(lambda w: w, lambda w: w, [1.0, 2.0])
    with pytest.raises(ValueError, match="w must be finite"):
        check_gradient(lambda w: w @ w, lambda w: w, [np.nan])


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_right_subgradients_pass(penalty, loss):
    F = random_problem(penalty, loss, fit_intercept=False)
    for w in (np.zeros(6), np.array([1.0, 0, -2, 0, 0.3, 0]), np.full(6, 1e-9)):
        assert check_subgradient(F.value, F.subgradient, w)
    assert check_subgradient(lambda w: np.abs(w).max(), [1.0, 0.0], [2.0, -1.0])
    # any point of the interval at 0 will do
    assert check_subgradient(F.value, F.gradient(np.zeros(6)) - 0.99 * penalty.l1, np.zeros(6))


def test_sabotaged_subgradients_are_named():
    F = random_problem(L1(0.1))
    zero = np.zeros(6)
    outside = F.gradient(zero) + 0.1 * np.array([0, 0, 1.02, 0, 0, 0])
    assert "q[2] = " in str(check_subgradient(F.value, outside, zero))
    sign = check_subgradient(F.value, lambda w: -F.subgradient(w), np.ones(6))
    assert "your subgradient has the wrong sign in every component" in str(sign)
    factor = check_subgradient(F.value, lambda w: 2 * F.subgradient(w), np.ones(6))
    assert "your subgradient is 2 times the numeric one (a factor 2?)" in str(factor)
    assert "bends downwards along w[0]" in str(
        check_subgradient(lambda w: -(w @ w), lambda w: -2 * w, [1.0, 2.0])
    )
    # a maximum is no sum over coordinates: along each axis these slopes are allowed, together not
    off_axis = check_subgradient(lambda w: w.max(), [1.0, 1.0], [0.0, 0.0])
    assert "off the axes" in str(off_axis)


def test_the_words_of_a_subgradient():
    def f(w):
        return np.abs(w).sum() + w @ w

    def right(w):
        return np.sign(w) + 2 * w

    expected = {
        "q[1] = 1.1 at w[1] = 0, but f allows only slopes from -1 to 1 there.": [3.0, 1.1],
        "q[1] = -1.5 at w[1] = 0, but f allows only slopes from -1 to 1 there.": [3.0, -1.5],
        "q[0] = 1.1 at w[0] = 0 (a point near the w you gave), but f allows only slopes from -1 "
        "to 1 there.": lambda w: right(w) + 1.1 * (w == 0),
        "your subgradient is 25 times the numeric one (a factor n = 25?).": lambda w: 25 * right(w),
        "your subgradient is 0 everywhere.": lambda w: 0 * w,
    }
    for words, q in expected.items():
        at = [1.0, 1.0] if callable(q) else [1.0, 0.0]
        assert str(check_subgradient(f, q, at, n=25)) == f"Not right: {words}"
    assert check_subgradient(f, [3.0, 1.0], [1.0, 0.0])
    assert check_subgradient(f, [3.0, -1.0], [1.0, 0.0])
    details = check_subgradient(f, [3.0, 1.5], [1.0, 0.0]).details
    assert details["max_excess"] == pytest.approx(0.5, rel=1e-4)


def test_the_words_of_a_gradient():
    def f(w):
        return w[0] ** 2 + w[1] ** 3

    expected = {
        "component 1 is 13, but differences give 12; 1 of 2 components are wrong.": [2.0, 13.0],
        "component 0 is 5, but differences give 2; 2 of 2 components are wrong.": [5.0, 12.1],
        "your gradient is 0 everywhere.": [0.0, 0.0],
        "your gradient has the wrong sign in every component.": [-2.0, -12.0],
        "your gradient is 0.0333 times the numeric one (a factor n = 30?).": [2 / 30, 12 / 30],
        "your gradient is -2 times the numeric one (a factor 2?).": [-4.0, -24.0],
        "the numeric gradient is yours minus 2 w: look at the L2 term.": [4.0, 16.0],
    }
    for words, g in expected.items():
        assert str(check_gradient(f, g, [1.0, 2.0], n=30)) == f"Not right: {words}"
    signs = check_gradient(f, [-1.0, 15.0], [1.0, -2.0])
    assert str(signs) == (
        "Not right: the numeric gradient is yours plus 3 sign(w): look at the L1 term."
    )
    near = check_gradient(f, lambda w: np.array([2 * w[0], 12.0]), [1.0, 2.0])
    assert "component 1 is 12, but differences give" in str(near)
    assert "(at another point, where w[1] =" in str(near)
    details = check_gradient(f, [2.0, 13.0], [1.0, 2.0]).details
    assert details["max_error"] == pytest.approx(1.0, rel=1e-6)
    assert 1e-4 < details["resolution"] < 2e-4  # 1e-5 of 12


# Prox maps


@pytest.mark.parametrize("penalty", [*PENALTIES, L1(3.0), L1L2(50.0, 0.01), L1(0.5, positive=True)])
def test_right_proxes_pass(penalty):
    assert check_prox(penalty.prox, penalty)
    assert check_prox(penalty.prox, penalty.value)
    assert check_prox(penalty.prox, penalty, steps=[1e-6, 1e6], p=1)


def test_the_prox_of_an_unsquared_norm():
    def shrink(v, t):
        return v * max(0.0, 1 - t / np.linalg.norm(v)) if v.any() else v

    assert check_prox(shrink, np.linalg.norm)
    wrong = check_prox(soft_threshold, np.linalg.norm)
    assert "a point nearby is better" in str(wrong)


PROX_SLIPS = {
    "hard thresholding": lambda v, t: np.where(np.abs(v) > 0.2 * t, v, 0) / (1 + 0.6 * t),
    "loses the sign": lambda v, t: np.maximum(np.abs(v) - 0.2 * t, 0) / (1 + 0.6 * t),
    "cross zero": lambda v, t: (v - 0.2 * t * np.sign(v)) / (1 + 0.6 * t),
    "the step is left out.": lambda v, t: L1L2(0.8, 0.25).prox(v),
    "the step is left out of the threshold": lambda v, t: soft_threshold(v, 0.2) / (1 + 0.6 * t),
    "the step is left out of the division": lambda v, t: soft_threshold(v, 0.2 * t) / 1.6,
    "the L2 part is missing": lambda v, t: soft_threshold(v, 0.2 * t),
    "the L1 part is missing": lambda v, t: v / (1 + 0.6 * t),
    "divides first": lambda v, t: soft_threshold(v / (1 + 0.6 * t), 0.2 * t),
    "twice the penalty": lambda v, t: L1L2(0.8, 0.25).prox(v, 2 * t),
    "half the penalty": lambda v, t: L1L2(0.8, 0.25).prox(v, t / 2),
    "the threshold is twice": lambda v, t: soft_threshold(v, 0.4 * t) / (1 + 0.6 * t),
    "the threshold is half": lambda v, t: soft_threshold(v, 0.1 * t) / (1 + 0.6 * t),
    "1 + 2 * step * l2": lambda v, t: soft_threshold(v, 0.2 * t) / (1 + 1.2 * t),
    "1 + step * l2 / 2": lambda v, t: soft_threshold(v, 0.2 * t) / (1 + 0.3 * t),
    "wrong sign everywhere": lambda v, t: -L1L2(0.8, 0.25).prox(v, t),
    "returns v itself": lambda v, t: v,
    "0 everywhere": lambda v, t: 0 * v,
    "only positive weights": lambda v, t: L1L2(0.8, 0.25, positive=True).prox(v, t),
    "it returns": lambda v, t: L1L2(0.8, 0.25).prox(v, t) * (1 + 2e-5),
    "your prox has shape": lambda v, t: L1L2(0.8, 0.25).prox(v, t)[:-1],
    "your prox is nan": lambda v, t: v * np.nan,
}


@pytest.mark.parametrize("words", PROX_SLIPS)
def test_sabotaged_proxes_are_named(words):
    penalty = L1L2(0.8, 0.25)
    for g in (penalty, penalty.value):  # a plain function is recognised as an Elastic Net
        verdict = check_prox(PROX_SLIPS[words], g)
        assert not verdict
        assert words in str(verdict)


def test_the_worst_entry_of_a_prox_is_named():
    net = L1L2(0.8, 0.25)  # at step 0.3: soft-threshold by 0.06, divide by 1.18

    def third(v, t):
        return net.prox(v, t) - 0.5 * (np.arange(len(v)) == 2)

    assert str(check_prox(third, net, steps=[0.3])) == (
        "Not right: at v = 0 with step 0.3 it returns -0.5, which is too low by 0.5."
    )
    assert str(check_prox(lambda v, t: net.prox(v, t) * (1 + 2e-5), net, steps=[0.3])) == (
        "Not right: at v = 0.09 with step 0.3 it returns 0.02542, which is too high by 5.1e-07."
    )


def test_a_prox_of_no_elastic_net_is_told_the_whole_point():
    wrong = check_prox(lambda v, t: 1.01 * soft_threshold(v, t), np.linalg.norm, p=3, steps=[0.3])
    assert str(wrong) == (
        "Not right: at v = [0.45, 0.15, 0] with step 0.3 it returns [0.151, 0, 0]; "
        "a point nearby is better."
    )
    one = check_prox(lambda v, t: 2 * v, lambda w: float(w @ w) ** 2, p=1, steps=[0.5])
    assert str(one).startswith("Not right: at v = [0.75] with step 0.5 it returns [1.5];")


# Each agrees with an Elastic Net along the first axis at 1 and 2, and is none.
NEARLY = {
    "the largest entry": lambda w: np.abs(w).max(),
    "the first entry": lambda w: abs(w[0]),
    "positive part": lambda w: np.maximum(w, 0).sum(),
    "falling": lambda w: -np.abs(w).sum(),
    "shifted": lambda w: 1 + np.abs(w).sum(),
    "nothing": lambda w: 0.0,
}


@pytest.mark.parametrize("name", NEARLY)
def test_what_is_no_elastic_net_is_not_taken_for_one(name):
    # A wrong prox of theirs is called wrong, but by no name that only an Elastic Net's would have.
    verdict = check_prox(lambda v, t: v + 1.0, NEARLY[name])
    assert "a point nearby is better" in str(verdict)


@pytest.mark.parametrize("penalty", [L1(0.3), L2(0.7), L1L2(2.0, 0.1), L1(1e-9), L2(1e9)])
def test_a_plain_function_is_recognised(penalty):
    for p in (1, 2, 7):
        found = _recognised(penalty.value, p, 0)
        assert np.isclose(found.alpha, penalty.alpha, rtol=1e-9)
        assert found.l1 == pytest.approx(penalty.l1, rel=1e-9, abs=0)
        assert found.l2 == pytest.approx(penalty.l2, rel=1e-9, abs=0)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("j", [0, 2])
@pytest.mark.parametrize("g", [np.linalg.norm, L1(1.0), L2(1.0)], ids=["norm", "L1", "L2"])
def test_a_small_step_off_the_prox_is_seen_in_every_direction(g, j, sign):
    def right(v, t):
        if isinstance(g, L1L2):
            return g.prox(v, t)
        return v * max(0.0, 1 - t / np.linalg.norm(v)) if v.any() else v

    def shifted(size):
        return lambda v, t: right(v, t) + sign * size * np.abs(v).max() * (np.arange(len(v)) == j)

    assert check_prox(shifted(1e-7), g, p=3)
    assert not check_prox(shifted(1e-5), g, p=3)
    assert check_prox(shifted(1e-5), g, p=3, tol=1e-3)


def test_where_a_prox_is_looked_at():
    points = _points(L1(0.02), 0.5, 3, seed=0)
    assert points.shape == (25, 3)
    multiples = points[:12] / 0.01  # of the threshold: on it, on both sides of it, and at 0
    assert {-3, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 3} == set(np.round(multiples.ravel(), 9))
    np.testing.assert_array_equal(points[-1], np.full(3, 0.4))
    assert np.abs(points[12:24]).max() < 0.1
    np.testing.assert_array_equal(_points(L2(5.0), 0.5, 3, 0), _points(None, 0.5, 3, 0))
    np.testing.assert_allclose(_points(None, 0.5, 3, 0), 50 * points)
    v, w = np.array([3.0, 4.0]), np.array([3.0, 0.0])
    np.testing.assert_array_equal(_lines(L1(1.0), v, w, 0), np.eye(2))
    lines = np.array(_lines(None, v, w, 0))
    assert lines.shape == (54, 2)
    np.testing.assert_allclose(np.linalg.norm(lines, axis=1), 1)
    np.testing.assert_allclose(lines[-2:], [[-1, 0], [0, 1]])
    assert len(_lines(None, v, 0 * w, 0)) == 53  # from 0 there is no way to 0


def test_what_a_prox_is_checked_with():
    assert str(check_prox(L1(0.5).prox, L1(0.5), steps=[1.0])) == (
        "Right: no point nearby is better, at 25 values of v."
    )
    with pytest.raises(ValueError, match=r"^tol must be"):
        check_prox(L1(0.5).prox, L1(0.5), tol=-1)
    with pytest.raises(ValueError, match=r"^p must be"):
        check_prox(L1(0.5).prox, L1(0.5), p=0)
    seen = []
    check_prox(lambda v, t: seen.append(len(v)) or v, L1(0.5), p=7)
    assert set(seen) == {7}


def test_a_prox_that_may_not_be_negative():
    verdict = check_prox(L1(0.5).prox, L1(0.5, positive=True))
    assert "the penalty allows positive weights only" in str(verdict)
    # in one coordinate it is beyond the border, where the cost is infinite, in another it is wrong
    for positive in (L1(0.5, positive=True), L1(0.5, positive=True).value):
        assert not check_prox(lambda v, t: L1(0.5, positive=True).prox(v, 2 * t), positive)
    with pytest.raises(ValueError, match="steps must be"):
        check_prox(L1(0.5).prox, L1(0.5), steps=[0.0])


# Solutions


def solve(F, tol=1e-12):
    solver = coordinate_descent if isinstance(F.loss, SquaredError) else fista
    return solver(F, tol=tol, max_iter=50_000)


def verdict_on(F, w, b=None, **options):
    return check_solution(
        w,
        F.X,
        F.y,
        F.penalty,
        intercept=b,
        loss=F.loss,
        sample_weight=F.sample_weight,
        fit_intercept=F.fit_intercept,
        **options,
    )


def problem(penalty, loss, **options):
    return random_problem(penalty, loss, weighted=True, **options)


@pytest.mark.parametrize("penalty", [*PENALTIES, L1(0.1, positive=True)], ids=repr)
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("tol", [1e-8, 1e-12])
def test_solutions_pass(penalty, loss, fit_intercept, tol):
    F = problem(penalty, loss, fit_intercept=fit_intercept)
    solution = solve(F, tol)
    verdict = verdict_on(F, solution.coef, solution.intercept)
    assert str(verdict) == "Right: the objective is at its minimum to 1e-06 (duality gap)."
    assert verdict.details["dual_gap"] == duality_gap(F, solution.coef)
    sparse = Objective(sp.csr_array(F.X), F.y, penalty, loss, F.sample_weight, fit_intercept)
    assert verdict_on(sparse, solution.coef, solution.intercept)


@pytest.mark.parametrize("share", [0.5, 1e-2, 1e-4, 1e-8, 0.0])
def test_exact_solutions_of_hard_designs_pass(share):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 4)) + 3
    designs = {
        "plain": X,
        "scaled": X * [1e-8, 1.0, 1e4, 1e8],
        "duplicate": X[:, [0, 1, 1, 2]],
        "constant": np.column_stack([X, np.ones(20), np.zeros(20)]),
        "ill-conditioned": X + 1e-6 * rng.standard_normal((20, 1)) @ X[:1],
        "wide": rng.standard_normal((10, 30)),
    }
    for name, design in designs.items():
        y = 10 * rng.standard_normal(len(design)) + 1e4
        F = Objective(design, y, L2(share * np.linalg.norm(design, 2) ** 2 / len(y)))
        solution = ridge_closed_form(F)
        assert verdict_on(F, solution.coef, solution.intercept), name


def test_a_constant_target():
    X, y = np.random.default_rng(0).standard_normal((10, 3)), np.full(10, 0.1 + 0.2)
    assert check_solution(np.zeros(3), X, y, L1(0.1), intercept=0.3)
    assert "y is constant" in str(check_solution([0, 1e-3, 0], X, y, L1(0.1)))
    assert "the best one for them is 0.3" in str(
        check_solution(np.zeros(3), X, y, L1(0.1), intercept=0.0)
    )


def other(F, penalty=None, **changes):
    fields = dict(
        X=F.X,
        y=F.y,
        penalty=penalty or F.penalty,
        loss=F.loss,
        sample_weight=F.sample_weight,
        fit_intercept=F.fit_intercept,
    )
    return Objective(**(fields | changes))


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("penalty", [L1(0.04), L2(0.1), L1L2(0.1, 0.4)], ids=repr)
@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (2, "alpha = 2 times the one you gave (a factor 2?)"),
        (0.5, "alpha = 0.5 times the one you gave (a factor 2?)"),
        (1 / 30, "alpha = 0.0333 times the one you gave (a factor n = 30?)"),
        (1 / 60, "alpha = 0.0167 times the one you gave (a factor 2n = 60?)"),
        (1.37, "alpha = 1.37 times the one you gave."),
    ],
)
def test_another_alpha_is_named(loss, penalty, factor, words):
    F = random_problem(penalty, loss, seed=3)
    solved = solve(other(F, L1L2(factor * penalty.alpha, penalty.l1_ratio)))
    assert words in str(verdict_on(F, solved.coef, solved.intercept))


@pytest.mark.parametrize("penalty", [L1(0.04), L2(0.1), L1L2(0.1, 0.4)], ids=repr)
def test_least_squares_is_named(penalty):
    F = random_problem(penalty)
    least_squares = ridge_closed_form(other(F, L2(0.0))).coef
    assert "not penalised at all" in str(verdict_on(F, least_squares))


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
def test_slips_in_the_penalty_are_named(loss):
    F = problem(L1L2(0.1, 0.4), loss, seed=3)
    slips = {
        "the L2 part of the penalty is missing": L1(0.04),
        "the L1 part of the penalty is missing": L2(0.06),
        "the L2 part of the penalty is doubled": L1L2(0.16, 0.25),
        "the L2 part of the penalty is halved": L1L2(0.07, 4 / 7),
        "the L1 part of the penalty is doubled": L1L2(0.14, 4 / 7),
        "the L1 part of the penalty is halved": L1L2(0.08, 0.25),
        "have changed places": L1L2(0.1, 0.6),
    }
    for words, penalty in slips.items():
        assert words in str(verdict_on(F, solve(other(F, penalty)).coef))
    w = solve(F).coef
    assert "rescaled by 1 + l2" in str(verdict_on(F, 1.06 * w))
    assert "wrong sign" in str(verdict_on(F, -w))
    lasso, ridge = other(F, L1(0.04)), other(F, L2(0.04))
    assert "solve the ridge problem" in str(verdict_on(lasso, solve(ridge).coef))
    assert "solve the lasso problem" in str(verdict_on(ridge, solve(lasso).coef))


@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("penalty", [L1(0.04), L2(0.1), L1L2(0.1, 0.4)], ids=repr)
def test_slips_with_the_intercept_and_the_data_are_named(loss, penalty):
    F = problem(penalty, loss, seed=3)
    ones = np.column_stack([np.ones(30), F.X])
    b, *w = solve(other(F, X=ones, fit_intercept=False)).coef
    if b != 0:
        assert "you penalise the intercept" in str(verdict_on(F, w, b))
        assert "you penalise the intercept" in str(verdict_on(F, w))
    without = other(F, fit_intercept=False)
    assert "the intercept is left out" in str(verdict_on(F, solve(without).coef, 0.0))
    assert "fitted with an intercept" in str(verdict_on(without, solve(F).coef))
    unweighted = solve(other(F, sample_weight=None))
    assert "sample_weight is ignored" in str(verdict_on(F, unweighted.coef, unweighted.intercept))
    squared = other(F, sample_weight=np.asarray(F.sample_weight) ** 2)
    assert "sample_weight is squared" in str(verdict_on(F, solve(squared).coef))
    for ddof in (0, 1):
        mean = F.weights @ F.X
        sd = np.sqrt(F.weights @ (F.X - mean) ** 2 * 30 / (30 - ddof))
        w = solve(other(F, X=(F.X - mean) / sd)).coef
        assert "those of standardised columns" in str(verdict_on(F, w))
        assert "penalty is on standardised columns" in str(verdict_on(F, w / sd))


@pytest.mark.parametrize("kept", [[2], [0, 3]])
def test_a_refit_on_the_columns_that_are_left_is_named(kept):
    F = random_problem(L1(0.1))
    w = np.zeros(F.X.shape[1])
    w[kept] = ridge_closed_form(other(F, L2(0.0), X=F.X[:, kept])).coef
    assert "hard thresholding, or a refit" in str(verdict_on(F, w))


def test_a_wrong_intercept_beside_right_weights():
    F = random_problem(L1(0.1))
    solution = solve(F)
    right = f"the best one for them is {solution.intercept:.4g}"
    assert right in str(verdict_on(F, solution.coef, solution.intercept + 0.1))
    mean = verdict_on(F, solution.coef, F.y.mean())
    assert "it is the mean of y" in str(mean)
    without = other(F, fit_intercept=False)
    assert "fit_intercept=False the intercept is 0, not 0.5" in str(
        verdict_on(without, solve(without).coef, 0.5)
    )


def test_the_words_on_an_intercept():
    X, y = np.array([[1.0], [2.0], [6.0]]), np.array([1.0, 2.0, 6.0])
    w = [2 / 3]  # at l2 = half the column's variance of 14/3; the best intercept is then 1
    assert check_solution(w, X, y, L2(7 / 3), intercept=1.0)
    expected = {
        3.0: "the weights are right, but the intercept is 3 (it is the mean of y, which is right "
        "for centred columns only); the best one for them is 1.",
        1.5: "the weights are right, but the intercept is 1.5; the best one for them is 1.",
    }
    for b, words in expected.items():
        assert str(check_solution(w, X, y, L2(7 / 3), intercept=b)) == f"Not right: {words}"
    without = check_solution([41 / 48], X, y, L2(7 / 3), intercept=0.5, fit_intercept=False)
    assert str(without) == (
        "Not right: the weights are right, but with fit_intercept=False the intercept is 0, not "
        "0.5."
    )


def test_the_worst_coordinate_is_the_one_that_gains_most():
    # Residuals 0.2 and 0.1 on columns of mean squares 100 and 1: gains 0.0002 and 0.005.
    X = np.diag([10.0, 1.0]) * np.sqrt(2)
    y = np.array([10.0, 1.0]) * np.sqrt(2)  # without a penalty w* = (1, 1)
    message = str(check_solution([0.996, 0.8], X, y, L1(0.1), fit_intercept=False))
    assert message.startswith("Not right: w[1] = 0.8 is too low: the loss pulls it up with 0.2,")
    message = str(check_solution([1.1, 0.8], X, y, L1(0.1), fit_intercept=False))
    assert message.startswith("Not right: w[0] = 1.1 is too high: the loss pulls it up with -10,")
    # l2 = 99 on the second column: what moving it would gain falls a hundredfold.
    ridge = check_solution([0.8, 0.02], X, y, L1L2(99.0, 0.0), fit_intercept=False)
    assert str(ridge).startswith("Not right: w[0] = 0.8 is too high")


def test_hard_thresholding_is_named():
    rng = np.random.default_rng(1)
    X = np.linalg.qr(rng.standard_normal((30, 5)))[0] * np.sqrt(30)
    y = X @ [2.0, 1.0, 0.05, 0.0, -1.0] + 0.1 * rng.standard_normal(30)
    least_squares = X.T @ y / 30
    F = Objective(X, y, L1(0.3), fit_intercept=False)
    hard = np.where(np.abs(least_squares) > 0.3, least_squares, 0)
    assert "hard thresholding" in str(verdict_on(F, hard))
    assert verdict_on(F, soft_threshold(least_squares, 0.3))


def test_the_worst_coordinate_is_named():
    X, y = np.eye(3), np.array([3.0, 1.0, -2.0])
    F = Objective(X, y, L1(0.1), fit_intercept=False)  # w* = (2.7, 0.7, -1.7)
    message = str(verdict_on(F, [2.7, 0.7, 0.0]))
    assert "w[2] is 0 but |gradient| exceeds l1 = 0.1 by 0.57; it should be negative" in message
    message = str(verdict_on(F, [2.7, 0.4, -1.7]))
    assert "w[1] = 0.4 is too low: the loss pulls it up with 0.2, the penalty down" in message
    assert "w[0] = 3.3 is too high" in str(verdict_on(F, [3.3, 0.7, -1.7]))
    message = str(verdict_on(F, np.zeros(3)))
    assert "every weight is 0, but alpha is below alpha_max, the least" in message
    positive = other(F, L1(0.1, positive=True))
    assert "w[2] = -1.7 is negative" in str(verdict_on(positive, [2.7, 0.7, -1.7]))


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
@pytest.mark.parametrize("j", range(6))
def test_no_coordinate_can_be_wrong_unnoticed(penalty, j):
    F = random_problem(penalty)
    w = solve(F).coef
    for step in (1e-2, -1e-2, 0.3):
        moved = w.copy()
        moved[j] += step
        verdict = verdict_on(F, moved)
        assert bool(verdict) == (F.value(moved) - F.value(w) <= 1e-6 * F.null_value)
        assert bool(verdict_on(F, moved, tol=1.0))


def test_a_slip_within_the_tolerance_is_still_a_slip():
    F = random_problem(L2(1e-7))
    twice = ridge_closed_form(other(F, L2(2e-7))).coef
    assert duality_gap(F, twice) < 1e-6 * F.null_value
    assert "alpha = 2 times" in str(verdict_on(F, twice))


def test_near_zeros_that_must_be_zero_are_named():
    F = random_problem(L1(0.2))
    zeros = np.flatnonzero(solve(F).coef == 0)
    w = solve(F).coef
    w[zeros] += 1e-9
    names = ", ".join(f"w[{j}]" for j in zeros)
    verdict = verdict_on(F, w)
    assert verdict
    assert f"At the minimum {names} must be exactly 0" in str(verdict)


def test_at_most_five_near_zeros_are_listed():
    X = np.eye(9) * 3.0
    for count in (5, 6):
        y = np.r_[np.full(9 - count, 2.0), np.zeros(count)]
        F = Objective(X, y, L1(0.2), fit_intercept=False)
        w = solve(F).coef
        w[-count:] = 1e-9
        listed = ", ".join(f"w[{j}]" for j in range(9 - count, 9)[:5])
        ending = ", ..." if count == 6 else ""
        assert str(verdict_on(F, w)) == (
            "Right: the objective is at its minimum to 1e-06 (duality gap). At the minimum "
            f"{listed}{ending} must be exactly 0; yours only come near."
        )


def test_answers_of_other_programs():
    F = random_problem(L1(0.1))
    theirs = SklearnLasso(0.1, tol=1e-10).fit(F.X, F.y)
    assert verdict_on(F, theirs.coef_, theirs.intercept_)
    with pytest.warns(match="duality gap"):
        rough = subgradient_descent(F, max_iter=20).coef
    assert "The relative duality gap is" in str(verdict_on(F, rough))


def test_what_is_no_answer():
    F = random_problem(L1(0.1))
    assert "your w has shape (5,); it must have shape (6,)" in str(verdict_on(F, np.zeros(5)))
    assert "your w is nan in component 2" in str(verdict_on(F, [0, 0, np.nan, 0, 0, 0]))
    with pytest.raises(ValueError, match=r"penalty must be L1, L2 or L1L2; got 0\.1"):
        check_solution(np.zeros(6), F.X, F.y, 0.1)
    with pytest.raises(ValueError, match="intercept must be"):
        verdict_on(F, np.zeros(6), np.nan)


def test_a_verdict_prints_the_same_everywhere():
    F = random_problem(L1(0.1))
    verdict = verdict_on(F, solve(F).coef)
    assert repr(verdict) == str(verdict)
    assert "details" not in repr(verdict)
    assert verdict == verdict_on(F, solve(F, 1e-9).coef)
