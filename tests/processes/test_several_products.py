"""A request over products of several families and departments: each has its say, and the strictest rule counts."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.kernel.database import end_read, session
from app.workflow.decisions.models import DecisionRecord
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer
from tests.processes.play import Play


@pytest.fixture
def mixed(play: Play) -> Play:
    """A deposit of personal and a loan of corporate banking, both repriced by a whole percentage point."""
    play.sell({"TD": TIME_DEPOSIT}).sell({"LO": LOAN}, owner="wu.lan")
    return play.draft({"LO": dearer(LOAN, "4.35"), "TD": dearer(TIME_DEPOSIT, "0.55")}).submit()


def asked_with(table: str) -> list[str]:
    rows = select(DecisionRecord).where(DecisionRecord.decision_key == table).order_by(DecisionRecord.id)
    found = [record.inputs["family"] for record in session().scalars(rows)]
    end_read()
    return found


def test_the_department_of_the_initiator_leads_and_every_owner_assesses_the_need(mixed: Play) -> None:
    request = mixed.request()
    assert (request.owner_department, request.owners) == ("personal_banking", ["personal_banking", "corporate_banking"])
    assert mixed.standing() == ["assess_need", "assess_need"]
    mixed.do("assess_need").do("assess_need", who="wu.lan")
    assert mixed.standing() == ["design_change"]


def test_one_owner_that_says_no_is_enough(mixed: Play) -> None:
    mixed.do("assess_need", decision="decline", reason="Not for our customers.").do("assess_need", who="wu.lan")
    assert (mixed.request().state, mixed.standing()) == ("declined", [])
    assert mixed.request().closing_reason == "Not for our customers."


def test_the_tables_are_asked_for_each_family_and_the_strictest_answer_counts(mixed: Play) -> None:
    """A deposit alone would have no pilot; the loan has one, so the request has."""
    mixed.do("assess_need").do("assess_need", who="wu.lan").do("design_change").do("test_change")
    mixed.review().do("executive_decision")
    assert mixed.standing() == ["plan_pilot"]
    assert asked_with("review_departments") == ["loan", "deposit"]
    assert asked_with("pilot_required") == ["loan", "deposit"]
