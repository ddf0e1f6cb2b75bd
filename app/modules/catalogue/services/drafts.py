"""Drafts of versions: nothing here changes what is on sale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, tuple_
from sqlalchemy.orm import Session, joinedload

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.database import insert_rows
from app.kernel.errors import Conflict
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules import states
from app.modules.catalogue.rules.content import content_hash, headline
from app.modules.catalogue.services.contents import Sent, checked_contents
from app.modules.catalogue.services.records import (
    locked_products,
    locked_versions,
    move_version,
    note_each,
)


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


@dataclass(frozen=True)
class Draft:
    """What is to stand in a new draft of a product."""

    product: str
    content: Mapping[str, Any] | None = None
    """None: as it is in the version it is based on."""
    pointer: str = ""
    """Where faults in the content point."""


def draft_version(
    uow: Session, *, product_code: str, actor: Actor, now: datetime, content: Mapping[str, Any] | None = None
) -> ProductVersion:
    """A draft based on the version in force (or the latest, before a first launch)."""
    return draft_versions(uow, drafts=[Draft(product_code, content)], actor=actor, now=now)[0]


def draft_versions(uow: Session, *, drafts: Sequence[Draft], actor: Actor, now: datetime) -> list[ProductVersion]:
    """The same for several products, all or none."""
    products = locked_products(uow, [draft.product for draft in drafts])
    for product in products.values():
        require(actor, states.EDIT, Facts(owner_department=product.owner_department))
    bases = versions_to_base_on(uow, list(products), now)
    sent = [
        Sent(d.content, d.pointer, products[d.product].type, bases[d.product].content)
        for d in drafts
        if d.content is not None
    ]
    documents = iter(checked_contents(uow, sent))
    rows = [_version_row(d.product, _document(d, bases, documents), actor, now, bases[d.product]) for d in drafts]
    versions = _add_versions(uow, products, rows, now)
    said = [
        (v.product_code, {"version": v.number, "based_on": v.based_on, "content_hash": v.content_hash})
        for v in versions
    ]
    note_each(uow, "version.drafted", actor, now, said)
    return versions


def _document(draft: Draft, bases: Mapping[str, ProductVersion], documents: Iterator[dict[str, Any]]) -> dict[str, Any]:
    return dict(bases[draft.product].content) if draft.content is None else next(documents)


def _version_row(
    code: str, document: dict[str, Any], actor: Actor, now: datetime, base: ProductVersion
) -> dict[str, Any]:
    return {
        "product_code": code,
        "state": "draft",
        "content": document,
        "content_hash": content_hash(document),
        "headline": headline(document),
        "recorded_at": now,
        "based_on": base.number,
        "created_by": actor.username,
    }


def _add_versions(
    uow: Session, products: Mapping[str, Product], rows: Sequence[dict[str, Any]], now: datetime
) -> list[ProductVersion]:
    """The next version of each product, which the caller has locked."""
    last = select(ProductVersion.product_code, func.max(ProductVersion.number))
    last = last.where(ProductVersion.product_code.in_(list(products))).group_by(ProductVersion.product_code)
    numbers = {code: number for code, number in uow.execute(last)}
    for row in rows:
        row["number"] = numbers.get(row["product_code"], 0) + 1
        products[row["product_code"]].changed_at = now
    uow.flush()
    insert_rows(uow, ProductVersion, rows)
    made = select(ProductVersion).where(tuple_(ProductVersion.product_code, ProductVersion.number).in_(_keys(rows)))
    found = {v.product_code: v for v in uow.scalars(made.options(joinedload(ProductVersion.product, innerjoin=True)))}
    return [found[row["product_code"]] for row in rows]


def _keys(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, int]]:
    return [(row["product_code"], row["number"]) for row in rows]


def version_to_base_on(session: Session, code: str, now: datetime) -> ProductVersion:
    """The published version in force at ``now``, else the one that will be, else the latest."""
    return versions_to_base_on(session, [code], now)[code]


def versions_to_base_on(session: Session, codes: Sequence[str], now: datetime) -> dict[str, ProductVersion]:
    """The same for several products."""
    published = ProductVersion.state.in_(states.PUBLISHED) & (ProductVersion.valid_from <= now)
    rank = func.row_number().over(
        partition_by=ProductVersion.product_code,
        order_by=(
            case((published, 0), else_=1),
            case((published, ProductVersion.valid_from), else_=None).desc(),
            ProductVersion.number.desc(),
        ),
    )
    ranked = select(ProductVersion.id, rank.label("rank")).where(ProductVersion.product_code.in_(codes)).subquery()
    best = select(ProductVersion).join(ranked, ranked.c.id == ProductVersion.id).where(ranked.c.rank == 1)
    return {version.product_code: version for version in session.scalars(best)}


@dataclass(frozen=True)
class Edit:
    """What is to stand in a draft there is."""

    version_id: int
    content: Mapping[str, Any]
    expected_hash: str | None = None
    """Of the content the editor saw."""
    pointer: str = ""


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
    return edit_drafts(uow, edits=[Edit(version_id, content, expected_hash)], actor=actor, now=now)[0]


def edit_drafts(uow: Session, *, edits: Sequence[Edit], actor: Actor, now: datetime) -> list[ProductVersion]:
    """The same for several drafts, all or none."""
    versions = locked_versions(uow, [edit.version_id for edit in edits])
    for version, edit in zip(versions, edits, strict=True):
        _require_editable(version, edit, actor)
    pairs = zip(versions, edits, strict=True)
    bases = versions_to_base_on(uow, [v.product_code for v in versions], now)
    sent = [Sent(e.content, e.pointer, v.product.type, bases[v.product_code].content) for v, e in pairs]
    documents = checked_contents(uow, sent)
    said = []
    for version, document in zip(versions, documents, strict=True):
        old = _replace(version, document, bases[version.product_code], now)
        said.append((version.product_code, {"version": version.number, "old": old, "new": version.content_hash}))
    note_each(uow, "version.edited", actor, now, said)
    return versions


def _require_editable(version: ProductVersion, edit: Edit, actor: Actor) -> None:
    require(actor, states.EDIT, Facts(owner_department=version.product.owner_department))
    if version.state not in states.EDITABLE:
        raise Conflict(N_("Only a draft can be edited."), code="not_a_draft")
    if edit.expected_hash is not None and edit.expected_hash != version.content_hash:
        raise Conflict(N_("Somebody changed this record after you saw it."), code="stale")


def _replace(version: ProductVersion, document: dict[str, Any], base: ProductVersion, now: datetime) -> str:
    """Gives the hash of what stood there."""
    old = version.content_hash
    version.content, version.content_hash, version.headline = document, content_hash(document), headline(document)
    if version.based_on is not None:
        # Whoever edits sees the difference from what is in force now.
        version.based_on = base.number
    version.product.changed_at = now
    return old


def submit(uow: Session, *, version_id: int, actor: Actor, now: datetime) -> ProductVersion:
    """Hand the draft to its reviewers: draft → in_review. Its content is checked once more."""
    return submit_all(uow, version_ids=[version_id], actor=actor, now=now)[0]


def submit_all(uow: Session, *, version_ids: Sequence[int], actor: Actor, now: datetime) -> list[ProductVersion]:
    """The same for several drafts, all or none."""
    versions = locked_versions(uow, version_ids)
    for version in versions:
        move_version(version, "submit", actor)
    checked_contents(uow, [Sent(version.content, base=version.content) for version in versions])
    said = [(v.product_code, {"version": v.number, "content_hash": v.content_hash}) for v in versions]
    note_each(uow, "version.submitted", actor, now, said)
    return versions


def reopen(uow: Session, *, version_ids: Sequence[int], actor: Actor, now: datetime) -> list[ProductVersion]:
    """Back to draft, for another edit: any approval given so far is void (rule 6)."""
    versions = locked_versions(uow, version_ids)
    said = []
    for version in versions:
        left, version.approval = move_version(version, "reopen", actor), None
        said.append((version.product_code, {"version": version.number, "old": left, "new": "draft"}))
    note_each(uow, "version.reopened", actor, now, said)
    return versions
