"""The words of a FEEL text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from app.workflow.engine.errors import ExpressionError

MAX_SOURCE = 1_000
MAX_WORDS = 300
_WORDS = re.compile(
    r"""\s*(?:
        (?P<number>\d+(?:\.\d+)?|\.\d+)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<sign>\.\.|<=|>=|!=|==|[<>=+\-*/(),\[\]?])
    )""",
    re.VERBOSE | re.ASCII | re.DOTALL,
)
_PHRASES = ("list contains", "starts with", "ends with")
"""Functions whose names are two words."""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


@dataclass(frozen=True)
class Word:
    """``kind`` is ``number``, ``string``, ``name`` or ``sign``; ``end`` closes a text."""

    kind: str
    text: str
    value: Decimal | int | str | None = None


END = Word("end", "")


def words(source: str) -> list[Word]:
    """The words of ``source``, an ``end`` after the last."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(f"the expression is longer than {MAX_SOURCE} characters")
    text, at, found = source.rstrip(), 0, []
    while at < len(text):
        match = _WORDS.match(text, at)
        if match is None:
            raise ExpressionError(f"not FEEL: {text[at : at + 40]!r}")
        kind = str(match.lastgroup)
        found.append(_word(kind, match[kind]))
        at = match.end()
    if len(found) > MAX_WORDS:
        raise ExpressionError(f"the expression is longer than {MAX_WORDS} words")
    return [*_joined(found), END]


def _word(kind: str, text: str) -> Word:
    if kind == "number":
        exact = Decimal(text)
        return Word(kind, text, exact if "." in text else int(exact))
    if kind == "string":
        return Word(kind, text, re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[0]), text[1:-1], flags=re.DOTALL))
    return Word(kind, text)


def _joined(found: list[Word]) -> list[Word]:
    """``list`` and ``contains`` side by side are one name."""
    joined: list[Word] = []
    for word in found:
        if joined and joined[-1].kind == word.kind == "name" and f"{joined[-1].text} {word.text}" in _PHRASES:
            joined[-1] = Word("name", f"{joined[-1].text} {word.text}")
        else:
            joined.append(word)
    return joined
