"""Reading a workbook that somebody sends, without trusting it.

An .xlsx file is a zip of XML. Before a parser sees it, its size, the number and size of its parts
and their declarations are limited; then each sheet's shape (merged cells, what is hidden, how far it
reaches) is read as a stream, because a single range can name seventeen thousand million cells. Only
then does openpyxl read the values, row by row. Nothing is calculated and no link is followed.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.utils import get_column_letter

from app.kernel.errors import DomainError, Fault, Invalid, TooLarge, invalid
from app.kernel.i18n import N_

MOST_BYTES = 4 * 1024 * 1024
MOST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 200
MOST_ROWS = 50_000
MOST_COLUMNS = 50
MOST_SHAPES = 100
"""Merged ranges and hidden places that are told one by one."""

TOO_LARGE = N_("This workbook is larger than the platform reads.")
NO_WORKBOOK = N_("This is not a workbook of the kind .xlsx that can be read.")
ENCRYPTED = N_("Save the workbook as .xlsx without a password; older kinds and protected files cannot be read.")
DECLARES = N_("The workbook declares XML entities; it is not read.")
HAS_LINKS = N_("The workbook refers to other files or data sources. Break the links, then save it again.")
HAS_CODE = N_("The workbook holds programs or embedded files. Save it as .xlsx without them.")
HIDDEN_SHEET = N_("A sheet is hidden: “%(name)s”. Show it or delete it.")
OTHER_SHEET = N_("Only one sheet is read, and this workbook has another with content: “%(name)s”. Delete it.")
NO_SHEET = N_("The workbook has no sheet with content.")
MERGED = N_("Cells are merged. Undo that, so that each value stands in a cell of its own.")
HIDDEN_ROW = N_("The row is hidden. Show it or delete it.")
HIDDEN_COLUMN = N_("The column is hidden. Show it or delete it.")
TOO_FAR = N_("The sheet reaches further than %(rows)s rows and %(columns)s columns.")

_OLD_KIND = b"\xd0\xcf\x11\xe0"
_LINKS = ("xl/externallinks/", "xl/connections", "xl/querytables/", "xl/model/", "customdata/")
_CODE = ("xl/vbaproject", "xl/embeddings/", "xl/activex/", "xl/macrosheets/", "xl/ctrlprops/")


@dataclass(frozen=True)
class Read:
    """One cell as it stands: ``value`` as openpyxl gives it, ``format`` its number format, ``kind`` its type."""

    address: str
    value: Any
    kind: str
    format: str

    @property
    def empty(self) -> bool:
        return self.value is None or (isinstance(self.value, str) and not self.value.strip())

    @property
    def is_formula(self) -> bool:
        return self.kind == "f"


@dataclass(frozen=True)
class Sheet:
    """The one sheet with content: its rows from the first, and what is wrong with its shape, at cell addresses."""

    rows: Sequence[Sequence[Read]]
    faults: Sequence[Fault] = ()


@dataclass
class _Shape:
    rows: int = 0
    columns: int = 0
    filled: bool = False
    """Whether the row that is being read holds anything; a row that is only formatted is none."""
    faults: list[Fault] = field(default_factory=list)


def read(raw: bytes) -> Sheet:
    """The sheet of a workbook. ``TooLarge`` or ``Invalid`` at ``/file`` for one that cannot be read at all."""
    shapes = _screened(raw)
    try:
        return _values(raw, shapes)
    except DomainError:
        raise
    except Exception as error:  # a file from outside: whatever a parser stumbles over is the file's fault
        raise invalid("/file", NO_WORKBOOK) from error


def _screened(raw: bytes) -> dict[str, _Shape]:
    """The shape of each sheet by its part's name, after all limits are met."""
    if len(raw) > MOST_BYTES:
        raise TooLarge(TOO_LARGE)
    if raw.startswith(_OLD_KIND):
        raise invalid("/file", ENCRYPTED)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            _refuse_excess(parts)
            _refuse_foreign(parts)
            return {name: _shape(parts.read(name)) for name in parts.namelist() if _is_sheet(name)}
    except (zipfile.BadZipFile, etree.XMLSyntaxError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise invalid("/file", NO_WORKBOOK) from error


def _is_sheet(name: str) -> bool:
    return name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml")


def _refuse_excess(parts: zipfile.ZipFile) -> None:
    """No part gives more than it declares (``zipfile`` stops there), so that the sum is a bound."""
    found = parts.infolist()
    if len(found) > MOST_PARTS or sum(part.file_size for part in found) > MOST_UNPACKED:
        raise TooLarge(TOO_LARGE)


def _refuse_foreign(parts: zipfile.ZipFile) -> None:
    names = [name.lower() for name in parts.namelist()]
    if "xl/workbook.xml" not in names:
        raise invalid("/file", NO_WORKBOOK)
    if any(name.startswith(_LINKS) for name in names):
        raise invalid("/file", HAS_LINKS)
    if any(name.startswith(_CODE) for name in names):
        raise invalid("/file", HAS_CODE)
    for name in parts.namelist():
        if name.lower().endswith((".xml", ".rels")):
            _refuse_declarations(parts.read(name))


def _refuse_declarations(xml: bytes) -> None:
    """A document type brings entities, and entities bring files and bombs; workbooks have none, and are UTF-8."""
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"\x00" in xml:
        raise invalid("/file", DECLARES)


def _shape(xml: bytes) -> _Shape:
    found = _Shape()
    steps = etree.iterparse(
        io.BytesIO(xml), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    for _, element in steps:
        _look(found, etree.QName(element).localname, element)
        if etree.QName(element).localname in {"row", "c"}:
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return found


def _look(shape: _Shape, kind: str, element: Any) -> None:
    hidden = element.get("hidden") in {"1", "true"}
    if kind == "c":
        if len(element):
            shape.filled, shape.columns = True, max(shape.columns, _column(element.get("r") or "A"))
    elif kind == "row":
        number = int(element.get("r") or shape.rows + 1)
        if shape.filled:
            shape.rows, shape.filled = max(shape.rows, number), False
            if hidden:
                _note(shape, f"A{number}", HIDDEN_ROW)
    elif kind == "col" and hidden:
        first = int(element.get("min") or 1)
        if first <= MOST_COLUMNS:
            _note(shape, f"{get_column_letter(first)}1", HIDDEN_COLUMN)
    elif kind == "mergeCell":
        _note(shape, str(element.get("ref"))[:20], MERGED)


def _note(shape: _Shape, address: str, message: str) -> None:
    if len(shape.faults) < MOST_SHAPES:
        shape.faults.append(Fault(f"/{address}", message, code="shape"))


def _column(address: str) -> int:
    number = 0
    for letter in address.rstrip("0123456789").upper():
        number = number * 26 + ord(letter) - 64
    return number


def _values(raw: bytes, shapes: dict[str, _Shape]) -> Sheet:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what openpyxl leaves out, styles and the like, is not asked for
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=False, keep_links=False)
        try:
            return _only_sheet(book, shapes)
        finally:
            book.close()


def _only_sheet(book: Any, shapes: dict[str, _Shape]) -> Sheet:
    filled = [(sheet, shape) for sheet in book.worksheets if (shape := _shape_of(sheet, shapes)).rows]
    faults = [
        Fault("/file", HIDDEN_SHEET, {"name": sheet.title}, code="shape")
        for sheet in book.worksheets
        if sheet.sheet_state != "visible"
    ]
    if not filled:
        raise invalid("/file", NO_SHEET)
    faults += [Fault("/file", OTHER_SHEET, {"name": sheet.title}, code="shape") for sheet, _ in filled[1:]]
    sheet, shape = filled[0]
    if shape.rows > MOST_ROWS or shape.columns > MOST_COLUMNS:
        values = {"rows": MOST_ROWS, "columns": MOST_COLUMNS}
        raise Invalid(NO_WORKBOOK, faults=[Fault("/file", TOO_FAR, values)])
    return Sheet(list(_rows(sheet, shape)), [*faults, *shape.faults])


def _shape_of(sheet: Any, shapes: dict[str, _Shape]) -> _Shape:
    return shapes.get(str(sheet._worksheet_path).lstrip("/")) or _Shape()


def _rows(sheet: Any, shape: _Shape) -> Iterator[list[Read]]:
    sheet.reset_dimensions()  # what a file says of its own size is not believed
    for number, row in enumerate(sheet.iter_rows(max_row=shape.rows, max_col=max(shape.columns, 1)), start=1):
        yield [
            Read(
                f"{get_column_letter(place)}{number}",
                cell.value,
                getattr(cell, "data_type", "n"),
                getattr(cell, "number_format", None) or "General",
            )
            for place, cell in enumerate(row, start=1)
        ]


def exact(value: object) -> Decimal | None:
    """The number that a cell holds, as the file spells it: the shortest decimal of a binary number. None for others."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    found = Decimal(repr(value))
    return found if found.is_finite() else None
