"""Time one task: every contender in turn, round after round, and the judge on every answer."""

import json
import math
import sys

from . import others, peers
from .contender import TOO_SLOW, Contender, LostError
from .tasks import TASKS, Task, of_size

GAPS = (1e-6, 1e-9)
"""What every contender has to reach, relative to the objective at w = 0."""
LEAST = 0.05
"""Seconds for one measurement: shorter runs are repeated until they take as long."""


def measure(task: Task, limit: float) -> list[dict]:
    """Return one record for every contender and wanted gap, that of regkit first.

    No contender has more than ``limit`` seconds for all its runs.
    """
    problem, records = task.problem(), []
    solvers, wanted = others.CONTENDERS.get(task.kind), GAPS[:1]
    if task.kind == "path":
        names = ["regkit", *["scikit-learn"] * task.sklearn, *task.peers]
        solvers, wanted = {name: peers.CONTENDERS[name] for name in names}, GAPS
    contenders = [Contender(task, problem, *item, limit) for item in solvers.items()]
    hopeless = {}
    for gap in wanted:
        ready, ours = [], math.inf
        for contender in contenders:
            name = contender.name
            record = {"task": task.name, "contender": name, "gap": gap}
            records.append(record)
            if name in hopeless:
                record["missing"] = hopeless[name]
                continue
            try:
                record |= contender.ask("calibrate", gap, TOO_SLOW * ours)
            except LostError as lost:
                record["missing"] = str(lost)
            if "missing" in record:
                hopeless[name] = "as at 1e-6"
            else:
                ready.append((contender, record))
                ours = min(ours, max(record["once"], LEAST)) if name == "regkit" else ours
        hopeless |= _take_turns(ready)
    for contender in contenders:
        contender.stop()
    return records


def _take_turns(ready: list[tuple[Contender, dict]]) -> dict[str, str]:
    """Run them in turn, five times, or three or one where a run is long; record the seconds.

    Return who was lost on the way, and why: the turns they had still count.
    """
    lost = {}
    for _, record in ready:
        # the first run also compiled and filled caches: only a long one may count
        record["runs"] = 5 if record["once"] < 1 else 3 if record["once"] < 4 else 1
        record["seconds"] = []
    for turn in range(5):
        for contender, record in ready:
            if turn >= record["runs"] or contender.name in lost:
                continue
            times = max(1, math.ceil(LEAST / record["once"])) if turn else 1
            seconds = record["once"]
            try:
                if record["runs"] > 1:
                    seconds = contender.ask("run", times)
            except LostError as error:
                lost[contender.name] = str(error)
                if not record["seconds"]:
                    record["missing"] = str(error)
                continue
            record["once"] = min(record["once"], seconds)
            record["seconds"].append(seconds)
    return lost


if __name__ == "__main__":
    chosen, limit = sys.argv[1], float(sys.argv[2])
    task = next((t for t in TASKS if t.name == chosen), None) or of_size(int(chosen))
    print(json.dumps(measure(task, limit)))
