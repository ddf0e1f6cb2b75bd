"""Alembic in the application's own context: its engine, its tables, both databases."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import JSON, BigInteger

from app.kernel.database import Instant, db


def render_item(kind: str, item: Any, autogen_context: Any) -> Any:
    """Our column types by their own names."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        autogen_context.imports.add("from app.kernel.database import Instant")
        return "Instant()"
    if isinstance(item, JSON):
        autogen_context.imports.add("from app.kernel.database import Json")
        return "Json"
    if isinstance(item, BigInteger):
        autogen_context.imports.add("from app.kernel.database import BigKey")
        return "BigKey"
    return False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
