"""A request as an Excel sheet on the pages: take it, fill it in, upload it, see what it would change, apply it."""

from __future__ import annotations

import json
from typing import Any

from flask import flash, render_template, request
from flask_babel import ngettext

from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Forbidden, Stale, invalid
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest
from app.modules.changes.services import sheets
from app.modules.changes.services.sheets import Plan
from app.modules.changes.sheet_api import as_file, sent_sheet
from app.modules.changes.views.base import EXPLAINED, REQUEST, may_edit, now, pages, to, visible

MOST_SHOWN = 200
_NOT_YOURS = N_("This request cannot be edited any more, or not by you.")


@pages.get(f"{REQUEST}/sheet.xlsx")
@signed_in
def sheet_file(request_id: int) -> Any:
    """The sheet, for everybody who may see the request."""
    return as_file(visible(request_id)[0])


@pages.get(f"{REQUEST}/sheet")
@signed_in
def sheet(request_id: int) -> Any:
    return _page(_editable(request_id))


@pages.post(f"{REQUEST}/sheet")
@signed_in
def preview_sheet(request_id: int) -> Any:
    """What the uploaded sheet would change; nothing is written."""
    found = _editable(request_id)
    try:
        return _page(found, plan=sheets.plan(session(), found, sent_sheet(), now()))
    except EXPLAINED as error:
        return _page(found, error=error)


@pages.post(f"{REQUEST}/sheet/apply")
@signed_in
def apply_sheet(request_id: int) -> Any:
    """Apply what the preview showed, all of it or nothing."""
    _editable(request_id)
    try:
        version, values = _shown()
        with unit_of_work() as uow:
            plan = sheets.apply_values(
                uow, request_id=request_id, version=version, values=values, actor=current_actor(), now=now()
            )
    except (*EXPLAINED, Stale) as error:
        return _page(_editable(request_id), error=error)
    changed = len(plan.of("changed"))
    flash(ngettext("%(num)d value was taken over.", "%(num)d values were taken over.", changed), "success")
    return to(f"/requests/{request_id}/edit/check")


def _shown() -> tuple[int, list[tuple[str, str, str, str]]]:
    """What the form of the preview holds: the state it saw, and the new values."""
    try:
        version, lines = int(request.form["version"]), json.loads(request.form["lines"])
        values = [(str(product), str(attribute), str(text), str(cell)) for product, attribute, text, cell in lines]
    except (KeyError, ValueError, TypeError, RecursionError):
        raise invalid("/lines", N_("Some of what was entered is not right.")) from None
    return version, values


def _editable(request_id: int) -> ChangeRequest:
    end_read()
    found, _ = visible(request_id)
    if not may_edit(found):
        raise Forbidden(_NOT_YOURS, code="not_editable")
    return found


def _page(found: ChangeRequest, *, plan: Plan | None = None, error: DomainError | None = None) -> Any:
    changed = plan.of("changed") if plan else []
    page = render_template(
        "changes/sheet.html",
        found=found,
        plan=plan,
        error=error,
        changed=changed[:MOST_SHOWN],
        refused=plan.of("refused")[:MOST_SHOWN] if plan else [],
        counts={o: len(plan.of(o)) for o in ("changed", "unchanged", "refused")} if plan else {},
        lines=json.dumps([(i.product, i.attribute, i.after, i.cell) for i in changed], ensure_ascii=False),
    )
    return page, error.status if error else 200
