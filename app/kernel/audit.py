"""The audit chain: who did what, when, by which rule, with old and new values.

One hash chain per stream (an instance, a product, a change request ...),
extended under the row lock of its head. The chain covers a commitment to the
payload, not the payload: when retention disposes of a payload, the chain still
verifies. ``verify`` is what ``flask audit verify`` runs.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary, Select, Text, bindparam, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.database import Instant, Json, Record, notes, table_of

GENESIS = b"\0" * 32
_PAGE = 500


class AuditStream(Record):
    """The head of one chain."""

    __tablename__ = "audit_stream"
    stream: Mapped[str] = mapped_column(Text, primary_key=True)
    length: Mapped[int]
    head: Mapped[bytes] = mapped_column(LargeBinary(32))


class AuditEvent(Record):
    """One link. ``payload`` may be disposed of later; ``commitment`` stays."""

    __tablename__ = "audit_event"
    id: Mapped[int] = mapped_column(primary_key=True)
    stream: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any] | None] = mapped_column(Json)
    salt: Mapped[bytes] = mapped_column(LargeBinary(8))
    commitment: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    """Kept in place of the payload when retention has disposed of it."""
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (Index("ix_audit_event_stream", "stream", "number", unique=True),)


@dataclass(frozen=True)
class Entry:
    """What is to be recorded. ``actor`` is a username, or ``system`` for a timer."""

    action: str
    actor: str
    at: datetime
    payload: dict[str, Any] = field(default_factory=dict)


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def commitment(payload: dict[str, Any] | None, salt: bytes) -> bytes:
    """SHA-256 over salt and canonical JSON of the payload."""
    return hashlib.sha256(salt + _canonical(payload)).digest()


def link(previous: bytes, stream: str, number: int, entry: Entry, committed: bytes) -> bytes:
    """The hash of one link: SHA-256 over the previous link and everything but the payload."""
    facts = [stream, number, entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), entry.actor, entry.action]
    return hashlib.sha256(previous + _canonical(facts) + committed).digest()


_STREAMS, _EVENTS = table_of(AuditStream), table_of(AuditEvent)
# Built once: this runs in every unit of work.
_HEAD = select(_STREAMS.c.length, _STREAMS.c.head).where(_STREAMS.c.stream == bindparam("name")).with_for_update()
_MOVE_HEAD = update(_STREAMS).where(_STREAMS.c.stream == bindparam("name"))
_BEGIN, _APPEND = insert(_STREAMS), insert(_EVENTS)


HEADS = (_STREAMS.c.length, _STREAMS.c.head)
"""For a statement that reads the head of a chain along, under the lock of the record whose chain it is."""


def with_head(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """``statement`` with ``HEADS`` of the chain named by the parameter ``stream``; empty where it has none yet."""
    joined = statement.outerjoin(_STREAMS, _STREAMS.c.stream == bindparam("stream"))
    return joined.add_columns(*HEADS)


def expect(uow: Session, stream: str, length: int | None, head: bytes | None) -> None:
    """The head that ``with_head`` gave: the next ``record`` need not read it again."""
    notes(uow)["audit", stream] = (length, head) if length is not None else None


_Head = tuple[int, bytes]


def _head(uow: Session, stream: str) -> _Head | None:
    known = notes(uow)
    if ("audit", stream) in known:
        found: _Head | None = known.pop(("audit", stream))
        return found
    row = uow.execute(_HEAD, {"name": stream}).first()
    return (row.length, row.head) if row else None


def record(uow: Session, stream: str, entries: Sequence[Entry]) -> None:
    """Extend the chain of ``stream``. Call it once per unit of work and stream."""
    if not entries:
        return
    found = _head(uow, stream)
    rows, reached = _links_of(stream, found, entries)
    uow.execute(_APPEND, rows)
    if found:
        uow.execute(_MOVE_HEAD, {"name": stream, **reached})
    else:
        uow.execute(_BEGIN, {"stream": stream, **reached})


def record_each(uow: Session, entries: Mapping[str, Sequence[Entry]]) -> None:
    """Extend the chains of several streams, by as many statements as one takes."""
    found = _heads(uow, entries)
    rows: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    for stream, own in entries.items():
        added, reached = _links_of(stream, found.get(stream), own)
        rows += added
        if stream in found:
            moved.append({"name": stream, **reached})
        else:
            begun.append({"stream": stream, **reached})
    for statement, values in ((_APPEND, rows), (_MOVE_HEAD, moved), (_BEGIN, begun)):
        if values:
            uow.execute(statement, values)


def _heads(uow: Session, streams: Collection[str]) -> dict[str, _Head]:
    """Locked in one order, so that two who extend the same chains never wait for each other."""
    for stream in streams:
        notes(uow).pop(("audit", stream), None)
    named = _STREAMS.c.stream.in_(list(streams))
    rows = uow.execute(select(_STREAMS).where(named).order_by(_STREAMS.c.stream).with_for_update())
    return {row.stream: (row.length, row.head) for row in rows}


def _links_of(
    stream: str, found: _Head | None, entries: Sequence[Entry]
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The rows that extend a chain, and where its head stands then."""
    length, head = found or (0, GENESIS)
    rows = []
    for number, entry in enumerate(entries, length + 1):
        salt = secrets.token_bytes(8)
        head = link(head, stream, number, entry, commitment(entry.payload, salt))
        rows.append(
            {
                "stream": stream,
                "number": number,
                "at": entry.at,
                "actor": entry.actor,
                "action": entry.action,
                "payload": entry.payload,
                "salt": salt,
                "hash": head,
            }
        )
    return rows, {"length": length + len(rows), "head": head}


@dataclass(frozen=True)
class Break:
    """Where a chain does not hold."""

    stream: str
    number: int
    reason: str


DISPOSED = "audit.dispose"
"""The action under which retention says which payloads of a chain it has disposed of: ``{"numbers": [...]}``."""


def verify(session: Session, stream: str | None = None) -> Iterator[Break]:
    """Recompute every chain (or one) and yield each place where it does not hold."""
    heads = select(AuditStream).order_by(AuditStream.stream)
    for head in session.scalars(heads.where(AuditStream.stream == stream) if stream else heads):
        yield from _verify_stream(session, head)
    yield from _headless(session, stream)


def _headless(session: Session, stream: str | None) -> Iterator[Break]:
    """Links of a chain whose head was deleted."""
    links = select(AuditEvent.stream, func.max(AuditEvent.number)).group_by(AuditEvent.stream)
    links = links.where(AuditEvent.stream.not_in(select(AuditStream.stream))).order_by(AuditEvent.stream)
    for name, number in session.execute(links.where(AuditEvent.stream == stream) if stream else links):
        yield Break(name, number, "head missing")


def _verify_stream(session: Session, head: AuditStream) -> Iterator[Break]:
    previous, expected = GENESIS, 0
    gone: set[int] = set()
    for event in _links(session, head.stream):
        expected += 1
        if event.number != expected:
            yield Break(head.stream, expected, "missing")
            return
        entry = Entry(event.action, event.actor, event.at)
        computed = link(previous, head.stream, event.number, entry, _committed(event))
        if computed != event.hash:
            yield Break(head.stream, event.number, "altered")
            return
        if event.payload is None:
            gone.add(event.number)
        elif event.action == DISPOSED:
            gone -= set(event.payload.get("numbers", ()))
        previous = event.hash
    if expected != head.length or previous != head.head:
        yield Break(head.stream, expected, "head")
    for number in sorted(gone):
        yield Break(head.stream, number, "payload missing")


def _links(session: Session, stream: str) -> Iterator[AuditEvent]:
    """The links of a chain in order, a page at a time (a cursor would need a transaction)."""
    links = select(AuditEvent).where(AuditEvent.stream == stream).order_by(AuditEvent.number).limit(_PAGE)
    page = session.scalars(links).all()
    while page:
        yield from page
        beyond = links.where(AuditEvent.number > page[-1].number)
        page = session.scalars(beyond).all() if len(page) == _PAGE else []


def _committed(event: AuditEvent) -> bytes:
    """A payload that is there is what counts; its commitment stands in for it only when it is gone."""
    if event.payload is None and event.commitment is not None:
        return event.commitment
    return commitment(event.payload, event.salt)
