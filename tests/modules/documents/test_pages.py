"""Templates on their pages: written beside the filled text, approved by the second person, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import lxml.html
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.kernel.clock import now
from app.kernel.database import unit_of_work
from app.modules.documents.demo import load_demo_templates
from tests.modules.documents.test_templates import today
from tests.processes.bank import TIME_DEPOSIT
from tests.processes.play import Play
from tests.shell.conftest import client_of, token_of
from tests.shell.test_crawl import _complaints as complaints

KEY = "deposit-rate-existing"
NEW = "deposit-fee-new"


@pytest.fixture
def as_person(bank: Flask, play: Play) -> Callable[..., FlaskClient]:
    """A signed-in client of a person of the demo bank, with a deposit on sale and the bank's templates."""
    play.sell({"TD": TIME_DEPOSIT})
    with unit_of_work() as uow:
        load_demo_templates(uow, now())
    return partial(client_of, bank)


def form(client: FlaskClient, path: str, **changed: Any) -> dict[str, Any]:
    """What the editor would send, changed."""
    fields = {
        "key": NEW,
        "kind": "customer_notice",
        "names/zh": "费用",
        "names/en": "Fees",
        "families": ["deposit"],
        "holder": "new",
        "texts/zh": "{product}收费变更。",
        "texts/en": "Fees of {product} change.",
        "valid_from": today().isoformat(),
    }
    return {**fields, "csrf_token": token_of(client.get(path).text), **changed}


def test_a_template_is_written_by_one_and_approved_by_another(as_person: Callable[..., FlaskClient]) -> None:
    writer, head = as_person("lin.yue"), as_person("dong.li")
    answer = writer.post("/templates/new", data=form(writer, "/templates/new"))
    assert (answer.status_code, answer.location) == (303, f"/templates/{NEW}")
    assert 'id="approve"' not in writer.get(f"/templates/{NEW}").text
    page = lxml.html.fromstring(head.get(f"/templates/{NEW}").text)
    fields = dict(page.get_element_by_id("approve").form_values())
    assert head.post(f"/templates/{NEW}/versions/1/approve", data=fields).status_code == 303
    assert "In use" in writer.get(f"/templates/{NEW}").text


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("texts/zh", "尊敬的{客户}", "position 4: there is no merge field {客户}"),
        ("texts/en", "", "Missing data"),
        ("key", "fees", ""),
        ("names/en", "", ""),
        ("valid_from", "2020-01-01", "Must be today or later."),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    as_person: Callable[..., FlaskClient], name: str, value: str, said: str
) -> None:
    client = as_person("lin.yue")
    answer = client.post("/templates/new", data=form(client, "/templates/new", **{name: value}))
    assert answer.status_code == 422
    page = lxml.html.fromstring(answer.text)
    beside = page.get_element_by_id(f"f-{name.replace('/', '-')}-error").text_content()
    assert beside.strip()
    assert said in beside or not value
    assert page.xpath("//input[@name='families' and @value='deposit' and @checked]")
    assert page.xpath("//textarea[@name='texts/en']")[0].text == (
        "" or None if name == "texts/en" else "Fees of {product} change."
    )


def test_a_draft_changed_by_another_window_is_not_overwritten(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    client.post("/templates/new", data=form(client, "/templates/new"))
    path = f"/templates/{NEW}/edit"
    page = lxml.html.fromstring(client.get(path).text)
    shown = page.xpath("//input[@name='shown']")[0].get("value")
    assert client.post(path, data=form(client, path, shown=shown, **{"texts/zh": "{contact}"})).status_code == 303
    answer = client.post(path, data=form(client, path, shown=shown))
    assert answer.status_code == 412
    assert "{contact}" in client.get(f"/templates/{NEW}").text


def test_the_filled_text_follows_the_typing(as_person: Callable[..., FlaskClient]) -> None:
    client = as_person("lin.yue")
    sent = form(client, "/templates/new", product="TD", **{"texts/zh": "{product}调整", "texts/en": "Dear {who}"})
    answer = client.post("/templates/preview", data=sent).text
    assert "整存整取调整" in answer
    assert "there is no merge field {who}" in answer
    assert "There is no product" in client.post("/templates/preview", data={**sent, "product": "NONE"}).text
    assert "整存整取" in client.get(f"/templates/{KEY}/filled?product=TD").text


def test_a_text_is_taken_out_of_use_with_a_reason(as_person: Callable[..., FlaskClient]) -> None:
    head, path = as_person("ma.chao"), f"/templates/{KEY}"
    token = token_of(head.get(path).text)
    withdrawal = f"{path}/versions/1/withdraw"
    assert head.post(withdrawal, data={"csrf_token": token, "reason": " "}).status_code == 422
    assert head.post(withdrawal, data={"csrf_token": token, "reason": "Misleading."}).status_code == 303
    assert "Misleading." in head.get(path).text


def test_who_may_not_write_is_not_offered_to(as_person: Callable[..., FlaskClient]) -> None:
    auditor = as_person("jin.cheng")
    assert "/templates/new" not in auditor.get("/templates").text
    assert f"/templates/{KEY}/edit" not in auditor.get(f"/templates/{KEY}").text
    assert auditor.get("/templates/new").status_code == 403
    assert auditor.get("/templates/no-such").status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_both_languages_are_whole(as_person: Callable[..., FlaskClient], language: str) -> None:
    writer, head = as_person("lin.yue", language), as_person("dong.li", language)
    writer.post("/templates/new", data=form(writer, "/templates/new"))
    paths = ("/templates", "/templates?kind=customer_notice", "/templates/new", f"/templates/{NEW}/edit")
    pages = [writer.get(path).text for path in paths]
    pages += [head.get(f"/templates/{key}?product=TD").text for key in (NEW, KEY)]
    for page in pages:
        assert list(complaints(lxml.html.fromstring(page), language)) == []
