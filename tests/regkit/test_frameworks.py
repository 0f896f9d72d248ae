"""The conventions of the heavy libraries, each against the library itself.

Run with ``pytest -m frameworks`` where they are installed; a test skips where its library is not.
"""

import numpy as np
import pytest

from regkit.conventions import CONVENTIONS
from regkit.objective import Objective
from regkit.penalties import L1L2
from regkit.solvers import coordinate_descent

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
EXACT, ITERATIVE = 1e-6, 1e-3


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(20)
    X = rng.normal(size=(40, 4)) + np.array([0.5, 0.0, -1.0, 0.0])
    y = 3 * X @ [1.0, 0.0, -0.6, 0.05] + rng.normal(size=40) + 4.0
    return X, y


def expected(X, y, alpha, l1_ratio, **options):
    objective = Objective(X, y, L1L2(alpha, l1_ratio), **options)
    return coordinate_descent(objective, tol=1e-13, max_iter=100_000)


def torch_fit(X, y, optimiser, mse, **numbers):
    """Full-batch steps in double precision, the rate cut tenfold twice; the bias undecayed."""
    torch = pytest.importorskip("torch")
    X, y = torch.tensor(X), torch.tensor(y)
    w = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
    b = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    groups = [{"params": [w], **numbers}, {"params": [b], "weight_decay": 0.0}]
    optimiser = getattr(torch.optim, optimiser)(groups, lr=0.05)
    for _ in range(3):
        for _ in range(2_000):
            optimiser.zero_grad()
            loss = torch.nn.MSELoss()(X @ w + b, y)
            (loss if mse else loss / 2).backward()
            optimiser.step()
        for group in optimiser.param_groups:
            group["lr"] /= 10
    return w.detach().numpy(), b.item()


@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("optimiser", ["SGD", "Adam"])
def test_torch_weight_decay(optimiser, mse, data):
    X, y = data
    row = CONVENTIONS[f"torch.{optimiser}" + ", MSE" * mse]
    w, b = torch_fit(X, y, optimiser, mse, **row.from_regkit(0.3, 0.0))
    ours = expected(X, y, 0.3, 0.0)
    np.testing.assert_allclose(w, ours.coef, atol=EXACT)
    assert b == pytest.approx(ours.intercept, abs=EXACT)


def test_torch_adamw_is_no_ridge(data):
    X, y = data
    w, _ = torch_fit(X, y, "AdamW", False, weight_decay=0.3)
    assert np.abs(w - expected(X, y, 0.3, 0.0).coef).max() > 0.1
    # nor the ridge of any other alpha
    nearest = min(np.abs(w - expected(X, y, a, 0.0).coef).max() for a in np.geomspace(1e-4, 1e3))
    assert nearest > 0.05


def keras_fit(X, y, mse, regulariser):
    keras = pytest.importorskip("keras")
    keras.backend.set_floatx("float64")
    half = lambda target, z: keras.ops.mean((target - z) ** 2) / 2  # noqa: E731
    model = keras.Sequential(
        [keras.layers.Input((X.shape[1],)), keras.layers.Dense(1, kernel_regularizer=regulariser)]
    )
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([300, 600], [0.1, 1e-2, 1e-3])
    model.compile(keras.optimizers.SGD(rate), loss="mse" if mse else half)
    batches = np.tile(X, (900, 1)), np.tile(y[:, None], (900, 1))  # each batch is all the data
    model.fit(*batches, batch_size=len(y), shuffle=False, verbose=0)
    kernel, bias = model.get_weights()
    return kernel[:, 0], bias[0]


@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("kind", ["L1", "L2", "L1L2"])
def test_keras_regularizers(kind, mse, data):
    keras = pytest.importorskip("keras")
    X, y = data
    row = CONVENTIONS[f"keras.{kind}" + ", MSE" * mse]
    ratio = {"L1": 1.0, "L2": 0.0, "L1L2": 0.4}[kind]
    regulariser = getattr(keras.regularizers, kind)(**row.from_regkit(0.3, ratio))
    w, b = keras_fit(X, y, mse, regulariser)
    ours = expected(X, y, 0.3, ratio)
    np.testing.assert_allclose(w, ours.coef, atol=ITERATIVE)
    assert b == pytest.approx(ours.intercept, abs=ITERATIVE)


def keras_decayed(X, y, mse, optimiser, beside=None):
    """Full-batch steps of an optimiser of Keras; the bias is decayed unless it stands beside."""
    keras = pytest.importorskip("keras")
    keras.backend.set_floatx("float64")
    half = lambda target, z: keras.ops.mean((target - z) ** 2) / 2  # noqa: E731
    unit = keras.layers.Dense(1, kernel_initializer="zeros")
    model = keras.Sequential([keras.layers.Input((X.shape[1],)), unit])
    if beside:
        optimiser.exclude_from_weight_decay(var_list=[unit.bias])
    model.compile(optimiser, loss="mse" if mse else half, steps_per_execution=100)
    batches = np.tile(X, (900, 1)), np.tile(y[:, None], (900, 1))
    model.fit(*batches, batch_size=len(y), shuffle=False, verbose=0)
    kernel, bias = model.get_weights()
    return kernel[:, 0], bias[0]


@pytest.mark.parametrize("mse", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("charged", [False, True])
def test_keras_sgd_weight_decay(mse, momentum, charged, data):
    """Decoupled: momentum makes its fixed point that of (1 - momentum) times the number."""
    keras = pytest.importorskip("keras")
    X, y = data
    numbers = CONVENTIONS["keras.SGD" + ", MSE" * mse].from_regkit(0.3, 0.0)
    numbers["weight_decay"] /= 1 - momentum
    sgd = keras.optimizers.SGD(0.05 * (1 - momentum), momentum=momentum, **numbers)
    w, b = keras_decayed(X, y, mse, sgd, beside=not charged)
    if charged:
        ones = np.column_stack([np.ones(len(y)), X])
        b_ours, *w_ours = expected(ones, y, 0.3, 0.0, fit_intercept=False).coef
    else:
        ours = expected(X, y, 0.3, 0.0)
        w_ours, b_ours = ours.coef, ours.intercept
    np.testing.assert_allclose(w, w_ours, atol=ITERATIVE)
    assert b == pytest.approx(b_ours, abs=ITERATIVE)


def test_keras_adam_weight_decay_is_no_ridge(data):
    keras = pytest.importorskip("keras")
    X, y = data
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([400, 700], [0.05, 5e-3, 5e-4])
    w, _ = keras_decayed(X, y, True, keras.optimizers.Adam(rate, beta_2=0.95, weight_decay=0.1))
    free = expected(X, y, 0.0, 0.0).coef
    assert np.abs(w - free).max() < 0.05 < np.abs(w - expected(X, y, 0.05, 0.0).coef).max()


@pytest.mark.parametrize("mse", [False, True])
def test_tf_l2_loss(mse, data):
    tf = pytest.importorskip("tensorflow")
    X, y = data
    strength = CONVENTIONS["tf.nn.l2_loss" + ", MSE" * mse].from_regkit(0.3, 0.0)["lambda_"]
    w, b = tf.Variable(np.zeros(X.shape[1])), tf.Variable(0.0, dtype=tf.float64)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            square = tf.reduce_mean((y - tf.linalg.matvec(X, w) - b) ** 2)
            loss = (square if mse else square / 2) + strength * tf.nn.l2_loss(w)
        for variable, slope in zip((w, b), tape.gradient(loss, (w, b)), strict=True):
            variable.assign_sub(0.1 * slope)

    for _ in range(500):
        step()
    ours = expected(X, y, 0.3, 0.0)
    np.testing.assert_allclose(w.numpy(), ours.coef, atol=EXACT)
    assert b.numpy() == pytest.approx(ours.intercept, abs=EXACT)


@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0])
def test_statsmodels(ratio, data):
    sm = pytest.importorskip("statsmodels.api")
    X, y = data
    numbers = CONVENTIONS["statsmodels.OLS"].from_regkit(0.3, ratio)
    options = {"maxiter": 10_000, "cnvrg_tol": 1e-12, "zero_tol": 1e-12} if ratio else {}
    ones = np.column_stack([np.ones(len(y)), X])

    def fit(design, **numbers):
        return sm.OLS(y, design).fit_regularized(**numbers, **options).params

    # a scalar alpha penalises the constant like any other column
    ours = expected(ones, y, 0.3, ratio, fit_intercept=False).coef
    np.testing.assert_allclose(fit(ones, **numbers), ours, atol=EXACT)
    # a vector with 0 for the constant frees it
    numbers["alpha"] *= np.r_[0, np.ones(X.shape[1])]
    ours = expected(X, y, 0.3, ratio)
    np.testing.assert_allclose(fit(ones, **numbers), [ours.intercept, *ours.coef], atol=EXACT)


@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_xgboost_linear_booster(ratio, weighted, data):
    xgboost = pytest.importorskip("xgboost")
    X, y = data
    weight = 1 + np.arange(len(y)) % 3 if weighted else None
    numbers = CONVENTIONS["xgboost.gblinear"].from_regkit(0.3, ratio)
    model = xgboost.XGBRegressor(
        booster="gblinear", updater="coord_descent", n_estimators=1_000, learning_rate=1.0,
        tree_method=None, **numbers,
    ).fit(X, y, sample_weight=weight)  # fmt: skip
    ours = expected(X, y, 0.3, ratio, sample_weight=weight)
    np.testing.assert_allclose(model.coef_, ours.coef, atol=ITERATIVE)


@pytest.mark.parametrize("ratio", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("weighted", [False, True])
def test_glmnet(ratio, weighted, data):
    """By python-glmnet, which wraps glmnet's own Fortran."""
    glmnet = pytest.importorskip("glmnet")
    X, y = data
    weight = 1 + np.arange(len(y)) % 3 if weighted else None
    sd = np.sqrt(np.cov(y, aweights=weight, ddof=0))
    numbers = CONVENTIONS["glmnet"].from_regkit(0.3, ratio, sd_y=sd)
    model = glmnet.ElasticNet(
        alpha=numbers["alpha"], lambda_path=[2 * numbers["lambda_"], numbers["lambda_"]],
        standardize=False, n_splits=0, tol=1e-14,
    ).fit(X, y, sample_weight=weight)  # fmt: skip
    ours = expected(X, y, 0.3, ratio, sample_weight=weight)
    np.testing.assert_allclose(model.coef_path_[:, -1], ours.coef, atol=EXACT)
