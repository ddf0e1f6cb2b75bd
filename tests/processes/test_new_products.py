"""New products: from initiation to the market, or to one of the ends before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.identity.people import people_in
from app.kernel.audit import AuditEvent
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import Invalid
from app.modules.agency.models import Partner, PartnerAdmission
from app.modules.agency.queries import that_counts
from app.modules.agency.rules import TOLD_DAYS_AHEAD
from app.modules.catalogue import services as catalogue
from app.modules.catalogue.models import Product
from app.workflow.notices.models import Notice
from tests.processes.bank import INSURANCE, TIME_DEPOSIT, WEALTH, dearer, person, rate
from tests.processes.play import Play

PLAN = {
    "scopes": [{"units": ["SH"], "channels": ["branch"]}],
    "length_days": 14,
    "criteria": {"min_sales": 10, "max_complaints": 2, "max_incidents": 0},
}
BOND: Mapping[str, Any] = {
    **WEALTH,
    "terms": {
        "currency": "CNY",
        "minimum": {"amount": "1", "currency": "CNY"},
        "redemption": {"en": "Every day", "zh": "每日"},
        "manager": {"en": "The bank's wealth company", "zh": "本行理财子公司"},
    },
    "investment": {
        **WEALTH["investment"],
        "regulator_class": "fixed_income",
        "assets": [{"asset": "debt", "low": "0.8", "high": "1"}],
    },
    "benchmark": {**WEALTH["benchmark"], "low": rate("2.4")},
    "risk": {**WEALTH["risk"], "investors": {"en": "Careful savers", "zh": "稳健型投资者"}},
}
"""A bond product with all that a new one needs."""


def new(play: Play, code: str, content: Mapping[str, Any] = TIME_DEPOSIT, **details: Any) -> Play:
    """A new product, handed in by whoever made its concept."""
    return play.create({code: content}).draft({code: content}, **details).submit()


def prepared(play: Play, code: str, content: Mapping[str, Any] = TIME_DEPOSIT, **details: Any) -> Play:
    return new(play, code, content, **details).do("initiate_product").assess()


def decided(play: Play, **minutes: Any) -> Play:
    """The departments agree and the committee votes; ``minutes`` where it does not simply approve."""
    return play.review().vote().do("write_minutes", **minutes)


def launched(play: Play) -> None:
    prepared(play, "NP1").review(legal={"verdict": "send_back", "opinion": "Name the contract."}).assess()
    decided(play).do("develop").do("test_product", security="fail").do("develop").do("test_product")
    play.do("plan_pilot")
    play.wait(days=31)
    play.do("review_pilot").do("plan_rollout")
    play.wait(days=31)


def not_initiated(play: Play) -> None:
    new(play, "NP2").do("initiate_product", decision="decline", reason="Nobody asks for it.")


def given_up(play: Play) -> None:
    new(play, "NP3").do("initiate_product").do("design_product", decision="withdraw", note="Too dear.")


def vetoed(play: Play) -> None:
    prepared(play, "NP4").review(consumer_protection={"verdict": "reject", "opinion": "Misleading."})


def refused_by_the_committee(play: Play) -> None:
    prepared(play, "NP5").speak("legal")
    play.edit({"NP5": dearer(TIME_DEPOSIT, "1.45")}).assess().review()
    voted(play, vote="send_back", reason="Say who wants it.").assess()
    voted(play, vote="reject", reason="Not convinced.")


def voted(play: Play, **vote: Any) -> Play:
    """Every member of the committee votes the same."""
    play.do("convene_committee")
    for member in [str(t.assignee) for t in play.open_tasks()]:
        play.do("cast_vote", assignee=member, **vote)
    return play.do("write_minutes")


def withdrawn_in_preparation(play: Play) -> None:
    new(play, "NP6").withdraw()


def withdrawn_in_review(play: Play) -> None:
    prepared(play, "NP7").withdraw()


def withdrawn_before_the_decision(play: Play) -> None:
    prepared(play, "NP8").review().withdraw()


def not_registered(play: Play) -> None:
    decided(prepared(play, "NP9", BOND))
    play.do("enter_receipt", answer="refused", reason="The paper lacks a part.", number=None, received_on=None)


def cannot_be_built(play: Play) -> None:
    decided(prepared(play, "NP10")).do("develop", outcome="cannot", reason="The ledger has no such term.", release=None)


def pilot_stopped(play: Play) -> None:
    decided(prepared(play, "NP11", pilot_plan=PLAN)).do("develop").do("test_product").stop_pilot()


def admitted(play: Play, code: str, number: str) -> Play:
    """The terms name the admission and the agreement."""
    play.edit({code: {**INSURANCE, "agency": {"admission": number, "agreement": "A-7", "commission": "0.12"}}})
    return play


def partner_examined(play: Play) -> None:
    """Sent back once, admitted; then the product goes its way."""
    new(play, "NP12", INSURANCE).do("initiate_product").do("name_partner").do(
        "examine_partner", capital="concern", capital_note="Close to the limit."
    )
    play.do("give_admission_opinion").do("decide_admission", decision="send_back", reason="Show the last quarter.")
    play.do("examine_partner").do("give_admission_opinion").do("decide_admission")
    admitted(play, "NP12", "PA-00001").assess().withdraw()


def partner_confirmed(play: Play) -> None:
    """Of a partner that is admitted and still valid compliance only confirms that it stands."""
    new(play, "NP13", INSURANCE).do("initiate_product").do("name_partner", partner="PACIFIC-LIFE").do(
        "confirm_admission"
    )
    admitted(play, "NP13", "PA-00002").assess().withdraw()


def partner_refused(play: Play) -> None:
    """Something happened since: examined in full, and refused."""
    new(play, "NP14", INSURANCE).do("initiate_product").do("name_partner", partner="PACIFIC-LIFE")
    play.do("confirm_admission", stands="examine", remark="Fined last month.")
    play.do("examine_partner", complaints="not_in_order", complaints_note="Mis-selling.")
    play.do("give_admission_opinion", verdict="oppose", opinion="Not now.")
    play.do("decide_admission", decision="refuse", reason="Compliance opposes it.", months=None)


PATHS: Mapping[Callable[[Play], None], tuple[str, str, str]] = {
    launched: ("live", "live_everywhere", "completed"),
    not_initiated: ("declined", "not_pursued", "completed"),
    given_up: ("withdrawn", "not_pursued", "completed"),
    vetoed: ("rejected", "rejected", "completed"),
    refused_by_the_committee: ("rejected", "rejected", "completed"),
    withdrawn_in_preparation: ("withdrawn", "withdrawn", "completed"),
    withdrawn_in_review: ("withdrawn", "withdrawn", "completed"),
    withdrawn_before_the_decision: ("withdrawn", "withdrawn", "completed"),
    not_registered: ("rejected", "rejected", "completed"),
    cannot_be_built: ("rejected", "rejected", "completed"),
    pilot_stopped: ("pilot_failed", "pilot_failed", "completed"),
    partner_examined: ("withdrawn", "withdrawn", "completed"),
    partner_confirmed: ("withdrawn", "withdrawn", "completed"),
    partner_refused: ("declined", "not_pursued", "completed"),
}
"""Path → the request's state, the end event reached, the case's state."""
OF_A_PARTNER = (partner_examined, partner_confirmed, partner_refused)
"""One after the other on the same partner."""


@pytest.mark.parametrize("path", [p for p in PATHS if p not in (launched, *OF_A_PARTNER)], ids=lambda p: p.__name__)
def test_every_way_ends_where_the_drawing_says(play: Play, path: Callable[[Play], None]) -> None:
    path(play)
    assert (play.request().state, play.instance().state) == (PATHS[path][0], "completed")
    assert play.instance().process_key == "new_product_approval"


def test_risk_and_finance_write_their_parts_of_the_file_and_the_review_judges_the_whole(play: Play) -> None:
    new(play, "NP1").do("initiate_product").do("design_product")
    assert play.standing() == ["assess_risk", "work_out_cost"]
    frozen = play.request()
    assert not {"risk_assessment", "costing", "accounting_tax"} & set(frozen.file_hashes)
    play.do("assess_risk").do("work_out_cost")
    judged = play.request()
    assert {"risk_assessment", "costing", "accounting_tax"} <= set(judged.file_hashes)
    assert judged.content_hash != frozen.content_hash
    assert judged.materiality == "new_product"


def test_a_part_that_its_department_leaves_empty_is_asked_for(play: Play) -> None:
    new(play, "NP1").do("initiate_product").do("design_product")
    with pytest.raises(Invalid) as refused:
        play.do("assess_risk", file_risk_assessment="")
    assert [fault.pointer for fault in refused.value.faults] == ["/data/file_risk_assessment"]


def test_a_product_that_was_withdrawn_is_approved_as_a_new_one(play: Play) -> None:
    play.sell({"R1": TIME_DEPOSIT})
    play.step(
        lambda uow: catalogue.take_off_sale(
            uow, product_code="R1", at=play.now, reason="Old.", actor=person(uow, "zhao.heng"), now=play.now
        )
    )
    play.draft({"R1": dearer(TIME_DEPOSIT, "1.45")}).submit()
    assert play.instance().process_key == "new_product_approval"


def test_nothing_of_a_new_product_is_sold_before_it_is_built_and_tested(play: Play, bank: Flask) -> None:
    decided(prepared(play, "NP1", pilot_plan=PLAN))
    assert not play.sale("NP1").allowed
    play.do("develop")
    assert not play.sale("NP1").allowed
    play.do("test_product")
    assert play.sale("NP1", unit="SH", channel="branch").allowed


def told(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_the_partner_of_an_agency_product_is_admitted_before_the_design(play: Play) -> None:
    """A partner is examined once, then confirmed while it is valid, and refused where something happened since."""
    for path in OF_A_PARTNER:
        path(play)
        assert play.request().state == PATHS[path][0], path.__name__
    assert play.request().closing_reason == "Compliance opposes it."
    new(play, "NP15", INSURANCE).do("initiate_product").do("name_partner", partner="PACIFIC-LIFE")
    assert play.standing() == ["examine_partner"], "who was refused is examined in full"
    play.do("examine_partner", agreement="not_in_order", agreement_note="Not signed.")
    play.do("give_admission_opinion", verdict="oppose", opinion="No agreement.")
    with pytest.raises(Invalid) as refused:
        play.do("decide_admission")
    assert told(refused) == [("/data/decision", "opposed"), ("/data/decision", "not_in_order")]


def test_a_product_names_an_admission_that_holds_on_its_effective_day(play: Play) -> None:
    new(play, "NP1", INSURANCE).do("initiate_product").do("name_partner").do("examine_partner")
    play.do("give_admission_opinion").do("decide_admission", months=1)
    with pytest.raises(Invalid) as refused:
        play.do("design_product")
    at = "/request/versions/0/content/agency"
    assert told(refused) == [(f"{at}/admission", "no_admission"), (f"{at}/agreement", "required")]
    admitted(play, "NP1", "PA-00001").edit({}, effective_on=(play.now + timedelta(days=40)).date())
    with pytest.raises(Invalid) as refused:
        play.do("design_product")
    assert told(refused) == [(f"{at}/admission", "no_admission")], "it has run out by then"


def test_an_admission_is_named_of_the_partner_that_was_admitted_and_not_refused_since(play: Play) -> None:
    new(play, "NP1", INSURANCE).do("initiate_product").do("name_partner").do("examine_partner")
    play.do("give_admission_opinion").do("decide_admission")
    first = session().get_one(PartnerAdmission, 1)
    named = {name: getattr(first, name) for name in ("valid_from", "valid_to", "evidence", "opened_at")}
    assert that_counts(session(), first.partner_key, accounting_date(play.now)) is first
    end_read()
    with unit_of_work() as uow:
        other = Partner(key="OTHER", names={}, kind="insurer", licence_number="1", entered_by="x", entered_at=play.now)
        uow.add(other)
        uow.flush()
        uow.add(PartnerAdmission(partner_key="OTHER", state="admitted", **named))
        uow.flush()
        uow.add(PartnerAdmission(partner_key=first.partner_key, state="refused", **named))
    assert that_counts(session(), first.partner_key, accounting_date(play.now)) is None
    end_read()
    at = "/request/versions/0/content/agency/admission"
    for number, code in (("PA-00001", "refused_since"), ("PA-00002", "other_partner")):
        with pytest.raises(Invalid) as refused:
            admitted(play, "NP1", number).do("design_product")
        assert told(refused) == [(at, code)]


def test_who_relies_on_an_admission_is_told_once_before_it_expires(play: Play) -> None:
    new(play, "NP1", INSURANCE).do("initiate_product").do("name_partner").do("examine_partner")
    play.do("give_admission_opinion").do("decide_admission", months=6)
    admission = session().scalars(select(PartnerAdmission)).one()
    assert admission.valid_to is not None
    days = (admission.valid_to - accounting_date(play.now)).days - TOLD_DAYS_AHEAD

    def told_of_it() -> set[str]:
        end_read()
        return set(session().scalars(select(Notice.recipient).where(Notice.what == "admission_expires")))

    play.wait(days=days - 1)
    assert told_of_it() == set()
    play.wait(days=1)
    owner = session().get_one(Product, "NP1").owner_department
    assert owner is not None
    owners = people_in(session(), [owner])
    assert told_of_it() == {"zhou.ting", *(person.username for person in owners)}
    play.wait(days=TOLD_DAYS_AHEAD + 1)
    notices = select(Notice.id).where(Notice.what == "admission_expires")
    links = select(AuditEvent.id).where(AuditEvent.action == "partner.expiry_told")
    assert len(session().scalars(notices).all()) == len(owners) + 1
    assert len(session().scalars(links).all()) == 1
