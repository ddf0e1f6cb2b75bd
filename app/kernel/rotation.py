"""Encrypting anew under the key that encrypts now: what makes an old key superfluous.

A value under the current key is left alone, so a rotation that was stopped goes on where it
was, and running it twice does nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import Column, LargeBinary, func, select, update
from sqlalchemy.orm import Session

from app.kernel.crypto import HEAD, Secret, SecretText, keyring
from app.kernel.database import Record, end_read, session, unit_of_work

Place = tuple[type[Record], Column[Any]]


def places() -> list[Place]:
    """Every encrypted column, with its model."""
    return [
        (cast(type[Record], mapper.class_), column)
        for mapper in sorted(Record.registry.mappers, key=lambda m: m.class_.__name__)
        for column in mapper.columns
        if isinstance(column.type, SecretText)
    ]


def rotate(batch: int) -> Iterator[tuple[str, int]]:
    """Bring every ciphertext under the current key, ``batch`` rows in a transaction; yields place and number done."""
    for model, column in places():
        after = 0
        while True:
            with unit_of_work() as uow:
                reached, done = _some(uow, model, column, after, batch)
            if reached is None:
                break
            after = reached
            yield f"{column.table.name}.{column.name}", done


def remaining() -> dict[str, int]:
    """Place → how many ciphertexts are under another key than the current one."""
    found = {
        f"{column.table.name}.{column.name}": session().scalar(
            select(func.count()).select_from(model).where(*_older(column))
        )
        or 0
        for model, column in places()
    }
    end_read()
    return found


def _some(uow: Session, model: Any, column: Column[Any], after: int, batch: int) -> tuple[int | None, int]:
    kind = cast(SecretText, column.type)
    rows = uow.execute(
        select(model.id, getattr(model, kind.row), column)
        .where(model.id > after, *_older(column))
        .order_by(model.id)
        .limit(batch)
        .with_for_update()
    ).all()
    for key, row, secret in rows:
        renewed = keyring().seal(kind.place, row, cast(Secret, secret).open(row))
        uow.execute(update(model).where(model.id == key).values({column.name: renewed}))
    return (rows[-1][0] if rows else None), len(rows)


def _older(column: Column[Any]) -> list[Any]:
    return [column.is_not(None), func.substr(column, 1, HEAD, type_=LargeBinary) != keyring().current]
