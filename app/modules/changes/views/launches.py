"""The launch calendar: a month of effective days, pilots and reviews due, as a grid and as a list."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import render_template, request

from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.calendar import is_business_day, is_provisional
from app.kernel.database import session
from app.kernel.i18n import N_
from app.modules.changes.queries.launches import Happening, Span, happenings
from app.modules.changes.views.base import now, pages
from app.modules.changes.views.lists import WHOSE
from app.modules.changes.views.steps import SCOPES

KINDS: Mapping[str, str] = {
    "launch": N_("Takes effect"),
    "wave": N_("Wave of the rollout"),
    "wish": N_("Effective day wished for"),
    "pilot_begins": N_("Pilot begins"),
    "pilot_ends": N_("Pilot ends"),
    "review": N_("Review due"),
    "post_launch": N_("Post-launch review due"),
}
_MONTH = re.compile(r"(20\d\d|2100)-(0[1-9]|1[0-2])\Z", re.ASCII)


@dataclass(frozen=True)
class Day:
    """One cell of the grid."""

    day: date
    inside: bool
    """Whether it belongs to the month that is shown."""
    works: bool
    happenings: list[Happening]


@pages.get("/requests/calendar")
@signed_in
def launches() -> Any:
    """``?month=2026-12``, ``?whose=mine|department|all``."""
    today = clock.accounting_date(now())
    first = _month(request.args.get("month", ""), today)
    whose = request.args.get("whose", "all")
    whose = whose if whose in WHOSE else "all"
    days = _days(first)
    span = Span(clock.start_of_day(days[0]), clock.start_of_day(days[-1] + timedelta(days=1)), whose)
    by_day: dict[date, list[Happening]] = defaultdict(list)
    for happening in happenings(session(), current_actor(), span):
        by_day[happening.day].append(happening)
    cells = [Day(day, day.month == first.month, is_business_day(day), by_day.get(day, [])) for day in days]
    return render_template(
        "changes/launches.html",
        first=first,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{(first + timedelta(days=31)).replace(day=1):%Y-%m}",
        weeks=[cells[n : n + 7] for n in range(0, len(cells), 7)],
        listed=[cell for cell in cells if cell.inside and cell.happenings],
        kinds=KINDS,
        scope_list=SCOPES,
        today=today,
        whose=whose,
        provisional=is_provisional(first),
    )


def _month(text: str, today: date) -> date:
    """The first day of the month asked for; of this month for anything else."""
    return date.fromisoformat(f"{text}-01") if _MONTH.match(text) else today.replace(day=1)


def _days(first: date) -> list[date]:
    """Whole weeks from Monday to Sunday around a month."""
    begin = first - timedelta(days=first.weekday())
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    end = last + timedelta(days=6 - last.weekday())
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
