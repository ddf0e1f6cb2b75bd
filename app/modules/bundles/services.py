"""Bundles are written by a product manager, approved by a second person, sold, and withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit
from app.kernel.errors import Conflict, Fault, Forbidden, Invalid, NotFound
from app.kernel.i18n import N_
from app.kernel.loading import NOT_RIGHT
from app.modules.bundles import queries
from app.modules.bundles.models import Bundle, BundleMember
from app.modules.bundles.rules.description import members_of
from app.modules.bundles.rules.states import BY_ITS_AUTHOR, WRITE, move
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.services.records import locked_products


@dataclass(frozen=True)
class Written:
    """What a bundle is called, and its canonical document."""

    names: Mapping[str, str]
    document: Mapping[str, Any]


def stream(code: str) -> str:
    return f"bundle:{code}"


def create(uow: Session, *, code: str, written: Written, actor: Actor, now: datetime) -> Bundle:
    """A draft. 409 where the code is taken; 422, located, for what contradicts itself or its members."""
    require(actor, WRITE, Facts(owner_department=actor.department))
    if uow.get(Bundle, code) is not None:
        raise Conflict(N_("There is a bundle with this code already."), code="code_taken")
    _require_sound(uow, code, written.document, now, complete=False)
    bundle = Bundle(
        code=code, names=dict(written.names), owner_department=actor.department or "", state="draft",
        document=dict(written.document), content_hash=_hash(written), author=actor.username, written_at=now,
    )  # fmt: skip
    uow.add(bundle)
    uow.flush()
    _keep_members(uow, bundle)
    _note(uow, bundle, "bundle.created", actor, now, old=None, new=bundle.content_hash)
    return bundle


def edit(uow: Session, *, code: str, written: Written, actor: Actor, now: datetime) -> Bundle:
    """Change a draft, as the one who wrote it."""
    bundle = locked(uow, code)
    _moved(bundle, "edit", actor)
    _require_sound(uow, code, written.document, now, complete=False)
    old = bundle.content_hash
    bundle.names, bundle.document = dict(written.names), dict(written.document)
    bundle.content_hash, bundle.written_at = _hash(written), now
    _keep_members(uow, bundle)
    _note(uow, bundle, "bundle.edited", actor, now, old=old, new=bundle.content_hash)
    return bundle


def submit(uow: Session, *, code: str, actor: Actor, now: datetime) -> Bundle:
    """Ask for approval: all members are on sale, and nothing contradicts."""
    bundle = locked(uow, code)
    old = _moved(bundle, "submit", actor)
    _require_sound(uow, code, bundle.document, now, complete=True)
    _note(uow, bundle, "bundle.submitted", actor, now, old=old, new=bundle.state)
    return bundle


def approve(uow: Session, *, code: str, shown: str, actor: Actor, now: datetime) -> Bundle:
    """Put it on sale, as somebody who did not write it; ``shown``: the hash that was read (rule 6)."""
    bundle = locked(uow, code)
    old = _moved(bundle, "approve", actor)
    if shown != bundle.content_hash:
        raise Conflict(N_("The bundle changed after it was shown for approval."), code="approval_void")
    # Under the locks of the products: none of them leaves at the same time.
    locked_products(uow, {row["product"] for row in members_of(bundle.document) if "product" in row})
    _require_sound(uow, code, bundle.document, now, complete=True)
    bundle.approved_by, bundle.approved_at, bundle.reason = actor.username, now, None
    _note(uow, bundle, "bundle.approved", actor, now, old=old, new=bundle.state, content_hash=shown)
    return bundle


def send_back(uow: Session, *, code: str, reason: str, actor: Actor, now: datetime) -> Bundle:
    """Back to its author, who may change it."""
    bundle = locked(uow, code)
    old = _moved(bundle, "send_back", actor)
    bundle.reason = reason
    _note(uow, bundle, "bundle.sent_back", actor, now, old=old, new=bundle.state, reason=reason)
    return bundle


def withdraw(uow: Session, *, code: str, reason: str, actor: Actor, now: datetime) -> Bundle:
    """Drop a draft, or end the sale. 409, located, while a bundle on sale cannot do without it."""
    bundle = locked(uow, code)
    old = _moved(bundle, "withdraw", actor)
    faults = list(queries.requiring_part(uow, code))
    if faults:
        raise Conflict(N_("Others depend on this bundle; settle them first."), code="depended_on", faults=faults)
    bundle.withdrawn_by, bundle.withdrawn_at, bundle.reason = actor.username, now, reason
    _note(uow, bundle, "bundle.withdrawn", actor, now, old=old, new=bundle.state, reason=reason)
    return bundle


def locked(uow: Session, code: str) -> Bundle:
    """The bundle, its row locked. 404 if there is none."""
    rows = select(Bundle).where(Bundle.code == code).with_for_update()
    found = uow.scalars(rows, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(queries.NO_BUNDLE)
    return found


def facts_of(bundle: Bundle) -> Facts:
    """What the permissions on a bundle depend on."""
    return Facts(initiator=bundle.author, owner_department=bundle.owner_department)


def _moved(bundle: Bundle, verb: str, actor: Actor) -> str:
    """Take the bundle along its transition table; gives the state it leaves."""
    found, left = move(bundle.state, verb), bundle.state
    require(actor, found.by, facts_of(bundle))
    if verb in BY_ITS_AUTHOR and actor.username != bundle.author:
        raise Forbidden(N_("A draft is changed by whoever wrote it."), code="not_the_author")
    bundle.state = found.to
    return left


def _hash(written: Written) -> str:
    return content_hash({"names": dict(written.names), "document": dict(written.document)})


def _require_sound(uow: Session, code: str, document: Mapping[str, Any], now: datetime, *, complete: bool) -> None:
    faults: list[Fault] = queries.contradictions(uow, code, document, complete=complete, now=now)
    if faults:
        raise Invalid(NOT_RIGHT, faults=faults)


def _keep_members(uow: Session, bundle: Bundle) -> None:
    """What the document holds, for asking by product."""
    uow.execute(delete(BundleMember).where(BundleMember.bundle_code == bundle.code))
    uow.add_all(
        BundleMember(bundle_code=bundle.code, product_code=row.get("product"), part_code=row.get("bundle"))
        for row in members_of(bundle.document)
    )


def _note(uow: Session, bundle: Bundle, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    uow.flush()
    audit.record(uow, stream(bundle.code), [audit.Entry(action, actor.username, now, payload)])
