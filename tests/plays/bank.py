"""Where a play takes place: the demo bank with a few products, and the instant it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import ROOT
from app.identity.actors import Actor
from app.identity.demo import PEOPLE, seed_people
from app.identity.services import actor_named
from app.kernel.database import end_read, session
from app.modules.catalogue.models import Product
from app.modules.catalogue.services.imports import import_records
from app.modules.catalogue.services.reading import read_json, unwrap
from app.workflow.decisions.services import seed_tables
from app.workflow.deployments.services import seed as seed_processes
from tests.processes.bank import GOLD, LOAN, TIME_DEPOSIT, WEALTH, person, put_on_sale

BEGIN = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""A Monday morning in Shanghai."""
PUBLISHED = ROOT / "app" / "modules" / "catalogue" / "data" / "cdr" / "online_term_deposit.json"
UNITS = ("HO", "SH", "SH01", "SH02", "BJ", "BJ01", "SZ", "SZ01")
CHANNELS = ("branch", "mobile")
GROUPS = ("mass", "affluent", "young")

LIMITED: Mapping[str, Any] = {
    **deepcopy(dict(TIME_DEPOSIT)),
    "availability": {"scopes": [{"units": ["SH", "BJ"]}]},
}
"""A deposit that two branches sell."""


@dataclass
class Bank:
    """The state of a play that stands in no table."""

    now: datetime = BEGIN
    actors: Mapping[str, Actor] = field(default_factory=dict)
    approved: dict[tuple[str, int], str] = field(default_factory=dict)
    """Version → the hash under which it was first seen as approved."""

    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """Audit chain → its length and head when it was last looked at."""

    last_link: int = 0
    """The link that was written last of all by then."""

    def pass_time(self, by: timedelta) -> None:
        self.now += by

    def anybody(self, chance: Random) -> Actor:
        return self.actors[chance.choice(sorted(self.actors))]


def people() -> dict[str, Actor]:
    found = {p.username: actor_named(session(), p.username) for p in PEOPLE}
    end_read()
    return {username: actor for username, actor in found.items() if actor is not None}


def seed(uow: Session) -> None:
    """People, tables and drawings as they ship; deposits, one limited and one imported, a loan, wealth and gold."""
    seed_people(uow)
    uow.flush()
    seed_tables(uow, folder=ROOT / "rules", now=BEGIN)
    seed_processes(uow, folder=ROOT / "processes", now=BEGIN)
    owner, since = person(uow, "zhao.heng"), BEGIN - timedelta(days=30)
    put_on_sale(uow, "TD", TIME_DEPOSIT, owner, since)
    put_on_sale(uow, "LIM", LIMITED, owner, since)
    put_on_sale(uow, "LOAN", LOAN, person(uow, "wu.lan"), since)
    put_on_sale(uow, "BOND", WEALTH, person(uow, "tang.wei"), since)
    put_on_sale(uow, "GOLD", GOLD, person(uow, "tang.wei"), since)
    import_records(uow, published(), actor=owner, now=since)


def published() -> list[Any]:
    """The record of the product that is imported."""
    return unwrap(read_json(PUBLISHED.read_bytes()))


def codes() -> Sequence[str]:
    found = session().scalars(select(Product.code).order_by(Product.code)).all()
    end_read()
    return found


def place(chance: Random) -> dict[str, str | None]:
    """Where somebody would buy."""
    return {
        "unit": chance.choice((None, *UNITS)),
        "channel": chance.choice((None, *CHANNELS)),
        "group": chance.choice((None, *GROUPS)),
    }
