"""Every page for everybody: axe finds no violation of WCAG 2 A or AA, in light and dark, wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from flask import Flask

from app.demo_lives import seed_lives
from app.demo_requests import seed_requests
from app.modules.customers.generating.demo import seed_customers

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
WAYS = (("light", 1440), ("dark", 390))
FOREIGN = [".djs-container", ".bjs-powered-by"]
"""What the drawing library draws; the list of steps below each drawing says the same in words."""

FETCHED = "[data-src], [data-diagram]"
"""What draws itself after the page is there."""
PAGES = {
    "lin.yue": [
        "/",
        "/requests",
        "/requests/new",
        "/requests/calendar",
        "/requests/calendar?month=2027-02&whose=mine",
        "/products",
        "/products?q=nothing-of-that-name",
        "/products/on-sale",
        "/products/new",
        "/products/new/time_deposit",
        "/products/new/agency_insurance",
        "/products/import",
        "/development/ideas",
        "/development/ideas/new",
        "/development/ideas/1",
        "/products/partners",
        "/products/partners/HUAYUE-LIFE",
        "/products/tiers",
        "/products/tiers/CN-DEMAND",
        "/products/tiers/CN-DEMAND/variants/new",
        "/products/tiers/CN-DEMAND/variants/CN-DEMAND-PRIVATE",
        "/products/tiers/CN-DEMAND/plans/new",
        "/development/initiatives",
        "/development/initiatives/1",
        "/development/costing",
        "/development/costing/1",
        "/templates",
        "/templates/new",
        "/templates/deposit-rate-existing?product=CN-TD",
        "/templates/deposit-rate-existing/edit",
        "/bundles",
        "/bundles/new",
        "/bundles/BU-SALARY",
        "/documents",
        "/documents?contradicting=yes",
        "/documents?typed=yes",
        "/documents/1",
        "/products/CN-TD/documents/new",
        "/products/CN-TD",
        "/products/CN-TD/life",
        "/products/CN-AUTO/readings",
        "/products/CN-AUTO/objectives",
        "/products/CN-YOUTH/research",
        "/products/CN-YOUTH/research/questionnaire",
        "/products/CN-YOUTH/research/interviews",
        "/questionnaires",
        "/questionnaires/1",
        "/questionnaires/1/answer",
        "/products/CN-TD/on-sale",
        "/products/CN-TD/on-sale?as_of=2020-01-01",
        "/products/CN-TD/versions/1",
        "/products/CN-TD/versions/1/difference/2",
        "/help",
        "/help/inbox",
        "/help/change",
        "/help/catalogue",
        "/help/processes",
        "/help/api",
    ],
    "he.jia": [
        "/requests/2",
        "/requests/2/file",
        "/requests/2/edit/versions",
        "/requests/2/edit/launch",
        "/requests/2/edit/file",
        "/requests/2/edit/check",
        "/requests/2/sheet",
        "/cases",
    ],
    "xu.feng": [
        "/products/risk",
        "/products/risk/factors",
        "/products/risk/limits",
        "/products/risk/transfers",
        "/products/risk/models",
    ],
    "chen.rui": ["/inbox", "/inbox?filter=delegated", "/inbox?filter=all&sort=created", "/tasks/12", "/cases/2"],
    "wang.zhiyuan": ["/tasks/7"],
    "tan.xue": [
        "/customers",
        "/customers?name=nobody",
        "/customers/G279DBF89-0000001",
        "/customers/G279DBF89-0000001/holdings/new",
        "/products/CN-TD/holdings",
        "/bundles/BU-SALARY/eligibility?customer=G279DBF89-0000001",
    ],
    "lu.ming": [
        "/processes",
        "/processes/product_update/versions/1",
        "/processes/check",
        "/rules",
        "/admin",
        "/admin/calendar",
    ],
    "jin.cheng": ["/admin", "/rules/materiality"],
}


@pytest.fixture(scope="module", autouse=True)
def under_way(served: Flask) -> None:
    """Requests with tasks in hand."""
    with served.app_context():
        seed_customers(datetime.now(UTC))
        seed_requests(datetime.now(UTC))
        seed_lives(datetime.now(UTC))


def violations(page: Any) -> list[str]:
    """What axe finds on the page that is open, one line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    # What is right is most of a page, and would come over the wire node by node.
    found = page.evaluate(f"axe.run({{exclude: {FOREIGN}}}, {RULES}).then((found) => found.violations)")
    return [
        f"{page.url} {rule['id']}: {rule['help']}: {node['html'][:160]} {_why(node)}"
        for rule in found
        for node in rule["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    return "; ".join(check["message"] for check in [*node["any"], *node["all"]])[:200]


@pytest.mark.parametrize("person", PAGES)
def test_no_page_shuts_anybody_out(page_as: Callable[..., Any], person: str) -> None:
    page = page_as(person)
    found = []
    for path in PAGES[person]:
        assert page.goto(path).status == 200, path
        if page.locator(FETCHED).count():
            page.wait_for_load_state("networkidle")
        for theme, width in WAYS:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 900})
            found += [f"{theme}, {width} px: {line}" for line in violations(page)]
    assert found == [], "\n".join(found)


def test_the_sign_in_page_shuts_nobody_out(new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto("/sign-in")
    assert violations(page) == []


def test_axe_finds_what_is_wrong(new_page: Callable[..., Any]) -> None:
    page = new_page()
    page.goto("/sign-in")
    page.evaluate("document.querySelector('label').remove()")
    assert any("label" in line for line in violations(page))
