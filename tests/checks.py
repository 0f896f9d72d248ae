"""Count the checks that each chapter executes, and hold the counts to `checks.toml`.

python tests/checks.py [--raise] FILE...    --raise writes counts that have grown into the list
"""

import argparse
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import notebooks
from watched import KINDS, run_all

LIST = Path(__file__).with_name("checks.toml")
FOLDER = LIST.parent.parent / "chapters"
# assert and np.testing are two ways to state a truth, and may stand in for each other
TRUTHS = ("assert", "testing")


def due(listed: dict, name: str) -> Counter:
    """Return how many checks of each kind a chapter owes: listed, less those gone, and arrivals."""
    counts = Counter(listed["executed"].get(name, {}))
    for entry in listed.get("gone", []):
        number = entry.get("count", 1)
        if entry["from"] == name:
            counts[entry["kind"]] -= number
        if entry.get("to") == name:
            counts[entry["kind"]] += number
    return counts


def shortfalls(listed: dict, executed: dict[str, Counter]) -> list[str]:
    """Return what is missing, chapter by chapter, and what is wrong with the list itself."""
    found = []
    for entry in listed.get("gone", []):
        if (
            entry["kind"] not in KINDS
            or not entry["what"]
            or ("to" in entry) == ("reason" in entry)
        ):
            found.append(f"{entry}: kind one of {KINDS}, what, and either to or reason")
    for name, counts in executed.items():
        owed = due(listed, name)
        for kinds, words in ((TRUTHS, "assert or np.testing"), (("reads",), "reads")):
            here, there = (sum(c[kind] for kind in kinds) for c in (counts, owed))
            if here < there:
                found.append(f"{name}: {here} checks by {words}, {there} in the list")
    return found


def raised(text: str, listed: dict, executed: dict[str, Counter]) -> str:
    """Return the list with the counts that have grown, and with the chapters that are new."""
    for name, counts in sorted(executed.items()):
        owed = due(listed, name)
        old = listed["executed"].get(name, {})
        new = {k: max(old.get(k, 0), old.get(k, 0) + counts[k] - owed[k]) for k in KINDS}
        line = f'"{name}" = {{ {", ".join(f"{kind} = {new[kind]}" for kind in KINDS)} }}\n'
        pattern = re.compile(rf'^"{re.escape(name)}" = .*\n', re.MULTILINE)
        if pattern.search(text):
            text = pattern.sub(line, text)
        else:
            text = text.replace("[executed]\n", "[executed]\n" + line)
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--raise", dest="grow", action="store_true", help="list what has grown")
    args = parser.parse_args()
    here, problems, executed = [], [], {}
    for path in args.files:
        if missing := notebooks.absent(path):
            print(f"{path}: left out, for want of {', '.join(missing)}: make frameworks")
        else:
            here.append(path.resolve())
    for chapter in run_all(here):
        name = chapter.path.stem
        executed[name] = Counter(check.kind for check in chapter.checks if check.executed)
        print(name, *(f"{executed[name][kind]} {kind}" for kind in KINDS), sep="  ", flush=True)
        problems += [f"{name}: {cell}: {error}" for cell, error in chapter.errors.items()]
        for check in chapter.checks:
            if check.failed or not check.executed:
                problem = "fails" if check.failed else "is never executed"
                problems.append(f"{name}: {check.cell}: {problem}: {check.source}")
    total = sum(executed.values(), Counter())
    print("in all", *(f"{total[kind]} {kind}" for kind in KINDS), sep="  ")

    text = LIST.read_text("utf-8")
    listed = tomllib.loads(text)
    problems += shortfalls(listed, executed)
    for name in listed["executed"].keys() - {path.stem for path in FOLDER.glob("*.ipynb")}:
        problems += shortfalls(listed, {name: Counter()})
    if args.grow:
        LIST.write_text(raised(text, listed, executed), "utf-8")
    if problems:
        sys.exit("\n".join([*problems, "Say in tests/checks.toml where they went, or why."]))


if __name__ == "__main__":
    main()
