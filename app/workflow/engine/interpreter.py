"""The interpreter of expressions: walks a checked syntax tree, step by counted step."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from decimal import localcontext
from typing import Any

from app.workflow.engine.errors import ExpressionError
from app.workflow.engine.expressions import parse
from app.workflow.engine.values import (
    EXACT,
    Scales,
    decimal,
    divide,
    exact,
    floor_divide,
    is_number,
    modulo,
    text,
    total,
)

MAX_STEPS = 10_000
WEIGHT_OF_A_STEP = 100
"""Scalars or characters that cost one step more: a big value costs wherever it is touched."""

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: divide,
    ast.FloorDiv: floor_divide,
    ast.Mod: modulo,
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
FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "len": len,
    "min": min,
    "max": max,
    "sum": total,
    "any": any,
    "all": all,
    "abs": abs,
    "sorted": sorted,
    "decimal": decimal,
    "text": text,
}


def evaluate(
    source: str,
    variables: Mapping[str, Any],
    functions: Mapping[str, Callable[..., Any]] | None = None,
) -> Any:
    """The value of ``source`` over ``variables``. Whatever goes wrong is an ``ExpressionError``."""
    with localcontext(EXACT):
        return _Interpreter(variables, {**FUNCTIONS, **(functions or {})}).value(parse(source))


class _Interpreter:
    def __init__(self, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]):
        self.variables = variables
        self.local: dict[str, Any] = {}
        """Variables read so far, exact, and those of the loops that run."""
        self.functions = functions
        self.scales = Scales()
        self.steps = 0

    def value(self, node: ast.expr) -> Any:
        self._step(1)
        try:
            found = exact(getattr(self, f"_{type(node).__name__.lower()}")(node), nested=False)
        except ExpressionError:
            raise
        except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
            raise ExpressionError(f"{type(error).__name__}: {str(error)[:200]}") from error
        self._step(self.scales.weigh(found) // WEIGHT_OF_A_STEP)
        return found

    def _step(self, count: int) -> None:
        self.steps += count
        if self.steps > MAX_STEPS:
            raise ExpressionError(f"the expression takes more than {MAX_STEPS} steps")

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.local:
            return self.local[node.id]
        if node.id not in self.variables:
            raise ExpressionError(f"unknown name: {node.id}")
        found = self.variables[node.id]
        self.scales.weigh(found)
        self.local[node.id] = exact(found)
        return self.local[node.id]

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
        if not is_number(operand):
            raise ExpressionError("arithmetic needs numbers")
        return -operand if isinstance(node.op, ast.USub) else +operand

    def _binop(self, node: ast.BinOp) -> Any:
        left, right = self.value(node.left), self.value(node.right)
        numbers = is_number(left) and is_number(right)
        joined = isinstance(node.op, ast.Add) and type(left) is type(right) and isinstance(left, str | list)
        if not numbers and not joined:
            raise ExpressionError("arithmetic needs two numbers")
        return _BINARY[type(node.op)](left, right)

    def _compare(self, node: ast.Compare) -> bool:
        left = self.value(node.left)
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            right = self.value(comparator)
            if isinstance(op, ast.Is | ast.IsNot) and not (right is None or isinstance(right, bool)):
                raise ExpressionError("'is' compares with None, True or False; write == instead")
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _ifexp(self, node: ast.IfExp) -> Any:
        return self.value(node.body if self.value(node.test) else node.orelse)

    def _list(self, node: ast.List | ast.Tuple) -> list[Any]:
        return [self.value(item) for item in node.elts]

    _tuple = _list

    def _dict(self, node: ast.Dict) -> dict[str, Any]:
        found = {self.value(k): self.value(v) for k, v in zip(node.keys, node.values, strict=True) if k is not None}
        if not all(isinstance(key, str) for key in found):
            raise ExpressionError("the keys of a dictionary are texts")
        return found

    def _subscript(self, node: ast.Subscript) -> Any:
        return self.value(node.value)[self.value(node.slice)]

    def _call(self, node: ast.Call) -> Any:
        assert isinstance(node.func, ast.Name)
        function = self.functions.get(node.func.id)
        if function is None:
            raise ExpressionError(f"unknown function: {node.func.id}")
        return function(*[self.value(argument) for argument in node.args])

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> list[Any]:
        return list(self._loop(node.elt, node.generators[0]))

    _generatorexp = _listcomp

    def _loop(self, element: ast.expr, loop: ast.comprehension) -> Iterator[Any]:
        """The loop's variable is its own: what it hides is there again afterwards."""
        assert isinstance(loop.target, ast.Name)
        items, name, outer = self.value(loop.iter), loop.target.id, self.local
        self.local = dict(outer)
        for item in items:
            self.local[name] = item
            if all(self.value(test) for test in loop.ifs):
                yield self.value(element)
        self.local = outer
