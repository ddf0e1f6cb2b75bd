"""The regulator's receipt of a filing 备案 or registration 登记: without it nothing is sold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import clock
from app.kernel.errors import Forbidden, invalid
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest, RegulatoryReceipt
from app.modules.changes.services.records import note, proposed
from app.workflow.decisions.queries import last_asked
from app.workflow.tasks.attachments import require_attached

FILING_RULE, NO_FILING = "regulatory_filing", "none"
_BETWEEN = re.compile(r"[\s,;，；、]+")


def record_receipt(
    uow: Session, request: ChangeRequest, *, kind: str, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> str:
    """``received``, with the receipt on record; or ``refused``, with the regulator's reason.

    422 for a receipt that names other products than the request, carries a
    number already on record, or is dated in the future.
    """
    require_attached(uow, request.instance_id, answers["evidence"])
    if answers["answer"] == "refused":
        request.closing_reason = answers["reason"]
        note(uow, request, "filing.refused", actor, now, kind=kind, reason=answers["reason"])
        return "refused"
    products = _same_products(uow, request, answers["products"])
    received_on = date.fromisoformat(answers["received_on"])
    if received_on > clock.accounting_date(now):
        raise invalid("/data/received_on", N_("This day is yet to come."), code="future")
    if uow.scalar(select(RegulatoryReceipt.id).where(RegulatoryReceipt.number == answers["number"])) is not None:
        raise invalid("/data/number", N_("A receipt of this number is on record already."), code="receipt_used")
    uow.add(
        RegulatoryReceipt(
            change_request_id=request.id,
            kind=kind,
            number=answers["number"],
            products=products,
            received_on=received_on,
            evidence=answers["evidence"],
            entered_by=actor.username,
            entered_at=now,
        )
    )
    note(uow, request, "filing.received", actor, now, kind=kind, number=answers["number"], products=products)
    return "received"


def require_received(session: Session, request: ChangeRequest) -> None:
    """Nothing is sold past the rule that asks for a filing, nor before its receipt; by no operator's hand."""
    asked = last_asked(session, request.instance_id, FILING_RULE)
    if not asked:
        raise Forbidden(N_("Nobody has found out whether a filing is required."), code="filing_unknown")
    if all(record.output == NO_FILING for record in asked):
        return
    rows = select(RegulatoryReceipt.products).where(RegulatoryReceipt.change_request_id == request.id)
    wanted = sorted(row.product_code for row, _ in proposed(session, request.id))
    if wanted not in [sorted(products) for products in session.scalars(rows)]:
        raise Forbidden(N_("The regulator's receipt is not there."), code="receipt_missing")


def _same_products(uow: Session, request: ChangeRequest, written: str) -> list[str]:
    """The products as they stand on the receipt; 422 unless they are exactly those of the request."""
    named = {code for code in _BETWEEN.split(written) if code}
    wanted = {row.product_code for row, _ in proposed(uow, request.id)}
    if named != wanted:
        message = N_("The receipt names %(named)s; the request is about %(wanted)s.")
        shown = {"named": ", ".join(sorted(named)[:20]), "wanted": ", ".join(sorted(wanted)[:20])}
        raise invalid("/data/products", message, code="wrong_product", **shown)
    return sorted(named)
