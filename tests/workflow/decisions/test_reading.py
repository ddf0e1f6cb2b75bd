"""DMN files: what is read, and that every fault is found where it is."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.workflow.decisions import check_table, read_table
from app.workflow.decisions.services import FOLDER
from app.workflow.engine.errors import DrawingRefused
from tests.workflow.decisions.tables import dmn

SHIPPED = sorted(FOLDER.glob("*.dmn"))


def codes(xml: bytes) -> list[tuple[str, str | None]]:
    return [(f.code, f.element_id) for f in check_table(xml)[1] if f.severity == "error"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_table_is_clean_bilingual_and_annotated_row_by_row(path: Any) -> None:
    tables, findings = check_table(path.read_bytes())
    assert findings == []
    (table,) = tables
    assert table.key == path.stem
    texts = [table.names, table.descriptions, *(i.labels for i in table.inputs), *(o.labels for o in table.outputs)]
    assert all(set(t) == {"en", "zh"} for t in [*texts, *(r.annotations for r in table.rules)])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_table_can_be_drawn(path: Any) -> None:
    xml = path.read_text()
    assert f'dmnElementRef="{path.stem}"' in xml
    assert "https://www.omg.org/spec/DMN/20191111/MODEL/" in xml


def test_names_types_and_annotations_are_read() -> None:
    (table,) = read_table(dmn([(["> 5"], ['"big"'])], policy="FIRST"))
    assert (table.key, table.hit_policy, table.inputs[0].type) == ("size", "FIRST", "number")
    assert table.names == {"en": "Size", "zh": "大小"}
    assert table.rules[0].annotations == {"en": "bank policy", "zh": "行内制度"}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (('decision id="size"', "decision"), ("no_decision_id", "definitions")),
        (("&gt; 5", "&gt; &gt; 5"), ("bad_cell", "row_1_amount")),
        (('"big"', '"big'), ("bad_cell", "row_1_is_size")),
        (('hitPolicy="UNIQUE"', 'hitPolicy="OUTPUT ORDER"'), ("hit_policy", "size_table")),
        (('hitPolicy="UNIQUE"', 'hitPolicy="PRIORITY"'), ("no_priorities", "size_table")),
        (('hitPolicy="UNIQUE"', 'hitPolicy="UNIQUE" aggregation="SUM"'), ("aggregation", "size_table")),
        (('typeRef="number"', 'typeRef="colour"'), ("type", "in_amount")),
        (("<text>amount</text>", "<text/>"), ("no_expression", "in_amount")),
        (("<text>amount</text>", "<text>amount[</text>"), ("bad_cell", "in_amount")),
        (('id="row_1"', 'id="size"'), ("duplicate_id", "size")),
    ],
)
def test_a_fault_is_found_at_its_element(change: tuple[str, str], finding: tuple[str, str]) -> None:
    xml = dmn([(["> 5"], ['"big"'])]).replace(change[0].encode(), change[1].encode(), 1)
    assert finding in codes(xml)
    with pytest.raises(DrawingRefused):
        read_table(xml)


def test_a_finding_says_the_line() -> None:
    xml = dmn([(["> 5"], ['"big"']), (["<<"], ['"x"'])])
    (finding,) = [f for f in check_table(xml)[1] if f.code == "bad_cell"]
    assert finding.element_id == "row_2_amount"
    assert "row_2_amount" in xml.decode().splitlines()[(finding.line or 0) - 1]


def test_a_missing_column_is_found_and_a_missing_source_is_a_warning() -> None:
    xml = re.sub(rb"<outputEntry.*?</outputEntry>", b"", dmn([(["> 5"], ['"big"'])]), flags=re.S)
    assert codes(xml) == [("columns", "row_1")]
    bare = re.sub(rb"<description>.*?</description>|tollgate:annotationZh=\"[^\"]*\"", b"", dmn([(["1"], ["2"])]))
    assert [f.code for f in check_table(bare)[1]] == ["no_annotation"]


def test_a_table_without_inputs_outputs_or_rules_is_read_without_a_crash() -> None:
    xml = re.sub(rb"<(input|output) id.*?</\1>|<output [^>]*/>|<rule .*</rule>", b"", dmn([(["1"], ["2"])]), flags=re.S)
    assert {c for c, _ in codes(xml)} == {"no_inputs", "no_outputs"}


def test_a_decision_that_is_no_table_is_refused() -> None:
    xml = re.sub(rb"<decisionTable.*</decisionTable>", b"<literalExpression/>", dmn([(["1"], ["2"])]), flags=re.S)
    assert codes(xml) == [("no_table", "size")]


BOMB = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><d>&b;</d>'
FILE = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>'


@pytest.mark.parametrize(
    "xml", [b"", b"x", b"<a/>", b"<a>", BOMB, FILE, b"\0" * 10, b"<a>" * 100_000, b" " * 2_100_000]
)
def test_hostile_xml_is_a_finding(xml: bytes) -> None:
    tables, findings = check_table(xml)
    assert tables == []
    assert findings


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_findings(xml: bytes) -> None:
    assert check_table(xml)[1]


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from(["UNIQUE", "FIRST", "COLLECT", "x", ""]))
def test_arbitrary_cells_are_findings_or_tables(condition: str, result: str, policy: str) -> None:
    with suppress(ValueError):  # characters that XML cannot hold
        check_table(dmn([([condition], [result])], policy=policy))
