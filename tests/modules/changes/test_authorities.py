"""Delegated authority over HTTP and on its page; what a request tells of signatures and votes."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.modules.changes.conftest import Ask
from tests.processes.play import Play
from tests.processes.test_paths import repricing, wealth
from tests.shell.conftest import sign_in, token_of

TERMS: dict[str, Any] = {
    "holder": "card_centre:head",
    "families": ["card", "deposit"],
    "max_rate_change_bp": 25,
    "document": "Letter 2026-12",
    "valid_from": "2099-01-01",
    "valid_to": "2099-12-31",
}


def test_an_executive_delegates_and_revokes_over_http(ask: Ask) -> None:
    answer = ask("wang.zhiyuan", "POST", "/authorities", TERMS)
    assert (answer.status_code, answer.json["granted_by"], answer.json["revoked"]) == (201, "wang.zhiyuan", None)
    assert [a["id"] for a in ask("luo.bin", "GET", "/authorities").json["items"]] == [answer.json["id"]]
    path = f"/authorities/{answer.json['id']}/revoke"
    assert ask("luo.bin", "POST", path).status_code == 403
    assert ask("li.shufen", "POST", path).json["revoked_by"] == "li.shufen"
    assert ask("wang.zhiyuan", "POST", path).status_code == 409
    assert ask("wang.zhiyuan", "POST", "/authorities/999/revoke").status_code == 404


@pytest.mark.parametrize(
    ("pointer", "changed"),
    [
        ("/holder", {"holder": "nobody:head"}),
        ("/families/0", {"families": ["gold"]}),
        ("/families", {"families": []}),
        ("/max_rate_change_bp", {"max_rate_change_bp": -1}),
        ("/max_rate_change_bp", {"max_rate_change_bp": "5"}),
        ("/document", {"document": "  "}),
        ("/valid_to", {"valid_to": "2098-12-31"}),
        ("/valid_to", {"valid_to": "2101-01-01"}),
        ("/valid_from", {"valid_from": "2020-01-01", "valid_to": "2020-12-01"}),
        ("/who", {"who": "me"}),
    ],
)
def test_a_wrong_authority_is_located(ask: Ask, pointer: str, changed: dict[str, Any]) -> None:
    answer = ask("wang.zhiyuan", "POST", "/authorities", {**TERMS, **changed})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]
    assert ask("wang.zhiyuan", "GET", "/authorities").json["items"] == []


def test_only_those_it_concerns_see_and_only_executives_delegate(ask: Ask) -> None:
    assert ask("tan.xue", "GET", "/authorities").status_code == 403
    assert ask("zhao.heng", "POST", "/authorities", TERMS).status_code == 403


def test_the_page_keeps_what_was_typed_and_tells_what_is_wrong(bank: Flask) -> None:
    client = bank.test_client()
    client.set_cookie("language", "zh")
    sign_in(client, "wang.zhiyuan")
    page = client.get("/authorities").text
    assert "尚无授权" in page
    token = token_of(page)
    sent = {**TERMS, "max_rate_change_bp": "many", "valid_to": "", "csrf_token": token}
    answer = client.post("/authorities", data=sent)
    assert answer.status_code == 422
    assert answer.text.count("field-error") == 2
    assert "Letter 2026-12" in answer.text
    answer = client.post("/authorities", data={**TERMS, "csrf_token": token}, follow_redirects=True)
    assert "授权已登记" in answer.text
    assert "信用卡中心 · 负责人" in answer.text


def test_a_request_tells_both_signatures_and_the_points(ask: Ask, play: Play) -> None:
    repricing(play, "TD3").prepare().do("give_opinion", "alm", points_met=["ftp"], opinion="Nearly.")
    (review,) = ask("lin.yue", "GET", f"/change-requests/{play.request_id}").json["reviews"]
    assert (review["reviewer"], review["signed_by"], review["signed"]) == ("zheng.hao", None, None)
    assert {p["key"]: p["met"] for p in review["points"]} == {"ceiling": False, "ftp": True}
    play.do("sign_off", "alm", remark="Agreed.")
    (review,) = ask("lin.yue", "GET", f"/change-requests/{play.request_id}").json["reviews"]
    assert (review["signed_by"], review["remark"], review["voided"]) == ("xie.na", "Agreed.", None)


def test_a_request_tells_the_meeting_with_its_votes(ask: Ask, play: Play) -> None:
    wealth(play, "W").review()
    play.vote(**{"kong.de": {"vote": "abstain"}}).do("write_minutes")
    found = ask("lin.yue", "GET", f"/change-requests/{play.request_id}").json
    (meeting,) = found["meetings"]
    assert {v["member"]: v["vote"] for v in meeting["votes"]}["kong.de"] == "abstain"
    assert (meeting["result"], meeting["quorum"], found["decisions"][0]["level"]) == ("approve", 3, "committee")
    assert found["decisions"][0]["meeting_id"] == meeting["id"]


def test_a_checklist_is_discovered_in_the_form(ask: Ask, play: Play) -> None:
    repricing(play, "TD3").prepare()
    task = play.task("give_opinion", "alm")
    components = {c["key"]: c for c in ask("zheng.hao", "GET", f"/tasks/{task.id}").json["form"]["components"]}
    assert [o["value"] for o in components["points_met"]["values"]] == ["all_points", "ceiling", "ftp"]
    assert "raise_class" not in components
