"""A workbook from outside is limited before it is parsed, and what could mislead is named at its cell."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from app.kernel import spreadsheet
from app.kernel.errors import DomainError

FIRST = "xl/worksheets/sheet1.xml"


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def workbook(*rows: list[Any]) -> Workbook:
    book = Workbook()
    for row in rows or (["a", 1.5],):
        book.active.append(row)
    return book


def rewritten(raw: bytes, parts: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """The zip with some parts put otherwise; a part that was not there is made out of nothing."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, parts.get(name, lambda b: b)(old.read(name)))
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name](b""))
    return file.getvalue()


def refusal(raw: bytes) -> DomainError:
    with pytest.raises(DomainError) as refused:
        spreadsheet.read(raw)
    return refused.value


def faults(book: Workbook) -> list[tuple[str, str]]:
    return [(f.pointer, f.message) for f in spreadsheet.read(saved(book)).faults]


def test_values_come_with_their_cell_type_and_format() -> None:
    book = workbook(["code", 0.0155, "=1+1", True])
    book.active["B1"].number_format = "0.00%"
    (row,) = spreadsheet.read(saved(book)).rows
    assert [(c.address, c.value, c.kind) for c in row[:3]] == [
        ("A1", "code", "s"),
        ("B1", 0.0155, "n"),
        ("C1", "=1+1", "f"),
    ]
    assert (row[1].format, row[2].is_formula, spreadsheet.exact(row[3].value)) == ("0.00%", True, None)


def test_a_binary_number_is_its_shortest_decimal() -> None:
    assert spreadsheet.exact(1.55) == Decimal("1.55")
    assert spreadsheet.exact(float("inf")) is None


def test_merged_and_hidden_places_are_named() -> None:
    book = workbook(["a", 1], ["b", 2], ["c", 3])
    book.active.merge_cells("A1:B1")
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["B"].hidden = True
    assert set(faults(book)) == {
        ("/A1:B1", spreadsheet.MERGED),
        ("/A2", spreadsheet.HIDDEN_ROW),
        ("/B1", spreadsheet.HIDDEN_COLUMN),
    }


def test_hidden_and_other_sheets_are_named_but_empty_ones_are_not() -> None:
    book = workbook()
    book.create_sheet("Secret").sheet_state = "hidden"
    assert faults(book) == [("/file", spreadsheet.HIDDEN_SHEET)]
    book = workbook()
    book.create_sheet("Sheet2")
    assert faults(book) == []
    book["Sheet2"].append([1])
    assert faults(book) == [("/file", spreadsheet.OTHER_SHEET)]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("xl/externalLinks/externalLink1.xml", spreadsheet.HAS_LINKS),
        ("xl/connections.xml", spreadsheet.HAS_LINKS),
        ("xl/vbaProject.bin", spreadsheet.HAS_CODE),
        ("xl/embeddings/oleObject1.bin", spreadsheet.HAS_CODE),
    ],
)
def test_links_and_programs_are_refused(name: str, message: str) -> None:
    assert refusal(rewritten(saved(workbook()), {name: lambda _: b"<x/>"})).faults[0].message == message


@pytest.mark.parametrize(
    "declared",
    [
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
@pytest.mark.parametrize("part", [FIRST, "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"])
def test_declared_entities_are_refused(declared: bytes, part: str) -> None:
    raw = rewritten(saved(workbook()), {part: lambda b: re.sub(rb"^(<\?xml[^>]*>)?", rb"\1" + declared, b, count=1)})
    assert refusal(raw).faults[0].message == spreadsheet.DECLARES


def test_entities_in_another_encoding_are_refused() -> None:
    hidden = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")
    assert refusal(rewritten(saved(workbook()), {FIRST: lambda _: hidden})).faults[0].message == spreadsheet.DECLARES


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    raw = rewritten(saved(workbook()), {"xl/media/a.xml": lambda _: b" " * (spreadsheet.MOST_UNPACKED + 1)})
    assert len(raw) < spreadsheet.MOST_BYTES
    began = time.process_time()
    assert refusal(raw).status == 413
    assert time.process_time() - began < 1
    assert refusal(b"PK" + bytes(spreadsheet.MOST_BYTES)).status == 413
    many = {f"xl/media/{n}.xml": (lambda _: b"<a/>") for n in range(spreadsheet.MOST_PARTS)}
    assert refusal(rewritten(saved(workbook()), many)).status == 413


def test_a_range_over_everything_costs_nothing() -> None:
    everything = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    raw = rewritten(saved(workbook()), {FIRST: lambda b: b.replace(b"</worksheet>", everything)})
    began = time.process_time()
    assert [f.pointer for f in spreadsheet.read(raw).faults] == ["/A1:XFD1048576"]
    assert time.process_time() - began < 1


@pytest.mark.parametrize("cell", ["A1048576", "XFD1"])
def test_a_sheet_that_reaches_too_far_is_refused(cell: str) -> None:
    book = workbook()
    book.active[cell] = 1
    assert refusal(saved(book)).faults[0].message == spreadsheet.TOO_FAR


def test_a_far_row_that_is_only_formatted_does_not_count() -> None:
    book = workbook()
    book.active["A1048576"].number_format = "0.00"
    assert len(spreadsheet.read(saved(book)).rows) == 1


@pytest.mark.parametrize(
    "raw", [b"", b"PK\x03\x04", b"product,rate\n", b"\xd0\xcf\x11\xe0" + bytes(600), saved(Workbook())], ids=range(5)
)
def test_what_is_no_workbook_is_said_to_be_none(raw: bytes) -> None:
    assert refusal(raw).status == 422


@pytest.mark.parametrize("part", [FIRST, "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize("text", [b"", b"<a/>", b"<worksheet", b"\xff\xfe"])
def test_a_broken_part_is_the_files_fault(part: str, text: bytes) -> None:
    raw = rewritten(saved(workbook()), {part: lambda _: text})
    if (part, text) != ("xl/styles.xml", b"<a/>"):  # no styles at all can be read
        assert refusal(raw).status == 422
