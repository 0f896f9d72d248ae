"""Each convention against a numeric minimisation of its formula, and against scikit-learn."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize
from sklearn import linear_model

from regkit.conventions import CONVENTIONS, _beside_mse
from regkit.losses import Logistic, SquaredError
from regkit.objective import Objective
from regkit.penalties import L1L2
from regkit.solvers import coordinate_descent, fista

# Every term that a formula may hold, as code. A formula whose wording changes finds no entry here.
DATA_TERMS = {
    r"\frac{1}{2n} \sum_i e_i^2": lambda y, z, C: ((y - z) ** 2).sum() / (2 * len(y)),
    r"\frac{1}{n} \sum_i e_i^2": lambda y, z, C: ((y - z) ** 2).sum() / len(y),
    r"\sum_i e_i^2": lambda y, z, C: ((y - z) ** 2).sum(),
    r"C \sum_i \log(1 + e^{-y_i z_i})": lambda y, z, C: C * np.logaddexp(0, -y * z).sum(),
}
# One is the L1 norm, two the squared L2 norm; the rest are the library's own parameters.
PENALTIES = {
    r"\alpha \|w\|_1": lambda one, two, n, sd, alpha: alpha * one,
    r"\alpha \|w\|_2^2": lambda one, two, n, sd, alpha: alpha * two,
    r"\alpha \bigl( \rho \|w\|_1 + \frac{1 - \rho}{2} \|w\|_2^2 \bigr)": (
        lambda one, two, n, sd, alpha, rho: alpha * (rho * one + (1 - rho) / 2 * two)
    ),
    r"\rho \|w\|_1 + \frac{1 - \rho}{2} \|w\|_2^2": (
        lambda one, two, n, sd, C, rho: rho * one + (1 - rho) / 2 * two
    ),
    r"\lambda \bigl( \alpha \|w\|_1 + \frac{1 - \alpha}{2\,\mathrm{sd}_n(y)} \|w\|_2^2 \bigr)": (
        lambda one, two, n, sd, lam, alpha: lam * (alpha * one + (1 - alpha) / (2 * sd) * two)
    ),
    r"\lambda \bigl( \alpha \|w\|_1 + \frac{1 - \alpha}{2} \|w\|_2^2 \bigr)": (
        lambda one, two, n, sd, lam, alpha: lam * (alpha * one + (1 - alpha) / 2 * two)
    ),
    r"\frac{\mathit{wd}}{2} \|w\|_2^2": lambda one, two, n, sd, wd: wd / 2 * two,
    r"\ell_1 \|w\|_1": lambda one, two, n, sd, l1: l1 * one,
    r"\ell_2 \|w\|_2^2": lambda one, two, n, sd, l2: l2 * two,
    r"\ell_1 \|w\|_1 + \ell_2 \|w\|_2^2": lambda one, two, n, sd, l1, l2: l1 * one + l2 * two,
    r"\frac{\lambda}{2} \|w\|_2^2": lambda one, two, n, sd, lam: lam / 2 * two,
    r"\alpha \|w\|_1 + \frac{\lambda}{2} \|w\|_2^2": (
        lambda one, two, n, sd, alpha, lam: alpha * one + lam / 2 * two
    ),
    r"\lambda \sum_j w_j^2": lambda one, two, n, sd, lam: lam * two,
    r"\frac{\lambda}{2} \sum_j w_j^2": lambda one, two, n, sd, lam: lam / 2 * two,
    r"\frac{\lambda}{2n} \sum_j w_j^2": lambda one, two, n, sd, lam: lam / (2 * n) * two,
    r"\frac{\lambda}{2n} \sum_j |w_j|": lambda one, two, n, sd, lam: lam / (2 * n) * one,
    r"\lambda \sum_j |w_j|": lambda one, two, n, sd, lam: lam * one,
}
REFUSED = ["torch.AdamW", "keras.Adam"]
CONVERTIBLE = [name for name in CONVENTIONS if name not in REFUSED]


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(20)
    X = rng.normal(size=(40, 4)) + np.array([0.5, 0.0, -1.0, 2.0])
    y = 3 * X @ [1.0, 0.0, -0.6, 0.05] + rng.normal(size=40) + 4.0
    assert not 0.9 < y.std() < 1.1  # or a forgotten sd(y) would not show
    return X, y


def strengths(convention):
    """An alpha and l1_ratio that the convention can express."""
    ratio = 1.0 if convention.l2 is None else 0.0 if convention.l1 is None else 0.4
    return 0.3, ratio


def solve(X, y, alpha, l1_ratio, loss=None, **options):
    objective = Objective(X, y, L1L2(alpha, l1_ratio), loss or SquaredError(), **options)
    solver = fista if loss else coordinate_descent
    return solver(objective, tol=1e-13, max_iter=100_000)


@pytest.mark.parametrize("name", CONVERTIBLE)
def test_formula_minimised_numerically(name, data):
    X, y = data
    n, p = X.shape
    convention, loss, sd = CONVENTIONS[name], None, y.std()
    alpha, ratio = strengths(convention)
    if "log" in convention.data.formula:
        y, loss, alpha = np.where(y > np.median(y), 1.0, -1.0), Logistic(), 0.05
    theirs = convention.from_regkit(alpha, ratio, S=n, sd_y=sd)
    data_term, penalty = DATA_TERMS[convention.data.formula], PENALTIES[convention.penalty]
    numbers = [theirs[name] for name in convention.parameters]

    def stated(parts):  # w = plus - minus, so that the L1 norm is linear
        plus, minus, b = parts[:p], parts[p : 2 * p], parts[-1]
        w, one = plus - minus, plus.sum() + minus.sum()
        return data_term(y, X @ w + b, theirs.get("C")) + penalty(one, w @ w, n, sd, *numbers)

    bounds = [(0, None)] * (2 * p) + [(None, None)]
    found = minimize(
        stated, np.full(2 * p + 1, 0.1), jac="3-point", method="SLSQP", bounds=bounds,
        options={"ftol": 1e-16, "maxiter": 2_000},
    ).x  # fmt: skip
    ours = solve(X, y, *convention.to_regkit(**theirs, S=n, sd_y=sd), loss)
    np.testing.assert_allclose(found[:p] - found[p:-1], ours.coef, atol=1e-6)
    assert abs(found[-1] - ours.intercept) < 1e-5


@pytest.mark.parametrize("name", CONVERTIBLE)
@pytest.mark.parametrize("alpha", [0.0, 1e-12, 0.3, 7.0, 1e9])
@pytest.mark.parametrize("share", [0.0, 0.25, 1 / 3, 1.0])
def test_round_trip(name, alpha, share):
    convention = CONVENTIONS[name]
    _, ratio = strengths(convention)
    ratio = share if ratio == 0.4 else ratio
    theirs = convention.from_regkit(alpha, ratio, S=37.5, sd_y=2.3)
    assert list(theirs) == [*convention.parameters, *convention.also]
    back = convention.to_regkit(**theirs, S=37.5, sd_y=2.3)
    assert back.alpha == pytest.approx(alpha, rel=4e-15, abs=0)
    if alpha > 0:
        assert back.l1_ratio == pytest.approx(ratio, rel=4e-15, abs=0)


def test_a_zero_penalty_keeps_what_it_can_of_its_ratio():
    assert CONVENTIONS["sklearn.ElasticNet"].to_regkit(alpha=0, l1_ratio=0.25) == (0, 0.25)
    assert CONVENTIONS["sklearn.Lasso"].to_regkit(alpha=0) == (0, 1)
    assert CONVENTIONS["keras.L1L2"].to_regkit(l1=0, l2=0) == (0, 0)
    logistic = CONVENTIONS["sklearn.LogisticRegression"]
    typed = logistic.from_regkit(0.0, 0.0, S=10)
    assert (typed["C"], typed["l1_ratio"]) == (math.inf, 0.0)
    assert logistic.to_regkit(C=math.inf, l1_ratio=0.0, S=10) == (0, 0)


SKLEARN = {
    "sklearn.Lasso": lambda **k: linear_model.Lasso(**k, tol=1e-14, max_iter=100_000),
    "sklearn.Ridge": lambda **k: linear_model.Ridge(**k, solver="cholesky"),
    "sklearn.ElasticNet": lambda **k: linear_model.ElasticNet(**k, tol=1e-14, max_iter=100_000),
}


@pytest.mark.parametrize("name", SKLEARN)
@pytest.mark.parametrize("weighted", [False, True])
def test_sklearn_regression(name, weighted, data):
    X, y = data
    weight = np.arange(len(y)) % 3 if weighted else None
    S = weight.sum() if weighted else len(y)
    convention = CONVENTIONS[name]
    alpha, ratio = strengths(convention)
    theirs = SKLEARN[name](**convention.from_regkit(alpha, ratio, S=S))
    theirs.fit(X, y, sample_weight=weight)
    ours = solve(X, y, alpha, ratio, sample_weight=weight)
    np.testing.assert_allclose(theirs.coef_, ours.coef, atol=1e-6)
    assert theirs.intercept_ == pytest.approx(ours.intercept, abs=1e-6)


@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0])
def test_sklearn_logistic(ratio, data):
    X, y = data
    labels = np.where(y > np.median(y), 1.0, -1.0)
    weight = 1 + np.arange(len(y)) % 3
    numbers = CONVENTIONS["sklearn.LogisticRegression"].from_regkit(0.05, ratio, S=weight.sum())
    theirs = linear_model.LogisticRegression(
        **numbers, tol=1e-12, max_iter=1_000_000, random_state=0
    ).fit(X, labels, sample_weight=weight)
    ours = solve(X, labels, 0.05, ratio, Logistic(), sample_weight=weight)
    np.testing.assert_allclose(theirs.coef_[0], ours.coef, atol=1e-6)
    assert theirs.intercept_[0] == pytest.approx(ours.intercept, abs=1e-6)


def test_liblinear_penalises_the_intercept(data):
    X, y = data
    labels = np.where(y > np.median(y), 1.0, -1.0)
    typed = CONVENTIONS["sklearn.LogisticRegression"].from_regkit(0.05, 0.0, S=len(y))
    theirs = linear_model.LogisticRegression(
        C=typed["C"], solver="liblinear", tol=1e-10, max_iter=100_000
    ).fit(X, labels)
    ones = np.column_stack([np.ones(len(y)), X])
    penalised = solve(ones, labels, 0.05, 0.0, Logistic(), fit_intercept=False).coef
    np.testing.assert_allclose(np.r_[theirs.intercept_, theirs.coef_[0]], penalised, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_sklearn_sgd(weighted, data):
    X, y = data
    weight = 1 + np.arange(len(y)) % 3 if weighted else None
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    # its data term is divided by n, not by S, so the same alpha is weaker there by n/S
    alpha = 0.3 if weight is None else 0.3 * weight.sum() / len(y)
    # (averaging its iterates diverges with an L1 part, as of scikit-learn 1.9)
    theirs = linear_model.SGDRegressor(
        **CONVENTIONS["sklearn.SGDRegressor"].from_regkit(alpha, 0.4),
        learning_rate="constant", eta0=1e-4, tol=None, max_iter=10_000, random_state=0,
    ).fit(X, y, sample_weight=weight)  # fmt: skip
    ours = solve(X, y, 0.3, 0.4, sample_weight=weight)
    np.testing.assert_allclose(theirs.coef_, ours.coef, atol=1e-3)


SCIKIT_LEARN = {name for name in CONVENTIONS if name.startswith("sklearn.")}


@pytest.mark.filterwarnings("error", "ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", sorted(SCIKIT_LEARN))
@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0])
def test_what_is_returned_is_all_that_the_constructor_needs(name, ratio, data):
    """Nothing that chooses a model is added here.

    No version from 1.6 on warns that an argument is new, old or unused.
    """
    X, y = data
    X, row = (X - X.mean(axis=0)) / X.std(axis=0), CONVENTIONS[name]
    if (row.l1 is None and ratio > 0) or (row.l2 is None and ratio < 1):
        pytest.skip("refused, which is tested below")
    logistic = row.data.formula.startswith("C ")
    loss, alpha = (Logistic(), 0.05) if logistic else (None, 0.3)
    y = np.where(y > np.median(y), 1.0, -1.0) if logistic else y
    theirs = getattr(linear_model, name.removeprefix("sklearn."))(
        **row.from_regkit(alpha, ratio, S=len(y))
    )
    atol = 1e-5
    if name == "sklearn.SGDRegressor":
        atol = 5e-3
        theirs.set_params(learning_rate="constant", eta0=1e-4, tol=None, max_iter=10_000)
        theirs.set_params(random_state=0)
    elif name == "sklearn.LogisticRegression":
        theirs.set_params(tol=1e-9, max_iter=100_000, random_state=0)
    elif name != "sklearn.Ridge":
        theirs.set_params(tol=1e-12)
    theirs.fit(X, y)
    ours = solve(X, y, alpha, ratio, loss)
    np.testing.assert_allclose(np.ravel(theirs.coef_), ours.coef, atol=atol)
    assert theirs.intercept_ == pytest.approx(ours.intercept, abs=atol)
    if ratio > 0 and name != "sklearn.SGDRegressor":
        np.testing.assert_array_equal(np.ravel(theirs.coef_) == 0, ours.coef == 0)


def test_what_must_be_typed_as_well_may_be_handed_back():
    row = CONVENTIONS["sklearn.SGDRegressor"]
    assert row.to_regkit(penalty="elasticnet", alpha=0.2, l1_ratio=0.5) == (0.2, 0.5)
    with pytest.raises(ValueError, match="takes alpha, l1_ratio; got penalty, alpha, l1_ratio"):
        row.to_regkit(penalty="l1", alpha=0.2, l1_ratio=0.5)


@pytest.mark.parametrize("name", REFUSED)
def test_a_decoupled_adam_is_refused(name):
    row = CONVENTIONS[name]
    with pytest.raises(ValueError, match=rf"{name} has no equivalent"):
        row.to_regkit(weight_decay=0.1)
    with pytest.raises(ValueError, match=rf"{name} has no equivalent"):
        row.from_regkit(0.1, 0.0)


def test_a_refusal_says_why():
    with pytest.raises(ValueError, match=r"torch\.AdamW has no equivalent.*fixed point"):
        CONVENTIONS["torch.AdamW"].to_regkit(weight_decay=0.1)


@pytest.mark.parametrize(
    ("name", "numbers", "message"),
    [
        ("sklearn.Ridge", {"alpha": 1.0}, r"sklearn\.Ridge needs S .* got None"),
        ("sklearn.Ridge", {"alpha": 1.0, "S": 0}, r"S must be .* \(0, inf\); got 0"),
        ("sklearn.Ridge", {"alpha": -1.0, "S": 9}, r"alpha must be .* \[0, inf\); got -1"),
        ("sklearn.Ridge", {"lam": 1.0, "S": 9}, r"takes alpha; got lam"),
        ("sklearn.Ridge", {"S": 9}, r"takes alpha; got nothing"),
        ("glmnet", {"lambda_": 1.0, "alpha": 0.5}, r"glmnet needs sd_y"),
        ("glmnet", {"lambda_": 1.0, "alpha": 1.5, "sd_y": 1}, r"alpha must be .* \[0, 1\]"),
        ("keras.L1L2", {"l1": 1.0, "l2": math.nan}, r"l2 must be .* got nan"),
        ("sklearn.LogisticRegression", {"C": 0.0, "l1_ratio": 0, "S": 9}, r"C must be .* \(0, inf"),
        ("sklearn.Lasso", {"alpha": math.inf}, r"alpha must be a finite number"),
    ],
)
def test_bad_input_to_regkit(name, numbers, message):
    with pytest.raises(ValueError, match=message):
        CONVENTIONS[name].to_regkit(**numbers)


@pytest.mark.parametrize(
    ("name", "alpha", "ratio", "message"),
    [
        ("sklearn.Lasso", 1.0, 0.5, r"sklearn\.Lasso has no L2 part: l1_ratio must be 1; got 0\.5"),
        ("torch.SGD", 1.0, 0.5, r"torch\.SGD has no L1 part: l1_ratio must be 0; got 0\.5"),
        ("sklearn.Lasso", -1.0, 1.0, r"alpha must be .* got -1"),
        ("sklearn.Lasso", 1.0, 1.5, r"l1_ratio must be .* got 1\.5"),
        ("sklearn.ElasticNet", 1.0, -0.5, r"l1_ratio must be .* got -0\.5"),
    ],
)
def test_bad_input_from_regkit(name, alpha, ratio, message):
    with pytest.raises(ValueError, match=message):
        CONVENTIONS[name].from_regkit(alpha, ratio)


def test_a_loss_without_its_half_takes_twice_the_penalty():
    row = CONVENTIONS["keras.L2"]
    without = _beside_mse(row)
    assert without == CONVENTIONS["keras.L2, MSE"]
    assert without.formula == row.formula.replace("2n", "n")
    assert without.to_regkit(l2=0.4).alpha == row.to_regkit(l2=0.4).alpha / 2


def test_every_row_is_complete():
    for name, row in CONVENTIONS.items():
        assert row.name == name
        assert row.source
        assert row.intercept
        assert set(row.parameters.values()) <= {"l1", "l2", "strength", "ratio", "inverse"}
        assert row.formula.count("{") == row.formula.count("}")
