"""As-of and known-at answers out of the tables, against those worked out from the audit chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import FOREVER, Product
from app.modules.catalogue.queries import may_sell, resolve_scope, status_at, version_in_force
from tests.plays.bank import Bank, place
from tests.plays.replay import Story, chain_of


def answers_agree(session: Session, bank: Bank, chance: Random, probes: int, products: int | None = 1) -> Iterator[str]:
    """Random questions about some products (None: all)."""
    codes = session.scalars(select(Product.code).order_by(Product.code)).all()
    for code in chance.sample(codes, products or len(codes)):
        chain = chain_of(session, code)
        every = sorted(chain.story(None).moments)
        for _ in range(probes):
            known_at = chance.choice([None, None, *(event.at for event in chain.events)])
            at = chance.choice([*every, bank.now]) + timedelta(microseconds=chance.choice((-1, 0, 1)))
            yield from _compared(session, code, chain.story(known_at), at, known_at, place(chance))


def _compared(
    session: Session, code: str, story: Story, at: datetime, known_at: datetime | None, where: dict[str, Any]
) -> Iterator[str]:
    yield from (f"{code}: {sentence}" for sentence in story.wrong)
    if at >= FOREVER:
        return
    scope = resolve_scope(session, **where)
    told = may_sell(session, product=code, at=at, known_at=known_at, **where)
    worked_out = story.may_sell(at, (scope.units, scope.channel, scope.group))
    if told != worked_out:
        yield f"{code} at {at} known at {known_at} in {where}: {told}, by the chain {worked_out}"
    if known_at is not None:
        return
    status = status_at(session, code, at)
    if status != story.status(at):
        yield f"{code} at {at}: {status}, by the chain {story.status(at)}"
    live = version_in_force(session, code, at=at)
    if (live.number if live else None) != story.in_force(at):
        yield f"{code} at {at}: version {live and live.number} in force, by the chain {story.in_force(at)}"
