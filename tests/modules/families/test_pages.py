"""A family on its pages, in both languages: founded, widened, described, and a plan agreed and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import lxml.html
import pytest
from flask.testing import FlaskClient

from app.kernel import clock
from tests.modules.development.test_costing_pages import as_person, send
from tests.modules.families.test_families import RATE
from tests.shell.test_crawl import _complaints as complaints

__all__ = ["as_person"]
PATH = "/products/tiers"
ONE = f"{PATH}/TD"
NEW = {"base": "TD", "tier": "mass", "names/zh": "定期存款分层"}


def wrong_at(page: str, field: str) -> str:
    """What stands beside a field that was refused."""
    return str(lxml.html.fromstring(page).get_element_by_id(f"f-{field}-error").text_content()).strip()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_family_lives_on_its_pages(as_person: Callable[..., FlaskClient], language: str) -> None:
    owner = as_person("lin.yue", language)
    assert wrong_at(send(owner, f"{PATH}/new", {**NEW, "base": "NONE"}).text, "base")
    assert send(owner, f"{PATH}/new", NEW).location == ONE
    existing = {"way": "existing", "product": "TD2", "tier": "mass"}
    assert wrong_at(send(owner, f"{ONE}/variants/new", existing).text, "tier")
    variant = send(owner, f"{ONE}/variants/new", {**existing, "tier": "private"}).location
    assert variant == f"{ONE}/variants/TD2"
    copy = {"way": "copy", "product": "TD9", "tier": "young", "name/zh": "青年版"}
    assert send(owner, f"{ONE}/variants/new", copy).status_code == 303
    page = owner.get(variant).text
    place = lxml.html.fromstring(page).xpath(f"//input[@value='{RATE}']/@name")[0].split("/")[1]
    seen = str(lxml.html.fromstring(page).xpath("//input[@name='seen']/@value")[0])
    service = {"services/1/key": "lounge", "services/1/zh": "贵宾厅", "seen": seen}
    ends = {f"paths/{place}": RATE, f"corridors/{place}/low": "2", f"corridors/{place}/high": "1.75"}
    refused = send(owner, variant, {**service, **ends}).text
    assert lxml.html.fromstring(refused).xpath(f"//input[@name='corridors/{place}/low'][@aria-invalid]")
    assert send(owner, variant, {**service, **ends, f"corridors/{place}/low": "1.5"}).status_code == 303
    assert send(owner, variant, {**service, **ends}).status_code == 412
    day = clock.accounting_date(clock.now())
    dates = {"valid_from": str(day), "valid_to": str(day + timedelta(days=90))}
    plan = {"product": "TD2", "segment": "private", "services": "lounge", "paths/0": RATE, **dates}
    form = f"{ONE}/plans/new?product=TD2&segment=private"
    assert wrong_at(send(owner, f"{ONE}/plans/new", {**plan, "deviations/0": "1.8"}, form).text, "deviations-0")
    assert send(owner, f"{ONE}/plans/new", {**plan, "deviations/0": "1.7"}, form).status_code == 303
    assert "1.7" in owner.get(ONE).text
    for path in (PATH, f"{PATH}/new", ONE, f"{ONE}/variants/new", variant, form):
        assert list(complaints(lxml.html.fromstring(owner.get(path).text), language)) == []
    assert send(owner, f"{ONE}/plans/1/end", {"reason": "Over"}, ONE).status_code == 303
    assert send(owner, f"{ONE}/plans/1/end", {"reason": "Over"}, ONE).status_code == 409
    left = {"reason": "Not sold any more", "seen": seen}
    assert send(owner, f"{variant}/leave", left, variant).status_code == 412
