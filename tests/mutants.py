"""Print what ``make mutants`` found: the share of changes noticed in each module, and the rest.

``mutants.md`` beside this file says why those that are left cannot or need not be noticed, and
``.venv/bin/mutmut show NAME`` shows one of them.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "mutants"
WANTED = 0.9
NOTICED = {"killed", "timeout", "segfault"}


def main() -> int:
    """Print the table; return 1 if too many changes went unnoticed."""
    from mutmut.stats import status_by_exit_code  # which only `make mutants` installs

    survivors, noticed, tried = [], 0, 0
    for path in sorted(ROOT.glob("regkit/**/*.py.meta")):
        codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
        status = {key: status_by_exit_code[code] for key, code in codes.items() if code is not None}
        if not status:
            continue
        left = [key for key, verdict in status.items() if verdict not in NOTICED]
        module = path.relative_to(ROOT).as_posix().removesuffix(".meta")
        print(f"{1 - len(left) / len(status):7.1%} of {len(status):4}  {module}")
        survivors += [f"{status[key]:10} {key}" for key in left]
        noticed, tried = noticed + len(status) - len(left), tried + len(status)
    if not tried:
        print("Nothing was tried yet: make mutants")
        return 1
    print(*survivors, f"{noticed / tried:7.1%} of {tried} noticed", sep="\n")
    return int(noticed < WANTED * tried)


if __name__ == "__main__":
    sys.exit(main())
