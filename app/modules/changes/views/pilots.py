"""Pilots under way 进行中的试点: where risk looks, and stops one."""

from __future__ import annotations

from typing import Any

from flask import render_template

from app.identity.web import current_actor, signed_in
from app.kernel.database import session
from app.modules.changes.queries.pilots import running_pilots
from app.modules.changes.rules.interim import LIMITS
from app.modules.changes.views.base import pages
from app.modules.changes.views.steps import CRITERIA, SCOPES


@pages.get("/requests/pilots")
@signed_in
def pilots() -> Any:
    """Each with what was observed so far, against the criteria fixed beforehand."""
    return render_template(
        "changes/pilots.html",
        rows=running_pilots(session(), current_actor()),
        criteria=CRITERIA,
        limits=LIMITS,
        scope_list=SCOPES,
    )
