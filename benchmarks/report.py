"""The table and the plots of the page 'How fast', from the raw figures in results.json."""

import json
from itertools import groupby
from pathlib import Path
from statistics import median

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np

from regkit.plots import PALETTE, use_book_style

from .tasks import TASKS

COLOURS = [colour for name, colour in PALETTE.items() if name != "black"]
SHOWN = ("regkit", "scikit-learn", "lars_path", "celer", "skglm", "adelie", "glmnet")


def write_report(folder: Path) -> None:
    """Write results.md and results.svg beside results.json."""
    results = json.loads((folder / "results.json").read_text("utf-8"))
    text = "\n".join([_table(results["records"]), "", _facts(results), ""])
    (folder / "results.md").write_text(text, "utf-8")
    _plot(results["records"], folder / "results.svg")


def _table(records: list[dict]) -> str:
    lines = [
        "| task | gap | scikit-learn | wanted | best other peer | wanted | the others |",
        "|:--|:--|--:|--:|--:|--:|:--|",
    ]
    for task in TASKS:
        mine = [r for r in records if r["task"] == task.name]
        for gap, group in groupby(mine, key=lambda r: r["gap"]):
            lines.append(_row(task, gap, {r["contender"]: r for r in group}))
    return "\n".join(lines)


def _row(task: object, gap: float, group: dict[str, dict]) -> str:
    times = {name: _time(record) for name, record in group.items()}
    ours = times.pop("regkit")
    sklearn = times.pop("scikit-learn", None)
    peers = {name: t for name, t in times.items() if t}
    best = min(peers, key=peers.get, default=None)
    rest = [
        f"{name} {_ratio(times[name], ours)}" if times[name] else f"{name}: {record['missing']}"
        for name, record in group.items()
        if name not in ("regkit", "scikit-learn", best)
    ]
    if "scikit-learn" in group and not sklearn:
        rest.insert(0, f"scikit-learn: {group['scikit-learn']['missing']}")
    cells = [
        task.name,
        "exact" if task.kind == "loo" else f"{gap:.0e}".replace("e-0", "e-"),
        _ratio(sklearn, ours),
        f"{task.wanted[0]:g}" if task.wanted[0] else "–",
        f"{_ratio(peers[best], ours)} ({best})" if best else "–",
        f"{task.wanted[1]:g}" if task.wanted[1] else "–",
        ", ".join(rest),
    ]
    return "| " + " | ".join(cells) + " |"


def _time(record: dict) -> float | None:
    return median(record["seconds"]) if record.get("seconds") else None


def _ratio(theirs: float | None, ours: float | None) -> str:
    if not theirs or not ours:
        return "–"
    return f"{theirs / ours:.2g}" if theirs < 100 * ours else f"{theirs / ours:.0f}"


def _facts(results: dict) -> str:
    machine = dict(results["machine"])
    head = f"{machine.pop('processor')}, one thread, Python {machine.pop('Python')}"
    return f"*{head}; " + ", ".join(f"{name} {v}" for name, v in machine.items()) + ".*"


def _plot(records: list[dict], path: Path) -> None:
    use_book_style()
    plt.rcParams["svg.hashsalt"] = "regkit"
    fig, (left, right) = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
    _time_against_gap(left, [r for r in records if r["task"] == "lasso path, 500 × 2,000"])
    _time_against_size(right, [r for r in records if r["task"].startswith("p = ")])
    fig.savefig(path, format="svg", metadata={"Date": None})
    plt.close(fig)


def _time_against_gap(ax: plt.Axes, records: list[dict]) -> None:
    """Draw every contender's time, in units of ours, against the gap it really reached."""
    timed = [r for r in records if r.get("seconds")]
    unit = min((_time(r) for r in timed if r["contender"] == "regkit"), default=1.0)
    ends = {}
    for name in dict.fromkeys(r["contender"] for r in timed):
        mine = sorted((r["reached"], _time(r) / unit) for r in timed if r["contender"] == name)
        gaps, times = np.array(mine).T
        gaps = np.maximum(gaps, 1e-16)
        ax.plot(gaps, times, "o-", color=COLOURS[SHOWN.index(name)])
        ends[name] = gaps[-1], times[-1]
    ax.set(xscale="log", yscale="log", xlabel="relative duality gap reached")
    ax.set(ylabel="time, regkit's = 1")
    ax.set_title("What does accuracy cost?\nlasso path, 500 × 2,000, 100 alphas")
    _name_ends(ax, ends)


def _time_against_size(ax: plt.Axes, records: list[dict]) -> None:
    """Draw time against p, in units of ours at the smallest p, with the fitted slope."""
    timed = [r for r in records if r.get("seconds") and r["gap"] == 1e-6]
    unit = next((_time(r) for r in timed if r["contender"] == "regkit"), 1.0)
    ends = {}
    for name in dict.fromkeys(r["contender"] for r in timed):
        mine = [(int(r["task"][4:]), _time(r) / unit) for r in timed if r["contender"] == name]
        sizes, times = np.array(mine).T
        ax.plot(sizes, times, "o-", color=COLOURS[SHOWN.index(name)])
        slope = np.polyfit(np.log(sizes), np.log(times), 1)[0] if len(sizes) > 1 else np.nan
        ends[f"{name}, slope {slope:.2f}"] = sizes[-1], times[-1]
    ax.set(xscale="log", yscale="log", xlabel="columns p")
    ax.set(ylabel="time, regkit's at p = 1,000 is 1")
    ax.set_title("How does time grow with the columns?\nlasso path, 500 rows, first 50 alphas")
    _name_ends(ax, ends)


def _name_ends(ax: plt.Axes, ends: dict[str, tuple[float, float]], apart: float = 0.045) -> None:
    """Write names beside points of a log-log plot, the lowest first, none upon another.

    ``apart`` is the height of a line of text, as a share of the axis.
    """
    least, room = -np.inf, apart * np.diff(np.log(ax.get_ylim()))[0]
    for name, (x, y) in sorted(ends.items(), key=lambda item: item[1][1]):
        least = max(np.log(y), least + room)
        beside = dict(textcoords="offset points", fontsize=8, va="center")
        ax.annotate(name, (x, np.exp(least)), (7, 0), annotation_clip=False, **beside)
