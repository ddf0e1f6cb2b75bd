"""What is on sale before, during and after; pilots; the effective instant; conditions and notice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.kernel.clock import start_of_day
from app.kernel.database import end_read, session
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.kernel.outbox import OutboxMessage
from app.modules.catalogue.models import ProductVersion
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS
from app.modules.changes import services as changes
from app.modules.changes.models import Condition
from app.workflow.forms import form_named
from app.workflow.instances.services import cancel
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer, person
from tests.processes.play import Play
from tests.processes.test_paths import CONDITION, PLAN, loan, repricing

EFFECTIVE = date(2026, 12, 28)
SECOND = timedelta(seconds=1)


def states(product: str) -> list[str]:
    rows = select(ProductVersion).where(ProductVersion.product_code == product).order_by(ProductVersion.number)
    found = [version.state for version in session().scalars(rows)]
    end_read()
    return found


def topics() -> list[str]:
    found = list(session().scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)))
    end_read()
    return found


def scheduled(play: Play) -> datetime:
    repricing(play, "TD", effective_on=EFFECTIVE).prepare().review().do("executive_decision")
    play.do("plan_rollout", notice_days=0)
    at = play.request().effective_at
    assert at == start_of_day(EFFECTIVE) == datetime(2026, 12, 27, 16, tzinfo=UTC)
    return at


def test_nothing_changes_on_sale_before_the_effective_instant(play: Play) -> None:
    at = scheduled(play)
    assert play.answers_at("TD", [play.now, at - SECOND, at, at + SECOND]) == [1, 1, 2, 2]
    assert play.sale("TD", version=2).allowed is False
    assert play.sale("TD", version=1, at=at).allowed is False


def test_a_timer_on_time_completes_the_launch(play: Play) -> None:
    at = scheduled(play)
    play.now = at - SECOND
    assert play.wait(seconds=0) == 0
    assert play.wait(seconds=1) == 1
    assert play.request().state == "live"
    assert states("TD") == ["superseded", "live"]


def test_a_late_timer_delays_side_effects_only(play: Play) -> None:
    at = scheduled(play)
    assert "product.published" not in topics()
    play.now = at + timedelta(days=3)
    assert play.sale("TD").version == 2
    assert play.wait(seconds=0) == 1
    assert topics().count("product.published") == 1
    assert play.sale("TD", at=at).version == 2
    assert play.wait(seconds=5) == 0


def test_customers_are_told_when_the_launch_is_scheduled(play: Play) -> None:
    scheduled(play)
    assert topics() == ["customers.notified"]


def test_a_notice_shorter_than_the_policy_is_refused(play: Play) -> None:
    loan(play, "HL", pilot_plan=PLAN).prepare().review().do("executive_decision")
    play.wait(days=15)
    play.do("review_pilot")
    with pytest.raises(Invalid) as refusal:
        play.do("plan_rollout", notice_days=29)
    assert [(f.pointer, f.values["days"]) for f in refusal.value.faults] == [("/data/notice_days", 30)]
    assert play.instance().variables["notice_least"] == 30
    with pytest.raises(Invalid) as refusal:
        play.do("plan_rollout", effective_on=play.now.date().isoformat())
    assert [f.pointer for f in refusal.value.faults] == ["/data/effective_on"]


def test_an_effective_day_within_the_notice_period_cannot_be_submitted(play: Play) -> None:
    play.sell({"HL": LOAN}).draft({"HL": dearer(LOAN, "4.35")}, effective_on=date(2026, 12, 1))
    with pytest.raises(Invalid) as refusal:
        play.submit()
    assert [(f.pointer, f.code) for f in refusal.value.faults] == [("/effective_on", "notice_period")]
    assert play.request().state == "draft"


def test_a_day_in_the_past_is_refused(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT})
    with pytest.raises(Invalid) as refusal:
        play.draft({"TD": dearer(TIME_DEPOSIT, "1.35")}, effective_on=date(2026, 11, 22))
    assert [(f.pointer, f.code) for f in refusal.value.faults] == [("/effective_on", "past")]


def test_an_approval_that_took_too_long_moves_the_effective_day(play: Play) -> None:
    repricing(play, "TD", effective_on=date(2026, 11, 25)).prepare()
    play.wait(days=2)
    play.review().do("executive_decision")
    play.wait(days=4)
    play.do("plan_rollout", notice_days=7)
    assert play.request().effective_at == start_of_day(date(2026, 12, 6))


def test_several_products_take_effect_together(play: Play) -> None:
    cut = {"A": dearer(TIME_DEPOSIT, "1.30"), "B": dearer(TIME_DEPOSIT, "1.25")}
    play.sell({"A": TIME_DEPOSIT, "B": TIME_DEPOSIT}).draft(cut, effective_on=EFFECTIVE).submit()
    play.prepare().review().do("executive_decision").do("plan_rollout", notice_days=0)
    at = start_of_day(EFFECTIVE)
    for product in cut:
        assert play.answers_at(product, [at - SECOND, at]) == [1, 2]


def test_a_pilot_is_sold_within_its_scope_only(play: Play) -> None:
    loan(play, "HL", pilot_plan=PLAN).prepare().review().do("executive_decision")
    inside = {"unit": "SH01", "channel": "branch"}
    assert play.sale("HL", **inside).version == 2
    assert play.sale("HL", unit="SH01", channel="online").version == 1
    assert play.sale("HL", unit="BJ01", channel="branch").version == 1
    assert play.sale("HL", unit="BJ01", channel="branch", version=2).allowed is False
    assert play.sale("HL", **inside, at=play.now + timedelta(days=14)).version == 1


def test_a_failed_pilot_rolls_back_sales(play: Play) -> None:
    loan(play, "HL", pilot_plan=PLAN).prepare().review().do("executive_decision").stop_pilot()
    assert play.request().state == "pilot_failed"
    assert states("HL") == ["live", "pilot_failed"]
    assert play.sale("HL", unit="SH01", channel="branch").version == 1
    again = Play().draft({"HL": dearer(LOAN, "4.20")})
    assert again.submit().request().state == "submitted"


def test_only_risk_stops_a_pilot(play: Play) -> None:
    loan(play, "HL", pilot_plan=PLAN).prepare().review().do("executive_decision")
    with pytest.raises(Forbidden):
        play.stop_pilot(who="ma.chao")
    play.wait(days=15)
    with pytest.raises(Conflict) as refusal:
        play.stop_pilot()
    assert refusal.value.code == "pilot_over"


def test_a_pilot_is_extended_once_and_sold_on(play: Play) -> None:
    loan(play, "HL", pilot_plan=PLAN).prepare().review().do("executive_decision")
    play.wait(days=15)
    asked = {"unit": "SH", "channel": "mobile"}
    assert play.sale("HL", **asked).version == 1
    play.do("review_pilot", incidents=1)
    assert play.sale("HL", **asked).version == 2
    play.wait(days=15)
    play.do("review_pilot", incidents=1)
    assert play.request().state == "pilot_failed"


def observe(play: Play, who: str = "fang.yi", **row: Any) -> None:
    asked = {"scope": "SH01", "source": "branch report", "text": "Asked for often.", **row}
    play.step(
        lambda uow: changes.add_observation(
            uow, request_id=play.request_id, actor=person(uow, who), now=play.now, **asked
        )
    )


def test_observations_are_dated_rows_of_a_running_pilot(play: Play) -> None:
    loan(play, "HL", pilot_plan=PLAN)
    with pytest.raises(Conflict):
        observe(play, who="zhao.heng")
    play.prepare().review().do("executive_decision")
    evidence = play.attach(play.task("observe_pilot").id, "zhao.heng")
    observe(play, who="zhao.heng", readings={"sales": 4}, attachment_id=evidence)
    with pytest.raises(Invalid):
        observe(play, who="zhao.heng", attachment_id=evidence + 1)
    with pytest.raises(Forbidden):
        observe(play, who="chen.rui")


def test_conditions_before_launch_block_it_until_their_department_closes_them(play: Play) -> None:
    repricing(play, "TD").prepare().review(alm=CONDITION).do("executive_decision")
    assert play.standing() == ["close_conditions"]
    condition = session().scalars(select(Condition.id)).one()
    end_read()

    def close(who: str) -> None:
        play.step(
            lambda uow: changes.close_condition(
                uow,
                request_id=play.request_id,
                condition_id=condition,
                grounds="Done.",
                actor=person(uow, who),
                now=play.now,
            )
        )

    with pytest.raises(Forbidden):
        close("zhou.ting")
    close("xie.na")
    assert play.standing() == ["plan_rollout"]


def test_conditions_after_launch_do_not_block_it(play: Play) -> None:
    after = {**CONDITION, "condition_kind": "after_launch"}
    repricing(play, "TD").prepare().review(alm=after).do("executive_decision")
    assert play.standing() == ["plan_rollout"]


@pytest.mark.parametrize("stage", ["preparation", "review", "decision"])
def test_the_initiator_may_withdraw_until_it_is_decided(play: Play, stage: str) -> None:
    repricing(play, "TD")
    if stage != "preparation":
        play.prepare()
    if stage == "decision":
        play.review()
    with pytest.raises(Forbidden):
        play.withdraw(who="zhao.heng")
    play.withdraw()
    assert (play.request().state, play.instance().state, states("TD")) == (
        "withdrawn",
        "completed",
        ["live", "withdrawn"],
    )


def test_once_approved_it_cannot_be_withdrawn(play: Play) -> None:
    repricing(play, "TD").prepare().review().do("executive_decision")
    with pytest.raises(Conflict):
        play.withdraw()


def test_cancelling_the_case_closes_the_request_with_it(play: Play) -> None:
    repricing(play, "TD").prepare()
    case = play.request().instance_id or 0
    play.step(lambda uow: cancel(uow, instance_id=case, actor=person(uow, "lu.ming"), now=play.now, reason="Wrong."))
    assert (play.request().state, states("TD")) == ("withdrawn", ["live", "withdrawn"])


def test_the_pilot_form_offers_the_channels_and_groups_of_the_catalogue() -> None:
    offered = {c.key: [option.value for option in c.options] for c in form_named("pilot_plan").inputs}
    assert offered["channels"] == list(CHANNELS)
    assert offered["groups"] == list(CUSTOMER_GROUPS)
