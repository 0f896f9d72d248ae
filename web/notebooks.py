"""Execute, compare and normalise the chapters.

python web/notebooks.py run FILE...                  execute in place
python web/notebooks.py compare FILE...              execute aside: are the bytes the same?
python web/notebooks.py normalise [--check] FILE...  only tidy, or only say what is untidy
python web/notebooks.py text FILE                    the notebook as text, for git diff
"""

import argparse
import difflib
import re
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient

# All that a notebook says about where it was run. Everything else there differs between machines.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
# What a chapter may say about a cell: tags say what part it plays, and fold it; "try" says what the
# reader is asked to change in another cell, and what is then true.
CELL_METADATA = ("mystnb", "tags", "try")
FOLDED = {"hide-input", "hide-cell"}
ROLES = {"check", "draw", "setup"}  # why a cell is folded; an open one carries the idea
PLAIN_CHECK = "Check these numbers"  # the name of checks that need no other
CHECK = re.compile(r"^\s*(?:assert\b|reads\(|np\.testing\.assert)", re.MULTILINE)
# What only "make frameworks" installs. A chapter that imports one of these runs only where it is.
FRAMEWORKS = {"glmnet", "keras", "statsmodels", "tensorflow", "torch", "xgboost"}


def read(path):
    return nbformat.read(path, as_version=4)


def imported(path):
    """Return what a notebook imports."""
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    return set(re.findall(r"^\s*(?:import|from) (\w+)", code, re.MULTILINE))


def frameworks(path):
    """Return the frameworks that a notebook imports."""
    return FRAMEWORKS & imported(path)


def absent(path):
    """Return the frameworks that a notebook imports and that are not installed here."""
    return sorted(name for name in frameworks(path) if find_spec(name) is None)


def toc_pages(root):
    """Return the pages that _toc.yml names, without their suffix."""

    def files(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key in ("root", "file"):
                    yield value
                else:
                    yield from files(value)
        elif isinstance(node, list):
            for item in node:
                yield from files(item)

    return list(files(yaml.safe_load((root / "_toc.yml").read_text("utf-8"))))


def expected_outputs(notebook):
    """Return how many cells with an output, and how many figures, a notebook's page must show."""
    outputs = [cell.outputs for cell in notebook.cells if cell.get("outputs")]
    figures = sum("image/svg+xml" in output.get("data", {}) for cell in outputs for output in cell)
    return len(outputs), figures


def executed(path):
    """Run a notebook in a fresh kernel, in its own folder; return it, or raise the cell's error."""
    notebook = read(path)
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],  # silences a note on its sockets
        resources={"metadata": {"path": str(Path(path).parent)}},
    ).execute()
    return notebook


def is_folded(cell):
    """Return whether the page folds a code cell."""
    return bool(FOLDED.intersection(cell.metadata.get("tags", [])))


def fold_name(cell):
    """Return the name of a folded cell, which is its first line, a comment; or an empty text."""
    first = re.match(r"# (.+)", cell.source)
    return first[1] if first and is_folded(cell) else ""


def checks(source):
    """Return how many checks the code of a cell holds."""
    return len(CHECK.findall(source))


def bar(cell):
    """Return what the page shows of a folded cell: its name; of checks, their number first."""
    name, count = fold_name(cell), checks(cell.source)
    if "check" not in cell.metadata.get("tags", []):
        return name
    said = "" if name == PLAIN_CHECK else f": {name.removeprefix('Check ')}"
    return f"{count} check{'s' * (count != 1)}{said}"


def fold(cell):
    """Let every program fold a cell that the page folds, under the same name."""
    if fold_name(cell):
        prompts = dict.fromkeys(("code_prompt_hide", "code_prompt_show"), bar(cell))
        cell.metadata["mystnb"] = cell.metadata.get("mystnb", {}) | prompts
        cell.metadata["jupyter"] = {"source_hidden": True}
        if "hide-cell" in cell.metadata.tags:
            cell.metadata["jupyter"]["outputs_hidden"] = True


def normalised(notebook):
    """Return a notebook's text, the same however and wherever it was run or edited."""
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in CELL_METADATA}
        if cell.cell_type == "code":
            fold(cell)
            cell.outputs = _merged(cell.outputs)
    nbformat.validate(notebook)
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def _merged(outputs):
    """Join neighbouring prints, which arrive in pieces of accidental size, and drop metadata."""
    result = []
    for output in outputs:
        if "metadata" in output:
            output.metadata = {}
        last = result[-1] if result else {}
        if output.output_type == "stream" and last.get("name") == output.name:
            last.text += output.text
        else:
            result.append(output)
    return result


def plain(notebook):
    """Return what a person reads in a notebook; of a figure, its description."""
    lines = []
    for cell in notebook.cells:
        lines += [f"--- {cell.cell_type} {cell.id}", cell.source]
        for output in cell.get("outputs", []):
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            lines += [f"    {line}" for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def changed(path, new):
    """Say how a file differs from `new`, if it does."""
    old = path.read_text("utf-8")
    if old == new:
        return False
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), str(path), "now", lineterm="")
    print(*(line[:200] for line in list(lines)[:60]), sep="\n")
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("run", "compare", "normalise", "text"))
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true", help="change nothing")
    args = parser.parse_intermixed_args()

    differing = 0
    for path in args.files:
        if args.command == "text":
            print(plain(read(path)), end="")
            continue
        executes = args.command in ("run", "compare")
        if executes:
            if missing := absent(path):
                print(f"{path}: left out, for want of {', '.join(missing)}: make frameworks")
                continue
            print(path, flush=True)
        text = normalised(executed(path) if executes else read(path))
        if args.command == "compare" or args.check:
            differing += changed(path, text)
        elif text != path.read_text("utf-8"):
            path.write_text(text, "utf-8", newline="\n")
    if differing:
        hint = "" if args.command == "compare" else ": make run tidies them"
        sys.exit(f"{differing} of {len(args.files)} notebooks differ{hint}")


if __name__ == "__main__":
    main()
