"""Wrong passwords slow down: five from one address for one name close the door for a while.

The failures are rows, so that all processes count together and a restart forgets
nothing. They are only ever added and counted, which needs no lock.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.kernel.database import Instant, Record
from app.kernel.errors import DomainError

MOST_FAILURES = 5
WINDOW = timedelta(minutes=15)


class SignInFailure(Record):
    """A wrong password for a name from an address, both kept as a digest only."""

    __tablename__ = "sign_in_failure"
    id: Mapped[int] = mapped_column(primary_key=True)
    who: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


class TooManyAttempts(DomainError):
    """429: wait before the next attempt."""

    status = 429
    code = "too_many_attempts"


def refuse_if_throttled(session: Session, *, username: str, address: str, now: datetime) -> None:
    """``TooManyAttempts`` after five failures within a quarter of an hour."""
    recent = select(func.count()).where(SignInFailure.who == _who(username, address), SignInFailure.at > now - WINDOW)
    if (session.scalar(recent) or 0) >= MOST_FAILURES:
        raise TooManyAttempts(
            "Too many wrong passwords; try again in %(minutes)s minutes.", minutes=int(WINDOW.total_seconds() // 60)
        )


def note_failure(uow: Session, *, username: str, address: str, now: datetime) -> None:
    """Count a wrong password; old ones are cleared away on the occasion."""
    uow.execute(delete(SignInFailure).where(SignInFailure.at <= now - WINDOW))
    uow.add(SignInFailure(who=_who(username, address), at=now))


def forget_failures(uow: Session, *, username: str, address: str) -> None:
    """The right password opens the door fully again."""
    uow.execute(delete(SignInFailure).where(SignInFailure.who == _who(username, address)))


def _who(username: str, address: str) -> bytes:
    return hashlib.sha256(f"{username.casefold()}\0{address}".encode()).digest()
