"""Expressions in drawings: a small language, interpreted, never executed.

A BPMN file is a program a designer uploads. Its conditions and scripts are
Python-like expressions over declared names. The syntax tree is checked against
a whitelist here and then walked by `interpreter.py`: no attribute access, no
calls but to listed functions, a budget of steps, and a bound on the size of
every value, so that neither an escape nor an endless or exploding expression
reaches the machine.
"""

from __future__ import annotations

import ast
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from app.workflow.engine.errors import ExpressionError

MAX_SOURCE = 2_000
MAX_DEPTH = 60

_NODES = (
    ast.Expression,
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.Store,
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.UAdd,
    ast.BinOp,
    ast.Compare,
    ast.IfExp,
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Subscript,
    ast.Call,
    ast.GeneratorExp,
    ast.ListComp,
    ast.comprehension,
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.cmpop,
)


@lru_cache(maxsize=4_096)
def parse(source: str) -> ast.expr:
    """The checked syntax tree of ``source``; ``ExpressionError`` names what is not allowed."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"the expression is longer than {MAX_SOURCE} characters")
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ExpressionError(f"not an expression: {source[:80]!r}") from None
    _check(tree, 0)
    return _exact(tree.body, source.strip())


def _exact(tree: ast.expr, source: str) -> ast.expr:
    """Numbers with a point or an exponent as they are written, not as the nearest float."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            written = ast.get_source_segment(source, node) or ""
            try:
                node.value = Decimal(written)  # type: ignore[assignment]
            except InvalidOperation:
                raise ExpressionError(f"not a number: {written[:40]!r}") from None
    return tree


def _check(node: ast.AST, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ExpressionError("the expression is nested too deeply")
    if not isinstance(node, _NODES):
        raise ExpressionError(f"not allowed in an expression: {type(node).__name__}")
    complaint = _complaint(node)
    if complaint:
        raise ExpressionError(complaint)
    for child in ast.iter_child_nodes(node):
        _check(child, depth + 1)


def _complaint(node: ast.AST) -> str | None:
    """What is wrong with a node whose kind is allowed."""
    match node:
        case ast.Call() if not isinstance(node.func, ast.Name) or node.keywords:
            return "only the listed functions may be called"
        case ast.Constant() if not isinstance(node.value, str | int | float | bool | None):
            return f"not allowed in an expression: {str(node.value)[:40]!r}"
        case ast.Constant(value=str(text)) if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
            return "a text holds a character that cannot be kept"
        case ast.Name() if node.id.startswith("_"):
            return f"names may not begin with an underscore: {node.id}"
        case ast.Dict() if None in node.keys:
            return "not allowed in an expression: **"
        case ast.comprehension() if node.is_async or not isinstance(node.target, ast.Name):
            return "a loop binds a single name"
        case ast.ListComp() | ast.GeneratorExp() if len(node.generators) != 1:
            return "only one 'for' in an expression"
    return None


def names(source: str) -> set[str]:
    """The names an expression reads, functions and its own loop variables left out."""
    tree = parse(source)
    found = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    return found - bound - called


def called(source: str) -> set[str]:
    """The functions an expression calls."""
    tree = parse(source)
    return {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
