"""Answers of customers as a CSV text: two columns, each fault named with its line."""

from __future__ import annotations

import csv
import io

from app.kernel.errors import Fault, Invalid, invalid
from app.kernel.i18n import N_
from app.modules.exits.services.answering import ANSWERS, WRONG, Answer

COLUMNS = ["holding", "answer"]
MOST_LINES = 5_000
MOST_FAULTS = 20


def read(text: str) -> list[Answer]:
    """One answer a line, under the heading ``holding,answer``; 422 names each line that is none."""
    try:
        lines = list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), strict=True))
    except csv.Error:
        raise invalid("/csv", N_("This is not a table of comma-separated values."), code="csv") from None
    if not lines or [cell.strip() for cell in lines[0]] != COLUMNS:
        raise invalid("/csv", N_("The first line must be: holding,answer."), code="heading")
    rows = [(place, line) for place, line in enumerate(lines[1:], start=2) if line]
    if not 1 <= len(rows) <= MOST_LINES:
        raise invalid("/csv", N_("From 1 to %(most)s lines are taken at once."), code="lines", most=MOST_LINES)
    faults = [fault for place, line in rows if (fault := _fault(place, line))]
    if faults:
        raise Invalid(WRONG, faults=faults[:MOST_FAULTS])
    return [Answer(int(line[0]), line[1].strip()) for _, line in rows]


def _fault(place: int, line: list[str]) -> Fault | None:
    values = {"line": place}
    if len(line) != len(COLUMNS):
        return Fault("/csv", N_("Line %(line)s does not have two columns."), values, "columns")
    number = line[0].strip()
    if not (number.isascii() and number.isdigit() and 0 < int(number[:17]) < 2**53):
        return Fault("/csv", N_("Line %(line)s does not begin with the number of a holding."), values, "holding")
    if line[1].strip() not in ANSWERS:
        return Fault("/csv", N_("Line %(line)s: the answer is consent or opt_out."), values, "answer")
    return None
