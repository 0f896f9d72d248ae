"""Run every task on one thread, each in a process of its own; write what the page shows of it."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from .machine import machine
from .report import write_report
from .tasks import SIZES, TASKS

HERE = Path(__file__).parent
LIMIT = 120
"""Seconds for one contender on one task; the table says who needed more."""
TOTAL, REST = 1_500, 15
"""Seconds after which every contender has only REST left on each task, so that an end is near."""
PACKAGES = ("numpy", "scipy", "scikit-learn", "celer", "skglm", "adelie", "python-glmnet")


def main(chosen: list[str]) -> None:
    """Run the tasks whose names contain one of the words given, or all; then write the report."""
    names = [task.name for task in TASKS] + [str(p) for p in SIZES]
    names = [name for name in names if not chosen or any(word in name for word in chosen)]
    path = HERE / "results.json"
    before = json.loads(path.read_text("utf-8"))["records"] if chosen and path.exists() else []
    records = [r for r in before if r["task"].removeprefix("p = ") not in names]
    first = time.perf_counter()
    for name in names:
        started = time.perf_counter()
        records += _in_a_process(name, LIMIT if started - first < TOTAL else REST)
        print(f"{time.perf_counter() - started:6.0f} s  {name}", flush=True)
        results = {"machine": machine(PACKAGES), "records": records}
        path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", "utf-8")
    write_report(HERE)


def _in_a_process(name: str, limit: int) -> list[dict]:
    threads = ("OMP", "OPENBLAS", "MKL", "NUMBA", "VECLIB_MAXIMUM")
    environment = os.environ | {f"{library}_NUM_THREADS": "1" for library in threads}
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.clock", name, str(limit)]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return json.loads(done.stdout.splitlines()[-1])
    except (subprocess.SubprocessError, ValueError, IndexError) as error:
        print(f"lost: {name}: {error}\n{getattr(error, 'stderr', '') or ''}", file=sys.stderr)
        return []


if __name__ == "__main__":
    main(sys.argv[1:])
