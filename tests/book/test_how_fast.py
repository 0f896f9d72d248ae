"""What the page 'How fast' concludes is what the stored benchmark says, in every row."""

import json
from pathlib import Path

from benchmarks.report import _groups, _time

ROOT = Path(__file__).resolve().parents[2]
TEXT = " ".join((ROOT / "reference/how_fast.md").read_text("utf-8").split())
RESULTS = json.loads((ROOT / "benchmarks/results.json").read_text("utf-8"))


def ratios():
    """Yield task, gap, and the times of scikit-learn and of the best other peer over ours."""
    for task, gap, group in _groups(RESULTS["records"]):
        times = {name: _time(record) for name, record in group.items()}
        ours, sklearn = times.pop("regkit"), times.pop("scikit-learn", None)
        others = [time / ours for time in times.values() if time]
        yield task.name, gap, sklearn and sklearn / ours, min(others, default=None)


def test_squared_error():
    assert (
        "1.2 to 47 times as fast as scikit-learn" in TEXT and "the least is the Elastic Net" in TEXT
    )
    assert "1.1 to 12 times as long" in TEXT and "seven or eight tenths of our time" in TEXT
    rows = [row for row in ratios() if "logistic" not in row[0]]
    first = {row[:2]: row[2] for row in rows if row[2]}
    assert (round(min(first.values()), 1), round(max(first.values()))) == (1.2, 47)
    assert min(first, key=first.get)[0] == "Elastic Net path, 10,000 × 100"
    sparse = [row[3] for row in rows if row[0].startswith("Elastic Net path, sparse")]
    assert all(0.65 <= ratio < 0.85 for ratio in sparse)
    best = [row[3] for row in rows if row[3] and row[3] not in sparse]
    assert (round(min(best), 1), round(max(best))) == (1.1, 12)


def test_the_picture_is_described_as_it_is():
    assert (
        "regkit is the lowest; its gap and that of lars_path are at the level of rounding" in TEXT
    )
    shown = [r for r in RESULTS["records"] if r["task"] == "lasso path, 500 × 2,000"]
    exact = {r["contender"] for r in shown if r["reached"] < 1e-13}
    assert exact == {"regkit", "lars_path"}
    for _, _, group in _groups(shown):
        times = {name: _time(record) for name, record in group.items()}
        assert min((name for name in times if times[name]), key=times.get) == "regkit"


def test_logistic_regression():
    assert "a path is faster than theirs" in TEXT and "slower than the best of them" in TEXT
    rows = [row for row in ratios() if "logistic" in row[0]]
    assert all(best > 1 for name, _, _, best in rows if "path" in name)
    single = {
        gap: [best for name, g, _, best in rows if "one alpha" in name and g == gap]
        for gap in ("1e-6", "1e-9")
    }
    assert max(single["1e-6"]) < 1 < min(single["1e-9"])
