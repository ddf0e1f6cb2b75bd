"""A change request as an Excel sheet: given out, read back, shown before it is applied, applied whole or not at all."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import spreadsheet
from app.kernel.errors import Conflict, Fault, Invalid, Stale
from app.kernel.i18n import N_, pick
from app.kernel.spreadsheet import Read
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.values import is_clean
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.types import Labels
from app.modules.catalogue.types.description import label
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import sheet
from app.modules.changes.rules.sheet import Line, Place, Unreadable
from app.modules.changes.rules.states import EDITABLE
from app.modules.changes.services.differences import pairs
from app.modules.changes.services.drafts import WRONG, Wanted, save_step
from app.modules.changes.services.records import for_change, note

Outcome = Literal["changed", "unchanged", "refused"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS: Mapping[str, Labels] = {
    "product": label("Product code", "产品代码"),
    "product_name": label("Product", "产品"),
    "attribute": label("Attribute path", "属性路径"),
    "attribute_name": label("Attribute", "属性"),
    "live": label("Live value", "现行值"),
    "proposed": label("Proposed value", "拟变更值"),
    "unit": label("Unit", "单位"),
}
"""The columns of the sheet, in its order. They are known by their headings, in either language."""
_NEEDED = ("product", "attribute", "live", "proposed", "unit")
_WIDTHS = (18, 30, 44, 36, 16, 18, 14)

TITLE = label("Change request", "产品变更申请")
NO_COLUMN = N_("The column “%(name)s” is missing.")
TWO_COLUMNS = N_("The column “%(name)s” stands here twice.")
FOREIGN_COLUMN = N_("“%(name)s” is no column of this sheet. Delete the column.")
NO_HEADING = N_("A value stands outside the columns of this sheet. Delete it.")
FORMULA = N_("The cell holds a formula. Put the value in its place.")
NOT_A_NUMBER_CELL = N_("The cell holds a date, an error or a yes/no, not a number.")
NO_SUCH_PRODUCT = N_("“%(value)s” is no product of this request.")
NO_SUCH_ATTRIBUTE = N_("The proposed version has no number at “%(value)s”. Rows are added in the editor.")
TWICE = N_("This number stands in row %(row)s already.")
LIVE_DIFFERS = N_("The live value is %(value)s, not what stands here. Take a new sheet.")
UNIT_DIFFERS = N_("The unit is %(value)s; it is not changed in a sheet.")
CHANGED_MEANWHILE = N_("Somebody changed the request after the preview. Upload the sheet again.")
NOT_EDITABLE = N_("The request is %(state)s; it cannot be edited any more.")


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


@dataclass(frozen=True)
class _Version:
    product: Product
    live: Mapping[str, Any] | None
    proposed: Mapping[str, Any]
    lines: Mapping[str, Line]


def _versions(session: Session, request: ChangeRequest, now: datetime) -> dict[str, _Version]:
    both = pairs(session, request, now)
    codes = [new.product_code for _, new in both]
    products = {p.code: p for p in session.scalars(select(Product).where(Product.code.in_(codes)))}
    found = {}
    for old, new in both:
        live = old.content if old else None
        lines = {line.path: line for line in sheet.lines(live, new.content)}
        found[new.product_code] = _Version(products[new.product_code], live, new.content, lines)
    return found


# Giving it out


def export(session: Session, request: ChangeRequest, now: datetime) -> bytes:
    """The sheet of a request in the person's language: live and proposed beside each other, number by number."""
    book = Workbook(write_only=True)
    page = book.create_sheet(pick(TITLE))
    page.freeze_panes = "A2"
    for place, width in enumerate(_WIDTHS):
        page.column_dimensions["ABCDEFG"[place]].width = width
    page.append([_text(page, pick(names), heading=True) for names in HEADINGS.values()])
    for code, version in _versions(session, request, now).items():
        for line in version.lines.values():
            page.append(_cells(page, code, version.product, line))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cells(page: Any, code: str, product: Product, line: Line) -> list[Any]:
    return [
        _text(page, code),
        _text(page, pick(product.names)),
        _text(page, line.path),
        _text(page, pick(line.labels)),
        _number(page, sheet.text_of(line, line.live)),
        _number(page, sheet.text_of(line, line.proposed), open_to_edit=True),
        _text(page, pick(line.unit)),
    ]


def _text(page: Any, text: str, *, heading: bool = False) -> Any:
    """A text that stays one: what begins like a formula is none."""
    kept = text if is_clean(text) else "".join(c for c in text if is_clean(c))
    cell = WriteOnlyCell(page, kept[:32_000])
    cell.data_type = "s"
    cell.number_format = "@"
    if heading:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EDF3")
    return cell


def _number(page: Any, text: str, *, open_to_edit: bool = False) -> Any:
    """A number as a number, if a spreadsheet keeps all its digits; otherwise as text."""
    exact = len(Decimal(text or "0").normalize().as_tuple().digits) <= sheet.MOST_DIGITS
    cell = WriteOnlyCell(page, Decimal(text) if text and exact else text or None)
    cell.alignment = Alignment(horizontal="right")
    if open_to_edit:
        cell.fill = PatternFill("solid", fgColor="FFF8DC")
    return cell


# Reading it back


def plan(session: Session, request: ChangeRequest, raw: bytes, now: datetime) -> Plan:
    """What the sheet would change, line by line. Nothing is written. 413 or 422 for a file that cannot be read."""
    found = spreadsheet.read(raw)
    columns, faults = _columns(found.rows[0] if found.rows else ())
    faults = [*found.faults, *faults]
    if any(name not in columns for name in _NEEDED):
        return Plan((), faults, {})
    versions = _versions(session, request, now)
    rows = [row for row in found.rows[1:] if any(not cell.empty for cell in row)]
    faults += [Fault(f"/{c.address}", NO_HEADING) for row in rows for c in _outside(row, columns, found.rows[0])]
    seen: dict[tuple[str, str], int] = {}
    judged = [_judged(_Row(row, columns), versions, seen) for row in rows]
    return _checked(versions, judged, faults)


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
    missing = [HEADINGS[key] for key in _NEEDED if key not in found]
    return found, [*faults, *(Fault("/A1", NO_COLUMN, {"name": names}) for names in missing)]


def _outside(row: Sequence[Read], columns: Mapping[str, int], headings: Sequence[Read]) -> list[Read]:
    """Values in columns that have no heading; a foreign heading is told once, not with each of its cells."""
    ours = set(columns.values()) | {n for n, cell in enumerate(headings) if not cell.empty}
    return [cell for n, cell in enumerate(row) if n not in ours and not cell.empty]


@dataclass(frozen=True)
class _Row:
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


def _judged(row: _Row, versions: Mapping[str, _Version], seen: dict[tuple[str, str], int]) -> Judged:
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


def _line(row: _Row, versions: Mapping[str, _Version]) -> Line:
    _refuse_formulas(row, "product", "attribute")
    version = versions.get(row.text("product"))
    if version is None:
        raise _Refused(row.cell("product"), NO_SUCH_PRODUCT, value=row.text("product")[:40])
    line = version.lines.get(row.text("attribute"))
    if line is None:
        raise _Refused(row.cell("attribute"), NO_SUCH_ATTRIBUTE, value=row.text("attribute")[:80])
    return line


def _refuse_formulas(row: _Row, *keys: str) -> None:
    """Nothing is calculated here: what a formula last showed may be of another day."""
    for key in keys:
        if row.cell(key).is_formula:
            raise _Refused(row.cell(key), FORMULA)


def _check_beside(row: _Row, line: Line) -> None:
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


def _checked(versions: Mapping[str, _Version], judged: Sequence[Judged], faults: Sequence[Fault]) -> Plan:
    """The plan, with what the documents' own check says of each product set beside the lines that caused it."""
    changes: dict[str, dict[Place, Any]] = defaultdict(dict)
    for item, place, value in judged:
        if place is not None:
            changes[item.product][place] = value
    contents, wrong = {}, {}
    for code, values in changes.items():
        content = sheet.with_values(versions[code].proposed, values)
        try:
            contents[code] = load_content(content)
        except Invalid as error:
            wrong[code] = error.faults
    items = list(_placed(judged, wrong))
    refused = faults or any(item.fault for item in items)
    return Plan(items, faults, {} if refused else contents)


def _placed(judged: Iterable[Judged], wrong: Mapping[str, Sequence[Fault]]) -> Iterator[Item]:
    """A fault of a document at the line whose value it points to; else at the product's first change."""
    left = {code: list(faults) for code, faults in wrong.items()}
    at_line = {(code, fault.pointer): fault for code, faults in wrong.items() for fault in faults}
    places = {(item.product, place.pointer) for item, place, _ in judged if place is not None}
    for item, place, _ in judged:
        fault = None
        if place is not None and item.product in left:
            fault = next((f for (code, at), f in at_line.items() if code == item.product
                          and (at == place.pointer or at.startswith(place.pointer + "/"))), None)  # fmt: skip
            others = [f for f in left[item.product] if (item.product, f.pointer) not in places]
            fault = fault or (others[0] if others else None)
            left[item.product] = []
        yield item if fault is None else replace(item, outcome="refused", fault=replace(fault, pointer=f"/{item.cell}"))


# Applying it


def apply(uow: Session, *, request_id: int, raw: bytes, actor: Actor, now: datetime) -> Plan:
    """Apply a sheet, all of it or nothing: 422 with the address of each cell that is refused."""
    request = editable(uow, request_id, actor)
    found = plan(uow, request, raw, now)
    _save(uow, request, found, actor, now)
    return found


def apply_values(
    uow: Session, *, request_id: int, version: int, values: Sequence[tuple[str, str, str, str]], actor: Actor,
    now: datetime,
) -> Plan:  # fmt: skip
    """Apply what a preview showed: ``(product, attribute, new value, cell)``. 412 if the request changed since."""
    request = editable(uow, request_id, actor)
    if request.version != version:
        raise Stale(CHANGED_MEANWHILE)
    found = _from_values(_versions(uow, request, now), values)
    _save(uow, request, found, actor, now)
    return found


def _from_values(versions: Mapping[str, _Version], values: Sequence[tuple[str, str, str, str]]) -> Plan:
    keys = ("product", "attribute", "live", "proposed", "unit")
    columns = {key: n for n, key in enumerate(keys)}
    judged, seen = [], dict[tuple[str, str], int]()
    for number, (product, attribute, text, cell) in enumerate(values, start=2):
        line = versions[product].lines.get(attribute) if product in versions else None
        live = sheet.text_of(line, line.live) if line else ""
        unit = str(line.unit["en"]) if line else ""
        given = zip((f"A{number}", f"B{number}", f"C{number}", cell, f"E{number}"),
                    (product, attribute, live, text, unit), strict=True)  # fmt: skip
        cells = [Read(address, said, "s", "@") for address, said in given]
        judged.append(_judged(_Row(cells, columns), versions, seen))
    return _checked(versions, judged, [])


def editable(session: Session, request_id: int, actor: Actor) -> ChangeRequest:
    """The request, locked, for its initiator while it can be edited: otherwise 404, 403 or 409."""
    request, _ = for_change(session, request_id, actor)
    refuse_closed(request, actor)
    return request


def refuse_closed(request: ChangeRequest, actor: Actor) -> None:
    """403 for anybody but the initiator, 409 once it cannot be edited any more."""
    require(actor, "change.edit", Facts(initiator=request.initiator))
    if request.state not in EDITABLE:
        raise Conflict(NOT_EDITABLE, code="wrong_state", state=request.state)


def _save(uow: Session, request: ChangeRequest, found: Plan, actor: Actor, now: datetime) -> None:
    if found.refusals:
        raise Invalid(WRONG, faults=found.refusals[:200])
    if not found.contents:
        return
    wanted = [Wanted(product=code, content=content) for code, content in found.contents.items()]
    save_step(uow, request_id=request.id, actor=actor, now=now, wanted=wanted)
    changes = len(found.of("changed"))
    note(uow, request, "change.sheet", actor, now, changes=changes, products=sorted(found.contents))
