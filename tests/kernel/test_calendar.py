"""Business days: the national calendar, and the bank's own days on top of it, in every process at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.desks.calendar.queries import days
from app.desks.calendar.services import STREAM, set_day
from app.identity.demo import DEMO_PASSWORD, seed_people
from app.kernel import audit, calendar
from app.kernel.audit import AuditEvent
from app.kernel.calendar import BankDay
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Forbidden, Invalid
from app.shell.filters import provisional
from app.worker import run_due
from tests.processes.bank import person
from tests.shell.conftest import sign_in, token_of

FRIDAY = datetime(2026, 11, 27, 2, 0, tzinfo=UTC)
MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


@pytest.fixture
def people(seeded: Callable[..., Flask]) -> Flask:
    return seeded(seed_people)


def enter(day: date, works: bool | None, *, who: str = "lu.ming", now: datetime = FRIDAY) -> None:
    with unit_of_work() as uow:
        set_day(uow, day=day, works=works, reason="Core system", actor=person(uow, who), now=now)


def next_day(start: datetime = FRIDAY) -> date:
    return calendar.add_business_days(start, 1).astimezone(calendar.BANK_ZONE).date()


def client_of(app: Flask, username: str) -> Callable[..., Any]:
    client = app.test_client(use_cookies=False)
    token = client.post("/api/v1/auth/token", json={"username": username, "password": DEMO_PASSWORD}).json["token"]

    def ask(method: str, path: str, body: Any = None) -> Any:
        return client.open(f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {token}"})

    return ask


def worked(ask: Callable[..., Any], year: int) -> set[str]:
    """The business days of a year, as the API tells them."""
    return {day["day"] for day in ask("GET", f"/business-days?year={year}").json["items"] if day["works"]}


def test_a_day_on_which_the_bank_is_closed_moves_a_deadline(people: Flask) -> None:
    assert next_day() == MONDAY
    enter(MONDAY, False)
    calendar.refresh(session())
    assert next_day() == TUESDAY


def test_a_weekend_day_that_the_bank_works_counts(people: Flask) -> None:
    enter(date(2026, 11, 28), True)
    calendar.refresh(session())
    assert next_day() == date(2026, 11, 28)


def test_the_latest_word_holds_and_the_national_calendar_can_come_back(people: Flask) -> None:
    for works in (False, True, None):
        enter(MONDAY, works)
    calendar.refresh(session())
    assert next_day() == MONDAY
    assert [row.works for row in session().scalars(select(BankDay).order_by(BankDay.id))] == [False, True, None]
    assert days(session(), MONDAY, MONDAY)[0].own is None


def test_another_process_sees_a_new_day_with_its_next_request_and_its_next_tick(people: Flask) -> None:
    """What this process remembers is put back to what it knew before, as in a process that did not enter it."""
    ask = client_of(people, "lin.yue")
    assert MONDAY.isoformat() in worked(ask, 2026)
    assert next_day() == MONDAY
    remembered = people.extensions["bank_calendar"]
    enter(MONDAY, False)
    for hear in (lambda: ask("GET", "/tasks"), lambda: run_due(FRIDAY)):
        people.extensions["bank_calendar"] = remembered
        assert next_day() == MONDAY
        hear()
        assert next_day() == TUESDAY
        end_read()


def test_what_a_drawing_asks_uses_the_banks_days(people: Flask) -> None:
    from app.workflow.instances.progress import functions

    enter(MONDAY, False)
    calendar.refresh(session())
    assert functions(FRIDAY)["business_days"](1).startswith("2026-12-01T15:59:59")


def test_asking_who_asks_takes_no_statement_more(people: Flask) -> None:
    from sqlalchemy import event

    from app.kernel.database import db

    ask = client_of(people, "lin.yue")
    ask("GET", "/tasks")
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    ask("GET", "/tasks")
    assert [
        text for text in said if text.startswith("SELECT") and "FROM bank_day" in text and "access_token" not in text
    ] == []


def test_only_operators_enter_days_and_everything_is_recorded(people: Flask) -> None:
    with pytest.raises(Forbidden):
        enter(MONDAY, False, who="lin.yue")
    enter(MONDAY, False)
    event = session().scalars(select(AuditEvent).where(AuditEvent.stream == STREAM)).one()
    assert (event.actor, event.payload) == (
        "lu.ming", {"day": "2026-11-30", "old": None, "new": False, "reason": "Core system"}
    )  # fmt: skip
    assert list(audit.verify(session())) == []


@pytest.mark.parametrize(
    ("day", "works"), [(date(2026, 11, 26), False), (date(2300, 1, 1), False), (MONDAY, None)], ids=str
)
def test_the_past_the_far_future_and_nothing_are_refused(people: Flask, day: date, works: bool | None) -> None:
    with pytest.raises(Invalid):
        enter(day, works)


def test_years_without_a_published_calendar_are_provisional(people: Flask) -> None:
    last = calendar.last_published_year()
    assert not calendar.is_provisional(date(last, 12, 31))
    assert calendar.is_provisional(date(last + 1, 1, 1))
    with people.test_request_context():
        assert provisional(date(last, 12, 31)) == ""
        assert "provisional" in provisional(date(last + 1, 1, 1))


def test_the_api_says_each_day_and_refuses_what_makes_no_sense(people: Flask) -> None:
    ask = client_of(people, "lu.ming")
    ahead = date.today().replace(day=1).replace(year=date.today().year + 1).isoformat()
    answer = ask("POST", "/bank-days", {"day": ahead, "works": False, "reason": "Migration"})
    assert (answer.status_code, answer.json["works"]) == (201, False)
    assert ahead not in worked(ask, int(ahead[:4]))
    (found,) = [day for day in ask("GET", f"/business-days?year={ahead[:4]}").json["items"] if day["day"] == ahead]
    assert (found["works"], found["reason"]) == (False, "Migration")
    for year in ("", "2000", "2201", "soon"):
        assert ask("GET", f"/business-days?year={year}").status_code == 422
    assert ask("POST", "/bank-days", {"day": ahead, "works": "no", "reason": "x"}).status_code == 422
    assert ask("POST", "/bank-days", {"day": ahead, "works": True, "reason": " "}).status_code == 422
    assert ask("POST", "/bank-days", {"day": "2020-01-01", "works": True, "reason": "x"}).status_code == 422
    clerk = client_of(people, "lin.yue")
    assert clerk("POST", "/bank-days", {"day": ahead, "works": True, "reason": "x"}).status_code == 403


def page_of(app: Flask, username: str, language: str = "en") -> FlaskClient:
    client = app.test_client()
    client.set_cookie("language", language)
    sign_in(client, username)
    return client


def test_the_page_enters_a_day_and_names_years_not_published(people: Flask) -> None:
    client = page_of(people, "lu.ming")
    ahead = date(date.today().year + 1, 3, 3)
    page = client.get("/admin/calendar").text
    sent = {"csrf_token": token_of(page), "day": ahead.isoformat(), "works": "no", "reason": "Audit day"}
    answer = client.post("/admin/calendar", data=sent)
    assert answer.status_code == 303
    shown = client.get(answer.location).text
    assert "Audit day" in shown
    assert ("has not been published yet" in shown) == calendar.is_provisional(ahead)
    wrong = client.post("/admin/calendar", data={**sent, "day": "soon"})
    assert wrong.status_code == 422
    assert "Must be a day" in wrong.text
    assert 'value="Audit day"' in wrong.text


def test_auditors_look_and_others_do_not(people: Flask) -> None:
    client = page_of(people, "jin.cheng", "zh")
    page = client.get("/admin/calendar")
    assert page.status_code == 200
    assert 'name="reason"' not in page.text
    token = token_of(client.get("/admin").text)
    assert client.post("/admin/calendar", data={"csrf_token": token}).status_code == 403
    assert page_of(people, "lin.yue").get("/admin/calendar").status_code == 403
