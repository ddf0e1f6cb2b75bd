"""Notices to those who hold the product 客户告知: what the policy asks for, and the messages of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel import outbox
from app.modules.catalogue.models import Product
from app.modules.changes.rules.routing import change_types
from app.modules.customers.models import Customer, CustomerSegment
from app.modules.exits.models import Exit, ExitNotice, ExitPlan, MigrationMap
from app.workflow.decisions.services import decide, try_out

POLICY = "notice_policy"
CHANGED = ("terms",)
"""That a product ends changes its terms, whatever else the replacement changes."""


def policy_inputs(session: Session, found: Exit, rows: Sequence[MigrationMap]) -> list[dict[str, str]]:
    """What the notice policy is asked for those who hold the product: each kind of change."""
    family = session.get_one(Product, found.product_code).family
    kinds = change_types([*CHANGED, *(row.path.split(".")[0] for row in rows)])
    return [{"change_type": kind, "family": family, "holder": "existing"} for kind in kinds]


def least_days(session: Session, found: Exit, rows: Sequence[MigrationMap]) -> int:
    """The longest notice that the policy asks for, in calendar days; nothing is recorded."""
    asked = policy_inputs(session, found, rows)
    return max(int(try_out(session, key=POLICY, inputs=inputs).output["notice_days"]) for inputs in asked)


def record_policy(uow: Session, found: Exit, rows: Sequence[MigrationMap], element: str | None, now: datetime) -> int:
    """The same, each evaluation kept with the case."""
    place: dict[str, Any] = {"now": now, "instance_id": found.instance_id, "element_id": element}
    asked = policy_inputs(uow, found, rows)
    return max(int(decide(uow, key=POLICY, inputs=inputs, **place)["notice_days"]) for inputs in asked)


def send(
    uow: Session, found: Exit, plan: ExitPlan, customers: Sequence[Mapping[str, str]], batch: int, now: datetime
) -> None:
    """A notice with its message for each customer group and way of being told; each customer is written to once."""
    groups = _only_groups(uow, [customer["number"] for customer in customers])
    addressed: dict[tuple[str | None, str], dict[str, None]] = defaultdict(dict)
    for customer in customers:
        addressed[groups.get(customer["number"]), customer["contact"]][customer["number"]] = None
    notices = [
        ExitNotice(
            exit_id=found.id,
            batch_id=batch,
            customer_group=group,
            channel=channel,
            customers=len(numbers),
            planned_at=now,
        )
        for (group, channel), numbers in addressed.items()
    ]
    uow.add_all(notices)
    uow.flush()
    said = {"exit": found.number, "batch": batch, "product": found.product_code, "replacement": plan.target_code}
    told = {**said, "text": plan.notice_text, "answer_until": str(found.answers_until)}
    messages = [
        outbox.put(uow, topic="customers.notified", payload={**told, **_to(notice), "customers": [*numbers]}, now=now)
        for notice, numbers in zip(notices, addressed.values(), strict=True)
    ]
    uow.flush()
    for notice, message in zip(notices, messages, strict=True):
        notice.outbox_id = message.id


def _to(notice: ExitNotice) -> dict[str, Any]:
    """For whom and by which way; the sending system answers with the notice's number."""
    return {"notice": notice.id, "channel": notice.channel, "customer_group": notice.customer_group}


def _only_groups(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    """Customer → group, for those who belong to exactly one."""
    found = (
        select(Customer.number, func.min(CustomerSegment.key))
        .join(CustomerSegment, CustomerSegment.customer_id == Customer.id)
        .where(Customer.number.in_(numbers))
        .group_by(Customer.number)
        .having(func.count() == 1)
    )
    return {number: group for number, group in session.execute(found)}
