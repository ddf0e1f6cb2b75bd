"""The on-sale matrix of a product: which version is sold in which unit, through which channel, to which group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import OrganisationUnit
from app.modules.catalogue.models import Availability, ProductStatus, ProductVersion, SaleStop
from app.modules.catalogue.queries.sale import Scope, _valid
from app.modules.catalogue.rules.sale import Offer, SaleAnswer, answer
from app.modules.catalogue.rules.scopes import ancestors
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS

Groups = tuple[str, ...]


@dataclass(frozen=True)
class Sold:
    """The groups to which one version is sold; no version where sales to them are suspended."""

    version: int | None
    pilot: bool
    groups: Groups

    @property
    def everybody(self) -> bool:
        return not self.without

    @property
    def without(self) -> Groups:
        """The groups to which this is not what is sold."""
        return tuple(group for group in CUSTOMER_GROUPS if group not in self.groups)


@dataclass(frozen=True)
class UnitRow:
    """One unit with what is sold there, by channel. ``alike``: how many units below it are exactly like it."""

    unit: OrganisationUnit
    depth: int
    channels: Mapping[str, Sequence[Sold]]
    alike: int = 0


@dataclass(frozen=True)
class Matrix:
    rows: Sequence[UnitRow]
    status: str | None
    pilots: frozenset[int]


@dataclass(frozen=True)
class _Then:
    """All that was on offer, and stopped, at an instant."""

    status: str | None
    offers: Sequence[tuple[Availability, int]]
    stops: Sequence[SaleStop]

    def sold(self, units: tuple[str, ...], channel: str, group: str) -> SaleAnswer:
        """The answer of the one gate, as ``may_sell`` gives it for this sale."""
        scope = Scope(units, channel, group)
        offers = [Offer(number, row.pilot, scope.fits(row)) for row, number in self.offers]
        stopped = any(scope.fits(stop) for stop in self.stops)  # type: ignore[arg-type]
        return answer(self.status, offers, None, stopped=stopped)


def matrix(
    session: Session, product: str, *, at: datetime, known_at: datetime | None = None, folded: bool = True
) -> Matrix:
    """What was on sale at ``at``, by what was known at ``known_at``: four statements for all units.

    ``folded``: a unit that sells exactly what the unit above it sells is only counted there.
    """
    then = _then(session, product, at, known_at)
    pilots = frozenset(number for row, number in then.offers if row.pilot)
    units = session.scalars(select(OrganisationUnit).order_by(OrganisationUnit.path)).all()
    kept: dict[tuple[str, ...], Mapping[str, Sequence[Sold]]] = {}
    rows = [_row(unit, then, pilots, kept) for unit in units]
    return Matrix(_folded(rows) if folded else rows, then.status, pilots)


def _then(session: Session, product: str, at: datetime, known_at: datetime | None) -> _Then:
    status = select(ProductStatus.status).where(
        ProductStatus.product_code == product, _valid(ProductStatus, at, known_at)
    )
    offers = session.execute(
        select(Availability, ProductVersion.number)
        .join(ProductVersion, ProductVersion.id == Availability.version_id)
        .where(Availability.product_code == product, _valid(Availability, at, known_at))
    ).all()
    stops = select(SaleStop).where(SaleStop.product_code == product, _valid(SaleStop, at, known_at))
    return _Then(session.scalar(status), [(row, number) for row, number in offers], session.scalars(stops).all())


def _row(
    unit: OrganisationUnit,
    then: _Then,
    pilots: frozenset[int],
    kept: dict[tuple[str, ...], Mapping[str, Sequence[Sold]]],
) -> UnitRow:
    """Units that no row names are alike where the named ones above them are: they are worked out once."""
    path = tuple(ancestors(unit.path))
    named = {row.unit for row, _ in then.offers} | {stop.unit for stop in then.stops}
    relevant = tuple(code for code in path if code in named)
    if relevant not in kept:
        kept[relevant] = {channel: _sold(then, pilots, relevant, channel) for channel in CHANNELS}
    return UnitRow(unit, len(path) - 1, kept[relevant])


def _sold(then: _Then, pilots: frozenset[int], units: tuple[str, ...], channel: str) -> list[Sold]:
    found: dict[int | None, list[str]] = {}
    for group in CUSTOMER_GROUPS:
        said = then.sold(units, channel, group)
        if said.version is not None:
            found.setdefault(said.version if said.allowed else None, []).append(group)
    return [Sold(version, version in pilots, tuple(groups)) for version, groups in found.items()]


def _folded(rows: Sequence[UnitRow]) -> list[UnitRow]:
    shown: dict[str, UnitRow] = {}
    for row in rows:
        above = next((shown[code] for code in reversed(ancestors(row.unit.path)[:-1]) if code in shown), None)
        if above is not None and above.channels == row.channels:
            code = above.unit.code
            shown[code] = UnitRow(above.unit, above.depth, above.channels, above.alike + 1)
        else:
            shown[row.unit.code] = row
    return list(shown.values())
