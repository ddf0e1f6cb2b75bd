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
from app.modules.catalogue.types import PRODUCT_TYPES
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
    card = lin.get("/products/CN-CARD-STD")
    assert all(said in card for said in ("Standard card", "Up to 56 days without interest.", "Daily spending."))
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


def begin(lin: Browser, **more: str) -> str:
    """A new time deposit; gives the address of its first step."""
    entered = {"code": "TD-NEW", "owner_department": "personal_banking", "content/basics/name/zh": "新定期", **more}
    answer = lin.post("/products/new/time_deposit", entered)
    assert (answer.status_code, answer.location) == (303, "/products/TD-NEW/draft/basics")
    return "/products/TD-NEW/draft"


def content_of(code: str) -> dict[str, Any]:
    end_read()
    return session().query(ProductVersion).filter_by(product_code=code).one().content


def test_a_product_is_created_in_steps(lin: Browser) -> None:
    draft = begin(lin)
    seen = re.search(r'name="seen" value="([^"]+)"', lin.get(f"{draft}/terms"))
    assert seen
    terms = {
        "seen": seen[1],
        "go": "next",
        "content/terms/currency": "CNY",
        "content/terms/minimum/amount": "5万",
        "content/terms/minimum/currency": "cny",
    }
    assert lin.post(f"{draft}/terms", terms).location == f"{draft}/rates"
    rates = {
        "go": "step:check",
        "content/rates/tiers/0/kind": "fixed",
        "content/rates/tiers/0/term": "1年",
        "content/rates/tiers/0/rate/value": "1.25",
        "content/rates/tiers/0/rate/day_count": "ACT/360",
        "content/rates/tiers/1/rate/unit": "fraction",
    }
    assert lin.post(f"{draft}/rates", rates).location == f"{draft}/check"
    assert "1.25" in lin.get(f"{draft}/check")
    content = content_of("TD-NEW")
    assert content["terms"]["minimum"] == {"amount": "50000", "currency": "CNY"}
    assert content["rates"]["tiers"][0]["rate"]["value"] == "0.0125"
    assert queries.status_at(session(), "TD-NEW", NOW.replace(year=2027)) == "concept"
    assert "1.25" in lin.get(f"{draft}/rates")


def test_every_step_of_every_type_opens(lin: Browser) -> None:
    for number, found in enumerate(PRODUCT_TYPES.values()):
        needed = {f"content/{g.key}/{a.key}": next(iter(a.choices), "-") for g, a in found.attributes() if a.required}
        phrases = {f"{name}/zh": "甲" for name in ("content/basics/name", "content/investment/direction")}
        entered = {"code": f"N-{number}", **needed, **phrases, "content/benchmark/basis/zh": "甲"}
        if found.key == "wealth_equity":
            entered["content/risk/seller_rating"] = "R4"
        answer = lin.post(f"/products/new/{found.key}", entered)
        assert answer.status_code == 303, found.key
        for step in [*(group.key for group in found.groups), "check"]:
            page = lin.get(f"/products/N-{number}/draft/{step}", language="zh")
            assert "{" not in re.sub(r"<meta[^>]*>|hx-headers='[^']*'", "", page), (found.key, step)


def test_a_template_brings_the_usual_terms(lin: Browser) -> None:
    draft = begin(lin, start="template:lump_sum")
    page = lin.get(f"{draft}/rates")
    assert [term in page for term in ("3 months", "6 months", "1 year", "2 years", "3 years", "5 years")] == [True] * 6
    assert "Everything that a submission needs is there." in page


def test_a_product_is_copied_under_another_name(lin: Browser) -> None:
    assert 'value="copy:CN-TD" selected' in lin.get("/products/new/time_deposit?like=CN-TD")
    begin(lin, start="copy:CN-TD")
    copied = content_of("TD-NEW")
    assert copied["basics"]["name"] == {"zh": "新定期"}
    live = queries.version_in_force(session(), "CN-TD", at=NOW)
    assert live is not None
    assert {**copied, "basics": live.content["basics"]} == live.content


def test_a_step_is_checked_as_it_is_typed(lin: Browser) -> None:
    draft = begin(lin)
    typed = {
        "content/terms/currency": "CNY",
        "content/terms/minimum/amount": "x",
        "content/terms/minimum/currency": "CNY",
    }
    said = lin.post(f"{draft}/terms/live", typed).text
    assert '<li data-fault="/content/terms/minimum/amount">Must be a number, such as 1.55.</li>' in said
    assert "Rates is needed before this is submitted." in re.sub(r"<[^>]+>", "", said)
    typed |= {"content/terms/customers": "personal", "content/terms/minimum/amount": "49"}
    said = lin.post(f"{draft}/terms/live", typed).text
    assert "Minimum amount is 49 CNY; it must be at least 50 CNY." in said


def test_rows_come_and_go_without_keeping_anything(lin: Browser) -> None:
    draft = begin(lin, start="template:lump_sum")
    row = "content/rates/tiers"
    rows = {f"{row}/{n}/kind": "fixed" for n in range(2)} | {f"{row}/{n}/rate/value": str(n + 1) for n in range(2)}
    added = lin.post(f"{draft}/rates", {**rows, "go": f"add:{row}"})
    assert added.status_code == 200
    assert f'name="{row}/2/rate/value"' in added.text
    dropped = lin.post(f"{draft}/rates", {**rows, "go": f"drop:{row}/0"}).text
    assert f'name="{row}/0/rate/value" inputmode="decimal" value="2"' in dropped
    assert len(content_of("TD-NEW")["rates"]["tiers"]) == 6


def test_an_error_stands_beside_its_field_and_keeps_what_was_typed(lin: Browser) -> None:
    answer = lin.post("/products/new/wealth_bond", {"code": "no good", "content/basics/name/zh": "稳"})
    assert answer.status_code == 422
    assert 'value="no good"' in answer.text
    unnamed = lin.post("/products/new/demand_deposit", {"code": "DD-NEW"})
    assert (unnamed.status_code, unnamed.text.count('data-pointer="/content/basics/name"')) == (422, 1)
    assert 'class="pair pair-alone wrong pair-phrase" data-pointer="/content/basics/name"' in unnamed.text
    draft = begin(lin)
    tiers = {}
    for place, (low, high) in enumerate((("0", "100"), ("50", ""))):
        name = f"content/rates/tiers/{place}"
        tiers |= {
            f"{name}/kind": "fixed",
            f"{name}/balance_from": low,
            f"{name}/balance_to": high,
            f"{name}/rate/value": "1",
        }
    answer = lin.post(f"{draft}/rates", tiers)
    assert answer.status_code == 422
    assert "Overlaps tier 1" in answer.text
    assert 'value="50"' in answer.text


def test_a_draft_that_somebody_else_changed_is_not_overwritten(lin: Browser) -> None:
    draft = begin(lin)
    answer = lin.post(f"{draft}/terms", {"seen": "0" * 64, "content/terms/currency": "USD"})
    assert answer.status_code == 409


def test_a_new_product_is_proposed_as_its_first_draft(lin: Browser) -> None:
    draft = begin(lin, start="template:lump_sum")
    assert 'action="/requests/new"' in lin.get(f"{draft}/check")
    answer = lin.post("/requests/new", {"product": "TD-NEW"})
    assert answer.status_code == 303
    assert content_of("TD-NEW")["rates"]


def test_who_may_not_create_or_import_is_told_so(lin: Browser, app: Flask) -> None:
    chen = Browser(app, "chen.rui")
    for path in ("/products/new", "/products/import", "/products/new/time_deposit"):
        chen.get(path, status=403)
    assert "/products/new" not in chen.get("/products")
    lin.get("/products/nope", status=404)
    lin.get("/products/CN-TD/draft/terms", status=404)
