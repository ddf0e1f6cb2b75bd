"""Rows and columns that come and go before a step is saved: what the pressed button asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, request

from app.modules.catalogue.views import typed
from app.modules.catalogue.views.asked import blank_rows_of, columns_of, dropped, pressed, without
from app.modules.changes.services.outlook import Compared
from app.modules.changes.views.steps import Typed


def asked(
    contents: dict[str, dict[str, Any]], edited: Sequence[Compared]
) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Columns and empty rows that were asked for; rows to drop leave ``contents``, rows to restore come back."""
    verb, rest = pressed(request.form)
    gone = dropped(request.form)
    if gone:
        _drop(contents, edited, *gone)
    name, _, place = rest.rpartition("/")
    if verb == "restore" and place.isdigit():
        _restore(contents, edited, name, int(place))
    return columns_of(request.form), blank_rows_of(request.form)


def _drop(contents: dict[str, dict[str, Any]], edited: Sequence[Compared], name: str, place: int) -> None:
    rows, places = _list(contents, edited, name)
    rows[:] = without(rows, places, place)


def _list(
    contents: dict[str, dict[str, Any]], edited: Sequence[Compared], name: str
) -> tuple[list[Any], Sequence[int]]:
    """The typed rows of a list, and their numbers on the page."""
    parts = name.split("/")
    if len(parts) != 5 or not parts[1].isdigit() or int(parts[1]) >= len(edited):
        abort(400)
    compared = edited[int(parts[1])]
    rows = contents[compared.product.code].setdefault(parts[3], {}).setdefault(parts[4], [])
    places = Typed("versions" if parts[3] != "availability" else "launch", request.form, edited).places()
    return rows, places.get(name, [])


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
