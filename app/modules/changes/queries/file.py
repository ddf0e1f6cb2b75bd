"""The approver's file 审批档案 as it stands: which parts there are, and every record behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Table, select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEvent, AuditStream
from app.kernel.database import Record
from app.modules.changes.models import ChangeRequest, FilePart
from app.modules.changes.rules.file import PARTS, Part, told_by
from app.modules.changes.services import file_parts
from app.modules.changes.services.records import stream
from app.modules.changes.services.reviewing import standing_reviews
from app.workflow.decisions.models import DecisionDefinition, DecisionRecord
from app.workflow.instances.progress import stream as case_stream
from app.workflow.models import Attachment, ProcessInstance, Task
from app.workflow.presenting import moment

OWN = "change_request_id"
"""The column by which a table belongs to a request."""


@dataclass(frozen=True)
class Line:
    """One part of the file, and whether it is there."""

    part: Part
    demanded: bool
    row: FilePart | None
    told: bool
    """The proposed versions say it themselves."""
    brought: bool
    """A step of the process has brought it."""

    @property
    def state(self) -> str:
        """``complete``, ``missing``, ``later`` (a step yet to come brings it) or ``not_demanded``."""
        if self.row is not None or self.told or self.brought:
            return "complete"
        if not self.demanded:
            return "not_demanded"
        return "missing" if self.part.written else "later"


@dataclass(frozen=True)
class Chain:
    """An audit chain as it is: its head and all its links."""

    stream: str
    length: int
    head: bytes
    links: Sequence[AuditEvent]


def lines_of(session: Session, request: ChangeRequest, now: datetime) -> list[Line]:
    """Every part, in the order of the file."""
    demanded = file_parts.demanded(session, request, now)
    rows = file_parts.parts_of(session, request.id)
    told = told_by(file_parts.contents_of(session, request))
    brought = _brought(session, request)
    return [Line(part, key in demanded, rows.get(key), key in told, key in brought) for key, part in PARTS.items()]


def _brought(session: Session, request: ChangeRequest) -> set[str]:
    reviewed = {review.department for review in standing_reviews(session, request)}
    found = reviewed & {"consumer_protection"}
    tested = any(_is_test(task) for _, task in evidence_of(session, request))
    return found | ({"test_evidence"} if tested else set())


def _is_test(task: Task | None) -> bool:
    return task is not None and task.form == "technical_test" and task.state == "completed"


def evidence_of(session: Session, request: ChangeRequest) -> list[tuple[Attachment, Task | None]]:
    """Files of the case with the task they were added to."""
    if request.instance_id is None:
        return []
    rows = session.execute(
        select(Attachment, Task)
        .outerjoin(Task, Task.id == Attachment.task_id)
        .where(Attachment.instance_id == request.instance_id)
        .order_by(Attachment.id)
    )
    return [(file, task) for file, task in rows]


def tests_of(session: Session, request: ChangeRequest) -> list[Task]:
    """The completed tests, oldest first; their results stand in them."""
    rows = select(Task).where(Task.instance_id == request.instance_id).order_by(Task.id)
    return [task for task in session.scalars(rows) if _is_test(task)] if request.instance_id else []


def evaluations_of(session: Session, request: ChangeRequest) -> list[tuple[DecisionRecord, DecisionDefinition]]:
    """Every evaluation of a table in the case, with the version it was made by, oldest first."""
    if request.instance_id is None:
        return []
    rows = session.execute(
        select(DecisionRecord, DecisionDefinition)
        .join(DecisionDefinition, DecisionDefinition.id == DecisionRecord.definition_id)
        .where(DecisionRecord.instance_id == request.instance_id)
        .order_by(DecisionRecord.id)
    )
    return [(record, definition) for record, definition in rows]


def chains_of(session: Session, request: ChangeRequest, instance: ProcessInstance | None) -> list[Chain]:
    """The audit chains of the request and of its case."""
    streams = [stream(request), *([case_stream(instance)] if instance is not None else [])]
    heads = {head.stream: head for head in session.scalars(select(AuditStream).where(AuditStream.stream.in_(streams)))}
    return [_chain(session, heads[name]) for name in streams if name in heads]


def _chain(session: Session, head: AuditStream) -> Chain:
    links = select(AuditEvent).where(AuditEvent.stream == head.stream, AuditEvent.number <= head.length)
    return Chain(head.stream, head.length, head.head, list(session.scalars(links.order_by(AuditEvent.number))))


def records_of_request(session: Session, request_id: int) -> dict[str, list[dict[str, Any]]]:
    """Every row that belongs to a request, by table, as JSON: of the tables that name it, and of those that name these.

    New kinds of records are there without being named here.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for table in Record.metadata.sorted_tables:
        if OWN in table.c:
            found[table.name] = _rows(session, table, OWN, [request_id])
        elif (owner := _owner(table, found)) is not None:
            column, parent = owner
            found[table.name] = _rows(session, table, column, [row["id"] for row in found[parent]])
    return {name: rows for name, rows in found.items() if rows}


def _owner(table: Table, owned: dict[str, list[dict[str, Any]]]) -> tuple[str, str] | None:
    """The column by which a table belongs to a row of one that belongs to the request."""
    for column in table.c:
        for key in column.foreign_keys:
            parent = _parent(key)
            if parent in owned and not column.nullable:
                return column.name, parent
    return None


def _parent(key: ForeignKey) -> str:
    return str(key.column.table.name)


def _rows(session: Session, table: Table, column: str, values: Sequence[int]) -> list[dict[str, Any]]:
    if not values:
        return []
    rows = session.execute(select(table).where(table.c[column].in_(values)).order_by(*table.primary_key.columns))
    return [{name: as_json(value) for name, value in row._mapping.items()} for row in rows]


def as_json(value: Any) -> Any:
    """A column's value for a program: instants and days as text, bytes as hexadecimal digits."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
