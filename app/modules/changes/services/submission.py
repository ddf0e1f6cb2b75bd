"""Submitting a request: what must be there, and the case it starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.services import actor_named
from app.kernel import clock
from app.kernel.errors import Conflict, Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.rules import checks
from app.modules.catalogue.rules.difference import changed, difference
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.routing import notice_inputs
from app.modules.changes.services import ceilings, clashes, differences, pilot_plans
from app.modules.changes.services.drafts import WRONG
from app.modules.changes.services.records import for_change, move, note, proposed
from app.workflow.decisions.services import decide, try_out
from app.workflow.instances.progress import Step
from app.workflow.instances.services import start_instance

PROCESSES = ("product_update", "new_product_approval")
"""What a request may be approved by; the table says which."""
ROUTE = "approval_process"
POLICY = "notice_policy"


def submit(uow: Session, *, request_id: int, actor: Actor, now: datetime) -> tuple[ChangeRequest, Step]:
    """Hand a draft in: everything is checked, the products are taken, the case starts.

    422 with a pointer to each part that lacks or is wrong; 409 if a product
    stands in another open request meanwhile.
    """
    request, _ = for_change(uow, request_id, actor)
    left = move(request, "submit", actor)
    check(uow, request, now)
    _take_products(uow, request, now)
    step = start_instance(
        uow,
        key=_process(uow, request, now),
        actor=actor,
        now=now,
        business_key=request.number,
        variables=_variables(uow, request),
        card=_card(uow, request),
    )
    request.instance_id = step.instance.id
    note(uow, request, "change.submit", actor, now, old=left, new=request.state, instance=step.instance.id)
    return request, step


def _process(uow: Session, request: ChangeRequest, now: datetime) -> str:
    """The process that approves the request, by its class as it stands at submission (rule 7)."""
    materiality = decide(uow, key="materiality", inputs=differences.materiality_inputs(uow, request, now), now=now)
    found: str = decide(uow, key=ROUTE, inputs={"materiality": materiality}, now=now)
    return found


def _take_products(uow: Session, request: ChangeRequest, now: datetime) -> None:
    """A product stands in one open request; whoever submits second is told of the first."""
    rows = proposed(uow, request.id)
    clashes.refuse_at_submission(uow, request, now)
    for row, _ in rows:
        row.open = True
    try:
        uow.flush()
    except IntegrityError as error:
        product = rows[0][0].product_code
        raise Conflict(clashes.STANDS, code="product_in_request", product=product, number="-") from error


def _variables(uow: Session, request: ChangeRequest) -> dict[str, Any]:
    """Routing facts only."""
    return {
        "owner_department": request.owner_department,
        "assessors": _assessors(uow, request),
        "sent_back": False,
        "pilot_planned": request.pilot_plan is not None,
    }


def _assessors(uow: Session, request: ChangeRequest) -> list[str]:
    """The head of each owning department judges the need; an officer where the head is the one who asks."""
    initiator = actor_named(uow, request.initiator)
    groups = initiator.groups if initiator is not None else frozenset()
    return [f"{owner}:{'officer' if f'{owner}:head' in groups else 'head'}" for owner in request.owners]


def _card(uow: Session, request: ChangeRequest) -> dict[str, Any]:
    versions = [version for _, version in proposed(uow, request.id)]
    names = versions[0].product.names
    more = len(versions) - 1
    en, zh = names.get("en") or names.get("zh") or "", names.get("zh") or names.get("en") or ""
    title = {"en": f"{en} and {more} more" if more else en, "zh": f"{zh}等{more + 1}个产品" if more else zh}
    return {"title": title, "products": [v.product_code for v in versions], "number": request.number}


def check(uow: Session, request: ChangeRequest, now: datetime) -> None:
    """``Invalid`` with every part that a request cannot be submitted without; what the policy says is recorded."""
    notice = notice_days(uow, request, now)
    stage = "submission" if request.instance_id is None else "design"
    day = ceilings.effective_day(request, now, _earliest(notice, now))
    rates = ceilings.check(uow, request, stage=stage, day=day, by=request.initiator, now=now)
    _refuse_incomplete(uow, request, now, notice, rates)


def check_now(session: Session, request: ChangeRequest, now: datetime) -> None:
    """The same for a page, while one drafts: nothing is recorded."""
    notice = notice_days(session, request, now, record=False)
    rates = ceilings.look(session, request, ceilings.effective_day(request, now, _earliest(notice, now)))
    open_elsewhere = clashes.faults(clashes.clashes(session, request, now)) if request.state == "draft" else []
    _refuse_incomplete(session, request, now, notice, rates, open_elsewhere)


def _earliest(notice: int, now: datetime) -> date:
    return clock.accounting_date(now) + timedelta(days=notice)


def _refuse_incomplete(
    session: Session,
    request: ChangeRequest,
    now: datetime,
    notice: int,
    rates: ceilings.Check,
    more: Sequence[Fault] = (),
) -> None:
    pairs = differences.pairs(session, request, now)
    faults = [*_missing(request), *_unchanged(pairs), *_outdated(pairs), *_broken(pairs)]
    faults += _too_early(request, notice, now)
    faults += [*ceilings.faults(rates), *more]
    faults += pilot_plans.faults_of(session, request, now)
    if faults:
        raise Invalid(WRONG, faults=faults)


def _missing(request: ChangeRequest) -> Iterator[Fault]:
    driver = request.driver
    if driver.get("kind") not in {"internal", "external"}:
        yield Fault("/driver/kind", N_("This is required."), code="required")
    elif not driver.get("department" if driver["kind"] == "internal" else "source"):
        place = "department" if driver["kind"] == "internal" else "source"
        yield Fault(f"/driver/{place}", N_("This is required."), code="required")
    if not driver.get("reason"):
        yield Fault("/driver/reason", N_("This is required."), code="required")


Pair = tuple[ProductVersion | None, ProductVersion]


def _unchanged(pairs: Sequence[Pair]) -> Iterator[Fault]:
    for place, (old, new) in enumerate(pairs):
        if old is not None and not changed(difference(old.content, new.content)):
            message = N_("Nothing differs from the live version.")
            yield Fault(f"/versions/{place}", message, code="unchanged")


def _outdated(pairs: Sequence[Pair]) -> Iterator[Fault]:
    """A draft of before the last change would undo it; whoever saves it again has seen the difference."""
    for place, (old, new) in enumerate(pairs):
        if old is not None and new.based_on is not None and old.number > new.based_on:
            message = N_(
                "Version %(number)s went live after this was drafted; look at the difference and save it again."
            )
            yield Fault(f"/versions/{place}", message, {"number": old.number}, code="outdated")


def _broken(pairs: Sequence[Pair]) -> Iterator[Fault]:
    """What the checks of the type ask of a complete product, and the live version does not lack already."""
    for place, (old, new) in enumerate(pairs):
        broken = checks.newly(new.content, old.content if old else None, complete=True)
        yield from checks.pointed(broken, f"/versions/{place}/content")


def _too_early(request: ChangeRequest, notice: int, now: datetime) -> Iterator[Fault]:
    if request.effective_at is None:
        return
    earliest = _earliest(notice, now)
    day = clock.accounting_date(request.effective_at)
    if day < clock.accounting_date(now):
        yield Fault("/effective_on", N_("Lies in the past."), code="past")
    elif day < earliest:
        message = N_("The notice to customers takes until %(day)s.")
        yield Fault("/effective_on", message, {"day": earliest.isoformat()}, code="notice_period")


def earliest_day(session: Session, request: ChangeRequest, now: datetime) -> date:
    """The first day on which the change may take effect, by the notice policy; nothing is recorded."""
    return _earliest(notice_days(session, request, now, record=False), now)


def notice_days(session: Session, request: ChangeRequest, now: datetime, *, record: bool = True) -> int:
    """Days of notice to existing holders that the policy asks for: the longest of all kinds of change (rule 10).

    A product that nobody holds yet needs none.
    """
    asked = notice_inputs(differences.facts_of(session, request, now))
    if record:
        said = [decide(session, key=POLICY, inputs=i, now=now, instance_id=request.instance_id) for i in asked]
    else:
        said = [try_out(session, key=POLICY, inputs=i).output for i in asked]
    return max((answer["notice_days"] for answer in said), default=0)
