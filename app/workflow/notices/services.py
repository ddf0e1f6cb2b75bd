"""Telling people, and what they have read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.people import people_in
from app.kernel import outbox
from app.kernel.database import is_sqlite, session
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.workflow.notices.models import Notice


def members(uow: Session, groups: Sequence[str]) -> list[str]:
    """Usernames of everybody in one of ``groups``."""
    return [person.username for person in people_in(uow, groups)] if groups else []


def tell(
    uow: Session,
    *,
    people: Iterable[str],
    key: str,
    what: str,
    payload: Mapping[str, Any],
    path: str | None,
    now: datetime,
) -> list[str]:
    """Leave a notice for each of ``people`` who has none of this key yet; gives everybody who was meant."""
    wanted = sorted(set(people))
    rows = [
        {"recipient": name, "key": key, "what": what, "payload": dict(payload), "path": path, "at": now}
        for name in wanted
    ]
    if rows:
        insert = (sqlite if is_sqlite() else postgresql).insert
        uow.execute(insert(Notice).on_conflict_do_nothing(), rows)
    return wanted


def mark_read(uow: Session, *, notice_id: int, actor: Actor, now: datetime) -> Notice:
    """One of mine is read; reading it again changes nothing."""
    found = uow.get(Notice, notice_id)
    if found is None or found.recipient != actor.username:
        raise NotFound(N_("There is no such notice."))
    found.read_at = found.read_at or now
    return found


def mark_all_read(uow: Session, *, actor: Actor, now: datetime) -> None:
    mine = update(Notice).where(Notice.recipient == actor.username, Notice.read_at.is_(None))
    uow.execute(mine.values(read_at=now))


@outbox.delivery("people.told")
def deliver(message_id: int, payload: dict[str, Any]) -> None:
    """What features tell people goes to each of them; the message's id keeps it from being told twice."""
    uow = session()
    said_at = uow.scalars(select(outbox.OutboxMessage.created_at).where(outbox.OutboxMessage.id == message_id)).one()
    tell(
        uow,
        people=members(uow, [payload["to_group"]]) if payload.get("to_group") else [payload["to"]],
        key=f"{payload['what']}:{message_id}",
        what=payload["what"],
        payload=payload,
        path=payload.get("path"),
        now=said_at,
    )
