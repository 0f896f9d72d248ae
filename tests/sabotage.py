"""Break regkit on purpose, one line at a time, and see a test fail each time.

Run it with ``make sabotage``. Each entry of `MUTANTS` replaces one piece of the source in a copy of
the package and names the test files that must notice. A mutant that survives, and a piece of source
that is no longer there to be replaced, make this script fail.
"""

import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TIMEOUT = 300


class Mutant(NamedTuple):
    """A slip, where it is made, and who must notice."""

    slip: str
    file: str
    before: str
    after: str
    tests: str


MUTANTS = [
    Mutant(
        "the sign of the squared error's gradient flipped",
        "losses.py",
        "return z - y",
        "return y - z",
        "test_losses test_objective",
    ),
    Mutant(
        "the half of the squared error dropped",
        "losses.py",
        "return 0.5 * (y - z) ** 2",
        "return (y - z) ** 2",
        "test_losses",
    ),
    Mutant(
        "the sign of the logistic gradient flipped",
        "losses.py",
        "return -y * expit(-y * z)",
        "return y * expit(-y * z)",
        "test_losses",
    ),
    Mutant(
        "the half of the ridge penalty dropped",
        "penalties.py",
        "self.l2 / 2 * (w @ w)",
        "self.l2 * (w @ w)",
        "test_penalties",
    ),
    Mutant(
        "alpha doubled",
        "penalties.py",
        "return self.alpha * self.l1_ratio",
        "return 2 * self.alpha * self.l1_ratio",
        "test_penalties test_estimators",
    ),
    Mutant(
        "hard instead of soft thresholding",
        "penalties.py",
        "return np.maximum(v - threshold, 0) - np.maximum(-v - threshold, 0)",
        "return np.where(np.abs(v) > threshold, v, 0.0)",
        "test_penalties",
    ),
    Mutant(
        "the ridge part left out of the prox",
        "penalties.py",
        "return soft_threshold(v, step * self.l1) / (1 + step * self.l2)",
        "return soft_threshold(v, step * self.l1)",
        "test_penalties",
    ),
    Mutant(
        "positive forgotten in the prox",
        "penalties.py",
        "return np.maximum(v - step * self.l1, 0) / (1 + step * self.l2)",
        "return soft_threshold(v, step * self.l1) / (1 + step * self.l2)",
        "test_penalties",
    ),
    Mutant(
        "the intercept penalised away",
        "objective.py",
        "return step",
        "return step / 2",
        "test_objective test_estimators",
    ),
    Mutant(
        "sample weights not scaled to sum 1",
        "_validation.py",
        "return weights / total",
        "return weights",
        "test_objective test_estimators",
    ),
    Mutant(
        "sample weights ignored",
        "_validation.py",
        "if value is None:",
        "if True:",
        "test_objective test_estimators",
    ),
    Mutant(
        "the loss summed instead of averaged",
        "_validation.py",
        "return np.full(length, 1 / length)",
        "return np.ones(length)",
        "test_objective test_estimators",
    ),
    Mutant(
        "a gap that is always 0",
        "certificates.py",
        "    return found\n\n\ndef _dual_points",
        "    return 0.0\n\n\ndef _dual_points",
        "test_certificates",
    ),
    Mutant(
        "the dual point not shrunk",
        "certificates.py",
        "    a = l1 / max(steepest, l1) if",
        "    a = 1.0 if",
        "test_certificates",
    ),
    Mutant(
        "slopes that count as exact",
        "certificates.py",
        "for off in (0 * hidden, hidden)",
        "for off in (0 * hidden, 0 * hidden)",
        "test_certificates",
    ),
    Mutant(
        "slopes that count as exact along a path",
        "exact/certificate.py",
        "steepest + steeper",
        "steepest",
        "test_certificates",
    ),
    Mutant(
        "a KKT residual that forgets the loss",
        "certificates.py",
        "return objective.penalty.subdifferential_distance(w, -objective.gradient(w))",
        "return objective.penalty.subdifferential_distance(w, objective.penalty.subgradient(w))",
        "test_certificates",
    ),
    Mutant(
        "the warning removed",
        "solvers/solution.py",
        "    if not converged and (",
        "    if False and (",
        "test_solvers",
    ),
    Mutant(
        "a warning that points into the package",
        "solvers/solution.py",
        "stacklevel=level",
        "stacklevel=2",
        "test_solvers",
    ),
    Mutant(
        "convergence declared on the gap alone",
        "solvers/solution.py",
        "if trace.improved if keep_best else trace.rests:",
        "if True:",
        "test_solvers",
    ),
    Mutant(
        "the momentum's restart turned round",
        "solvers/proximal.py",
        "@ (w - previous) > 0",
        "@ (w - previous) < 0",
        "test_solvers",
    ),
    Mutant(
        "Nesterov's gradient taken where it stands",
        "solvers/momentum.py",
        "ahead - step(k) * objective.subgradient(ahead)",
        "ahead - step(k) * objective.subgradient(w)",
        "test_optimisers",
    ),
    Mutant(
        "the heavy ball tuned without the square",
        "solvers/momentum.py",
        "beta = ((root_L - root_mu) / (root_L + root_mu)) ** 2",
        "beta = (root_L - root_mu) / (root_L + root_mu)",
        "test_optimisers",
    ),
    Mutant(
        "Adam without its correction for the zero start",
        "solvers/adaptive.py",
        "mean / (1 - beta1**k) / (np.sqrt(square / (1 - beta2**k)) + epsilon)",
        "mean / (np.sqrt(square) + epsilon)",
        "test_optimisers",
    ),
    Mutant(
        "RMSProp with the two shares exchanged",
        "solvers/adaptive.py",
        "square = rho * square + (1 - rho) * g**2",
        "square = (1 - rho) * square + rho * g**2",
        "test_optimisers",
    ),
    Mutant(
        "coordinate descent with a stale residual",
        "solvers/coordinate.py",
        "residual -= (w[j] - old) * X[:, j]",
        "residual -= w[j] * X[:, j]",
        "test_solvers",
    ),
    Mutant(
        "the ridge shrinkage squared",
        "solvers/closed_form.py",
        "self.d / (self.d**2 + alpha)",
        "self.d / (self.d**2 + alpha**2)",
        "test_solvers test_estimators",
    ),
    Mutant(
        "the subgradient method's last iterate instead of its best",
        "solvers/subgradient.py",
        "callback=callback, keep_best=True",
        "callback=callback, keep_best=False",
        "test_solvers",
    ),
    Mutant(
        "a column that enters with the wrong sign",
        "exact/tableau.py",
        "sign = 1 if self._positive else np.sign(self.q[j])",
        "sign = 1 if self._positive else -np.sign(self.q[j])",
        "test_steps",
    ),
    Mutant(
        "the exact solver's warning removed",
        "exact/problem.py",
        "if not len(short):",
        "if True:",
        "test_estimators test_path",
    ),
    Mutant(
        "a Newton step taken whether it lowers the objective or not",
        "solvers/proximal_newton.py",
        "        if value <= start + SUFFICIENT * step * promise + ROUNDING * abs(start):",
        "        if True:",
        "test_newton",
    ),
    Mutant(
        "the two classes swapped",
        "_validation.py",
        "2.0 * codes - 1",
        "1 - 2.0 * codes",
        "test_newton",
    ),
    Mutant(
        "the ratio of the Elastic Net ignored",
        "estimators.py",
        "return L1L2(self.alpha, self.l1_ratio, self.positive)",
        "return L1L2(self.alpha, 0.5, self.positive)",
        "test_estimators test_sklearn_suite",
    ),
    Mutant(
        "one standard error below the minimum instead of above",
        "selection.py",
        "mean[lowest] + self.std_error[lowest]",
        "mean[lowest] - self.std_error[lowest]",
        "test_selection",
    ),
    Mutant(
        "folds averaged without their weights",
        "selection.py",
        "return self.errors @ self.weights / self.weights.sum()",
        "return self.errors.mean(axis=1)",
        "test_selection test_cross_validated",
    ),
    Mutant(
        "leave-one-out that leaves nothing out",
        "solvers/closed_form.py",
        "np.divide(r, rest, out=errors[i])",
        "np.divide(r, units[i, None], out=errors[i])",
        "test_selection",
    ),
    # `make mutants` leaves properties alone, so they are broken here.
    Mutant(
        "the L2 part of the penalty halved",
        "penalties.py",
        "return self.alpha * (1 - self.l1_ratio)",
        "return self.alpha * (1 - self.l1_ratio) / 2",
        "test_penalties",
    ),
    Mutant(
        "means of the columns that ignore the weights",
        "objective.py",
        "return transposed_product(self.near, self.weights)",
        "return np.asarray(self.near.mean(axis=0)).ravel()",
        "test_objective",
    ),
    Mutant(
        "alpha_max not divided by the share of the L1 part",
        "objective.py",
        "float(largest) / self.penalty.l1_ratio",
        "float(largest)",
        "test_objective",
    ),
    Mutant(
        "alpha_max under positive from the negative slopes too",
        "objective.py",
        "largest = slope.max(initial=0) if self.penalty.positive else np.abs(slope).max()",
        "largest = np.abs(slope).max()",
        "test_objective",
    ),
    Mutant(
        "a constant y taken for a varying one",
        "objective.py",
        "return spread if spread > rounding**2 else 0.0",
        "return spread",
        "test_objective",
    ),
    Mutant(
        "the singular value of a dense X not squared",
        "objective.py",
        "float(np.linalg.norm(root[:, None] * columns, 2)) ** 2",
        "float(np.linalg.norm(root[:, None] * columns, 2))",
        "test_objective",
    ),
    Mutant(
        "the singular value of a sparse X not squared",
        "objective.py",
        "_largest_singular_value(self.centred_operator(root)) ** 2",
        "_largest_singular_value(self.centred_operator(root))",
        "test_objective",
    ),
    Mutant(
        "the standard error over K instead of K - 1",
        "selection.py",
        "np.sqrt(spread / (folds - 1))",
        "np.sqrt(spread / folds)",
        "test_selection",
    ),
    Mutant(
        "a fold of weight zero counted in the standard error",
        "selection.py",
        "folds = np.count_nonzero(self.weights)",
        "folds = len(self.weights)",
        "test_selection",
    ),
    Mutant(
        "a certificate of nonnegative least squares that lets weights fall below 0",
        "certificates.py",
        "if model.penalty.positive:",
        "if False:",
        "test_certificates",
    ),
    Mutant(
        "a dual point at α = 0 that leaves the domain of the squared hinge",
        "certificates.py",
        "sample_weight=s * bend)",
        "sample_weight=s)",
        "test_certificates",
    ),
    Mutant(
        "a mean that rounds a dependence of columns away",
        "objective.py",
        "size = np.maximum(d.max(initial=0), np.sqrt(Vt**2 @ self.column_squares))",
        "size = d.max(initial=0)",
        "test_certificates test_solvers",
    ),
    Mutant(
        "a coefficient of 1e-17 on a constant column",
        "solvers/closed_form.py",
        "Vt[kept] * ~flat",
        "Vt[kept] + 1e-17 * flat",
        "test_solvers",
    ),
    Mutant(
        "a warning that names the condition that held",
        "solvers/solution.py",
        "            if gap <= target",
        "            if gap > target",
        "test_solvers",
    ),
    Mutant(
        "what a frame lacks read as 0",
        "_validation.py",
        "na_value=np.nan",
        "na_value=0.0",
        "test_slips",
    ),
    Mutant(
        "gradients checked where the signs are those of w",
        "checks/derivatives.py",
        "signs * np.abs(far[0]), -signs * np.abs(far[1])",
        "*far",
        "test_slips",
    ),
    Mutant(
        "an added constant taken for an L1 term",
        "checks/derivatives.py",
        "if len(np.unique(part[part != 0])) > 1",
        "if part.any()",
        "test_slips",
    ),
    Mutant(
        "a slip measured on the scale of its own problem",
        "checks/slips.py",
        "gap = max(gap_at(problem, v), 1e-13 * F.null_value)",
        "gap = gap_at(problem, v) * F.null_value / problem.null_value",
        "test_slips",
    ),
    Mutant(
        "a right answer refused because its own bound is loose",
        "checks/solution.py",
        "if high + off <= allowed:",
        "if gap + off <= allowed:",
        "test_slips",
    ),
    Mutant(
        "an answer within the tolerance that is another problem's exact one, passed",
        "checks/slips.py",
        "_roundings(F, w) < 10_000",
        "True",
        "test_checks",
    ),
    Mutant(
        "a column without a penalty whose weight is not looked at",
        "checks/solution.py",
        'verdict.details["excess"] + missed >',
        'verdict.details["excess"] >',
        "test_slips",
    ),
    Mutant(
        "a grid search's scores taken for errors",
        "selection.py",
        "-np.array(scores).T",
        "np.array(scores).T",
        "test_selection",
    ),
    Mutant(
        "the smallest alpha within one standard error",
        "checks/choice.py",
        "and not stronger.any()",
        "",
        "test_slips",
    ),
    Mutant(
        "sparse columns far from zero counted from zero",
        "objective.py",
        "return counted_from_nearer(self.X, self.weights)",
        "return self.X, np.zeros(self.shape[1])",
        "test_estimators test_origin",
    ),
    Mutant(
        "an origin that the intercept forgets",
        "objective.py",
        "self._best_intercept(self.near @ w) - float(self.origin @ w)",
        "self._best_intercept(self.near @ w)",
        "test_origin",
    ),
    Mutant(
        "a rank that rounding decides",
        "certificates.py",
        "return not rank_exceeds(exact[model.weights > 0], rank + model.fit_intercept)",
        "return True",
        "test_certificates",
    ),
    Mutant(
        "a penalty left out of the bound without it",
        "certificates.py",
        "found = min(found, duality_gap(free, w) + price)",
        "found = min(found, duality_gap(free, w))",
        "test_certificates",
    ),
    Mutant(
        "what the moments cannot tell left out of their certificate",
        "_blocks.py",
        "return np.minimum((np.sqrt(gaps + reach) + moved) ** 2, values) + differ",
        "return gaps",
        "test_blocks",
    ),
]


def survives(mutant: Mutant) -> str | None:
    """Return what is wrong with the tests if they do not notice the mutant, else None."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("regkit", "tests", "web"):
            shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "pyproject.toml", copy)
        source = copy / "regkit" / mutant.file
        text = source.read_text(encoding="utf-8")
        if mutant.before not in text:
            return f"'{mutant.before}' is no longer in {mutant.file}"
        source.write_text(text.replace(mutant.before, mutant.after, 1), encoding="utf-8")
        tests = [
            str(next(Path(copy, "tests").rglob(f"{name}.py"))) for name in mutant.tests.split()
        ]
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        try:
            run = subprocess.run(command, cwd=copy, capture_output=True, timeout=TIMEOUT, text=True)
        except subprocess.TimeoutExpired:
            return None  # a mutant that never ends is noticed too
        # 1: a test failed; 0: all passed; anything else: pytest could not even run them
        return None if run.returncode == 1 else f"pytest returned {run.returncode}:\n{run.stdout}"


def main() -> int:
    """Try every mutant; return the number that went unnoticed."""
    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(survives, MUTANTS))
    for mutant, verdict in zip(MUTANTS, verdicts, strict=True):
        print(f"{'SURVIVED' if verdict else 'noticed '}  {mutant.slip} ({mutant.file})")
        if verdict:
            print(f"          {verdict}")
    survivors = sum(verdict is not None for verdict in verdicts)
    print(f"{len(MUTANTS) - survivors} of {len(MUTANTS)} slips noticed")
    return survivors


if __name__ == "__main__":
    sys.exit(main())
