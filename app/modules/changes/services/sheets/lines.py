"""What one line of a sheet proposes, or why it is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal

from app.kernel import spreadsheet
from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.kernel.spreadsheet import Read
from app.modules.catalogue.types import Labels
from app.modules.changes.rules import sheet
from app.modules.changes.rules.sheet import Line, Place, Unreadable
from app.modules.changes.services.sheets.layout import Version

Outcome = Literal["changed", "unchanged", "refused"]

FORMULA = N_("The cell holds a formula. Put the value in its place.")
NOT_A_NUMBER_CELL = N_("The cell holds a date, an error or a yes/no, not a number.")
NO_SUCH_PRODUCT = N_("“%(value)s” is no product of this request.")
NO_SUCH_ATTRIBUTE = N_("The proposed version has no number at “%(value)s”. Rows are added in the editor.")
TWICE = N_("This number stands in row %(row)s already.")
LIVE_DIFFERS = N_("The live value is %(value)s, not what stands here. Take a new sheet.")
UNIT_DIFFERS = N_("The unit is %(value)s; it is not changed in a sheet.")


@dataclass(frozen=True)
class Item:
    """What one line of a sheet would do, or why it is refused; values are texts in the line's unit."""

    row: int
    cell: str
    product: str
    attribute: str
    names: Labels = field(default_factory=dict)
    unit: Labels = field(default_factory=dict)
    live: str = ""
    before: str = ""
    after: str = ""
    outcome: Outcome = "unchanged"
    fault: Fault | None = None
    remark: Fault | None = None


@dataclass(frozen=True)
class Row:
    """The cells of a line, by the keys of their columns."""

    cells: Sequence[Read]
    columns: Mapping[str, int]

    def cell(self, key: str) -> Read:
        return self.cells[self.columns[key]]

    def text(self, key: str) -> str:
        value = self.cell(key).value
        return "" if value is None else str(value).strip()

    @property
    def number(self) -> int:
        return int("".join(c for c in self.cells[0].address if c.isdigit()))

    def item(self) -> Item:
        cell = self.cell("proposed").address
        return Item(self.number, cell, self.text("product")[:100], self.text("attribute")[:400])


Judged = tuple[Item, Place | None, Any]
"""The line, where its new value goes, and the value; no place for a line that changes nothing."""


def judged(row: Row, versions: Mapping[str, Version], seen: dict[tuple[str, str], int]) -> Judged:
    """Judge a line; ``seen`` remembers which numbers stood in which row."""
    item = row.item()
    try:
        line = _line(row, versions)
        item = replace(item, names=line.labels, unit=line.unit, live=sheet.text_of(line, line.live),
                       before=sheet.text_of(line, line.proposed))  # fmt: skip
        first = seen.setdefault((item.product, line.path), row.number)
        if first != row.number:
            raise _Refused(row.cell("attribute"), TWICE, row=first)
        _check_beside(row, line)
        return _proposed(item, row.cell("proposed"), line)
    except _Refused as refusal:
        return replace(item, outcome="refused", cell=refusal.cell.address, fault=refusal.fault), None, None


class _Refused(Exception):
    def __init__(self, cell: Read, message: str, **values: object):
        super().__init__(message)
        self.cell, self.fault = cell, Fault(f"/{cell.address}", message, values)


def _line(row: Row, versions: Mapping[str, Version]) -> Line:
    _refuse_formulas(row, "product", "attribute")
    version = versions.get(row.text("product"))
    if version is None:
        raise _Refused(row.cell("product"), NO_SUCH_PRODUCT, value=row.text("product")[:40])
    line = version.lines.get(row.text("attribute"))
    if line is None:
        raise _Refused(row.cell("attribute"), NO_SUCH_ATTRIBUTE, value=row.text("attribute")[:80])
    return line


def _refuse_formulas(row: Row, *keys: str) -> None:
    """Nothing is calculated here: what a formula last showed may be of another day."""
    for key in keys:
        if row.cell(key).is_formula:
            raise _Refused(row.cell(key), FORMULA)


def _check_beside(row: Row, line: Line) -> None:
    """What the line says of the live value and the unit is still so: the sheet is of this state."""
    _refuse_formulas(row, "proposed", "live", "unit")
    live = row.cell("live")
    if _read(live, line) != _as_number(sheet.text_of(line, line.live)):
        raise _Refused(live, LIVE_DIFFERS, value=sheet.text_of(line, line.live) or sheet.REMOVE)
    unit = row.text("unit")
    if unit not in {str(line.unit["en"]), str(line.unit["zh"])}:
        raise _Refused(row.cell("unit"), UNIT_DIFFERS, value=line.unit if line.unit["en"] else sheet.REMOVE)


def _as_number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _read(cell: Read, line: Line) -> Decimal | None:
    """The number in a cell, in the line's unit; None where nothing stands."""
    return None if cell.empty else _number_in(cell, line)[0]


def _number_in(cell: Read, line: Line) -> tuple[Decimal | None, bool]:
    try:
        if isinstance(cell.value, str) and cell.kind != "e":
            return sheet.from_text(cell.value, line), False
        exact = spreadsheet.exact(cell.value)
        if exact is None:
            raise Unreadable(NOT_A_NUMBER_CELL)
        return sheet.from_number(exact, cell.format, line)
    except Unreadable as error:
        raise _Refused(cell, error.message, **error.values) from None


def _proposed(item: Item, cell: Read, line: Line) -> Judged:
    if cell.empty:
        if line.proposed is None:
            return item, None, None
        raise _Refused(cell, sheet.EMPTY)
    number, percent = _number_in(cell, line)
    try:
        value = sheet.value_of(line, number)
    except Unreadable as error:
        raise _Refused(cell, error.message, **error.values) from None
    after = sheet.text_of(line, value)
    said = Fault(f"/{cell.address}", sheet.IN_PERCENT, {"value": after}) if percent else None
    if after == item.before:
        return replace(item, after=after, remark=said), None, None
    return replace(item, after=after or sheet.REMOVE, outcome="changed", remark=said), line.place, value
