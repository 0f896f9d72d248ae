"""The assignment's checker accepts a right answer, and tells a wrong one what is wrong."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "reference" / "assignment"

RIGHT = {
    "ridge_gradient": """
def ridge_gradient(w, X, y, alpha):
    return X.T @ (X @ w - y) / len(y) + alpha * w
""",
    "soft_threshold": """
def soft_threshold(v, t):
    return np.sign(v) * np.maximum(np.abs(v) - t, 0.0)
""",
    "alpha_max": """
def alpha_max(X, y):
    return np.abs((X - X.mean(0)).T @ (y - y.mean())).max() / len(y)
""",
    "lasso": """
def lasso(X, y, alpha):
    x_mean, y_mean = X.mean(0), y.mean()
    A, w, n = X - x_mean, np.zeros(X.shape[1]), len(y)
    residual, square = y - y_mean, (A**2).sum(0) / n
    for _ in range(500):
        for j in range(len(w)):
            v = A[:, j] @ residual / n + square[j] * w[j]
            new = np.sign(v) * max(abs(v) - alpha, 0.0) / square[j]
            residual = residual + A[:, j] * (w[j] - new)
            w[j] = new
    return w, y_mean - x_mean @ w
""",
}


def hand_in(folder, student="1", **answers):
    """Write the three files of a student, with some answers in place of the right ones."""
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    text = f"import numpy as np\nSTUDENT = {student!r}\n" + "".join((RIGHT | answers).values())
    (folder / "assignment.py").write_text(text, "utf-8")
    return folder


def checker(folder, **answers):
    """Return the assignment's tests, for the right answers with some wrong ones in their place."""
    path = hand_in(folder, **answers) / "test_assignment.py"
    spec = importlib.util.spec_from_file_location("check", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pytest_in(folder, *arguments):
    """Run pytest as a student or a teacher would, and return what it prints."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize("student", ["A0123", "王 2026/7", 20261121])
def test_right_answers_pass(student, tmp_path):
    tests = checker(tmp_path, student=student)
    tests.test_numpy_alone()
    tests.test_ridge_gradient()
    tests.test_soft_threshold()
    tests.test_alpha_max()
    for alpha in (1.0, 0.1, 0.001):
        tests.test_lasso(alpha)


def test_every_student_has_data_of_their_own(tmp_path):
    one, two = (checker(tmp_path / s, student=s).data()[0] for s in ("s1", "s2"))
    assert not np.isclose(one, two).any()


def test_centring_in_place_spoils_nothing(tmp_path):
    centred = "    b = y.mean(), X.mean(0)\n    X -= b[1]; y -= b[0]\n"
    ending = RIGHT["lasso"].replace("y_mean - x_mean @ w", "b[0] - b[1] @ w")
    in_place = ending.replace("def lasso(X, y, alpha):\n", f"def lasso(X, y, alpha):\n{centred}")
    bound = """
def alpha_max(X, y):
    X -= X.mean(0); y -= y.mean()
    return np.abs(X.T @ y).max() / len(y)
"""
    tests = checker(tmp_path, lasso=in_place, alpha_max=bound)
    tests.test_alpha_max()
    tests.test_lasso(0.1)
    tests.test_ridge_gradient()


BOUND = """
def alpha_max(X, y):
    return {}
"""


def gradient(data="X.T @ (X @ w - y) / len(y)", penalty="alpha * w"):
    return f"\ndef ridge_gradient(w, X, y, alpha):\n    return {data} + {penalty}\n"


def threshold(body):
    return f"\ndef soft_threshold(v, t):\n    return {body}\n"


@pytest.mark.parametrize(
    ("name", "wrong", "said"),
    [
        ("ridge_gradient", gradient("X.T @ (X @ w - y)"), "60 times what it should be (a factor n"),
        ("ridge_gradient", gradient("2 * X.T @ (X @ w - y) / len(y)"), "2 times what it should be"),
        (
            "ridge_gradient",
            gradient("X.T @ (y - X @ w) / len(y)"),
            "loss's part of your gradient has",
        ),
        ("ridge_gradient", gradient(penalty="2 * alpha * w"), "yours minus 0.3 w: look at the L2"),
        ("ridge_gradient", gradient(penalty="0"), "yours plus 0.3 w: look at the L2 term"),
        ("ridge_gradient", gradient(penalty="alpha * np.abs(w)"), "components are wrong"),
        ("ridge_gradient", gradient(penalty="alpha * np.maximum(w, 0)"), "components are wrong"),
        ("ridge_gradient", gradient(penalty="alpha * np.sqrt(w**2)"), "components are wrong"),
        ("ridge_gradient", gradient(penalty="(alpha * w if w > 0 else 0)"), "one `if`"),
        ("soft_threshold", threshold("np.where(np.abs(v) > t, v, 0.0)"), "hard"),
        ("soft_threshold", threshold("np.maximum(np.abs(v) - t, 0)"), "sign"),
        ("soft_threshold", threshold("v - t if v > t else v + t if v < -t else 0"), "one `if`"),
        ("alpha_max", BOUND.format("np.abs(X.T @ y).max() / len(y)"), "smaller alpha"),
        ("alpha_max", RIGHT["alpha_max"].replace("len(y)", "len(y) / 2"), "below alpha_max, the"),
        ("alpha_max", BOUND.format("np.ones(8)"), "Return one number"),
        ("lasso", RIGHT["lasso"].replace("X.mean(0), y.mean()", "np.zeros(8), 0.0"), "is left out"),
        ("lasso", RIGHT["lasso"].replace("alpha, 0.0", "alpha / 2, 0.0"), "alpha = 0.5 times"),
        (
            "lasso",
            RIGHT["lasso"].replace("return w, y_mean - x_mean @ w", "return w"),
            "two things",
        ),
        ("lasso", RIGHT["lasso"].replace("y_mean - x_mean @ w", "y_mean"), "it is the mean of y"),
        ("lasso", RIGHT["lasso"].replace("return w,", "return w[:, None],"), "has shape (8, 1)"),
        ("lasso", RIGHT["lasso"].replace("range(500)", "range(2)"), "is too"),
    ],
)
def test_wrong_answer_is_told_what_is_wrong(name, wrong, said, tmp_path):
    tests = checker(tmp_path, **{name: wrong})
    arguments = [0.1] if name == "lasso" else []
    with pytest.raises(AssertionError) as error:
        getattr(tests, f"test_{name}")(*arguments)
    assert said in str(error.value)


def test_the_bound_is_not_given_away(tmp_path):
    tests = checker(tmp_path, alpha_max=BOUND.format("0.01"))
    with pytest.raises(AssertionError, match="below alpha_max") as error:
        tests.test_alpha_max()
    bound = np.abs((tests.data()[0] - tests.data()[0].mean(0)).T @ tests.data()[1]).max() / 60
    assert f"{bound:.2g}" not in str(error.value)


@pytest.mark.parametrize(
    "line",
    [
        "from regkit import Lasso",
        "import sklearn.linear_model as lm",
        "def f():\n    from regkit.penalties import soft_threshold",
        "np2 = __import__('regkit')",
        "exec('import regkit')",
        "import importlib",
        "from . import key",
    ],
)
def test_the_answer_cannot_be_imported(line, tmp_path):
    tests = checker(tmp_path)
    tests.ANSWERS.write_text(tests.ANSWERS.read_text("utf-8") + f"\n{line}\n", "utf-8")
    with pytest.raises(AssertionError, match="NumPy is all you may import; found"):
        tests.test_numpy_alone()


def test_an_endless_loop_ends(tmp_path):
    tests = checker(tmp_path)
    tests.SECONDS = 0.5
    forever = {"go": True}
    tests.assignment.lasso = lambda *_: [0 for _ in iter(lambda: forever["go"], False)]
    try:
        with pytest.raises(AssertionError, match="endless loop"):
            tests.test_lasso(0.1)
    finally:
        forever["go"] = False


def test_a_class_is_checked_at_once(tmp_path):
    hand_in(tmp_path / "s1", "s1")
    hand_in(tmp_path / "s4", "s4", soft_threshold=threshold("v"))
    shutil.copy(FOLDER / "pytest.ini", tmp_path)
    done = pytest_in(tmp_path, "s1", "s4")
    assert "1 failed, 13 passed" in done.stdout, done.stdout + done.stderr
    assert "FAILED s4/test_assignment.py::test_soft_threshold" in done.stdout
    assert "it returns v itself" in done.stdout


def test_handout_is_empty():
    text = (FOLDER / "assignment.py").read_text("utf-8")
    assert text.count("raise NotImplementedError") == len(RIGHT)
    assert all(f"def {name}(" in text for name in RIGHT)
