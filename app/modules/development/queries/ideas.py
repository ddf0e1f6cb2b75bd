"""Ideas for reading: everybody who works at the bank may."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.modules.development.models import Idea, IdeaComment
from app.modules.development.services.ideas import NO_IDEA


def idea_by_id(session: Session, idea_id: int) -> Idea:
    found = session.get(Idea, idea_id)
    if found is None:
        raise NotFound(NO_IDEA)
    return found


def ideas_of(
    session: Session,
    *,
    kind: str | None = None,
    state: str | None = None,
    after: int | None = None,
    limit: int,
) -> Sequence[Idea]:
    """At most ``limit`` + 1, the latest first."""
    rows = select(Idea).order_by(Idea.id.desc()).limit(limit + 1)
    if kind:
        rows = rows.where(Idea.kind == kind)
    if state:
        rows = rows.where(Idea.state == state)
    return session.scalars(rows.where(Idea.id < after) if after is not None else rows).all()


def comments_on(session: Session, idea_id: int) -> Sequence[IdeaComment]:
    """What was said, in its order."""
    return session.scalars(select(IdeaComment).where(IdeaComment.idea_id == idea_id).order_by(IdeaComment.id)).all()
