"""Notices for reading: everybody sees their own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.workflow.notices.models import Notice

BADGE_LIMIT = 100


def notices_of(
    session: Session, actor: Actor, *, unread: bool = False, after: int | None = None, limit: int = 25
) -> Sequence[Notice]:
    """The latest first; one more than ``limit``."""
    mine = select(Notice).where(Notice.recipient == actor.username).order_by(Notice.id.desc()).limit(limit + 1)
    if unread:
        mine = mine.where(Notice.read_at.is_(None))
    if after is not None:
        mine = mine.where(Notice.id < after)
    return list(session.scalars(mine))


def unread(session: Session, actor: Actor) -> int:
    """How many are unread, up to a hundred: a badge says "99+"."""
    some = select(Notice.id).where(Notice.recipient == actor.username, Notice.read_at.is_(None)).limit(BADGE_LIMIT)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0
