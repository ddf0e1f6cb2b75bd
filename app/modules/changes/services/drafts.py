"""Drafting a change request 提出变更: nothing here changes what is on sale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import Department, OrganisationUnit
from app.identity.permissions import Facts, require
from app.kernel import clock
from app.kernel.errors import Conflict, Fault, NotThere, invalid
from app.kernel.i18n import N_
from app.modules.catalogue import services as versions
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.rules.pilots import named as scopes_of
from app.modules.changes.rules.states import EDITABLE
from app.modules.changes.services import pilot_plans
from app.modules.changes.services.clashes import refuse_or_wait
from app.modules.changes.services.records import for_change, next_number, note, proposed
from app.modules.changes.services.returning import take_back

WRONG = N_("Some of what was entered is not right.")


@dataclass(frozen=True)
class Wanted:
    """One product of a request: the whole new content, changes to merge into the live one, or a draft there is."""

    product: str
    content: Mapping[str, Any] | None = None
    changes: Mapping[str, Any] | None = None
    version: int | None = None
    """The number of a draft to take up, such as one that an import proposed."""


def create_draft(
    uow: Session, *, wanted: Sequence[Wanted], details: Mapping[str, Any], actor: Actor, now: datetime
) -> ChangeRequest:
    """A draft over one or several products. ``details`` as for ``save_step``.

    404 with a pointer for a product, department or unit that is not there; 409 if
    a product stands in another open request and ``rules/open_requests.dmn`` refuses a
    second proposal; 422 with a pointer for what is wrong with a version.
    """
    require(actor, "change.propose")
    products = _products(uow, wanted)
    owners = _owners(products, actor)
    request = ChangeRequest(
        number=next_number(uow, now),
        state="draft",
        initiator=actor.username,
        owner_department=owners[0],
        owners=owners,
        families=list(dict.fromkeys(p.family for p in products)),
        driver={},
        matter={},
        pilot_wish=False,
        round=0,
        created_at=now,
        updated_at=now,
        version=0,
    )
    _set_details(uow, request, details, now)
    uow.add(request)
    uow.flush()
    for place, version in enumerate(_drafted(uow, wanted, actor, now)):
        uow.add(
            ProposedVersion(
                change_request_id=request.id,
                product_code=version.product_code,
                version_id=version.id,
                position=place,
                open=False,
            )
        )
    uow.flush()
    pilot_plans.refuse_wrong(uow, request, now)
    uow.flush()
    refuse_or_wait(uow, request, now)
    note(uow, request, "change.drafted", actor, now, products=[p.code for p in products])
    return request


def _products(uow: Session, wanted: Sequence[Wanted]) -> list[Product]:
    """The products, each named once."""
    # Locked in one order, so that two proposals over the same products never wait for each other.
    mentioned = select(Product).where(Product.code.in_([w.product for w in wanted]))
    rows = uow.scalars(mentioned.order_by(Product.code).with_for_update())
    known = {p.code: p for p in rows}
    seen: set[str] = set()
    for place, item in enumerate(wanted):
        product = known.get(item.product)
        if product is None:
            raise NotThere([Fault(f"/versions/{place}/product", N_("There is no product with this code."))])
        if item.product in seen:
            raise invalid(f"/versions/{place}/product", N_("This product is named twice."), code="duplicate")
        seen.add(item.product)
    return [known[item.product] for item in wanted]


def _owners(products: Sequence[Product], actor: Actor) -> list[str]:
    """The departments that own the products, the initiator's own first; who has none brings their own."""
    mine = actor.department or ""
    found = dict.fromkeys(p.owner_department or mine for p in products)
    return sorted(found, key=lambda department: department != mine)


def _drafted(uow: Session, wanted: Sequence[Wanted], actor: Actor, now: datetime) -> list[ProductVersion]:
    """The versions that a request proposes, in the order of ``wanted``: new drafts, and those that it takes up."""
    taken = _taken_up(uow, wanted, actor, now)
    new = [(place, item) for place, item in enumerate(wanted) if item.version is None]
    bases = versions.versions_to_base_on(uow, [item.product for _, item in new if item.changes is not None], now)
    drafts = [
        versions.Draft(item.product, _content(item, bases.get(item.product)), pointer_of(place, item))
        for place, item in new
    ]
    made = versions.draft_versions(uow, drafts=drafts, actor=actor, now=now) if drafts else []
    found = {version.product_code: version for version in [*taken, *made]}
    return [found[item.product] for item in wanted]


def _taken_up(uow: Session, wanted: Sequence[Wanted], actor: Actor, now: datetime) -> list[ProductVersion]:
    """Drafts that are there already."""
    named = [(item.product, item.version) for item in wanted if item.version is not None]
    rows = select(ProductVersion).where(tuple_(ProductVersion.product_code, ProductVersion.number).in_(named))
    found = {version.product_code: version for version in uow.scalars(rows)} if named else {}
    for place, item in enumerate(wanted):
        if item.version is not None and item.product not in found:
            raise NotThere([Fault(f"/versions/{place}/version", N_("There is no such version."))])
    if any(version.state != "draft" for version in found.values()):
        raise Conflict(N_("Only a draft can be edited."), code="not_a_draft")
    _edit(uow, wanted, found, actor, now)
    return list(found.values())


def _edit(
    uow: Session, wanted: Sequence[Wanted], drafts: Mapping[str, ProductVersion], actor: Actor, now: datetime
) -> None:
    """What is wanted of these drafts goes into them."""
    edits = []
    for place, item in enumerate(wanted):
        version = drafts.get(item.product)
        content = _content(item, version) if version is not None else None
        if version is not None and content is not None:
            edits.append(versions.Edit(version.id, content, pointer=pointer_of(place, item)))
    if edits:
        versions.edit_drafts(uow, edits=edits, actor=actor, now=now)


def _content(item: Wanted, base: ProductVersion | None) -> Mapping[str, Any] | None:
    """The whole content, or the changes merged into the content of ``base``."""
    if item.changes is None:
        return item.content
    assert base is not None
    return merge(item.content or base.content, item.changes)


def merge(content: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch (RFC 7396): objects member by member, null removes, everything else replaces."""
    result = dict(content)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merge(result[key], value)
        else:
            result[key] = value
    return result


def pointer_of(place: int, item: Wanted) -> str:
    """Faults in a version's content point into the request that carries it."""
    inside = "changes" if item.changes is not None else "content" if item.content is not None else ""
    return f"/versions/{place}" + (f"/{inside}" if inside else "")


def opened(
    uow: Session,
    *,
    request_id: int,
    actor: Actor,
    now: datetime,
    touch: Callable[[ChangeRequest], bool] = lambda request: True,
) -> ChangeRequest:
    """The request, locked, for an edit by its initiator: one in review is taken back, nothing stays frozen.

    ``touch`` may say that nothing would change; then it stays as it is.
    """
    request, instance = for_change(uow, request_id, actor)
    require(actor, "change.edit", Facts(initiator=request.initiator))
    if request.state not in EDITABLE:
        raise Conflict(N_("The request is %(state)s; it cannot be edited any more."), code="wrong_state",
                       state=request.state)  # fmt: skip
    if touch(request):
        if request.state == "in_review" and instance is not None:
            take_back(uow, request, instance, actor=actor, now=now)
        request.content_hash = None
    return request


def save_step(
    uow: Session,
    *,
    request_id: int,
    actor: Actor,
    now: datetime,
    details: Mapping[str, Any] | None = None,
    wanted: Sequence[Wanted] = (),
) -> ChangeRequest:
    """Save a step of the proposal: details (only the members given) and versions' contents.

    Works on a draft, while the initiator designs, and in review: then the
    request is taken back first, and every approval whose matter changed is void
    (rule 6).
    """
    request = opened(uow, request_id=request_id, actor=actor, now=now)
    _set_details(uow, request, details or {}, now)
    edited = _save_versions(uow, request, wanted, actor, now)
    if {"pilot_plan", "effective_on"} & (details or {}).keys():
        pilot_plans.refuse_wrong(uow, request, now)
    note(uow, request, "change.edited", actor, now, details=_json(details or {}), versions=edited)
    return request


def _save_versions(
    uow: Session, request: ChangeRequest, wanted: Sequence[Wanted], actor: Actor, now: datetime
) -> list[str]:
    rows = {row.product_code: version for row, version in proposed(uow, request.id)}
    for place, item in enumerate(wanted):
        if item.product not in rows:
            raise invalid(f"/versions/{place}/product", N_("This product is not part of the request."))
    named = {item.product: rows[item.product] for item in wanted}
    in_review = [version.id for version in named.values() if version.state == "in_review"]
    if in_review:
        versions.reopen(uow, version_ids=in_review, actor=actor, now=now)
    _edit(uow, wanted, named, actor, now)
    return [item.product for item in wanted]


def _set_details(uow: Session, request: ChangeRequest, details: Mapping[str, Any], now: datetime) -> None:
    if "driver" in details:
        _check_driver(uow, details["driver"])
    if details.get("pilot_plan"):
        _check_units(uow, details["pilot_plan"])
    for name in ("driver", "function_plan", "expected_benefit", "pilot_wish", "pilot_plan"):
        if name in details:
            setattr(request, name, details[name])
    if "effective_on" in details:
        request.effective_at = effective_instant(details["effective_on"], now)


def effective_instant(day: date | None, now: datetime) -> datetime | None:
    """The beginning of the accounting date; 422 for a day in the past."""
    if day is None:
        return None
    if day < clock.accounting_date(now):
        raise invalid("/effective_on", N_("Lies in the past."), code="past")
    if day.year > clock.LAST_YEAR:
        raise invalid("/effective_on", N_("Lies too far ahead."))
    return clock.start_of_day(day)


def _check_driver(uow: Session, driver: Mapping[str, Any]) -> None:
    department = driver.get("department")
    if department is not None and uow.get(Department, department) is None:
        raise NotThere([Fault("/driver/department", N_("There is no such department."))])


def _check_units(uow: Session, plan: Mapping[str, Any]) -> None:
    """The units that a pilot plan names exist."""
    named = [(pointer, unit) for pointer, scope in scopes_of(plan) for unit in scope.get("units") or ()]
    units = {unit for _, unit in named}
    known = set(uow.scalars(select(OrganisationUnit.code).where(OrganisationUnit.code.in_(units)))) if units else set()
    faults = [
        Fault(f"/pilot_plan{pointer}/units", N_("There is no unit %(unit)s."), {"unit": unit})
        for pointer, unit in named
        if unit not in known
    ]
    if faults:
        raise NotThere(faults)


def _json(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in details.items()}
