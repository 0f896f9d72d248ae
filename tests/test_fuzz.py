"""The judge of `make fuzz` against minima known by hand, and the fuzz against answers that lie."""

import warnings
from collections import Counter
from dataclasses import replace
from decimal import Context, Decimal, localcontext
from functools import partial
from itertools import permutations, product

import fuzz
import numpy as np
import pytest
from exact import ZERO, LeastSquares, Logistic, Q, dot, exact, exact_vector, solve
from fuzz import Answer, Problem
from sklearn.exceptions import ConvergenceWarning

from regkit.checks import Verdict


def problem(X, y, alpha, l1_ratio=1.0, **changes):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    plain = Problem("fit", False, X, y, None, alpha, l1_ratio, False, True, False)
    return replace(plain, **changes)


def random_problem(seed, way="fit"):
    """Return a small problem of whole numbers: many ties, equal columns and equal slopes."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(1, 7)), int(rng.integers(1, 4))
    return Problem(
        way=way,
        logistic=False,
        X=rng.integers(-2, 3, (n, p)).astype(float),
        y=rng.integers(-3, 4, n).astype(float),
        sample_weight=rng.integers(1, 4, n).astype(float) if rng.random() < 0.5 else None,
        alpha=float(rng.choice([0.0, 0.25, 1.0])),
        l1_ratio=float(rng.choice([0.0, 0.5, 1.0])),
        positive=bool(rng.integers(2)),
        fit_intercept=bool(rng.integers(2)),
        sparse=bool(rng.integers(2)),
    )


def determinant(M):
    """Return the sum over all permutations that defines it."""
    n = len(M)
    total = ZERO
    for order in permutations(range(n)):
        turns = sum(order[i] > order[j] for i in range(n) for j in range(i + 1, n))
        term = Q((-1) ** turns, 1)
        for i, j in enumerate(order):
            term *= M[i][j]
        total += term
    return total


def least_over_all_signs(F):
    """Return the lowest F at the stationary points of all signs of all independent columns."""
    p, values = len(F.Z), []
    for signs in product((0, 1) if F.positive else (-1, 0, 1), repeat=p):
        A = [j for j in range(p) if signs[j]]
        H = [[F.product(i, j) + (F.l2 if i == j else 0) for j in A] for i in A]
        below = determinant(H)
        if below == 0:
            continue
        w = [ZERO] * p
        for k, j in enumerate(A):  # Cramer's rule
            right = [F.c[i] - signs[i] * F.l1 for i in A]
            swapped = [[*row[:k], v, *row[k + 1 :]] for row, v in zip(H, right, strict=True)]
            w[j] = determinant(swapped) / below
        if not F.positive or min(w) >= 0:
            values.append(F.value(w))
    return min(values)


def test_minima_known_by_hand():
    F = problem(np.eye(2), [3, 1], 0.5, fit_intercept=False).exact(0.5)
    assert F.minimise() == [2, 0]
    far = problem([[1e8 + 1], [1e8 + 2], [1e8 + 4], [1e8 + 3]], [1, 2, 4, 3], 0.1)
    assert float(far.exact(0.1).minimise()[0]) == pytest.approx(0.92, rel=1e-15)
    constant = problem([[1000, 1], [1000, 2], [1000, 4]], [0, 1, 0], 0.0).exact(0.0)
    w = constant.minimise()
    b = constant.best_intercept(w)
    fitted = [
        b + dot([exact(float(x)) for x in row], w) for row in ([1000, 1], [1000, 2], [1000, 4])
    ]
    assert fitted == [Q(3, 7), Q(5, 14), Q(3, 14)]
    ridge = problem([[1], [-1]], [3, -3], 2.0, 0.0).exact(2.0)
    assert ridge.minimise() == [1]  # 3 / (1 + 2)
    assert (ridge.value([Q(1)]), ridge.null_value) == (3, Q(9, 2))
    assert ridge.value([Q(1)], Q(2)) == 5, "an intercept that is 2 off costs 2²/2"


@pytest.mark.parametrize("seed", range(120))
def test_the_judge_agrees_with_all_signs_wherever_it_begins(seed):
    asked = random_problem(seed)
    F = asked.exact(asked.alpha)
    least = least_over_all_signs(F)
    starts = np.random.default_rng(seed).integers(-2, 3, (3, len(F.Z))).astype(float)
    for start in (None, *map(exact_vector, starts)):
        w = F.minimise(start)
        assert F.value(w) == least
        assert not any(F.violations(w))


def test_values_are_those_of_the_definition():
    for seed in range(50):
        asked = random_problem(seed)
        rng = np.random.default_rng(seed)
        w, b = rng.integers(0, 3, asked.X.shape[1]), int(rng.integers(3)) * asked.fit_intercept
        s = np.ones(len(asked.y)) if asked.sample_weight is None else asked.sample_weight
        loss = s @ (asked.y - b - asked.X @ w) ** 2 / s.sum() / 2
        price = asked.l1_ratio * np.abs(w).sum() + (1 - asked.l1_ratio) / 2 * (w @ w)
        F = asked.exact(asked.alpha)
        value = float(F.value(exact_vector(w), Q(b, 1)))
        assert value == pytest.approx(loss + asked.alpha * price, rel=1e-14)


def test_a_dependent_system_gives_what_does_not_move_it():
    H = [[Q(4, 1), Q(2, 1), Q(6, 1)], [Q(2, 1), Q(1, 1), Q(3, 1)], [Q(6, 1), Q(3, 1), Q(10, 1)]]
    d, dependent = solve(H, [Q(1, 1)] * 3)
    assert dependent
    assert any(d)
    assert all(dot(row, d) == 0 for row in H)
    d, dependent = solve([H[0][::2], H[2][::2]], [Q(10, 1), Q(16, 1)])
    assert (d, dependent) == ([1, 1], False)


def test_the_logistic_judge_knows_fifty_digits():
    # one column of ±1: the probability of the wrong label is alpha at the minimum
    F = problem([[-1], [1]], [-1, 1], 0.25, logistic=True).exact(0.25)
    w, b, solved = F.minimise([ZERO], exact(0.125))
    with localcontext(Context(prec=60)):
        right, least = Decimal(3).ln(), (Decimal(4) / 3).ln() + Decimal(3).ln() / 4
    assert solved
    assert abs(w[0] - exact(right)) < Q(1, 10**50)
    assert abs(b) < Q(1, 10**50)
    assert abs(F.value(w, b) - exact(least)) < Q(1, 10**50)


@pytest.mark.parametrize("fit_intercept", [True, False])
def test_the_logistic_judge_without_columns_finds_the_entropy(fit_intercept):
    s = np.array([1.0, 2.0, 5.0])
    asked = problem([[1], [2], [3]], [-1, 1, 1], 0.1, logistic=True, sample_weight=s)
    F = replace(asked, fit_intercept=fit_intercept).exact(0.1)
    alone = Logistic([], F.y, F.s, *F.settings)
    found = alone.value(*alone.minimise([], ZERO)[:2])
    assert abs(F.null_value - found) < Q(1, 10**50)


def test_separable_classes_have_their_infimum_at_zero():
    F = problem([[-1], [1]], [-1, 1], 0.0, logistic=True).exact(0.0)
    w, b, solved = F.minimise([ZERO], ZERO)
    assert solved
    assert F.value(w, b) < Q(1, 10**14)


# The fuzz itself


def judged(asked, w, b, gap):
    return fuzz.judge(asked, Answer(asked.alpha, np.array(w), b, gap), Counter())[0]


@pytest.mark.parametrize("logistic", [False, True])
def test_a_certificate_that_is_a_little_too_small_is_noticed(logistic):
    y = [-1, 1, 1] if logistic else [-1, 1, 4]
    asked = problem([[1], [2], [4]], y, 0.1, logistic=logistic)
    F = asked.exact(0.1)
    v = F.minimise([ZERO], ZERO)[0] if logistic else F.minimise()
    c = F.minimise([ZERO], ZERO)[1] if logistic else F.best_intercept(v)
    least = F.value(v, c)
    for w, b in (([0.3], 0.2), ([0.3], -1.0), ([float(v[0])], 0.7)):
        excess = float(F.value(exact_vector(np.array(w)), exact(b)) - least)
        assert judged(asked, w, b, excess) == ""
        assert judged(asked, w, b, excess - 0.9e-12 * float(F.null_value)) == ""
        assert judged(asked, w, b, excess - 1.1e-12 * float(F.null_value)).startswith("too small")


def test_nan_and_forbidden_weights_are_noticed():
    asked = problem([[1], [2], [4]], [1, 2, 3], 0.1)
    assert judged(asked, [np.nan], 0.0, 1.0).startswith("NaN")
    assert judged(asked, [1.0], np.nan, 1.0).startswith("NaN")
    assert judged(asked, [1.0], 0.0, np.nan).startswith("NaN")
    assert judged(replace(asked, positive=True), [-1.0], 0.0, 9.0).startswith("negative")


def right_answer(asked):
    F = asked.exact(asked.alpha)
    w = F.minimise()
    return Answer(asked.alpha, np.array(list(map(float, w))), float(F.best_intercept(w)), 0.0)


def warned(answer):
    warnings.warn("Stopped with a duality gap of 1", ConvergenceWarning, stacklevel=1)
    return [answer]


def raises(error):
    raise error


def long(answer):
    start = fuzz.time.process_time()
    while fuzz.time.process_time() < start + 0.01:
        pass
    return [answer]


@pytest.mark.parametrize(
    "word, reply",
    [
        ("", lambda answer: [answer]),
        ("silent", lambda answer: [replace(answer, gap=1e-3)]),
        ("", lambda answer: warned(replace(answer, gap=1e-3))),
        ("needless", warned),
        ("too small", lambda answer: [replace(answer, b=answer.b + 1)]),
        ("refused", lambda answer: raises(ValueError("X must be finite."))),
        ("error", lambda answer: raises(ValueError("shapes do not match"))),
        ("error", lambda answer: raises(np.linalg.LinAlgError("X is singular"))),
        ("error", lambda answer: raises(ZeroDivisionError())),
        ("error", lambda answer: warnings.warn("overflow", RuntimeWarning, stacklevel=1)),
        ("slow", long),
    ],
)
def test_every_kind_of_fault_is_told(monkeypatch, word, reply):
    asked = problem([[1], [2], [4]], [1, 2, 4], 0.1)
    monkeypatch.setattr(fuzz, "ask", lambda asked, X, seed: lambda: reply(right_answer(asked)))
    monkeypatch.setattr(fuzz, "SECONDS", 0.005 if word == "slow" else 1.0)
    found = list(fuzz.faults(asked, 0, Counter()))
    assert len(found) == (word != "")
    assert all(fault.startswith(f"dense {word}") for fault in found)


def test_sparse_that_is_worse_than_dense_is_told(monkeypatch):
    def reply(asked, X, seed):
        answer = right_answer(asked)
        return [answer] if X is asked.X else warned(replace(answer, w=answer.w + 0.1, gap=1.0))

    monkeypatch.setattr(fuzz, "ask", lambda *given: lambda: reply(*given))
    asked = problem([[1], [2], [4]], [1, 2, 4], 0.1, sparse=True)
    (fault,) = fuzz.faults(asked, 0, Counter())
    assert fault.startswith("sparse differs")


@pytest.mark.skipif(not hasattr(fuzz.signal, "setitimer"), reason="no timers on this system")
def test_what_does_not_end_is_ended(monkeypatch):
    monkeypatch.setattr(fuzz, "PATIENCE", 0.05)

    def forever():
        while True:
            pass

    assert fuzz.attempt(forever)[3].startswith("error: TimeoutError")
    monkeypatch.setattr(fuzz, "JUDGING", 0.05)
    monkeypatch.setattr(fuzz, "faults", lambda *_: forever())
    assert fuzz.trial(0, 0)[2:] == ([], Counter({"not judged in time": 1}))


def test_only_the_argument_that_is_extreme_may_be_refused(monkeypatch):
    asked = problem([[1], [2], [4]], [1, 2, 4], 0.1, extreme="sample_weight")
    for words, number in (("sample_weight must be less", 0), ("X must be less", 1)):
        reply = partial(raises, ValueError(words))
        monkeypatch.setattr(fuzz, "ask", lambda *_, reply=reply: reply)
        assert len(list(fuzz.faults(asked, 0, Counter()))) == number


LIES = {
    "certified wrong": (Verdict(True, "at its minimum"), "alpha"),
    "named falsely": (Verdict(False, "the intercept is left out."), "alpha"),
    "refused right": (Verdict(False, "w[0] is too high."), "right"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_verdict_that_is_false_is_told(monkeypatch, lie):
    verdict, made = LIES[lie]

    class Rng:
        choice = staticmethod(lambda some: made if isinstance(some[0], str) else 2)
        random = staticmethod(lambda: 0.0)

    monkeypatch.setattr(fuzz.np.random, "default_rng", lambda seed: Rng)
    monkeypatch.setattr(fuzz, "check_solution", lambda *_, **__: verdict)
    asked = problem([[1, 5], [2, 4], [4, 4]], [1, 2, 4], 0.1, 0.5, way="check")
    (fault,) = fuzz.faults(asked, 0, Counter())
    assert fault.startswith(f"check {lie}")


def test_a_problem_is_known_by_its_number():
    for number in range(200):
        one, two = (fuzz.draw(np.random.default_rng([3, number])) for _ in range(2))
        assert repr(one) == repr(two)


def test_the_problems_are_of_every_way():
    drawn = [fuzz.draw(np.random.default_rng([4, number])) for number in range(300)]
    assert {asked.way for asked in drawn} == set(fuzz.WAYS)
    assert {asked.extreme for asked in drawn} == {"", "X", "y", "sample_weight", "alpha", "tol"}
    assert {asked.X.dtype for asked in drawn} == {np.dtype(np.float32), np.dtype(np.float64)}
    for flag in ("logistic", "positive", "fit_intercept", "sparse"):
        assert {getattr(asked, flag) for asked in drawn} == {True, False}
    assert {asked.alpha == 0 for asked in drawn} == {True, False}
    assert isinstance(drawn[0].exact(1.0), LeastSquares | Logistic)
