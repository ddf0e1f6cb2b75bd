"""Effects outside the platform: rows in the same transaction, delivered after it.

Delivery is at least once; the row's id is the idempotency key for the other
side. A row is claimed with ``SKIP LOCKED``, so any number of workers may run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.database import Instant, Json, Record, insert_rows, unit_of_work

MAX_ATTEMPTS = 12
_FIRST_RETRY = timedelta(seconds=30)


class OutboxMessage(Record):
    """Something to be told to the outside."""

    __tablename__ = "outbox_message"
    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        Index(
            "ix_outbox_message_pending",
            "due_at",
            sqlite_where=text("delivered_at IS NULL"),
            postgresql_where=text("delivered_at IS NULL"),
        ),
    )


def put(uow: Session, *, topic: str, payload: dict[str, Any], now: datetime) -> OutboxMessage:
    """Say something to the outside once this transaction has committed; its id is there once it is flushed."""
    message = OutboxMessage(**_row(topic, payload, now))
    uow.add(message)
    return message


def put_all(uow: Session, *, topic: str, payloads: Sequence[dict[str, Any]], now: datetime) -> None:
    """The same for many messages of one topic, in one statement."""
    insert_rows(uow, OutboxMessage, [_row(topic, payload, now) for payload in payloads])


def _row(topic: str, payload: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {"topic": topic, "payload": payload, "created_at": now, "due_at": now, "attempts": 0}


Delivery = Callable[[int, dict[str, Any]], None]
_DELIVERIES: dict[str, Delivery] = {}


def delivery(topic: str) -> Callable[[Delivery], Delivery]:
    """Register ``deliver(message_id, payload)`` for a topic. Raise to have it tried again later."""

    def register(function: Delivery) -> Delivery:
        _DELIVERIES[topic] = function
        return function

    return register


def deliver_due(now: datetime, limit: int = 50) -> int:
    """Deliver what is due; each message in a transaction of its own. Returns how many went out."""
    sent = 0
    for _ in range(limit):
        with unit_of_work() as uow:
            message = uow.scalar(
                select(OutboxMessage)
                .where(OutboxMessage.delivered_at.is_(None), OutboxMessage.due_at <= now)
                .order_by(OutboxMessage.due_at)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if message is None:
                return sent
            _try(message, now)
            sent += 1
    return sent


def _try(message: OutboxMessage, now: datetime) -> None:
    message.attempts += 1
    try:
        _DELIVERIES.get(message.topic, _nobody_listens)(message.id, message.payload)
        message.delivered_at, message.error = now, None
    except Exception as error:
        # Whatever the other side does must not lose the message.
        message.error = f"{type(error).__name__}: {error}"[:500]
        if message.attempts >= MAX_ATTEMPTS:
            message.due_at = now + timedelta(days=365_000 // 365)
        else:
            message.due_at = now + _FIRST_RETRY * 2 ** (message.attempts - 1)


def _nobody_listens(_id: int, _payload: dict[str, Any]) -> None:
    """A topic without a listener is delivered to nobody; the row is its record."""
