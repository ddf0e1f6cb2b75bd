"""New products, and what of them may be said anew without a change request."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import Department
from app.identity.permissions import Facts, require
from app.kernel.errors import Conflict, Fault, NotThere, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.services.contents import checked_content
from app.modules.catalogue.services.drafts import add_version
from app.modules.catalogue.services.periods import set_status
from app.modules.catalogue.services.records import locked_product, note
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
    product.search = f"{product.code.lower()}\n{product.sort_en}\n{product.sort_zh}"


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
