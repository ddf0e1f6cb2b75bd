"""Import of Consumer Data Right records: normalise, compare, report each line.

An opening load into an empty code goes live and is audited as such. Any later
difference becomes a draft, never a live version. What cannot be understood is
quarantined with its reason, and one record's fault never stops the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import Department
from app.kernel.errors import DomainError, Fault, Invalid, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import ImportLine, Product, ProductVersion
from app.modules.catalogue.rules import cdr
from app.modules.catalogue.rules.cdr_rates import rate_pointers
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.rules.states import product_move, version_move
from app.modules.catalogue.rules.values import parse_instant
from app.modules.catalogue.schemas.cdr import load_record
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.services.creating import add_product
from app.modules.catalogue.services.drafts import add_version, version_to_base_on
from app.modules.catalogue.services.periods import set_status
from app.modules.catalogue.services.publishing import sell_as_written
from app.modules.catalogue.services.reading import as_text
from app.modules.catalogue.services.records import locked_product, note
from app.modules.catalogue.types import product_type

OPENING_LOAD = "opening load"
CREATED, UNCHANGED, PROPOSED, QUARANTINED = "created", "unchanged", "proposed", "quarantined"

OWNERS = {
    "deposit": "personal_banking",
    "loan": "personal_banking",
    "working_capital_loan": "corporate_banking",
    "fixed_asset_loan": "corporate_banking",
    "card": "card_centre",
}

_OPENED = N_("Opening load: live as version %(version)s.")
_OFF_SALE = N_("Opening load: no longer offered since %(day)s; the terms are kept for existing holders.")
_SAME = N_("Nothing differs from version %(version)s.")
_KNOWN = N_("This difference is already proposed as version %(version)s.")
_DRAFTED = N_("The difference waits for approval as draft version %(version)s.")


@dataclass(frozen=True)
class Item:
    """The report on one record: ``reason`` is a template with its values, ``faults`` point into the record."""

    index: int
    product: str | None
    outcome: str
    code: str
    message: str
    values: dict[str, Any]
    faults: tuple[Fault, ...] = ()


def import_records(uow: Session, records: Sequence[Any], *, actor: Actor, now: datetime) -> list[Item]:
    """Import each record in a savepoint of its own, and report on each."""
    seen: set[str] = set()
    return [import_one(uow, index, record, actor=actor, now=now, seen=seen) for index, record in enumerate(records)]


def import_one(
    uow: Session, index: int, record: Any, *, actor: Actor, now: datetime, seen: set[str], keep: bool = True
) -> Item:
    """One record, or its quarantine (kept here unless the caller keeps it); never an exception about the record."""
    code = _code_of(record)
    try:
        item = _in_savepoint(uow, index, record, actor=actor, now=now, repeated=code in seen)
    except DomainError as error:
        item = Item(index, code, QUARANTINED, error.code, error.message, dict(error.values), tuple(error.faults))
    except (ValueError, ArithmeticError, TypeError, KeyError, AttributeError, RecursionError):
        message = N_("The record cannot be understood.")
        item = Item(index, code, QUARANTINED, "not_understood", message, {})
    if item.outcome == QUARANTINED and keep:
        quarantine(uow, item, record, actor=actor, now=now)
    if item.outcome != QUARANTINED and code is not None:
        seen.add(code)
    return item


def _in_savepoint(uow: Session, index: int, record: Any, *, actor: Actor, now: datetime, repeated: bool) -> Item:
    try:
        with uow.begin_nested():
            return _import(uow, index, record, actor=actor, now=now, repeated=repeated)
    except IntegrityError:
        # Another import opened the same code at the same time; now it is there to compare with.
        with uow.begin_nested():
            return _import(uow, index, record, actor=actor, now=now, repeated=repeated)


def _code_of(record: Any) -> str | None:
    code = record.get("productId") if isinstance(record, dict) else None
    return code if isinstance(code, str) and len(code) <= 100 and code.isascii() and code.isprintable() else None


def quarantine(uow: Session, item: Item, record: Any, *, actor: Actor, now: datetime) -> None:
    """Keep the record as it was sent, with the reason."""
    uow.add(
        ImportLine(
            position=item.index,
            product=item.product,
            outcome=QUARANTINED,
            reason=reason_json(item),
            raw=as_text(record),
            by=actor.username,
            at=now,
        )
    )
    uow.flush()


def reason_json(item: Item) -> dict[str, Any]:
    """The reason as it is stored: templates and values, translated when shown."""
    faults = [{"pointer": f.pointer, "message": f.message, "values": dict(f.values)} for f in item.faults]
    return {"code": item.code, "message": item.message, "values": item.values, "faults": faults}


def _import(uow: Session, index: int, record: Any, *, actor: Actor, now: datetime, repeated: bool) -> Item:
    loaded = load_record(record)
    document = _document(loaded)
    code = loaded["productId"]
    product = uow.scalar(select(Product).where(Product.code == code))
    if product is None:
        return _open(uow, index, code, document, loaded, actor=actor, now=now)
    return _compare(uow, index, product, document, actor=actor, now=now, repeated=repeated)


def _document(loaded: dict[str, Any]) -> dict[str, Any]:
    try:
        return load_content(cdr.content(loaded))
    except Invalid as error:
        rows = rate_pointers(loaded)
        faults = [Fault(_source(f.pointer, rows), f.message, f.values, f.code) for f in error.faults]
        raise Invalid(error.message, faults=faults) from None


def _source(pointer: str, rows: Sequence[str]) -> str:
    """Where the member stands in the record, as far as the mapping knows."""
    parts = pointer.split("/")
    if parts[1:3] == ["rates", "tiers"] and len(parts) > 3 and parts[3].isdigit():
        return rows[int(parts[3])]
    return pointer


def _open(
    uow: Session,
    index: int,
    code: str,
    document: dict[str, Any],
    loaded: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> Item:
    offered_from, offered_until = (_instant(loaded.get(key)) for key in ("effectiveFrom", "effectiveTo"))
    if offered_from and offered_until and offered_until <= offered_from:
        raise invalid("/effectiveTo", N_("Must lie after effectiveFrom."))
    product = add_product(
        uow,
        code=code,
        document=document,
        names=document["basics"]["name"],
        owner=_owner(uow, document["type"], actor),
        remark=None,
        source="cdr",
        by=actor.username,
        now=now,
    )
    version = open_load(uow, product, document, actor=actor, now=now, since=offered_from)
    if offered_until is not None:
        _end_of_sale(uow, product, offered_until, actor=actor, now=now)
    if offered_until is not None and offered_until <= now:
        return Item(index, code, CREATED, "opened_off_sale", _OFF_SALE, {"day": offered_until.date().isoformat()})
    return Item(index, code, CREATED, "opened", _OPENED, {"version": version.number})


def _owner(uow: Session, type_key: str, actor: Actor) -> str | None:
    """The department that customarily owns such products, where the bank has it; else the importer's."""
    customary = OWNERS.get(type_key) or OWNERS[product_type(type_key).family]
    return customary if uow.get(Department, customary) else actor.department


def _instant(text: str | None) -> datetime | None:
    return parse_instant(text) if text else None


def open_load(
    uow: Session, product: Product, document: dict[str, Any], *, actor: Actor, now: datetime, since: datetime | None
) -> ProductVersion:
    """The first version of an empty code goes live without a change request, and the audit chain says so."""
    version = add_version(uow, product, document, actor=actor, now=now, based_on=None)
    start = since or now
    version.state, version.valid_from = version_move(version.state, "load").to, start
    version.approval, version.change_class = OPENING_LOAD, "opening"
    sell_as_written(uow, version, start=start, now=now)
    if product.status != "on_sale":
        on_sale = product_move(product.status, "load").to
        set_status(uow, product, on_sale, valid_from=start, now=now, by=actor.username, reason=OPENING_LOAD)
    note(
        uow,
        product.code,
        "product.opening_load",
        actor,
        now,
        version=version.number,
        new="on_sale",
        effective=start.isoformat(),
        content_hash=version.content_hash,
    )
    return version


def _end_of_sale(uow: Session, product: Product, until: datetime, *, actor: Actor, now: datetime) -> None:
    """Being withdrawn: sold until then, off sale from then on; the back book lives on (rule 9)."""
    off_sale = product_move(product.status, "take_off_sale").to
    set_status(uow, product, off_sale, valid_from=until, now=now, by=actor.username, reason=OPENING_LOAD)
    note(
        uow,
        product.code,
        "product.take_off_sale",
        actor,
        now,
        old="on_sale",
        new="off_sale",
        effective=until.isoformat(),
    )


def _compare(
    uow: Session, index: int, product: Product, document: dict[str, Any], *, actor: Actor, now: datetime, repeated: bool
) -> Item:
    if document["type"] != product.type:
        raise invalid("/productCategory", N_("The type of a product does not change."))
    hashed = content_hash(document)
    base = version_to_base_on(uow, product.code, now)
    known = _same_content(uow, product.code, base.number, hashed)
    if known is None:
        # Another import may be proposing the same: ask again once it is done.
        locked_product(uow, product.code)
        known = _same_content(uow, product.code, base.number, hashed)
    if known is not None:
        message, reason = (_SAME, "same") if known == base.number else (_KNOWN, "known")
        return Item(index, product.code, UNCHANGED, reason, message, {"version": known})
    if repeated:
        raise Invalid(N_("The same product stands in this import twice, with different content."), code="repeated")
    return _propose(uow, index, product.code, document, base, actor=actor, now=now)


def _same_content(uow: Session, code: str, since: int, hashed: str) -> int | None:
    """The version with this content, from the one in force on: a difference is proposed once."""
    return uow.scalar(
        select(ProductVersion.number)
        .where(
            ProductVersion.product_code == code,
            ProductVersion.number >= since,
            ProductVersion.content_hash == hashed,
        )
        .order_by(ProductVersion.number)
        .limit(1)
    )


def _propose(
    uow: Session, index: int, code: str, document: dict[str, Any], base: ProductVersion, *, actor: Actor, now: datetime
) -> Item:
    product = locked_product(uow, code)
    version = add_version(uow, product, document, actor=actor, now=now, based_on=base.number)
    note(
        uow,
        code,
        "version.proposed_by_import",
        actor,
        now,
        version=version.number,
        based_on=base.number,
        content_hash=version.content_hash,
    )
    return Item(index, code, PROPOSED, "drafted", _DRAFTED, {"version": version.number})
