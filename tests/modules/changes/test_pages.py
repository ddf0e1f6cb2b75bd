"""The proposal on its pages: saved at each step, wrong input kept and named, nothing for strangers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.kernel.database import session
from app.modules.catalogue.queries import product_by_code
from app.modules.changes.models import ChangeRequest, ProposedVersion
from app.modules.changes.queries import proposed
from app.modules.changes.schemas import MOST_VERSIONS
from app.workflow.decisions.models import DecisionRecord
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.play import Play
from tests.shell.conftest import client_of, token_of
from tests.shell.test_crawl import _complaints as complaints

PRODUCT = "CN-TD"
RATE = "versions/0/content/rates/tiers/0/rate/value"


def _rate(value: str) -> dict[str, str]:
    return {"value": value, "unit": "fraction", "period": "P1Y", "day_count": "ACT/360"}


DEPOSIT: dict[str, Any] = {
    **TIME_DEPOSIT,
    "rates": {
        "tiers": [
            {"kind": "fixed", "term": "P3M", "rate": _rate("0.0065")},
            {"kind": "fixed", "term": "P1Y", "rate": _rate("0.0095")},
        ]
    },
    "fees": {"fees": [{"name": "Notice", "kind": "periodic", "amount": {"amount": "2", "currency": "CNY"}}]},
    "target_market": {"groups": ["mass", "affluent"]},
    "availability": {"scopes": [{"channels": ["branch", "mobile"], "groups": ["mass"]}]},
}


@pytest.fixture
def as_person(bank: Flask, play: Play) -> Callable[..., FlaskClient]:
    """A signed-in client of a person of the demo bank, with two deposits on sale."""
    play.sell({PRODUCT: DEPOSIT, "CN-DEMAND": TIME_DEPOSIT})
    return partial(client_of, bank)


def fields_of(page: str) -> dict[str, Any]:
    """What the form of a step would send as it stands."""
    form = lxml.html.fromstring(page).get_element_by_id("step-form")
    for template in form.xpath(".//template"):
        template.drop_tree()
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        found.setdefault(name, []).append(value)
    return found


def begin(client: FlaskClient, *products: str) -> str:
    """A draft over products; gives its address."""
    token = token_of(client.get("/requests/new").text)
    answer = client.post("/requests/new", data={"product": list(products or (PRODUCT,)), "csrf_token": token})
    assert answer.status_code == 303, errors_of(answer.text)
    return str(answer.location).removesuffix("/edit/driver")


def send(client: FlaskClient, path: str, go: str = "next", **changes: Any) -> Any:
    """Open a step, change fields, press a button."""
    fields = fields_of(client.get(path).text)
    fields.update(changes)
    return client.post(path, data={**fields, "go": go})


def errors_of(page: str) -> list[str]:
    found = lxml.html.fromstring(page).find_class("field-error")
    return [e.text_content().strip() for e in found if e.text_content().strip() and "hidden" not in e.attrib]


def request_row() -> ChangeRequest:
    session().rollback()
    return session().scalars(select(ChangeRequest).order_by(ChangeRequest.id.desc())).first()  # type: ignore[return-value]


def proposed_content() -> dict[str, Any]:
    return proposed(session(), request_row().id)[0][1].content


def fill(client: FlaskClient, base: str) -> None:
    """Everything that a request needs to be submitted."""
    send(
        client,
        f"{base}/edit/driver",
        **{"driver/kind": "external", "driver/source": "market", "driver/reason": "Rates fell."},
    )
    answer = send(client, f"{base}/edit/versions", **{RATE: "0.60"})
    assert answer.status_code == 303, errors_of(answer.text)


def test_each_step_is_saved_and_found_again(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    send(
        client,
        f"{base}/edit/driver",
        **{"driver/kind": "internal", "driver/department": "finance", "driver/reason": "Cost."},
    )
    send(client, f"{base}/edit/plan", function_plan="Pays less.", expected_benefit="Lower cost.")
    later = as_person("lin.yue")
    assert fields_of(later.get(f"{base}/edit/driver").text)["driver/reason"] == ["Cost."]
    assert fields_of(later.get(f"{base}/edit/plan").text)["function_plan"] == ["Pays less."]
    assert request_row().driver == {"kind": "internal", "department": "finance", "reason": "Cost."}


def test_saving_a_step_untouched_changes_nothing(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    before = proposed_content()
    assert send(client, f"{base}/edit/versions").status_code == 303
    assert send(client, f"{base}/edit/launch").status_code == 303
    assert proposed_content() == before


def test_a_rate_is_typed_in_per_cent_and_kept_as_an_exact_fraction(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    assert send(client, f"{base}/edit/versions", **{RATE: "0.605"}).status_code == 303
    assert proposed_content()["rates"]["tiers"][0]["rate"]["value"] == "0.00605"


@pytest.mark.parametrize(("language", "said"), [("en", "Must be a number, such as 1.55."), ("zh", "须为数字")])
def test_a_wrong_rate_is_named_beside_its_field_and_kept(
    as_person: Callable[..., FlaskClient], language: str, said: str
) -> None:
    client = as_person("lin.yue", language)
    base = begin(client)
    before = proposed_content()
    answer = send(client, f"{base}/edit/versions", **{RATE: "lots"})
    assert answer.status_code == 422
    assert any(said in text for text in errors_of(answer.text))
    assert fields_of(answer.text)[RATE] == ["lots"]
    assert proposed_content() == before


def test_rows_are_added_and_removed_without_a_script(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    rows = len(proposed_content()["rates"]["tiers"])
    name = "versions/0/content/rates/tiers"
    added = send(client, f"{base}/edit/versions", go=f"add:{name}")
    assert f"{name}/{rows}/rate/value" in fields_of(added.text)
    dropped = send(client, f"{base}/edit/versions", go=f"drop:{name}/0")
    assert f"{name}/{rows - 1}/rate/value" not in fields_of(dropped.text)
    assert "Restore" in dropped.text
    saved = client.post(f"{base}/edit/versions", data={**fields_of(dropped.text), "go": "next"})
    assert saved.status_code == 303
    assert len(proposed_content()["rates"]["tiers"]) == rows - 1


def test_tiers_that_overlap_are_refused_beside_the_row(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    page = send(client, f"{base}/edit/versions", go="add:versions/0/content/rates/tiers")
    fields = fields_of(page.text)
    new = max(int(m[1]) for n in fields if (m := re.match(r"versions/0/content/rates/tiers/(\d+)/", n)))
    for name, value in list(fields.items()):
        if name.startswith("versions/0/content/rates/tiers/0/"):
            fields[name.replace("/tiers/0/", f"/tiers/{new}/")] = value
    fields[f"versions/0/content/rates/tiers/{new}/rate/value"] = ["0.7"]
    answer = client.post(f"{base}/edit/versions", data={**fields, "go": "next"})
    assert answer.status_code == 422
    assert any("Overlaps tier 1" in text for text in errors_of(answer.text))


def test_what_the_rules_make_of_it_is_shown_while_typing_and_not_recorded(
    as_person: Callable[..., FlaskClient],
) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    fields = fields_of(client.get(f"{base}/edit/versions").text)
    fields["versions/0/content/terms/minimum/amount"] = "100"
    told = client.post(f"{base}/edit/versions/live", data=fields).text
    assert told.count("data-changed") == 1
    assert 'data-state="material"' in told
    assert "Consumer protection" in told
    assert 'data-changed="/versions/0/content/terms/minimum"' in told
    session().rollback()
    assert session().scalar(select(func.count()).select_from(DecisionRecord)) == 0
    assert proposed_content()["terms"]["minimum"]["amount"] != "100"


def test_faults_are_told_while_typing_by_the_rows_of_the_page(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    fields = fields_of(client.get(f"{base}/edit/versions").text)
    fields["versions/0/content/fees/fees/40/amount/amount"] = "x"
    told = client.post(f"{base}/edit/versions/live", data=fields).text
    assert 'data-fault="/versions/0/content/fees/fees/40/amount/amount"' in told


def test_what_is_missing_is_listed_with_its_step_and_submitting_starts_the_case(
    as_person: Callable[..., FlaskClient],
) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    page = lxml.html.fromstring(client.get(f"{base}/edit/check").text)
    links = page.find_class("missing")[0].xpath(".//a/@href")
    assert f"{base}/edit/driver" in links
    assert any(link.startswith(f"{base}/edit/versions") for link in links)
    refused = send(client, f"{base}/edit/check", go="submit")
    assert refused.status_code == 422
    fill(client, base)
    assert send(client, f"{base}/edit/check", go="submit").location == base
    assert request_row().state == "submitted"
    assert f"/cases/{request_row().instance_id}" in client.get(base).text


def test_a_product_in_an_open_request_is_said_at_once(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    fill(client, base)
    send(client, f"{base}/edit/check", go="submit")
    page = client.get(f"/requests/new?q={PRODUCT}").text
    assert request_row().number in page
    token = token_of(page)
    number = request_row().number
    begun = client.post("/requests/new", data={"product": PRODUCT, "csrf_token": token})
    base = str(begun.location).removesuffix("/edit/driver")
    assert (
        f"{PRODUCT} stands in the open request {number}; this one can be submitted" in client.get(begun.location).text
    )
    answer = send(client, f"{base}/edit/versions", go="next", **{RATE: "0.8"})
    assert answer.status_code == 303
    page = client.get(f"{base}/edit/check").text
    assert f"{PRODUCT} stands in the open request {number} already." in page
    assert send(client, f"{base}/edit/check", go="submit").status_code in {409, 422}


def test_several_products_are_edited_one_by_one_in_one_request(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client, "CN-DEMAND", PRODUCT)
    answer = send(client, f"{base}/edit/versions?product={PRODUCT}", go="product:CN-DEMAND", **{RATE: "0.6"})
    assert answer.location == f"{base}/edit/versions?product=CN-DEMAND"
    found = session().scalars(select(ProposedVersion.product_code)).all()
    assert sorted(found) == ["CN-DEMAND", PRODUCT]
    assert "0.6" in client.get(f"{base}/edit/check").text


def test_a_day_before_the_notice_allows_is_refused_with_the_reason(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    fill(client, base)
    answer = send(client, f"{base}/edit/launch", effective_on="2020-01-01")
    assert answer.status_code == 422
    assert "Lies in the past." in errors_of(answer.text)
    assert fields_of(answer.text)["effective_on"] == ["2020-01-01"]


def test_a_pilot_plan_is_whole_or_its_gaps_are_named(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    typed = {"pilot_wish": "true", "pilot_plan/length_days": "3"}
    answer = send(client, f"{base}/edit/launch", **typed)
    assert answer.status_code == 422
    assert {"Must be a whole number from 7 to 180.", "This is required."} <= set(errors_of(answer.text))
    typed |= {f"pilot_plan/criteria/{key}": "1" for key in ("min_sales", "max_complaints", "max_incidents")}
    typed |= {"pilot_plan/length_days": "30", "pilot_plan/scopes/0/units": "SH"}
    assert send(client, f"{base}/edit/launch", **typed).status_code == 303
    assert request_row().pilot_plan == {
        "scopes": [{"units": ["SH"]}],
        "length_days": 30,
        "criteria": {"min_sales": 1, "max_complaints": 1, "max_incidents": 1},
    }


@pytest.mark.parametrize("username", ["zhao.heng", "he.jia", "jin.cheng"])
def test_only_the_initiator_edits(as_person: Callable[..., FlaskClient], username: str) -> None:
    base = begin(as_person("lin.yue"))
    assert as_person(username).get(f"{base}/edit/driver").status_code in {403, 404}


def test_a_request_is_not_there_for_strangers(as_person: Callable[..., FlaskClient]) -> None:
    base = begin(as_person("lin.yue"))
    stranger = as_person("he.jia")
    assert stranger.get(base).status_code == 404
    assert stranger.get(f"{base}/edit/versions").status_code == 404
    assert base not in stranger.get("/requests?whose=all&state=all").text


def test_my_requests_say_where_each_stands_and_what_it_needs(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    assert "You have no request under way" in client.get("/requests").text
    base = begin(client)
    assert f'{base}/edit"' in client.get("/requests").text
    fill(client, base)
    send(client, f"{base}/edit/check", go="submit")
    row = lxml.html.fromstring(client.get("/requests").text).find_class("request-row")[0].text_content()
    assert "Assess the need" in row
    head = lxml.html.fromstring(as_person("zhao.heng").get("/requests?whose=department").text)
    assert head.find_class("request-mine")[0].xpath(".//a[starts-with(@href, '/tasks/')]")


def test_a_request_tells_its_history_in_sentences(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    fill(client, base)
    send(client, f"{base}/edit/check", go="submit")
    told = lxml.html.fromstring(client.get(base).text).find_class("history")[0].text_content()
    assert "Lin Yue began the request." in told
    assert "Lin Yue submitted the request." in told
    assert "change." not in told


def test_a_draft_is_discarded_with_its_versions(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    token = token_of(client.get(base).text)
    refused = client.post(f"{base}/withdraw", data={"csrf_token": token})
    assert refused.status_code == 422
    client.post(f"{base}/withdraw", data={"csrf_token": token, "reason": "A mistake."})
    assert request_row().state == "withdrawn"
    assert product_by_code(session(), PRODUCT).status == "on_sale"


@pytest.mark.parametrize(
    "go", ["drop:x", "add:../x", "drop:versions/9/content/a/b/0", "step:nowhere", "column:", "\x00"]
)
def test_buttons_that_do_not_exist_change_nothing(as_person: Callable[..., FlaskClient], go: str) -> None:
    client = as_person("lin.yue")
    base = begin(client)
    before = proposed_content()
    assert send(client, f"{base}/edit/versions", go=go).status_code < 500
    assert proposed_content() == before


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_of_a_request_speaks_the_language_asked_for(
    as_person: Callable[..., FlaskClient], language: str
) -> None:
    client = as_person("lin.yue", language)
    base = begin(client)
    fill(client, base)
    paths = [base, f"/requests/new?product={PRODUCT}", "/requests"]
    paths += [f"{base}/edit/{step}" for step in ("driver", "plan", "versions", "launch", "check")]
    pages = [client.get(path) for path in paths]
    pages.append(send(client, f"{base}/edit/versions", **{RATE: "?"}))
    send(client, f"{base}/edit/check", go="submit")
    pages.append(client.get(base))
    found = {c for page in pages for c in complaints(lxml.html.fromstring(page.text), language)}
    assert found == set()


def picked(page: str) -> list[str]:
    return [
        element.get("value")
        for element in lxml.html.fromstring(page).xpath("//form[@id='picks']/input[@name='product']")
    ]


def test_all_that_a_search_finds_are_picked_at_once_and_one_is_dropped(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("zhao.heng")
    assert sorted(picked(client.get("/requests/new?q=CN&all=1").text)) == ["CN-DEMAND", "CN-TD"]
    assert picked(client.get("/requests/new?product=CN-TD&product=CN-DEMAND&drop=CN-TD").text) == ["CN-DEMAND"]


def test_a_page_of_many_picked_products_grows_with_them_and_not_with_their_square(
    as_person: Callable[..., FlaskClient], play: Play
) -> None:
    codes = [f"MANY-{number:03d}" for number in range(40)]
    play.sell(dict.fromkeys(codes, TIME_DEPOSIT))
    client = as_person("zhao.heng")

    def size(count: int) -> int:
        return len(client.get("/requests/new?q=none&" + "&".join(f"product={c}" for c in codes[:count])).text)

    assert size(40) - size(20) == pytest.approx(size(20) - size(0), rel=0.2)


def test_more_products_than_one_request_may_hold_are_refused_and_not_dropped_in_silence(
    as_person: Callable[..., FlaskClient],
) -> None:
    client = as_person("zhao.heng")
    token = token_of(client.get("/requests/new").text)
    many = [f"P-{number}" for number in range(MOST_VERSIONS + 1)]
    answer = client.post("/requests/new", data={"product": many, "csrf_token": token})
    assert answer.status_code == 422
    assert "At most 500 products in one request." in answer.text
