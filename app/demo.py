"""Demo mode: a bank to try things in, and a clock that can be moved forward."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import abort, g, jsonify
from flask.views import MethodView
from marshmallow import Schema, fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.demo import DEMO_PASSWORD, only_demo_people, seed_people
from app.identity.models import Person
from app.kernel import clock
from app.kernel.database import end_read, session
from app.kernel.errors import Conflict
from app.kernel.i18n import N_, pick
from app.kernel.input import Blueprint
from app.kernel.web import demo_mode, document_problems
from app.modules.agency.demo import load_demo_partners
from app.modules.bundles.demo import load_demo_bundles
from app.modules.catalogue.services.demo import load_demo
from app.modules.development.demo import load_demo_development
from app.modules.documents.demo import load_demo_documents, load_demo_templates
from app.modules.families.demo import load_demo_families
from app.modules.pricing.demo import load_demo_ceilings
from app.modules.risk.demo import load_demo_risk
from app.worker import move_clock
from app.workflow.decisions.services import seed_tables
from app.workflow.deployments.services import seed as seed_processes
from app.workflow.engine.durations import after
from app.workflow.engine.errors import ExpressionError

ROOT = Path(__file__).resolve().parent.parent
blueprint = Blueprint("demo", __name__, description="Demo mode only")


SOME_TIME = (
    r"^P([1-9][0-9]{0,2}Y([0-9]{1,4}M)?([0-9]{1,5}D)?|[1-9][0-9]{0,3}M([0-9]{1,5}D)?|[1-9][0-9]{0,3}W"
    r"|[1-9][0-9]{0,4}D(T[0-9]{1,6}H)?|T([1-9][0-9]{0,5}H([0-9]{1,7}M)?|[1-9][0-9]{0,6}M|[1-9][0-9]{0,8}S))$(?!\n)"
)
NOT_A_DURATION = N_("Must be an ISO 8601 duration such as P30D.")


class Advance(Schema):
    """How far the clock goes: an ISO 8601 duration, longer than nothing."""

    advance = fields.String(
        required=True,
        validate=[validate.Length(3, 40), validate.Regexp(SOME_TIME, error=NOT_A_DURATION)],
        metadata={"description": "P30D, PT36H"},
    )


class DemoPerson(Schema):
    username = fields.String(required=True)
    password = fields.String(required=True)
    name = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    roles = fields.List(fields.String(), required=True)


class DemoBank(Schema):
    people = fields.List(fields.Nested(DemoPerson), required=True)


class ClockOut(Schema):
    now = fields.String(required=True)
    fired = fields.Integer(required=True)


@blueprint.route("/demo")
class Demo(MethodView):
    @document_problems(blueprint)
    @blueprint.doc(security=[])
    @blueprint.response(200, DemoBank)
    def get(self) -> dict[str, Any]:
        """Everybody in the demo bank, with their password."""
        _demo_only()
        people = session().scalars(select(Person).order_by(Person.id))
        return {"people": [_person_json(p) for p in people]}


@blueprint.route("/demo/clock")
class Clock(MethodView):
    @blueprint.arguments(Advance)
    @document_problems(blueprint, 409, 413, 415)
    @blueprint.doc(security=[])
    @blueprint.response(200, ClockOut)
    def post(self, body: dict[str, str]) -> Any:
        """Move the platform's clock forward and run what falls due on the way. 409 past the year 2200."""
        _demo_only()
        fired = move_clock(_moved(body["advance"]))
        now = clock.now()
        end_read()
        return jsonify({"now": now.isoformat().replace("+00:00", "Z"), "fired": fired})


def _moved(by: str) -> datetime:
    with suppress(ExpressionError, OverflowError, ValueError):
        to = after(g.now, by)
        if to.year <= clock.LAST_YEAR:
            return to
    raise Conflict(N_("The clock goes no further than the year %(year)s."), code="end_of_time", year=clock.LAST_YEAR)


def _demo_only() -> None:
    if not demo_mode():
        abort(404)


def _person_json(person: Person) -> dict[str, Any]:
    return {
        "username": person.username,
        "password": DEMO_PASSWORD,
        "name": pick(person.names),
        "department": person.department_key,
        "unit": person.unit_code,
        "roles": sorted(r.role for r in person.roles),
    }


class NotADemo(RuntimeError):
    """The database holds somebody who is not of the demo bank."""


def seed(uow: Session, now: datetime) -> None:
    """The demo bank, complete; does nothing where it is there already."""
    if not only_demo_people(uow):
        raise NotADemo("demo mode refuses a database that holds anything but demo data")
    seed_people(uow)
    uow.flush()
    seed_tables(uow, folder=ROOT / "rules", now=now)
    uow.flush()
    seed_processes(uow, folder=ROOT / "processes", now=now)
    load_demo(uow, now)
    load_demo_ceilings(uow, now)
    load_demo_development(uow, now)
    if load_demo_templates(uow, now):
        load_demo_documents(uow, now)
    load_demo_bundles(uow, now)
    load_demo_risk(uow, now)
    load_demo_families(uow, now)
    load_demo_partners(uow, now)
