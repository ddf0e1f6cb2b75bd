"""Tables of figures sent as CSV: read strictly, each fault with its row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.kernel.errors import Fault, Invalid, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import parse_decimal

POINTER = "/table"
MOST_ROWS, MOST_COLUMNS, MOST_FAULTS = 20_000, 50, 20
EMPTY = N_("The table has no rows.")
NO_TABLE = N_("This cannot be read as a table: %(reason)s.")
TOO_LARGE = N_("A table has at most %(rows)s rows and %(columns)s columns.")
TWICE = N_("A column without a name, or two of the same name.")
RAGGED = N_("Row %(row)s has %(cells)s cells; the heading has %(columns)s.")
NOT_NUMBER = N_("Row %(row)s, column “%(column)s”: “%(value)s” is not a number. Encode words as figures first.")


@dataclass(frozen=True)
class Table:
    """A heading and its rows of texts."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def column(self, name: str) -> list[str]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]


def read_table(text: str) -> Table:
    """The table in a CSV text; row 1 is the heading. ``Invalid`` where it is none."""
    try:
        read = csv.reader(io.StringIO(text.lstrip("\ufeff")), strict=True)
        lines = [[cell.strip() for cell in row] for row in read if row]
    except csv.Error as error:
        raise invalid(POINTER, NO_TABLE, reason=str(error)) from None
    if len(lines) < 2:
        raise invalid(POINTER, EMPTY, code="empty_table")
    columns, rows = lines[0], lines[1:]
    if len(rows) > MOST_ROWS or len(columns) > MOST_COLUMNS:
        raise invalid(POINTER, TOO_LARGE, code="table_too_large", rows=MOST_ROWS, columns=MOST_COLUMNS)
    if "" in columns or len(set(columns)) < len(columns):
        raise invalid(POINTER, TWICE, code="ambiguous_heading")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(columns):
            raise invalid(POINTER, RAGGED, code="ragged", row=number, cells=len(row), columns=len(columns))
    return Table(columns, rows)


def figures(table: Table, names: Sequence[str]) -> dict[str, list[Decimal]]:
    """Some columns as exact numbers. ``Invalid`` with the first cells that are none."""
    found: dict[str, list[Decimal]] = {name: [] for name in names}
    faults: list[Fault] = []
    for name in names:
        for number, cell in enumerate(table.column(name), start=2):
            try:
                found[name].append(parse_decimal(cell))
            except ValueError:
                faults.append(_no_figure(number, name, cell))
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults[:MOST_FAULTS])
    return found


def _no_figure(row: int, column: str, value: str) -> Fault:
    values = {"row": row, "column": column, "value": value[:40]}
    return Fault(f"{POINTER}/{row}/{column}", NOT_NUMBER, values, "not_a_number")
