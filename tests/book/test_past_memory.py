"""The page 'Past memory' draws what benchmarks/past_memory.json holds."""

import json
from pathlib import Path

import nbformat
import numpy as np

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_draws_what_was_measured():
    page = nbformat.read(ROOT / "chapters/past_memory.ipynb", as_version=4)
    [cell] = [cell for cell in page.cells if cell.id == "past-measured"]
    shown = {"np": np}
    exec(cell.source, shown)
    stored = json.loads((ROOT / "benchmarks/past_memory.json").read_text("utf-8"))["records"]
    assert list(shown["rows"]) == [record["rows"] for record in stored]
    assert shown["csv"] == [record["csv_gigabytes"] for record in stored]
    for way in ("Dask", "pandas"):
        here = [record[way.lower()] for record in stored]
        assert shown["memory"][way] == [record["gigabytes"] for record in here]
        assert shown["seconds"][way] == [record["seconds"] for record in here]
        assert all(record["gap"] < 1e-14 for record in here), "as the page says"
