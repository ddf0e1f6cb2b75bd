"""Identification 风险识别: by the product's own kind, and by what moved in its environment within a year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.content import effective_rating
from app.modules.catalogue.rules.values import canonical_decimal, duration_days, is_duration
from app.modules.risk.models import RiskRecord
from app.modules.risk.queries import in_force
from app.modules.risk.rules.factors import FACTORS, WINDOW, moved_bp
from app.workflow.decisions.services import decide

OWN, ENVIRONMENT = "risk_identification", "environment_risk"
YEAR = Decimal("366")


def rating_of(content: Mapping[str, Any]) -> int | None:
    """1 to 5 of R1 to R5."""
    rating = effective_rating(content)
    return int(rating[1:]) if rating else None


def identified(
    uow: Session, product: Product, content: Mapping[str, Any], *, day: date, now: datetime
) -> list[dict[str, Any]]:
    """Each risk with its ground, where it comes from, and the move of the factor that brought it."""
    kind = {"product_type": product.type, "family": product.family}
    asked = {**kind, "rating": rating_of(content), "over_a_year": _over_a_year(content)}
    found = [{**hit, "origin": "product"} for hit in decide(uow, key=OWN, inputs=asked, now=now)]
    for factor, before, move in moves(uow, day):
        inputs = {**kind, "factor": factor.subject, "move_bp": move}
        for hit in decide(uow, key=ENVIRONMENT, inputs=inputs, now=now):
            since = (before or factor).valid_from.isoformat()
            found.append({**hit, "origin": "environment", "factor": factor.subject, "record": factor.id,
                          "move_bp": canonical_decimal(move), "since": since})  # fmt: skip
    return found


def moves(session: Session, day: date) -> Iterator[tuple[RiskRecord, RiskRecord | None, Decimal]]:
    """Each factor in force on a day with the one a year before, and its move in basis points.

    A factor nobody had on record then has not moved; a note counts while it is not older than a year.
    """
    before = {row.subject: row for row in in_force(session, "factors", day - WINDOW)}
    for row in in_force(session, "factors", day):
        old, factor = before.get(row.subject), FACTORS[row.subject]
        if factor.unit == "text":
            if row.valid_from > day - WINDOW:
                yield row, old, Decimal(0)
        elif old is not None:
            yield row, old, moved_bp(factor, Decimal(old.content["value"]), Decimal(row.content["value"]))


def _over_a_year(content: Mapping[str, Any]) -> bool:
    """Whether any rate is tied for longer than a year."""
    rows = (content.get("rates") or {}).get("tiers") or ()
    terms = [row.get(name) for row in rows for name in ("term", "term_from", "term_to")]
    return any(is_duration(term) and duration_days(str(term)) > YEAR for term in terms)
