"""The checker of the assignment: no answers, only what makes an answer right."""

import ast
import importlib.util
import threading
from pathlib import Path

import numpy as np
import pytest

from regkit.checks import check_gradient, check_prox, check_solution
from regkit.penalties import L1

ANSWERS = Path(__file__).with_name("assignment.py")  # the one beside this file
SECONDS = 20  # for each test


def load():
    spec = importlib.util.spec_from_file_location("assignment", ANSWERS)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def within_time(ask):
    """Return what a call returns, or fail where it does not end."""
    outcome = {}

    def call():
        try:
            outcome["answer"] = ask()
        except BaseException as error:
            outcome["error"] = error

    thread = threading.Thread(target=call, daemon=True)  # one that hangs ends with the program
    thread.start()
    thread.join(SECONDS)
    assert not thread.is_alive(), f"This took more than {SECONDS} seconds: an endless loop?"
    if "error" in outcome:
        raise outcome["error"]
    return outcome["answer"]


def is_right(ask):
    verdict = within_time(ask)
    assert verdict, verdict.message


assignment = within_time(load)


def data():
    """Return the student's own X and y, new ones at each call: nobody can spoil them."""
    rng = np.random.default_rng(list(str(assignment.STUDENT).encode()))
    X = rng.normal(size=(60, 8)) * rng.uniform(0.5, 2.0, size=8) + rng.normal(size=8)
    return X, X @ rng.choice([0.0, 0.0, 1.0, -2.0], size=8) + rng.normal(size=60) + 3.0


def imported():
    for node in ast.walk(ast.parse(ANSWERS.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or ".").split(".")[0]
        elif isinstance(node, ast.Name) and node.id in ("__import__", "eval", "exec"):
            yield node.id


def test_numpy_alone():
    others = set(imported()) - {"numpy", "math"}
    assert not others, f"NumPy is all you may import; found {', '.join(sorted(others))}."


def test_ridge_gradient():
    X, y = data()

    def objective(w):
        return ((y - X @ w) ** 2).sum() / (2 * len(y)) + 0.15 * w @ w

    def gradient(w):
        return assignment.ridge_gradient(w, *data(), 0.3)

    is_right(lambda: check_gradient(objective, gradient, np.ones(8), n=len(y)))


def test_soft_threshold():
    is_right(lambda: check_prox(assignment.soft_threshold, L1(1.0)))


def test_alpha_max():
    bound = within_time(lambda: assignment.alpha_max(*data()))
    assert np.ndim(bound) == 0 and bound > 0, "Return one number, larger than 0."
    is_right(lambda: check_solution(np.zeros(8), *data(), L1(bound * (1 + 1e-9))))
    below = check_solution(np.zeros(8), *data(), L1(bound * 0.999), tol=1e-8)
    assert not below, "At a slightly smaller alpha all zeros would still be right."


@pytest.mark.parametrize("alpha", [1.0, 0.1, 0.001])
def test_lasso(alpha):
    answer = within_time(lambda: assignment.lasso(*data(), alpha))
    pair = isinstance(answer, tuple) and len(answer) == 2
    assert pair, "Return two things, the weights and the intercept: `return w, b`."
    is_right(lambda: check_solution(answer, *data(), L1(alpha)))
