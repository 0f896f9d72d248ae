"""How small regkit is: lines of code, the longest functions, and what a path passes through.

Run it with ``make size``. A line counts if it holds code: docstrings, comments and blank lines do
not. A call counts if the function is one of regkit's own.
"""

import ast
import io
import sys
import tokenize
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent / "regkit"
SILENT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


def code_lines(source: str) -> set[int]:
    """Return the numbers of the lines that hold code."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    lines = [range(t.start[0], t.end[0] + 1) for t in tokens if t.type not in SILENT]
    texts = [
        range(node.lineno, node.end_lineno + 1)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    return set().union(*lines) - set().union(*texts)


def lines_by_file() -> dict[str, int]:
    """Return the lines of code of each file of regkit."""
    files = sorted(ROOT.rglob("*.py"))
    return {str(f.relative_to(ROOT)): len(code_lines(f.read_text("utf-8"))) for f in files}


def long_functions(longest: int) -> dict[str, int]:
    """Return the functions with more lines of code than ``longest``, and how many they have."""
    found = {}
    for file in sorted(ROOT.rglob("*.py")):
        source = file.read_text("utf-8")
        lines = code_lines(source)
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef):
                count = len(lines & set(range(node.lineno, node.end_lineno + 1)))
                if count > longest:
                    found[f"{file.relative_to(ROOT)}: {node.name}"] = count
    return found


def calls(run: Callable[[], object]) -> Counter[str]:
    """Return how often each of regkit's functions is called."""
    found: Counter[str] = Counter()

    def note(frame: object, event: str, _: object) -> None:
        code, file = frame.f_code, Path(frame.f_code.co_filename)
        # a comprehension is no function that anybody named
        if event == "call" and file.is_relative_to(ROOT) and not code.co_name.startswith("<"):
            found[f"{file.relative_to(ROOT)}: {code.co_qualname}"] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        run()
    finally:
        sys.setprofile(before)
    return found


def ten_columns() -> dict[str, Counter[str]]:
    """Return the calls behind a lasso path and an Elastic Net path on ten columns."""
    from sklearn.datasets import load_diabetes

    from regkit import enet_path, lasso_path

    X, y = load_diabetes(return_X_y=True)
    y = y - np.mean(y)
    return {path.__name__: calls(lambda path=path: path(X, y)) for path in (lasso_path, enet_path)}


def main() -> None:
    """Print all of it."""
    for file, count in lines_by_file().items():
        print(f"{count:6}  {file}")
    counted = lines_by_file()
    engine = sum(count for file, count in counted.items() if file.startswith("exact/"))
    print(f"{sum(counted.values()):6}  in all, {engine} of them in the engine")
    for name, count in sorted(long_functions(40).items(), key=lambda item: -item[1]):
        print(f"{count:6}  lines: {name}")
    for name, found in ten_columns().items():
        print(f"{name}, ten columns: {len(found)} functions, {found.total()} calls")
        for function, count in found.items():
            print(f"{count:6}  {function}")


if __name__ == "__main__":
    main()
