"""What the API gives of partners."""

from __future__ import annotations

from marshmallow import Schema, fields

from app.kernel import cursors
from app.kernel.web import MAX_PAGE
from app.modules.catalogue.schemas.api import Names, Query


class PartnerQuery(Query):
    limit = fields.Integer(metadata={"minimum": 1, "maximum": MAX_PAGE})
    cursor = fields.String(metadata={"pattern": cursors.pattern(str)})


class PartnerOut(Schema):
    key = fields.String(required=True)
    names = fields.Nested(Names, required=True)
    kind = fields.String(required=True)
    licence_number = fields.String(required=True)
    entered_by = fields.String(required=True)


class PartnerPage(Schema):
    items = fields.List(fields.Nested(PartnerOut), required=True)
    next = fields.String(required=True, allow_none=True)


class Finding(Schema):
    finding = fields.String(required=True)
    note = fields.String(required=True)


class AdmissionOpinion(Schema):
    verdict = fields.String(required=True)
    text = fields.String(required=True)
    by = fields.String(required=True)


class AdmissionOut(Schema):
    """What came of examining the partner for one request."""

    number = fields.String(required=True)
    request = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    findings = fields.Dict(keys=fields.String(), values=fields.Nested(Finding), required=True, allow_none=True)
    evidence = fields.List(fields.Integer(), required=True)
    examined_by = fields.String(required=True, allow_none=True)
    opinion = fields.Nested(AdmissionOpinion, required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    valid_from = fields.String(required=True, allow_none=True)
    valid_to = fields.String(required=True, allow_none=True)
    opened = fields.String(required=True)


class PartnerDetail(PartnerOut):
    """``in_force``: the admission that counts today, whichever of them the terms of a product name."""

    in_force = fields.String(required=True, allow_none=True)
    admissions = fields.List(fields.Nested(AdmissionOut), required=True)
