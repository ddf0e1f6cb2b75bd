"""What the verbs share: locked rows, numbers, transitions, and the audit chain of a request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from app.identity.actors import Actor
from app.identity.permissions import Facts, allowed, require
from app.kernel import audit, clock
from app.kernel.database import is_sqlite, once
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import N_
from app.kernel.moves import PROCESS
from app.modules.catalogue.models import ProductVersion
from app.modules.changes.models import ChangeCounter, ChangeRequest, ProposedVersion
from app.modules.changes.rules import matter, states
from app.workflow.instances.services import facts_of as case_facts
from app.workflow.instances.services import locked as locked_case
from app.workflow.messages.outgoing import tell_waiting
from app.workflow.models import ProcessInstance

NO_REQUEST = N_("There is no such change request.")


def stream(request: ChangeRequest) -> str:
    """The audit stream of a request."""
    return f"change:{request.number}"


def note(uow: Session, request: ChangeRequest, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    """One entry in the request's chain; the record counts as changed."""
    request.version += 1
    request.updated_at = now
    audit.record(uow, stream(request), [audit.Entry(action, actor.username, now, payload)])
    uow.flush()


def move(request: ChangeRequest, verb: str, actor: Actor) -> str:
    """Take the request along its transition table; gives the state it leaves."""
    found = states.move(request.state, verb)
    if found.by != PROCESS:
        require(actor, found.by, Facts(initiator=request.initiator))
    left, request.state = request.state, found.to
    return left


def next_number(uow: Session, now: datetime) -> str:
    """``CR-2026-0001``: the next number of the year, from a locked row."""
    year = clock.accounting_date(now).year
    insert = (sqlite if is_sqlite() else postgresql).insert
    uow.execute(insert(ChangeCounter).values(year=year, last=0).on_conflict_do_nothing())
    counter = uow.scalars(select(ChangeCounter).where(ChangeCounter.year == year).with_for_update()).one()
    counter.last += 1
    return f"CR-{year}-{counter.last:04d}"


def facts_of(request: ChangeRequest, instance: ProcessInstance | None) -> Facts:
    """The neutral facts that permissions on a request depend on."""
    case = case_facts(instance) if instance is not None else Facts()
    return Facts(
        initiator=request.initiator,
        hands=case.hands,
        # Risk may stop any pilot, and takes note of what came of a launch.
        involved=case.involved | ({"risk"} if request.state in {"piloting", "live"} else set()) | set(request.owners),
        owner_department=request.owner_department,
    )


def for_change(uow: Session, request_id: int, actor: Actor) -> tuple[ChangeRequest, ProcessInstance | None]:
    """The request and its case, both locked, case first; hidden ones are not there."""
    case_id = uow.execute(select(ChangeRequest.instance_id).where(ChangeRequest.id == request_id)).one_or_none()
    if case_id is None:
        raise NotFound(NO_REQUEST)
    instance = locked_case(uow, case_id[0]) if case_id[0] is not None else None
    request = uow.scalars(
        select(ChangeRequest).where(ChangeRequest.id == request_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    if request.instance_id != case_id[0]:
        raise Conflict(N_("Somebody changed this record after you saw it."), code="stale")
    if not allowed(actor, "change.see", facts_of(request, instance)):
        raise NotFound(NO_REQUEST)
    return request, instance


def of_case(uow: Session, instance: ProcessInstance) -> ChangeRequest:
    """The request of a case whose lock is held; that lock guards the request, too.

    409 for a case that was started past the change requests.
    """
    request = request_or_none(uow, instance)
    if request is None:
        raise Conflict(N_("This case has no change request."), code="no_request")
    return request


def request_or_none(session: Session, instance: ProcessInstance) -> ChangeRequest | None:
    """The request of a case, if it is about one; read once in a unit of work."""
    wanted = select(ChangeRequest).where(ChangeRequest.instance_id == instance.id)
    return once(session, ("change request", instance.id), lambda: session.scalar(wanted))


def waits_for_case(session: Session, number: str | None) -> bool:
    """Whether a request was submitted a moment ago and has no case yet."""
    found = session.scalar(select(ChangeRequest).where(ChangeRequest.number == (number or "")))
    return found is not None and found.state != "draft" and found.instance_id is None


def proposed(
    session: Session, request_id: int, *options: ExecutableOption
) -> list[tuple[ProposedVersion, ProductVersion]]:
    """The proposed versions, in the order in which the products were named; ``options`` say what to load with them."""
    rows = session.execute(
        select(ProposedVersion, ProductVersion)
        .join(ProductVersion, ProductVersion.id == ProposedVersion.version_id)
        .where(ProposedVersion.change_request_id == request_id)
        .order_by(ProposedVersion.position)
        .options(*options)
    )
    return [(row, version) for row, version in rows]


def version_ids(session: Session, request: ChangeRequest) -> list[int]:
    """The ids of the proposed versions, in the same order."""
    rows = select(ProposedVersion.version_id).where(ProposedVersion.change_request_id == request.id)
    return list(session.scalars(rows.order_by(ProposedVersion.position)))


def plan_of(request: ChangeRequest) -> dict[str, Any]:
    """What is proposed besides the versions, and approved with them."""
    file = {matter.FILE: request.file_hashes} if request.file_hashes else {}
    return {
        **file,
        "driver": request.driver,
        "function_plan": request.function_plan,
        "expected_benefit": request.expected_benefit,
        "effective_at": request.effective_at.isoformat() if request.effective_at else None,
        "pilot_wish": request.pilot_wish,
        "pilot_plan": request.pilot_plan,
    }


def freeze(uow: Session, request: ChangeRequest) -> str:
    """Fix the hashes that judgements will bind to: of the whole, and of each attribute group."""
    versions = [version for _, version in proposed(uow, request.id)]
    request.content_hash = matter.whole({v.product_code: v.content_hash for v in versions}, plan_of(request))
    request.matter = matter.by_group({v.product_code: v.content for v in versions}, plan_of(request))
    return request.content_hash


def current_matter(session: Session, request: ChangeRequest) -> dict[str, str]:
    """Attribute group → hash of what is proposed in it now, frozen or not."""
    if request.content_hash is not None:
        return request.matter
    contents = {version.product_code: version.content for _, version in proposed(session, request.id)}
    return matter.by_group(contents, plan_of(request))


def shown_hash(uow: Session, request: ChangeRequest) -> str:
    """The hash that a judgement given now binds to; 409 if the content is not the one that was submitted."""
    hashes = uow.execute(
        select(ProductVersion.product_code, ProductVersion.content_hash)
        .join(ProposedVersion, ProposedVersion.version_id == ProductVersion.id)
        .where(ProposedVersion.change_request_id == request.id)
    )
    found = matter.whole({product: content_hash for product, content_hash in hashes}, plan_of(request))
    if request.content_hash != found:
        raise Conflict(N_("The content changed after it was shown for approval."), code="approval_void")
    return found


def tell_lives(uow: Session, request: ChangeRequest, name: str) -> None:
    """Where the life of a product waits for it: what has become of the request, or of its development."""
    products = [row.product_code for row, _ in proposed(uow, request.id)]
    tell_waiting(uow, name, products, by=request.initiator, now=request.updated_at)


def end(uow: Session, request: ChangeRequest) -> None:
    """The products of an ended request are free for the next one."""
    for row, _ in proposed(uow, request.id):
        row.open = False
