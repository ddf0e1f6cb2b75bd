"""Who is asking over HTTP: a bearer token, or a browser's session."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, redirect, request, session, url_for

from app.identity.actors import Actor
from app.identity.services import actor_of_session, actor_of_token
from app.kernel import clock, database
from app.kernel.errors import NotSignedIn


def resolve_actor() -> None:
    """Find out who asks, once a request, and end that read's transaction."""
    g.now = clock.now()
    g.actor = _bearer() if request.headers.get("Authorization") else _browser()
    if g.actor is not None and g.actor.language:
        g.language = g.actor.language
    database.end_read()


def _bearer() -> Actor:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotSignedIn("Please sign in.")
    return actor_of_token(database.session(), token=token.strip(), now=g.now)


def _browser() -> Actor | None:
    person = session.get("person")
    if not isinstance(person, list) or len(person) != 2:
        return None
    return actor_of_session(database.session(), person_id=person[0], epoch=person[1])


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
