"""Seals: the heads of all audit chains at one instant, kept outside the database.

A chain proves that nothing in its middle was changed. Whoever can write to the
database can still cut off its end and move its head, or compute it anew from
the start; only what was kept elsewhere shows that. ``flask audit seal`` writes
such a file, ``flask audit verify --seal`` compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEvent, AuditStream, Break


def seal(session: Session, now: datetime) -> dict[str, Any]:
    """``{"at", "root", "heads": {stream: [length, hash]}}``; ``root`` is one SHA-256 over all heads."""
    rows = session.execute(
        select(AuditStream.stream, AuditStream.length, AuditStream.head).order_by(AuditStream.stream)
    )
    heads = {stream: [length, bytes(head).hex()] for stream, length, head in rows}
    return {"at": now.isoformat(), "root": _root(heads), "heads": heads}


def _root(heads: Mapping[str, Any]) -> str:
    lines = (f"{stream}\t{heads[stream][0]}\t{heads[stream][1]}\n" for stream in sorted(heads))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def verify(session: Session, sealed: Mapping[str, Any], stream: str | None = None) -> Iterator[Break]:
    """Each chain that does not contain any more what was sealed."""
    heads = sealed["heads"]
    if _root(heads) != sealed["root"]:
        yield Break("seal", 0, "altered")
    for name in sorted(n for n in heads if stream in {None, n}):
        length, expected = heads[name]
        found = session.scalar(select(AuditEvent.hash).where(AuditEvent.stream == name, AuditEvent.number == length))
        if found is None:
            yield Break(name, length, "cut off")
        elif bytes(found).hex() != expected:
            yield Break(name, length, "not what was sealed")
