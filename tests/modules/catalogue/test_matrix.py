"""The on-sale matrix says of every unit, channel and group what the one gate says of a sale there."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import select

from app.identity.models import OrganisationUnit
from app.kernel.database import end_read, session, unit_of_work
from app.modules.catalogue.models import FOREVER, Availability, ProductVersion, SaleStop
from app.modules.catalogue.queries import may_sell
from app.modules.catalogue.queries.matrix import Matrix, matrix
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS
from tests.modules.changes.conftest import bank, play
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.play import BEGIN, Play
from tests.shell.conftest import sign_in
from tests.shell.test_crawl import _complaints as complaints
from tests.statements import counted

__all__ = ["bank", "play"]
SCOPES = [{"units": ["SH"], "channels": ["branch", "mobile"]}, {"channels": ["online"], "groups": ["mass", "young"]}]


@pytest.fixture
def sold(play: Play) -> datetime:
    """A deposit on sale in two scopes, with a pilot version in one branch for one group, and a stop."""
    content = {**deepcopy(dict(TIME_DEPOSIT)), "availability": {"scopes": SCOPES}}
    play.sell({"TD": content})
    play.draft({"TD": content})
    with unit_of_work() as uow:
        pilot = uow.scalars(select(ProductVersion).where(ProductVersion.number == 2)).one()
        until = {"valid_to": FOREVER, "recorded_from": BEGIN, "recorded_to": FOREVER}
        uow.add(
            Availability(product_code="TD", version_id=pilot.id, pilot=True, unit="SH", channel=None,
                         customer_group="mass", valid_from=BEGIN, **until)
        )  # fmt: skip
    return BEGIN + timedelta(days=1)


def stop(**scope: str) -> None:
    given: dict[str, Any] = {"unit": None, "channel": None, "customer_group": None, **scope}
    columns = {c.key for c in SaleStop.__table__.columns}
    more = {"cause": "S-1", "reason": "x", "by": "xu.feng"}
    row = {**given, "product_code": "TD", "valid_from": BEGIN, "valid_to": FOREVER, "recorded_from": BEGIN,
           "recorded_to": FOREVER, **{k: v for k, v in more.items() if k in columns}}  # fmt: skip
    with unit_of_work() as uow:
        uow.add(SaleStop(**row))


def shown(at: datetime, **asked: Any) -> Matrix:
    end_read()
    return matrix(session(), "TD", at=at, **asked)


def agrees(at: datetime) -> None:
    """Every cell of the unfolded matrix against ``may_sell``."""
    found = {row.unit.code: row for row in shown(at, folded=False).rows}
    for unit in session().scalars(select(OrganisationUnit.code)):
        for channel in CHANNELS:
            said = {group: sold.version for sold in found[unit].channels[channel] for group in sold.groups}
            for group in CUSTOMER_GROUPS:
                answer = may_sell(session(), product="TD", at=at, unit=unit, channel=channel, group=group)
                assert said.get(group) == (answer.version if answer.allowed else None), (unit, channel, group)


def test_every_cell_is_what_the_gate_says(sold: datetime) -> None:
    agrees(sold)
    agrees(BEGIN - timedelta(seconds=1))


def test_a_stop_shows_as_suspended(sold: datetime) -> None:
    stop(unit="SH", channel="branch")
    agrees(sold)
    row = next(r for r in shown(sold).rows if r.unit.code == "SH")
    assert [cell.version for cell in row.channels["branch"]] == [None]


def test_units_that_sell_the_same_as_the_one_above_are_folded(sold: datetime) -> None:
    every, folded = shown(sold, folded=False), shown(sold)
    assert [row.unit.code for row in folded.rows] == ["HO", "SH"]
    assert len(folded.rows) + sum(row.alike for row in folded.rows) == len(every.rows)


def test_the_past_is_asked_as_it_was_known(sold: datetime) -> None:
    assert shown(sold, known_at=BEGIN - timedelta(seconds=1)).pilots == frozenset()
    assert shown(sold).pilots == {2}
    assert shown(datetime(2020, 1, 1, tzinfo=UTC)).status is None


def test_a_matrix_takes_four_statements(sold: datetime) -> None:
    end_read()
    with counted() as said:
        matrix(session(), "TD", at=sold)
    assert len([s for s in said if s.startswith("SELECT")]) == 4


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_speaks_both_languages_and_explains_wrong_days(bank: Flask, sold: datetime, language: str) -> None:
    client = bank.test_client()
    client.set_cookie("language", language)
    sign_in(client, "lin.yue")
    path = "/products/TD/on-sale"
    answer = client.get(f"{path}?as_of=2026-11-25&all=true")
    assert answer.status_code == 200
    page = lxml.html.fromstring(answer.text)
    assert len(page.xpath("//table[contains(@class, 'matrix')]/tbody/tr")) > 2
    assert not list(complaints(page, language))
    assert client.get(f"{path}?as_of=2020-01-01").status_code == 200
    for wrong in ("soon", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert client.get(f"{path}?as_of={wrong}").status_code == 422
        assert client.get(f"{path}?known_at={wrong}").status_code == 422
    assert client.get("/products/NONE/on-sale").status_code == 404
