"""Drafting a change request 提出变更: nothing here changes what is on sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import Department, OrganisationUnit
from app.identity.permissions import Facts, require
from app.kernel import clock
from app.kernel.errors import Conflict, Fault, Invalid, NotThere, invalid
from app.kernel.i18n import N_
from app.modules.catalogue import services as versions
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.rules.states import EDITABLE
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
    a product stands in another open request; 422 with a pointer for what is wrong
    with a version.
    """
    require(actor, "change.propose")
    products = _products(uow, wanted)
    _refuse_second_request(uow, products)
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
    for place, (item, product) in enumerate(zip(wanted, products, strict=True)):
        with _pointing_at(place, item):
            version = _drafted(uow, item, product, actor, now)
        uow.add(
            ProposedVersion(
                change_request_id=request.id,
                product_code=product.code,
                version_id=version.id,
                position=place,
                open=False,
            )
        )
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


def _refuse_second_request(uow: Session, products: Sequence[Product]) -> None:
    row = uow.execute(
        select(ProposedVersion.product_code, ChangeRequest.number)
        .join(ChangeRequest, ChangeRequest.id == ProposedVersion.change_request_id)
        .where(ProposedVersion.open, ProposedVersion.product_code.in_([p.code for p in products]))
        .limit(1)
    ).first()
    if row is not None:
        raise already_open(row[0], row[1])


def already_open(product: str, number: str) -> Conflict:
    """Two open requests on one product would decide over each other's ground."""
    message = N_("%(product)s stands in the open request %(number)s already.")
    return Conflict(message, code="product_in_request", product=product, number=number)


def _drafted(uow: Session, item: Wanted, product: Product, actor: Actor, now: datetime) -> ProductVersion:
    if item.version is not None:
        return _taken_up(uow, item, actor, now)
    version = versions.draft_version(uow, product_code=product.code, actor=actor, now=now, content=item.content)
    return _merged(uow, version, item, actor, now)


def _taken_up(uow: Session, item: Wanted, actor: Actor, now: datetime) -> ProductVersion:
    """A draft that is there already, if no other request stands on it."""
    assert item.version is not None
    version = uow.scalar(
        select(ProductVersion).where(ProductVersion.product_code == item.product, ProductVersion.number == item.version)
    )
    if version is None:
        raise NotThere([Fault("/version", N_("There is no such version."))])
    if version.state != "draft":
        raise Conflict(N_("Only a draft can be edited."), code="not_a_draft")
    return _merged(uow, _edited(uow, version, item.content, actor, now), item, actor, now)


def _edited(
    uow: Session, version: ProductVersion, content: Mapping[str, Any] | None, actor: Actor, now: datetime
) -> ProductVersion:
    if content is None:
        return version
    return versions.edit_draft(uow, version_id=version.id, content=content, actor=actor, now=now)


def _merged(uow: Session, version: ProductVersion, item: Wanted, actor: Actor, now: datetime) -> ProductVersion:
    content = merge(version.content, item.changes) if item.changes is not None else None
    return _edited(uow, version, content, actor, now)


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


@contextmanager
def _pointing_at(place: int, item: Wanted) -> Iterator[None]:
    """Faults in a version's content point into the request that carries it."""
    inside = "changes" if item.changes is not None else "content" if item.content is not None else ""
    prefix = f"/versions/{place}" + (f"/{inside}" if inside else "")
    try:
        yield
    except Invalid as error:
        faults = [replace(f, pointer=f"{prefix}{f.pointer}") for f in error.faults]
        error.faults = tuple(faults)
        raise


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
    request, instance = for_change(uow, request_id, actor)
    require(actor, "change.edit", Facts(initiator=request.initiator))
    if request.state not in EDITABLE:
        raise Conflict(N_("The request is %(state)s; it cannot be edited any more."), code="wrong_state",
                       state=request.state)  # fmt: skip
    if request.state == "in_review" and instance is not None:
        take_back(uow, request, instance, actor=actor, now=now)
    request.content_hash = None
    _set_details(uow, request, details or {}, now)
    edited = _save_versions(uow, request, wanted, actor, now)
    note(uow, request, "change.edited", actor, now, details=_json(details or {}), versions=edited)
    return request


def _save_versions(
    uow: Session, request: ChangeRequest, wanted: Sequence[Wanted], actor: Actor, now: datetime
) -> list[str]:
    rows = {row.product_code: version for row, version in proposed(uow, request.id)}
    for place, item in enumerate(wanted):
        version = rows.get(item.product)
        if version is None:
            raise invalid(f"/versions/{place}/product", N_("This product is not part of the request."))
        if version.state == "in_review":
            version = versions.reopen(uow, version_id=version.id, actor=actor, now=now)
        with _pointing_at(place, item):
            _merged(uow, _edited(uow, version, item.content, actor, now), item, actor, now)
    return [item.product for item in wanted]


def _set_details(uow: Session, request: ChangeRequest, details: Mapping[str, Any], now: datetime) -> None:
    if "driver" in details:
        _check_driver(uow, details["driver"])
    if details.get("pilot_plan"):
        _check_scopes(uow, details["pilot_plan"].get("scopes", ()))
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


def _check_scopes(uow: Session, scopes: Sequence[Mapping[str, Any]]) -> None:
    """The units that a pilot plan names exist."""
    units = {unit for scope in scopes for unit in scope.get("units") or ()}
    known = set(uow.scalars(select(OrganisationUnit.code).where(OrganisationUnit.code.in_(units)))) if units else set()
    faults = [
        Fault("/pilot_plan/scopes", N_("There is no unit %(unit)s."), {"unit": unit}) for unit in sorted(units - known)
    ]
    if faults:
        raise NotThere(faults)


def _json(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in details.items()}
