"""Rows and columns that come and go before a step is saved: what the pressed button asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import abort, request

from app.modules.changes.services.outlook import Compared
from app.modules.changes.views import typed
from app.modules.changes.views.steps import Typed


def asked(
    contents: dict[str, dict[str, Any]], edited: Sequence[Compared]
) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Columns and empty rows that were asked for; rows to drop leave ``contents``, rows to restore come back."""
    verb, _, rest = request.form.get("go", "").partition(":")
    columns: dict[str, set[str]] = defaultdict(set)
    for key, value in request.form.items(multi=True):
        name, _, what = key.partition("|")
        if value and (what == "columns" or (what == "column" and verb == "column" and rest == name)):
            columns[name].add(value)
    name, _, place = rest.rpartition("/")
    if verb == "drop" and place.isdigit():
        _drop(contents, edited, name, int(place))
    elif verb == "restore" and place.isdigit():
        _restore(contents, edited, name, int(place))
    return columns, {rest: 1} if verb == "add" else {}


def _drop(contents: dict[str, dict[str, Any]], edited: Sequence[Compared], name: str, place: int) -> None:
    rows, held = _list(contents, edited, name)
    filled = [p for p in held if p[0] != place]
    rows[:] = [rows[n] for _, n in filled]


def _list(
    contents: dict[str, dict[str, Any]], edited: Sequence[Compared], name: str
) -> tuple[list[Any], list[tuple[int, int]]]:
    """The typed rows of a list, and pairs of the page's number and the row's."""
    parts = name.split("/")
    if len(parts) != 5 or not parts[1].isdigit() or int(parts[1]) >= len(edited):
        abort(400)
    compared = edited[int(parts[1])]
    rows = contents[compared.product.code].setdefault(parts[3], {}).setdefault(parts[4], [])
    places = Typed("versions" if parts[3] != "availability" else "launch", request.form, edited).places()
    return rows, [(place, n) for n, place in enumerate(places.get(name, []))]


def _restore(contents: dict[str, dict[str, Any]], edited: Sequence[Compared], name: str, place: int) -> None:
    rows, _ = _list(contents, edited, name)
    parts = name.split("/")
    live = ((edited[int(parts[1])].live or {}).get(parts[3]) or {}).get(parts[4]) or []
    if place < len(live):
        rows.append(dict(live[place]))


def scopes(form: Any, name: str = "pilot_plan/scopes") -> list[int]:
    """The numbers of the rows of scopes on the page; the pilot has one at least."""
    verb, _, rest = request.form.get("go", "").partition(":")
    found = typed.places(form, name)
    if verb == "add" and rest == name:
        return [*found, max(found, default=-1) + 1]
    if verb == "drop" and rest.startswith(f"{name}/"):
        found = [n for n in found if str(n) != rest.rpartition("/")[2]]
    return found or ([0] if name == "pilot_plan/scopes" else [])


def asked_section() -> str:
    """The attribute group whose list was just given a row or lost one: it stays open."""
    parts = request.form.get("go", "").partition(":")[2].split("/")
    return parts[3] if len(parts) > 3 else ""
