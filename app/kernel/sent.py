"""What the form of a page sent, and how a page tells beside it what was refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from flask import request

from app.kernel.errors import Conflict, Forbidden, Invalid, Stale
from app.kernel.i18n import N_

EXPLAINED = (Conflict, Forbidden, Invalid, Stale)
"""Refusals that a page tells beside what was typed."""
_ITEM = re.compile(r"/[0-9]+$")


def typed() -> dict[str, str]:
    """What was typed, without blanks."""
    sent = {name: value.replace("\r\n", "\n").strip() for name, value in request.form.items() if value.strip()}
    sent.pop("csrf_token", None)
    return sent


def refuse_stale(current: object, name: str = "seen") -> None:
    """``Stale`` unless the form carries, under ``name``, the state that the record still has."""
    if request.form.get(name) != str(current):
        raise Stale(N_("Somebody changed this record after you saw it."))


def beside(error: Invalid, under: str, places: Mapping[str, str] | None = None) -> Invalid:
    """The faults at the names of the form's fields: ``places``, else members of ``under`` without it.

    A fault of an item of a list stands at the list where the form has one field for all of it.
    """
    pointers = [fault.pointer.removeprefix(under) for fault in error.faults]
    named = [(places or {}).get(pointer) or _ITEM.sub("", pointer) for pointer in pointers]
    error.faults = tuple(replace(fault, pointer=name) for fault, name in zip(error.faults, named, strict=True))
    return error
