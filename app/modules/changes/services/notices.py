"""Notices to customers 客户告知: what the policy asks of each kind of change, and what became of each (rule 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import outbox
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.modules.changes.models import ChangeRequest, CustomerNotice, Rollout
from app.modules.changes.rules.delivery import Delivered
from app.modules.changes.rules.routing import notice_inputs
from app.modules.changes.services import differences
from app.modules.changes.services.counting import count
from app.modules.changes.services.records import for_change, note, proposed
from app.workflow.decisions.queries import latest, table_of
from app.workflow.decisions.services import try_out

POLICY = "notice_policy"
HOLDERS = ("existing", "new")


def policy_of(session: Session, request: ChangeRequest, now: datetime) -> list[dict[str, Any]]:
    """What the policy asks for each kind of change, family and kind of customer, with the rule that says so."""
    asked = notice_inputs(differences.facts_of(session, request, now))
    return [_ruled(session, {**inputs, "holder": holder}) for inputs in asked for holder in HOLDERS]


def _ruled(session: Session, inputs: dict[str, Any]) -> dict[str, Any]:
    found = try_out(session, key=POLICY, inputs=inputs)
    rules = table_of(latest(session, POLICY)).rules
    sources = [dict(rule.annotations) for rule in rules if rule.id in found.rules and rule.annotations]
    said = {"days": found.output["notice_days"], "method": found.output["method"]}
    return {**inputs, **said, "rules": found.rules, "sources": sources, "table_hash": found.table_hash}


def groups_of(session: Session, request: ChangeRequest) -> Sequence[str | None]:
    """The customer groups that the products are made for; None alone where one of them names none."""
    named = [
        (version.content.get("target_market") or {}).get("groups") or () for _, version in proposed(session, request.id)
    ]
    return list(dict.fromkeys(group for groups in named for group in groups)) if all(named) else [None]


def send(uow: Session, request: ChangeRequest, rollout: Rollout, *, now: datetime) -> None:
    """One notice for each customer group and channel; the sending system answers with the notice's number."""
    products = [row.product_code for row, _ in proposed(uow, request.id)]
    for group in groups_of(uow, request):
        for channel in rollout.notice_channels:
            row = CustomerNotice(change_request_id=request.id, customer_group=group, channel=channel, planned_at=now)
            uow.add(row)
            uow.flush()
            payload = {
                "notice": row.id,
                "number": request.number,
                "channel": channel,
                "customer_group": group,
                "text": rollout.notice_text,
                "texts": {"zh": rollout.notice_text, "en": rollout.notice_text_en},
                "effective_at": rollout.effective_at.isoformat(),
                "products": products,
            }
            message = outbox.put(uow, topic="customers.notified", payload=payload, now=now)
            uow.flush()
            row.outbox_id = message.id


def notices_of(session: Session, request_id: int) -> Sequence[CustomerNotice]:
    found = select(CustomerNotice).where(CustomerNotice.change_request_id == request_id)
    return session.scalars(found.order_by(CustomerNotice.id)).all()


def report(
    uow: Session, *, request_id: int, notice_id: int, counts: Delivered, source: str, actor: Actor, now: datetime
) -> CustomerNotice:
    """What the sending system has counted up to now. The same counts again change nothing.

    422 if more were answered for than sent; 409 for counts that go back, such as a report that comes late.
    """
    request, _ = for_change(uow, request_id, actor)
    require(actor, "notice.report")
    row = uow.get(CustomerNotice, notice_id)
    if row is None or row.change_request_id != request.id:
        raise NotFound(N_("There is no such notice."))
    told = count(row, counts, source=source, actor=actor, now=now)
    if told is not None:
        note(uow, request, "notice.reported", actor, now, **told)
    return row
