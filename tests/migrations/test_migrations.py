"""The migrations lead from nothing to today's tables and back, on both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.engine import make_url

from app.bootstrap import create_app
from app.kernel.database import db, unit_of_work
from tests.databases import KINDS, server_url
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.conftest import BANK
from tests.processes.play import Play

NAME = f"tollgate_migrations_{os.getpid()}"
"""One for each test worker."""
STEPS = 5


@pytest.fixture(params=KINDS)
def empty(request: Any, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database without any table."""
    url = f"sqlite:///{tmp_path / 'empty.db'}" if request.param == "sqlite" else _empty_postgresql()
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": "only for tests", "DEMO": True})
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def _empty_postgresql() -> str:
    server = make_url(server_url())
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {NAME}"))
    admin.dispose()
    return server.set(database=NAME).render_as_string(hide_password=False)


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with db.engine.connect() as connection:
        tables = db.metadata.sorted_tables
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def differences() -> list[Any]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, db.metadata))


# Of an index that only PostgreSQL has.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_up_gives_the_tables_of_the_models(empty: Flask) -> None:
    upgrade()
    assert differences() == []


def test_down_leaves_nothing(empty: Flask) -> None:
    upgrade()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}


@pytest.mark.parametrize("empty", ["sqlite"], indirect=True)
def test_what_is_kept_survives_the_last_steps(empty: Flask) -> None:
    """On SQLite a step that makes a table anew must not drop what other rows refer to."""
    upgrade()
    with unit_of_work() as uow:
        for seed in BANK:
            seed(uow)
            uow.flush()
    Play().sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.30")}).submit()
    kept = rows()
    db.session.remove()
    downgrade(revision=f"-{STEPS}")
    upgrade()
    assert rows() == kept
