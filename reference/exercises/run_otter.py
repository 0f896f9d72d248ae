"""Grade the notebooks in the folder `submissions` by Otter: python run_otter.py autograder.zip

The folder `results` gets what Otter says of each. `otter run` has no limit of time; this has.
"""

import json
import subprocess
import sys
from pathlib import Path

SECONDS = 60  # for each notebook

for path in sorted(Path("submissions").glob("*.ipynb")):
    folder = Path("results", path.stem)
    folder.mkdir(parents=True, exist_ok=True)
    command = ["otter", "run", "--autograder", sys.argv[1], "--output-dir", folder, path]
    try:
        done = subprocess.run(command, timeout=SECONDS, capture_output=True, text=True)
    except subprocess.TimeoutExpired:
        print(f"{path.stem}: no end after {SECONDS} seconds", flush=True)
        continue
    if done.returncode:
        print(f"{path.stem}: not graded: {done.stderr.strip().splitlines()[-1]}", flush=True)
        continue
    tests = json.loads((folder / "results.json").read_text("utf-8"))["tests"]
    points, most = (sum(test.get(key, 0) for test in tests) for key in ("score", "max_score"))
    print(f"{path.stem},{points:g},{most:g}", flush=True)
