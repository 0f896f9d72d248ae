"""Run a chapter in this process, and see what becomes of each of its checks.

A *check* is a statement in a cell. An ``assert`` and a call of ``np.testing`` are about what is
true, a call of ``reads`` is about a printed digit, which belongs to the seed of its random numbers.
"""

import ast
import contextlib
import multiprocessing
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import notebooks

KINDS = ("assert", "testing", "reads")
# What takes a seed as its first argument, and the keywords that hand one on.
SEEDED = {"default_rng", "RandomState", "seed", "manual_seed", "set_random_seed"}
SEED_KEYWORDS = {"random_state"}
# What takes seconds to import, and nearly every chapter imports.
PRELOAD = ["watched", "IPython.core.interactiveshell", "regkit.plots", "pandas", "sympy"]


@dataclass
class Check:
    """One check: where it stands, whether it was reached, and whether it failed."""

    cell: str
    kind: str
    source: str
    executed: bool = False
    failed: bool = False  # at least once: a check in a loop is one check

    def __enter__(self):
        self.executed = True

    def __exit__(self, _, error, __):
        self.failed |= isinstance(error, AssertionError)
        return isinstance(error, AssertionError)  # and the cell goes on


@dataclass
class Chapter:
    """What a run has found: every check, and by cell the error that ended it."""

    path: Path
    checks: list[Check] = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)


class Watch(ast.NodeTransformer):
    """Put each check of a cell under a `Check`, and shift each seed."""

    def __init__(self, checks: list[Check]):
        self.checks = checks
        self.cell = ""

    def visit_FunctionDef(self, node):
        # the assert inside reads is how reads speaks, not a check of its own
        return node if node.name == "reads" else self.generic_visit(node)

    def visit_Assert(self, node):
        return self._watched("assert", node)

    def visit_Expr(self, node):
        called = ast.unparse(node.value.func) if isinstance(node.value, ast.Call) else ""
        if called == "reads":
            return self._watched("reads", node)
        if re.fullmatch(r"(np|numpy)\.testing\.assert_\w+", called):
            return self._watched("testing", node)
        return self.generic_visit(node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if node.args and ast.unparse(node.func).rpartition(".")[2] in SEEDED:
            node.args[0] = _call("__shifted__", node.args[0])
        for keyword in node.keywords:
            if keyword.arg in SEED_KEYWORDS:
                keyword.value = _call("__shifted__", keyword.value)
        return node

    def _watched(self, kind, node):
        self.checks.append(Check(self.cell, kind, ast.unparse(node)))
        self.generic_visit(node)
        check = _call("__check__", ast.Constant(len(self.checks) - 1))
        watched = ast.With([ast.withitem(check)], [node])
        return ast.fix_missing_locations(ast.copy_location(watched, node))


def _call(name: str, argument: ast.expr) -> ast.Call:
    call = ast.Call(ast.Name(name, ast.Load()), [argument], [])
    return ast.fix_missing_locations(ast.copy_location(call, argument))


def shifted(seed, shift: int):
    """Return another seed in place of a number or of several; None, or a generator, stays."""
    if isinstance(seed, (list, tuple)):
        return [*seed, shift] if shift else seed
    return seed if seed is None or not hasattr(seed, "__index__") else seed + shift


@contextlib.contextmanager
def executing(chapter: Chapter, shift: int = 0):
    """Give a function that executes code as a cell of a chapter, in the chapter's own folder.

    It returns IPython's names for what the cells have defined. Whatever fails, the next cell can be
    executed; one that an error ends, other than that of a check, leaves its later checks unreached.
    """
    from IPython.core.interactiveshell import InteractiveShell

    watch = Watch(chapter.checks)
    shell = InteractiveShell.instance()
    shell.ast_transformers.append(watch)
    shell.push({"__check__": chapter.checks.__getitem__})
    shell.push({"__shifted__": partial(shifted, shift=shift)})

    def execute(name: str, source: str) -> dict:
        watch.cell = name
        result = shell.run_cell(source)
        if error := result.error_before_exec or result.error_in_exec:
            chapter.errors[name] = f"{type(error).__name__}: {error}"
        return shell.user_ns

    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(chapter.path.parent))
        nowhere = stack.enter_context(open(os.devnull, "w"))
        stack.enter_context(contextlib.redirect_stdout(nowhere))
        stack.enter_context(contextlib.redirect_stderr(nowhere))
        yield execute


def run(path: Path, shift: int = 0) -> Chapter:
    """Execute a chapter's cells one after the other."""
    chapter = Chapter(path)
    with executing(chapter, shift) as execute:
        for cell in notebooks.read(path).cells:
            if cell.cell_type == "code":
                execute(cell.id, cell.source)
    return chapter


def run_all(paths: Iterable[Path], shifts: Iterable[int] = (0,)) -> Iterator[Chapter]:
    """Run every chapter once per shift; yield them in order."""
    return side_by_side(run, [(path, shift) for path in paths for shift in shifts])


def side_by_side(function: Callable, calls: Iterable[tuple]) -> Iterator:
    """Make each call in a process of its own; yield what they return, in order."""
    os.environ["MPLBACKEND"] = "agg"
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if forks else "spawn")
    if forks:
        context.set_forkserver_preload(PRELOAD)
    with ProcessPoolExecutor(os.cpu_count(), context, max_tasks_per_child=1) as pool:
        for finished in [pool.submit(function, *call) for call in calls]:
            yield finished.result()
