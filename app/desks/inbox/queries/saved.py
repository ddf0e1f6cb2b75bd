"""The lists beside the inbox with their counts: two statements, whatever a person keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.desks.inbox.models import SavedList
from app.identity.actors import Actor
from app.workflow.tasks.queries import FILTERS, Wish, counted


@dataclass(frozen=True)
class Kept:
    """A list that the person saved, and how many tasks it holds, up to a hundred."""

    list: SavedList
    count: int


def lists_of(session: Session, actor: Actor) -> tuple[Mapping[str, int], Sequence[Kept]]:
    """The badges of the lists everybody has, and the person's own lists with theirs."""
    badges = select(*[counted(actor, Wish(filter=name)).label(name) for name in FILTERS]).subquery()
    rows = session.execute(
        select(badges, SavedList)
        .outerjoin(SavedList, SavedList.username == literal(actor.username))
        .order_by(SavedList.name)
    ).all()
    counts = {name: rows[0]._mapping[name] or 0 for name in FILTERS}
    return counts, _kept(session, actor, [row.SavedList for row in rows if row.SavedList is not None])


def _kept(session: Session, actor: Actor, found: Sequence[SavedList]) -> list[Kept]:
    if not found:
        return []
    row = session.execute(select(*[counted(actor, wish_of(kept)) for kept in found])).one()
    return [Kept(kept, count or 0) for kept, count in zip(found, row, strict=True)]


def wish_of(kept: SavedList) -> Wish:
    return Wish(filter=kept.filter, sort=kept.sort, process=kept.process, product=kept.product)
