"""The tables of the workflow: definitions, instances, tasks, timers, incidents."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Text,
    Uuid,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kernel.database import Instant, Json, Record
from app.kernel.files import KeptFile


class ProcessDefinition(Record):
    """One version of a drawing. Never changed once effective."""

    __tablename__ = "process_definition"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    xml: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    """``waiting`` for a second person, ``effective`` or ``refused``."""
    deployed_by: Mapped[str] = mapped_column(Text)
    deployed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(Text)
    starts_by: Mapped[str | None] = mapped_column(Text)
    """The name of the message that begins a case."""

    __table_args__ = (Index("ix_process_definition_key", "key", "version", unique=True),)


class ProcessInstance(Record):
    """A running case. Its row lock serialises everything that happens to it."""

    __tablename__ = "process_instance"
    id: Mapped[int] = mapped_column(primary_key=True)
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"))
    process_key: Mapped[str] = mapped_column(Text)
    called: Mapped[list[int] | None] = mapped_column(Json)
    """Definition ids of the processes it calls, fixed at its start."""
    business_key: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    """``active``, ``suspended``, ``completed``, ``cancelled`` or ``failed``."""
    started_by: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    engine_state: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The engine's state; nothing once the case has ended."""
    variables: Mapped[dict[str, Any]] = mapped_column(Json)
    """Routing facts only; the matter itself lives in its own tables."""
    hands: Mapped[dict[str, list[str]]] = mapped_column(Json)
    """Username → duties done: ``initiate``, ``review:risk``, ``decide``."""
    involved: Mapped[list[str]] = mapped_column(Json)
    """Groups that take part and may see the case."""
    card: Mapped[dict[str, Any]] = mapped_column(Json)
    """What lists say of the case: title by language, products, materiality, opinions in."""
    waiting_timers: Mapped[int] = mapped_column(default=0)
    """How many timer rows it has, so that a case without any need not look."""
    waiting_messages: Mapped[int] = mapped_column(default=0)
    """How many rows say what messages from other cases it waits for."""
    definition: Mapped[ProcessDefinition] = relationship(lazy="raise")

    __table_args__ = (
        Index("ix_process_instance_process_key", "process_key", "id"),
        Index("ix_process_instance_business_key", "business_key"),
        Index("ix_process_instance_started_by", "started_by", "id"),
    )


class Task(Record):
    """Work for a person. Closed tasks stay: they are the history."""

    __tablename__ = "task"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"))
    token: Mapped[uuid.UUID] = mapped_column(Uuid)
    element_id: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    form: Mapped[str] = mapped_column(Text)
    duty: Mapped[str | None] = mapped_column(Text)
    department: Mapped[str | None] = mapped_column(Text)
    candidates: Mapped[list[str]] = mapped_column(Json)
    assignee: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(Text)
    """Who delegated it 委派; completing gives it back to them."""
    state: Mapped[str] = mapped_column(Text)
    """``open``, ``completed`` or ``cancelled``."""
    version: Mapped[int] = mapped_column(default=1)
    priority: Mapped[int] = mapped_column(SmallInteger, default=50)
    """0 to 100; the higher the more urgent."""
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    created_at: Mapped[datetime] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None] = mapped_column(Text)
    draft: Mapped[dict[str, Any] | None] = mapped_column(Json)
    """What was typed but not yet submitted."""
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    instance: Mapped[ProcessInstance] = relationship(lazy="raise")

    __table_args__ = (Index("ix_task_instance_id", "instance_id"),)


def _list_index(name: str, *columns: str) -> Index:
    """The index behind one kind of list; lists over all products read the first product's rows only."""
    index = Index(f"ix_task_audience_{name}", "audience", "candidate", *columns, "task_id")
    wanted = "product IS NOT NULL" if "product" in columns else "slot = 0"
    for database in ("sqlite", "postgresql"):
        index.dialect_options[database]["where"] = text(wanted)
    return index


class TaskAudience(Record):
    """Who sees an open task, with what lists sort and filter by beside it.

    A list for a person is a merge of short index ranges, one per group, so its
    cost does not grow with the number of open tasks. ``slot`` 0 is the first
    product of the case; further products have rows of their own. Rows come and
    go with every step, so they are narrow and no index repeats another: newest
    first is by ``task_id``, and without a filter that is the primary key.
    """

    __tablename__ = "task_audience"
    task_id: Mapped[int] = mapped_column(ForeignKey("task.id"), index=True)
    audience: Mapped[str] = mapped_column(Text)
    """A group; ``@username`` for an assignee, ``@username:delegated`` for what others delegated to them; ``*`` for
    those who read all."""
    slot: Mapped[int] = mapped_column(SmallInteger)
    candidate: Mapped[bool]
    """May work on it, or only see it."""
    due_at: Mapped[datetime] = mapped_column(Instant)
    process_key: Mapped[str] = mapped_column(Text)
    product: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        PrimaryKeyConstraint("audience", "candidate", "slot", "task_id"),
        _list_index("due", "due_at"),
        _list_index("process", "process_key"),
        _list_index("process_due", "process_key", "due_at"),
        _list_index("product", "product"),
        _list_index("product_due", "product", "due_at"),
    )


class Timer(Record):
    """A timer that waits; the row goes when it has fired or is not wanted any more."""

    __tablename__ = "timer"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    token: Mapped[uuid.UUID] = mapped_column(Uuid)
    element_id: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(Instant)

    # In the order of the tick, so that it reads what is due and nothing else, however the planner guesses.
    __table_args__ = (Index("ix_timer_due_at", "due_at", "id"),)


class MessageWait(Record):
    """A message from outside that would wake a case; the row goes when it has come or is not wanted any more."""

    __tablename__ = "message_wait"
    name: Mapped[str] = mapped_column(Text)
    correlation: Mapped[str] = mapped_column(Text)
    """Which of the cases that wait for it is meant, such as a product's code."""
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)

    __table_args__ = (PrimaryKeyConstraint("name", "correlation", "instance_id"),)


class Incident(Record):
    """A case that could not go on by itself; an operator looks at it."""

    __tablename__ = "incident"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    element_id: Mapped[str | None] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)


class Comment(Record):
    """A remark on a case, seen by all who take part."""

    __tablename__ = "comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
    author: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text)


class Attachment(KeptFile, Record):
    """Evidence in a case, kept in the same transaction as what it proves."""

    __tablename__ = "attachment"
    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("process_instance.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"))
