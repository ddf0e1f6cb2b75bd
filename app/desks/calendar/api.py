"""Business days for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g
from flask.views import MethodView
from marshmallow import RAISE, Schema, fields, validate

from app.desks.calendar import queries, services
from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.calendar import BankDay, last_published_year
from app.kernel.clock import LAST_YEAR
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, idempotent, in_unit_of_work

blueprint = Blueprint("calendar", __name__, description="Business days: the national calendar and the bank's own")
FIRST_YEAR = 2001
"""The first year of which the national calendar is known with its make-up days."""


class YearQuery(Schema):
    year = fields.Integer(required=True, validate=validate.Range(FIRST_YEAR, LAST_YEAR))


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
    reason = fields.String(required=True, validate=[validate.Length(1, 400), validate.Regexp(r"^[^\x00]*\S[^\x00]*$")])


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


@blueprint.route("/business-days")
class BusinessDays(MethodView):
    @document_problems(blueprint)
    @blueprint.arguments(YearQuery, location="query")
    @blueprint.response(200, Days)
    def get(self, query: dict[str, Any]) -> Any:
        """Which days of a year are worked, day by day."""
        require(current_actor(), "calendar.see")
        found = queries.days(session(), date(query["year"], 1, 1), date(query["year"], 12, 31))
        return {"items": [_day(day) for day in found], "published_through": last_published_year()}


@blueprint.route("/bank-days")
class BankDays(MethodView):
    @document_problems(blueprint, 403)
    @blueprint.arguments(BankDayIn)
    @blueprint.response(201, BankDayOut)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """Say that the bank works, or does not, on a day. Deadlines counted from now on use it."""

        def act(uow: Any) -> tuple[int, Any]:
            return 201, _entry(services.set_day(uow, **body, actor=current_actor(), now=g.now))

        return in_unit_of_work(act)
