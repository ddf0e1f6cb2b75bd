"""What is on sale, asked of valid time and recorded time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from app.identity.models import OrganisationUnit
from app.kernel.errors import NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import FOREVER, Availability, Product, ProductStatus, ProductVersion, SaleStop
from app.modules.catalogue.rules.sale import Offer, SaleAnswer, answer
from app.modules.catalogue.rules.scopes import Cell, ancestors, cells
from app.modules.catalogue.schemas.kinds import NOT_CHOICE
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS

NO_PRODUCT = N_("There is no product with this code.")
NO_UNIT = N_("There is no unit with this code.")
NO_VERSION = N_("There is no such version.")


@dataclass(frozen=True)
class Scope:
    """Where a sale would take place. What is None is met only by an availability that covers all of it."""

    units: tuple[str, ...] | None = None
    """The unit and those above it."""
    channel: str | None = None
    group: str | None = None

    def fits(self, row: Availability) -> bool:
        return (
            (row.unit is None or row.unit in (self.units or ()))
            and row.channel in (None, self.channel)
            and row.customer_group in (None, self.group)
        )

    def where(self, row: Any) -> ColumnElement[bool]:
        return and_(
            or_(row.unit.is_(None), row.unit.in_(self.units or ())),
            or_(row.channel.is_(None), row.channel == self.channel),
            or_(row.customer_group.is_(None), row.customer_group == self.group),
        )

    def stopped_by(self, row: Any) -> ColumnElement[bool]:
        """Of ``SaleStop``: whether a sale here might be one that is stopped; what is None stands for any."""
        axes = ((row.unit, self.units), (row.channel, self.channel), (row.customer_group, self.group))
        return and_(true(), *(or_(column.is_(None), _among(column, said)) for column, said in axes if said is not None))


def _among(column: Any, said: str | tuple[str, ...]) -> ColumnElement[bool]:
    return column.in_((said,) if isinstance(said, str) else said)  # type: ignore[no-any-return]


def resolve_scope(session: Session, *, unit: str | None, channel: str | None, group: str | None) -> Scope:
    """The scope of these parameters. 404 for an unknown unit, 422 for an unknown channel or group."""
    if channel is not None and channel not in CHANNELS:
        raise invalid("/channel", NOT_CHOICE)
    if group is not None and group not in CUSTOMER_GROUPS:
        raise invalid("/group", NOT_CHOICE)
    if unit is None:
        return Scope(None, channel, group)
    path = session.scalar(select(OrganisationUnit.path).where(OrganisationUnit.code == unit))
    if path is None:
        raise NotFound(NO_UNIT)
    return Scope(tuple({*ancestors(path), unit}), channel, group)


def may_sell(
    session: Session,
    *,
    product: str,
    at: datetime,
    unit: str | None = None,
    channel: str | None = None,
    group: str | None = None,
    version: int | None = None,
    known_at: datetime | None = None,
) -> SaleAnswer:
    """Whether ``product`` may be sold there, then, to such a customer: the one gate every sale passes.

    Without ``version`` the answer names the version that applies there. What is
    asked is what was recorded by ``known_at`` (default: all that is known now).
    404 for an unknown product, version or unit.
    """
    scope = resolve_scope(session, unit=unit, channel=channel, group=group)
    state = _state_of(session, product, version)
    status = session.scalar(
        select(ProductStatus.status).where(ProductStatus.product_code == product, _valid(ProductStatus, at, known_at))
    )
    rows = session.execute(
        select(Availability, ProductVersion.number)
        .join(ProductVersion, ProductVersion.id == Availability.version_id)
        .where(Availability.product_code == product, _valid(Availability, at, known_at))
    ).all()
    offers = [Offer(number, row.pilot, scope.fits(row)) for row, number in rows]
    stopped = session.scalar(select(exists().where(*_stops(product, at, known_at, scope))))
    return answer(status, offers, version, state, stopped=bool(stopped))


def _stops(product: Any, at: datetime, known_at: datetime | None, scope: Scope) -> list[ColumnElement[bool]]:
    """Of ``SaleStop``: in force then for a sale in ``scope``."""
    return [SaleStop.product_code == product, _valid(SaleStop, at, known_at), scope.stopped_by(SaleStop)]


def _valid(row: Any, at: datetime, known_at: datetime | None) -> ColumnElement[bool]:
    """Valid at ``at``, as was believed at ``known_at`` (None: by all that is known)."""
    then = and_(row.valid_from <= at, row.valid_to > at)
    if known_at is None:
        return and_(then, row.recorded_to == FOREVER)
    return and_(then, row.recorded_from <= known_at, row.recorded_to > known_at)


def _state_of(session: Session, product: str, version: int | None) -> str | None:
    if session.scalar(select(Product.code).where(Product.code == product)) is None:
        raise NotFound(NO_PRODUCT)
    if version is None:
        return None
    found = select(ProductVersion.state).where(ProductVersion.product_code == product, ProductVersion.number == version)
    state = session.scalar(found)
    if state is None:
        raise NotFound(NO_VERSION)
    return state


def on_sale_clause(at: datetime, known_at: datetime | None, scope: Scope | None) -> ColumnElement[bool]:
    """Of ``Product``: on sale then, in ``scope`` (None: anywhere)."""
    status, offer = aliased(ProductStatus), aliased(Availability)
    sold = [offer.product_code == Product.code, _valid(offer, at, known_at)]
    return and_(
        exists().where(status.product_code == Product.code, status.status == "on_sale", _valid(status, at, known_at)),
        exists().where(*sold, *([scope.where(offer)] if scope else [])),
        *([not_(exists().where(*_stops(Product.code, at, known_at, scope)))] if scope else []),
    )


def on_sale(
    session: Session,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
    scope: Scope | None = None,
    products: Sequence[str],
) -> dict[str, ProductVersion]:
    """The version on sale per product of ``products``, as was believed at ``known_at``.

    With a scope, the pilot version wins inside its own, and the newer one where its wave has come; without one,
    the version in force is shown.
    """
    query: Any = (
        select(ProductVersion, Availability.pilot)
        .join(Availability, Availability.version_id == ProductVersion.id)
        .where(
            Availability.product_code.in_(products),
            _valid(Availability, as_of, known_at),
            *([scope.where(Availability)] if scope else []),
        )
    )
    offers: dict[str, dict[tuple[bool, bool, int], ProductVersion]] = defaultdict(dict)
    for version, pilot in session.execute(query):
        in_force = version.valid_from is not None and version.valid_from <= as_of
        rank = (pilot, False) if scope else (not pilot, in_force)
        offers[version.product_code][(*rank, version.number)] = version
    return {code: found[max(found)] for code, found in offers.items()}


def availability_of(session: Session, product: str, *, at: datetime) -> list[tuple[Availability, ProductVersion]]:
    """Cells of the product that are, or will be, on sale, as believed now."""
    rows = session.execute(
        select(Availability, ProductVersion)
        .join(ProductVersion, ProductVersion.id == Availability.version_id)
        .where(
            Availability.product_code == product,
            Availability.recorded_to == FOREVER,
            Availability.valid_to > at,
        )
        .order_by(Availability.valid_from, ProductVersion.number, Availability.id)
    )
    return [(row, version) for row, version in rows]


def stops_of(session: Session, product: str, *, at: datetime) -> list[SaleStop]:
    """Where sales of the product are stopped at ``at``, by all that is known, the latest stop first."""
    found = select(SaleStop).where(SaleStop.product_code == product, _valid(SaleStop, at, None))
    return list(session.scalars(found.order_by(SaleStop.valid_from.desc(), SaleStop.id)))


def unit_paths(session: Session) -> dict[str, str]:
    """Unit code → its path in the tree."""
    return {code: path for code, path in session.execute(select(OrganisationUnit.code, OrganisationUnit.path))}


def saleable(session: Session, versions: Sequence[ProductVersion], *, at: datetime) -> dict[str, list[Cell]]:
    """Product → where it is on sale at ``at`` or later beside pilots, and where ``versions`` say it is to be sold."""
    rows = select(Availability).where(
        Availability.product_code.in_([v.product_code for v in versions]),
        Availability.pilot.is_(False),
        Availability.recorded_to == FOREVER,
        Availability.valid_to > at,
    )
    found = {v.product_code: cells((v.content.get("availability") or {}).get("scopes", ())) for v in versions}
    for row in session.scalars(rows):
        found[row.product_code].append(Cell(row.unit, row.channel, row.customer_group))
    return {code: list(dict.fromkeys(several)) for code, several in found.items()}
