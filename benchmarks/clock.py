"""Time one task: every contender in turn, round after round, and the judge on every answer."""

import json
import math
import signal
import sys
import time
import warnings
from collections.abc import Callable

from . import others, peers
from .judge import worst_gap
from .tasks import TASKS, Task, of_size

GAPS = (1e-6, 1e-9)
"""What every contender has to reach, relative to the objective at w = 0."""
TIGHTER = 6
"""Tolerances tried at most, each a tenth of the one before, until the judge is satisfied."""
PATIENCE = 40
"""Seconds for one run; whoever needs more is stopped, and the table says so."""
TOO_SLOW = 50
"""A contender that takes this many times as long as regkit, and is not there yet, is given up."""
LEAST = 0.05
"""Seconds for one measurement: shorter runs are repeated until they take as long."""

Run = Callable[[], object]


def measure(task: Task) -> list[dict]:
    """Return one record for every contender and wanted gap, that of regkit first."""
    problem, records = task.problem(), []
    contenders, wanted = others.CONTENDERS.get(task.kind), GAPS[:1]
    if task.kind == "path":
        names = ["regkit", *["scikit-learn"] * task.sklearn, *task.peers]
        contenders, wanted = {name: peers.CONTENDERS[name] for name in names}, GAPS
    hopeless = set()
    for gap in wanted:
        ready, ours = [], math.inf
        for name, solve in contenders.items():
            record = {"task": task.name, "contender": name, "gap": gap}
            records.append(record)
            if name in hopeless:
                record["missing"] = "see the row above"
                continue
            run = _calibrated(task, problem, name, solve, record, TOO_SLOW * ours)
            if run is None:
                hopeless.add(name)
            else:
                ready.append((run, record))
                ours = min(ours, max(record["once"], LEAST)) if name == "regkit" else ours
        _take_turns(ready)
    return records


def _calibrated(
    task: Task, problem: object, name: str, solve: Run, record: dict, too_long: float
) -> Run | None:
    """Return a run whose answer the judge accepts, or None; the record says why."""
    if not peers.installed(name):
        record["missing"] = "not installed"
        return None
    tol = peers.FIRST[name](record["gap"])
    try:
        _timed(lambda: solve(problem.first(2), tol))  # compiles, where that is due
        for _ in range(TIGHTER):
            run = lambda tol=tol: solve(problem, tol)  # noqa: E731
            answer, seconds = _timed(run)
            reached = worst_gap(problem, answer) if task.kind == "path" else None
            record |= {"tolerance": tol, "reached": reached, "once": seconds}
            if task.kind == "cv":
                # its answer shows no gap: the tolerance is the one that the path needs
                path = peers.CONTENDERS[name]
                reached = worst_gap(problem, path(problem, tol))
            if reached is None or reached <= record["gap"]:
                return run
            if seconds > too_long:
                record["missing"] = f"at {reached:.0e} after over {TOO_SLOW} times as long"
                return None
            tol /= 10
        record["missing"] = f"stays at {reached:.0e}"
    except peers.NotApplicableError:
        record["missing"] = "does not solve it"
    except TimeoutError:
        record["missing"] = f"over {PATIENCE} s"
    except Exception as error:  # a peer's failure is a result, not the end of the benchmark
        record["missing"] = type(error).__name__
    return None


def _take_turns(ready: list[tuple[Run, dict]]) -> None:
    """Run them in turn, five times, or three or one where a run is long; record the seconds."""
    for _, record in ready:
        # the first run also compiled and filled caches: only a long one may count
        record["runs"] = 5 if record["once"] < 1 else 3 if record["once"] < 4 else 1
        record["seconds"] = []
    for turn in range(5):
        for run, record in ready:
            if turn < record["runs"]:
                times = max(1, math.ceil(LEAST / record["once"])) if turn else 1
                seconds = _timed(run, times)[1] if record["runs"] > 1 else record["once"]
                record["once"] = min(record["once"], seconds)
                record["seconds"].append(seconds)


def _timed(run: Run, times: int = 1) -> tuple[object, float]:
    """Return the answer and the seconds that one of several runs took."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the judge says what an answer is worth
            started = time.perf_counter()
            for _ in range(times):
                answer = run()
            return answer, (time.perf_counter() - started) / times
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    chosen = sys.argv[1]
    print(
        json.dumps(
            measure(next((t for t in TASKS if t.name == chosen), None) or of_size(int(chosen)))
        )
    )
