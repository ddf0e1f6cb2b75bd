"""Reading decision tables and records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from app.kernel.errors import NotFound
from app.workflow.decisions.models import DecisionDefinition, DecisionRecord
from app.workflow.decisions.reading import KEY, read_table
from app.workflow.decisions.tables import DecisionTable
from app.workflow.second_person import EFFECTIVE, WAITING

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
    """The keys of the decision tables in effect."""
    keys = select(DecisionDefinition.key).where(DecisionDefinition.state == EFFECTIVE)
    return list(session.scalars(keys.distinct().order_by(DecisionDefinition.key)))


def latest_or_none(session: Session, key: str) -> DecisionDefinition | None:
    """The version of a table that is in effect: the newest that a second person, if one is asked, let take effect."""
    return _newest(session, key, DecisionDefinition.state == EFFECTIVE)


def newest_or_none(session: Session, key: str) -> DecisionDefinition | None:
    """The newest version of a table, in effect or not."""
    return _newest(session, key, true())


def _newest(session: Session, key: str, which: ColumnElement[bool]) -> DecisionDefinition | None:
    if not KEY.fullmatch(key):
        return None
    return session.scalar(
        select(DecisionDefinition)
        .where(DecisionDefinition.key == key, which)
        .order_by(DecisionDefinition.version.desc())
        .limit(1)
    )


def latest(session: Session, key: str) -> DecisionDefinition:
    """The version of a table that is in effect; ``NotFound`` when there is none."""
    found = latest_or_none(session, key)
    if found is None:
        raise _no_table(key)
    return found


def _no_table(key: str) -> NotFound:
    return NotFound("There is no decision table %(key)s.", key=key[:100])


def version(session: Session, key: str, number: int) -> DecisionDefinition:
    """One version of a table; ``NotFound`` when there is none."""
    found = _newest(session, key, DecisionDefinition.version == number)
    if found is None:
        raise _no_table(key)
    return found


def waiting(session: Session) -> list[DecisionDefinition]:
    """Versions that wait for a second person, the oldest first."""
    found = select(DecisionDefinition).where(DecisionDefinition.state == WAITING)
    return list(session.scalars(found.order_by(DecisionDefinition.id)))


def latest_page(session: Session, *, after: str = "", limit: int) -> tuple[list[DecisionDefinition], str | None]:
    """The version in effect of each table, by key, and the key after which the next page begins."""
    newest = (
        select(DecisionDefinition.key, func.max(DecisionDefinition.version).label("version"))
        .where(DecisionDefinition.key > after, DecisionDefinition.state == EFFECTIVE)
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
