"""Hot tables are cleaned once many of their rows are dead, and only then."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import delete, text

from app.kernel import clock, outbox, upkeep
from app.kernel.database import db, is_sqlite, unit_of_work
from app.kernel.outbox import OutboxMessage

TABLE = "outbox_message"


def come_and_go(rows: int) -> None:
    with unit_of_work() as uow:
        for _ in range(rows):
            outbox.put(uow, topic="people.told", payload={}, now=clock.now())
    with unit_of_work() as uow:
        uow.execute(delete(OutboxMessage))
        if not is_sqlite():
            uow.execute(text("SELECT pg_stat_force_next_flush()"))


def dead() -> int:
    with db.engine.connect() as connection:
        statement = text("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = :table")
        return int(connection.scalar(statement, {"table": TABLE}) or 0)


def test_dead_rows_are_cleaned_when_there_are_many(app: Flask) -> None:
    come_and_go(upkeep.DEAD_ROWS // 2)
    assert upkeep.vacuum([TABLE]) == []
    come_and_go(upkeep.DEAD_ROWS)
    if is_sqlite():
        assert upkeep.vacuum([TABLE]) == []
        return
    assert upkeep.vacuum([TABLE]) == [TABLE]
    assert dead() < upkeep.DEAD_ROWS // 2
    assert upkeep.vacuum([TABLE]) == []
