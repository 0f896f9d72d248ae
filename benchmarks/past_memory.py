"""CSV files that grow past memory: a lasso chosen from them by Dask, and by pandas, side by side.

``make bench-memory`` writes the files, lets each way fit each size in a process of its own, and
writes past_memory.json, whose figures the page 'Past memory' draws.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from regkit import LassoCV

from .blocks import peak_memory
from .machine import machine

HERE = Path(__file__).parent
NAMES = [f"x{j}" for j in range(20)]
ROWS = 100_000
"""In one file."""
FILES = (5, 10, 20, 40)
PACKAGES = ("numpy", "pandas", "dask")


def write_file(path: Path, seed: int) -> None:
    """Write one file: columns of different means and scales, ten of them behind y."""
    rng = np.random.default_rng(seed)
    Z = rng.standard_normal((ROWS, len(NAMES)))
    y = Z[:, ::2] @ np.linspace(1, -1, 10) + 2 * rng.standard_normal(ROWS)
    X = 100 + np.geomspace(0.1, 100, len(NAMES)) * Z
    pd.DataFrame(X.round(4), columns=NAMES).assign(y=y.round(4)).to_csv(path, index=False)


def by_dask(paths: list[str]) -> tuple[LassoCV, float, float]:
    """Return the fit, and the processor time and peak memory of two workers and this process."""
    import dask  # here, as by_pandas is not to carry it
    import dask.dataframe as dd
    from distributed import Client

    with Client(n_workers=2, threads_per_worker=1, dashboard_address=":0") as client:
        start = _used(client)
        table = dd.read_csv(paths)
        X, y = table[NAMES], table["y"]
        mean, std = dask.compute(X.mean(), X.std(ddof=0))
        Z = X.map_partitions(lambda part: (part - mean) / std)
        model = LassoCV(rule="1se").fit(Z, y)
        seconds = _used(client) - start
        memory = sum(client.run(peak_memory).values()) + peak_memory()
    return model, seconds, memory


def by_pandas(paths: list[str]) -> tuple[LassoCV, float, float]:
    """Return the fit, and the processor time and peak memory of this process."""
    start = time.process_time()
    table = pd.concat(map(pd.read_csv, paths))
    X, y = table[NAMES], table["y"]
    model = LassoCV(rule="1se").fit((X - X.mean()) / X.std(ddof=0), y)
    return model, time.process_time() - start, peak_memory()


def _used(client: object) -> float:
    """Return the processor time that the workers and this process have used."""
    return sum(client.run(time.process_time).values()) + time.process_time()


def main() -> None:
    """Write the files, measure both ways on more and more of them, write the JSON file."""
    records = []
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number:03}.csv") for number in range(max(FILES))]
        for number, path in enumerate(paths):
            write_file(path, number)
        for count in FILES:
            some = paths[:count]
            size = sum(path.stat().st_size for path in some) / 1e9
            record = {"rows": count * ROWS, "csv_gigabytes": round(size, 2)}
            record |= {way: in_a_process(way, some) for way in ("dask", "pandas")}
            alphas = [record[way].pop("alpha") for way in ("dask", "pandas")]
            if not np.isclose(*alphas, rtol=1e-9):
                raise RuntimeError(f"Dask and pandas chose different alphas: {alphas}.")
            records.append(record)
            print(record, flush=True)
    results = {"machine": machine(PACKAGES), "records": records}
    text = json.dumps(results, indent=1, ensure_ascii=False)
    (HERE / "past_memory.json").write_text(text + "\n", "utf-8")


def in_a_process(way: str, paths: list[Path]) -> dict:
    """Return what one way needs for these files, with one thread for each process."""
    threads = ("OMP", "OPENBLAS", "MKL")
    environment = os.environ | {f"{library}_NUM_THREADS": "1" for library in threads}
    command = [sys.executable, "-m", "benchmarks.past_memory", way, *map(str, paths)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def one(way: str, paths: list[str]) -> None:
    """Fit in this process, and print what it took and how far from the optimum it is."""
    model, seconds, memory = {"dask": by_dask, "pandas": by_pandas}[way](paths)
    null_value = model.cv_results_["mean_error"][0] / 2
    found = {"seconds": round(seconds, 1), "gigabytes": round(memory, 2)}
    found |= {"gap": float(f"{model.dual_gap_ / null_value:.0e}"), "alpha": model.alpha_}
    print(json.dumps(found))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        one(sys.argv[1], sys.argv[2:])
    else:
        main()
