"""Merge fields in a text: ``{name}`` and nothing else. No expressions, no attributes, no other meaning of braces."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_

_PART = re.compile(r"\{([^{}\n]*)\}|[{}]")
_MOST_SHOWN = 40


def fields_of(text: str) -> list[str]:
    """The merge fields of a text that is right, each once, in their order."""
    return list(dict.fromkeys(found[1] for found in _PART.finditer(text)))


def wrong_in(pointer: str, text: str, fields: Container[str]) -> Iterator[Fault]:
    """Each brace that belongs to no field and each field that is not among ``fields``, with its place: from 1."""
    for found in _PART.finditer(text):
        name = found[1]
        if name is None:
            yield _fault(
                pointer, text, found.start(), N_("Line %(line)s, position %(position)s: this brace has no pair.")
            )
        elif name not in fields:
            message = N_("Line %(line)s, position %(position)s: there is no merge field {%(name)s}.")
            yield _fault(pointer, text, found.start(), message, name=name[:_MOST_SHOWN])


def _fault(pointer: str, text: str, at: int, message: str, **values: Any) -> Fault:
    line = text.count("\n", 0, at) + 1
    position = at - (text.rfind("\n", 0, at) + 1) + 1
    return Fault(pointer, message, {"line": line, "position": position, **values}, "merge_field")


def blanked(text: str) -> str:
    """The text with something that is no word in place of each field, so that all else keeps its place."""
    return _PART.sub(lambda found: "\ufffc" * len(found[0]), text)


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the value of each field in its place; values are put in as they stand, braces and all."""
    return _PART.sub(lambda found: values[found[1]], text)
