"""Initiatives as the API takes and gives them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from app.kernel.fields import Whole, currency_code
from app.kernel.i18n import N_
from app.modules.catalogue.schemas.api import Strict, choice, code_text, text
from app.modules.development.rules.initiatives import GATES, VERBS
from app.modules.development.schemas.figures import YesNo, money

NOT_DAY = N_("Must be a day such as 2026-01-31.")


class Day(fields.Date):
    """A day, kept as its text."""

    default_error_messages = {"invalid": NOT_DAY}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, attr, data, **kwargs)
        if not 2000 <= found.year <= 2200:
            raise ValidationError(NOT_DAY)
        return found.isoformat()

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class PlannedGates(Strict):
    initiation = Day(required=True)
    design = Day(required=True)
    test = Day(required=True)
    launch = Day(required=True)


class PlannedTask(Strict):
    title = text(200, required=True)
    owner = code_text(60, required=True)
    due = Day(required=True)
    done = YesNo(load_default=False)


class TaskMark(Strict):
    done = YesNo(required=True)


class BudgetLine(Strict):
    """Amounts in the initiative's currency. ``by``: the gate by which it is to be spent.

    ``committed``: bound by contract and not paid yet.
    """

    name = text(200, required=True)
    planned = money(required=True)
    by = choice(GATES, load_default="launch")
    committed = money(load_default="0")
    spent = money(load_default="0")


class InitiativePlan(Strict):
    gates = fields.Nested(PlannedGates, required=True)
    tasks = fields.List(fields.Nested(PlannedTask), required=True, validate=validate.Length(max=200))
    budget = fields.List(fields.Nested(BudgetLine), required=True, validate=validate.Length(max=100))


class NewInitiative(Strict):
    title = text(200, required=True)
    concept = text(8000, required=True)
    sponsor = code_text(60, required=True)
    currency = currency_code(required=True)
    products = fields.List(code_text(60), load_default=list, validate=validate.Length(max=50))
    idea = Whole(validate=validate.Range(1, 2**53 - 1), allow_none=True)
    plan = fields.Nested(InitiativePlan, required=True)


class GateNamed(Strict):
    gate = choice(GATES, required=True)


class NewGateVerdict(GateNamed):
    passed = YesNo(required=True)
    reason = text(2000, required=True)


class InitiativeMove(Strict):
    verb = choice(VERBS, required=True)
    reason = text(2000, required=True)


class GateVerdictOut(Schema):
    gate = fields.String(required=True)
    passed = fields.Boolean(required=True)
    day = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)


class EvidenceOut(Schema):
    id = fields.Integer(required=True)
    gate = fields.String(required=True)
    filename = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    uploaded_by = fields.String(required=True)
    uploaded = fields.String(required=True)


class BurnOut(Schema):
    planned = fields.String(required=True)
    committed = fields.String(required=True)
    spent = fields.String(required=True)
    left = fields.String(required=True)


class BurnMark(Schema):
    """At the end of ``day``: what was to be spent by then, and what was; nothing is known of days to come."""

    day = fields.String(required=True)
    planned = fields.String(required=True)
    spent = fields.String(required=True, allow_none=True)


class InitiativeOut(Schema):
    id = fields.Integer(required=True)
    number = fields.String(required=True)
    title = fields.String(required=True)
    concept = fields.String(required=True)
    products = fields.List(fields.String(), required=True)
    owner = fields.String(required=True)
    sponsor = fields.String(required=True)
    idea = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True)
    plan = fields.Nested(InitiativePlan, required=True)
    burn = fields.Nested(BurnOut, required=True)
    state = fields.String(required=True)
    founded = fields.String(required=True)


class InitiativeDetail(InitiativeOut):
    gates = fields.List(fields.Nested(GateVerdictOut), required=True)
    evidence = fields.List(fields.Nested(EvidenceOut), required=True)
    burn_over_time = fields.List(fields.Nested(BurnMark), required=True)
    next_gate = fields.String(required=True, allow_none=True)


class InitiativePage(Schema):
    items = fields.List(fields.Nested(InitiativeOut), required=True)
    next = fields.String(required=True, allow_none=True)
