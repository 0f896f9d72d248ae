"""What somebody writes who uses regkit: every public name once, with lists and sparse X.

``make lint`` reads it with mypy, and test_public_names.py runs it. ``assert_type`` is for mypy; at
the end stands what a type checker has to refuse.
"""

import warnings
from typing import TYPE_CHECKING, assert_type

import matplotlib.pyplot as plt
import numpy as np
import scipy.sparse as sp
from sklearn.model_selection import KFold

import regkit
from regkit import (
    L1,
    L1L2,
    L2,
    Objective,
    certificates,
    checks,
    conventions,
    load_docstrings,
    load_prostate,
    losses,
    moments,
    objective,
    penalties,
    plots,
    selection,
    solvers,
)
from regkit.exact.path import active_set
from regkit.paths import Path
from regkit.tables import Table

prostate = load_prostate()
rows = [[1.0, 0.5], [2.0, -1.0], [3.0, 0.5], [4.0, 1.0]]
y = [1.0, 2.0, 2.5, 4.0]
labels = ["no", "no", "yes", "yes"]
X = np.array(rows)
w = np.array([0.5, 0.0])

# Estimators: fit returns the model itself, so that what follows is known too.
assert_type(regkit.Ridge(0.1).fit(rows, y), regkit.Ridge)
assert_type(
    regkit.Lasso(alpha=0.1).fit(sp.csr_array(X), y, sample_weight=[1, 1, 2, 1]), regkit.Lasso
)
assert_type(regkit.ElasticNet(0.1, l1_ratio=0.5).fit(X, y).predict(rows), np.ndarray)
assert_type(regkit.RidgeCV([1.0, 0.1]).fit(X, y), regkit.RidgeCV)
assert_type(regkit.LassoCV(10, cv=2, rule="1se").fit(X, y).fit(rows, y), regkit.LassoCV)
assert_type(regkit.ElasticNetCV(l1_ratio=[0.5, 1.0], cv=KFold(2)).fit(X, y), regkit.ElasticNetCV)
assert_type(regkit.LogisticRegression(0.1).fit(rows, labels), regkit.LogisticRegression)

# Paths unpack into three, or into four where the iterations are asked for.
alphas, coefs, gaps = regkit.lasso_path(rows, y)
assert_type(coefs, np.ndarray)
assert_type(regkit.lasso_path(X, y, alphas=[1.0, 0.1], precompute=False), Path)
alphas, coefs, gaps, n_iters = regkit.enet_path(X, y, l1_ratio=0.5, return_n_iter=True)
assert_type(regkit.enet_path(X, y, eps=0.1).intercepts, np.ndarray)
assert_type(regkit.ridge_path(rows, y, [1.0, 0.1]), Path)
assert_type(regkit.logistic_path(sp.csc_matrix(X), labels, alphas=5), Path)

# The objective, its parts, and how far w is from the minimum.
F = Objective(rows, y, L1(0.1), sample_weight=[1, 2, 1, 1])
assert_type(F.value(w), float)
assert_type(certificates.duality_gap(F, w), float)
assert_type(certificates.kkt_residual(F, w), np.ndarray)
assert_type(certificates.allowed_gap(1e-9, F), float)
assert_type(Table([["lasso", 0.5]], ["model", "error"], digits=2), Table)
assert_type(penalties.L1L2(0.1, 0.5).prox(w, 0.5), np.ndarray)
assert_type(penalties.soft_threshold(w, 0.1), np.ndarray)
loss: losses.Loss = losses.SquaredError()
for loss in (losses.Logistic(), losses.SquaredHinge()):
    G = objective.Objective(X, [-1, -1, 1, 1], L2(0.1), loss)
ridge = objective.Objective(X, y, penalties.L2(0.1))
lasso = objective.Objective(X, y, penalties.L1(0.1))

# Solvers take an objective and return a solution.
assert_type(solvers.fista(lasso, w), solvers.Solution)
for solve in (solvers.ista, solvers.coordinate_descent, active_set):
    assert_type(solve(lasso).coef, np.ndarray)
for smooth in (solvers.gradient_descent, solvers.heavy_ball, solvers.nesterov, solvers.newton):
    assert_type(smooth(ridge).dual_gap, float)
tuned = solvers.tuned_heavy_ball(largest=4.0, smallest=1.0)
solvers.heavy_ball(ridge, **tuned)
tuned = solvers.tuned_nesterov(largest=4.0, smallest=1.0)
solvers.nesterov(ridge, **tuned)
with warnings.catch_warnings(action="ignore"):
    solvers.subgradient_descent(lasso, step=solvers.inverse_sqrt(0.1), max_iter=5)
    solvers.rmsprop(ridge, step=solvers.step_decay(0.1, every=50), max_iter=5)
    solvers.adam(ridge, step=solvers.inverse(0.1), max_iter=5)
decomposition = solvers.RidgeDecomposition.of(ridge)
assert_type(solvers.ridge_closed_form(ridge, decomposition), solvers.Solution)

# Choosing the penalty, blocks of rows, checks, conventions.
curve = selection.cross_validate(rows, y, [1.0, 0.1], cv=2)
assert_type(curve, selection.ErrorCurve)
assert_type(selection.leave_one_out(rows, y, [1.0, 0.1]).alpha("1se"), float)
scores = {"param_alpha": [1.0, 0.1], "split0_test_score": [1, 2], "split1_test_score": [1, 3]}
assert_type(selection.one_standard_error(scores, parameter="alpha"), int)
assert_type(selection.degrees_of_freedom(ridge, w), float)
assert_type(selection.information_criterion(ridge, w, "bic"), float)
assert_type(moments.Moments.of(rows, y) + moments.Moments.of(sp.csr_array(X), y), moments.Moments)
verdict = checks.check_gradient(lambda w: w @ w, lambda w: 2 * w, [0.3, -2.0])
assert_type(verdict, checks.Verdict)
checks.check_subgradient(lambda w: abs(w).sum(), np.sign, [0.3, -2.0])
checks.check_prox(lambda v, t: penalties.soft_threshold(v, t), L1(1.0))
checks.check_solution([0.5, 0.0], rows, y, L1L2(0.1, 0.5), sample_weight=[1, 2, 1, 1])
checks.check_solution(([0.5, 0.0], 1.0), sp.csr_array(X), [-1, -1, 1, 1], L2(0.1), loss="logistic")
checks.check_path([[0.0, 0.5], [0.0, 0.0]], rows, y, [1.0, 0.1])
checks.check_choice(0.1, rows, y, [1.0, 0.1], rule="1se", cv=2)
convention: conventions.Convention = conventions.CONVENTIONS["sklearn.Ridge"]
assert_type(convention.data, conventions.DataTerm)
assert_type(convention.to_regkit(alpha=10.0, S=100), conventions.Strength)
print(load_docstrings().DESCR[:60])
assert_type(regkit.penguins_path().name, str)

# Figures come with their description.
plots.use_book_style()
ax, alt = plots.coefficient_path(alphas, coefs, ["a", "b"])
plots.cv_curve(curve, ax=ax)
plots.convergence_race({"ista": solvers.ista(lasso).history}, best=0.0)
ax, alt = plots.constraint_geometry(Objective(X, y, L1(0.5)))
ax.axhline(0, color=plots.PALETTE["blue"])
assert_type(plots.svg(plt.figure(), alt), str)
plots.show(plt.figure(), alt)

if TYPE_CHECKING:  # wrong; an ignore that were not needed would be an error
    regkit.lasso_path(X, y, l1_ratio=0.5)  # type: ignore[call-overload]
    regkit.enet_path(X, y, epsilon=0.1)  # type: ignore[call-overload]
    alphas, coefs, gaps = regkit.lasso_path(X, y, return_n_iter=True)  # type: ignore[misc]
    regkit.Lasso(penalty=0.1)  # type: ignore[call-arg]
    regkit.LassoCV(rule="2se")  # type: ignore[arg-type]
    Objective(X, y, 0.1)  # type: ignore[arg-type]
