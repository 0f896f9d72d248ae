"""The part of some code that other code builds upon: its statements, and the names they pass on."""

import ast
import builtins
import dis
from functools import cache
from types import CodeType

IMPORTS = (ast.Import, ast.ImportFrom)


@cache
def statements(source):
    """Return the statements of some code, each with the comments and empty lines above it."""
    lines, start, found = source.split("\n"), 0, []
    for node in ast.parse(source).body:
        found.append("\n".join(lines[start : node.end_lineno]))
        start = node.end_lineno
    return tuple(found)


def joined(pieces):
    """Return statements as code, with the usual empty lines between them."""
    text, last = "", None
    for piece in pieces:
        [node] = ast.parse(piece).body
        parted = piece.startswith("\n") or isinstance(node, IMPORTS) != isinstance(last, IMPORTS)
        defines = any(isinstance(one, ast.FunctionDef) for one in (node, last))
        text += "\n" * (3 if defines else 2 if parted else 1) + piece.strip("\n")
        last = node
    return text.strip("\n")


@cache
def names(code):
    """Return the names that code takes from outside, and those that it binds."""
    code = code if isinstance(code, CodeType) else compile(code, "cell", "exec")
    taken, bound = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_NAME", "LOAD_GLOBAL") and step.argval not in bound:
            taken.add(step.argval)
        elif step.opname in ("STORE_NAME", "STORE_GLOBAL"):
            bound.add(step.argval)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            taken |= names(inner)[0] - bound
    return taken - set(dir(builtins)), bound


@cache
def changed(statement):
    """Return the names whose objects a statement may change: rows.append(…), w[0] = …"""
    found = set()
    for node in ast.walk(ast.parse(statement)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            node = node.value.func
        elif not isinstance(getattr(node, "ctx", None), ast.Store):
            continue
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.value, ast.Name):
            found.add(node.value.id)
    return found


def only(statement, wanted):
    """Return a statement; of an import, what is wanted."""
    [node] = ast.parse(statement).body
    if not isinstance(node, IMPORTS):
        return statement
    node.names = [name for name in node.names if (name.asname or name.name) in wanted]
    return ast.unparse(node)


def needed(source, wanted):
    """Return the part of some code without which the wanted names would not be there."""
    wanted, kept = set(wanted), []
    for statement in reversed(statements(source)):
        taken, bound = names(statement)
        if wanted & bound or wanted & (changed(statement) - {"np"}):
            kept.append(only(statement, wanted))
            wanted = (wanted - bound) | taken
    return joined(reversed(kept))
