"""Bundles are written by a product manager, approved by a second person, sold, changed by a new version, and ended."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit
from app.kernel.errors import Conflict, Fault, Forbidden, Invalid
from app.kernel.i18n import N_
from app.kernel.loading import NOT_RIGHT
from app.modules.bundles import queries
from app.modules.bundles.models import Bundle, BundleMember, BundleVersion
from app.modules.bundles.rules.description import members_of
from app.modules.bundles.rules.states import BY_ITS_AUTHOR, IN_WORK, WRITE, move, newest, standing
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.services.records import locked_products
from app.workflow.notices import services as notices


@dataclass(frozen=True)
class Written:
    """What a bundle is called, and its canonical document."""

    names: Mapping[str, str]
    document: Mapping[str, Any]


def stream(code: str) -> str:
    return f"bundle:{code}"


def create(uow: Session, *, code: str, written: Written, actor: Actor, now: datetime) -> BundleVersion:
    """A first draft. 409 where the code is taken; 422, located, for what contradicts itself or its members."""
    require(actor, WRITE, Facts(owner_department=actor.department))
    if uow.get(Bundle, code) is not None:
        raise Conflict(N_("There is a bundle with this code already."), code="code_taken")
    bundle = Bundle(code=code, owner_department=actor.department or "")
    uow.add(bundle)
    return _begun(uow, bundle, 1, written, "bundle.created", actor, now)


def revise(uow: Session, *, code: str, written: Written, actor: Actor, now: datetime) -> BundleVersion:
    """The draft of the next version of a bundle on sale, which stays on sale as it is. 409 while one is in work."""
    versions = locked(uow, code)
    sold, last = standing(versions), newest(versions)
    require(actor, move(sold.state, "revise").by, facts_of(sold))
    if last.state in IN_WORK:
        raise Conflict(N_("Another version of the bundle is in work already."), code="in_work")
    return _begun(uow, sold.bundle, last.number + 1, written, "bundle.revised", actor, now)


def _begun(
    uow: Session, bundle: Bundle, number: int, written: Written, action: str, actor: Actor, now: datetime
) -> BundleVersion:
    _require_sound(uow, bundle.code, written.document, now, complete=False)
    version = BundleVersion(
        bundle=bundle, number=number, names=dict(written.names), state="draft", document=dict(written.document),
        content_hash=_hash(written), author=actor.username, written_at=now,
    )  # fmt: skip
    uow.add(version)
    uow.flush()
    _keep_members(uow, version)
    _note(uow, version, action, actor, now, old=None, new=version.content_hash)
    return version


def edit(uow: Session, *, code: str, written: Written, actor: Actor, now: datetime) -> BundleVersion:
    """Change the draft in work, as the one who wrote it."""
    version = newest(locked(uow, code))
    _moved(version, "edit", actor)
    _require_sound(uow, code, written.document, now, complete=False)
    old = version.content_hash
    version.names, version.document = dict(written.names), dict(written.document)
    version.content_hash, version.written_at = _hash(written), now
    _keep_members(uow, version)
    _note(uow, version, "bundle.edited", actor, now, old=old, new=version.content_hash)
    return version


def submit(uow: Session, *, code: str, actor: Actor, now: datetime) -> BundleVersion:
    """Ask for approval: all members are on sale, nothing contradicts, and something differs from what is sold."""
    versions = locked(uow, code)
    version, sold = newest(versions), standing(versions)
    old = _moved(version, "submit", actor)
    if sold is not version and sold.content_hash == version.content_hash:
        raise Conflict(N_("Nothing differs from the version on sale."), code="no_difference")
    _require_sound(uow, code, version.document, now, complete=True)
    _note(uow, version, "bundle.submitted", actor, now, old=old, new=version.state)
    heads = [name for name in notices.members(uow, [f"{version.owner_department}:head"]) if name != actor.username]
    _tell(uow, version, heads, "bundle.to_approve", now)
    return version


def approve(uow: Session, *, code: str, shown: str, actor: Actor, now: datetime) -> BundleVersion:
    """Put it on sale in place of the version before, as somebody who did not write it; ``shown``: the hash that was
    read (rule 6)."""
    versions = _locked_with_parts(uow, code, now)
    version, sold = newest(versions), standing(versions)
    old = _moved(version, "approve", actor)
    if shown != version.content_hash:
        raise Conflict(N_("The bundle changed after it was shown for approval."), code="approval_void")
    # Under the locks of the products: none of them leaves at the same time.
    locked_products(uow, {row["product"] for row in members_of(version.document) if "product" in row})
    _require_sound(uow, code, version.document, now, complete=True)
    version.approved_by, version.approved_at, version.reason = actor.username, now, None
    if sold is not version:
        sold.state, sold.ended_at = move(sold.state, "supersede").to, now
    _note(uow, version, "bundle.approved", actor, now, old=old, new=version.state, content_hash=shown)
    _tell(uow, version, [version.author], "bundle.approved", now)
    return version


def send_back(uow: Session, *, code: str, reason: str, actor: Actor, now: datetime) -> BundleVersion:
    """Back to its author, who may change it."""
    version = newest(locked(uow, code))
    old = _moved(version, "send_back", actor)
    version.reason = reason
    _note(uow, version, "bundle.sent_back", actor, now, old=old, new=version.state, reason=reason)
    _tell(uow, version, [version.author], "bundle.sent_back", now)
    return version


def drop(uow: Session, *, code: str, reason: str, actor: Actor, now: datetime) -> BundleVersion:
    """Give up the version in work; what is on sale stays."""
    version = newest(locked(uow, code))
    _dropped(uow, version, reason, actor, now)
    return version


def withdraw(uow: Session, *, code: str, reason: str, actor: Actor, now: datetime) -> BundleVersion:
    """End the sale, and whatever version is in work. 409, located, while a bundle on sale cannot do without it."""
    versions = locked(uow, code)
    sold = standing(versions)
    old = _moved(sold, "withdraw", actor)
    faults = list(queries.requiring_part(uow, code))
    if faults:
        raise Conflict(N_("Others depend on this bundle; settle them first."), code="depended_on", faults=faults)
    _ended(sold, reason, actor, now)
    _note(uow, sold, "bundle.withdrawn", actor, now, old=old, new=sold.state, reason=reason)
    for version in versions:
        if version.state in IN_WORK:
            _dropped(uow, version, reason, actor, now)
    return sold


def _dropped(uow: Session, version: BundleVersion, reason: str, actor: Actor, now: datetime) -> None:
    old = _moved(version, "drop", actor)
    _ended(version, reason, actor, now)
    _note(uow, version, "bundle.dropped", actor, now, old=old, new=version.state, reason=reason)


def _ended(version: BundleVersion, reason: str, actor: Actor, now: datetime) -> None:
    version.withdrawn_by, version.ended_at, version.reason = actor.username, now, reason


def locked(uow: Session, code: str) -> Sequence[BundleVersion]:
    """The versions of a bundle, under the lock of the bundle. 404 if there is none."""
    queries.versions_of(uow, code)
    _lock(uow, {code})
    rows = select(BundleVersion).where(BundleVersion.code == code)
    return uow.scalars(rows, execution_options={"populate_existing": True}).all()


def _locked_with_parts(uow: Session, code: str, now: datetime) -> Sequence[BundleVersion]:
    """Under the locks of all that it holds, too: two that take each other in are not approved at the same time."""
    read = newest(queries.versions_of(uow, code))
    _lock(uow, {code, *queries.known_for(uow, read.document, now).bundles})
    return locked(uow, code)


def _lock(uow: Session, codes: Collection[str]) -> None:
    uow.execute(select(Bundle.code).where(Bundle.code.in_(codes)).order_by(Bundle.code).with_for_update())


def facts_of(version: BundleVersion) -> Facts:
    """What the permissions on a bundle depend on."""
    return Facts(initiator=version.author, owner_department=version.owner_department)


def _moved(version: BundleVersion, verb: str, actor: Actor) -> str:
    """Take the version along its transition table; gives the state it leaves."""
    found, left = move(version.state, verb), version.state
    require(actor, found.by, facts_of(version))
    if verb in BY_ITS_AUTHOR and actor.username != version.author:
        raise Forbidden(N_("A draft is changed by whoever wrote it."), code="not_the_author")
    version.state = found.to
    return left


def _hash(written: Written) -> str:
    return content_hash({"names": dict(written.names), "document": dict(written.document)})


def _require_sound(uow: Session, code: str, document: Mapping[str, Any], now: datetime, *, complete: bool) -> None:
    faults: list[Fault] = queries.contradictions(uow, code, document, complete=complete, now=now)
    if faults:
        raise Invalid(NOT_RIGHT, faults=faults)


def _keep_members(uow: Session, version: BundleVersion) -> None:
    """What the document holds, for asking by product."""
    uow.execute(delete(BundleMember).where(BundleMember.version_id == version.id))
    uow.add_all(
        BundleMember(version_id=version.id, product_code=row.get("product"), part_code=row.get("bundle"))
        for row in members_of(version.document)
    )


def _tell(uow: Session, version: BundleVersion, people: Sequence[str], what: str, now: datetime) -> None:
    """A version may be submitted and sent back more than once: each time is told."""
    notices.tell(
        uow,
        people=people,
        key=f"{stream(version.code)}:{version.number}:{what}:{now.isoformat()}",
        what=what,
        payload={"bundle": version.code, "version": version.number},
        path=f"/bundles/{version.code}/versions/{version.number}",
        now=now,
    )


def _note(uow: Session, version: BundleVersion, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    uow.flush()
    told = {"version": version.number, **payload}
    audit.record(uow, stream(version.code), [audit.Entry(action, actor.username, now, told)])
