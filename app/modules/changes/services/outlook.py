"""What the rules would say of a proposal as it stands, or as it is being typed. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.kernel import clock
from app.kernel.errors import DomainError
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.difference import Change, changed, difference
from app.modules.catalogue.rules.facts import facts
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import routing
from app.modules.changes.services import ceilings, differences
from app.modules.changes.services.clashes import Clash, clashes
from app.workflow.decisions.services import try_out

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """A product with its live and its proposed content."""

    product: Product
    number: int
    """Of the proposed version."""
    live_number: int | None
    live: Content | None
    proposed: Content
    changes: Sequence[Change]
    """Every attribute, changed or not."""

    @property
    def touched(self) -> Sequence[Change]:
        return changed(self.changes)


@dataclass(frozen=True)
class Outlook:
    """What would happen to the request if it were submitted now."""

    compared: Sequence[Compared]
    materiality: str | None = None
    departments: Sequence[str] = ()
    pilot: bool | None = None
    notice_days: int = 0
    earliest: date | None = None
    wished: bool = False
    rates: ceilings.Check | None = None
    """How deposit rates stand to the ceilings of the effective day."""

    clashes: Sequence[Clash] = ()
    """Products that stand in another open request, as the rule judges it."""

    @property
    def changes(self) -> int:
        return sum(len(c.touched) for c in self.compared)


def compare(
    session: Session, request: ChangeRequest, now: datetime, typed: Mapping[str, Content] | None = None
) -> list[Compared]:
    """Each product's live version beside the proposed one; ``typed`` content stands in for what is saved."""
    found = []
    for live, version in differences.pairs(session, request, now):
        proposed = (typed or {}).get(version.product_code, version.content)
        old = live.content if live else None
        lines = difference(old or {}, proposed)
        number = live.number if live else None
        found.append(Compared(version.product, version.number, number, old, proposed, lines))
    return found


def outlook(
    session: Session, request: ChangeRequest, now: datetime, *, compared: Sequence[Compared], pilot_wish: bool
) -> Outlook:
    """Materiality, departments, pilot and notice by the newest tables; what a table cannot tell is left open."""
    found = [facts(c.live or {}, c.proposed) for c in compared]
    groups = routing.groups_touched(found)
    elsewhere = _clashes(session, request, now, compared)
    if not groups:
        return Outlook(compared, earliest=clock.accounting_date(now), clashes=elsewhere)
    try:
        return replace(_decided(session, request, now, compared, found, pilot_wish), clashes=elsewhere)
    except DomainError:
        return Outlook(compared, clashes=elsewhere)


def _clashes(session: Session, request: ChangeRequest, now: datetime, compared: Sequence[Compared]) -> Sequence[Clash]:
    if request.state != "draft":
        return ()
    try:
        return clashes(session, request, now, {c.product.code: c.proposed for c in compared})
    except DomainError:
        return ()


def _decided(
    session: Session, request: ChangeRequest, now: datetime, compared: Sequence[Compared],
    found: Sequence[Mapping[str, Any]], pilot_wish: bool,
) -> Outlook:  # fmt: skip
    def said(key: str, **inputs: Any) -> Any:
        return try_out(session, key=key, inputs=inputs).output

    inputs = differences.inputs_for(session, request, found, now)
    materiality = request.materiality or said("materiality", **inputs)
    cases = [{"materiality": materiality, **case} for case in routing.review_inputs(found)]
    contents = [(c.product.code, c.proposed) for c in compared]
    days = max((said("notice_policy", **asked)["notice_days"] for asked in routing.notice_inputs(found)), default=0)
    earliest = clock.accounting_date(now) + timedelta(days=days)
    return Outlook(
        compared,
        materiality,
        routing.union([said("review_departments", **case) for case in cases]),
        any(said("pilot_required", **case, pilot_wish=pilot_wish) for case in cases),
        days,
        earliest,
        pilot_wish,
        ceilings.look(session, request, ceilings.effective_day(request, now, earliest), contents),
    )
