"""Exits over HTTP: proposed, planned, answered one by one and in bulk, followed; what bad input is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.modules.changes.conftest import Ask
from tests.modules.exits.conftest import held
from tests.processes.conftest import Kept
from tests.processes.leaving import Leave

BODY = {"product": "OLD", "reason": "Few buy it."}
PLAN = {
    "way": "replacement",
    "target": "NEW",
    "answer_days": 60,
    "notice_text": "The product ends.",
    "exception_owner": "zhao.heng",
}


@pytest.fixture
def told(kept: Kept[Leave]) -> Leave:
    return kept(told_customers)


def told_customers() -> Leave:
    """Customers were told and may answer."""
    leave = held()
    leave.leave("OLD").evaluate().plan("NEW").do("plan_exit").review().do("decide_exit")
    return leave.settle_down()


def test_the_owning_department_and_risk_propose_an_exit(ask: Ask, leave: Leave) -> None:
    for who in ("wang.zhiyuan", "tang.wei", "lu.ming"):
        assert ask(who, "POST", "/exits", BODY).status_code == 403
    assert ask("chen.rui", "POST", "/exits", {**BODY, "reason": " \u3000"}).json["errors"][0]["pointer"] == "/reason"
    answer = ask("chen.rui", "POST", "/exits", BODY)
    assert answer.status_code == 201, answer.json
    assert answer.json["id"] == "EX-00001"
    assert ask("lin.yue", "POST", "/exits", BODY).status_code == 409
    assert ask("lin.yue", "GET", "/exits?product=OLD").json["items"][0]["state"] == "proposed"
    assert ask("tan.xue", "GET", "/exits/EX-00001").status_code == 404
    case = ask("lin.yue", "GET", f"/instances/{answer.json['instance_id']}").json
    assert (case["business_key"], case["active_elements"][-1]) == ("EX-00001", "give_figures")


def test_a_plan_is_written_against_the_state_that_was_seen(ask: Ask, leave: Leave) -> None:
    leave.leave("OLD").evaluate()
    seen = ask("lin.yue", "GET", "/exits/EX-00001").headers["ETag"]
    assert ask("lin.yue", "PUT", "/exits/EX-00001/plan", PLAN).status_code == 428
    assert ask("lin.yue", "PUT", "/exits/EX-00001/plan", PLAN, **{"If-Match": '"old"'}).status_code == 412
    answer = ask("lin.yue", "PUT", "/exits/EX-00001/plan", PLAN, **{"If-Match": seen})
    assert answer.status_code == 200, answer.json
    assert answer.json["plan"]["target_version"] == 1
    (row,) = ask("lin.yue", "GET", "/exits/EX-00001/map").json["items"]
    assert (row["worse"], row["guaranteed"], row["choice"]) == (False, True, "take")


def test_answers_come_one_by_one_and_in_bulk(ask: Ask, told: Leave) -> None:
    one, two, three = (item.holding_id for item in told.items())
    single = {"source": "branch", "answers": [{"holding": one, "answer": "consent"}]}
    assert ask("lu.ming", "POST", "/exits/EX-00001/answers", single).json == {"changed": 1}
    table = {"source": "app", "csv": f"holding,answer\n{two},opt_out\n{three},consent\n"}
    assert ask("lin.yue", "POST", "/exits/EX-00001/answers", table).json == {"changed": 2}
    assert ask("lin.yue", "POST", "/exits/EX-00001/answers", table).json == {"changed": 0}
    assert ask("chen.rui", "POST", "/exits/EX-00001/answers", single).status_code in (403, 404)
    progress = ask("lin.yue", "GET", "/exits/EX-00001/progress").json
    assert (progress["total"], progress["states"]["consented"], progress["states"]["opted_out"]) == (3, 2, 1)
    first = ask("lin.yue", "GET", "/exits/EX-00001/items?limit=2").json
    rest = ask("lin.yue", "GET", f"/exits/EX-00001/items?limit=2&cursor={first['next']}").json
    assert [item["holding"] for item in (*first["items"], *rest["items"])] == [one, two, three]
    assert ask("lin.yue", "GET", "/exits/EX-00001/reconciliation").json["balanced"] is False
    found = ask("lin.yue", "GET", "/exits/EX-00001").json
    assert {opinion["content_hash"] for opinion in found["opinions"]} == {found["plan"]["content_hash"]}
    assert [(decision["by"], decision["decision"]) for decision in found["decisions"]] == [("wang.zhiyuan", "approve")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"source": "app"}, "/answers"),
        ({"source": "app", "answers": []}, "/answers"),
        ({"source": "app", "answers": [{"holding": 1, "answer": "perhaps"}]}, "/answers/0/answer"),
        ({"source": "app", "answers": [{"holding": 999_999, "answer": "consent"}]}, "/answers/0/holding"),
        ({"source": "app", "csv": "a,b\n"}, "/csv"),
        ({"source": "app", "csv": "holding,answer\n1\n"}, "/csv"),
        ({"source": "app", "csv": "holding,answer\nx,consent\n"}, "/csv"),
        ({"source": "app", "csv": "holding,answer\n1,perhaps\n"}, "/csv"),
        ({"source": "app", "csv": 'holding,answer\n"1,consent\n'}, "/csv"),
    ],
)
def test_wrong_answers_are_located_and_none_is_taken(ask: Ask, told: Leave, body: Any, pointer: str) -> None:
    answer = ask("lu.ming", "POST", "/exits/EX-00001/answers", body)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer), answer.json
    assert set(told.states()) == {"noticed"}


def test_one_wrong_line_keeps_all_others_out(ask: Ask, told: Leave) -> None:
    known = told.items()[0].holding_id
    twice = [{"holding": known, "answer": "consent"}, {"holding": known, "answer": "opt_out"}]
    answer = ask("lu.ming", "POST", "/exits/EX-00001/answers", {"source": "app", "answers": twice})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/answers/1/holding")
    assert set(told.states()) == {"noticed"}


def test_a_notice_that_did_not_arrive_is_counted_and_its_silence_moves_nobody(ask: Ask, told: Leave) -> None:
    def sent(counts: tuple[int, int], lost: list[str], who: str = "lu.ming", notice: int = 0) -> Any:
        body = {"sent": counts[0], "delivered": counts[1], "undelivered": lost, "source": "message gateway"}
        return ask(who, "POST", f"/exits/EX-00001/notices/{notice or first}/delivery", body)

    ((first, customers),) = told.notices()
    assert sent((4, 0), [customers[0], "NOBODY"]).json["errors"] == [
        {"pointer": "/undelivered/1", "detail": "This customer was not told by this notice.", "code": "unknown"},
        {"pointer": "/sent", "detail": "The notice was for 3 customers.", "code": "counts"},
    ]
    assert sent((3, 3), [customers[0]]).json["errors"][0]["pointer"] == "/sent"
    assert sent((3, 1), customers[:2]).status_code == 200
    answers = [sent((3, 2), customers[:1]).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert sent((3, 1), customers[:1]).json["code"] == "late_report"
    assert sent((3, 2), [], who="lin.yue").status_code == 403
    assert sent((3, 2), [], notice=first + 999).status_code == 404
    found = ask("lin.yue", "GET", "/exits/EX-00001/notices").json
    assert [{**total, "reported": None} for total in found["totals"]] == [
        {"customer_group": "mass", "channel": "sms", "state": "failed", "reported": None}
        | {"customers": 3, "sent": 3, "delivered": 2, "failed": 1}
    ]
    assert [item["id"] for item in found["items"]] == [first]
    (missed,) = ask("lin.yue", "GET", "/exits/EX-00001/items?unreached=true").json["items"]
    assert ask("lin.yue", "GET", "/exits/EX-00001/progress").json["unreached"] == 1
    told.close_answers()
    assert [item.state for item in told.items()] == ["exception", "moved", "moved"]
    assert told.items()[0].holding_id == missed["holding"]
    assert told.items()[0].reason == "undelivered"


@pytest.mark.parametrize("number", ["EX-00009", "EX-1", "EX-99999999999999999999", "x", "EX-00001%0A"])
def test_an_unknown_exit_is_not_there(ask: Ask, leave: Leave, number: str) -> None:
    assert ask("lin.yue", "GET", f"/exits/{number}").status_code == 404


def test_only_operators_stop_the_batches(ask: Ask, leave: Leave) -> None:
    leave.leave("OLD")
    assert ask("lin.yue", "POST", "/exits/EX-00001/hold").status_code == 403
    assert ask("lu.ming", "POST", "/exits/EX-00001/hold").json["held_by"] == "lu.ming"
    assert ask("lu.ming", "POST", "/exits/EX-00001/hold").status_code == 409
    assert ask("lu.ming", "POST", "/exits/EX-00001/resume").json["held_by"] is None
