"""The data that the chapters use."""

from importlib.resources import files

import numpy as np
import scipy.sparse as sp
from sklearn.utils import Bunch

_PROSTATE = """\
Prostate cancer data: 97 men about to have their prostate removed.

The target ``lpsa`` is the log of the prostate-specific antigen level. The eight columns:

- ``lcavol``: log of the cancer volume (cm³)
- ``lweight``: log of the prostate weight (g)
- ``age``: in years
- ``lbph``: log of the amount of benign enlargement (cm²)
- ``svi``: invasion of the seminal vesicles, 0 or 1
- ``lcp``: log of the penetration through the capsule (cm)
- ``gleason``: Gleason score, 6 to 9
- ``pgg45``: percentage of Gleason scores 4 or 5

``train`` marks the 67 rows on which *The Elements of Statistical Learning* fits its models.

Source: Stamey et al. (1989), by way of Hastie, Tibshirani and Friedman (2009), section 3.2.1 and
Table 3.3. The weight of case 32 is the corrected one, 44.9 g. The table states no licence and is
not covered by the licences of this project.
"""

_DOCSTRINGS = """\
Word counts of SciPy's docstrings: how 1246 public functions and classes describe themselves.

Row i counts the words in the opening of the docstring of ``names[i]``, which belongs to SciPy's
sub-package ``target[i]``. The opening is what stands before the first underlined heading: for most,
a sentence or two before "Parameters"; for a function of ``scipy.special`` it begins with its
signature. A word is a run of at least two of the letters a to z, in lower case; ``feature_names``
are the 2067 that occur in two openings or more. Left out are openings of fewer than five words,
openings with the very words of an earlier row, and ready-made objects such as ``scipy.stats.norm``,
whose docstrings are filled-in templates.

Frozen from SciPy 1.17.1, by the recipe in ``tests/test_datasets.py``. The stored table has a line
of words, then a line per row: its name and its columns, each with its count if that is not 1.

Source: SciPy, Copyright (c) 2001-2002 Enthought, Inc. 2003, SciPy Developers, under the BSD
3-Clause licence that stands beside the table in ``regkit/data/docstrings-LICENSE.txt``.
"""


def load_prostate() -> Bunch:
    """Return the prostate cancer data: 97 rows, 8 columns, 67 rows for training.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (float array of shape (97, 8), in the units of the source), ``target`` (float array
        of shape (97,), log of PSA), ``feature_names`` (list of 8 str), ``train`` (bool array of
        shape (97,)) and ``DESCR`` (what each column is, and the source).

    References
    ----------
    Stamey et al. (1989); Hastie, Tibshirani and Friedman (2009), section 3.2.1.

    Examples
    --------
    >>> prostate = load_prostate()
    >>> prostate.data.shape, int(prostate.train.sum())
    ((97, 8), 67)
    """
    text = files("regkit").joinpath("data/prostate.csv").read_text(encoding="utf-8")
    header, *rows = (line.split(",") for line in text.splitlines())
    table = np.array([row[:-1] for row in rows], dtype=float)
    return Bunch(
        data=table[:, :-1].copy(),
        target=table[:, -1].copy(),
        feature_names=header[:-2],
        train=np.array([row[-1] == "T" for row in rows]),
        DESCR=_PROSTATE,
    )


def load_docstrings() -> Bunch:
    """Return the words that SciPy's docstrings open with: 1246 rows, 2067 columns, sparse.

    Returns
    -------
    sklearn.utils.Bunch
        ``data`` (scipy.sparse.csr_array of shape (1246, 2067), counts as floats), ``target`` (str
        array of shape (1246,), the sub-package, such as ``"stats"``), ``names`` (list of 1246 str,
        such as ``"stats.zscore"``), ``feature_names`` (list of 2067 str, the words) and ``DESCR``
        (how it was made, the source and its licence).

    References
    ----------
    The docstrings of SciPy 1.17.1.

    Examples
    --------
    >>> docstrings = load_docstrings()
    >>> docstrings.data.shape, docstrings.data.nnz
    ((1246, 2067), 32642)
    >>> row = docstrings.data[[docstrings.names.index("cluster.hierarchy.average")]]
    >>> [docstrings.feature_names[column] for column in row.indices]
    ['average', 'condensed', 'distance', 'linkage', 'matrix', 'on', 'perform', 'upgma']
    """
    text = files("regkit").joinpath("data/docstrings.txt").read_text(encoding="utf-8")
    words, *rows = (line.split() for line in text.splitlines())
    names = [row[0] for row in rows]
    cells = [cell.partition(":") for row in rows for cell in row[1:]]
    columns = np.array([int(column) for column, _, _ in cells], dtype=np.int32)
    counts = np.array([float(count or 1) for _, _, count in cells])
    ends = np.cumsum([0] + [len(row) - 1 for row in rows], dtype=np.int32)
    return Bunch(
        data=sp.csr_array((counts, columns, ends), shape=(len(rows), len(words))),
        target=np.array([name.rpartition(".")[0] for name in names]),
        names=names,
        feature_names=words,
        DESCR=_DOCSTRINGS,
    )
