"""Pilots under way, with what was observed so far: three statements, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.modules.catalogue.models import Product
from app.modules.changes.models import ChangeRequest, Pilot, PilotObservation
from app.modules.changes.queries.launches import products_of
from app.modules.changes.rules.interim import LIMITS, keeps, total
from app.modules.changes.services.piloting import observed
from app.modules.changes.services.records import facts_of
from app.workflow.models import ProcessInstance

MOST = 200


@dataclass(frozen=True)
class Running:
    """One pilot as a list tells it."""

    request: ChangeRequest
    pilot: Pilot
    products: Sequence[Product]
    counts: dict[str, int]
    may_stop: bool

    def broken(self, criterion: str) -> bool:
        """Whether a bound is passed already; sales may still come."""
        count = self.counts[LIMITS[criterion]]
        return not criterion.startswith("min_") and not keeps(criterion, count, self.pilot.criteria[criterion])


def running_pilots(session: Session, actor: Actor) -> list[Running]:
    """Those that ``actor`` may see, the one that ends first before the others."""
    rows = session.execute(
        select(Pilot, ChangeRequest, ProcessInstance)
        .join(ChangeRequest, ChangeRequest.id == Pilot.change_request_id)
        .outerjoin(ProcessInstance, ProcessInstance.id == ChangeRequest.instance_id)
        .where(ChangeRequest.state == "piloting", Pilot.state == "running")
        .order_by(Pilot.until, Pilot.id)
        .limit(MOST)
    ).all()
    seen = [(p, r, facts) for p, r, case in rows if allowed(actor, "change.see", facts := facts_of(r, case))]
    seen_by_pilot: dict[int, list[PilotObservation]] = defaultdict(list)
    wanted = PilotObservation.pilot_id.in_([pilot.id for pilot, _, _ in seen])
    for row in session.scalars(select(PilotObservation).where(wanted)):
        seen_by_pilot[row.pilot_id].append(row)
    products = products_of(session, {request.id for _, request, _ in seen})
    return [
        Running(r, p, products[r.id], total(observed(seen_by_pilot[p.id])), allowed(actor, "pilot.stop", facts))
        for p, r, facts in seen
    ]
