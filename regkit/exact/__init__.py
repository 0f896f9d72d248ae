r"""The engine behind the estimators and the paths: how the fast one works. Start here.

What it does: find which coefficients are not zero, the *active set*, for then their values follow
from a linear system; go on from one alpha to the next, along which few columns come and go; and
certify every answer by its duality gap. The chapter *The fast solver, taken apart* is the guide.

Which way an answer takes, and how many times longer it takes without the part::

    path.py         active_set and active_set_path, for squared error
      |-- small.py       8-10x, Elastic Net 2x: up to 300 columns, from the Gram matrix of all
      |     |-- tableau.py    4-7x: with a fixed ridge part, all alphas by pivots
      |     `-- steps.py      else from each alpha to the next
      |-- rounds.py      8x, Elastic Net 4x: more columns, or what small.py could not certify;
      |     |            screen, solve on a working set, certify with one product with X, again;
      |     |            17x for one alpha: points between those far apart
      |     `-- steps.py      2-3x: on the working set, primal-dual active sets, else descent
      |           `-- gram.py      the linear system on the active set
      `-- ridge.py       90x for one alpha, and a hundredth of the memory: no L1 part; a sparse X
                         by LSQR, a dense one by regkit.solvers.closed_form
    logistic.py     11x: the same for logistic regression: rounds.py, and chord Newton steps

What all of them share::

    problem.py      Grid, Problem, Answers: the words in which the files speak to each other
    data.py         the data with rows weighted and columns centred; gathered columns
    active.py       who is active, with which sign, on top of
    cholesky.py     a factor that grows and shrinks with the active set
    certificate.py  the gaps of a whole grid at once

The factors are those of lasso paths on the diabetes data (10 columns, 64 with squares) and of 500
rows and 2000 columns, of the breast cancer data against proximal Newton on all columns, and of 3000
rows and 10,000 sparse columns against the decomposition.

Data flows down this list; no file knows one above it. The names to import are
`regkit.exact.path.active_set` and `active_set_path`, and for logistic regression
`regkit.exact.logistic.logistic_active_set` and `logistic_active_set_path`.
"""
