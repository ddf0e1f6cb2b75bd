"""Finds the translatable texts in Python code, for Babel.

Beside the usual calls of ``_`` and ``N_`` these are the English templates of errors:
the first argument of an error class, the second of ``invalid`` and ``Fault``, the
third of a ``Finding``, and any ``message=`` or ``error=`` that is a plain text.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from typing import IO, Any

POSITIONS = {
    "_": 0,
    "N_": 0,
    "gettext": 0,
    "lazy_gettext": 0,
    "DomainError": 0,
    "NotSignedIn": 0,
    "Forbidden": 0,
    "NotFound": 0,
    "Conflict": 0,
    "Stale": 0,
    "PreconditionRequired": 0,
    "TooLarge": 0,
    "Invalid": 0,
    "invalid": 1,
    "Fault": 1,
    "Finding": 2,
    "refused": 2,
}
"""Which argument of a call is the text."""

KEYWORDS = frozenset({"message", "error"})
NOT_SHOWN = frozenset(dir(builtins))
"""Exceptions of Python itself are for programmers."""

Found = tuple[int, str, Any, list[str]]


def extract(file: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Iterator[Found]:
    """An extraction method of Babel: (line, function, messages, comments)."""
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call):
            yield from _of_call(node)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _is_own_error(node.exc):
            yield from _texts(node.exc, node.exc.args[:1])


def _of_call(call: ast.Call) -> Iterator[Found]:
    name = _name(call)
    if name == "ngettext" and len(call.args) > 1:
        pair = tuple(a.value for a in call.args[:2] if isinstance(a, ast.Constant))
        yield call.lineno, "ngettext", pair, []
    position = POSITIONS.get(name)
    if position is not None:
        yield from _texts(call, call.args[position : position + 1])
    yield from _texts(call, [k.value for k in call.keywords if k.arg in KEYWORDS])
    for keyword in call.keywords:
        if keyword.arg == "error_messages" and isinstance(keyword.value, ast.Dict):
            yield from _texts(call, keyword.value.values)


def _is_own_error(call: ast.Call) -> bool:
    name = _name(call)
    return name[:1].isupper() and name not in NOT_SHOWN and name not in POSITIONS


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _texts(call: ast.Call, values: list[ast.expr]) -> Iterator[Found]:
    for value in values:
        if isinstance(value, ast.IfExp):
            yield from _texts(call, [value.body, value.orelse])
        elif isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.strip():
            yield value.lineno, "gettext", value.value, []
