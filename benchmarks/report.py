"""The tables and the plots of the page 'How fast', from the raw figures in results.json."""

import json
from collections.abc import Callable, Iterator
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
    """Write results.md, peers.md, results_gap.svg and results_size.svg beside results.json."""
    results = json.loads((folder / "results.json").read_text("utf-8"))
    groups = list(_groups(results["records"]))
    text = "\n".join([*_summary(groups), "", _facts(results), ""])
    (folder / "results.md").write_text(text, "utf-8")
    (folder / "peers.md").write_text("\n".join([*_all_peers(groups), ""]), "utf-8")
    use_book_style()
    plt.rcParams["svg.hashsalt"] = "regkit"
    path = [r for r in results["records"] if r["task"] == "lasso path, 500 × 2,000"]
    sizes = [r for r in results["records"] if r["task"].startswith("p = ")]
    _plot(_time_against_gap, path, folder / "results_gap.svg")
    _plot(_time_against_size, sizes, folder / "results_size.svg")


def _groups(records: list[dict]) -> Iterator[tuple[object, str, dict[str, dict]]]:
    """Yield each row's task, its gap, and the records of its contenders by name."""
    for task in TASKS:
        mine = [r for r in records if r["task"] == task.name]
        for gap, group in groupby(mine, key=lambda r: r["gap"]):
            shown = "exact" if task.kind == "loo" else f"{gap:.0e}".replace("e-0", "e-")
            yield task, shown, {r["contender"]: r for r in group}


def _summary(groups: list) -> list[str]:
    """Return the table of ratios to scikit-learn and to the best of the others."""
    lines = ["| task | gap | scikit-learn | best other peer |", "|:--|:--|--:|:--|"]
    for task, gap, group in groups:
        times = {name: _time(record) for name, record in group.items()}
        ours, sklearn = times.pop("regkit"), times.pop("scikit-learn", None)
        best = min((name for name in times if times[name]), key=times.get, default=None)
        first = _ratio(sklearn, ours)
        if "scikit-learn" in group and not sklearn:
            first = group["scikit-learn"]["missing"]
        second = f"{_ratio(times.get(best), ours)} {_short(best or '')}"
        lines.append(f"| {_name(task)} | {gap} | {first} | {second} |")
    return lines


def _all_peers(groups: list) -> list[str]:
    """Return the table of ratios to every peer, or why there is none."""
    peers = ("lars_path", "lars_path on a Gram matrix", "celer", "skglm", "adelie", "glmnet")
    lines = [
        "| task | gap | " + " | ".join(map(_short, peers)) + " |",
        "|:--|:--|" + "--:|" * len(peers),
    ]
    for task, gap, group in groups:
        if not set(peers) & set(group):
            continue
        ours = _time(group["regkit"])
        cells = [_answer(group[name], ours) if name in group else "" for name in peers]
        lines.append(f"| {_name(task)} | {gap} | " + " | ".join(cells) + " |")
    return lines


def _name(task: object) -> str:
    return task.name.replace(" = ", "\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}")


def _short(peer: str) -> str:
    return peer.replace(" on a Gram matrix", " (Gram)")


def _answer(record: dict, ours: float | None) -> str:
    return _ratio(_time(record), ours) if _time(record) else record["missing"]


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


def _plot(draw: Callable, records: list[dict], path: Path) -> None:
    fig, ax = plt.subplots(figsize=(5.5, 3.8), layout="constrained")
    draw(ax, records)
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
        ends[name] = gaps[-1], times[-1], COLOURS[SHOWN.index(name)]
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
        colour = COLOURS[SHOWN.index(name)]
        ends[f"{name}, slope {slope:.2f}"] = sizes[-1], times[-1], colour
    ax.set(xscale="log", yscale="log", xlabel="columns p")
    ax.set(ylabel="time, regkit's at p = 1,000 is 1")
    ax.set_title("How does time grow with the columns?\nlasso path, 500 rows, first 50 alphas")
    _name_ends(ax, ends)


def _name_ends(ax: plt.Axes, ends: dict[str, tuple[float, float, str]]) -> None:
    """Write names beside points of a log-log plot, the lowest first, none upon another.

    Names of points that are near each other stand below each other.
    """
    least, line = -np.inf, 0.06 * np.diff(np.log(ax.get_ylim()))[0]
    for name, (x, y, colour) in sorted(ends.items(), key=lambda item: item[1][1]):
        least = max(np.log(y), least + line)
        x = max(other for other, _, _ in ends.values() if other < 7 * x)
        beside = dict(textcoords="offset points", fontsize=9, va="center", color=colour)
        ax.annotate(name, (x, np.exp(least)), (7, 0), annotation_clip=False, **beside)
