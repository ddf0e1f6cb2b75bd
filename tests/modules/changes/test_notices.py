"""Notices to customers: the policy with its rule beside the plan, and what became of each notice (rule 10)."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session
from tests.modules.changes.conftest import Ask, over_http
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.conftest import Kept
from tests.processes.play import Play
from tests.shell.conftest import sign_in

GROUPED = {**deepcopy(dict(TIME_DEPOSIT)), "target_market": {"groups": ["mass", "retiree"]}}
SENDER = "lu.ming"


@pytest.fixture
def play(kept: Kept[Play]) -> Play:
    return kept(planned)


@pytest.fixture
def ask(bank: Flask, play: Play) -> Ask:
    return over_http(bank)


def planned() -> Play:
    """A deposit for two customer groups, its rollout planned and its notices on their way by two channels."""
    play = Play()
    play.sell({"GR": GROUPED}).draft({"GR": dearer(GROUPED, "1.35")}).submit().prepare().review()
    return play.do("executive_decision").do("plan_rollout", notice_channels=["sms", "app"])


def rollout(ask: Ask, play: Play) -> dict[str, Any]:
    found: dict[str, Any] = ask("zhao.heng", "GET", f"/change-requests/{play.request_id}").json["rollout"]
    return found


def report(ask: Ask, play: Play, notice: int, counts: tuple[int, int, int], who: str = SENDER) -> Any:
    body = dict(zip(("sent", "delivered", "failed"), counts, strict=True))
    path = f"/change-requests/{play.request_id}/notices/{notice}/delivery"
    return ask(who, "POST", path, {**body, "source": "message gateway"})


def test_there_is_a_notice_for_each_group_and_channel(ask: Ask, play: Play) -> None:
    found = [(n["customer_group"], n["channel"], n["state"]) for n in rollout(ask, play)["notices"]]
    assert found == [
        ("mass", "sms", "planned"),
        ("mass", "app", "planned"),
        ("retiree", "sms", "planned"),
        ("retiree", "app", "planned"),
    ]


def test_the_policy_stands_beside_the_plan_with_its_rule(ask: Ask, play: Play) -> None:
    policy = rollout(ask, play)["policy"]
    assert [(p["change_type"], p["family"], p["holder"], p["days"]) for p in policy] == [
        ("rate", "deposit", "existing", 0),
        ("rate", "deposit", "new", 0),
    ]
    assert [p["rules"] for p in policy] == [["deposit_rate"], ["new_business"]]
    assert "到期前" in str(policy[0]["sources"])


def test_the_sending_system_reports_totals_and_the_same_twice_changes_nothing(ask: Ask, play: Play) -> None:
    first = rollout(ask, play)["notices"][0]["id"]
    assert report(ask, play, first, (100, 90, 0)).json["state"] == "sent"
    answers = [report(ask, play, first, (100, 93, 7)).json for _ in range(2)]
    assert answers[0] == answers[1]
    assert (answers[0]["state"], answers[0]["failed"]) == ("failed", 7)
    chain = AuditEvent.stream == f"change:{play.request().number}"
    assert len(session().scalars(select(AuditEvent).where(chain, AuditEvent.action == "notice.reported")).all()) == 2


def test_a_late_report_and_impossible_counts_are_refused(ask: Ask, play: Play) -> None:
    first = rollout(ask, play)["notices"][0]["id"]
    report(ask, play, first, (100, 90, 0))
    assert report(ask, play, first, (80, 80, 0)).json["code"] == "late_report"
    answer = report(ask, play, first, (100, 99, 2))
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/sent")
    assert report(ask, play, first + 999, (1, 1, 0)).status_code == 404
    assert report(ask, play, first, (100, 95, 0), who="zhao.heng").status_code == 403
    assert report(ask, play, first, (100, 95, 0), who="he.jia").status_code in {403, 404}


def test_who_was_not_reached_is_seen_before_the_effective_day(ask: Ask, play: Play, bank: Flask) -> None:
    third = rollout(ask, play)["notices"][2]["id"]
    report(ask, play, third, (10, 6, 4))
    for language, words in (
        ("zh", ("退休人员", "未全部送达", "告知政策")),
        ("en", ("Retirees", "did not reach everybody")),
    ):
        client = bank.test_client()
        client.set_cookie("language", language)
        sign_in(client, "zhao.heng")
        page = client.get(f"/requests/{play.request_id}").text
        for word in words:
            assert word in page
