"""FEEL tree → expression of the engine's language → value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from app.workflow.engine import expressions, interpreter
from app.workflow.engine.errors import ExpressionError
from app.workflow.feel.parser import Tree, parse_expression, parse_tests

_INPUT = "feel_input"
"""The name under which the engine's interpreter finds the ``?`` of a cell."""


def evaluate(source: str, variables: Mapping[str, Any]) -> Any:
    """The value of an expression over ``variables``. Numbers are exact."""
    return interpreter.evaluate(_expression(source), variables, _FUNCTIONS)


def holds(source: str, value: Any, variables: Mapping[str, Any]) -> bool:
    """Whether the unary tests of a cell hold for ``value``."""
    written = _tests(source)
    if written is None:
        return True
    return interpreter.evaluate(written, {**variables, _INPUT: value}, _FUNCTIONS) is True


def names(source: str, *, cell: bool = False) -> set[str]:
    """The names an expression (or the tests of a cell) reads."""
    tree = parse_tests(source) if cell else parse_expression(source)
    return set(_names(tree)) if tree is not None else set()


def _names(tree: Any) -> list[str]:
    if not isinstance(tree, list) or tree[:1] == ["literal"]:
        return []
    if tree[:1] == ["name"]:
        return [tree[1]]
    return [name for part in tree for name in _names(part)]


@lru_cache(maxsize=4_096)
def _expression(source: str) -> str:
    return _checked(parse_expression(source))


@lru_cache(maxsize=4_096)
def _tests(source: str) -> str | None:
    tree = parse_tests(source)
    return None if tree is None else _checked(tree)


def _checked(tree: Tree) -> str:
    written = _written(tree)
    expressions.parse(written)
    return written


def _written(tree: Tree) -> str:
    kind, *parts = tree
    if kind == "literal":
        return f"decimal({str(parts[0])!r})" if isinstance(parts[0], Decimal) else repr(parts[0])
    if kind == "name":
        return str(parts[0])
    if kind == "input":
        return _INPUT
    if kind == "list":
        return f"[{', '.join(map(_written, parts[0]))}]"
    if kind == "call":
        return f"{parts[0].replace(' ', '_')}_({', '.join(map(_written, parts[1]))})"
    if kind == "if":
        return f"({_written(parts[1])} if truth_({_written(parts[0])}) else {_written(parts[2])})"
    return f"({f' {kind} '.join(f'truth_({_written(part)})' for part in parts)})"


def _kind(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    if isinstance(value, str):
        return "string"
    return "list" if isinstance(value, list | tuple) else type(value).__name__


def _alike(a: Any, b: Any) -> None:
    if _kind(a) != _kind(b):
        raise ExpressionError(f"a {_kind(a)} cannot be compared with a {_kind(b)}")


def _same(a: Any, b: Any) -> bool:
    return _kind(a) == _kind(b) and bool(a == b)


def _equal(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    _alike(a, b)
    return bool(a == b)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    """A comparison with nothing is nothing, as FEEL has it."""

    def compare(a: Any, b: Any) -> bool | None:
        if a is None or b is None:
            return None
        _alike(a, b)
        if _kind(a) not in {"number", "string"}:
            raise ExpressionError(f"a {_kind(a)} has no order")
        return bool(test(a, b))

    return compare


def _matches(value: Any, wanted: Any) -> bool:
    """A cell's plain value: the input is it, or is one of a list."""
    if _kind(wanted) == "list" and _kind(value) != "list":
        return any(_same(value, item) for item in wanted)
    return _equal(value, wanted)


def _truth(value: Any) -> bool:
    if value is not None and not isinstance(value, bool):
        raise ExpressionError(f"a {_kind(value)} is not true or false")
    return value is True


def _numbers(apply: Callable[[Decimal, Decimal], Decimal]) -> Callable[[Any, Any], Decimal | None]:
    def calculate(a: Any, b: Any) -> Decimal | None:
        if a is None or b is None:
            return None
        if _kind(a) != "number" or _kind(b) != "number":
            raise ExpressionError("arithmetic needs two numbers")
        return apply(Decimal(a), Decimal(b))

    return calculate


def _list(value: Any) -> list[Any]:
    if _kind(value) != "list":
        raise ExpressionError(f"a {_kind(value)} is not a list")
    return list(value)


def _text(test: Callable[[str, str], bool]) -> Callable[[Any, Any], bool]:
    def compare(text: Any, part: Any) -> bool:
        if _kind(text) != "string" or _kind(part) != "string":
            raise ExpressionError("two texts are needed")
        return test(text, part)

    return compare


def _day(text: Any) -> str:
    """A day as its ISO text, which sorts as days do."""
    try:
        return date.fromisoformat(text).isoformat()
    except (TypeError, ValueError):
        raise ExpressionError(f"{text!r} is not a day") from None


def _number(text: Any) -> Decimal:
    try:
        return Decimal(text)
    except (TypeError, InvalidOperation, ValueError):
        raise ExpressionError(f"{text!r} is not a number") from None


_PLAIN: dict[str, Callable[..., Any]] = {
    "less": _ordered(lambda a, b: a < b),
    "at_most": _ordered(lambda a, b: a <= b),
    "more": _ordered(lambda a, b: a > b),
    "at_least": _ordered(lambda a, b: a >= b),
    "equal": _equal,
    "unequal": lambda a, b: not _equal(a, b),
    "plus": lambda a, b: a + b if _kind(a) == _kind(b) == "string" else _numbers(lambda x, y: x + y)(a, b),
    "minus": _numbers(lambda a, b: a - b),
    "times": _numbers(lambda a, b: a * b),
    "divided": _numbers(lambda a, b: a / b),
    "matches": _matches,
    "holds": _truth,
    "negated": lambda value: not _truth(value),
    "truth": _truth,
    "list_contains": lambda items, item: any(_same(i, item) for i in _list(items)),
    "contains": _text(lambda text, part: part in text),
    "starts_with": _text(str.startswith),
    "ends_with": _text(str.endswith),
    "count": lambda items: len(_list(items)),
    "sum": lambda items: sum(_list(items)),
    "min": lambda items: min(_list(items)),
    "max": lambda items: max(_list(items)),
    "abs": lambda value: abs(_number(value)),
    "not": lambda value: None if value is None else not _truth(value),
    "date": _day,
    "number": _number,
}
_FUNCTIONS = {f"{name}_": function for name, function in _PLAIN.items()}
"""With an underscore at the end, so that none hides a variable's name."""
