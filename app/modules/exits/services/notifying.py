"""Notices to those who hold the product 客户告知: what the policy asks for, and the messages of a batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.kernel import outbox
from app.modules.catalogue.models import Product
from app.modules.changes.rules.routing import change_types
from app.modules.exits.models import Exit, ExitPlan, MigrationMap
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
    """One message for each way of being told: the numbers of the customers, who are written to one by one."""
    by_channel: dict[str, list[str]] = defaultdict(list)
    for customer in customers:
        by_channel[customer["contact"]].append(customer["number"])
    said = {"exit": found.number, "batch": batch, "product": found.product_code, "replacement": plan.target_code}
    told = {**said, "text": plan.notice_text, "answer_until": str(found.answers_until)}
    payloads = [{**told, "channel": channel, "customers": numbers} for channel, numbers in by_channel.items()]
    outbox.put_all(uow, topic="customers.notified", payloads=payloads, now=now)
