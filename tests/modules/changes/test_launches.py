"""The launch calendar: effective days, pilots and reviews due stand on their day, for those who may see the request."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import lxml.html
import pytest
from flask import Flask
from sqlalchemy import update

from app.kernel.clock import accounting_date, start_of_day
from app.kernel.database import end_read, session, unit_of_work
from app.modules.changes.models import ChangeRequest, Pilot
from app.modules.changes.queries.launches import Span, happenings
from tests.processes.bank import TIME_DEPOSIT, dearer, person
from tests.processes.play import Play
from tests.processes.test_waves import FIRST, LAST, SECOND, decided, planned
from tests.shell.conftest import sign_in
from tests.shell.test_crawl import _complaints as complaints
from tests.statements import counted

BEGIN, EFFECTIVE = date(2026, 11, 23), date(2026, 12, 28)


def seen(who: str, first: date = BEGIN, days: int = 400, whose: str = "all") -> list[tuple[date, str, int]]:
    end_read()
    span = Span(start_of_day(first), start_of_day(first + timedelta(days=days)), whose)
    return [(h.day, h.kind, h.request.id) for h in happenings(session(), person(session(), who), span)]


@pytest.fixture
def asked(play: Play) -> ChangeRequest:
    """A request with a wished day, submitted."""
    play.sell({"TD": TIME_DEPOSIT})
    play.draft({"TD": dearer(TIME_DEPOSIT, "1.35")}, effective_on=EFFECTIVE).submit()
    return play.request()


def put(request: ChangeRequest, **values: Any) -> None:
    with unit_of_work() as uow:
        uow.execute(update(ChangeRequest).where(ChangeRequest.id == request.id).values(**values))


def pilot(request: ChangeRequest, begins: date, until: date) -> None:
    with unit_of_work() as uow:
        given = {"begins_at": start_of_day(begins), "until": start_of_day(until)}
        uow.add(Pilot(change_request_id=request.id, scopes=[], length_days=30, criteria={}, state="running", **given))


def test_a_wished_day_becomes_the_effective_day(asked: ChangeRequest) -> None:
    assert seen("lin.yue") == [(EFFECTIVE, "wish", asked.id)]
    put(asked, state="scheduled")
    assert seen("lin.yue") == [(EFFECTIVE, "launch", asked.id)]
    put(asked, state="withdrawn")
    assert seen("lin.yue") == []


def test_a_pilot_stands_on_its_first_and_last_day(asked: ChangeRequest) -> None:
    first, last = date(2026, 11, 30), date(2026, 12, 30)
    pilot(asked, first, last)
    assert seen("lin.yue")[0] == (first, "pilot_begins", asked.id)
    assert seen("lin.yue")[-1] == (last, "pilot_ends", asked.id)
    assert seen("lin.yue", first, days=1) == [(first, "pilot_begins", asked.id)]
    assert seen("lin.yue", last, days=1) == [(last, "pilot_ends", asked.id)]


def test_each_wave_stands_on_its_day_with_its_scope(play: Play) -> None:
    request = planned(decided(play)).request()
    assert [h for h in seen("lin.yue") if h[2] == request.id][:3] == [
        (FIRST, "wave", request.id),
        (SECOND, "wave", request.id),
        (LAST, "launch", request.id),
    ]
    assert seen("lin.yue", SECOND, days=1) == [(SECOND, "wave", request.id)], "and no day before it"
    span = Span(start_of_day(SECOND), start_of_day(LAST))
    (second,) = happenings(session(), person(session(), "lin.yue"), span)
    assert second.scope == {"units": ["BJ"], "channels": ["mobile"], "groups": ["mass"]}
    end_read()


def test_reviews_stand_on_the_day_their_opinions_are_due(asked: ChangeRequest, play: Play) -> None:
    play.prepare()
    due = {accounting_date(t.due_at) for t in play.open_tasks() if t.due_at is not None}
    found = [h for h in seen("lin.yue") if h[1] == "review"]
    assert found == [(day, "review", asked.id) for day in sorted(due)]


def test_the_calendar_shows_what_a_person_may_see(asked: ChangeRequest) -> None:
    assert seen("he.jia") == []
    assert len(seen("jin.cheng")) == 1
    assert seen("jin.cheng", whose="mine") == []
    assert len(seen("lin.yue", whose="mine")) == 1
    assert len(seen("zhao.heng", whose="department")) == 1


def test_a_month_takes_as_many_statements_with_many_requests_as_with_one(play: Play) -> None:
    def cost() -> int:
        who = person(session(), "lin.yue")
        span = Span(start_of_day(BEGIN), start_of_day(BEGIN + timedelta(days=400)))
        with counted() as said:
            happenings(session(), who, span)
        return len([s for s in said if s.startswith("SELECT")])

    for number in range(6):
        play.sell({f"P{number}": TIME_DEPOSIT})
        play.draft({f"P{number}": dearer(TIME_DEPOSIT, "1.35")}, effective_on=EFFECTIVE).submit()
        if number == 0:
            one = cost()
    assert one == cost() == 6
    assert len(seen("lin.yue")) == 6


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_the_month_that_was_asked_for(bank: Flask, asked: ChangeRequest, language: str) -> None:
    client = bank.test_client()
    client.set_cookie("language", language)
    sign_in(client, "lin.yue")
    page = lxml.html.fromstring(client.get("/requests/calendar?month=2026-12").text)
    (cell,) = page.xpath("//table[contains(@class, 'launches')]//td[.//a]")
    assert cell.xpath(".//span[@class='number']")[0].text_content().strip() == "28"
    assert cell.xpath(".//a/@href") == [f"/requests/{asked.id}"]
    assert not list(complaints(page, language))
    empty = client.get("/requests/calendar?month=2027-02")
    assert f"/requests/{asked.id}" not in empty.text
    assert ("尚未公布" if language == "zh" else "not been published") in empty.text


@pytest.mark.parametrize("month", ["", "soon", "2026-13", "9999-01", "2026-1", "0000-00", "２０２６-01"])
def test_a_month_that_is_none_shows_this_one(bank: Flask, month: str) -> None:
    client = bank.test_client()
    sign_in(client, "lin.yue")
    assert client.get(f"/requests/calendar?month={month}&whose=nobody").status_code == 200
