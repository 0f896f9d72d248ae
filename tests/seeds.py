"""Run the chapters under other seeds, and list the checks that then fail.

python tests/seeds.py FILE...

A check of what is true survives another seed; one of a printed digit is a ``reads``, which is left
out. Every seed that a cell states is shifted, five times.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import notebooks
from watched import run_all

# So far apart that a cell which counts its seeds up from 0 meets new ones each time.
SHIFTS = [10_000 * k for k in range(1, 6)]


def failures(paths: list[Path], shifts: list[int]) -> Iterator[tuple[str, dict]]:
    """Yield each chapter with the cell and words of what fails in it, and the shifts it fails at.

    What fails is a check, or a cell that an error ended.
    """
    runs = zip(run_all(paths, shifts), shifts * len(paths), strict=True)
    for path, group in groupby(runs, lambda run: run[0].path):
        found = defaultdict(list)
        for chapter, shift in group:
            failed = [(c.cell, c.source) for c in chapter.checks if c.failed and c.kind != "reads"]
            for place in dict.fromkeys([*failed, *chapter.errors.items()]):
                found[place].append(shift)
        yield path.stem, dict(found)


def main():
    paths = [Path(name).resolve() for name in sys.argv[1:]]
    for path in filter(notebooks.absent, paths):
        print(f"{path.stem}: left out, for want of {', '.join(notebooks.absent(path))}")
    count = 0
    for chapter, found in failures([p for p in paths if not notebooks.absent(p)], SHIFTS):
        print(f"{chapter}: {len(found)}", flush=True)
        for (cell, source), shifts in found.items():
            print(f"  {cell}, {len(shifts)} of {len(SHIFTS)} shifts: {source}", flush=True)
        count += len(found)
    print(f"{count} checks hold for the stored seeds only")
    sys.exit(count > 0)


if __name__ == "__main__":
    main()
