"""The rates of a request beside the self-discipline ceilings 利率自律上限 of the day they take effect.

Asked while one edits, refused or sent higher at submission by rule, recorded with each
step that counts, and asked again when the effective day is fixed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import clock
from app.kernel.errors import Conflict, Fault, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.catalogue.types import product_type
from app.modules.changes.models import ChangeRequest, DepartmentReview, RateCheck
from app.modules.changes.services.records import proposed
from app.modules.pricing.queries import in_force
from app.modules.pricing.rules import Measured, measure
from app.workflow.decisions.services import decide, try_out

TABLE = "rate_ceiling"
POINT = "ceiling"
"""The point of an opinion that the check belongs to: its key in the checklist of ``rules/review_points.dmn``."""
_TOLD = ("kind", "term", "term_from", "balance_from")
OUTCOMES = ("kept", "information", "executive", "refuse")
"""From the lightest to the most serious."""
ABOVE = N_("%(rate)s lies %(excess)s bp above the ceiling of %(ceiling)s that holds on %(day)s (%(document)s).")
NOT_MET = N_("%(count)s rates lie above their ceiling: say why the department agrees all the same.")
LOWERED = N_(
    "%(product)s: %(rate)s lies %(excess)s bp above the ceiling of %(ceiling)s that holds on %(day)s (%(document)s)."
    " That is more than was approved; choose another day, or send the change back."
)


@dataclass(frozen=True)
class Line:
    """A rate of one product beside its ceiling."""

    product: str
    position: int
    """Of the product in the request."""
    measured: Measured

    @property
    def pointer(self) -> str:
        return f"/versions/{self.position}/content/rates/tiers/{self.measured.place}/rate"

    @property
    def said(self) -> dict[str, str]:
        """What a sentence about it is filled with."""
        rate, ceiling = self.measured.row["rate"], self.measured.ceiling
        return {
            "product": self.product,
            "rate": percent(rate),
            "excess": canonical_decimal(self.measured.excess_bp),
            "ceiling": percent(ceiling.rate),
            "document": ceiling.document,
        }

    @property
    def kept(self) -> dict[str, Any]:
        """The same for the record."""
        return {
            "product": self.product,
            "row": {key: self.measured.row[key] for key in _TOLD if key in self.measured.row},
            "rate": self.measured.row["rate"],
            "ceiling": self.measured.ceiling.rate,
            "ceiling_id": self.measured.ceiling.id,
            "document": self.measured.ceiling.document,
            "excess_bp": canonical_decimal(self.measured.excess_bp),
        }  # fmt: skip


@dataclass(frozen=True)
class Check:
    """How all rates stand on a day, and what the rule says of it."""

    day: date
    lines: Sequence[Line]
    outcome: str

    @property
    def exceeding(self) -> Sequence[Line]:
        return [line for line in self.lines if line.measured.exceeds]

    @property
    def excess_bp(self) -> Decimal:
        return max((line.measured.excess_bp for line in self.lines), default=Decimal(0))


def percent(rate: Mapping[str, Any]) -> str:
    value = Decimal(rate["value"])
    return f"{canonical_decimal(value * 100 if rate['unit'] == 'fraction' else value)} %"


def look(
    session: Session, request: ChangeRequest, day: date, contents: Sequence[tuple[str, Mapping[str, Any]]] | None = None
) -> Check:
    """How the rates stand, by the newest table; nothing is recorded. ``contents``: (product, content) as typed."""
    lines = _lines(session, request, day, contents)
    said = [try_out(session, key=TABLE, inputs=inputs).output for inputs in _asked(session, lines, contents, request)]
    return Check(day, lines, _worst(said))


def check(
    uow: Session,
    request: ChangeRequest,
    *,
    stage: str,
    day: date,
    by: str,
    now: datetime,
    element_id: str | None = None,
) -> Check:
    """The same, with a record of the check and of each evaluation. Nothing is recorded where no rate has a ceiling."""
    lines = _lines(uow, request, day, None)
    place: dict[str, Any] = {"now": now, "instance_id": request.instance_id, "element_id": element_id}
    said = [decide(uow, key=TABLE, inputs=inputs, **place) for inputs in _asked(uow, lines, None, request)]
    found = Check(day, lines, _worst(said))
    if lines:
        uow.add(
            RateCheck(
                change_request_id=request.id,
                stage=stage,
                day=day,
                outcome=found.outcome,
                excess_bp=canonical_decimal(found.excess_bp),
                measured=len(lines),
                ceilings=sorted({line.measured.ceiling.id for line in lines}),
                lines=[line.kept for line in found.exceeding],
                by=by,
                at=now,
            )
        )
    return found


def _contents(session: Session, request: ChangeRequest) -> list[tuple[str, Mapping[str, Any]]]:
    return [(version.product_code, version.content) for _, version in proposed(session, request.id)]


def _lines(
    session: Session,
    request: ChangeRequest,
    day: date,
    contents: Sequence[tuple[str, Mapping[str, Any]]] | None,
) -> list[Line]:
    ceilings = in_force(session, day)
    if not ceilings:
        return []
    named = contents if contents is not None else _contents(session, request)
    return [
        Line(code, position, measured)
        for position, (code, content) in enumerate(named)
        for measured in measure(content, ceilings)
    ]


def _asked(
    session: Session,
    lines: Sequence[Line],
    contents: Sequence[tuple[str, Mapping[str, Any]]] | None,
    request: ChangeRequest,
) -> list[dict[str, Any]]:
    """One question for each family, with the largest excess."""
    named = dict(contents if contents is not None else _contents(session, request)) if lines else {}
    largest: dict[str, Decimal] = {}
    for line in lines:
        family = product_type(named[line.product]["type"]).family
        largest[family] = max(largest.get(family, line.measured.excess_bp), line.measured.excess_bp)
    return [{"family": family, "excess_bp": excess} for family, excess in largest.items()]


def _worst(said: Sequence[str]) -> str:
    return max(said, key=OUTCOMES.index, default="kept")


def effective_day(request: ChangeRequest, now: datetime, earliest: date) -> date:
    """The day to ask for: the one wished for, or the first that the notice allows."""
    return max(clock.accounting_date(request.effective_at), earliest) if request.effective_at else earliest


def faults(found: Check) -> Iterator[Fault]:
    """A fault for each rate above its ceiling, where the rule refuses."""
    if found.outcome == "refuse":
        for line in found.exceeding:
            yield Fault(line.pointer, ABOVE, {**line.said, "day": found.day.isoformat()}, "rate_ceiling")


def check_for_opinion(
    uow: Session, request: ChangeRequest, review: DepartmentReview, day: date, *, element_id: str | None
) -> None:
    """The point on ceilings is met where the rates keep to them, whatever was ticked; else 422 for a bare approval."""
    by, now = review.reviewer, review.at
    found = check(uow, request, stage="review", day=day, by=by, now=now, element_id=element_id)
    if not found.exceeding:
        return
    review.points = [{**p, "met": p["met"] and p["key"] != POINT} for p in review.points]
    if review.verdict == "approve" and not review.opinion:
        raise invalid("/data/opinion", NOT_MET, code="rate_ceiling", count=len(found.exceeding))


def checks_of(session: Session, request_id: int) -> list[RateCheck]:
    """What was recorded, oldest first."""
    rows = select(RateCheck).where(RateCheck.change_request_id == request_id)
    return list(session.scalars(rows.order_by(RateCheck.id)))


def needs_executive(session: Session, request: ChangeRequest) -> bool:
    """Whether the last check asks for a vice president: no delegated authority covers a rate above its ceiling."""
    recorded = checks_of(session, request.id)
    return bool(recorded) and recorded[-1].outcome in {"executive", "refuse"}


def require_still_kept(uow: Session, request: ChangeRequest, *, day: date, actor: Actor, now: datetime) -> None:
    """Ask again for the day that is being fixed. 409 where a rate lies further above its ceiling than was approved."""
    approved = [c for c in checks_of(uow, request.id) if c.stage != "schedule"]
    allowed = max(Decimal(approved[-1].excess_bp), Decimal(0)) if approved else Decimal(0)
    found = check(uow, request, stage="schedule", day=day, by=actor.username, now=now)
    worse = [line for line in found.exceeding if line.measured.excess_bp > allowed]
    if worse and found.outcome in {"executive", "refuse"}:
        said = {**worse[0].said, "day": day.isoformat()}
        places = [Fault(line.pointer, ABOVE, {**line.said, "day": day.isoformat()}, "rate_ceiling") for line in worse]
        raise Conflict(LOWERED, code="rate_ceiling", faults=places, **said)
