"""Deploying decision tables and deciding by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.identity.permissions import require
from app.kernel import audit
from app.kernel.errors import Conflict, Fault, Invalid, invalid
from app.kernel.i18n import N_
from app.workflow.decisions.errors import DecisionError
from app.workflow.decisions.models import DecisionDefinition, DecisionRecord
from app.workflow.decisions.queries import latest, latest_or_none, newest_or_none, table_of
from app.workflow.decisions.reading import one_table
from app.workflow.decisions.tables import DecisionTable, Result
from app.workflow.engine.errors import Finding
from app.workflow.second_person import EFFECTIVE, REFUSED, WAITING, second_word

FOLDER = Path(__file__).resolve().parents[3] / "rules"
"""The tables that ship with the platform."""
RESERVED_KEYS = frozenset({"check"})
"""What stands at the place of a key in an address of the API."""


def check(xml: bytes) -> Sequence[Finding]:
    """All findings on a DMN file, whatever was sent."""
    return one_table(xml)[1]


def deploy_table(
    uow: Session, *, xml: bytes, actor: Actor, now: datetime, second_person: bool = False
) -> DecisionDefinition:
    """A new version of a table; the content of the newest version again is that version.

    ``second_person``: the version waits until somebody else approves it. Raises ``Invalid``
    with each error's element as the pointer, ``Conflict`` if somebody deploys the same table
    at the same instant.
    """
    require(actor, "process.deploy")
    table = _deployable(xml)
    if table.key in RESERVED_KEYS:
        raise invalid("/xml", N_("The key “%(key)s” stands for something else; choose another."), key=table.key)
    return _deploy(uow, table, xml, actor, now, WAITING if second_person else EFFECTIVE)


def approve_table(uow: Session, *, key: str, version: int, actor: Actor, now: datetime) -> DecisionDefinition:
    """The second person's word: the bank decides by the waiting version from now on."""
    return second_word(uow, DecisionDefinition, "decision.approve", key=key, version=version, actor=actor, now=now)


def refuse_table(uow: Session, *, key: str, version: int, actor: Actor, now: datetime) -> DecisionDefinition:
    """The second person says no: nothing is ever decided by the waiting version."""
    return second_word(uow, DecisionDefinition, "decision.refuse", key=key, version=version, actor=actor, now=now)


def _deployable(xml: bytes) -> DecisionTable:
    table, findings = one_table(xml)
    if table is None:
        raise Invalid(
            "The decision table cannot be deployed.",
            code="table_refused",
            faults=[
                Fault(f"/xml#{f.element_id or f.line or ''}", f.message, f.values, f.code)
                for f in findings
                if f.severity == "error"
            ],
        )
    return table


def _deploy(
    uow: Session, table: DecisionTable, xml: bytes, actor: Actor, now: datetime, state: str = EFFECTIVE
) -> DecisionDefinition:
    newest = newest_or_none(uow, table.key)
    if newest is not None and newest.state != REFUSED and newest.content_hash == table.table_hash:
        return newest
    definition = DecisionDefinition(
        key=table.key,
        version=newest.version + 1 if newest else 1,
        content_hash=table.table_hash,
        names=dict(table.names),
        xml=xml,
        state=state,
        deployed_by=actor.username,
        deployed_at=now,
    )
    uow.add(definition)
    try:
        uow.flush()
    except IntegrityError as error:
        raise Conflict("Somebody else deployed this decision table just now.", code="deployed_meanwhile") from error
    hashes = {"old": newest.content_hash if newest else None, "new": table.table_hash}
    payload = {"version": definition.version, **hashes, "state": state}
    audit.record(uow, f"decision:{table.key}", [audit.Entry("decision.deploy", actor.username, now, payload)])
    return definition


def decide(
    uow: Session,
    *,
    key: str,
    inputs: Mapping[str, Any],
    now: datetime,
    instance_id: int | None = None,
    element_id: str | None = None,
) -> Any:
    """The output of the version of ``key`` in effect for ``inputs``, and a record of it.

    The output is plain JSON: whole numbers are integers, other numbers text.
    Raises ``DecisionError``.
    """
    definition = latest_or_none(uow, key)
    if definition is None:
        raise DecisionError(N_("There is no decision table %(key)s."), key=key)
    result = table_of(definition).evaluate(inputs)
    uow.add(
        DecisionRecord(
            instance_id=instance_id,
            element_id=element_id,
            definition_id=definition.id,
            decision_key=key,
            table_hash=result.table_hash,
            inputs=result.inputs,
            rules=result.rules,
            output=result.output,
            at=now,
        )
    )
    return result.output


def try_out(session: Session, *, key: str, inputs: Mapping[str, Any]) -> Result:
    """What the version of ``key`` in effect would decide; nothing is recorded.

    ``NotFound``, or ``Conflict`` with a pointer to the input where the table as it
    stands cannot decide on such inputs.
    """
    try:
        return table_of(latest(session, key)).evaluate(inputs)
    except DecisionError as error:
        fault = Fault(f"/inputs/{error.input}", error.message, error.values, "not_decided")
        raise Conflict(error.message, code="not_decided", faults=[fault], **error.values) from error


def seed_tables(uow: Session, folder: Path = FOLDER, *, now: datetime) -> None:
    """Deploy the tables that ship with the platform: new ones, and new content of those.

    A table that a person of the bank has deployed since is left as it is: an
    upgrade does not overrule the bank.
    """
    known = {
        (key, content) for key, content in uow.execute(select(DecisionDefinition.key, DecisionDefinition.content_hash))
    }
    for path in sorted(folder.glob("*.dmn")):
        xml = path.read_bytes()
        table = _deployable(xml)
        newest = newest_or_none(uow, table.key)
        ours = newest is None or newest.deployed_by == SYSTEM.username
        if ours and (table.key, table.table_hash) not in known:
            _deploy(uow, table, xml, SYSTEM, now)
