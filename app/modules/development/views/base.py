"""The blueprint, and what its views share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, request

from app.identity.directory import names_of
from app.kernel.database import session
from app.kernel.errors import Conflict, Forbidden, Invalid, Stale

pages = Blueprint("development_pages", __name__, template_folder="../templates")
ROOT = "/development"
EXPLAINED = (Conflict, Forbidden, Invalid, Stale)
"""Refusals that a page tells beside what was typed."""
_ITEM = re.compile(r"/[0-9]+$")
NUMBER = "int(max=9007199254740991)"


def typed() -> dict[str, str]:
    """What was typed, without blanks."""
    sent = {name: value.replace("\r\n", "\n").strip() for name, value in request.form.items() if value.strip()}
    sent.pop("csrf_token", None)
    return sent


def beside(error: Invalid, under: str, places: Mapping[str, str] | None = None) -> Invalid:
    """The faults at the names of the form's fields: ``places``, else members of ``under`` without it.

    A fault of an item of a list stands at the list where the form has one field for all of it.
    """
    pointers = [fault.pointer.removeprefix(under) for fault in error.faults]
    named = [(places or {}).get(pointer) or _ITEM.sub("", pointer) for pointer in pointers]
    error.faults = tuple(replace(fault, pointer=name) for fault, name in zip(error.faults, named, strict=True))
    return error


def people(*usernames: str | None) -> dict[str, Any]:
    """Username → names, for the people that a page names."""
    return names_of(session(), usernames)
