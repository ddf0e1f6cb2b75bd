"""The start page and help."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from app.identity.web import current_actor, signed_in
from app.kernel.database import session
from app.kernel.i18n import N_
from app.shell.queries import requests_under_way
from app.workflow.tasks.queries import BADGE_LIMIT, count_open

pages = Blueprint("shell_pages", __name__)

HELP = {
    "start": N_("Getting started"),
    "inbox": N_("The inbox"),
    "change": N_("Proposing a change"),
    "catalogue": N_("The catalogue"),
    "processes": N_("Processes and rules"),
    "api": N_("The programming interface"),
}
"""The help pages, in reading order. Their words stand in ``templates/help/en`` and ``templates/help/zh``."""


@pages.get("/")
@signed_in
def start() -> Any:
    """What waits for me and what to do next."""
    actor = current_actor()
    waiting = {filter: count_open(session(), actor, filter) for filter in ("mine", "group")}
    waiting["requests"] = requests_under_way(session(), actor)
    return render_template("start.html", waiting=waiting, most=BADGE_LIMIT)


@pages.get("/help")
@pages.get("/help/<topic>")
@signed_in
def help_page(topic: str = "start") -> Any:
    if topic not in HELP:
        abort(404)
    return render_template("help/page.html", topics=HELP, topic=topic)
