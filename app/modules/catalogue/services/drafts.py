"""New products and drafts of versions: nothing here changes what is on sale."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import Department, OrganisationUnit
from app.identity.permissions import Facts, require
from app.kernel.errors import Conflict, Fault, NotThere, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules import states
from app.modules.catalogue.rules.content import content_hash, headline
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.services.periods import set_status
from app.modules.catalogue.services.records import locked_product, locked_version, move_version, note
from app.modules.catalogue.types import product_type

TAKEN = N_("There is already a product with this code.")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}\Z")


def create_product(
    uow: Session,
    *,
    code: str,
    content: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    names: Mapping[str, str] | None = None,
    owner_department: str | None = None,
    remark: str | None = None,
    source: str = "bank",
) -> tuple[Product, ProductVersion]:
    """A product in the state concept, with its first draft. 409 if the code is taken."""
    require(actor, "product.create")
    if not CODE.match(code):
        raise invalid("/code", N_("Letters, digits, dot, dash and underscore, at most 60 characters."))
    document = checked_content(uow, content, pointer="/content")
    owner = owner_department or actor.department
    check_department(uow, owner)
    if uow.get(Product, code) is not None:
        raise Conflict(TAKEN, code="product_exists")
    try:
        product = add_product(
            uow,
            code=code,
            document=document,
            names=names or document["basics"]["name"],
            owner=owner,
            remark=remark,
            source=source,
            by=actor.username,
            now=now,
        )
    except IntegrityError:
        raise Conflict(TAKEN, code="product_exists") from None
    version = add_version(uow, product, document, actor=actor, now=now, based_on=None)
    note(uow, code, "product.created", actor, now, type=product.type, version=1, content_hash=version.content_hash)
    return product, version


def add_product(
    uow: Session,
    *,
    code: str,
    document: Mapping[str, Any],
    names: Mapping[str, str],
    owner: str | None,
    remark: str | None,
    source: str,
    by: str,
    now: datetime,
) -> Product:
    """The row and its first status; the caller writes the audit entry."""
    found = product_type(document["type"])
    product = Product(
        code=code,
        family=found.family,
        type=found.key,
        owner_department=owner,
        note=remark,
        source=source,
        status="concept",
        created_by=by,
        created_at=now,
        changed_at=now,
    )
    set_names(product, names)
    uow.add(product)
    uow.flush()  # IntegrityError: somebody took the code a moment ago
    set_status(uow, product, "concept", valid_from=now, now=now, by=by)
    return product


def set_names(product: Product, names: Mapping[str, str]) -> None:
    """The names, and what lists search and sort by."""
    en, zh = names.get("en") or names.get("zh") or "", names.get("zh") or names.get("en") or ""
    product.names = dict(names)
    product.sort_en, product.sort_zh = en.lower()[:200], zh.lower()[:200]
    product.search = f"{product.code}\n{en}\n{zh}".lower()


def add_version(
    uow: Session,
    product: Product,
    document: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
    based_on: int | None,
) -> ProductVersion:
    """The next draft of the product; the caller holds its lock and writes the audit entry."""
    last = uow.scalar(select(func.max(ProductVersion.number)).where(ProductVersion.product_code == product.code))
    version = ProductVersion(
        product_code=product.code,
        number=(last or 0) + 1,
        state="draft",
        content=document,
        content_hash=content_hash(document),
        headline=headline(document),
        recorded_at=now,
        based_on=based_on,
        created_by=actor.username,
        product=product,
    )
    uow.add(version)
    product.changed_at = now
    uow.flush()
    return version


def draft_version(
    uow: Session, *, product_code: str, actor: Actor, now: datetime, content: Mapping[str, Any] | None = None
) -> ProductVersion:
    """A draft based on the version in force (or the latest, before a first launch)."""
    product = locked_product(uow, product_code)
    require(actor, states.EDIT, Facts(owner_department=product.owner_department))
    base = version_to_base_on(uow, product_code, now)
    document = checked_content(uow, content, expect=product.type) if content is not None else dict(base.content)
    version = add_version(uow, product, document, actor=actor, now=now, based_on=base.number)
    note(
        uow,
        product_code,
        "version.drafted",
        actor,
        now,
        version=version.number,
        based_on=base.number,
        content_hash=version.content_hash,
    )
    return version


def version_to_base_on(session: Session, code: str, now: datetime) -> ProductVersion:
    """The published version in force at ``now``, else the one that will be, else the latest."""
    versions = select(ProductVersion).where(ProductVersion.product_code == code)
    published = versions.where(ProductVersion.state.in_(states.PUBLISHED), ProductVersion.valid_from <= now)
    found = session.scalar(published.order_by(ProductVersion.valid_from.desc(), ProductVersion.number.desc()).limit(1))
    return found or session.scalars(versions.order_by(ProductVersion.number.desc()).limit(1)).one()


def edit_draft(
    uow: Session,
    *,
    version_id: int,
    content: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    expected_hash: str | None = None,
) -> ProductVersion:
    """Replace the content of a draft. 409 once it left the state draft, or if somebody else edited it first."""
    version = locked_version(uow, version_id)
    require(actor, states.EDIT, Facts(owner_department=version.product.owner_department))
    if version.state not in states.EDITABLE:
        raise Conflict(N_("Only a draft can be edited."), code="not_a_draft")
    if expected_hash is not None and expected_hash != version.content_hash:
        raise Conflict(N_("Somebody changed this record after you saw it."), code="stale")
    document = checked_content(uow, content, expect=version.product.type)
    old = version.content_hash
    version.content, version.content_hash, version.headline = document, content_hash(document), headline(document)
    if version.based_on is not None:
        # Whoever edits sees the difference from what is in force now.
        version.based_on = version_to_base_on(uow, version.product_code, now).number
    version.product.changed_at = now
    note(
        uow,
        version.product_code,
        "version.edited",
        actor,
        now,
        version=version.number,
        old=old,
        new=version.content_hash,
    )
    return version


def submit(uow: Session, *, version_id: int, actor: Actor, now: datetime) -> ProductVersion:
    """Hand the draft to its reviewers: draft → in_review. Its content is checked once more."""
    version = locked_version(uow, version_id)
    move_version(version, "submit", actor)
    checked_content(uow, version.content)
    note(
        uow,
        version.product_code,
        "version.submitted",
        actor,
        now,
        version=version.number,
        content_hash=version.content_hash,
    )
    return version


def reopen(uow: Session, *, version_id: int, actor: Actor, now: datetime) -> ProductVersion:
    """Back to draft, for another edit: any approval given so far is void (rule 6)."""
    version = locked_version(uow, version_id)
    left = move_version(version, "reopen", actor)
    version.approval = None
    note(uow, version.product_code, "version.reopened", actor, now, version=version.number, old=left, new="draft")
    return version


def describe_product(uow: Session, *, code: str, changes: Mapping[str, Any], actor: Actor, now: datetime) -> Product:
    """Change what does not touch a sale: catalogue names, owner department, remark."""
    product = locked_product(uow, code)
    require(actor, "product.describe", Facts(owner_department=product.owner_department))
    old = {"names": product.names, "owner_department": product.owner_department, "note": product.note}
    if "owner_department" in changes:
        check_department(uow, changes["owner_department"])
        product.owner_department = changes["owner_department"]
    if "note" in changes:
        product.note = changes["note"]
    if "names" in changes:
        set_names(product, changes["names"])
    product.changed_at = now
    before = {key: old[key] for key in changes}
    note(uow, code, "product.described", actor, now, old=before, new=dict(changes))
    return product


def check_department(session: Session, key: str | None) -> None:
    if key is not None and session.get(Department, key) is None:
        raise NotThere([Fault("/owner_department", N_("There is no such department."))])


def checked_content(session: Session, content: Any, *, pointer: str = "", expect: str | None = None) -> dict[str, Any]:
    """The canonical document; its type is the product's, and the units it names exist (``NotThere``)."""
    document = load_content(content, pointer=pointer)
    if expect is not None and document["type"] != expect:
        raise invalid(f"{pointer}/type", N_("The type of a product does not change."))
    scopes = (document.get("availability") or {}).get("scopes", ())
    wanted = {unit for scope in scopes for unit in scope.get("units", ())}
    if wanted:
        known = set(session.scalars(select(OrganisationUnit.code).where(OrganisationUnit.code.in_(wanted))))
        faults = [
            Fault(f"{pointer}/availability/scopes", N_("There is no unit %(unit)s."), {"unit": unit})
            for unit in sorted(wanted - known)
        ]
        if faults:
            raise NotThere(faults)
    return document
