"""Reading decision tables and records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.workflow.decisions.models import DecisionDefinition, DecisionRecord
from app.workflow.decisions.reading import KEY, read_table
from app.workflow.decisions.tables import DecisionTable

_tables: dict[str, DecisionTable] = {}


@lru_cache(maxsize=500)
def _parsed(xml: bytes) -> DecisionTable:
    return read_table(xml)[0]


def table_of(definition: DecisionDefinition) -> DecisionTable:
    """The table of a definition, read at most once per process."""
    found = _tables.get(definition.content_hash)
    if found is None:
        found = _tables[definition.content_hash] = _parsed(definition.xml)
    return found


def decision_keys(session: Session) -> list[str]:
    """The keys of the decision tables there are."""
    return list(session.scalars(select(DecisionDefinition.key).distinct().order_by(DecisionDefinition.key)))


def latest_or_none(session: Session, key: str) -> DecisionDefinition | None:
    """The newest version of a table."""
    if not KEY.fullmatch(key):
        return None
    return session.scalar(
        select(DecisionDefinition)
        .where(DecisionDefinition.key == key)
        .order_by(DecisionDefinition.version.desc())
        .limit(1)
    )


def latest(session: Session, key: str) -> DecisionDefinition:
    """The newest version of a table; ``NotFound`` when there is none."""
    found = latest_or_none(session, key)
    if found is None:
        raise NotFound("There is no decision table %(key)s.", key=key[:100])
    return found


def latest_page(session: Session, *, after: str = "", limit: int) -> tuple[list[DecisionDefinition], str | None]:
    """The newest version of each table, by key, and the key after which the next page begins."""
    newest = (
        select(DecisionDefinition.key, func.max(DecisionDefinition.version).label("version"))
        .where(DecisionDefinition.key > after)
        .group_by(DecisionDefinition.key)
        .order_by(DecisionDefinition.key)
        .limit(limit + 1)
        .subquery()
    )
    rows = list(
        session.scalars(
            select(DecisionDefinition)
            .join(newest, (newest.c.key == DecisionDefinition.key) & (newest.c.version == DecisionDefinition.version))
            .order_by(DecisionDefinition.key)
        )
    )
    return rows[:limit], rows[limit - 1].key if len(rows) > limit else None


def versions(session: Session, key: str) -> Sequence[DecisionDefinition]:
    """All versions of a table, the newest first."""
    rows = select(DecisionDefinition).where(DecisionDefinition.key == key)
    return list(session.scalars(rows.order_by(DecisionDefinition.version.desc())))


def last_asked(session: Session, instance_id: int | None, key: str) -> list[DecisionRecord]:
    """What a table was asked, and answered, when a case last came to it: a record for each question; none before."""
    session.flush()
    found = [record for record in records_of(session, instance_id or 0) if record.decision_key == key]
    return [record for record in found if record.at == found[-1].at]


def asked_last(session: Session, instance_id: int | None, keys: Collection[str]) -> str | None:
    """Which of these tables a case came to last."""
    found = [record.decision_key for record in records_of(session, instance_id or 0) if record.decision_key in keys]
    return found[-1] if found else None


def records_of(session: Session, instance_id: int) -> list[DecisionRecord]:
    """The decisions taken in a case, in order."""
    rows = select(DecisionRecord).where(DecisionRecord.instance_id == instance_id)
    return list(session.scalars(rows.order_by(DecisionRecord.id)))
