"""Does each chapter offer every way to run it, and has the browser all that it imports?"""

import ast
import sys

from lite import runs_here
from notebooks import read
from plain import BRANCH


def wrong_ways(context, base, root, written):
    """Yield each chapter that lacks a way to run it, or has one that leads nowhere."""
    for name in written:
        source = root / f"{name}.ipynb"
        if source.is_file():
            text = context.request.get(f"{base}{name}.html").text()
            ways = {
                "run": f"lite/notebooks/index.html?path={name}.ipynb",
                "Binder": f"/{BRANCH}?urlpath=lab/tree/{name}.ipynb",
                "Colab": f"/blob/{BRANCH}/{name}.ipynb",
                "download": f"_sources/{name}.ipynb",
            }
            for way, address in ways.items():
                expected = way in ("Colab", "download") or runs_here(source)
                if (address in text) != expected:
                    yield f"{name}: {'no' if expected else 'a'} button for {way}"


def imported(notebook):
    """Return the packages that a chapter imports."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id != "colab"]
    for node in ast.walk(ast.parse("\n".join(cell.source for cell in code))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def missing_imports(root, packages):
    """Yield each import of a chapter with a button that the browser has no package for."""
    there = {name for entry in packages.values() for name in entry["imports"]}
    there |= {"regkit", *sys.stdlib_module_names}
    for path in sorted((root / "chapters").glob("*.ipynb")):
        if runs_here(path):
            for name in sorted(set(imported(read(path))) - there):
                yield f"{path.name}: imports {name}, which Pyodide lacks"
