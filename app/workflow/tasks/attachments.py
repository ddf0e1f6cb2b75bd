"""Evidence on tasks: files kept with their hash."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed, require
from app.kernel import audit
from app.kernel.errors import NotFound, TooLarge, invalid
from app.kernel.i18n import N_
from app.workflow.instances.progress import stream
from app.workflow.instances.services import facts_of as case_facts
from app.workflow.models import Attachment, ProcessInstance
from app.workflow.tasks.services import facts_of, locked

NOT_ATTACHED = N_("Attach the files to this task first.")
MAX_FILE = 10 * 1024 * 1024
ACCEPTED = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "json": ("application/json", ()),
}
"""Extension → media type and the first bytes such a file has."""


def attach(uow: Session, *, task_id: int, filename: str, content: bytes, actor: Actor, now: datetime) -> Attachment:
    """Keep a file as evidence. The kind is judged by its content, not by what the browser says."""
    instance, task = locked(uow, task_id, actor)
    require(actor, "task.attach", facts_of(instance, task))
    name = _safe_name(filename)
    found = Attachment(
        instance_id=instance.id,
        task_id=task.id,
        filename=name,
        media_type=_media_type(name, content),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        uploaded_by=actor.username,
        uploaded_at=now,
    )
    uow.add(found)
    uow.flush()
    payload = {"attachment": found.id, "sha256": found.sha256, "size": found.size, "filename": name}
    audit.record(uow, stream(instance), [audit.Entry("attachment.add", actor.username, now, payload)])
    return found


def read_attachment(session: Session, *, attachment_id: int, actor: Actor) -> Attachment:
    """A file, for those who may see its case."""
    row = session.execute(
        select(Attachment, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Attachment.instance_id)
        .where(Attachment.id == attachment_id)
    ).first()
    if row is None or not allowed(actor, "instance.see", case_facts(row[1])):
        raise NotFound("There is no such file.")
    found: Attachment = row[0]
    return found


def _safe_name(filename: str) -> str:
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    # Category C: controls, and the marks that turn the direction of a text round to hide its ending.
    name = "".join(c for c in name if c not in '"<>|:*?' and unicodedata.category(c)[0] != "C").strip(". ")
    if not name or len(name) > 200:
        raise invalid("/file", "The file needs a name of at most %(most)s characters.", most=200)
    return name


def _media_type(name: str, content: bytes) -> str:
    if not content:
        raise invalid("/file", "The file is empty.")
    if len(content) > MAX_FILE:
        raise TooLarge("The file is larger than %(limit)s MB.", limit=MAX_FILE // 2**20)
    kind = ACCEPTED.get(name.rsplit(".", 1)[-1].lower())
    if kind is None:
        raise invalid("/file", "Files of this kind are not accepted; use %(kinds)s.", kinds=", ".join(ACCEPTED))
    media_type, beginnings = kind
    if beginnings and not content.startswith(beginnings):
        raise invalid("/file", "The content of the file is not what its name says.")
    if not beginnings and not _is_text(content):
        raise invalid("/file", "The content of the file is not what its name says.")
    return media_type


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def require_attached(uow: Session, instance_id: int | None, files: Sequence[int]) -> None:
    """422 for evidence that is no file of this very case."""
    mine = select(Attachment.id).where(Attachment.id.in_(files), Attachment.instance_id == instance_id)
    if set(uow.scalars(mine)) != set(files):
        raise invalid("/data/evidence", NOT_ATTACHED, code="not_attached")
