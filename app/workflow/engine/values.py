"""Values of expressions: exact numbers, and nothing that grows without bound."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from itertools import chain
from typing import Any

from app.workflow.engine.errors import ExpressionError

MAX_ITEMS = 1_000
MAX_TEXT = 10_000
MAX_WEIGHT = 200_000
"""Scalars and characters in one value, however it is nested."""
MAX_NESTING = 20
MAX_NUMBER = Decimal(10) ** 30
MAX_PLACES = 60

EXACT = Context(prec=40, traps=[InvalidOperation, DivisionByZero, Overflow])
"""Thirty digits before the point, ten behind it."""


def is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def exact(value: Any, *, nested: bool = True) -> Any:
    """``value`` with every float in it as the number it is written as; containers are copied."""
    if isinstance(value, float):
        return Decimal(str(value))
    if not nested:
        return value
    if isinstance(value, list | tuple):
        return [exact(item) for item in value]
    return {key: exact(item) for key, item in value.items()} if isinstance(value, dict) else value


def decimal(value: Any) -> Decimal:
    """``decimal(x)`` in an expression: the number a text or a number stands for."""
    try:
        found = Decimal(value if isinstance(value, Decimal) else str(value))
    except InvalidOperation:
        raise ExpressionError(f"{str(value)[:40]!r} is not a number") from None
    if not found.is_finite():
        raise ExpressionError(f"{str(value)[:40]!r} is not a number")
    return found


def text(value: Any) -> str:
    """``text(x)`` in an expression: scalars only, numbers without an exponent."""
    if isinstance(value, list | tuple | dict):
        raise ExpressionError("only a single value becomes a text")
    if isinstance(value, Decimal) and is_bounded_number(value):
        return format(value, "f")
    return str(value)


def total(items: Any) -> Any:
    """``sum(x)`` in an expression, of numbers only."""
    found = list(items)
    if not all(is_number(item) for item in found):
        raise ExpressionError("arithmetic needs numbers")
    return sum(found)


def floor_divide(left: Any, right: Any) -> Any:
    """Rounded down, whether the numbers are whole or not."""
    if isinstance(left, int) and isinstance(right, int):
        return left // right
    return (Decimal(left) / Decimal(right)).to_integral_value(ROUND_FLOOR)


def modulo(left: Any, right: Any) -> Any:
    """What is left after ``floor_divide``."""
    return left - right * floor_divide(left, right)


def divide(left: Any, right: Any) -> Decimal:
    return Decimal(left) / Decimal(right)


def is_bounded_number(value: int | Decimal) -> bool:
    if isinstance(value, int):
        return abs(value) <= int(MAX_NUMBER)
    if not value.is_finite():
        return False
    # ``abs`` would round to the context, which ends long before what a text can say.
    return value == 0 or (value.adjusted() >= -MAX_PLACES and value.copy_abs() <= MAX_NUMBER)


class Scales:
    """Weighs the values of one evaluation, each container once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Any, int, int]] = {}
        """Container, weight and nesting by identity; the container is kept so that its identity stays its own."""

    def weigh(self, value: Any) -> int:
        """Scalars and characters in ``value``; ``ExpressionError`` when it is more than an expression may hold."""
        return self._weigh(value, MAX_NESTING)[0]

    def _weigh(self, value: Any, room: int) -> tuple[int, int]:
        if not isinstance(value, list | tuple | dict):
            return _scalar(value), 0
        known = self._known.get(id(value))
        weight, nesting = known[1:] if known else self._container(value, room)
        if nesting > room:
            raise ExpressionError("a value is nested too deeply")
        return weight, nesting

    def _container(self, value: Any, room: int) -> tuple[int, int]:
        if len(value) > MAX_ITEMS:
            raise ExpressionError("a list grows too long")
        if room == 0:
            raise ExpressionError("a value is nested too deeply")
        items = chain(value, value.values()) if isinstance(value, dict) else value
        parts = [self._weigh(item, room - 1) for item in items]
        weight, nesting = 1 + sum(w for w, _ in parts), 1 + max((n for _, n in parts), default=0)
        if weight > MAX_WEIGHT:
            raise ExpressionError("a list grows too long")
        self._known[id(value)] = (value, weight, nesting)
        return weight, nesting


def _scalar(value: Any) -> int:
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise ExpressionError("a text grows too long")
        return 1 + len(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool) and not is_bounded_number(value):
        raise ExpressionError("a number grows too large or too fine")
    return 1
