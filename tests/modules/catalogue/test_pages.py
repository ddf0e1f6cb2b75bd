"""The pages of the catalogue, in both languages."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.identity.demo import DEMO_PASSWORD, seed_people
from app.kernel.database import end_read, session
from app.modules.catalogue import queries
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.services import load_demo, run_jobs
from tests.modules.catalogue.conftest import NOW, cdr_record

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Browser:
    """A signed-in person."""

    def __init__(self, app: Flask, username: str):
        self.client = app.test_client()
        form = {"username": username, "password": DEMO_PASSWORD, "csrf_token": self._token("/sign-in")}
        assert self.client.post("/sign-in", data=form).status_code == 302

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.client.get(path).text)
        assert found
        return found[1]

    def get(self, path: str, status: int = 200, language: str = "en") -> str:
        answer = self.client.get(path, headers={"Accept-Language": language})
        assert answer.status_code == status, answer.text[-3000:]
        return answer.text

    def post(self, path: str, data: dict[str, Any]) -> Any:
        return self.client.post(path, data={"csrf_token": self._token("/products"), **data})


@pytest.fixture
def lin(seeded: Callable[..., Flask]) -> Browser:
    """A product manager of personal banking, in the demo bank."""
    return Browser(seeded(seed_people, products), "lin.yue")


def products(uow: Session) -> None:
    load_demo(uow, NOW)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_opens(lin: Browser, language: str) -> None:
    codes = ("CN-TD", "CN-BOND-R2", "CN-CARD-PREMIUM", "CN-GOLD", "CN-WORKING-CAPITAL", "emhl_inv", "superrate_account")
    paths = [
        "/products",
        "/products?family=deposit&sort=code",
        "/products/on-sale",
        "/products/import",
        "/products/new",
    ]
    paths += [f"/products/{code}" for code in codes]
    paths += [f"/products/{code}/versions/1" for code in codes]
    paths += ["/products/CN-TD/versions/1/difference/2", "/products/new/wealth_bond", "/products?q=zzz"]
    for path in paths:
        page = lin.get(path, language=language)
        assert "{" not in re.sub(r"<meta[^>]*>|hx-headers='[^']*'", "", page), path


def test_the_product_page_says_in_plain_words_what_is_on_sale(lin: Browser) -> None:
    page = lin.get("/products/CN-TD")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)).replace("\u00a0", " ")
    assert "0.65 % – 1.3 % per year, ACT/360" in words
    assert "3 months – 5 years" in words
    assert "¥50" in words
    assert "Rates (6) compare with version 1" in words


def test_the_difference_is_told_by_word_and_shape(lin: Browser) -> None:
    page = lin.get("/products/CN-TD/versions/1/difference/2")
    assert page.count("≠ Changed") == 6
    assert "= Unchanged" in page
    assert "<details" in page


def test_what_was_on_sale_depends_on_day_unit_channel_and_group(lin: Browser) -> None:
    affluent = lin.get("/products/on-sale?unit=SH01&channel=branch&group=affluent")
    assert "CN-CD" in affluent
    assert "CN-CARD-PREMIUM" not in affluent
    assert "CN-CD" not in lin.get("/products/on-sale?as_of=2024-01-01&unit=SH01&channel=branch&group=affluent")
    assert "Must be a day" in lin.get("/products/on-sale?as_of=soon")


def test_an_import_reports_line_by_line(lin: Browser) -> None:
    good = {**cdr_record("trust_account"), "productId": "fresh"}
    bad = {**cdr_record("trust_account"), "productId": "broken", "fees": 3}
    files = [(io.BytesIO(json.dumps(r).encode()), f"{n}.json") for n, r in enumerate((good, bad))]
    page = lin.post("/products/import", {"files": files})
    assert page.status_code == 200
    assert '<code translate="no">/fees</code> Must be a list.' in page.text
    assert "/products/fresh" in page.text
    assert lin.post("/products/import", {"records": "{"}).status_code == 422
    assert lin.post("/products/import", {}).status_code == 422


def test_a_big_import_shows_its_progress(lin: Browser) -> None:
    records = [{**cdr_record("trust_account"), "productId": f"P{n}"} for n in range(501)]
    answer = lin.post("/products/import", {"records": json.dumps(records)})
    assert answer.status_code == 302
    assert "0 / 501" in lin.get(answer.location)
    end_read()
    run_jobs(now=NOW, limit=1)
    assert "50 / 501" in lin.get(answer.location)


def test_a_product_is_created_in_steps(lin: Browser) -> None:
    basics = {"code": "TD-NEW", "owner_department": "personal_banking", "basics/name/zh": "新定期"}
    answer = lin.post("/products/new/time_deposit", basics)
    assert (answer.status_code, answer.location) == (302, "/products/TD-NEW/draft/terms")
    seen = re.search(r'name="seen" value="([^"]+)"', lin.get(answer.location))
    assert seen
    terms = {"seen": seen[1], "terms/currency": "CNY", "terms/minimum/amount": "1,000", "terms/minimum/currency": "cny"}
    assert lin.post(answer.location, terms).location == "/products/TD-NEW/draft/rates"
    rates = {
        "rates/tiers/0/kind": "fixed",
        "rates/tiers/0/term": "P1Y",
        "rates/tiers/0/rate/value": "1.25",
        "rates/tiers/0/rate/day_count": "ACT/360",
        "rates/tiers/1/kind": "fixed",
    }
    assert lin.post("/products/TD-NEW/draft/rates", rates).location == "/products/TD-NEW/draft/check"
    assert "1.25" in lin.get("/products/TD-NEW/draft/check")
    draft = session().query(ProductVersion).filter_by(product_code="TD-NEW").one()
    assert draft.content["terms"]["minimum"] == {"amount": "1000", "currency": "CNY"}
    assert draft.content["rates"]["tiers"][0]["rate"]["value"] == "1.25"
    assert queries.status_at(session(), "TD-NEW", NOW.replace(year=2027)) == "concept"
    assert "1.25" in lin.get("/products/TD-NEW/draft/rates")


def test_an_error_stands_beside_its_field_and_keeps_what_was_typed(lin: Browser) -> None:
    answer = lin.post("/products/new/wealth_bond", {"code": "no good", "basics/name/zh": "稳"})
    assert answer.status_code == 422
    assert 'value="no good"' in answer.text
    lin.post("/products/new/time_deposit", {"code": "TD-NEW", "basics/name/en": "New"})
    tiers = {}
    for place, (low, high) in enumerate((("0", "100"), ("50", ""))):
        name = f"rates/tiers/{place}"
        tiers |= {
            f"{name}/kind": "fixed",
            f"{name}/balance_from": low,
            f"{name}/balance_to": high,
            f"{name}/rate/value": "1",
        }
    answer = lin.post("/products/TD-NEW/draft/rates", tiers)
    assert answer.status_code == 422
    assert "Overlaps tier 1" in answer.text
    assert 'value="50"' in answer.text


def test_a_draft_that_somebody_else_changed_is_not_overwritten(lin: Browser) -> None:
    lin.post("/products/new/time_deposit", {"code": "TD-NEW", "basics/name/en": "New"})
    answer = lin.post("/products/TD-NEW/draft/terms", {"seen": "0" * 64, "terms/currency": "USD"})
    assert answer.status_code == 409


def test_who_may_not_create_or_import_is_told_so(lin: Browser, app: Flask) -> None:
    chen = Browser(app, "chen.rui")
    for path in ("/products/new", "/products/import", "/products/new/time_deposit"):
        chen.get(path, status=403)
    assert "/products/new" not in chen.get("/products")
    lin.get("/products/nope", status=404)
    lin.get("/products/CN-TD/draft/terms", status=404)
