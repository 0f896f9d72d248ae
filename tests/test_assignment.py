"""The assignment's checker accepts a right answer, and tells a wrong one what is wrong."""

import importlib.util
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

FOLDER = Path(__file__).parent.parent / "reference" / "assignment"


def right_gradient(w, X, y, alpha):
    return X.T @ (X @ w - y) / len(y) + alpha * w


def right_threshold(v, t):
    return np.sign(v) * np.maximum(np.abs(v) - t, 0.0)


def right_bound(X, y):
    return np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / len(y)


def right_lasso(X, y, alpha, centre=True, threshold=right_threshold, scale=1.0):
    """Coordinate descent."""
    x_mean, y_mean = (X.mean(0), y.mean()) if centre else (0.0, 0.0)
    A, residual, w = X - x_mean, y - y_mean, np.zeros(X.shape[1])
    square = (A**2).sum(0) / len(y)
    for _ in range(2000):
        for j in range(len(w)):
            c = A[:, j] @ residual / len(y) + square[j] * w[j]
            new = threshold(np.array([c]), scale * alpha)[0] / square[j]
            residual += A[:, j] * (w[j] - new)
            w[j] = new
    return w, y_mean - (x_mean * w).sum()


RIGHT = {
    "ridge_gradient": right_gradient,
    "soft_threshold": right_threshold,
    "alpha_max": right_bound,
    "lasso": right_lasso,
}


def checker(**wrong):
    """Return the assignment's tests, for the right answers with some wrong ones in their place."""
    sys.modules["assignment"] = SimpleNamespace(**RIGHT | wrong)
    try:
        spec = importlib.util.spec_from_file_location("check", FOLDER / "test_assignment.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        del sys.modules["assignment"]
    return module


@pytest.mark.parametrize("student", ["1", "2", "20261121"])
def test_right_answers_pass(student, monkeypatch):
    monkeypatch.setenv("STUDENT", student)
    tests = checker()
    tests.test_ridge_gradient()
    tests.test_soft_threshold()
    tests.test_alpha_max()
    for alpha in (1.0, 0.1, 0.001):
        tests.test_lasso(alpha)


def hard_threshold(v, t):
    return np.where(np.abs(v) > t, v, 0.0)


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        (
            "ridge_gradient",
            lambda *a: len(a[2]) * right_gradient(*a),
            "60 times the numeric one (a factor n = 60?)",
        ),
        ("ridge_gradient", lambda *a: -right_gradient(*a), "sign"),
        ("ridge_gradient", lambda w, X, y, alpha: right_gradient(w, X, y, 2 * alpha), "w"),
        ("soft_threshold", hard_threshold, "hard"),
        ("soft_threshold", lambda v, t: np.maximum(np.abs(v) - t, 0), "sign"),
        ("alpha_max", lambda X, y: np.abs(X.T @ y).max() / len(y), "smaller alpha"),
        ("alpha_max", lambda X, y: right_bound(X, y) / 2, ""),
        (
            "lasso",
            lambda X, y, alpha: right_lasso(X, y, alpha, centre=False),
            "the intercept is left out",
        ),
        ("lasso", lambda X, y, alpha: right_lasso(X, y, alpha, scale=0.5), "0.5"),
        ("lasso", lambda X, y, alpha: right_lasso(X, y, alpha, threshold=hard_threshold), ""),
    ],
)
def test_wrong_answer_is_told_what_is_wrong(name, wrong, said):
    tests = checker(**{name: wrong})
    arguments = [0.1] if name == "lasso" else []
    with pytest.raises(AssertionError) as error:
        getattr(tests, f"test_{name}")(*arguments)
    assert said in str(error.value)


def test_handout_is_empty():
    text = (FOLDER / "assignment.py").read_text("utf-8")
    assert text.count("raise NotImplementedError") == len(RIGHT)
    assert all(f"def {name}(" in text for name in RIGHT)
