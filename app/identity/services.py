"""Sign-in by password, bearer tokens, and who is asking."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import AccessToken, Person, PersonRole
from app.kernel import calendar, clock
from app.kernel.database import table_of
from app.kernel.errors import NotSignedIn

TOKEN_LIFE = timedelta(hours=12)
_hasher = PasswordHasher()
_PEOPLE, _ROLES, _TOKENS = table_of(Person), table_of(PersonRole), table_of(AccessToken)
# Columns of the tables, not objects, and built once: this is asked with every request.
_WHO = select(
    _PEOPLE.c.id,
    _PEOPLE.c.username,
    _PEOPLE.c.names,
    _PEOPLE.c.department_key,
    _PEOPLE.c.unit_code,
    _PEOPLE.c.language,
    _ROLES.c.role,
).select_from(_PEOPLE.outerjoin(_ROLES, _ROLES.c.person_id == _PEOPLE.c.id))
_OF_TOKEN = (
    _WHO.add_columns(clock.SHIFT.label("shift"), calendar.REVISION.label("calendar"))
    .join(_TOKENS, _TOKENS.c.person_id == _PEOPLE.c.id)
    .where(
        _TOKENS.c.digest == bindparam("digest"),
        _TOKENS.c.expires_at > bindparam("now"),
        _TOKENS.c.epoch == _PEOPLE.c.session_epoch,
        _PEOPLE.c.active,
    )
)


def hash_password(password: str) -> str:
    """An argon2id hash."""
    return _hasher.hash(password)


@lru_cache(maxsize=1)
def _decoy() -> str:
    return hash_password(secrets.token_hex(8))


def check_password(session: Session, *, username: str, password: str) -> Actor:
    """The person of these credentials; ``NotSignedIn`` says not which part was wrong."""
    person = session.scalar(select(Person).where(Person.username == username, Person.active))
    try:
        # An unknown name costs as much time as a wrong password.
        _hasher.verify(person.password_hash if person else _decoy(), password)
    except VerificationError:
        person = None
    if person is None:
        raise NotSignedIn("The name or the password is not right.", code="bad_credentials")
    return _actor(person, frozenset(r.role for r in person.roles))


def issue_token(uow: Session, *, actor: Actor, now: datetime) -> str:
    """A new bearer token for ``actor``; expired ones are cleared away on the occasion."""
    token = secrets.token_urlsafe(32)
    epoch = uow.scalar(select(Person.session_epoch).where(Person.id == actor.id)) or 0
    uow.execute(delete(AccessToken).where(AccessToken.expires_at < now))
    uow.add(AccessToken(digest=_digest(token), person_id=actor.id, epoch=epoch, expires_at=now + TOKEN_LIFE))
    return token


def actor_of_token(session: Session, *, token: str, now: datetime) -> tuple[Actor, int | None]:
    """The person of a bearer token and ``clock.SHIFT``, in one statement: every call of a program begins here."""
    rows = session.execute(_OF_TOKEN, {"digest": _digest(token), "now": now}).all()
    if not rows:
        raise NotSignedIn("Please sign in.")
    calendar.seen(rows[0].calendar)
    return _from_rows(rows), rows[0].shift


def actor_of_session(session: Session, *, person_id: int, epoch: int) -> Actor | None:
    """The person of a browser session, or nobody if it was ended."""
    rows = session.execute(
        select(Person, PersonRole.role, calendar.REVISION)
        .outerjoin(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.id == person_id, Person.session_epoch == epoch, Person.active)
    ).all()
    if not rows:
        return None
    calendar.seen(rows[0][2])
    return _actor(rows[0][0], frozenset(role for _, role, _ in rows if role))


def session_key(session: Session, *, actor: Actor) -> str:
    """What a browser session remembers of a person: who, and in which epoch."""
    epoch = session.scalar(select(Person.session_epoch).where(Person.id == actor.id)) or 0
    return f"{actor.id}:{epoch}"


def choose_language(uow: Session, *, actor: Actor, language: str) -> None:
    """The language this person is answered in, from now on and everywhere."""
    person = uow.get(Person, actor.id)
    if person is not None:
        person.language = language


def actor_named(session: Session, username: str) -> Actor | None:
    """The person of that name, for work done on their behalf."""
    person = session.scalar(select(Person).where(Person.username == username))
    return as_actor(person) if person else None


def as_actor(person: Person) -> Actor:
    """A person as permissions see them."""
    return _actor(person, frozenset(r.role for r in person.roles))


def _from_rows(rows: Sequence[Any]) -> Actor:
    """The person of rows of ``_WHO``, one for each role."""
    first = rows[0]
    return Actor(
        id=first.id,
        username=first.username,
        names=first.names,
        department=first.department_key,
        unit=first.unit_code,
        roles=frozenset(row.role for row in rows if row.role),
        language=first.language,
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _actor(person: Person, roles: frozenset[str]) -> Actor:
    return Actor(
        id=person.id,
        username=person.username,
        names=person.names,
        department=person.department_key,
        unit=person.unit_code,
        roles=roles,
        language=person.language,
    )
