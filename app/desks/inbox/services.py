"""Keeping a list of the inbox under a name."""

from __future__ import annotations

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.desks.inbox.models import SavedList
from app.identity.actors import Actor
from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.workflow.tasks.queries import Wish

MOST_LISTS = 8
"""More would not be looked at, and each is counted whenever the inbox is opened."""


def save_list(uow: Session, *, name: str, wish: Wish, actor: Actor) -> SavedList:
    """Keep ``wish`` as ``name``; a list of that name is replaced. A person's own view, so nobody else is told."""
    kept = uow.scalar(select(SavedList).where(SavedList.username == actor.username, SavedList.name == name))
    if kept is None:
        mine = select(func.count()).select_from(SavedList).where(SavedList.username == actor.username)
        if (uow.scalar(mine) or 0) >= MOST_LISTS:
            raise invalid("/name", N_("At most %(max)s lists can be kept; remove one first."), max=MOST_LISTS)
        kept = SavedList(username=actor.username, name=name)
        uow.add(kept)
    kept.filter, kept.sort, kept.process, kept.product = wish.filter, wish.sort, wish.process, wish.product
    uow.flush()
    return kept


def remove_list(uow: Session, *, list_id: int, actor: Actor) -> None:
    """Forget a list of one's own; one that is not there stays away."""
    uow.execute(delete(SavedList).where(SavedList.id == list_id, SavedList.username == actor.username))
