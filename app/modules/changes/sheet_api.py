"""A change request as an Excel sheet, for programs: taken, looked at, applied."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request
from flask.views import MethodView
from marshmallow import Schema, fields

from app.identity.web import current_actor, who
from app.kernel import spreadsheet
from app.kernel.database import session
from app.kernel.errors import Fault, invalid
from app.kernel.i18n import gettext, pick
from app.kernel.input import Blueprint
from app.kernel.uploads import FILE_TYPE, NO_FILE, file_body
from app.kernel.web import check_if_match, document_problems, etag, idempotent, in_unit_of_work
from app.modules.changes import queries
from app.modules.changes.models import ChangeRequest
from app.modules.changes.services import sheets
from app.modules.changes.services.sheets import Item, Plan

blueprint = Blueprint("sheets", __name__, description="Change requests as spreadsheets")


class SheetQuery(Schema):
    preview = fields.Boolean()
    """Say what would change; nothing is written."""


class CellFault(Schema):
    cell = fields.String(required=True)
    """Where, such as F12 or A1:B2; nothing for the file as a whole."""
    reason = fields.String(required=True)


class SheetLine(Schema):
    """One line of the sheet. Values are texts, in ``unit``."""

    row = fields.Integer(required=True)
    cell = fields.String(required=True)
    product = fields.String(required=True)
    attribute = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    live = fields.String(required=True)
    before = fields.String(required=True)
    after = fields.String(required=True)
    outcome = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    remark = fields.String(required=True, allow_none=True)


class SheetReport(Schema):
    applied = fields.Boolean(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    faults = fields.List(fields.Nested(CellFault), required=True)
    items = fields.List(fields.Nested(SheetLine), required=True)


def _said(fault: Fault | None) -> str | None:
    return gettext(fault.message, fault.values) if fault is not None else None


def _line(item: Item) -> dict[str, Any]:
    plain = ("row", "cell", "product", "attribute", "live", "before", "after", "outcome")
    return {
        **{name: getattr(item, name) for name in plain},
        "name": pick(item.names),
        "unit": pick(item.unit),
        "reason": _said(item.fault),
        "remark": _said(item.remark),
    }


def report(plan: Plan, *, applied: bool) -> dict[str, Any]:
    """A plan line by line, in the language of whoever asked."""
    return {
        "applied": applied,
        **{outcome: len(plan.of(outcome)) for outcome in ("changed", "unchanged", "refused")},
        "faults": [{"cell": f.pointer.strip("/").replace("file", ""), "reason": _said(f)} for f in plan.faults],
        "items": [_line(item) for item in plan.items],
    }


def sent_sheet() -> spreadsheet.Sheet:
    """The workbook that was sent, read; 422 without one or for one that cannot be read, 413 for one too large."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise invalid("/file", NO_FILE, code="required")
    return spreadsheet.read(upload.read(spreadsheet.MOST_BYTES + 1))


def as_file(found: ChangeRequest) -> Response:
    """The sheet of a request, to be saved."""
    answer = Response(sheets.export(session(), found, g.now), mimetype=sheets.XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.number}.xlsx"'
    answer.headers["ETag"] = etag("change", found.id, found.version)
    return answer


@blueprint.route("/change-requests/<int:request_id>/sheet")
class Sheet(MethodView):
    @document_problems(blueprint)
    @blueprint.response(200, schema=FILE_TYPE, content_type=sheets.XLSX)
    def get(self, request_id: int) -> Any:
        """The request as an Excel sheet: each number of each product, live beside proposed."""
        return as_file(queries.request_for(session(), request_id, current_actor()))

    @document_problems(blueprint, 403, 409, 412, 413)
    @blueprint.doc(requestBody=file_body(sheets.XLSX))
    @blueprint.arguments(SheetQuery, location="query")
    @blueprint.response(200, SheetReport)
    @idempotent(who)
    def post(self, query: dict[str, Any], request_id: int) -> Any:
        """Take over the proposed values of a sheet, as the multipart member ``file``: all of them or none.

        With ``?preview=1`` nothing is written and every line says what it would change, or why it is refused.
        Otherwise 422 with the address of each cell that is refused. ``If-Match`` is checked when it is sent.
        """
        actor = current_actor()
        found = queries.request_for(session(), request_id, actor)
        sheets.refuse_closed(found, actor)
        # Before the unit of work: others need not wait while a file is read.
        sheet = sent_sheet()
        if query.get("preview"):
            return report(sheets.plan(session(), found, sheet, g.now), applied=False)

        def act(uow: Any) -> tuple[int, Any]:
            current = sheets.editable(uow, request_id, actor)
            if request.headers.get("If-Match"):
                check_if_match(etag("change", current.id, current.version))
            return 200, report(sheets.apply(uow, current, sheet, actor=actor, now=g.now), applied=True)

        return in_unit_of_work(act)
