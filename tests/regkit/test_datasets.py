import csv
import importlib
import importlib.resources
import inspect
import re
import warnings
from collections import Counter
from hashlib import sha256

import numpy as np
import pytest
import scipy
import scipy.sparse as sp
import scipy.stats

from regkit.datasets import load_docstrings, load_prostate, penguins_path

PACKAGES = [
    *("cluster.hierarchy", "fft", "integrate", "interpolate", "io", "linalg", "ndimage"),
    *("optimize", "signal", "sparse", "sparse.csgraph", "sparse.linalg", "spatial"),
    *("spatial.distance", "special", "stats", "stats.mstats"),
]


def opening(docstring):
    """Return what stands before the first underlined heading."""
    lines = inspect.cleandoc(docstring).splitlines()
    underlined = (k for k, line in enumerate(lines) if re.fullmatch(r" *(-{3,}|={3,}) *", line))
    return "\n".join(lines[: max(next(underlined, len(lines) + 1) - 1, 0)])


def documented(package):
    """Yield name and docstring of each public class and function; not of ready-made objects."""
    module = importlib.import_module(f"scipy.{package}")
    for name in sorted(module.__all__):
        thing = getattr(module, name)
        if inspect.isroutine(thing) or inspect.isclass(thing) or isinstance(thing, np.ufunc):
            yield name, thing.__doc__ or ""


def freeze():
    """Return the text of the table, from the SciPy that is installed."""
    bags = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        for package in PACKAGES:
            for name, docstring in documented(package):
                words = re.findall(r"[a-z]{2,}", opening(docstring).lower())
                if len(words) >= 5 and words not in bags.values():
                    bags[f"{package}.{name}"] = words
    spread = Counter(word for words in bags.values() for word in set(words))
    kept = {word: k for k, word in enumerate(sorted(w for w in spread if spread[w] >= 2))}
    lines = [" ".join(kept)]
    for name, words in bags.items():
        counts = sorted(
            (kept[word], count) for word, count in Counter(words).items() if word in kept
        )
        cells = (f"{column}:{count}" if count > 1 else f"{column}" for column, count in counts)
        lines.append(" ".join([name, *cells]))
    return "\n".join(lines) + "\n"


def stored():
    return importlib.resources.files("regkit").joinpath("data/docstrings.txt").read_text("utf-8")


def test_the_prostate_data_are_the_published_ones():
    prostate = load_prostate()
    assert prostate.data.shape == (97, 8)
    assert prostate.train.sum() == 67
    assert np.exp(prostate.data[31, 1]) == pytest.approx(44.9, abs=0.05)  # the corrected weight


def test_the_penguins_are_the_published_file():
    """What its authors publish: its digest, and of its rows a few that are known."""
    path = penguins_path()
    raw = path.read_bytes()
    assert sha256(raw).hexdigest().startswith("144f623143c9360f")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 344 and len(rows[0]) == 17
    assert Counter(row["Island"] for row in rows) == {"Biscoe": 168, "Dream": 124, "Torgersen": 52}
    assert [row["Body Mass (g)"] for row in rows].count("NA") == 2
    told = path.with_suffix(".md").read_text("utf-8")
    assert "CC0" in told and "Gorman" in told
    assert all(f"``{name}``" in told for name in rows[0])


def test_the_docstrings_are_a_sparse_table_of_counts():
    docs = load_docstrings()
    assert sp.issparse(docs.data) and docs.data.format == "csr"
    assert docs.data.has_canonical_format
    assert docs.data.shape == (len(docs.names), len(docs.feature_names)) == (1246, 2067)
    assert len(docs.target) == 1246 and len(set(docs.names)) == 1246
    assert docs.feature_names == sorted(set(docs.feature_names))
    assert (docs.data.data >= 1).all() and (docs.data.data % 1 == 0).all()
    assert (docs.data.count_nonzero(axis=0) >= 2).all()
    assert set(docs.target) == set(PACKAGES)


def test_a_row_counts_the_words_of_its_docstring():
    docs = load_docstrings()
    row = docs.data[[docs.names.index("stats.zscore")]]
    found = {docs.feature_names[k]: n for k, n in zip(row.indices, row.data, strict=True)}
    words = opening(scipy.stats.zscore.__doc__).lower()
    assert found["mean"] == words.count("mean") > 0
    assert found["standard"] == words.count("standard") > 0


def test_the_docstrings_come_with_their_licence():
    beside = importlib.resources.files("regkit").joinpath("data/docstrings-LICENSE.txt")
    licence = beside.read_text("utf-8")
    assert "Copyright (c) 2001-2002 Enthought, Inc. 2003" in licence
    assert "Redistributions in binary form must reproduce the above" in licence
    assert "docstrings-LICENSE.txt" in load_docstrings().DESCR


def test_what_is_loaded_is_the_callers_own():
    load_docstrings().data.data[:] = 0
    assert load_docstrings().data.data.min() == 1


def test_the_recipe_gives_the_frozen_table():
    if scipy.__version__ != "1.17.1":
        pytest.skip("another SciPy than 1.17.1 says it in other words")
    assert freeze() == stored()


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        ("One line.", "One line."),
        ("Words.\n\nParameters\n----------\nx : float", "Words.\n"),
        ("Words.\n\nTitle\n=====\nmore", "Words.\n"),
        ("", ""),
    ],
)
def test_an_opening_ends_at_the_first_heading(docstring, expected):
    assert opening(docstring) == expected
