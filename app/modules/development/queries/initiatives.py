"""Initiatives for reading."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.development.models import GateVerdict, Initiative, InitiativeFile
from app.modules.development.services.initiatives import NO_INITIATIVE


def initiative_by_id(session: Session, initiative_id: int) -> Initiative:
    found = session.get(Initiative, initiative_id)
    if found is None:
        raise NotFound(NO_INITIATIVE)
    return found


def initiative_of_idea(session: Session, idea_id: int) -> Initiative | None:
    """What became of an idea."""
    return session.scalars(select(Initiative).where(Initiative.idea_id == idea_id)).one_or_none()


def initiatives(session: Session, *, after: int | None = None, limit: int) -> Sequence[Initiative]:
    """At most ``limit`` + 1, the latest first."""
    rows = select(Initiative).order_by(Initiative.id.desc()).limit(limit + 1)
    return session.scalars(rows.where(Initiative.id < after) if after is not None else rows).all()


def verdicts_on(session: Session, initiative_id: int) -> Sequence[GateVerdict]:
    """In the order in which they were given."""
    wanted = select(GateVerdict).where(GateVerdict.initiative_id == initiative_id)
    return session.scalars(wanted.order_by(GateVerdict.id)).all()


def evidence_of(session: Session, initiative_id: int) -> Sequence[InitiativeFile]:
    """The files for all its gates, as they were given, without their contents."""
    wanted = select(InitiativeFile).where(InitiativeFile.initiative_id == initiative_id)
    return session.scalars(wanted.order_by(InitiativeFile.id)).all()


def evidence_by_id(session: Session, initiative_id: int, file_id: int) -> InitiativeFile:
    """A file of this very initiative."""
    found = session.get(InitiativeFile, file_id)
    if found is None or found.initiative_id != initiative_id:
        raise NotFound(N_("There is no such file."))
    return found
