"""Research for a product: its department writes, opens and closes; who is asked answers; results are read by all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Flask

from app.kernel import clock
from tests.modules.changes.conftest import Ask
from tests.shell.conftest import sign_in, token_of

MANAGER, OTHER, TELLER, AUDITOR = "lin.yue", "he.jia", "tan.xue", "jin.cheng"
TITLE = {"en": "Saving", "zh": "攒钱"}
YES, NO = {"en": "Yes", "zh": "是"}, {"en": "No", "zh": "否"}
CHOICE = {"kind": "single", "text": {"en": "Would you save?", "zh": "您会存吗？"}, "choices": [YES, NO]}
NUMBER = {"kind": "number", "text": {"en": "How much?", "zh": "多少？"}, "required": False}


def written(**more: Any) -> dict[str, Any]:
    today = clock.accounting_date(clock.now())
    days = {"opens_on": day(today), "closes_on": day(today + timedelta(days=9))}
    return {"title": TITLE, "groups": ["young"], "questions": [CHOICE, NUMBER], **days, **more}


def day(of: date) -> str:
    return of.isoformat()


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [each["pointer"] for each in answer.json["errors"]]


def test_a_questionnaire_is_written_opened_answered_and_closed(ask: Ask, bank: Flask) -> None:
    path, today = "/products/TD/questionnaires", clock.accounting_date(clock.now())
    wrong = written(groups=[], questions=[{**CHOICE, "choices": [YES]}], closes_on=day(today))
    assert pointers(ask(MANAGER, "POST", path, wrong)) == ["/questions/0/choices", "/groups", "/closes_on"]
    assert ask(OTHER, "POST", path, written()).status_code == 403
    made = ask(MANAGER, "POST", path, written(departments=["personal_banking"])).json
    one = f"/questionnaires/{made['id']}"
    assert (made["state"], [q["key"] for q in made["questions"]]) == ("draft", ["q1", "q2"])
    assert ask(TELLER, "POST", f"{one}/answers", {"answers": [{"group": "young", "given": {}}]}).status_code == 409

    seen = ask(MANAGER, "GET", one).headers["ETag"]
    assert ask(MANAGER, "POST", f"{one}/open", If_Match=seen).json["state"] == "open"
    assert ask(MANAGER, "POST", f"{one}/close", If_Match=seen).status_code == 412
    seen = ask(MANAGER, "GET", one).headers["ETag"]
    assert ask(MANAGER, "PUT", one, written(), If_Match=seen).json["code"] == "wrong_state"

    bulk = [{"group": "young", "given": {"q1": "c1", "q2": "100"}}, {"group": "young", "given": {"q1": "c2"}}]
    assert ask(TELLER, "POST", f"{one}/answers", {"answers": bulk}).json == {"taken": 2}
    late = {"group": "retiree", "day": day(today + timedelta(days=1)), "given": {"q1": "c9", "q3": "x"}}
    found = pointers(ask(TELLER, "POST", f"{one}/answers", {"answers": [bulk[0], late]}))
    assert found == [f"/answers/1/{at}" for at in ("given/q3", "given/q1", "group", "day")]
    own = {"answers": [{"given": {"q1": "c1", "q2": "300"}}]}
    assert ask(TELLER, "POST", f"{one}/answers", own).status_code == 403
    assert ask(MANAGER, "POST", f"{one}/answers", own).status_code == 201
    assert ask(MANAGER, "POST", f"{one}/answers", own).json["code"] == "already_answered"

    told = ask(AUDITOR, "GET", f"{one}/results").json
    assert (told["answers"], told["by_group"], told["colleagues"]) == (3, {"young": 2}, 1)
    assert told["questions"][0]["counts"] == {"c1": 2, "c2": 1}
    assert (told["questions"][1]["mean"], told["questions"][1]["answered"]) == ("200", 2)
    seen = ask(MANAGER, "GET", one).headers["ETag"]
    assert ask(MANAGER, "POST", f"{one}/close", If_Match=seen).json["state"] == "closed"
    assert ask(TELLER, "POST", f"{one}/answers", {"answers": bulk}).json["code"] == "wrong_state"
    first = ask(AUDITOR, "GET", f"{one}/answers?limit=2").json
    assert [row["by"] for row in first["items"]] == [MANAGER, TELLER]
    assert len(ask(AUDITOR, "GET", f"{one}/answers?cursor={first['next']}").json["items"]) == 1
    events = [event["action"] for event in ask(AUDITOR, "GET", "/products/TD/life").json["events"]]
    assert events[:3] == ["research.closed", "research.opened", "research.written"]


def test_finds_are_noted_down_and_listed(ask: Ask) -> None:
    today = clock.accounting_date(clock.now())
    kept = {
        "interviews": {"day": day(today), "role": "Shop owner", "notes": "At the shop.", "findings": "Small steps."},
        "competitors": {"day": day(today), "bank": "B", "name": "Goal", "terms": "50", "rate": "1.25", "source": "Web"},
        "trends": {"day": day(today), "topic": "Rates", "direction": "falling", "source": "Press"},
    }  # fmt: skip
    for kind, given in kept.items():
        path = f"/products/TD/{kind}"
        assert ask(OTHER, "POST", path, given).status_code == 403
        assert pointers(ask(MANAGER, "POST", path, {**given, "day": day(today + timedelta(days=1))})) == ["/day"]
        assert ask(MANAGER, "POST", path, given).status_code == 201
        (row,) = ask(AUDITOR, "GET", path).json["items"]
        assert {name: row[name] for name in given} == given
    stranger = {**kept["interviews"], "interviewer": "nobody"}
    assert pointers(ask(MANAGER, "POST", "/products/TD/interviews", stranger)) == ["/interviewer"]


def test_a_page_keeps_what_was_typed_and_says_what_is_wrong_beside_it(ask: Ask, bank: Flask) -> None:
    client, today = bank.test_client(), clock.accounting_date(clock.now())
    client.set_cookie("language", "en")
    sign_in(client, MANAGER)
    new = "/products/TD/research/questionnaire"
    form = {
        "csrf_token": token_of(client.get(new).text), "title/en": "Saving", "title/zh": "攒钱", "groups": ["young"],
        "opens_on": day(today), "closes_on": day(today + timedelta(days=9)),
        "questions/3/en": "Would you?", "questions/3/zh": "会吗？", "questions/3/kind": "single",
        "questions/3/required": "true", "questions/3/choices": "Yes | 是\nNo",
    }  # fmt: skip
    refused = client.post(new, data=form)
    assert refused.status_code == 422
    assert 'id="f-questions-3-choices-error"' in refused.text
    form["questions/3/choices"] = "Yes | 是\nNo | 否"
    one = client.post(new, data=form).headers["Location"]
    edited = client.get(f"{one}/edit").text
    assert "Yes | 是\nNo | 否" in edited
    stale = client.post(f"{one}/edit", data={**form, "seen": "0"})
    assert stale.status_code == 412
    assert client.post(f"{one}/open", data={"csrf_token": form["csrf_token"], "seen": "1"}).status_code == 303
    told = {"csrf_token": form["csrf_token"], "group": "young", "day": day(today)}
    unanswered = client.post(f"{one}/answer", data=told)
    assert (unanswered.status_code, "must be answered" in unanswered.text) == (422, True)
    assert client.post(f"{one}/answer", data={**told, "given/q1": "c2"}).status_code == 303
    assert "1 answer" in client.get(one).text
