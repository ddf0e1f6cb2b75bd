"""Who a message is for: the cases that wait for it, else the process that begins with it.

A case that throws a message leaves a row of the outbox; it is delivered in a unit
of work of its own, so that no step ever holds two cases. The row is marked in the
same transaction: a message moves what it is for exactly once, whoever is killed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM, Actor
from app.identity.permissions import require
from app.identity.services import actor_named
from app.kernel import outbox
from app.kernel.database import session
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.workflow.instances.services import deliver_message, locked, start_instance
from app.workflow.messages.outgoing import MESSAGES
from app.workflow.models import MessageWait, ProcessDefinition


@dataclass(frozen=True)
class Message:
    """``correlation`` says which of those that wait for ``name`` is meant; ``payload`` becomes variables."""

    name: str
    correlation: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Heard:
    """The cases that a message woke, and those that began with it."""

    woken: tuple[int, ...] = ()
    begun: tuple[int, ...] = ()


def send(uow: Session, *, message: Message, actor: Actor, now: datetime) -> Heard:
    """A message from outside, such as another system's. 404 when nothing waits for it or begins with it."""
    require(actor, "message.send")
    return hand_over(uow, message, actor, now)


def hand_over(uow: Session, message: Message, actor: Actor, now: datetime) -> Heard:
    """To all that wait for it; only if nobody does, to the processes that begin with it."""
    woken = [i for i in _waiting(uow, message) if _deliver(uow, i, message, actor, now)]
    begun = [] if woken else [_begin(uow, key, message, actor, now) for key in _begins(uow, message.name)]
    if not woken and not begun:
        text = N_("Nothing waits for the message %(name)s about %(correlation)s.")
        raise NotFound(text, name=message.name, correlation=message.correlation)
    return Heard(tuple(woken), tuple(begun))


def _waiting(session: Session, message: Message) -> list[int]:
    """In the order of their ids, so that two messages lock the same cases in the same order."""
    found = select(MessageWait.instance_id).where(
        MessageWait.name == message.name, MessageWait.correlation == message.correlation
    )
    return list(session.scalars(found.order_by(MessageWait.instance_id)))


def _deliver(uow: Session, instance_id: int, message: Message, actor: Actor, now: datetime) -> bool:
    instance = locked(uow, instance_id)
    return deliver_message(uow, instance=instance, name=message.name, payload=message.payload, actor=actor, now=now)


def _begins(session: Session, name: str) -> list[str]:
    """The processes whose effective version begins with this message."""
    latest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .where(ProcessDefinition.state == "effective")
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    found = select(ProcessDefinition.key).join(
        latest, (latest.c.key == ProcessDefinition.key) & (latest.c.version == ProcessDefinition.version)
    )
    return list(session.scalars(found.where(ProcessDefinition.starts_by == name).order_by(ProcessDefinition.key)))


def _begin(uow: Session, key: str, message: Message, actor: Actor, now: datetime) -> int:
    step = start_instance(
        uow, key=key, actor=actor, now=now, business_key=message.correlation, variables=message.payload
    )
    return step.instance.id


@outbox.delivery(MESSAGES)
def deliver(message_id: int, payload: dict[str, Any]) -> None:
    """A message that a case threw, in the name of whoever took the step; what fails is tried again later."""
    uow = session()
    at = uow.scalars(select(outbox.OutboxMessage.created_at).where(outbox.OutboxMessage.id == message_id)).one()
    actor = actor_named(uow, payload["by"]) or SYSTEM
    with uow.begin_nested():
        hand_over(uow, Message(payload["name"], payload["correlation"], payload["payload"]), actor, at)
