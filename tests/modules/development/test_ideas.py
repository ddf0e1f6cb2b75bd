"""Anybody submits and comments; somebody else considers or declines, once, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session
from tests.modules.changes.conftest import Ask
from tests.modules.development.test_costing_pages import as_person, send
from tests.shell.test_crawl import _complaints as complaints

__all__ = ["as_person"]
TELLER, MANAGER, HEAD, OFFICER = "tan.xue", "lin.yue", "song.jie", "chen.rui"
NEW = {"kind": "fintech", "title": "Private computing", "text": "Joint models without exchanging data."}
PATH = "/development/ideas"


def submitted(ask: Ask, who: str = TELLER) -> int:
    answer = ask(who, "POST", "/ideas", NEW)
    assert (answer.status_code, answer.json["state"]) == (201, "new"), answer.json
    return int(answer.json["id"])


def judge(ask: Ask, who: str, idea: int, verdict: str) -> Any:
    tag = ask(who, "GET", f"/ideas/{idea}").headers["ETag"]
    return ask(who, "POST", f"/ideas/{idea}/judge", {"verdict": verdict, "reason": "Looked at"}, If_Match=tag)


def test_anybody_submits_and_comments_and_another_person_judges(ask: Ask) -> None:
    idea = submitted(ask)
    assert ask(OFFICER, "POST", f"/ideas/{idea}/comments", {"text": "Worth a try"}).status_code == 201
    assert judge(ask, TELLER, idea, "consider").status_code == 403
    assert judge(ask, MANAGER, idea, "consider").json["state"] == "considered"
    assert judge(ask, HEAD, idea, "decline").json["state"] == "declined"
    found = ask(TELLER, "GET", f"/ideas/{idea}").json
    assert (found["reason"], found["judged_by"], [c["text"] for c in found["comments"]]) == (
        "Looked at",
        HEAD,
        ["Worth a try"],
    )
    events = select(AuditEvent.action).where(AuditEvent.stream == f"idea:{idea}").order_by(AuditEvent.number)
    assert list(session().scalars(events)) == ["idea.submitted", "idea.commented", "idea.considered", "idea.declined"]


def test_who_submitted_an_idea_does_not_judge_it(ask: Ask) -> None:
    assert judge(ask, MANAGER, submitted(ask, MANAGER), "consider").status_code == 403


@pytest.mark.parametrize(("first", "then"), [("decline", "consider"), ("decline", "decline"), ("consider", "consider")])
def test_a_move_that_the_table_does_not_have_is_refused(ask: Ask, first: str, then: str) -> None:
    idea = submitted(ask)
    judge(ask, MANAGER, idea, first)
    answer = judge(ask, MANAGER, idea, then)
    assert (answer.status_code, answer.json["code"]) == (409, "wrong_state")


def test_a_judgement_on_a_state_that_is_gone_is_refused(ask: Ask) -> None:
    idea = submitted(ask)
    tag = ask(MANAGER, "GET", f"/ideas/{idea}").headers["ETag"]
    judge(ask, HEAD, idea, "consider")
    body = {"verdict": "decline", "reason": "No"}
    assert ask(MANAGER, "POST", f"/ideas/{idea}/judge", body, If_Match=tag).status_code == 412
    assert ask(MANAGER, "POST", f"/ideas/{idea}/judge", body).status_code == 428


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"kind": "joke"}, "/kind"), ({"title": ""}, "/title"), ({"text": "\x07"}, "/text"), ({"votes": 3}, "/votes")],
)
def test_what_is_wrong_is_pointed_at(ask: Ask, wrong: dict[str, Any], pointer: str) -> None:
    answer = ask(TELLER, "POST", "/ideas", {**NEW, **wrong})
    assert answer.status_code == 422
    assert [e["pointer"] for e in answer.json["errors"]] == [pointer]


def test_the_list_is_narrowed_by_kind_and_state_and_pages(ask: Ask) -> None:
    ideas = [submitted(ask) for _ in range(3)]
    judge(ask, MANAGER, ideas[0], "decline")
    first = ask(TELLER, "GET", "/ideas?kind=fintech&state=new&limit=1").json
    rest = ask(TELLER, "GET", f"/ideas?kind=fintech&state=new&limit=1&cursor={first['next']}").json
    assert [row["id"] for row in first["items"] + rest["items"]] == [ideas[2], ideas[1]]
    assert ask(TELLER, "GET", "/ideas?kind=method").json["items"] == []
    assert ask(TELLER, "GET", "/ideas/99").status_code == 404
    assert ask(TELLER, "POST", "/ideas/99/comments", {"text": "?"}).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_idea_lives_on_its_pages_in_both_languages(as_person: Callable[..., FlaskClient], language: str) -> None:
    teller, manager = as_person(TELLER, language), as_person(MANAGER, language)
    refused = send(teller, f"{PATH}/new", {**NEW, "title": " "})
    assert refused.status_code == 422
    assert lxml.html.fromstring(refused.text).get_element_by_id("f-title-error").text_content().strip()
    answer = send(teller, f"{PATH}/new", NEW)
    assert answer.status_code == 303
    assert send(manager, f"{answer.location}/comments", {"text": "Good"}, answer.location).status_code == 303
    assert "/judge" not in teller.get(answer.location).text
    judged = {"verdict": "consider", "reason": "Clear need"}
    assert send(manager, f"{answer.location}/judge", judged, answer.location).status_code == 303
    assert send(manager, f"{answer.location}/judge", judged, answer.location).status_code == 409
    for path in (PATH, f"{PATH}?kind=fintech", f"{PATH}/new", answer.location):
        assert list(complaints(lxml.html.fromstring(manager.get(path).text), language)) == []
