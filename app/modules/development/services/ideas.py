"""Ideas: submitted and discussed by anybody, judged by a product manager or a head who did not submit them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.development.models import Idea, IdeaComment
from app.modules.development.rules.states import IDEAS, move

SUBMIT, JUDGE = "idea.submit", "idea.judge"
NO_IDEA = N_("There is no such idea.")


def submit(uow: Session, *, kind: str, title: str, text: str, actor: Actor, now: datetime) -> Idea:
    require(actor, SUBMIT)
    idea = Idea(kind=kind, title=title, text=text, state="new", submitted_by=actor.username, submitted_at=now)
    uow.add(idea)
    uow.flush()
    _record(uow, idea, "idea.submitted", actor, now, kind=kind, title=title, text=text)
    return idea


def comment(uow: Session, *, idea_id: int, text: str, actor: Actor, now: datetime) -> IdeaComment:
    """Say something of an idea, whatever became of it."""
    require(actor, SUBMIT)
    idea = locked(uow, idea_id)
    said = IdeaComment(idea_id=idea.id, text=text, by=actor.username, at=now)
    uow.add(said)
    uow.flush()
    _record(uow, idea, "idea.commented", actor, now, text=text)
    return said


def judge(uow: Session, idea: Idea, *, verb: str, reason: str, actor: Actor, now: datetime) -> Idea:
    """``consider``, ``decline`` or ``take_up`` a ``locked`` idea; 409 where the table has no such move."""
    require(actor, JUDGE, Facts(initiator=idea.submitted_by))
    old, idea.state = idea.state, move(IDEAS, idea.state, verb)
    idea.reason, idea.judged_by, idea.judged_at = reason, actor.username, now
    _record(uow, idea, f"idea.{idea.state}", actor, now, old=old, new=idea.state, reason=reason)
    return idea


def locked(uow: Session, idea_id: int) -> Idea:
    idea = uow.scalars(select(Idea).where(Idea.id == idea_id).with_for_update()).one_or_none()
    if idea is None:
        raise NotFound(NO_IDEA)
    return idea


def _record(uow: Session, idea: Idea, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    audit.record(uow, f"idea:{idea.id}", [audit.Entry(action, actor.username, now, payload)])
