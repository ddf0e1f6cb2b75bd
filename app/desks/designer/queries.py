"""What the designers' pages show."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.identity.directory import names_of
from app.workflow.deployments import pictures, queries, services
from app.workflow.deployments.library import drawing_of
from app.workflow.engine import Drawing, DrawingRefused, Finding, read_drawing
from app.workflow.instances.standing import Part
from app.workflow.models import ProcessDefinition

MOST_FINDINGS = 300


@dataclass(frozen=True)
class VersionPage:
    """One version of a process."""

    definition: ProcessDefinition
    part: Part
    versions: Sequence[ProcessDefinition]
    before: ProcessDefinition | None
    differences: Sequence[pictures.Difference]
    findings: Sequence[Finding]
    people: Mapping[str, Mapping[str, str]]


def version_page(session: Session, key: str, number: int, *, findings: bool) -> VersionPage:
    definition = queries.version(session, key, number)
    drawing, others = drawing_of(definition), queries.versions(session, key)
    before = queries.before(session, definition)
    return VersionPage(
        definition=definition,
        part=Part(key, number, drawing.names, drawing, (), ()),
        versions=others,
        before=before,
        differences=pictures.differences(before, definition) if before else [],
        findings=services.check(session, xml=definition.xml) if findings else [],
        people=names_of(session, [*(d.deployed_by for d in others), *(d.approved_by for d in others)]),
    )


@dataclass(frozen=True)
class Checked:
    """What was brought, and what is to be said of it."""

    findings: Sequence[Finding]
    more: int
    """How many findings are not shown."""
    drawing: Drawing | None
    content: str
    """The very bytes in base64, to be deployed as they were checked."""
    shown: str | None
    """The file as text for the picture, when it says where its elements stand."""
    current: ProcessDefinition | None
    differences: Sequence[pictures.Difference]

    @property
    def refused(self) -> bool:
        return any(f.severity == "error" for f in self.findings)


def checked(session: Session, xml: bytes) -> Checked:
    """The findings on anything, never a crash."""
    found = services.check(session, xml=xml)
    drawing = _read(xml)
    current = _current(session, drawing)
    return Checked(
        findings=found[:MOST_FINDINGS],
        more=max(0, len(found) - MOST_FINDINGS),
        drawing=drawing,
        content=base64.b64encode(xml).decode() if drawing else "",
        shown=pictures.as_text(drawing) if drawing and pictures.has_layout(drawing) else None,
        current=current,
        differences=pictures.differences_of(drawing_of(current), drawing) if current and drawing else [],
    )


def _read(xml: bytes) -> Drawing | None:
    try:
        return read_drawing(xml)
    except DrawingRefused:
        return None


def _current(session: Session, drawing: Drawing | None) -> ProcessDefinition | None:
    """The version in effect of the process that was drawn."""
    if drawing is None or not drawing.key:
        return None
    effective = [d for d in queries.newest_of_each(session) if d.key == drawing.key]
    return queries.version(session, drawing.key, effective[0].version) if effective else None
