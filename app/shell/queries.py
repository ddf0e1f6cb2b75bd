"""What the start page counts."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.states import OPEN

UNDER_WAY = OPEN | {"draft"}


def requests_under_way(session: Session, actor: Actor) -> int:
    """How many requests of this person are drafted or on their way."""
    mine = select(func.count()).where(ChangeRequest.initiator == actor.username, ChangeRequest.state.in_(UNDER_WAY))
    return session.scalar(mine) or 0
