"""Rollout in waves: all instants are in the data at once; where no wave has come the old version stays on sale."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.kernel.clock import start_of_day
from app.kernel.database import end_read, session
from app.kernel.errors import Invalid
from app.kernel.outbox import OutboxMessage
from app.modules.catalogue.models import FOREVER, Availability
from app.modules.catalogue.queries import on_sale
from tests.processes.bank import TIME_DEPOSIT, dearer
from tests.processes.play import Play
from tests.processes.test_paths import repricing
from tests.shell.conftest import sign_in

FIRST, SECOND, LAST = date(2026, 12, 7), date(2026, 12, 14), date(2026, 12, 28)
WAVES = "2026-12-07 SH, SZ01\n\n2026-12-14：BJ 手机银行 mass"
HOUR = timedelta(hours=1)


def decided(play: Play, code: str = "TD", **details: Any) -> Play:
    return repricing(play, code, effective_on=LAST, **details).prepare().review().do("executive_decision")


def planned(play: Play, waves: str = WAVES, **more: Any) -> Play:
    return play.do("plan_rollout", notice_days=0, pace="waves", waves=waves, **more)


def topics() -> list[str]:
    found = list(session().scalars(select(OutboxMessage.topic).order_by(OutboxMessage.id)))
    end_read()
    return found


def test_each_wave_sells_the_new_version_and_the_old_one_stays_elsewhere(play: Play) -> None:
    planned(decided(play))
    first, second, last = (start_of_day(day) for day in (FIRST, SECOND, LAST))
    shanghai, beijing = {"unit": "SH01"}, {"unit": "BJ", "channel": "mobile", "group": "mass"}
    moments = [first - HOUR, first, second - HOUR, second, last - HOUR, last]
    assert [play.sale("TD", at=at, **shanghai).version for at in moments] == [1, 2, 2, 2, 2, 2]
    assert [play.sale("TD", at=at, **beijing).version for at in moments] == [1, 1, 1, 2, 2, 2]
    assert [play.sale("TD", at=at, unit="SZ").version for at in moments] == [1, 1, 1, 1, 1, 2]
    assert [play.sale("TD", at=at).version for at in moments] == [1, 1, 1, 1, 1, 2]
    old = play.sale("TD", at=first, version=1, **shanghai)
    assert (old.allowed, old.reasons[0].code) == (False, "newer_here")
    assert play.sale("TD", at=first, version=2, unit="BJ").allowed is False
    assert on_sale(session(), as_of=first, products=["TD"])["TD"].number == 1
    assert on_sale(session(), as_of=last, products=["TD"])["TD"].number == 2
    end_read()


def test_what_was_believed_before_the_plan_knows_no_waves(play: Play) -> None:
    decided(play)
    before = play.now
    play.now += HOUR
    planned(play)
    asked = {"at": start_of_day(SECOND), "unit": "SH"}
    assert play.sale("TD", **asked).version == 2
    assert play.sale("TD", known_at=before, **asked).version == 1


def test_the_request_is_live_with_the_last_wave(play: Play) -> None:
    planned(decided(play))
    seen = []
    for day in (FIRST, SECOND, LAST):
        play.now = start_of_day(day)
        play.wait(seconds=0)
        seen.append((play.request().state, topics().count("product.wave_reached")))
    assert seen == [("scheduled", 1), ("scheduled", 2), ("live", 2)]
    assert topics().count("product.published") == 1


def test_a_late_timer_tells_of_all_waves_that_came(play: Play) -> None:
    planned(decided(play))
    play.now = start_of_day(LAST) + timedelta(days=2)
    assert play.sale("TD", unit="SZ").version == 2
    play.wait(seconds=0)
    play.wait(seconds=1)
    assert play.request().state == "live"


def test_without_waves_it_is_everywhere_on_one_day(play: Play) -> None:
    decided(play).do("plan_rollout", notice_days=0, pace="at_once", waves=WAVES)
    assert play.answers_at("TD", [start_of_day(LAST) - HOUR, start_of_day(LAST)]) == [1, 2]
    assert play.sale("TD", at=start_of_day(SECOND), unit="SH").version == 1
    rows = select(Availability).where(Availability.recorded_to == FOREVER, Availability.unit.is_not(None))
    assert session().scalars(rows).all() == []
    end_read()


WRONG = {
    "no day": ("SH 2026-12-07", "does not begin with a day"),
    "nowhere": ("2026-12-07", "names no unit"),
    "no such place": ("2026-12-07 XX9", "no unit"),
    "after the last": ("2026-12-28 SH", "after the others"),
    "in no order": ("2026-12-14 SH\n2026-12-07 BJ", "after the one before it"),
    "overlapping": ("2026-12-07 SH\n2026-12-14 SH01 mobile", "overlaps with line"),
    "before the notice": ("2026-11-22 SH", "notice to customers"),
    "too many": ("\n".join(f"2026-12-{day:02} {unit}" for day, unit in enumerate(["SH"] * 10, 7)), "At most"),
}


@pytest.mark.parametrize("case", WRONG)
def test_waves_that_cannot_be_are_refused_with_their_line(play: Play, case: str) -> None:
    text, said = WRONG[case]
    decided(play)
    with pytest.raises(Invalid) as refusal:
        planned(play, text)
    assert {fault.pointer for fault in refusal.value.faults} == {"/data/waves"}
    assert any(said in fault.message for fault in refusal.value.faults)
    assert play.standing() == ["plan_rollout"]


def test_a_wave_lies_where_the_new_version_is_to_be_sold(play: Play) -> None:
    content = {**deepcopy(dict(TIME_DEPOSIT)), "availability": {"scopes": [{"units": ["SH", "BJ"]}]}}
    play.sell({"LIM": content}).draft({"LIM": dearer(content, "1.35")}, effective_on=LAST).submit()
    play.prepare().review().do("executive_decision")
    with pytest.raises(Invalid) as refusal:
        planned(play, "2026-12-07 SZ")
    assert refusal.value.faults[0].values["product"] == "LIM"
    planned(play, "2026-12-07 mobile")
    at = start_of_day(FIRST)
    assert play.sale("LIM", at=at, unit="SH01", channel="mobile").version == 2
    assert play.sale("LIM", at=at, unit="SH01", channel="branch").version == 1
    assert play.sale("LIM", at=at, unit="SZ", channel="mobile").allowed is False


def test_the_waves_stand_on_the_page_and_in_the_answer(bank: Flask, play: Play) -> None:
    planned(decided(play))
    client = bank.test_client()
    client.set_cookie("language", "zh")
    sign_in(client, "zhao.heng")
    page = client.get(f"/requests/{play.request_id}").text
    assert "手机银行" in page
    assert "全部范围" in page
    rollout = client.get(f"/api/v1/change-requests/{play.request_id}").json["rollout"]
    assert [wave["scope"] for wave in rollout["waves"]] == [
        {"units": ["SH", "SZ01"]},
        {"units": ["BJ"], "channels": ["mobile"], "groups": ["mass"]},
    ]
    assert rollout["effective_at"].startswith("2026-12-27T16:00")
