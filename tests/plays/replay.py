"""What the audit chain of a product says of its sale: worked out from the links alone, beside the tables.

The chain tells which version was published, piloted, rolled back or ended, and
when; the content of a version is read from its row, which the chain's hash binds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEvent
from app.modules.catalogue.models import FOREVER, ProductVersion
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.rules.sale import Offer, SaleAnswer, answer
from app.modules.catalogue.rules.scopes import Cell, cells
from app.modules.catalogue.rules.values import parse_instant

Place = tuple[tuple[str, ...] | None, str | None, str | None]
"""Units from the whole bank down to the one asked for, channel, customer group; None: not told."""


@dataclass(frozen=True)
class Selling:
    """One version in one cell for a time."""

    version: int
    pilot: bool
    cell: Cell
    start: datetime
    end: datetime

    def at(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


@dataclass
class Story:
    """What was believed of a product once some links of its chain were written."""

    contents: Mapping[int, Mapping[str, Any]]
    hashes: Mapping[int, str]
    statuses: list[tuple[datetime, str]] = field(default_factory=list)
    """From when on, which; in order."""
    selling: list[Selling] = field(default_factory=list)
    published: dict[int, tuple[datetime, datetime]] = field(default_factory=dict)
    stops: dict[str, tuple[datetime, list[Cell]]] = field(default_factory=dict)
    past_stops: list[tuple[datetime, datetime, list[Cell]]] = field(default_factory=list)
    moments: set[datetime] = field(default_factory=set)
    """Instants at which an answer may change."""
    wrong: list[str] = field(default_factory=list)
    """What the chain says of contents that are others now."""

    def take(self, event: AuditEvent) -> None:
        said = event.payload or {}
        self.moments.add(event.at)
        if "effective" in said and "new" in said:
            self.moments.add(parse_instant(said["effective"]))
        if event.action in _TOLD:
            _TOLD[event.action](self, event, said)
        if event.action.startswith("product.") and said.get("new") in _STATUSES:
            self._status(parse_instant(said["effective"]) if "effective" in said else event.at, said["new"])

    def _status(self, since: datetime, status: str) -> None:
        self.statuses = [(start, old) for start, old in self.statuses if start < since] + [(since, status)]

    def cut(self, versions: Iterable[int], at: datetime) -> None:
        """Nothing of these is sold from ``at`` on."""
        gone = set(versions)
        kept = [s if s.version not in gone or s.end <= at else replace(s, end=at) for s in self.selling]
        self.selling = [s for s in kept if s.start < s.end]

    def sell_as_written(self, version: int, since: datetime) -> None:
        written = self.contents[version].get("availability") or {}
        start = max(since, parse_instant(written["sale_from"])) if "sale_from" in written else since
        end = parse_instant(written["sale_until"]) if "sale_until" in written else FOREVER
        self.sell(version, False, cells(written.get("scopes", ())), start, end)

    def sell(self, version: int, pilot: bool, where: Iterable[Cell], start: datetime, end: datetime) -> None:
        self.moments |= {start, end}
        self.selling += [Selling(version, pilot, cell, start, end) for cell in where if start < end]

    # Answers

    def status(self, at: datetime) -> str | None:
        return next((status for start, status in reversed(self.statuses) if start <= at), None)

    def in_force(self, at: datetime) -> int | None:
        return next((v for v, (start, end) in self.published.items() if start <= at < end), None)

    def may_sell(self, at: datetime, place: Place) -> SaleAnswer:
        offers = [Offer(s.version, s.pilot, _fits(s.cell, place)) for s in self.selling if s.at(at)]
        stops = [where for since, where in self.stops.values() if since <= at]
        stops += [where for since, until, where in self.past_stops if since <= at < until]
        stopped = any(_touches(cell, place) for where in stops for cell in where)
        return answer(self.status(at), offers, None, stopped=stopped)


def _fits(cell: Cell, place: Place) -> bool:
    units, channel, group = place
    return (
        (cell.unit is None or cell.unit in (units or ()))
        and cell.channel in (None, channel)
        and cell.group in (None, group)
    )


def _touches(cell: Cell, place: Place) -> bool:
    units, channel, group = place
    return (
        (units is None or cell.unit is None or cell.unit in units)
        and (channel is None or cell.channel in (None, channel))
        and (group is None or cell.group in (None, group))
    )


def _loaded(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    since = parse_instant(said["effective"])
    _same_content(story, said)
    story.published[said["version"]] = (since, FOREVER)
    story.sell_as_written(said["version"], since)


def _published(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    since = parse_instant(said["effective"])
    _same_content(story, said)
    for old in said["replaces"]:
        story.published[old] = (story.published[old][0], since)
    story.published[said["version"]] = (since, FOREVER)
    story.cut([said["version"], *said["replaces"]], since)
    story.sell_as_written(said["version"], since)
    for wave in said.get("waves", ()):
        times = (parse_instant(wave["from"]), parse_instant(wave["until"]))
        story.sell(said["version"], False, cells(wave["scopes"]), *times)


def _same_content(story: Story, said: Mapping[str, Any]) -> None:
    if said["content_hash"] != story.hashes[said["version"]]:
        story.wrong.append(f"version {said['version']} is not what the chain says went live")


def _piloted(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    story.sell(said["version"], True, cells(said["scopes"]), event.at, parse_instant(said["until"]))


def _extended(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    until, version = parse_instant(said["until"]), said["version"]
    mine = [s for s in story.selling if s.version == version]
    last = {s.cell: s for s in sorted(mine, key=lambda s: s.end)}.values()
    again = [replace(s, end=until) if s.end > event.at else replace(s, start=event.at, end=until) for s in last]
    replaced = [s for s in last if s.end > event.at]
    story.selling = [s for s in story.selling if s not in replaced] + again
    story.moments.add(until)


def _closed(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    if not said["passed"]:
        story.cut([said["version"]], event.at)


def _left(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    story.cut([said["version"]], event.at)


def _created(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    story._status(event.at, "concept")


def _off_sale(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    story.cut({s.version for s in story.selling}, parse_instant(said["effective"]))


def _suspended(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    story.stops[said.get("cause", "")] = (event.at, cells(said.get("scopes", ())))


def _resumed(story: Story, event: AuditEvent, said: Mapping[str, Any]) -> None:
    since, where = story.stops.pop(said.get("cause", ""))
    story.past_stops.append((since, event.at, where))


_STATUSES = frozenset({"concept", "design", "test", "on_sale", "suspended", "off_sale", "exiting", "retired"})
_TOLD: Mapping[str, Callable[[Story, AuditEvent, Mapping[str, Any]], None]] = {
    "product.created": _created,
    "product.opening_load": _loaded,
    "version.published": _published,
    "pilot.opened": _piloted,
    "pilot.extended": _extended,
    "pilot.closed": _closed,
    "version.rejected": _left,
    "version.withdrawn": _left,
    "product.take_off_sale": _off_sale,
    "product.suspend": _suspended,
    "product.suspend_scope": _suspended,
    "product.resume": _resumed,
    "product.resume_scope": _resumed,
}


@dataclass(frozen=True)
class Chain:
    """The links of a product's chain, in order, and what its versions hold."""

    events: Sequence[AuditEvent]
    contents: Mapping[int, Mapping[str, Any]]

    def story(self, known_at: datetime | None) -> Story:
        """What was believed at an instant; None: what is believed now."""
        story = Story(self.contents, {number: content_hash(content) for number, content in self.contents.items()})
        for event in self.events:
            if known_at is None or event.at <= known_at:
                story.take(event)
        return story


def chain_of(session: Session, product: str) -> Chain:
    events = select(AuditEvent).where(AuditEvent.stream == f"product:{product}").order_by(AuditEvent.number)
    versions = select(ProductVersion.number, ProductVersion.content).where(ProductVersion.product_code == product)
    return Chain(
        session.scalars(events).all(),
        {number: content for number, content in session.execute(versions)},
    )
