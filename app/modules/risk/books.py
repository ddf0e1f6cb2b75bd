"""The books 台账 of risk management: one row for each kind of record. A further kind is a row and its schema."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from marshmallow import Schema
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.errors import invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES
from app.modules.risk import schemas
from app.modules.risk.models import RiskRecord
from app.modules.risk.rules.factors import FACTORS
from app.modules.risk.rules.fitting import fit
from app.modules.risk.rules.scoring import scorecard

Content = dict[str, Any]
DATED = ("valid_from", "source")


@dataclass(frozen=True)
class Book:
    """A kind of record: what is taken of it and what it is about."""

    key: str
    schema: type[Schema]
    subject: Callable[[Content], str]
    completed: Callable[[Content], Content] = dict
    """What follows from what was given, worked out before any transaction begins. Raises ``Invalid``."""
    check: Callable[[Session, Content], None] = lambda session, content: None
    """What only other records can tell. Raises ``Invalid``."""


def _with_unit(content: Content) -> Content:
    return {**content, "unit": FACTORS[content["factor"]].unit}


def _learned(content: Content) -> Content:
    """The model itself; of the table it came from the hash is kept, not the cases."""
    table = content["table"]
    kept = {name: value for name, value in content.items() if name not in ("table", "target")}
    kept["table_hash"] = hashlib.sha256(table.encode()).hexdigest()
    if content["method"] == "scorecard":
        return {**kept, "bands": scorecard(table)}
    return {**kept, **fit(table, content["target"])}


def _limits_something(session: Session, content: Content) -> None:
    known = {"type": PRODUCT_TYPES, "family": FAMILIES}.get(content["scope"])
    if content["of"] not in known if known is not None else session.get(Product, content["of"]) is None:
        raise invalid("/of", N_("There is nothing of this name."), code="unknown")
    if content["measure"] != "balance" and not 0 < Decimal(content["value"]) <= 100:
        raise invalid("/value", N_("A limit in per cent lies above 0 and is at most 100."))
    if not Decimal(content["value"]):
        raise invalid("/value", N_("Must be above zero."))


def _reads_a_limit(session: Session, content: Content) -> None:
    rows = select(RiskRecord).where(RiskRecord.book == "limits", RiskRecord.subject == content["limit"])
    found = session.scalars(rows.order_by(RiskRecord.id.desc()).limit(1)).first()
    if found is None or found.content["measure"] != "reading":
        raise invalid("/limit", N_("There is no limit of this key that is read elsewhere."), code="unknown")


def _covers_a_product(session: Session, content: Content) -> None:
    if session.get(Product, content["product"]) is None:
        raise invalid("/product", N_("There is no such product."), code="unknown")


def _dated(content: Content) -> Content:
    return {**content, "valid_until": content["valid_until"].isoformat()}


_ALL = (
    Book("factors", schemas.NewFactor, itemgetter("factor"), _with_unit),
    Book("limits", schemas.NewLimit, itemgetter("key"), check=_limits_something),
    Book("readings", schemas.NewReading, itemgetter("limit"), check=_reads_a_limit),
    Book("transfers", schemas.NewTransfer, itemgetter("policy"), _dated, _covers_a_product),
    Book("models", schemas.NewModel, itemgetter("key"), _learned),
)
BOOKS: Mapping[str, Book] = {book.key: book for book in _ALL}
