"""The data that the chapters use."""

from importlib.resources import files

import numpy as np
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
