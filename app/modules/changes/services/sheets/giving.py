"""Giving a request out as a sheet."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from sqlalchemy.orm import Session

from app.kernel.i18n import pick
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.values import is_clean
from app.modules.catalogue.types.description import label
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import sheet
from app.modules.changes.rules.sheet import Line
from app.modules.changes.services.sheets.layout import HEADINGS, versions

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE = label("Change request", "产品变更申请")
_WIDTHS = (18, 30, 44, 36, 16, 18, 14)


def export(session: Session, request: ChangeRequest, now: datetime) -> bytes:
    """The sheet of a request in the person's language: live and proposed beside each other, number by number."""
    book = Workbook(write_only=True)
    page = book.create_sheet(pick(TITLE))
    page.freeze_panes = "A2"
    for place, width in enumerate(_WIDTHS):
        page.column_dimensions["ABCDEFG"[place]].width = width
    page.append([_text(page, pick(names), heading=True) for names in HEADINGS.values()])
    for code, version in versions(session, request, now).items():
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
