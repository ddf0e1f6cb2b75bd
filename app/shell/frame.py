"""What every page has around it: filters, navigation, the person, the theme, the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, request
from markupsafe import Markup

from app.identity.queries import department_names
from app.identity.web import actor_or_none
from app.kernel.i18n import LANGUAGES, language
from app.shell import assets, catalogue, filters
from app.shell.navigation import Entry, may_visit, navigation, section, served

THEMES = ("light", "dark")


def install(app: Flask) -> None:
    """Give the templates of every feature their frame."""
    catalogue.compile_catalogues()
    assets.install(app)
    filters.install(app)
    app.jinja_env.globals.update(LANGUAGES=LANGUAGES, served=served, section_here=_section_here)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_frame)


def _frame() -> dict[str, Any]:
    actor = actor_or_none()
    theme = request.cookies.get("theme")
    return {
        "actor": actor,
        "nav": navigation(actor, request.path) if actor else [],
        "may_visit": lambda path: actor is not None and may_visit(actor, path),
        "link": lambda path, text: _link(path, text) if actor and may_visit(actor, path) else text,
        "theme": theme if theme in THEMES else None,
        "lang": language(),
        "department": lambda: department_names(actor.department) if actor and actor.department else None,
        "shifted": _shifted(),
        "demo": current_app.config["DEMO"],
        "here": request.full_path.rstrip("?"),
    }


def _section_here() -> Entry | None:
    actor = actor_or_none()
    return section(actor, request.path) if actor else None


def _link(path: str, text: str) -> Markup:
    return Markup('<a href="{}">{}</a>').format(path, text)


def _shifted() -> bool:
    """Whether the demo clock has been moved away from the real one."""
    now: datetime | None = g.get("now")
    return now is not None and now - datetime.now(UTC) > timedelta(minutes=1)
