"""Finance's assumptions and cost sheets as the API takes and gives them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from app.kernel import cursors
from app.kernel.fields import ANY_CURRENCY, Whole, currency_code
from app.kernel.i18n import N_
from app.modules.catalogue.schemas.api import Query, Strict, code_text, text
from app.modules.development.schemas.figures import Figure, money, percent
from app.modules.pricing.schemas import Term

NOT_UNIT = N_("Must be percent or a currency such as CNY.")
MOST_YEARS = 30
TERM = {"type": "string", "pattern": r"^P([1-9][0-9]{0,2}Y)?([1-9][0-9]{0,2}M)?$(?!\n)", "description": "P3M, P1Y"}


class CurvePoint(Strict):
    """What the treasury pays or takes for funds of a term, in per cent a year."""

    term = Term(required=True, metadata=TERM)
    rate = percent("-10", "100", required=True)


class AssumptionContent(Strict):
    curve = fields.List(fields.Nested(CurvePoint), required=True, validate=validate.Length(1, 60))
    capital_ratio = percent(required=True)
    cost_of_capital = percent(required=True)
    tax = percent(required=True)
    path = fields.List(percent("0", "1000"), required=True, validate=validate.Length(1, MOST_YEARS))
    """Per cent of the full volume, year by year: its length is the horizon."""
    basis = text(2000, required=True)


class NewAssumptions(Strict):
    currency = currency_code(required=True)
    valid_from = fields.Date(required=True)
    content = fields.Nested(AssumptionContent, required=True)


class AssumptionsOut(Schema):
    id = fields.Integer(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True)
    currency = fields.String(required=True)
    valid_from = fields.String(required=True)
    content = fields.Nested(AssumptionContent, required=True)
    content_hash = fields.String(required=True)
    drafted_by = fields.String(required=True)
    drafted = fields.String(required=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved = fields.String(required=True, allow_none=True)


class AssumptionsPage(Schema):
    items = fields.List(fields.Nested(AssumptionsOut), required=True)
    next = fields.String(required=True, allow_none=True)


class CostLine(Strict):
    """An amount a year in the sheet's currency (research: once), or per cent a year of the volume, and its basis."""

    value = Figure("0", "1000000000000000", places=6, required=True)
    unit = fields.String(required=True, validate=validate.Regexp(rf"^(percent|{ANY_CURRENCY})$(?!\n)", error=NOT_UNIT))
    basis = text(500, required=True)


class CostLines(Strict):
    """Without lines of their own, funds and capital follow finance's assumptions."""

    fees = fields.Nested(CostLine)
    research = fields.Nested(CostLine, required=True)
    operating = fields.Nested(CostLine, required=True)
    funds = fields.Nested(CostLine)
    capital = fields.Nested(CostLine)
    provisions = fields.Nested(CostLine, required=True)


class CostInputs(Strict):
    currency = currency_code(required=True)
    volume = money("0.01", required=True)
    customer_rate = percent("-10", "100", load_default="0")
    term = Term(metadata=TERM)
    risk_weight = percent("0", "1250", load_default="0")
    """Up to 1250 per cent, as the rules on capital know it."""
    lines = fields.Nested(CostLines, required=True)


class NewCostSheet(Strict):
    product = code_text(60, required=True)
    version = Whole(validate=validate.Range(1, 2**31 - 1), allow_none=True)
    assumptions = Whole(validate=validate.Range(1, 2**53 - 1), allow_none=True)
    """Id of approved assumptions; without it those in force today."""
    sheet = fields.Nested(CostInputs, required=True)


class CostSheetQuery(Query):
    product = code_text(60)
    limit = fields.Integer(metadata={"minimum": 1, "maximum": 200})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


class CostSheetOut(Schema):
    id = fields.Integer(required=True)
    number = fields.String(required=True)
    product = fields.String(required=True)
    version = fields.Integer(required=True, allow_none=True)
    assumptions = fields.Integer(required=True)
    assumptions_hash = fields.String(required=True)
    sheet = fields.Nested(CostInputs, required=True)
    result = fields.Dict(required=True)
    """``{side, ftp, start, years, profit, margin, break_even_volume, break_even_months, sensitivity}``."""
    text = fields.Dict(required=True)
    """In English and Chinese, for the part ``costing`` of the approver's file."""
    content_hash = fields.String(required=True)
    worked_out_by = fields.String(required=True)
    worked_out = fields.String(required=True)


class CostSheetPage(Schema):
    items = fields.List(fields.Nested(CostSheetOut), required=True)
    next = fields.String(required=True, allow_none=True)
