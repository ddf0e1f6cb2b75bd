"""Sign-in pages: name and password, sign-out, language and theme."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.identity.demo import DEMO_PASSWORD
from app.identity.queries import people_by_department
from app.identity.services import choose_language
from app.identity.web import actor_or_none, begin_session, check_credentials, end_session
from app.kernel.database import end_read, unit_of_work
from app.kernel.errors import DomainError
from app.kernel.i18n import LANGUAGES

pages = Blueprint("identity_pages", __name__, template_folder="templates")
YEAR = 365 * 24 * 3600
THEMES = ("light", "dark", "auto")


@pages.get("/sign-in")
def sign_in() -> Any:
    """The form; who is signed in already goes on."""
    if actor_or_none() is not None:
        return redirect(_local(request.args.get("next")))
    return _form()


@pages.post("/sign-in")
def sign_in_now() -> Any:
    username = request.form.get("username", "").strip()[:100]
    try:
        actor = check_credentials(username=username, password=request.form.get("password", "")[:200])
    except DomainError as error:
        return _form(error, username), error.status
    begin_session(actor)
    end_read()
    return redirect(_local(request.form.get("next")))


def _form(error: DomainError | None = None, username: str = "") -> str:
    demo = bool(current_app.config["DEMO"])
    return render_template(
        "identity/sign_in.html",
        error=error,
        username=username,
        next=_local(request.values.get("next")),
        groups=people_by_department() if demo else [],
        password=DEMO_PASSWORD if demo else None,
    )


@pages.post("/sign-out")
def sign_out() -> Response:
    end_session()
    return redirect(url_for("identity_pages.sign_in"))


@pages.post("/language")
def language() -> Response:
    """Remember the language: in the browser, and on the person who is signed in."""
    chosen = request.form.get("language", "")
    actor = actor_or_none()
    if chosen in LANGUAGES and actor is not None:
        with unit_of_work() as uow:
            choose_language(uow, actor=actor, language=chosen)
    return _remember("language", chosen if chosen in LANGUAGES else None)


@pages.post("/theme")
def theme() -> Response:
    """Light, dark, or as the device says."""
    chosen = request.form.get("theme", "")
    return _remember("theme", chosen if chosen in THEMES else None)


def _remember(name: str, value: str | None) -> Response:
    answer = redirect(_local(request.form.get("next")))
    if value is not None:
        answer.set_cookie(name, value, max_age=YEAR, httponly=True, samesite="Lax", secure=current_app.config["HTTPS"])
    return answer


def _local(target: str | None) -> str:
    """``target`` if it is a path of this site, else the start page.

    A browser reads ``//host`` and ``/\\host`` as another site, and drops control characters.
    """
    if not target or not target.startswith("/") or target[1:2] in {"/", "\\"}:
        return "/"
    if not target.isprintable() or "\\" in target:
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target
