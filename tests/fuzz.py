"""Fit random problems by every public way into regkit, and judge each answer exactly.

Run it with ``make fuzz``. The certificate that comes with an answer must be no smaller than the
true excess of the coefficients and intercept returned, known from `exact`, but for 1e-12 of F₀, the
best that an intercept alone can do. Beyond that: no NaN, no exception but a ValueError that names
an argument and has a reason, nothing over a second of CPU time, a ConvergenceWarning if and only if
the certificate misses the tolerance, and from a sparse X what a dense one gives if that is solved.

Problem number i of a seed is the same whatever the number of problems and of processes: ``make fuzz
ONLY=17`` shows number 17 alone, less the rows and columns that its fault does not need. A problem
that takes too long to judge is named and counted; so is a slow answer, and neither is a failure,
because how long something takes depends on who else uses the processor.
"""

import argparse
import re
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from multiprocessing import Pool
from multiprocessing import TimeoutError as Overdue

import numpy as np
import scipy.sparse as sp
from exact import ZERO, LeastSquares, Logistic, Q, dot, exact, exact_vector, sign
from sklearn.exceptions import ConvergenceWarning

import regkit
from regkit.checks import check_solution
from regkit.penalties import L1L2

TOL = 1e-9
"""The gap, relative to F₀, that regkit promises or warns of by default."""
ROUNDING = 1e-12
"""How far, relative to F₀, a certificate may be below the truth."""
SECONDS, PATIENCE, JUDGING, SILENCE = 1.0, 10.0, 15.0, 300.0
"""CPU time a call may take; when it is stopped, and a whole problem; how long all may be silent."""
MOST = 1e300
"""A larger price is as good as infinite."""
WAYS = {"fit": 50, "path": 12, "blocks": 12, "warm start": 10, "logistic": 8, "check": 8}
"""How many in a hundred problems are asked by which way."""
ARGUMENTS = re.compile(r"\b(X|y|alphas?|l1_ratio|sample_weight|tol|max_iter)\b")


@dataclass(frozen=True)
class Problem:
    """What is asked, by which of the `WAYS`, and which argument is extreme, if one is."""

    way: str
    logistic: bool
    X: np.ndarray
    y: np.ndarray
    sample_weight: np.ndarray | None
    alpha: float
    l1_ratio: float
    positive: bool
    fit_intercept: bool
    sparse: bool
    tol: float = TOL
    extreme: str = ""

    def exact(self, alpha: float) -> LeastSquares | Logistic:
        """Return the problem in rational numbers."""
        s = np.ones(len(self.y)) if self.sample_weight is None else self.sample_weight
        s, alpha, ratio = exact_vector(s), exact(alpha), exact(self.l1_ratio)
        total = sum(s)
        return (Logistic if self.logistic else LeastSquares)(
            [exact_vector(column) for column in self.X.T],
            exact_vector(self.y),
            [weight / total for weight in s],
            alpha * ratio,
            alpha * (1 - ratio),
            self.positive,
            self.fit_intercept,
        )

    def rows(self, some: np.ndarray | slice) -> "Problem":
        """Return the problem of some rows."""
        s = self.sample_weight
        return replace(
            self, X=self.X[some], y=self.y[some], sample_weight=None if s is None else s[some]
        )

    @property
    def is_ridge(self) -> bool:
        """Whether it is for what solves ridge alone, which has no tol."""
        return not self.logistic and self.l1_ratio == 0

    @property
    def wanted(self) -> float:
        """The gap, relative to F₀, above which a warning is due: `regkit.Ridge` takes no tol."""
        takes_tol = not self.is_ridge or (self.way == "path" and self.positive)
        return max(self.tol, ROUNDING) if takes_tol else TOL


@dataclass(frozen=True)
class Answer:
    """What came back for one alpha; b is None where none is returned."""

    alpha: float
    w: np.ndarray
    b: float | None
    gap: float


# What is drawn


def draw(rng: np.random.Generator) -> Problem:
    """Draw a problem: mostly small, often badly scaled, degenerate or far from zero."""
    way = str(rng.choice(list(WAYS), p=np.array(list(WAYS.values())) / 100))
    logistic = way == "logistic" or (way in ("path", "warm start") and rng.random() < 0.2)
    n, p = int(rng.integers(1 + logistic, 25)), int(rng.integers(1, 9))
    if rng.random() < 0.002:
        n, p = int(rng.integers(3, 9)), int(rng.integers(301, 311))
    X = draw_columns(rng, n, p)
    single = rng.random() < 0.1
    X = X.astype(np.float32) if single else X
    y = X.astype(float) @ (rng.standard_normal(p) * rng.integers(0, 2, p) / spread(X))
    y = y - y.mean() + rng.choice([0, 1e-3, 1, 10]) * rng.standard_normal(n)
    if logistic:
        y = np.where(y + rng.standard_normal(n) > 0, 1.0, -1.0)
        y[0], y[-1] = 1.0, -1.0
    else:
        y = np.round(y) if rng.random() < 0.3 else y
        y = y + (rng.random() < 0.4) * 10 ** rng.uniform(0, 8) * spread(y)
        y = y * (10 ** rng.uniform(-12, 12) if rng.random() < 0.3 else 1.0)
    l1_ratio = float(rng.choice([0, 1, 1, 0.5, rng.random(), rng.random(), 1e-6, 1 - 1e-9]))
    problem = Problem(
        way=way,
        logistic=logistic,
        X=X,
        y=y,
        sample_weight=draw_weights(rng, n),
        alpha=draw_alpha(rng, X, y, l1_ratio),
        l1_ratio=l1_ratio,
        positive=bool(not logistic and way != "blocks" and rng.random() < 0.2),
        fit_intercept=bool(rng.random() < 0.75),
        sparse=bool(rng.random() < 0.5),
    )
    return stretched(rng, problem) if rng.random() < 0.1 else problem


def draw_columns(rng: np.random.Generator, n: int, p: int) -> np.ndarray:
    """Draw X: some columns are copies, near-copies or sums of others, or hardly vary."""
    base = rng.choice(["normal", "whole", "binary", "mostly 0"])
    X = rng.standard_normal((n, p))
    if base == "whole":
        X = np.round(2 * X)
    elif base == "binary":
        X = (X > 0.5).astype(float)
    elif base == "mostly 0":
        X *= rng.random((n, p)) < 0.3
    for j in range(1, p):
        i, near = rng.integers(j), 10 ** rng.uniform(-16, -1)
        X[:, j] = {
            0: X[:, i],
            1: -X[:, i],
            2: X[:, i] + near * X[:, j],
            3: X[:, :j].sum(axis=1),
            4: np.full(n, X[0, j]),
        }.get(int(rng.integers(40)), X[:, j])
    far = (rng.random(p) < rng.choice([0, 0.3, 1])) * 10 ** rng.uniform(0, 8, p)
    X = X + np.round(far, int(rng.integers(4)))
    scale = rng.choice(["none", "none", "all", "each"])
    X *= {"none": 1.0, "all": 10 ** rng.uniform(-12, 12)}.get(scale, 10 ** rng.uniform(-12, 12, p))
    return X


def draw_weights(rng: np.random.Generator, n: int) -> np.ndarray | None:
    """Draw weights: none, whole numbers with zeros among them, or of very different sizes."""
    kind = rng.integers(5)
    if kind < 3:
        return None
    s = rng.integers(0, 4, n).astype(float) if kind == 3 else 10 ** rng.uniform(-4, 4, n)
    s[[0, -1]] += 1
    return s


def draw_alpha(rng: np.random.Generator, X: np.ndarray, y: np.ndarray, l1_ratio: float) -> float:
    """Draw alpha from 0 to where every coefficient is 0, on the scale of the problem."""
    far = X - X.mean(axis=0, dtype=float)
    largest = np.abs(far.T @ (y - y.mean())).max() / len(y) / max(l1_ratio, 1e-3)
    if l1_ratio < 0.1:
        largest = float(np.square(far).max())
    powers = [rng.uniform(-3, 0), rng.uniform(-12, 1), -30.0, 0.0, -np.inf]
    return largest * 10 ** float(rng.choice(powers, p=[0.5, 0.3, 0.05, 0.05, 0.1]))


def stretched(rng: np.random.Generator, problem: Problem) -> Problem:
    """Return the problem with one argument at an end of what floating-point numbers can be."""
    name = str(rng.choice(["X", "X" if problem.logistic else "y", "sample_weight", "alpha", "tol"]))
    X, n, wide = problem.X.astype(float), len(problem.y), rng.random() < 0.5
    power = rng.uniform(-74, 74, X.shape[1]) if wide else rng.uniform(-150, 150)
    value = {
        "X": X / (np.abs(X).max() or 1.0) * 10**power,
        "y": problem.y * 10 ** rng.uniform(-300, 290),
        "sample_weight": 10 ** rng.uniform(-300 if wide else 307, 308.2, n),
        "alpha": float(10 ** rng.uniform(-320, 308)),
        "tol": 0.0,
    }[name]
    return replace(problem, extreme=name, **{name: value})


def spread(v: np.ndarray) -> np.ndarray:
    """Return the standard deviation of each column, 1 where it is 0."""
    sd = np.std(v, axis=0, dtype=float)
    return np.where(sd > 0, sd, 1.0)


# The ways in


def ask(problem: Problem, X: np.ndarray, seed: int) -> Callable[[], list[Answer]]:
    """Return the call that gives regkit's answers."""
    ways = {"path": path, "blocks": blocks, "warm start": warm_start}
    return ways.get(problem.way, fit)(problem, X, np.random.default_rng(seed))


def fit(problem: Problem, X: np.ndarray, rng: np.random.Generator) -> Callable:
    """Fit the estimator."""
    model = estimator(problem)
    return lambda: [answer(problem, model.fit(X, problem.y, problem.sample_weight))]


def warm_start(problem: Problem, X: np.ndarray, rng: np.random.Generator) -> Callable:
    """Fit it after it was fitted to other rows."""
    model = estimator(problem)
    if "warm_start" in model.get_params():
        model.set_params(warm_start=True)
    other = rng.standard_normal(X.shape)
    other, labels = (other if rng.random() < 0.5 else X), rng.permutation(problem.y)
    attempt(partial(model.fit, other, labels))
    return lambda: [answer(problem, model.fit(X, problem.y, problem.sample_weight))]


def blocks(problem: Problem, X: np.ndarray, rng: np.random.Generator) -> Callable:
    """Fit it to the rows in blocks."""
    s = problem.sample_weight
    cuts = [0, *sorted(rng.integers(0, len(problem.y) + 1, 2).tolist()), len(problem.y)]
    some = [slice(a, b) for a, b in pairwise(cuts) if a < b]
    parts = [(X[k], problem.y[k], *([] if s is None else [s[k]])) for k in some]
    return lambda: [answer(problem, estimator(problem).fit_blocks(parts))]


def path(problem: Problem, X: np.ndarray, rng: np.random.Generator) -> Callable:
    """Solve for a grid of alphas that ends at the problem's."""
    grid = np.unique(problem.alpha * np.append(10 ** rng.uniform(0, 3, 3), 1.0))
    options = {"fit_intercept": problem.fit_intercept, "sample_weight": problem.sample_weight}
    if problem.is_ridge and not problem.positive:
        solve = regkit.ridge_path
    else:
        solve = regkit.logistic_path if problem.logistic else regkit.enet_path
        options |= {"l1_ratio": problem.l1_ratio, "tol": problem.tol}
        options |= {} if problem.logistic else {"positive": problem.positive}

    def call() -> list[Answer]:
        found = solve(X, problem.y, alphas=grid, **options)
        intercepts = found.intercepts if problem.logistic else [None] * len(grid)
        return list(map(Answer, found.alphas, found.coefs.T, intercepts, found.dual_gaps))

    return call


def estimator(problem: Problem):
    """Return the estimator that solves the problem."""
    options = {"alpha": problem.alpha, "fit_intercept": problem.fit_intercept}
    if problem.logistic:
        return regkit.LogisticRegression(l1_ratio=problem.l1_ratio, tol=problem.tol, **options)
    options["positive"] = problem.positive
    if problem.is_ridge:
        return regkit.Ridge(**options)
    if problem.l1_ratio == 1:
        return regkit.Lasso(tol=problem.tol, **options)
    return regkit.ElasticNet(l1_ratio=problem.l1_ratio, tol=problem.tol, **options)


def answer(problem: Problem, model) -> Answer:
    """Return what a fitted estimator holds."""
    w, b = np.ravel(model.coef_), float(np.ravel(model.intercept_)[0])
    return Answer(problem.alpha, w, b, float(model.dual_gap_))


# The judge


class NotJudged(BaseException):
    """A problem took all the time it may; no `except Exception` on the way holds it up."""


@contextmanager
def at_most(seconds: float, error: BaseException, clock="ITIMER_VIRTUAL", alarm="SIGVTALRM"):
    """Raise the error when that much CPU time has gone, where the system can."""
    if not hasattr(signal, clock):
        yield
        return

    def stop(*_: object) -> None:
        raise error

    before = signal.signal(getattr(signal, alarm), stop)
    signal.setitimer(getattr(signal, clock), seconds)
    try:
        yield
    finally:
        signal.setitimer(getattr(signal, clock), 0)
        signal.signal(getattr(signal, alarm), before)


def attempt(call: Callable) -> tuple[object, list[str], float, str]:
    """Return what a call returns, its convergence warnings, its CPU time, and what is wrong."""
    found, wrong, start = None, "", time.process_time()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with at_most(PATIENCE, TimeoutError(f"stopped after {PATIENCE:g} s")):
                found = call()
        except Exception as error:
            refusal = type(error) is ValueError and ARGUMENTS.search(str(error))
            wrong = f"{'refused' if refusal else f'error: {type(error).__name__}'}: {error}"
    seconds = time.process_time() - start
    messages = []
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            messages.append(str(warning.message))
        else:
            wrong = wrong or f"error: {warning.category.__name__}: {warning.message}"
    return found, messages, seconds, wrong


def may_refuse(problem: Problem, wrong: str) -> bool:
    """Return whether this is a refusal that names the argument which is extreme."""
    return wrong.startswith("refused") and bool(
        problem.extreme and re.search(rf"{problem.extreme.split('_')[-1]}s?\b", wrong)
    )


def faults(problem: Problem, seed: int, counts: Counter) -> Iterator[str]:
    """Yield what is wrong with the answers to a problem, and count what was judged."""
    if problem.way == "check":
        yield from checked(problem, seed, counts)
        return
    forms, worst = {"dense": problem.X}, {}
    if problem.sparse:
        csr = seed % 2 or problem.way == "blocks"
        forms["sparse"] = (sp.csr_array if csr else sp.csc_array)(problem.X)
    for form, X in forms.items():
        answers, messages, seconds, wrong = attempt(ask(problem, X, seed))
        for _ in range(2):  # something else may have run beside it
            if SECONDS < seconds < 3 * SECONDS:
                seconds = min(seconds, attempt(ask(problem, X, seed))[2])
        if seconds > SECONDS:
            yield f"{form} slow: {seconds:.1f} s of CPU time"
        if may_refuse(problem, wrong):
            counts["extremes refused"] += 1
        elif wrong:
            yield f"{form} {wrong}"
        if answers is None:
            continue
        judged = [judge(problem, answer, counts) for answer in answers]
        yield from (f"{form} {fault}" for fault, _, _ in judged if fault)
        shares = [share for _, share, _ in judged if share is not None]
        if not shares:
            continue
        most, wanted = max(shares), problem.wanted
        if most > wanted * (1 + 1e-6) and not messages:
            yield f"{form} silent: a gap of {most:.2g} F₀ and no warning"
        # another cause than the gap (separation, coefficients that still move) is one too
        if most < wanted * (1 - 1e-6) and any("duality gap of" in text for text in messages):
            yield f"{form} needless: a gap of {most:.2g} F₀; {messages[0]}"
        if form == "sparse" or most <= wanted:  # where dense rows are not solved, no more is due
            worst[form] = max(excess for _, _, excess in judged)
    if worst.get("sparse", 0) > max(1e-6, 1e3 * worst.get("dense", np.inf)):
        yield f"sparse differs: true excesses in units of F₀ are {worst}"


def judge(problem: Problem, answer: Answer, counts: Counter) -> tuple[str, float | None, float]:
    """Return what is wrong with an answer, its gap and its true excess in units of F₀."""
    figures = [*answer.w, answer.gap, 0.0 if answer.b is None else answer.b]
    if np.isnan(figures).any() or not np.isfinite(answer.w).all():
        return f"NaN: coefficients {answer.w}, gap {answer.gap}", None, 0.0
    if problem.positive and (answer.w < 0).any():
        return f"negative: {answer.w.min():.3g}", None, 0.0
    F = problem.exact(answer.alpha)
    w, b = exact_vector(answer.w), None if answer.b is None else exact(answer.b)
    if problem.logistic:
        v, c, solved = F.minimise(w, b)
        least = F.value(v, c)
    elif F.null_value <= level(problem.y) ** 2:
        counts["y constant to rounding"] += 1
        return "coefficients for a constant y" * bool(answer.w.any()), None, 0.0
    else:
        least, solved = F.value(F.minimise(w)), True
    counts["judged exactly" if solved else "not solved by the judge"] += 1
    F0, excess = F.null_value, F.value(w, b) - least
    share, slack, true = answer.gap / float(F0), exact(ROUNDING) * F0, float_of(excess / F0)
    if np.isinf(answer.gap) or exact(answer.gap) >= excess - slack:
        counts["warned of, yet exact"] += bool(share > problem.wanted and excess <= slack)
        return "", share, true
    if problem.way == "blocks" and dependent(F):
        counts["wrong, by what cross-products cannot tell apart"] += 1
        return "", None, 0.0
    text = f"too small: a gap of {share:.2g} F₀, a true excess of {true:.2g} F₀"
    if not problem.logistic and F.value(w) - least <= exact(answer.gap) + slack:
        text += ", by the intercept"
    return text, share, true


def dependent(F: LeastSquares) -> bool:
    """Return whether the columns depend on each other but for 3e-7: `fit_blocks` says it is so."""
    p = range(len(F.Z))
    G = np.array([[float_of(F.product(i, j)) for j in p] for i in p])
    lengths = np.sqrt(G.diagonal()) + (G.diagonal() == 0)
    return bool(np.linalg.eigvalsh(G / np.multiply.outer(lengths, lengths))[0] < 1e-13)


def level(y: np.ndarray) -> Q:
    """Return what rounding leaves of a constant y."""
    return exact(8 * float(np.finfo(y.dtype).eps) * float(np.abs(y).max()))


# What `check_solution` says of answers that are right, and of the answers that slips give


def priced(problem: Problem, l1: float, l2: float) -> Problem:
    """Return the problem with another penalty."""
    l1, l2 = min(l1, MOST), min(l2, MOST)
    return replace(problem, alpha=l1 + l2, l1_ratio=l1 / (l1 + l2) if l1 + l2 > 0 else 0.0)


def slips(problem: Problem) -> dict[str, Problem]:
    """Return the problems that slips solve instead, by words of the message that names them."""
    P, alpha, s = problem, problem.alpha, problem.sample_weight
    l1, l2 = alpha * P.l1_ratio, alpha * (1 - P.l1_ratio)
    prices = {
        "not penalised at all": (0, 0),
        "ridge problem, not the lasso": (0, l1),
        "lasso problem, not the ridge": (l2, 0),
        "L2 part of the penalty is missing": (l1, 0),
        "L1 part of the penalty is missing": (0, l2),
        "L2 part of the penalty is doubled": (l1, 2 * l2),
        "L1 part of the penalty is doubled": (2 * l1, l2),
        "L2 part of the penalty is halved": (l1, l2 / 2),
        "L1 part of the penalty is halved": (l1 / 2, l2),
        "changed places": (l2, l1),
        "left out of the L1 part": (alpha, l2),
        "left out of the L2 part": (l1, alpha),
        "l1_ratio is left out:": (alpha, alpha),
    }
    found = {words: priced(P, *pair) for words, pair in prices.items()} | {
        "weights have the wrong sign": P,
        "rescaled by 1": P,
        "first row": P.rows(slice(1, None)),
        "last row": P.rows(slice(-1)),
    }
    if s is not None:
        found["sample_weight is ignored"] = replace(P, sample_weight=None)
        found["sample_weight is squared"] = replace(P, sample_weight=(s / s.max()) ** 2)
    if not P.fit_intercept:
        return found | {"with an intercept": replace(P, fit_intercept=True)}
    ones = np.column_stack([P.X, np.ones(len(P.y))])
    return found | {
        "intercept is left out": replace(P, fit_intercept=False),
        "penalise the intercept": replace(P, X=ones, fit_intercept=False),
    }


def point(name: str, problem: Problem, w: list[Q], b: Q, *, back: bool) -> list[Q]:
    """Return what an answer (w, b) is in the problem of a slip, or (back) the other way round."""
    if name == "weights have the wrong sign":
        return [-v for v in w]
    if name == "rescaled by 1":
        stretch = 1 + exact(problem.alpha) * (1 - exact(problem.l1_ratio))
        return [v * stretch if back else v / stretch for v in w]
    return w if name != "penalise the intercept" else w[:-1] if back else [*w, b]


def checked(problem: Problem, seed: int, counts: Counter) -> Iterator[str]:
    """Yield where `check_solution` is wrong about a right answer, a rough one, or a slip."""
    rng, F = np.random.default_rng(seed), problem.exact(problem.alpha)
    F0, others = F.null_value, slips(problem)
    if level(problem.y) ** 2 >= F0:
        return
    name, k = str(rng.choice(["right", "rough", "alpha", *others])), 1.0
    if name == "alpha":
        k = float(rng.choice([2, 0.5, 2.5, len(problem.y), 1 / len(problem.y)]))
    made = others.get(name, replace(problem, alpha=min(k * problem.alpha, MOST)))
    w = made.exact(made.alpha).minimise()
    b = w[-1] if name == "penalise the intercept" else F.best_intercept(w)
    w = point(name, problem, w, b, back=True)
    b = F.best_intercept(w) if name != "penalise the intercept" else b
    given = np.array([float_of(v) for v in w])
    if name == "rough":
        given *= 1 + 10 ** rng.uniform(-12, -3) * rng.standard_normal(len(w))
    intercept = float_of(b) if problem.fit_intercept and rng.random() < 0.5 else None
    w, b = exact_vector(given), None if intercept is None else exact(intercept)
    excess = float_of((F.value(w, b) - F.value(F.minimise(w))) / F0)
    X = sp.csr_array(problem.X) if problem.sparse else problem.X
    penalty = L1L2(problem.alpha, problem.l1_ratio, problem.positive)
    options = {"sample_weight": problem.sample_weight, "fit_intercept": problem.fit_intercept}
    call = partial(check_solution, given, X, problem.y, penalty, intercept=intercept, **options)
    verdict, _, seconds, wrong = attempt(call)
    counts["verdicts judged"] += 1
    if may_refuse(problem, wrong):
        counts["extremes refused"] += 1
    elif wrong or seconds > SECONDS:
        yield f"check {wrong or 'slow'}: {seconds:.1f} s of CPU time"
    if verdict is None:
        return
    text = f"for {name} (excess {excess:.2g} F₀): {verdict}"
    claims = [words for words in others if words in verdict.message]
    if verdict and excess > 1e-6 * (1 + 1e-9):
        yield f"check certified wrong: {text}"
    known = str(verdict).startswith("Not right")
    named = claims or "alpha = " in verdict.message
    if not verdict and not named and excess < (1e-9 if known else ROUNDING):
        own = None if known else attempt(fit(problem, X, rng))[0]
        if known or (own and own[0].gap <= TOL * float_of(F0)):
            yield f"check refused right: {text}"
        counts["right, and not certified by a fit either"] += not known
    off = [(words, claimed(problem, words, others[words], w, b)) for words in claims]
    if found := re.search(r"alpha = ([-+.e\d]+) times", verdict.message):
        off.append(("alpha", other_alpha(problem, float(found[1]), w)))
    for words, share in off:
        if share > 1e-6:
            yield f"check named falsely: {words} leaves {share:.2g} F₀; {text}"


def claimed(problem: Problem, words: str, other: Problem, w: list[Q], b: Q | None) -> float:
    """Return how far w is from solving the problem of a slip, in units of F₀."""
    F, G = problem.exact(problem.alpha), other.exact(other.alpha)
    if words == "penalise the intercept":
        free = G.correlations([*w, ZERO])[-1]
        best = sign(free) * max(abs(free) - G.l1, ZERO) / (1 + G.l2)
        b = min((best, best if b is None else b), key=lambda c: G.value([*w, c]))
    v = point(words, problem, w, b, back=False)
    return float_of((G.value(v) - G.value(G.minimise())) / F.null_value)


def other_alpha(problem: Problem, k: float, w: list[Q]) -> float:
    """Return how far w is from solving the problem for k alpha, k being rounded to 3 digits."""
    F = problem.exact(problem.alpha)
    pull = [sign(v) * F.l1 + F.l2 * v for v in w]
    slope = [c if v != 0 else ZERO for c, v in zip(F.correlations(w), w, strict=True)]
    nearest = dot(slope, pull) / dot(pull, pull) if any(pull) else exact(k)
    if abs(nearest / exact(k) - 1) > exact(0.006):
        nearest = exact(k)
    G = problem.exact(problem.alpha)
    G.l1, G.l2 = nearest * F.l1, nearest * F.l2
    return float_of((G.value(w) - G.value(G.minimise())) / F.null_value)


def float_of(q: Q) -> float:
    """Return the double nearest to a rational."""
    return int(q.numerator) / int(q.denominator)


# A problem from its number, and all of them


def trial(seed: int, number: int) -> tuple[int, str, list[str], Counter]:
    """Return number, way, faults and counts of one problem."""
    problem, counts, found = draw(np.random.default_rng([seed, number])), Counter(), []
    try:
        with at_most(JUDGING, NotJudged(), "ITIMER_PROF", "SIGPROF"):
            found.extend(faults(problem, number, counts))
    except NotJudged:
        counts["not judged in time"] += 1
    except Exception as error:
        found.append(f"the fuzz itself: {type(error).__name__}: {error}")
    return number, problem.way, found, counts


def show(problem: Problem, seed: int) -> None:
    """Print a problem without the rows and columns that its first fault does not need."""
    found = list(faults(problem, seed, Counter()))
    if found:
        kind = found[0].split(":")[0]
        for axis in (0, 1):
            for k in reversed(range(problem.X.shape[axis])):
                less = without(problem, k, axis)
                if less and any(f.startswith(kind) for f in faults(less, seed, Counter())):
                    problem = less
    with np.printoptions(threshold=10_000, linewidth=100, floatmode="unique"):
        print(problem, *faults(problem, seed, Counter()), sep="\n")
    for form in ("dense", "sparse"):
        X = sp.csc_array(problem.X) if form == "sparse" else problem.X
        print(form, *attempt(ask(problem, X, seed))[:2], sep="\n    ")


def without(problem: Problem, k: int, axis: int) -> Problem | None:
    """Return the problem without row or column k; None if it is the last."""
    if problem.X.shape[axis] == 1 + (problem.logistic and axis == 0):
        return None
    if axis == 1:
        return replace(problem, X=np.delete(problem.X, k, 1))
    return problem.rows(np.arange(len(problem.y)) != k)


def results(args: argparse.Namespace) -> Iterator[tuple[int, str, list[str], Counter]]:
    """Yield what `trial` returns, in no order, until the time is up or nothing comes any more."""
    end, seen = time.monotonic() + 60 * args.minutes, set()
    ignore = partial(signal.signal, signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for this process
    with Pool(args.jobs, ignore) as pool:
        found = pool.imap_unordered(
            partial(trial, args.seed), range(args.first, args.first + args.problems)
        )
        try:
            while True:
                left = end - time.monotonic()
                result = found.next(max(0.0, min(left, SILENCE)))
                seen.add(result[0])
                yield result
        except StopIteration:
            return
        except Overdue:
            if left > SILENCE:
                hung = set(range(args.first, max(seen, default=args.first) + 1 + args.jobs)) - seen
                yield min(hung), "?", [f"hangs: one of {sorted(hung)} never ends"], Counter()
        except KeyboardInterrupt:
            print("Stopped.")


def main() -> int:
    """Try the problems; return how many had a fault."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--problems", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first problem")
    parser.add_argument("--minutes", type=float, default=np.inf, help="stop after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", type=int, help="show this problem alone")
    args = parser.parse_args()
    if args.only is not None:
        show(draw(np.random.default_rng([args.seed, args.only])), args.only)
        return 0
    counts, ways, kinds, faulty = Counter(), Counter(), Counter(), 0
    for number, way, found, judged in results(args):
        ways[way] += 1
        counts += judged
        kinds.update({" ".join(fault.split(":")[0].split()[:2]) for fault in found})
        faulty += any(" slow" not in fault.partition(":")[0] for fault in found)
        late = ["not judged in time"] * judged["not judged in time"]
        for text in found + late:
            print(f"ONLY={number} SEED={args.seed} {way}, {text}", flush=True)
    print(f"{ways.total()} problems:", ", ".join(f"{n} {way}" for way, n in ways.most_common()))
    print("answers:", ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    print("faults:", ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()) or "none")
    return min(faulty, 99)


if __name__ == "__main__":
    sys.exit(main())
