"""Print what ``make mutants`` found: the share of changes noticed in each module, and the rest.

``mutants.md`` beside this file says why those that are left cannot or need not be noticed, and
``.venv/bin/mutmut show NAME`` shows one of them. With a number, print instead the names of so many
changes of each module, drawn at random and always the same: what ``make mutants SAMPLE=40`` tries.
"""

import json
import random
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "mutants"
WANTED = 0.9
NOTICED = {"killed", "timeout", "segfault"}


def changes() -> dict[str, dict[str, int | None]]:
    """Return, by module, the exit code of the tests under each change; None where not tried."""
    paths = sorted(ROOT.glob("regkit/**/*.py.meta"))
    found = {
        path.relative_to(ROOT).as_posix().removesuffix(".meta"): json.loads(
            path.read_text("utf-8")
        )["exit_code_by_key"]
        for path in paths
    }
    return {module: codes for module, codes in found.items() if codes}


def sample(count: int) -> list[str]:
    """Return the names of ``count`` changes of each module, or of all where there are fewer."""
    draw, names = random.Random(0), []
    for codes in changes().values():
        names += draw.sample(sorted(codes), min(count, len(codes)))
    return names


def report() -> int:
    """Print the table; return 1 if too many changes went unnoticed."""
    from mutmut.stats import status_by_exit_code  # which only `make mutants` installs

    survivors, noticed, tried = [], 0, 0
    for module, codes in changes().items():
        status = {key: status_by_exit_code[code] for key, code in codes.items() if code is not None}
        if not status:
            continue
        left = [key for key, verdict in status.items() if verdict not in NOTICED]
        print(f"{1 - len(left) / len(status):7.1%} of {len(status):4} of {len(codes):4}  {module}")
        survivors += [f"{status[key]:10} {key}" for key in left]
        noticed, tried = noticed + len(status) - len(left), tried + len(status)
    if not tried:
        print("Nothing was tried yet: make mutants")
        return 1
    print(*survivors, f"{noticed / tried:7.1%} of {tried} noticed", sep="\n")
    return int(noticed < WANTED * tried)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(*sample(int(sys.argv[1])))
    else:
        sys.exit(report())
