"""My requests say with whom each lies, for how long in business time, and what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from app.kernel.database import end_read, session
from app.modules.changes.presenting import standing_json
from app.modules.changes.services.standing import Standing, Wish, standings
from tests.processes.afterwards import OWED, Owed
from tests.processes.bank import TIME_DEPOSIT, WEALTH, dearer, person, riskier
from tests.processes.play import Play


def seen(play: Play, who: str, **wish: Any) -> Sequence[Standing]:
    found = standings(session(), person(session(), who), Wish(now=play.now, **wish))
    session().expunge_all()
    end_read()
    return found


def told(play: Play, who: str = "lin.yue") -> dict[str, Any]:
    return standing_json(seen(play, who)[0], play.now)


def test_an_opinion_that_was_given_waits_for_the_heads_signature(play: Play) -> None:
    play.sell({"P1": TIME_DEPOSIT}).draft({"P1": dearer(TIME_DEPOSIT, "1.35")}).submit().prepare()
    play.do("give_opinion", "alm")
    play.now += timedelta(days=3)
    steps = {step["element_id"]: step for step in told(play)["steps"]}
    assert steps["sign_off"]["waits_for"] == "opinion given, waits for the head's signature"
    assert steps["sign_off"]["business_days"] == 3
    assert steps["give_opinion"]["waits_for"] is None
    assert told(play)["needed_from_me"] == {"tasks": [], "conditions": []}


def test_a_committee_says_how_many_votes_are_in(play: Play) -> None:
    play.sell({"P1": WEALTH}, owner="tang.wei").draft({"P1": riskier(WEALTH, "R3")}).submit()
    play.do("assess_need", who="tang.wei").do("design_change").do("test_change").review().do("convene_committee")
    called = len([t for t in play.open_tasks() if t.element_id == "cast_vote"])
    assert told(play)["votes"] == {"cast": 0, "called": called}
    play.do("cast_vote")
    assert told(play)["votes"] == {"cast": 1, "called": called}


def test_a_live_change_that_still_owes_something_is_under_way(play: Play) -> None:
    owed = Owed()
    owed.now = play.now
    owed.launch("P1", alm=OWED)
    found = told(owed)
    assert [step["element_id"] for step in found["steps"]] == ["fulfil_condition"]
    assert seen(owed, "zhao.heng", whose="department")[0].mine[0].element_id == "fulfil_condition"
    owed.then("fulfil_condition").then("confirm_condition")
    assert seen(owed, "lin.yue") == []
    owed.wait(days=181)
    assert [step["element_id"] for step in told(owed)["steps"]] == ["review_after_launch"]
