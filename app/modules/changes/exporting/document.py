"""``file.json``: the whole approver's file for programs, in no particular language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.directory import departments, names_of
from app.modules.changes import presenting as show
from app.modules.changes import queries
from app.modules.changes.models import ChangeRequest
from app.modules.changes.queries.file import Line, evaluations_of, evidence_of, lines_of, records_of_request
from app.modules.changes.services import file_parts, looking_back
from app.modules.changes.services.records import plan_of
from app.workflow.decisions.models import DecisionDefinition, DecisionRecord
from app.workflow.models import Attachment, Task
from app.workflow.presenting import moment

FORMAT = "tollgate.approvers-file.v1"
_PEOPLE = frozenset(
    {"reviewer", "signed_by", "by", "entered_by", "uploaded_by", "closed_by", "member", "planned_by", "stopped_by"}
    | {"reviewed_by", "noted_by", "convened_by", "minutes_by", "fulfilled_by", "initiator"}
)
"""The members of records that name a person."""


def file_json(session: Session, request: ChangeRequest, now: datetime) -> dict[str, Any]:
    """The file as it stands: for ``GET …/file``."""
    found = lines_of(session, request, now)
    return {
        "number": request.number,
        "materiality": file_parts.class_of(session, request, now),
        "complete": all(line.state in {"complete", "not_demanded"} for line in found),
        "content_hash": request.content_hash,
        "parts": [_part_json(line) for line in found],
    }


def document(session: Session, request: ChangeRequest, now: datetime, exported_by: str) -> dict[str, Any]:
    """All of the file: parts, versions with their difference, every record, rule and piece of evidence."""
    versions = [_version_json(found) for found in queries.difference_of(session, request, now)]
    records = records_of_request(session, request.id)
    evidence = [evidence_json(file, task) for file, task in evidence_of(session, request)]
    people = {name for rows in [*records.values(), evidence] for row in rows for name in _people(row)}
    return {
        "format": FORMAT,
        "exported_at": moment(now),
        "exported_by": exported_by,
        "request": show.summary_json(request),
        "first_review": _first_review(session, request, now),
        "plan": plan_of(request),
        "file": file_json(session, request, now),
        "versions": versions,
        "records": records,
        "rules": [rule_json(record, definition) for record, definition in evaluations_of(session, request)],
        "evidence": evidence,
        "people": names_of(session, {request.initiator, exported_by, *people}),
        "departments": dict(departments(session)),
    }


def _first_review(session: Session, request: ChangeRequest, now: datetime) -> dict[str, Any]:
    """When the change is reviewed after its launch, and who takes note of it."""
    found = looking_back.foreseen(session, request, file_parts.class_of(session, request, now))
    return {**found, "day": moment(found["day"])}


def _people(row: Mapping[str, Any]) -> list[str]:
    return [row[name] for name in _PEOPLE & row.keys() if row[name]]


def _part_json(line: Line) -> dict[str, Any]:
    row = line.row
    return {
        "part": line.part.key,
        "names": dict(line.part.names),
        "demanded": line.demanded,
        "state": line.state,
        "written_by_initiator": line.part.written,
        "told_by_versions": line.told,
        "text": row.text if row else None,
        "attachment_id": row.attachment_id if row else None,
        "content_hash": row.content_hash if row else None,
        "entered_by": row.entered_by if row else None,
        "entered_at": moment(row.entered_at) if row else None,
    }


def _version_json(found: queries.VersionDifference) -> dict[str, Any]:
    said = show.difference_json(found)
    return {
        **said,
        "content_hash": found.new.content_hash,
        "content": found.new.content,
        "names": found.new.product.names,
    }


def rule_json(record: DecisionRecord, definition: DecisionDefinition) -> dict[str, Any]:
    names = ("element_id", "table_hash", "inputs", "rules", "output")
    return {
        "table": record.decision_key,
        "names": definition.names,
        "version": definition.version,
        "at": moment(record.at),
        **{name: getattr(record, name) for name in names},
    }


def evidence_json(file: Attachment, task: Task | None) -> dict[str, Any]:
    names = ("id", "filename", "media_type", "size", "sha256", "uploaded_by", "task_id")
    return {
        **{name: getattr(file, name) for name in names},
        "uploaded_at": moment(file.uploaded_at),
        "element_id": task.element_id if task else None,
        "member": member_of(file),
    }


def member_of(file: Attachment) -> str:
    """Where a file stands in the bundle; its own name is only a hint there."""
    ending = file.filename.rsplit(".", 1)[-1].lower()
    return f"attachments/{file.id}.{ending if ending.isascii() and ending.isalnum() else 'bin'}"
