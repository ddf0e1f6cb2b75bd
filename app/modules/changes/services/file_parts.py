"""The approver's file 审批档案: writing its parts, and what it must hold before the design is submitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import DomainError, Fault, invalid
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest, FilePart
from app.modules.changes.rules import file, routing
from app.modules.changes.rules.file import DESIGN, KEY_OF_FIELD, LONGEST, PARTS, TABLE, WRITTEN, part_hash, to_write
from app.modules.changes.services import differences
from app.modules.changes.services.drafts import opened
from app.modules.changes.services.records import note, proposed
from app.workflow.decisions.services import decide, try_out
from app.workflow.models import Attachment

CLASSES = ("minor", "material", "new_product")
"""From the lightest to the most serious."""
MISSING = N_("The approver's file lacks this part: the class of the change demands it.")


@dataclass(frozen=True)
class Written:
    """What stands in a part; no text takes the part out of the file."""

    text: str
    attachment_id: int | None = None


def parts_of(session: Session, request_id: int) -> dict[str, FilePart]:
    """What is written, by part, in the order of the file."""
    rows = session.scalars(select(FilePart).where(FilePart.change_request_id == request_id))
    found = {row.part: row for row in rows}
    return {part: found[part] for part in PARTS if part in found}


def class_of(session: Session, request: ChangeRequest, now: datetime) -> str | None:
    """The class that the file is measured by: as the review took it up, or as it would be now.

    Nothing while nothing differs.
    """
    if request.materiality and request.state not in {"draft", "submitted"}:
        return request.materiality
    inputs = differences.materiality_inputs(session, request, now)
    if not inputs["groups_touched"]:
        return None
    found: str = try_out(session, key="materiality", inputs=inputs).output
    return max(found, request.raised_to or found, key=CLASSES.index)


def _asked(session: Session, request: ChangeRequest, now: datetime) -> list[dict[str, Any]]:
    materiality = class_of(session, request, now)
    return [{"materiality": materiality, "family": family} for family in request.families] if materiality else []


def demanded(session: Session, request: ChangeRequest, now: datetime) -> list[str]:
    """The parts that the class of the change demands, by the newest table; nothing is recorded."""
    try:
        asked = _asked(session, request, now)
        return routing.union([try_out(session, key=TABLE, inputs=inputs).output for inputs in asked])
    except DomainError:
        return []


def contents_of(session: Session, request: ChangeRequest) -> list[Mapping[str, Any]]:
    return [version.content for _, version in proposed(session, request.id)]


def asked_in(session: Session, request: ChangeRequest, now: datetime, *, form: str, process: str) -> list[str]:
    """The parts that must be written in a form."""
    return file.asked_in(form, process, to_write(demanded(session, request, now), contents_of(session, request)))


def lacking(
    uow: Session, request: ChangeRequest, now: datetime, element_id: str | None, *, before: str | None = None
) -> Iterator[Fault]:
    """Each part that is demanded and not there, and a record of the rule that demands it.

    ``before`` is the process in which other departments write theirs after the design.
    """
    place: dict[str, Any] = {"now": now, "instance_id": request.instance_id, "element_id": element_id}
    needed = routing.union([decide(uow, key=TABLE, inputs=i, **place) for i in _asked(uow, request, now)])
    written, wanted = parts_of(uow, request.id), to_write(needed, contents_of(uow, request))
    for part in file.asked_in(DESIGN, before, wanted) if before else wanted:
        if part not in written:
            yield Fault(f"/file/{part}", MISSING, code="required")


def write_parts(
    uow: Session, *, request_id: int, parts: Mapping[str, Written], actor: Actor, now: datetime
) -> ChangeRequest:
    """Write parts of the file, as the initiator. In review that takes the request back, like any edit (rule 6).

    Nothing happens where nothing differs. 409 once the proposal stands still.
    """
    request = opened(uow, request_id=request_id, actor=actor, now=now, touch=lambda r: _differs(uow, r, parts))
    _write(uow, request, parts, actor, now)
    return request


def keep_answers(
    uow: Session, request: ChangeRequest, answers: Mapping[str, Any], *, actor: Actor, now: datetime
) -> None:
    """Keep what a form asked for; the files beside it stay."""
    rows = parts_of(uow, request.id)
    given = {part: answers.get(f"{KEY_OF_FIELD}{part}") for part in WRITTEN}
    files = {part: row.attachment_id for part, row in rows.items()}
    _write(uow, request, {p: Written(text, files.get(p)) for p, text in given.items() if text}, actor, now)


def _differs(session: Session, request: ChangeRequest, parts: Mapping[str, Written]) -> bool:
    return bool(_changes(session, request, parts))


def _changes(session: Session, request: ChangeRequest, parts: Mapping[str, Written]) -> dict[str, Written]:
    rows = parts_of(session, request.id)
    before = {part: Written(row.text, row.attachment_id) for part, row in rows.items()}
    wanted = {part: Written(_clean(part, new.text), new.attachment_id) for part, new in parts.items()}
    return {p: new for p, new in wanted.items() if new != before.get(p, Written(""))}


def _clean(part: str, text: str) -> str:
    clean = text.replace("\r\n", "\n").strip()
    if len(clean) > LONGEST:
        raise invalid(f"/{part}/text", "Longer than %(most)s characters.", most=LONGEST)
    return clean


def _write(uow: Session, request: ChangeRequest, parts: Mapping[str, Written], actor: Actor, now: datetime) -> None:
    changes = _changes(uow, request, parts)
    if not changes:
        return
    before, rows = dict(request.file_hashes), parts_of(uow, request.id)
    files = _files(uow, request, changes)
    for part, new in changes.items():
        row = rows.get(part)
        if not new.text:
            if row is not None:
                uow.delete(row)
            continue
        found = row or FilePart(change_request_id=request.id, part=part)
        found.text, found.attachment_id = new.text, new.attachment_id
        found.content_hash = part_hash(part, new.text, files.get(new.attachment_id or 0))
        found.entered_by, found.entered_at = actor.username, now
        uow.add(found)
    uow.flush()
    request.file_hashes = {part: row.content_hash for part, row in parts_of(uow, request.id).items()}
    said = {part: {"text": new.text or None, "attachment": new.attachment_id} for part, new in changes.items()}
    old = {part: before.get(part) for part in changes}
    note(uow, request, "change.file_written", actor, now, old=old, new=said, parts=list(changes))


def _files(session: Session, request: ChangeRequest, changes: Mapping[str, Written]) -> dict[int, str]:
    """Attachment → its hash. 422 for one that does not belong to the case of this request."""
    wanted = {part: new.attachment_id for part, new in changes.items() if new.attachment_id}
    rows = session.execute(
        select(Attachment.id, Attachment.sha256).where(
            Attachment.id.in_(wanted.values()), Attachment.instance_id == request.instance_id
        )
    )
    found = {row.id: row.sha256 for row in rows}
    for part, attachment_id in wanted.items():
        if attachment_id not in found:
            raise invalid(f"/{part}/attachment_id", N_("Attach the file to a task of this case first."))
    return found
