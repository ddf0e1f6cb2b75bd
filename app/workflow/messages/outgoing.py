"""Messages to cases: they leave with what they tell of, and are delivered once that is committed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel import outbox
from app.workflow.models import MessageWait

MESSAGES = "workflow.message"
"""The topic of the outbox."""


def send_out(
    uow: Session, name: str, correlation: str, *, by: str, now: datetime, payload: Mapping[str, Any] | None = None
) -> None:
    """A message in the name of ``by``; ``payload`` becomes variables of whoever it is for."""
    message = {"name": name, "correlation": correlation, "payload": dict(payload or {}), "by": by}
    outbox.put(uow, topic=MESSAGES, payload=message, now=now)


def tell_waiting(
    uow: Session,
    name: str,
    about: Sequence[str],
    *,
    by: str,
    now: datetime,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """What a feature tells cases that wait to hear of its records; where none waits, nothing is said."""
    waiting = select(MessageWait.correlation).where(MessageWait.name == name, MessageWait.correlation.in_(about))
    for correlation in sorted(set(uow.scalars(waiting))):
        send_out(uow, name, correlation, by=by, now=now, payload=payload)
