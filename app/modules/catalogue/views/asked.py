"""Rows and columns that come and go before a form is saved: what the pressed button asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from app.modules.catalogue.views.typed import Form

VERBS = frozenset({"add", "drop", "column", "restore"})
"""What a button does to the page alone: nothing is saved."""


def pressed(form: Form) -> tuple[str, str]:
    """The verb of the pressed button, and what it is about."""
    verb, _, rest = form.get("go", "").partition(":")
    return verb, rest


def columns_of(form: Form) -> dict[str, set[str]]:
    """List name → columns that the page shows, with one that was asked for."""
    verb, rest = pressed(form)
    columns: dict[str, set[str]] = defaultdict(set)
    for key, value in form.items(multi=True):
        name, _, what = key.partition("|")
        if value and (what == "columns" or (what == "column" and verb == "column" and rest == name)):
            columns[name].add(value)
    return columns


def blank_rows_of(form: Form) -> dict[str, int]:
    """Empty rows that were asked for, by list name."""
    verb, rest = pressed(form)
    return {rest: 1} if verb == "add" else {}


def dropped(form: Form) -> tuple[str, int] | None:
    """The list, and the page's number of the row that is to go."""
    verb, rest = pressed(form)
    name, _, place = rest.rpartition("/")
    return (name, int(place)) if verb == "drop" and place.isascii() and place.isdigit() else None


def without(rows: list[Any], places: Sequence[int], place: int) -> list[Any]:
    """The rows but the one that has this number on the page; ``places``: the numbers of the rows."""
    return [row for row, number in zip(rows, places, strict=True) if number != place]
