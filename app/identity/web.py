"""Who is asking over HTTP: a bearer token, or a browser's session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.identity import throttle
from app.identity.actors import Actor
from app.identity.services import actor_of_session, actor_of_token, check_password, session_key
from app.kernel import clock, database
from app.kernel.errors import NotSignedIn


class SignedIn(UserMixin):  # type: ignore[misc]
    """A person as Flask-Login knows one. The id holds the epoch, which ends sessions."""

    def __init__(self, actor: Actor, key: str):
        self.actor = actor
        self.id = key


def install(app: Flask) -> None:
    """Browser sessions by Flask-Login.

    Not by its ``init_app``: that serves the remember-me cookie, which we do not have,
    and reads the session for it even when a static file is answered.
    """
    manager = LoginManager()
    app.login_manager = manager  # type: ignore[attr-defined]
    # The address of a person on the move changes; ending the session for that helps nobody.
    manager.session_protection = None
    manager.user_loader(_load)


def _load(key: str) -> SignedIn | None:
    person, _, epoch = key.partition(":")
    if not (person.isdecimal() and epoch.isdecimal()):
        return None
    actor = actor_of_session(database.session(), person_id=int(person), epoch=int(epoch))
    return SignedIn(actor, key) if actor else None


def check_credentials(*, username: str, password: str) -> Actor:
    """The person of a name and a password; a wrong password is counted, too many are refused."""
    claim = {"username": username, "address": request.remote_addr or ""}
    throttle.refuse_if_throttled(database.session(), **claim, now=g.now)
    try:
        actor = check_password(database.session(), username=username, password=password)
    except NotSignedIn:
        with database.unit_of_work() as uow:
            throttle.note_failure(uow, **claim, now=g.now)
        raise
    with database.unit_of_work() as uow:
        throttle.forget_failures(uow, **claim)
    return actor


def begin_session(actor: Actor) -> None:
    """Sign ``actor`` in with a fresh session: what was in the old one is gone."""
    session.clear()
    session.permanent = True
    login_user(SignedIn(actor, session_key(database.session(), actor=actor)))


def end_session() -> None:
    """Sign out and forget the session."""
    logout_user()
    session.clear()


def resolve_actor() -> None:
    """Find out who asks, once a request, and end that read before a unit of work begins."""
    if request.headers.get("Authorization"):
        g.now = clock.real()
        g.actor, shift = _bearer()
        g.now = clock.moved(shift)
    else:
        g.now, g.actor = clock.now(), _browser()
    if g.actor is not None and g.actor.language:
        g.language = g.actor.language
    database.end_read()


def _bearer() -> tuple[Actor, int | None]:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("Please sign in.")
    return actor_of_token(database.session(), token=token.strip(), now=clock.real())


def _browser() -> Actor | None:
    return current_user.actor if current_user.is_authenticated else None


def current_actor() -> Actor:
    """Who asks; ``NotSignedIn`` if nobody does."""
    actor: Actor | None = g.get("actor")
    if actor is None:
        raise NotSignedIn("Please sign in.")
    return actor


def actor_or_none() -> Actor | None:
    actor: Actor | None = g.get("actor")
    return actor


def signed_in(view: Callable[..., Any]) -> Callable[..., Any]:
    """A page for signed-in people; others are led to the sign-in page and back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.get("actor") is None:
            if request.headers.get("HX-Request"):
                raise NotSignedIn("Please sign in.")
            target = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("identity_pages.sign_in", next=target))
        return view(*args, **kwargs)

    return guarded


def who() -> str:
    """The username, for idempotency keys."""
    return current_actor().username
