"""Reads on process definitions."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from app.kernel.errors import NotFound
from app.workflow.models import ProcessDefinition


def newest_of_each(session: Session) -> list[ProcessDefinition]:
    """The newest effective version of each process, by key, without the drawings."""
    newest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .where(ProcessDefinition.state == "effective")
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    return list(
        session.scalars(
            select(ProcessDefinition)
            .join(newest, (newest.c.key == ProcessDefinition.key) & (newest.c.version == ProcessDefinition.version))
            .order_by(ProcessDefinition.key)
            .options(defer(ProcessDefinition.xml))
        )
    )


def waiting(session: Session) -> list[ProcessDefinition]:
    """Versions that wait for a second person, the oldest first."""
    query = select(ProcessDefinition).where(ProcessDefinition.state == "waiting").order_by(ProcessDefinition.id)
    return list(session.scalars(query.options(defer(ProcessDefinition.xml))))


def versions(session: Session, key: str) -> list[ProcessDefinition]:
    """All versions of a process, the newest first, without the drawings."""
    query = select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    found = list(session.scalars(query.options(defer(ProcessDefinition.xml))))
    if not found:
        raise NotFound("There is no process %(key)s.", key=key[:100])
    return found


def version(session: Session, key: str, number: int) -> ProcessDefinition:
    """One version with its drawing; ``NotFound`` when there is none."""
    found = session.scalar(
        select(ProcessDefinition).where(ProcessDefinition.key == key, ProcessDefinition.version == number)
    )
    if found is None:
        raise NotFound("There is no process %(key)s.", key=key[:100])
    return found


def before(session: Session, definition: ProcessDefinition) -> ProcessDefinition | None:
    """The effective version that stood before this one."""
    return session.scalar(
        select(ProcessDefinition)
        .where(
            ProcessDefinition.key == definition.key,
            ProcessDefinition.version < definition.version,
            ProcessDefinition.state == "effective",
        )
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
