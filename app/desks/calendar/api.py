"""Business days for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import RAISE, Schema, fields

from app.desks.calendar import queries, services
from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.calendar import BankDay, last_published_year
from app.kernel.clock import LAST_YEAR
from app.kernel.database import session
from app.kernel.errors import invalid
from app.kernel.fields import text
from app.kernel.i18n import N_
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work

blueprint = Blueprint("calendar", __name__, description="Business days: the national calendar and the bank's own")
MOST_DAYS = 400
TOO_LONG = N_("From the first day to the last, at most %(most)s days.")


class Span(Schema):
    first = fields.Date(required=True)
    last = fields.Date(required=True)


class DayOut(Schema):
    day = fields.String(required=True)
    works = fields.Boolean(required=True)
    national = fields.Boolean(required=True)
    """Whether the national calendar has it worked."""
    reason = fields.String(required=True, allow_none=True)
    """Why the bank departs from it."""
    provisional = fields.Boolean(required=True)
    """No national calendar has been published for the year yet."""


class Days(Schema):
    items = fields.List(fields.Nested(DayOut), required=True)
    published_through = fields.Integer(required=True)


class BankDayIn(Schema):
    """``works`` null leaves the day to the national calendar again."""

    class Meta:
        unknown = RAISE

    day = fields.Date(required=True)
    works = fields.Boolean(required=True, allow_none=True, truthy={True}, falsy={False})
    reason = text(1, 400, required=True)


class BankDayOut(Schema):
    id = fields.Integer(required=True)
    day = fields.String(required=True)
    works = fields.Boolean(required=True, allow_none=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)


def _entry(row: BankDay) -> dict[str, Any]:
    return {"id": row.id, "day": row.day.isoformat(), "works": row.works, "reason": row.reason, "by": row.by}


def _day(found: queries.Day) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "works": found.works,
        "national": found.national,
        "reason": found.own.reason if found.own else None,
        "provisional": found.provisional,
    }


def _check(first: date, last: date) -> None:
    if not 0 <= (last - first).days < MOST_DAYS or last.year > LAST_YEAR or first.year < 1950:
        raise invalid("/last", TOO_LONG, most=MOST_DAYS)


@blueprint.route("/business-days")
class BusinessDays(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(Span, location="query")
    @blueprint.response(200, Days)
    def get(self, query: dict[str, Any]) -> Any:
        """Which days are worked, from ``first`` to ``last``, both included."""
        require(current_actor(), "calendar.see")
        _check(query["first"], query["last"])
        found = queries.days(session(), query["first"], query["last"])
        return {"items": [_day(day) for day in found], "published_through": last_published_year()}


@blueprint.route("/bank-days")
class BankDays(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(BankDayIn)
    @blueprint.response(201, BankDayOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Say that the bank works, or does not, on a day. Deadlines counted from now on use it."""
        reason = body["reason"].strip()
        if not reason:
            raise invalid("/reason", N_("This is required."), code="required")

        def act(uow: Any) -> tuple[int, Any]:
            given = {"day": body["day"], "works": body["works"], "reason": reason}
            return 201, _entry(services.set_day(uow, **given, actor=current_actor(), now=g.now))

        return in_unit_of_work(act)
