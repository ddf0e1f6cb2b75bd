"""Documents of a product: an approved template filled from one version, kept as it was given out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel.clock import LAST_YEAR, accounting_date, start_of_day
from app.kernel.errors import Conflict, Fault, Invalid, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import version_by_number
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.services.records import locked_product, locked_products, note, note_each
from app.modules.documents import queries
from app.modules.documents.models import ProductDocument, Template
from app.modules.documents.queries import InForce
from app.modules.documents.queries.products import NO_DOCUMENT
from app.modules.documents.rules.matching import serves
from app.modules.documents.rules.states import OF_PRODUCTS
from app.modules.documents.rules.stating import paths_of, stated, wrong_for
from app.modules.documents.rules.values import MOST_LISTED, Days, Matter, text_of

MAKE, WITHDRAW = "document.make", "document.withdraw"
MOST = 60_000
"""Characters of a document."""
FIXED = frozenset({"approved", "piloting", "live", "superseded"})
"""States of a product's version whose terms do not change any more."""


@dataclass(frozen=True)
class Wanted:
    """What a document is made from, in which languages, and the first day of its use."""

    template: str
    version: int
    languages: Sequence[str]
    valid_from: date


def make(uow: Session, *, product_code: str, wanted: Wanted, actor: Actor, now: datetime) -> list[ProductDocument]:
    """Fill a template from a version of a product, a document for each language.

    It replaces what was made from the same template before, from its day on, until one that begins later.
    404 for an unknown product or version; 422, located, for what the version cannot fill or a day on which it
    is not in force.
    """
    product = locked_product(uow, product_code)
    require(actor, MAKE, facts_of(product))
    version = version_by_number(uow, product.code, wanted.version)
    source = _source(uow, wanted, product)
    _require_day(version, wanted.valid_from, now)
    texts = {name: fill(source, version, name, wanted.valid_from) for name in wanted.languages}
    given = [_Text(source, version, name, text) for name, text in texts.items()]
    made = [_kept(uow, each, wanted.valid_from, actor, now) for each in given]
    told = {"documents": [document.id for document in made], "template": source.key, "version": version.number}
    note(uow, product.code, "document.made", actor, now, **told, valid_from=wanted.valid_from.isoformat())
    return made


def withdraw(uow: Session, *, document_id: int, reason: str, actor: Actor, now: datetime) -> ProductDocument:
    """Take a document out of use from today on. 409 where it is out of use already."""
    code = uow.scalar(select(ProductDocument.product_code).where(ProductDocument.id == document_id))
    if code is None:
        raise NotFound(NO_DOCUMENT)
    product = locked_product(uow, code)
    require(actor, WITHDRAW, facts_of(product))
    document = uow.get_one(ProductDocument, document_id, populate_existing=True)
    today = accounting_date(now)
    if document.withdrawn_at is not None or (document.valid_to is not None and document.valid_to <= today):
        raise Conflict(N_("The document is not in use any more."), code="wrong_state")
    document.valid_to = max(document.valid_from, today)
    document.withdrawn_by, document.withdrawn_at, document.reason = actor.username, now, reason
    uow.flush()
    note(uow, code, "document.withdrawn", actor, now, documents=[document.id], reason=reason)
    return document


def facts_of(product: Product) -> Facts:
    """What the permissions on a product's documents depend on."""
    return Facts(owner_department=product.owner_department)


def choices(session: Session, product: Product, day: date) -> list[InForce]:
    """The templates in force on a day that documents of the product can be made from."""
    found = (template for kind in OF_PRODUCTS for template in queries.in_force(session, kind, day))
    return [template for template in found if serves(template, product.type)]


def _source(session: Session, wanted: Wanted, product: Product) -> InForce:
    found = next((t for t in choices(session, product, wanted.valid_from) if t.key == wanted.template), None)
    if found is None:
        message = N_("No approved template of this key is in use for this product on that day.")
        raise invalid("/template", message, code="no_template")
    return found


def _require_day(version: ProductVersion, day: date, now: datetime) -> None:
    if version.state not in FIXED:
        raise invalid("/version", N_("The terms of this version are not approved."), code="not_approved")
    if not accounting_date(now) <= day <= date(LAST_YEAR, 12, 31):
        raise invalid("/valid_from", N_("Must be today or later."), code="past")
    if version.valid_to is not None and version.valid_to <= start_of_day(day):
        raise invalid("/version", N_("Another version is in force on that day."), code="not_in_force")


@dataclass(frozen=True)
class _Text:
    """The text of a document with where it came from: a template, and a version beside the one it is compared with."""

    source: InForce
    version: ProductVersion
    language: str
    text: str
    before: ProductVersion | None = None


def _kept(uow: Session, given: _Text, day: date, actor: Actor, now: datetime) -> ProductDocument:
    code, language = given.version.product_code, given.language
    paths = paths_of(given.source.version.texts[language])
    says = stated(given.version.content, paths, given.before.content if given.before else None)
    until = _replace(uow, code, given.source.template, language, day)
    document = ProductDocument(
        template_version_id=given.source.version.id, product_code=code, version_id=given.version.id,
        language=language, text=given.text, paths=paths, stated=says, valid_from=day, valid_to=until,
        made_by=actor.username, made_at=now,
        content_hash=content_hash({"language": language, "text": given.text, "stated": says}),
    )  # fmt: skip
    uow.add(document)
    uow.flush()
    return document


@dataclass(frozen=True)
class Material:
    """A text of a change of products, filled from a version of a template."""

    template: str
    number: int
    language: str
    text: str


Subjects = Sequence[tuple[ProductVersion | None, ProductVersion]]
"""The version before, if any, and the one that takes effect, product by product."""


def give_out(
    uow: Session, *, materials: Sequence[Material], subjects: Subjects, day: date, actor: Actor, now: datetime
) -> None:
    """Keep the materials of a change as documents of its products; a text about more than it can list tells none."""
    if not materials or len(subjects) > MOST_LISTED:
        return
    locked_products(uow, [new.product_code for _, new in subjects])
    made: dict[str, list[int]] = {}
    for material in materials:
        version = queries.version(uow, material.template, material.number)
        source = InForce(queries.template(uow, material.template), version)
        for old, new in subjects:
            if serves(source, new.content["type"]):
                given = _Text(source, new, material.language, material.text, old)
                made.setdefault(new.product_code, []).append(_kept(uow, given, day, actor, now).id)
    payloads = [(code, {"documents": ids, "valid_from": day.isoformat()}) for code, ids in made.items()]
    note_each(uow, "document.made", actor, now, payloads)


def fill(source: InForce, version: ProductVersion, language: str, day: date) -> str:
    """The text of a document; 422 for each field that this version cannot fill."""
    template = source.version.texts[language]
    faults = list(wrong_for(template, version.content))
    filled = None if faults else text_of(template, [Matter({}, version.content)], Days(day), language, MOST)
    if filled is None:
        too_long = Fault("/template", N_("Longer than %(most)s characters."), {"most": MOST}, "too_long")
        raise Invalid(N_("Some of what was entered is not right."), faults=faults or [too_long])
    return filled


def _replace(uow: Session, code: str, template: Template, language: str, day: date) -> date | None:
    """What was made from any version of this template before ends with ``day``; gives the day of the next one."""
    rows: Any = select(ProductDocument).where(
        ProductDocument.product_code == code,
        ProductDocument.language == language,
        ProductDocument.template_version_id.in_(queries.version_ids(template.id)),
        or_(ProductDocument.valid_to.is_(None), ProductDocument.valid_to > day),
    )
    found: list[ProductDocument] = list(uow.scalars(rows))
    for document in found:
        if document.valid_from <= day:
            document.valid_to = day
    return min((each.valid_from for each in found if each.valid_from > day), default=None)
