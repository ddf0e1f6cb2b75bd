"""From the first entry to the launch: measured from the records, on the product and over all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.identity.actors import SYSTEM
from app.kernel.database import end_read, session, unit_of_work
from app.modules.catalogue import queries, services
from app.modules.catalogue.queries.launch_times import launch_times, launched_at
from app.modules.catalogue.services.imports import open_load
from app.modules.catalogue.views.base import elapsed
from tests.modules.catalogue.conftest import MANAGER, NOW, time_deposit


def launched(code: str, after: timedelta, **more: Any) -> None:
    """A product entered now that goes on sale some time later."""
    with unit_of_work() as uow:
        product, _ = services.create_product(uow, code=code, content=time_deposit(), actor=MANAGER, now=NOW, **more)
        open_load(uow, product, product_content(), actor=SYSTEM, now=NOW + after, since=NOW + after)


def product_content() -> dict[str, Any]:
    return time_deposit("0.01")


def test_the_time_to_launch_is_read_from_the_records(bank: Flask, api: Callable[..., Any]) -> None:
    with bank.app_context():
        for code, days in (("A", 1), ("B", 3), ("C", 10)):
            launched(code, timedelta(days=days))
        launched("IMPORTED", timedelta(days=2), source="cdr")
        later = NOW + timedelta(days=30)
        found = launch_times(session(), since=NOW, until=later)
        assert [time.product.code for time in found.each] == ["C", "B", "A"]
        assert (found.typical, found.shortest, found.longest) == tuple(timedelta(days=n) for n in (3, 1, 10))
        assert launch_times(session(), since=later, until=later).typical is None
        product = queries.product_by_code(session(), "B")
        assert launched_at(session(), product, NOW + timedelta(days=2)) is None
        assert launched_at(session(), product, later) == NOW + timedelta(days=3)
        end_read()
    period = {"since": NOW.isoformat(), "until": later.isoformat()}
    days = {name: n * 86400 for name, n in (("typical", 3), ("shortest", 1), ("longest", 10))}
    assert api("GET", "/launch-times", query_string=period).json == {"launched": 3, **days}
    assert api("GET", "/launch-times", query_string={"until": NOW.isoformat()}).json["typical"] is None


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(minutes=1), "1 minute"),
        (timedelta(0), "0 minutes"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=3, hours=4, minutes=9), "3 days 4 hours"),
    ],
)
def test_a_span_is_told_in_the_units_that_matter(app: Flask, span: timedelta, said: str) -> None:
    with app.test_request_context():
        assert elapsed(span) == said


def test_the_public_side_holds_nothing_internal(api: Any) -> None:
    low = {"value": "0.0456", "unit": "fraction", "period": "P1Y", "day_count": "ACT/365F"}
    content = {
        "type": "wealth_bond",
        "basics": {"name": {"zh": "稳健债券"}},
        "investment": {"direction": {"zh": "债券"}},
        "benchmark": {"basis": {"zh": "测算"}, "internal_low": low},
        "risk": {"seller_rating": "R2"},
    }
    with unit_of_work() as uow:
        product, _ = services.create_product(uow, code="W", content=content, actor=MANAGER, now=NOW)
        open_load(uow, product, content, actor=SYSTEM, now=NOW, since=NOW)
    assert "0.0456" in api("get", "/products/W").text
    shown = api("get", "/products/W/public")
    assert shown.json["content"]["benchmark"] == {"basis": {"zh": "测算"}}
    assert "0.0456" not in shown.text
    with unit_of_work() as uow:
        services.create_product(uow, code="X", content=content, actor=MANAGER, now=NOW)
    assert api("get", "/products/X/public").status_code == 404
