"""What a sheet would change, line by line, and what the documents' own check says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.kernel.spreadsheet import Read, Sheet
from app.modules.catalogue.schemas.content import load_content
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import sheet
from app.modules.changes.rules.sheet import Place
from app.modules.changes.services.sheets.layout import HEADINGS, NEEDED, Version, versions
from app.modules.changes.services.sheets.lines import Item, Judged, Outcome, Row, judged

NO_COLUMN = N_("The column “%(name)s” is missing.")
TWO_COLUMNS = N_("The column “%(name)s” stands here twice.")
FOREIGN_COLUMN = N_("“%(name)s” is no column of this sheet. Delete the column.")
NO_HEADING = N_("A value stands outside the columns of this sheet. Delete it.")


@dataclass(frozen=True)
class Plan:
    """What a sheet would do to a request. ``faults``: what is wrong with the sheet itself, at cells or ``/file``."""

    items: Sequence[Item]
    faults: Sequence[Fault]
    contents: Mapping[str, Mapping[str, Any]]
    """Product code → its new content, of the products that change; empty while anything is refused."""

    @property
    def refusals(self) -> list[Fault]:
        return [*self.faults, *(item.fault for item in self.items if item.fault is not None)]

    def of(self, outcome: Outcome) -> list[Item]:
        return [item for item in self.items if item.outcome == outcome]


def plan(session: Session, request: ChangeRequest, found: Sheet, now: datetime) -> Plan:
    """What the sheet would change, line by line. Nothing is written."""
    columns, faults = _columns(found.rows[0] if found.rows else ())
    faults = [*found.faults, *faults]
    if any(name not in columns for name in NEEDED):
        return Plan((), faults, {})
    known = versions(session, request, now)
    rows = [row for row in found.rows[1:] if any(not cell.empty for cell in row)]
    faults += [Fault(f"/{c.address}", NO_HEADING) for row in rows for c in _outside(row, columns, found.rows[0])]
    seen: dict[tuple[str, str], int] = {}
    found_lines = [judged(Row(row, columns), known, seen) for row in rows]
    return _checked(known, found_lines, faults)


def _columns(headings: Sequence[Read]) -> tuple[dict[str, int], list[Fault]]:
    """Column key → its number; what is wrong with the headings."""
    known = {text.casefold(): key for key, names in HEADINGS.items() for text in names.values()}
    found: dict[str, int] = {}
    faults: list[Fault] = []
    for number, cell in enumerate(headings):
        if cell.empty:
            continue
        text = str(cell.value).strip()
        key = known.get(text.casefold())
        if key is None:
            faults.append(Fault(f"/{cell.address}", FOREIGN_COLUMN, {"name": text[:40]}))
        elif key in found:
            faults.append(Fault(f"/{cell.address}", TWO_COLUMNS, {"name": HEADINGS[key]}))
        else:
            found[key] = number
    missing = [HEADINGS[key] for key in NEEDED if key not in found]
    return found, [*faults, *(Fault("/A1", NO_COLUMN, {"name": names}) for names in missing)]


def _outside(row: Sequence[Read], columns: Mapping[str, int], headings: Sequence[Read]) -> list[Read]:
    """Values in columns that have no heading; a foreign heading is told once, not with each of its cells."""
    ours = set(columns.values()) | {n for n, cell in enumerate(headings) if not cell.empty}
    return [cell for n, cell in enumerate(row) if n not in ours and not cell.empty]


def _checked(known: Mapping[str, Version], lines: Sequence[Judged], faults: Sequence[Fault]) -> Plan:
    """The plan, with what the documents' own check says of each product set beside the lines that caused it."""
    changes: dict[str, dict[Place, Any]] = defaultdict(dict)
    for item, place, value in lines:
        if place is not None:
            changes[item.product][place] = value
    contents, wrong = {}, {}
    for code, values in changes.items():
        content = sheet.with_values(known[code].proposed, values)
        try:
            contents[code] = load_content(content, base=known[code].live)
        except Invalid as error:
            wrong[code] = error.faults
    items = list(_placed(lines, wrong))
    refused = faults or any(item.fault for item in items)
    return Plan(items, faults, {} if refused else contents)


def _placed(lines: Sequence[Judged], wrong: Mapping[str, Sequence[Fault]]) -> Iterator[Item]:
    """A fault of a document at the line whose value it points into; else at the product's first change."""
    changed: dict[str, list[Place]] = defaultdict(list)
    for item, place, _ in lines:
        if place is not None:
            changed[item.product].append(place)
    told: set[str] = set()
    for item, place, _ in lines:
        faults = wrong.get(item.product, ()) if place is not None else ()
        here = [fault for fault in faults if place is not None and _inside(fault, place)]
        if faults and item.product not in told:
            told.add(item.product)
            here += [fault for fault in faults if not any(_inside(fault, other) for other in changed[item.product])]
        yield replace(item, outcome="refused", fault=replace(here[0], pointer=f"/{item.cell}")) if here else item


def _inside(fault: Fault, place: Place) -> bool:
    return fault.pointer == place.pointer or fault.pointer.startswith(f"{place.pointer}/")


Shown = tuple[str, str, str, str]
"""What a preview showed of a change: product, attribute, new value, cell."""


def from_values(known: Mapping[str, Version], values: Sequence[Shown]) -> Plan:
    """The plan of what a preview showed, judged again."""
    keys = ("product", "attribute", "live", "proposed", "unit")
    columns = {key: n for n, key in enumerate(keys)}
    lines, seen = [], dict[tuple[str, str], int]()
    for number, (product, attribute, text, cell) in enumerate(values, start=2):
        line = known[product].lines.get(attribute) if product in known else None
        live = sheet.text_of(line, line.live) if line else ""
        unit = str(line.unit["en"]) if line else ""
        given = zip((f"A{number}", f"B{number}", f"C{number}", cell, f"E{number}"),
                    (product, attribute, live, text, unit), strict=True)  # fmt: skip
        cells = [Read(address, said, "s", "@") for address, said in given]
        lines.append(judged(Row(cells, columns), known, seen))
    return _checked(known, lines, [])
