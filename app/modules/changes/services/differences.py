"""What a request changes: each proposed version beside the one in force."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.kernel import clock
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import versions_in_force
from app.modules.catalogue.rules.facts import facts
from app.modules.catalogue.rules.states import OFF_THE_MARKET
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.rules import routing
from app.modules.changes.services.records import proposed

Pair = tuple[ProductVersion | None, ProductVersion]


def pairs(session: Session, request: ChangeRequest, now: datetime) -> list[Pair]:
    """``(version in force or None, proposed version)`` for each product; the product itself is loaded with it.

    Once a proposed version is in force itself, the one it replaced stands beside it.
    """
    new = [version for _, version in proposed(session, request.id, joinedload(ProductVersion.product))]
    live = versions_in_force(session, [v.product_code for v in new], at=now)
    launched = {v.product_code: v for v in new if (old := live.get(v.product_code)) and old.id == v.id}
    before = _replaced(session, launched) if launched else {}
    return [((before if v.product_code in launched else live).get(v.product_code), v) for v in new]


def _replaced(session: Session, launched: Mapping[str, ProductVersion]) -> dict[str, ProductVersion]:
    """Product → the version that a launched one replaced."""
    ends = {version.valid_from for version in launched.values()}
    rows = select(ProductVersion).where(ProductVersion.product_code.in_(launched), ProductVersion.valid_to.in_(ends))
    found = session.scalars(rows.order_by(ProductVersion.number))
    return {v.product_code: v for v in found if v.valid_to == launched[v.product_code].valid_from}


def facts_of(session: Session, request: ChangeRequest, now: datetime) -> list[dict[str, Any]]:
    """The routing facts of each version (see ``catalogue.rules.facts``)."""
    return [facts(old.content if old else {}, new.content) for old, new in pairs(session, request, now)]


def materiality_inputs(session: Session, request: ChangeRequest, now: datetime) -> dict[str, Any]:
    """The inputs of the materiality rule, all from records (rule 7)."""
    return inputs_for(session, request, facts_of(session, request, now), now)


def inputs_for(
    session: Session, request: ChangeRequest, found: Sequence[Mapping[str, Any]], now: datetime
) -> dict[str, Any]:
    """The same for versions as they are being typed: ``found`` has the facts of each, in their order."""
    codes = [row.product_code for row, _ in proposed(session, request.id)]
    past = past_minor(session, codes, now, without=request.id)
    return routing.materiality_inputs(
        found,
        relaunch=_is_relaunch(session, codes),
        past=[past.get(code, routing.Past()) for code in codes],
        raised_to=request.raised_to,
    )


def _is_relaunch(session: Session, codes: list[str]) -> bool:
    """Re-launching a withdrawn product counts as new (rule 7)."""
    gone = select(Product.code).where(Product.code.in_(codes), Product.status.in_(OFF_THE_MARKET))
    return session.scalar(gone.limit(1)) is not None


def past_minor(session: Session, codes: Sequence[str], now: datetime, *, without: int) -> dict[str, routing.Past]:
    """Of each product: its minor changes put into force in the last twelve months, and their rate moves together.

    A change of exactly twelve months ago has dropped out. What was withdrawn, rejected or failed in its pilot
    never took effect and does not count. Each move is computed from the two versions, as it was then.
    """
    before = aliased(ProductVersion)
    rows = session.execute(
        select(ProposedVersion.product_code, before.content, ProductVersion.content)
        .join(ChangeRequest, ChangeRequest.id == ProposedVersion.change_request_id)
        .join(ProductVersion, ProductVersion.id == ProposedVersion.version_id)
        .outerjoin(
            before,
            and_(before.product_code == ProductVersion.product_code, before.number == ProductVersion.based_on),
        )
        .where(
            ProposedVersion.product_code.in_(codes),
            ChangeRequest.id != without,
            ChangeRequest.materiality == "minor",
            ChangeRequest.state.in_(("scheduled", "live")),
            ChangeRequest.effective_at >= twelve_months_before(now),
        )
    )
    found: dict[str, routing.Past] = {}
    for code, old, new in rows:
        so_far = found.get(code, routing.Past())
        moved = facts(old, new)["rate_change_bp"] if old else 0
        found[code] = routing.Past(so_far.changes + 1, so_far.rate_bp + moved)
    return found


def twelve_months_before(now: datetime) -> datetime:
    """The first instant that counts: the day after the same day of the year before."""
    today = clock.accounting_date(now)
    last_day = monthrange(today.year - 1, today.month)[1]
    same_day = date(today.year - 1, today.month, min(today.day, last_day))
    return clock.start_of_day(same_day + timedelta(days=1))


def groups_touched(session: Session, request: ChangeRequest, now: datetime) -> list[str]:
    return routing.groups_touched(facts_of(session, request, now))


def open_request_on(session: Session, code: str) -> str | None:
    """The number of the open request a product stands in."""
    return session.scalar(
        select(ChangeRequest.number)
        .join(ProposedVersion, ProposedVersion.change_request_id == ChangeRequest.id)
        .where(ProposedVersion.product_code == code, ProposedVersion.open)
    )
