"""Run as a process of its own by ``test_one_file``: everything that follows from one added file."""

from __future__ import annotations

from typing import Any

from app.bootstrap import create_app
from app.identity.demo import DEMO_PASSWORD, seed_people
from app.kernel.config import from_environment
from app.kernel.database import end_read, session, unit_of_work
from app.modules.catalogue import services
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.rules.difference import changed, difference
from app.modules.catalogue.rules.facts import facts
from app.modules.changes.rules import sheet
from tests.modules.catalogue.conftest import MANAGER, NOW, rate
from tests.modules.catalogue.test_pages import Browser

CONTENT = {
    "type": "gift_deposit",
    "basics": {"name": {"en": "Wedding deposit", "zh": "喜庆存款"}},
    "terms": {"currency": "CNY", "minimum": {"amount": "100", "currency": "CNY"}},
    "rates": {"tiers": [{"kind": "fixed", "term": "P1Y", "rate": rate("0.01")}]},
    "gift": {"side": "personal", "bonus": {"amount": "8", "currency": "CNY"}},
}


def main() -> None:
    app = create_app({**from_environment(), "DEMO": True, "SCHEDULER": False})
    with app.app_context(), unit_of_work() as uow:
        seed_people(uow)
    api = _api(app)
    described = {item["key"]: item for item in api("GET", "/product-types")["items"]}["gift_deposit"]
    assert [group["key"] for group in described["groups"]][3] == "gift"
    made = api("POST", "/products", {"code": "GIFT-1", "content": CONTENT}, status=201)
    assert made["type"] == "gift_deposit"
    too_much = {**CONTENT, "gift": {"bonus": {"amount": "89", "currency": "CNY"}}}
    refused = api("POST", "/products", {"code": "GIFT-2", "content": too_much}, status=422)
    assert refused["errors"][0]["pointer"] == "/content/gift/bonus"
    with app.app_context():
        _draft()
    changes = api("GET", "/products/GIFT-1/versions/1/difference/2")
    assert [c["path"] for c in changes["changes"] if c["kind"] == "changed"] == ["gift.bonus"]
    assert changes["facts"]["groups"] == ["gift", "features"]
    _pages(app)


def _api(app: Any) -> Any:
    client = app.test_client()
    answer = client.post("/api/v1/auth/token", json={"username": "lin.yue", "password": DEMO_PASSWORD})
    headers = {"Authorization": f"Bearer {answer.json['token']}"}

    def call(method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = client.open(f"/api/v1{path}", method=method, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json

    return call


def _draft() -> None:
    """A second version with a larger gift: what differs, and its line of the sheet."""
    larger = {**CONTENT, "gift": {**CONTENT["gift"], "bonus": {"amount": "18", "currency": "CNY"}}}  # type: ignore[dict-item]
    with unit_of_work() as uow:
        services.draft_version(uow, product_code="GIFT-1", content=larger, actor=MANAGER, now=NOW)
    end_read()
    old, new = (v.content for v in session().query(ProductVersion).order_by(ProductVersion.number))
    assert [c.path for c in changed(difference(old, new))] == ["gift.bonus"]
    assert facts(old, new)["changes"] == 1
    line = next(line for line in sheet.lines(old, new) if line.path == "gift.bonus")
    assert (line.labels["zh"], sheet.text_of(line, line.live), sheet.text_of(line, line.proposed)) == (
        "礼金",
        "8",
        "18",
    )
    end_read()


def _pages(app: Any) -> None:
    lin = Browser(app, "lin.yue")
    assert "Gift deposit" in lin.get("/products/new")
    assert "礼金存款" in lin.get("/products/new", language="zh")
    assert "Individuals" in lin.get("/products/GIFT-1/versions/1")
    assert "¥18" in lin.get("/products/GIFT-1/versions/1/difference/2")
    entered = {"code": "GIFT-3", "content/basics/name/en": "Birth deposit", "start": "copy:GIFT-1"}
    assert lin.post("/products/new/gift_deposit", entered).status_code == 303
    page = lin.get("/products/GIFT-3/draft/gift")
    assert "For what?" in page
    assert 'name="content/gift/side"' in page


if __name__ == "__main__":
    main()
