"""Checking and deploying drawings."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.identity.models import Department, PersonRole
from app.identity.permissions import require
from app.kernel import audit
from app.kernel.errors import Fault, Invalid, NotFound
from app.workflow.decisions.queries import decision_keys
from app.workflow.deployments.library import called_closure, drawing_of, next_version
from app.workflow.deployments.lint import Known, findings
from app.workflow.engine import Drawing, DrawingRefused, Finding, read_drawing
from app.workflow.forms import form_keys
from app.workflow.models import ProcessDefinition
from app.workflow.second_person import EFFECTIVE, REFUSED, WAITING, second_word


def check(session: Session, *, xml: bytes) -> list[Finding]:
    """All findings on a drawing, whatever was sent."""
    try:
        drawing = read_drawing(xml)
        return findings(drawing, _known(session, drawing))
    except DrawingRefused as refusal:
        return refusal.findings


def deploy(uow: Session, *, xml: bytes, actor: Actor, now: datetime, second_person: bool = False) -> ProcessDefinition:
    """A new version of a process; the same drawing twice is one version.

    ``second_person``: the version waits until somebody else approves it. Raises
    ``Invalid`` with each error's element as the pointer.
    """
    require(actor, "process.deploy")
    return _deploy(uow, xml=xml, actor=actor, now=now, second_person=second_person)


def _deploy(uow: Session, *, xml: bytes, actor: Actor, now: datetime, second_person: bool) -> ProcessDefinition:
    found = check(uow, xml=xml)
    errors = [f for f in found if f.severity == "error"]
    if errors:
        raise Invalid(
            "The drawing cannot be deployed.",
            code="drawing_refused",
            faults=[Fault(f"/xml#{f.element_id or f.line or ''}", f.message, f.values, f.code) for f in errors],
        )
    drawing = read_drawing(xml)
    same = _same_as_latest(uow, drawing)
    if same is not None:
        return same
    definition = ProcessDefinition(
        key=drawing.key,
        version=next_version(uow, drawing.key),
        content_hash=drawing.content_hash,
        names=drawing.names,
        xml=xml,
        state=WAITING if second_person else EFFECTIVE,
        deployed_by=actor.username,
        deployed_at=now,
        starts_by=drawing.starts_by,
    )
    uow.add(definition)
    uow.flush()
    payload = {"version": definition.version, "hash": drawing.content_hash, "state": definition.state}
    audit.record(uow, f"process:{drawing.key}", [audit.Entry("process.deploy", actor.username, now, payload)])
    return definition


def _same_as_latest(uow: Session, drawing: Drawing) -> ProcessDefinition | None:
    newest = uow.scalar(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == drawing.key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
    if newest is None or newest.state == REFUSED or newest.content_hash != drawing.content_hash:
        return None
    return newest


def seed(uow: Session, *, folder: Path, now: datetime) -> None:
    """Deploy the drawings that ship with the platform, called ones first."""
    drawings = {d.key: d for d in (read_drawing(p.read_bytes()) for p in sorted(folder.glob("*.bpmn")))}
    placed: set[str] = set()

    def place(drawing: Drawing) -> None:
        if drawing.key in placed:
            return
        placed.add(drawing.key)
        for key in drawing.called:
            if key in drawings:
                place(drawings[key])
        _deploy(uow, xml=drawing.xml, actor=SYSTEM, now=now, second_person=False)

    for drawing in drawings.values():
        place(drawing)


def approve_deployment(uow: Session, *, key: str, version: int, actor: Actor, now: datetime) -> ProcessDefinition:
    """The second person's word: the waiting version becomes effective."""
    return second_word(uow, ProcessDefinition, "process.approve", key=key, version=version, actor=actor, now=now)


def refuse_deployment(uow: Session, *, key: str, version: int, actor: Actor, now: datetime) -> ProcessDefinition:
    """The second person says no: the waiting version never takes effect."""
    return second_word(uow, ProcessDefinition, "process.refuse", key=key, version=version, actor=actor, now=now)


def _known(session: Session, drawing: Drawing) -> Known:
    called: dict[str, Drawing] = {}
    for key in drawing.called:
        # A process that is not there becomes a finding on the element that calls it.
        with suppress(NotFound):
            parts = [drawing_of(d) for d in called_closure(session, [key])]
            called.update({part.key: part for part in parts})
    return Known(
        forms=frozenset(form_keys()),
        decisions=frozenset(decision_keys(session)),
        groups=frozenset(_groups(session)),
        called=called,
    )


def _groups(session: Session) -> set[str]:
    departments = set(session.scalars(select(Department.key)))
    roles = set(session.scalars(select(PersonRole.role).distinct()))
    return departments | roles | {f"{d}:{r}" for d in departments for r in roles}
