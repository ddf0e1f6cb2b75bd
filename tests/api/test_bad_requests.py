"""What a bank's people get wrong about a change: located, explained in their language, and nothing half done."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.kernel.database import Record, end_read, session
from app.modules.changes.models import ChangeRequest, CommitteeMeeting, DepartmentReview
from tests.modules.changes.conftest import Ask, ask, bank, play
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer
from tests.processes.play import DRIVER, Play
from tests.processes.test_deciding import gold
from tests.processes.test_paths import loan, repricing, wealth

__all__ = ["ask", "bank", "play"]
CHINESE = re.compile("[\u4e00-\u9fff]")
ASIDE = frozenset({"access_token", "session", "sign_in_attempt", "idempotency_key"})
"""Tables that remember who asked, not what became of it."""


def counted() -> dict[str, int]:
    """How many rows each table holds."""
    end_read()
    tables = [t for t in Record.metadata.sorted_tables if t.name not in ASIDE]
    found = {t.name: session().scalar(select(func.count()).select_from(t)) or 0 for t in tables}
    end_read()
    return found


@contextmanager
def nothing_done() -> Iterator[None]:
    """Whatever is asked inside leaves not one row behind."""
    before = counted()
    yield
    assert counted() == before


def refused(
    ask: Ask, who: str, path: str, body: Any, *, status: int = 422, code: str | None = None
) -> list[tuple[str, str]]:
    """``(pointer, message)`` of each fault; the message is in the language that was asked for, twice over."""
    ask(who, "GET", "/me")
    with nothing_done():
        english = ask(who, "POST", path, body, Accept_Language="en")
        chinese = ask(who, "POST", path, body, Accept_Language="zh")
    for answer in (english, chinese):
        assert answer.status_code == status, answer.json
        assert answer.content_type == "application/problem+json"
        if code is not None:
            assert code in {answer.json["code"], *(e.get("code") for e in answer.json.get("errors", ()))}, answer.json
    said = [_said(answer.json) for answer in (english, chinese)]
    assert not any(CHINESE.search(text) for text in said[0]), said[0]
    assert all(CHINESE.search(text) for text in said[1]), said[1]
    return [(e["pointer"], _message(e)) for e in english.json.get("errors", ())]


def _said(problem: dict[str, Any]) -> list[str]:
    return [problem["title"], *(_message(e) for e in problem.get("errors", ()))]


def _message(fault: dict[str, Any]) -> str:
    return str(fault.get("detail") or fault.get("message"))


def proposing(*versions: dict[str, Any], **details: Any) -> dict[str, Any]:
    return {"driver": DRIVER, "versions": list(versions), **details}


def deposit(code: str, percent: str) -> dict[str, Any]:
    return {"product": code, "content": dearer(TIME_DEPOSIT, percent)}


def task_of(play: Play, element: str, department: str | None = None) -> str:
    return f"/tasks/{play.task(element, department).id}/complete"


def answering(play: Play, element: str, department: str | None = None, **data: Any) -> dict[str, Any]:
    return {"version": play.task(element, department).version, "data": data}


def test_a_request_that_names_one_product_twice(ask: Ask) -> None:
    body = proposing(deposit("TD", "1.50"), deposit("TD2", "1.50"), deposit("TD", "1.45"))
    assert [place for place, _ in refused(ask, "lin.yue", "/change-requests", body)] == ["/versions/2/product"]


def test_a_second_request_over_the_same_ground_is_refused_with_the_number_of_the_first(ask: Ask) -> None:
    first = ask("lin.yue", "POST", "/change-requests", proposing(deposit("TD", "1.50"))).json
    body = proposing(deposit("TD2", "1.50"), deposit("TD", "1.45"), draft=True)
    ((place, said),) = refused(ask, "lin.yue", "/change-requests", body, status=409, code="product_in_request")
    assert place == "/versions/1/product"
    assert said == f"TD stands in the open request {first['number']} already."


def test_a_second_request_on_other_ground_is_drafted_and_waits(ask: Ask) -> None:
    first = ask("lin.yue", "POST", "/change-requests", proposing(deposit("TD", "1.50"))).json
    assert first["waits_for"] == []
    content = deepcopy(dict(TIME_DEPOSIT))
    content["documents"]["documents"][0]["title"] = "Terms 2027"
    body = proposing({"product": "TD", "content": content})
    ((place, said),) = refused(ask, "lin.yue", "/change-requests", body, status=409, code="product_in_request")
    assert (place, "can be submitted once" in said) == ("/versions/0/product", True)
    second = ask("lin.yue", "POST", "/change-requests", {**body, "draft": True})
    waits = [{"product": "TD", "number": first["number"], "state": "submitted", "outcome": "wait"}]
    assert (second.status_code, second.json["waits_for"]) == (201, waits)
    path = f"/change-requests/{second.json['id']}"
    assert ask("lin.yue", "GET", path).json["waits_for"] == waits
    refused(ask, "lin.yue", f"{path}/submit", None, status=409, code="product_in_request")
    ask("lin.yue", "POST", f"/change-requests/{first['id']}/withdraw", {"reason": "Not now."})
    assert ask("lin.yue", "GET", path).json["waits_for"] == []
    assert ask("lin.yue", "POST", f"{path}/submit").status_code == 200


def test_an_effective_day_before_the_notice_allows(ask: Ask, play: Play) -> None:
    play.sell({"LO": LOAN}, owner="wu.lan")
    tomorrow = (datetime.now(UTC).date() + timedelta(days=3)).isoformat()
    body = proposing({"product": "LO", "content": dearer(LOAN, "3.45")}, effective_on=tomorrow)
    ((place, said),) = refused(ask, "sun.qiang", "/change-requests", body, code="notice_period")
    assert (place, said.startswith("The notice to customers takes until")) == ("/effective_on", True)


def test_a_committee_without_quorum(ask: Ask, play: Play) -> None:
    wealth(play, "W").review()
    body = answering(play, "convene_committee", members=["jiang.wen"])
    path = task_of(play, "convene_committee")
    assert [place for place, _ in refused(ask, "bai.ning", path, body, code="no_quorum")] == ["/data/members"]
    assert play.standing() == ["convene_committee"]


def test_a_vote_after_the_end_counts_nowhere_even_before_the_tick(ask: Ask, play: Play) -> None:
    wealth(play, "W").review().do("convene_committee")
    task = next(t for t in play.open_tasks() if t.element_id == "cast_vote")

    def over(uow: Any) -> None:
        uow.scalars(select(CommitteeMeeting)).one().voting_until = datetime(2026, 1, 1, tzinfo=UTC)

    play.step(over)
    body = {"version": task.version, "data": {"vote": "approve"}}
    refused(ask, str(task.assignee), f"/tasks/{task.id}/complete", body, status=409, code="voting_ended")


def test_a_receipt_of_the_wrong_product(ask: Ask, play: Play) -> None:
    gold(play).do("board_decision")
    paper = [play.attach(play.task("enter_receipt").id, "zhou.ting")]
    given = {"answer": "received", "number": "R-1", "received_on": "2026-11-01", "evidence": paper}
    body = answering(play, "enter_receipt", **given, products="TD")
    ((place, said),) = refused(ask, "zhou.ting", task_of(play, "enter_receipt"), body, code="wrong_product")
    assert (place, said) == ("/data/products", "The receipt names TD; the request is about G.")


@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"holder": "card_centre:executive"}, "/holder", "nobody"),
        ({"valid_to": "2101-01-01"}, "/valid_to", "too_long"),
        ({"valid_to": "2098-12-31"}, "/valid_to", "no_period"),
    ],
)
def test_an_authority_for_nobody_or_for_too_long(ask: Ask, changed: dict[str, str], pointer: str, code: str) -> None:
    terms = {"holder": "card_centre:head", "families": ["card"], "max_rate_change_bp": 25, "document": "Letter"}
    body = {**terms, "valid_from": "2099-01-01", "valid_to": "2099-12-31", **changed}
    assert [place for place, _ in refused(ask, "wang.zhiyuan", "/authorities", body, code=code)] == [pointer]


def test_a_head_does_not_sign_an_opinion_given_on_other_content(ask: Ask, play: Play) -> None:
    repricing(play, "HC").prepare().do("give_opinion", "alm")

    def alter(uow: Any) -> None:
        uow.scalars(select(DepartmentReview)).one().content_hash = "0" * 64

    play.step(alter)
    body = answering(play, "sign_off", "alm", decision="sign")
    refused(ask, "xie.na", task_of(play, "sign_off", "alm"), body, status=409, code="approval_void")


def test_nobody_speaks_for_a_department_that_was_not_asked(ask: Ask, play: Play) -> None:
    """Finance is not asked about a minor repricing; its officer neither sees the task nor may name a department."""
    repricing(play, "HC").prepare()
    path = task_of(play, "give_opinion", "alm")
    body = answering(play, "give_opinion", "alm", verdict="approve", opinion="Agreed.")
    refused(ask, "liang.yu", path, body, status=404)
    named = {**body, "data": {**body["data"], "department": "finance"}}
    assert [place for place, _ in refused(ask, "zheng.hao", path, named)] == ["/data/department"]


def test_a_point_that_is_not_on_the_checklist(ask: Ask, play: Play) -> None:
    repricing(play, "HC").prepare()
    body = answering(play, "give_opinion", "alm", verdict="approve", opinion="Agreed.", points_met=["moon_phase"])
    ((place, _),) = refused(ask, "zheng.hao", task_of(play, "give_opinion", "alm"), body)
    assert place == "/data/points_met"


def test_the_class_is_never_lowered(ask: Ask, play: Play) -> None:
    loan(play, "HL").prepare()
    body = answering(play, "give_opinion", "compliance", verdict="approve", opinion="Agreed.", raise_class="minor")
    ((place, _),) = refused(ask, "zhou.ting", task_of(play, "give_opinion", "compliance"), body)
    assert place == "/data/raise_class"
    assert session().get_one(ChangeRequest, play.request_id).materiality == "material"
    end_read()


def test_a_rate_above_its_ceiling_names_the_tier_and_the_paper(ask: Ask, play: Play) -> None:
    rate = {"value": "1.60", "unit": "percent", "period": "P1Y", "day_count": "ACT/360"}
    terms = {"family": "deposit", "currency": "CNY", "document": "C-7", "valid_from": date(2026, 1, 1).isoformat()}
    ceiling = ask("zheng.hao", "POST", "/rate-ceilings", {**terms, "rate": rate}).json["id"]
    assert ask("xie.na", "POST", f"/rate-ceilings/{ceiling}/confirm").status_code == 200
    body = proposing(deposit("TD", "1.50"), deposit("TD2", "1.99"))
    ((place, said),) = refused(ask, "lin.yue", "/change-requests", body, code="rate_ceiling")
    assert place == "/versions/1/content/rates/tiers/0/rate"
    assert said.startswith("1.99 % lies 39 bp above the ceiling of 1.6 %")
