"""What readers hand in: right answers in any form pass, and a slip gets its own name."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from regkit import ElasticNet, Lasso, LogisticRegression, Ridge, lasso_path, logistic_path
from regkit.checks import check_choice, check_gradient, check_path, check_solution
from regkit.checks.slips import gap_at
from regkit.losses import Logistic, SquaredError
from regkit.objective import Objective
from regkit.penalties import L1, L1L2, L2
from regkit.selection import ErrorCurve, cross_validate

RNG = np.random.default_rng(1)
N, P = 60, 8
X = RNG.normal(size=(N, P)) * RNG.uniform(0.5, 2, P) + RNG.normal(size=P)
Y = X @ RNG.choice([0.0, 0.0, 1.0, -2.0], P) + RNG.normal(size=N) + 3
S = RNG.uniform(1, 4, N)
NET = L1L2(0.4, 0.3)


def fit(X, y, l1, l2=0.0, s=None, **options):
    """Return the weights and the intercept for the two factors of the penalty."""
    model = ElasticNet(l1 + l2, l1_ratio=l1 / (l1 + l2), **options).fit(X, y, s)
    return model.coef_, float(model.intercept_)


# Gradients


def ridge_cost(w):
    return ((Y - X @ w) ** 2).sum() / (2 * N) + 0.15 * w @ w


def data_part(w):
    return X.T @ (X @ w - Y) / N


GRADIENTS = {
    "60 times what it should be (a factor n = 60?), if the penalty's is 0.3 w.": lambda w: (
        N * data_part(w) + 0.3 * w
    ),
    "2 times what it should be (a factor 2?), if the penalty's is 0.3 w.": lambda w: (
        2 * data_part(w) + 0.3 * w
    ),
    "part of your gradient has the wrong sign, if the penalty's is 0.3 w.": lambda w: (
        0.3 * w - data_part(w)
    ),
    "part of your gradient is missing, if the penalty's is 0.3 w.": lambda w: 0.3 * w,
    "your gradient is 60 times the numeric one (a factor n = 60?).": lambda w: (
        N * (data_part(w) + 0.3 * w)
    ),
    "yours minus 0.3 w: look at the L2 term.": lambda w: data_part(w) + 0.6 * w,
    "yours plus 0.3 w minus 0.3 sign(w): look at both parts": lambda w: (
        data_part(w) + 0.3 * np.sign(w)
    ),
    "8 of 8 components are wrong.": lambda w: data_part(w) + 0.3 * np.abs(w),
    "8 of 8 components are wrong": lambda w: data_part(w) + 0.3 * np.maximum(w, 0),
    "of 8 components are wrong.": lambda w: data_part(w) + 0.3 * np.sqrt(w**2),
    "components are wrong.": lambda w: data_part(w) + 0.3 * w + 0.1,
    "one `if`": lambda w: data_part(w) + (0.3 * w if w > 0 else 0 * w),
}


@pytest.mark.parametrize("said", GRADIENTS)
@pytest.mark.parametrize("seed", range(3))
def test_slips_of_a_gradient(said, seed):
    verdict = check_gradient(ridge_cost, GRADIENTS[said], np.ones(P), n=N, seed=seed)
    assert not verdict
    assert said in str(verdict)


def test_forward_differences_have_no_term_to_look_at():
    Z = (X - X.mean(0)) / X.std(0)

    def cost(w):
        return ((Y - Z @ w) ** 2).sum() / (2 * N) + 0.15 * w @ w

    def forward(w):
        return np.array([(cost(w + 1e-3 * e) - cost(w)) / 1e-3 for e in np.eye(P)])

    assert "term" not in str(check_gradient(cost, forward, np.ones(P), n=N))
    assert "term" not in str(check_gradient(cost, forward(np.ones(P)), np.ones(P), n=N))
    assert not check_gradient(cost, forward, np.ones(P))


def test_a_function_of_positive_numbers_alone_is_checked_where_it_is_defined():
    def entropy(w):
        return w @ np.log(w) if (w > 0).all() else np.inf

    assert check_gradient(entropy, lambda w: np.log(w) + 1, [0.5, 2.0])
    assert check_gradient(lambda w: np.log(w).sum(), lambda w: 1 / w, [0.5, 2.0])
    assert not check_gradient(lambda w: np.log(w).sum(), lambda w: 1 / w + 1e-3, [0.5, 2.0])


def with_intercept(c=1.0, own=1.0, penalised=0.0, place=-1):
    """Return a ridge cost of weights and an intercept, and a gradient with slips."""

    def split(v):
        return np.delete(v, place), v[place]

    def cost(v):
        w, b = split(v)
        return ((Y - b - X @ w) ** 2).sum() / (2 * N) + 0.15 * w @ w

    def gradient(v):
        w, b = split(v)
        r = (X @ w + b - Y) / N
        g = c * X.T @ r + 0.3 * w
        slope = own * r.sum() + penalised * b
        return np.append(g, slope) if place == -1 else np.insert(g, place, slope)

    return cost, gradient


@pytest.mark.parametrize("place", [-1, 0])
@pytest.mark.parametrize(
    ("slip", "said"),
    [
        (dict(penalised=0.3), "Not right: the intercept is penalised: no penalty counts it."),
        (dict(own=0.0), "in the intercept's component, your gradient is 0 everywhere."),
        (dict(own=N), "in the intercept's component, your gradient is 60 times the numeric one"),
        (dict(own=-1.0), "in the intercept's component, your gradient has the wrong sign"),
        (
            dict(c=N, own=N),
            "60 times what it should be (a factor n = 60?), if the penalty's is 0.3 w.",
        ),
        (dict(c=-1.0, own=-1.0), "has the wrong sign, if the penalty's is 0.3 w."),
        (dict(c=N, own=N, penalised=0.3), "the intercept is penalised: no penalty counts it; and"),
    ],
)
def test_slips_of_a_gradient_with_an_intercept(slip, said, place):
    at = np.insert(np.ones(P), 0 if place == 0 else P, 0.5)
    cost, right = with_intercept(place=place)
    assert check_gradient(cost, right, at, n=N, intercept=place)
    _, wrong = with_intercept(place=place, **slip)
    assert said in str(check_gradient(cost, wrong, at, n=N, intercept=place))


def test_where_an_intercept_can_be():
    for place in (9, -10, 0.5):
        with pytest.raises(ValueError, match=r"^intercept must be"):
            check_gradient(np.sum, np.ones_like, np.ones(9), intercept=place)


# Solutions


@pytest.mark.parametrize("offset", [0.0, 300.0, 1e4])
@pytest.mark.parametrize("alpha", [0.001, 0.01])
def test_a_slip_has_its_name_wherever_y_lies(alpha, offset):
    y = Y + offset
    w, b = fit(X, y, alpha)

    def said(answer):
        return str(check_solution(answer, X, y, L1(alpha)))

    assert said((w, b)).startswith("Right")
    assert "alpha = 2.5 times the one you gave." in said(fit(X, y, 2.5 * alpha))
    assert "is too" in said((w[::-1], b))
    assert said(fit(X[:-1], y[:-1], alpha)) == "Not right: the last row is left out."
    assert said(fit(X[1:], y[1:], alpha)) == "Not right: the first row is left out."
    *some, last = fit(np.c_[X, np.ones(N)], y, alpha, fit_intercept=False)[0]
    assert said((np.array(some), last)) == "Not right: you penalise the intercept."
    if offset < 1e4 or alpha > 0.001:  # or rounding of y is a hundredth of what the slip costs
        assert said(np.array(some)) == "Not right: you penalise the intercept."
    assert said(fit(X, y, alpha, fit_intercept=False)) == "Not right: the intercept is left out."


@pytest.mark.parametrize("digits", [3, 4, 5])
def test_what_lies_within_tol_is_right(digits):
    w, _ = fit(X, Y, 0.1)
    F = Objective(X, Y, L1(0.1))
    excess = (F.value(w.round(digits)) - F.value(w)) / F.null_value
    assert gap_at(F, w.round(digits)) > 3 * excess * F.null_value  # the bound alone is too large
    assert bool(check_solution(w.round(digits), X, Y, L1(0.1))) == (excess <= 1e-6)
    assert not check_solution(w.round(digits), X, Y, L1(0.1), tol=excess / 2)
    assert check_solution(w.round(digits), X, Y, L1(0.1), tol=2 * excess)


def test_two_pulls_are_told_apart_by_their_digits():
    w = fit(X, Y, 0.1)[0].round(5)
    message = str(check_solution(w, X, Y, L1(0.1), tol=1e-13))
    up, down = message.split("up with ")[1].split(". The")[0].split(", the penalty down with ")
    assert up != down


def test_what_is_neither_proved_right_nor_wrong():
    w, _ = fit(X, Y, 0.1)
    verdict = check_solution(w, X, Y, L1(0.1), tol=0)
    assert not verdict and verdict.undecided
    assert str(verdict).startswith(
        "Not certified: no better weights are known, but the duality gap"
    )


def exact_lasso(X, y, alpha):
    """Return the exact minimiser without intercept, by trying signs, and rounded to double."""
    n, p = len(y), len(X[0])
    A = [[Fraction(x) for x in row] for row in X]
    t, a = [Fraction(v) for v in y], Fraction(alpha)
    gram = [[sum(r[i] * r[j] for r in A) / n for j in range(p)] for i in range(p)]
    pull = [sum(r[i] * v for r, v in zip(A, t, strict=True)) / n for i in range(p)]
    for code in range(3**p):
        signs = [code // 3**j % 3 - 1 for j in range(p)]
        active = [j for j in range(p) if signs[j]]
        w = _solve(
            [[gram[i][j] for j in active] for i in active], [pull[i] - a * signs[i] for i in active]
        )
        if w is None or any(v * signs[j] <= 0 for v, j in zip(w, active, strict=True)):
            continue
        slope = [
            pull[i] - sum(gram[i][j] * v for j, v in zip(active, w, strict=True)) for i in range(p)
        ]
        if all(abs(slope[i]) <= a for i in range(p)):
            found = np.zeros(p)
            found[active] = [float(v) for v in w]
            return found
    raise AssertionError("no signs fit")


def _solve(A, b):
    """Solve A w = b by Gauss's elimination in fractions; None if A is singular."""
    rows = [[*row, value] for row, value in zip(A, b, strict=True)]
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(len(rows)):
            if i != k:
                share = rows[i][k] / rows[k][k]
                rows[i] = [u - share * v for u, v in zip(rows[i], rows[k], strict=True)]
    return [row[-1] / row[k] for k, row in enumerate(rows)]


@pytest.mark.parametrize("seed", range(12))
def test_an_exact_minimiser_rounded_to_double_is_right(seed):
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.integers(-6, 7, 3)
    X = rng.integers(-9, 10, (7, 3)) * scale
    y = rng.integers(-9, 10, 7) * 10.0 ** rng.integers(-3, 4)
    largest = np.abs(X.T @ y).max() / 7
    for share in (0.9, 0.3, 1e-3, 1e-6):
        alpha = share * largest
        w = exact_lasso(X.tolist(), y.tolist(), alpha)
        assert check_solution(w, X, y, L1(alpha), fit_intercept=False), (seed, share)
        for k in (2, 0.5, 1 / 7):
            other = exact_lasso(X.tolist(), y.tolist(), k * alpha)
            verdict = check_solution(other, X, y, L1(alpha), fit_intercept=False)
            if not np.array_equal(other, w):
                assert verdict or f"alpha = {k:.3g} times" in str(verdict) or not other.any()


def test_columns_of_large_scale_and_a_small_alpha_are_right():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(20, 2)) * 1e6, rng.normal(size=20)
        w = np.linalg.lstsq((X - X.mean(0)) / 1e6, y - y.mean(), rcond=None)[0]
        # w in units of 1e-6; the lasso's is that of least squares less C⁻¹ sign(w) alpha
        C = np.cov((X / 1e6).T, ddof=0)
        w = (w - np.linalg.solve(C, np.sign(w)) * 1e-12) / 1e6
        assert check_solution(w, X, y, L1(1e-6))


@pytest.mark.parametrize("alpha", [1e160, 5e245, 1e300])
def test_a_price_whose_square_is_beyond_all_numbers(alpha):
    X, y = np.array([[0.0], [1.28e7]]), [561398.98, 561396.98]
    assert check_solution([0.0], X, y, L1L2(alpha, 1 - 1e-9))
    assert not check_solution([1e-7], X, y, L1L2(alpha, 1 - 1e-9))


def test_a_missing_sum_of_weights_is_hinted_as_a_missing_n_is():
    def ridge(S):
        A = X - S_MEAN @ X
        return np.linalg.solve(
            A.T @ (S_ROWS[:, None] * A) / S + 0.3 * np.eye(P), A.T @ (S_ROWS * (Y - S_MEAN @ Y)) / S
        )

    S_ROWS, total = S, S.sum()
    S_MEAN = S / total
    assert check_solution(ridge(total), X, Y, L2(0.3), sample_weight=S)
    said = str(check_solution(ridge(1.0), X, Y, L2(0.3), sample_weight=S))
    assert f"(a factor S = {total:g}?)" in said
    said = str(check_solution(ridge(0.5), X, Y, L2(0.3), sample_weight=S))
    assert f"(a factor 2S = {2 * total:g}?)" in said


def test_a_penalty_of_the_wrong_sign_is_named():
    A = X - X.mean(0)
    w = np.linalg.solve(A.T @ A / N - 0.1 * np.eye(P), A.T @ Y / N)
    assert "the problem for -alpha" in str(check_solution(w, X, Y, L2(0.1)))


@pytest.mark.parametrize(
    ("l1", "l2", "said"),
    [
        (0.4, 0.28, "left out of the L1 part: alpha for alpha * r."),
        (0.12, 0.4, "left out of the L2 part: alpha for alpha * (1 - r)."),
        (0.4, 0.4, "l1_ratio is left out: alpha in both parts."),
        (0.12, 0.0, "the L2 part of the penalty is missing."),
        (0.12, 0.56, "the L2 part of the penalty is doubled"),
        (0.28, 0.12, "have changed places."),
    ],
)
def test_slips_with_the_ratio(l1, l2, said):
    assert said in str(check_solution(fit(X, Y, l1, l2), X, Y, NET))


@pytest.mark.parametrize("penalty", [NET, L1(0.1), L2(0.3)], ids=repr)
def test_a_divisor_for_columns_of_another_mean_square_is_named(penalty):
    def descend(divisor):
        A, w, r = X - X.mean(0), np.zeros(P), Y - Y.mean()
        squares = (A**2).mean(0)
        for _ in range(20_000):
            before = w.copy()
            for j in range(P):
                v = A[:, j] @ r / N + squares[j] * w[j]
                new = np.sign(v) * max(abs(v) - penalty.l1, 0) / divisor(squares[j])
                r, w[j] = r + A[:, j] * (w[j] - new), new
            if np.array_equal(before, w):
                break
        return w

    assert check_solution(descend(lambda square: square + penalty.l2), X, Y, penalty)
    largest = (X - X.mean(0)).var(0).max()
    scaled = X / np.sqrt(largest) / 1.1  # mean squares below 1, so that the sweeps converge
    x, scale = X.copy(), np.sqrt(largest) * 1.1
    X[:] = scaled
    try:
        w = descend(lambda square: 1 + penalty.l2)
        said = str(check_solution(w, X, Y, penalty))
    finally:
        X[:] = x
    assert "which is right for columns of mean square 1; divide by the mean square" in said, scale


# What an answer and its data may look like


def test_an_answer_in_any_form():
    w, b = fit(X, Y, 0.1)
    for form in (w.tolist(), tuple(w), pd.Series(w), w.astype(object), w.astype("float32")):
        assert check_solution(form, X, Y, L1(0.1))
        assert check_solution((form, b), X, Y, L1(0.1))
    for one in (b, np.array(b), np.array([b]), [b]):
        assert check_solution(w, X, Y, L1(0.1), intercept=one)
        assert check_solution((w, one), X, Y, L1(0.1))
    assert "the best one for them is" in str(check_solution((w, [0.0]), X, Y, L1(0.1)))
    assert "your w must hold real numbers" in str(check_solution(["a"] * P, X, Y, L1(0.1)))
    for wrong in ([b, b], None, "b"):
        with pytest.raises(ValueError, match=r"^intercept must be"):
            check_solution((w, wrong), X, Y, L1(0.1))


def test_a_loss_by_name():
    labels = np.where(np.median(Y) < Y, 1.0, -1.0)
    model = LogisticRegression(0.01, l1_ratio=1.0).fit(X, labels)
    w = model.coef_[0]
    for loss in ("logistic", Logistic()):
        assert check_solution(w, X, labels, L1(0.01), loss=loss, intercept=model.intercept_)
        assert not check_solution(1.01 * w, X, labels, L1(0.01), loss=loss)
    assert check_solution(*[fit(X, Y, 0.1), X, Y, L1(0.1)], loss=SquaredError())
    for loss in ("hinge", None, 3):
        with pytest.raises(ValueError, match=r"^loss must be a Loss or one of"):
            check_solution(w, X, labels, L1(0.01), loss=loss)


FRAME = pd.get_dummies(pd.DataFrame({"age": X[:, 0], "sex": ["m", "f", "f"] * 20}))
FRAMES = {
    "bool and float": FRAME,
    "nullable": FRAME.convert_dtypes(),
    "arrow": FRAME.convert_dtypes(dtype_backend="pyarrow"),
    "Int64": FRAME.astype({"sex_m": "Int64", "sex_f": "Int64"}),
    "objects": FRAME.astype(object),
    "an array of objects": FRAME.to_numpy(dtype=object),
    "categories": FRAME.astype({"sex_m": int}).astype({"sex_m": "category"}),
}


@pytest.mark.parametrize("name", FRAMES)
def test_frames_are_taken_everywhere(name):
    from regkit import enet_path, ridge_path
    from regkit.moments import Moments
    from regkit.selection import leave_one_out

    frame, dense, s = FRAMES[name], FRAME.to_numpy(dtype=float), S.astype(object)
    y = pd.Series(Y, dtype="Float64") if name == "nullable" else Y.astype(object)
    model = Lasso(0.1).fit(frame, Y, S)
    assert check_solution((model.coef_, model.intercept_), frame, y, L1(0.1), sample_weight=s)
    np.testing.assert_array_equal(Objective(frame, y, L1(0.1)).X, dense)
    for path in (lasso_path, enet_path, ridge_path):
        got = path(frame, y, alphas=[0.1, 0.01], sample_weight=s)
        np.testing.assert_array_equal(
            got.coefs, path(dense, Y, alphas=[0.1, 0.01], sample_weight=S).coefs
        )
    labels = np.where(np.median(Y) < Y, 1, -1)
    got = logistic_path(frame, labels.astype(object), alphas=[0.1])
    np.testing.assert_array_equal(got.coefs, logistic_path(dense, labels, alphas=[0.1]).coefs)
    for validate in (cross_validate, leave_one_out):
        got = validate(frame, y, [0.1, 0.01], sample_weight=s)
        expected = validate(dense, Y, [0.1, 0.01], sample_weight=S)
        np.testing.assert_array_equal(got.errors, expected.errors)
    np.testing.assert_array_equal(Moments.of(frame, y, s).cross, Moments.of(dense, Y, S).cross)
    blocks = Lasso(0.1).fit_blocks([(frame[:30], y[:30], s[:30]), (frame[30:], y[30:], s[30:])])
    np.testing.assert_allclose(blocks.coef_, model.coef_, rtol=0, atol=1e-12)


STRINGS = pd.DataFrame({"age": X[:, 0], "sex": ["m", "f", "f"] * 20})
NO_NUMBERS = {
    "X must hold real numbers; column 'sex' holds strings.": STRINGS,
    "X must hold real numbers; column 'sex' holds strings": STRINGS.astype({"sex": "category"}),
    "column 'day' holds values of type Timestamp.": STRINGS[["age"]].assign(
        day=pd.Timestamp("2026-01-01")
    ),
    "X must hold real numbers; column 1 holds strings.": STRINGS.to_numpy(dtype=object),
    "X must be finite; got NaN.": pd.DataFrame(
        {"a": X[:, 0], "b": pd.array([None, *range(59)], dtype="Int64")}
    ),
    "X must hold real numbers; got an array of dtype complex128.": pd.DataFrame(
        {"a": X[:, 0] + 1j}
    ),
    "X must hold real numbers; got values of type list.": [[1.0], [2.0, 3.0]] * 30,
}


@pytest.mark.parametrize("said", NO_NUMBERS)
def test_a_column_of_no_numbers_is_named(said):
    calls = [
        lambda X: check_solution([0.0, 0.0], X, Y, L1(1.0)),
        lambda X: lasso_path(X, Y),
        lambda X: cross_validate(X, Y, [0.1]),
        lambda X: Objective(X, Y, L1(1.0)),
        *([] if isinstance(NO_NUMBERS[said], list) else [lambda X: Lasso().fit_blocks([(X, Y)])]),
    ]
    for call in calls:
        with pytest.raises(ValueError) as error:
            call(NO_NUMBERS[said])
        assert said in str(error.value)


@pytest.mark.parametrize("model", [Ridge(), Lasso(), LogisticRegression()])
def test_an_estimator_names_the_column_too(model):
    said = "^X must hold real numbers; column 'sex' holds strings.$"
    with pytest.raises(ValueError, match=said):
        model.fit(STRINGS, np.arange(N) % 2)
    numbers = STRINGS.assign(sex=np.arange(N))
    with pytest.raises(ValueError, match=said):
        model.fit(numbers, np.arange(N) % 2).predict(STRINGS)


# Weights on the penalty


V = RNG.uniform(0.3, 3, P)


def adaptive(X, y, alpha, v, sparse=False):
    return fit(sp.csr_array(X / v) if sparse else X / v, y, alpha)[0] / v


@pytest.mark.parametrize("kind", [np.asarray, sp.csr_array, sp.csc_array])
def test_an_adaptive_lasso(kind):
    def said(w):
        return str(check_solution(w, kind(X), Y, L1(0.1), penalty_weight=V))

    right = adaptive(X, Y, 0.1, V)
    assert said(right).startswith("Right")
    assert said(fit(X, Y, 0.1)[0]) == "Not right: penalty_weight is ignored."
    assert "those of the scaled columns: scale them back" in said(V * right)
    assert "penalty_weight is turned over" in said(adaptive(X, Y, 0.1, 1 / V))
    assert "alpha = 2 times the one you gave" in said(adaptive(X, Y, 0.2, V))
    assert not check_solution(1.01 * right, kind(X), Y, L1(0.1), penalty_weight=V)


def test_a_ridge_with_weights():
    A = X - X.mean(0)
    w = np.linalg.solve(A.T @ A / N + 0.3 * np.diag(V), A.T @ Y / N)
    assert check_solution(w, X, Y, L2(0.3), penalty_weight=V)
    assert not check_solution(w, X, Y, L2(0.3), penalty_weight=V**2)
    assert "ignored" in str(
        check_solution(Ridge(0.3).fit(X, Y).coef_, X, Y, L2(0.3), penalty_weight=V)
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_a_column_without_a_penalty(weighted):
    v, s = np.where(np.arange(P) % 3 == 2, 0, V), S if weighted else np.ones(N)
    free, root = v == 0, np.sqrt(s)[:, None]
    Z = np.c_[np.ones(N), X[:, free]]
    off = np.eye(N) - Z @ np.linalg.pinv(root * Z) * root.T
    w = np.zeros(P)
    w[~free] = (
        fit(off @ X[:, ~free] / v[~free], off @ Y, 0.1, s=s, fit_intercept=False)[0] / v[~free]
    )
    b, *w[free] = np.linalg.lstsq(root * Z, root[:, 0] * (Y - X @ w), rcond=None)[0]
    options = dict(penalty_weight=v, sample_weight=s)
    assert check_solution((w, b), X, Y, L1(0.1), **options)
    assert check_solution(w, X, Y, L1(0.1), **options)
    wrong = "the penalised weights are right, but not those without a penalty (w[2], w[5])"
    assert wrong in str(check_solution((w, b + 0.1), X, Y, L1(0.1), **options))
    assert wrong in str(check_solution((w + 0.1 * free, b), X, Y, L1(0.1), **options))
    assert not check_solution((w * np.where(free, 1, 1.01), b), X, Y, L1(0.1), **options)
    assert "ignored" in str(check_solution(fit(X, Y, 0.1, s=s), X, Y, L1(0.1), **options))
    for bad in (dict(X=sp.csr_array(X), y=Y, penalty=L1(0.1)),
                dict(X=X, y=np.sign(Y - 3), penalty=L1(0.1), loss="logistic")):  # fmt: skip
        with pytest.raises(ValueError, match="penalty_weight of 0 needs a dense X and squared"):
            check_solution(w, **bad, penalty_weight=v)


def test_what_weights_a_penalty_takes():
    for v, penalty in ((V, NET), (-V, L1(0.1)), (0 * V, L1(0.1)), (V[1:], L1(0.1))):
        with pytest.raises(ValueError, match=r"^penalty_weight must"):
            check_solution(np.zeros(P), X, Y, penalty, penalty_weight=v)


# Paths and choices


def test_a_path():
    path = lasso_path(X, Y, alphas=12, fit_intercept=True)
    b = Y.mean() - X.mean(0) @ path.coefs

    def said(coefs, alphas=path.alphas, **options):
        return str(check_path(coefs, X, Y, alphas, **options))

    assert (
        said(path.coefs) == "Right: at each of 12 alphas the objective is at its minimum to 1e-06."
    )
    assert said(path.coefs, intercepts=b).startswith("Right")
    assert said(path.coefs[:, ::-1], path.alphas[::-1]).startswith("Right")
    assert "reverse order of alphas" in said(path.coefs[:, ::-1])
    assert "has shape (12, 8); it must have shape (8, 12)" in said(path.coefs.T)
    assert "your array of intercepts has shape (2,)" in said(path.coefs, intercepts=b[:2])
    moved = path.coefs + 0.1 * (np.arange(12) == 7)
    assert f"1 of 12 alphas fail; at the first, {path.alphas[7]:.4g}, w[" in said(moved)
    assert "12 of 12 alphas fail" in said(path.coefs + 0.1)
    assert "alpha = 2 times the one you gave" in said(path.coefs[:, 1:], path.alphas[1:] / 2)
    assert "the best one for them is" in said(path.coefs, intercepts=b + 1)
    assert not check_path(path.coefs, X, Y, path.alphas, l1_ratio=0.5)
    labels = np.where(np.median(Y) < Y, 1.0, -1.0)
    logistic = logistic_path(X, labels, l1_ratio=0.5, alphas=[0.1, 0.01])
    options = dict(l1_ratio=0.5, loss="logistic")
    assert check_path(logistic.coefs, X, labels, logistic.alphas, **options)
    assert not check_path(1.1 * logistic.coefs, X, labels, logistic.alphas, **options)


GRID = np.geomspace(2, 0.01, 25)


def test_a_choice():
    curve = cross_validate(X, Y, GRID, cv=6, sample_weight=S)
    options = dict(cv=6, sample_weight=S)
    for rule in ("min", "1se"):
        right = curve.alpha(rule)
        for alpha in GRID:
            verdict = check_choice(alpha, X, Y, GRID, rule=rule, **options)
            assert bool(verdict) == (alpha == right)
            assert verdict or f"{right:.3g}" not in str(verdict)
        assert check_choice(right * (1 + 1e-9), X, Y, GRID[::-1], rule=rule, **options)
    assert "3 is not one of the alphas" in str(check_choice(3, X, Y, GRID, **options))
    with pytest.raises(ValueError, match=r"^rule must be"):
        check_choice(0.1, X, Y, GRID, rule="best")


def test_slips_of_a_choice():
    curve = cross_validate(X, Y, GRID, cv=6, sample_weight=S)
    mean, folds = curve.mean_error, 6
    low, one = mean.argmin(), curve.std_error[mean.argmin()]
    within = mean <= mean[low] + one
    slips = {
        "the rule 'min'": curve.alpha(),
        "the smallest alpha within": GRID[within].min(),
        "not divided by the root": GRID[mean <= mean[low] + one * np.sqrt(folds)].max(),
        "two standard errors": GRID[mean <= mean[low] + 2 * one].max(),
        "the largest mean error": GRID[mean.argmax()],
    }
    for said, alpha in slips.items():
        assert said in str(check_choice(alpha, X, Y, GRID, cv=6, sample_weight=S))
    said = str(check_choice(curve.alpha("1se"), X, Y, GRID, rule="min", cv=6, sample_weight=S))
    assert "that is the choice of the rule '1se'" in said


def test_slips_of_the_errors_behind_a_choice():
    offset = Y + 10 * np.arange(N) / N  # folds that differ, a mean that matters
    train = [(np.setdiff1d(range(N), rows), rows) for rows in np.array_split(range(N), 4)]
    curve = cross_validate(X, offset, GRID, cv=train)
    fitted = cross_validate(X, offset, GRID, cv=[(a, a) for a, _ in train]).alpha("min")
    assert fitted != curve.alpha("min")
    said = str(check_choice(fitted, X, offset, GRID, rule="min", cv=train))
    assert "the errors are those on the rows that were fitted" in said
    bare = cross_validate(X, offset, GRID, cv=train, fit_intercept=False).alpha("min")
    if bare not in (curve.alpha("min"), fitted):
        said = str(check_choice(bare, X, offset, GRID, rule="min", cv=train))
        assert "the fits have no intercept" in said


def test_alphas_that_rounding_cannot_tell_apart_are_both_right(monkeypatch):
    errors = np.array([[5.0, 7.0], [3.0, 3.0 + 1e-9], [3.0, 3.0], [4.0, 4.0]])
    curve = ErrorCurve(np.array([8.0, 4.0, 2.0, 1.0]), errors, np.ones(2))
    monkeypatch.setattr("regkit.checks.choice.cross_validate", lambda *a, **k: curve)
    verdicts = [bool(check_choice(a, X, Y, curve.alphas, rule="min")) for a in curve.alphas]
    assert verdicts == [False, True, True, False]
    assert curve.alpha("min") == 2.0
