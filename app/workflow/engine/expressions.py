"""Expressions in drawings: a small language, interpreted, never executed.

A BPMN file is a program a designer uploads. Its conditions and scripts are
Python-like expressions over declared names. The syntax tree is checked against
a whitelist and then walked by this interpreter: no attribute access, no calls
but to the functions below, a budget of steps, and a bound on the size of every
value, so that neither an escape nor an endless or exploding expression reaches
the machine.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from app.workflow.engine.errors import ExpressionError

MAX_SOURCE = 2_000
MAX_STEPS = 10_000
MAX_DEPTH = 60
MAX_ITEMS = 1_000
MAX_TEXT = 10_000
MAX_NUMBER = Decimal(10) ** 30

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ExpressionError(f"{value!r} is not a number") from None


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "len": len,
    "min": min,
    "max": max,
    "sum": sum,
    "any": any,
    "all": all,
    "abs": abs,
    "sorted": sorted,
    "decimal": _decimal,
    "text": str,
}
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
    *_BINARY,
    *_COMPARE,
)


@lru_cache(maxsize=4_096)
def parse(source: str) -> ast.expr:
    """The checked syntax tree of ``source``; ``ExpressionError`` names what is not allowed."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"the expression is longer than {MAX_SOURCE} characters")
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError(f"not an expression: {source[:80]!r}") from error
    _check(tree, 0)
    return tree.body


def _check(node: ast.AST, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ExpressionError("the expression is nested too deeply")
    if not isinstance(node, _NODES):
        raise ExpressionError(f"not allowed in an expression: {type(node).__name__}")
    if isinstance(node, ast.Call) and (not isinstance(node.func, ast.Name) or node.keywords):
        raise ExpressionError("only the listed functions may be called")
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | bool | None):
        raise ExpressionError(f"not allowed in an expression: {node.value!r}")
    if isinstance(node, ast.Name) and node.id.startswith("_"):
        raise ExpressionError(f"names may not begin with an underscore: {node.id}")
    if isinstance(node, ast.comprehension) and node.is_async:
        raise ExpressionError("not allowed in an expression: async")
    for child in ast.iter_child_nodes(node):
        _check(child, depth + 1)


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


def evaluate(
    source: str,
    variables: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Any:
    """The value of ``source`` over ``variables``."""
    return _Interpreter(variables, {**FUNCTIONS, **(functions or {})}).value(parse(source))


class _Interpreter:
    def __init__(self, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]):
        self.variables = dict(variables)
        self.functions = functions
        self.steps = 0

    def value(self, node: ast.expr) -> Any:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise ExpressionError(f"the expression takes more than {MAX_STEPS} steps")
        try:
            return _bounded(getattr(self, f"_{type(node).__name__.lower()}")(node))
        except ExpressionError:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise ExpressionError(f"{type(error).__name__}: {error}") from error

    def _constant(self, node: ast.Constant) -> Any:
        return Decimal(str(node.value)) if isinstance(node.value, float) else node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id not in self.variables:
            raise ExpressionError(f"unknown name: {node.id}")
        return self.variables[node.id]

    def _boolop(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        result: Any = None
        for part in node.values:
            result = self.value(part)
            if bool(result) is stop:
                break
        return result

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        operand = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return not operand
        return -operand if isinstance(node.op, ast.USub) else +operand

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        numbers = _is_number(left) and _is_number(right)
        if not numbers and not (isinstance(node.op, ast.Add) and type(left) is type(right)):
            raise ExpressionError("arithmetic needs two numbers")
        return _BINARY[type(node.op)](left, right)

    def _compare(self, node: ast.Compare) -> bool:
        left = self.value(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.value(comparator)
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _list(self, node: ast.List | ast.Tuple) -> list[Any]:
        return [self.value(item) for item in node.elts]

    _tuple = _list

    def _dict(self, node: ast.Dict) -> dict[Any, Any]:
        if None in node.keys:
            raise ExpressionError("not allowed in an expression: **")
        return {self.value(k): self.value(v) for k, v in zip(node.keys, node.values, strict=True) if k is not None}

    def _subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def _call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        function = self.functions.get(node.func.id)
        if function is None:
            raise ExpressionError(f"unknown function: {node.func.id}")
        return function(*[self.value(argument) for argument in node.args])

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
        if len(node.generators) != 1:
            raise ExpressionError("only one 'for' in an expression")
        return list(self._loop(node.elt, node.generators[0]))

    _generatorexp = _listcomp

    def _loop(self, element: ast.expr, loop: ast.comprehension) -> Iterator[Any]:
        if not isinstance(loop.target, ast.Name):
            raise ExpressionError("a loop binds a single name")
        outer = dict(self.variables)
        for item in self.value(loop.iter):
            self.variables[loop.target.id] = item
            if all(self.value(test) for test in loop.ifs):
                yield self.value(element)
        self.variables = outer


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def _bounded(value: Any) -> Any:
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise ExpressionError("a text grows too long")
    if isinstance(value, list | dict | tuple) and len(value) > MAX_ITEMS:
        raise ExpressionError("a list grows too long")
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > int(MAX_NUMBER):
        raise ExpressionError("a number grows too large")
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value) > MAX_NUMBER):
        raise ExpressionError("a number grows too large")
    return value
