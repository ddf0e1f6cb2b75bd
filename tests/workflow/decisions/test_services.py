"""Versions of tables, and the trace each decision leaves, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from app.identity.actors import Actor
from app.kernel import audit
from app.kernel.database import db, session, unit_of_work
from app.kernel.errors import Forbidden, Invalid
from app.workflow.decisions import DecisionError
from app.workflow.decisions.models import DecisionDefinition, DecisionRecord
from app.workflow.decisions.queries import decision_keys, latest, records_of, versions
from app.workflow.decisions.services import FOLDER, decide, deploy_table, seed_tables
from tests.workflow.decisions.tables import dmn

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
DESIGNER = Actor(id=1, username="lin", names={"en": "Lin", "zh": "林"}, roles=frozenset({"process_designer"}))
OFFICER = Actor(id=2, username="mei", names={"en": "Mei", "zh": "梅"}, roles=frozenset({"officer"}))
SMALL = dmn([(["> 5"], ['"big"']), (["<= 5"], ['"small"'])])
OTHER = dmn([(["> 7"], ['"big"']), (["<= 7"], ['"small"'])])


def deployed(xml: bytes, actor: Actor = DESIGNER) -> int:
    with unit_of_work() as uow:
        return deploy_table(uow, xml=xml, actor=actor, now=NOW).version


def decided(**inputs: object) -> object:
    with unit_of_work() as uow:
        return decide(uow, key="size", inputs=inputs, now=NOW, instance_id=7, element_id="measure")


def test_a_designer_deploys_and_the_next_case_is_decided_by_it(app: Flask) -> None:
    assert deployed(SMALL) == 1
    assert decided(amount=6) == "big"
    assert deployed(OTHER) == 2
    assert decided(amount=6) == "small"


def test_the_same_content_is_the_same_version_and_an_earlier_one_may_return(app: Flask) -> None:
    assert [deployed(SMALL), deployed(SMALL), deployed(OTHER), deployed(SMALL)] == [1, 1, 2, 3]
    assert [d.version for d in versions(session(), "size")] == [3, 2, 1]


def test_only_a_designer_deploys(app: Flask) -> None:
    with pytest.raises(Forbidden):
        deployed(SMALL, OFFICER)
    assert decision_keys(session()) == []


def test_a_faulty_table_is_refused_with_its_elements_and_changes_nothing(app: Flask) -> None:
    with pytest.raises(Invalid) as caught:
        deployed(SMALL.replace(b"&gt; 5", b"&gt;&gt; 5"))
    assert [f.pointer for f in caught.value.faults] == ["/xml#row_1_amount"]
    assert decision_keys(session()) == []


def test_one_table_a_file(app: Flask) -> None:
    body = (
        SMALL.split(b'urn:test">')[1].replace(b"</definitions>", b"").replace(b"size", b"other").replace(b"row", b"r")
    )
    with pytest.raises(Invalid) as caught:
        deployed(
            SMALL.replace(b"</definitions>", body.replace(b"in_", b"i_").replace(b"out_", b"o_") + b"</definitions>")
        )
    assert [f.code for f in caught.value.faults] == ["several_decisions"]


def test_each_decision_leaves_table_inputs_rules_and_output(app: Flask) -> None:
    deployed(SMALL)
    decided(amount="6.25", unrelated="x")
    (kept,) = records_of(session(), 7)
    definition = latest(session(), "size")
    assert (kept.decision_key, kept.definition_id, kept.table_hash) == ("size", definition.id, definition.content_hash)
    assert (kept.inputs, kept.rules, kept.output) == ({"amount": "6.25"}, ["row_1"], "big")
    assert (kept.element_id, kept.at) == ("measure", NOW)


def test_a_decision_that_cannot_be_taken_leaves_nothing(app: Flask) -> None:
    deployed(SMALL)
    with pytest.raises(DecisionError):
        decided(amount="much")
    with pytest.raises(DecisionError), unit_of_work() as uow:
        decide(uow, key="nothing", inputs={}, now=NOW)
    assert session().scalar(select(func.count()).select_from(DecisionRecord)) == 0


def test_a_decision_takes_two_statements(app: Flask) -> None:
    deployed(SMALL)
    statements: list[str] = []

    def count(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        decided(amount=6)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    assert len([s for s in statements if not s.startswith(("BEGIN", "COMMIT"))]) == 2


def test_a_deployment_is_in_the_audit_chain(app: Flask) -> None:
    deployed(SMALL)
    deployed(OTHER)
    events = list(session().scalars(select(audit.AuditEvent).where(audit.AuditEvent.stream == "decision:size")))
    assert [(e.actor, e.payload["version"]) for e in events if e.payload] == [("lin", 1), ("lin", 2)]
    assert list(audit.verify(session())) == []


def test_the_shipped_tables_are_deployed_once(app: Flask) -> None:
    for _ in range(2):
        with unit_of_work() as uow:
            seed_tables(uow, FOLDER, now=NOW)
    assert set(decision_keys(session())) == {p.stem for p in FOLDER.glob("*.dmn")}
    assert session().scalar(select(func.max(DecisionDefinition.version))) == 1


def test_new_shipped_content_is_deployed_unless_the_bank_has_its_own(app: Flask, tmp_path: Path) -> None:
    def shipped(xml: bytes) -> int:
        (tmp_path / "size.dmn").write_bytes(xml)
        with unit_of_work() as uow:
            seed_tables(uow, tmp_path, now=NOW)
        return latest(session(), "size").version

    assert [shipped(SMALL), shipped(OTHER), shipped(SMALL)] == [1, 2, 2]
    assert deployed(dmn([(["-"], ['"ours"'])])) == 3
    assert shipped(dmn([(["-"], ['"newer"'])])) == 3
