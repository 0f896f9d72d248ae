"""The data that the chapters use."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.utils import Bunch


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
    header, *rows = (line.split(",") for line in _text("prostate.csv").splitlines())
    table = np.array([row[:-1] for row in rows], dtype=float)
    return Bunch(
        data=table[:, :-1].copy(),
        target=table[:, -1].copy(),
        feature_names=header[:-2],
        train=np.array([row[-1] == "T" for row in rows]),
        DESCR=_text("prostate.md"),
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
    words, *rows = (line.split() for line in _text("docstrings.txt").splitlines())
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
        DESCR=_text("docstrings.md"),
    )


def penguins_path() -> Path:
    """Return where the raw penguin table lies: a CSV file of 344 rows, with gaps and texts.

    Each row is a bird, two of a nest at most, of three islands and three seasons. What its 17
    columns are, and the source, is told by ``penguins_raw.md`` beside it.

    Returns
    -------
    pathlib.Path
        For `pandas.read_csv`, or whatever reads your own table.

    References
    ----------
    Gorman, Williams and Fraser (2014); Horst, Hill and Gorman (2020), for the file.

    Examples
    --------
    >>> header, *rows = penguins_path().read_text("utf-8").splitlines()
    >>> header.split(",")[:5], len(rows)
    (['studyName', 'Sample Number', 'Species', 'Region', 'Island'], 344)
    """
    return Path(str(files("regkit") / "data" / "penguins_raw.csv"))


def _text(name: str) -> str:
    return files("regkit").joinpath("data", name).read_text(encoding="utf-8")
