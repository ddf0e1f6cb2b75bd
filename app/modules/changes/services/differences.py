"""What a request changes: each proposed version beside the one in force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import versions_in_force
from app.modules.catalogue.rules.facts import facts
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.rules import routing
from app.modules.changes.services.records import proposed

Pair = tuple[ProductVersion | None, ProductVersion]
_GONE = frozenset({"off_sale", "exiting", "retired"})
YEAR = timedelta(days=365)


def pairs(session: Session, request: ChangeRequest, now: datetime) -> list[Pair]:
    """``(version in force or None, proposed version)`` for each product.

    Once a proposed version is in force itself, the one it replaced stands beside it.
    """
    new = [version for _, version in proposed(session, request.id)]
    live = versions_in_force(session, [v.product_code for v in new], at=now)
    return [(_base(session, live.get(v.product_code), v), v) for v in new]


def _base(session: Session, live: ProductVersion | None, new: ProductVersion) -> ProductVersion | None:
    if live is None or live.id != new.id:
        return live
    return session.scalar(
        select(ProductVersion)
        .where(ProductVersion.product_code == new.product_code, ProductVersion.valid_to == new.valid_from)
        .order_by(ProductVersion.number.desc())
        .limit(1)
    )


def facts_of(session: Session, request: ChangeRequest, now: datetime) -> list[dict[str, Any]]:
    """The routing facts of each version (see ``catalogue.rules.facts``)."""
    return [facts(old.content if old else {}, new.content) for old, new in pairs(session, request, now)]


def materiality_inputs(session: Session, request: ChangeRequest, now: datetime) -> dict[str, Any]:
    """The inputs of the materiality rule, all from records (rule 7)."""
    codes = [row.product_code for row, _ in proposed(session, request.id)]
    return routing.materiality_inputs(
        facts_of(session, request, now),
        relaunch=_is_relaunch(session, codes),
        minor_changes=_minor_changes(session, request, codes, now),
        raised_to=request.raised_to,
    )


def _is_relaunch(session: Session, codes: list[str]) -> bool:
    """Re-launching a withdrawn product counts as new (rule 7)."""
    gone = select(Product.code).where(Product.code.in_(codes), Product.status.in_(_GONE))
    return session.scalar(gone.limit(1)) is not None


def _minor_changes(session: Session, request: ChangeRequest, codes: list[str], now: datetime) -> int:
    """Of the product changed most often: its minor changes put into force in the last twelve months."""
    counted = (
        select(func.count().label("n"))
        .select_from(ProposedVersion)
        .join(ChangeRequest, ChangeRequest.id == ProposedVersion.change_request_id)
        .where(
            ProposedVersion.product_code.in_(codes),
            ChangeRequest.id != request.id,
            ChangeRequest.materiality == "minor",
            ChangeRequest.state.in_(("scheduled", "live")),
            ChangeRequest.effective_at > now - YEAR,
        )
        .group_by(ProposedVersion.product_code)
        .subquery()
    )
    return session.scalar(select(func.max(counted.c.n))) or 0


def groups_touched(session: Session, request: ChangeRequest, now: datetime) -> list[str]:
    return routing.groups_touched(facts_of(session, request, now))


def open_request_on(session: Session, code: str) -> str | None:
    """The number of the open request a product stands in."""
    return session.scalar(
        select(ChangeRequest.number)
        .join(ProposedVersion, ProposedVersion.change_request_id == ChangeRequest.id)
        .where(ProposedVersion.product_code == code, ProposedVersion.open)
    )
