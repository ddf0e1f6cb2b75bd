"""Ways past the procedure: an operator's hand, an old draft, everything due at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.kernel import audit
from app.kernel.clock import start_of_day
from app.kernel.database import end_read, session
from app.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.services.creating import describe_product
from app.modules.changes import invariants
from app.workflow.invariants import violations
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer, person
from tests.processes.play import Play, put
from tests.processes.test_launch import EFFECTIVE, SECOND, states, topics
from tests.processes.test_paths import PLAN, loan, repricing


def everything_holds(play: Play) -> None:
    assert list(violations(session(), play.now)) == []
    assert list(invariants.violations(session())) == []
    assert list(audit.verify(session())) == []
    end_read()


def put_and_plan(play: Play, element: str) -> None:
    put(play, element)
    if "plan_rollout" in play.standing():
        play.do("plan_rollout", notice_days=0)


AHEAD = ("approve_versions", "run_pilot", "roll_out")


@pytest.mark.parametrize("element", AHEAD)
@pytest.mark.parametrize("stage", ["need", "review", "decision"])
def test_an_operator_cannot_put_a_case_past_the_decision(play: Play, stage: str, element: str) -> None:
    repricing(play, "TD", pilot_plan=PLAN)
    if stage != "need":
        play.prepare()
    if stage == "decision":
        play.review()
    before = play.standing()
    with pytest.raises(DomainError):
        put_and_plan(play, element)
    assert states("TD") in (["live", "draft"], ["live", "in_review"])
    assert play.answers_at("TD", [play.now, play.now + timedelta(days=400)]) == [1, 1]
    assert play.standing() in (before, ["plan_rollout"])


def test_an_operator_cannot_put_a_case_past_its_pilot(play: Play) -> None:
    """Nothing is sold everywhere that a rule wanted tried out first; what was opened goes on when the case is back."""
    loan(play, "HL").prepare().review().do("executive_decision")
    put(play, "roll_out")
    with pytest.raises(Forbidden) as refusal:
        play.do("plan_rollout")
    assert refusal.value.code == "pilot_missing"
    put(play, "run_pilot")
    play.do("plan_pilot")
    over = play.task("observe_pilot").due_at
    play.wait(days=3)
    put(play, "roll_out")
    with pytest.raises(Forbidden) as refusal:
        play.do("plan_rollout")
    assert refusal.value.code == "pilot_not_passed"
    put(play, "run_pilot")
    with pytest.raises(Conflict) as again:
        play.do("plan_pilot")
    assert again.value.code == "pilot_running"
    put(play, "open_pilot")
    assert play.task("observe_pilot").due_at == over
    everything_holds(play)
    play.wait(days=28)
    play.do("review_pilot").do("plan_rollout")
    assert play.request().state == "scheduled"


def test_what_was_approved_is_not_designed_again(play: Play) -> None:
    """Wherever an operator puts the case: the content that was decided on stays as it was shown."""
    loan(play, "HL").prepare().review().do("executive_decision")
    approved = play.request().content_hash
    put(play, "prepare")
    play.do("assess_need")
    with pytest.raises(Conflict) as refusal:
        play.do("design_change")
    assert refusal.value.code == "approved_before"
    assert play.request().content_hash == approved
    put(play, "run_pilot")
    play.do("plan_pilot")
    everything_holds(play)


def test_a_rollout_that_is_planned_is_not_planned_again(play: Play) -> None:
    """An operator can put the case back on what follows the plan; customers are told once."""
    repricing(play, "TD", effective_on=EFFECTIVE).prepare().review().do("executive_decision")
    play.do("plan_rollout", notice_days=0)
    put(play, "plan_rollout")
    with pytest.raises(Conflict) as refusal:
        play.do("plan_rollout", notice_days=0)
    assert refusal.value.code == "rollout_planned"
    put(play, "notify_customers")
    assert topics() == ["customers.notified"]
    play.wait(days=40)
    assert play.request().state == "live"
    everything_holds(play)


def test_a_decision_put_before_the_review_is_not_enough(play: Play) -> None:
    loan(play, "HL").prepare().speak("risk")
    put(play, "decide")
    with pytest.raises(Conflict) as refusal:
        play.do("executive_decision")
    assert refusal.value.code == "not_reviewed"
    assert states("HL") == ["live", "in_review"]
    put(play, "classify_change")
    assert "risk" not in play.asked()
    play.review().do("executive_decision")
    everything_holds(play)


def test_an_old_draft_does_not_undo_in_silence_what_went_live_since(play: Play) -> None:
    old = Play().sell({"TD": TIME_DEPOSIT})
    longer = dearer(TIME_DEPOSIT, "1.55")
    longer["basics"] = {"name": {"en": "Time deposit plus", "zh": "整存整取"}}
    old.draft({"TD": longer})
    play.draft({"TD": dearer(TIME_DEPOSIT, "1.35")}).submit().prepare().review().do("executive_decision")
    play.do("plan_rollout", notice_days=0)
    play.wait(minutes=5)
    old.now = play.now
    with pytest.raises(Invalid) as refusal:
        old.submit()
    assert [(f.pointer, f.code) for f in refusal.value.faults] == [("/versions/0", "outdated")]
    old.edit({"TD": longer}).submit()


def test_pilot_end_and_effective_instant_passed_in_one_sleep(play: Play) -> None:
    loan(play, "HL", pilot_plan=PLAN, effective_on=EFFECTIVE).prepare().review().do("executive_decision")
    play.wait(days=90)
    assert play.sale("HL", unit="SH01", channel="branch").version == 1
    everything_holds(play)
    play.do("review_pilot")
    assert play.standing() == ["plan_rollout"]
    play.do("plan_rollout", notice_days=30)
    at = play.request().effective_at
    assert at is not None
    assert at > play.now
    play.wait(days=60)
    assert play.request().state == "live"
    assert play.answers_at("HL", [at - SECOND, at]) == [1, 2]
    everything_holds(play)


def test_a_day_begins_at_midnight_in_shanghai(play: Play) -> None:
    repricing(play, "TD", effective_on=EFFECTIVE).prepare().review().do("executive_decision")
    play.do("plan_rollout", notice_days=0)
    at = start_of_day(EFFECTIVE)
    assert (at.hour, at.day) == (16, EFFECTIVE.day - 1)
    assert play.answers_at("TD", [at - SECOND, at]) == [1, 2]
    rows = select(ProductVersion.valid_to).where(ProductVersion.product_code == "TD", ProductVersion.number == 1)
    assert session().scalar(rows) == at
    end_read()


def test_after_a_send_back_the_old_round_does_not_count(play: Play) -> None:
    loan(play, "HL").prepare().review().do("executive_decision", decision="send_back", reason="Cheaper.")
    play.edit({"HL": dearer(LOAN, "4.10")}).redo()
    put(play, "decide")
    with pytest.raises(Conflict):
        play.do("executive_decision")


def test_a_product_is_described_by_its_owner_only(play: Play) -> None:
    """Or it could be taken over by naming another department as its owner."""
    play.sell({"TD": TIME_DEPOSIT})
    taken = {"owner_department": "corporate_banking"}
    with pytest.raises(Forbidden):
        play.step(
            lambda uow: describe_product(uow, code="TD", changes=taken, actor=person(uow, "sun.qiang"), now=play.now)
        )
    play.step(
        lambda uow: describe_product(uow, code="TD", changes={"note": "x"}, actor=person(uow, "lin.yue"), now=play.now)
    )
