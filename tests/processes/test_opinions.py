"""How a department speaks: an officer's opinion with its checklist, a head's signature, a class that only rises."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import ROOT
from app.kernel.database import end_read, session
from app.kernel.errors import Conflict, Invalid
from app.modules.changes.models import Condition, DepartmentReview
from app.workflow.decisions.services import deploy_table
from app.workflow.tasks import services as tasks
from app.workflow.tasks.services import known_of
from tests.processes.bank import TIME_DEPOSIT, dearer, person
from tests.processes.play import ANSWERS, HEADS, Play
from tests.processes.test_beside_the_way import put
from tests.processes.test_paths import CONDITION, RAISED, loan, repricing, wealth
from tests.processes.test_reviews import joins, refused, reviews, told


def offered(play: Play, department: str) -> dict[str, list[str]]:
    """What the form of a department's opinion offers for choice."""
    task = play.task("give_opinion", department)
    found = known_of(session(), task, play.instance(), play.now).options
    end_read()
    return {key: [option.value for option in options] for key, options in found.items()}


def conditions() -> list[Condition]:
    found = list(session().scalars(select(Condition).order_by(Condition.id)))
    session().expunge_all()
    end_read()
    return found


def edit_table(play: Play, name: str, *changes: tuple[str, str]) -> None:
    """The bank edits a decision table, and nothing else."""
    xml = (ROOT / "rules" / f"{name}.dmn").read_text()
    for old, new in changes:
        assert old in xml
        xml = xml.replace(old, new)
    designer = "shen.dan"
    play.step(lambda uow: deploy_table(uow, xml=xml.encode(), actor=person(uow, designer), now=play.now))


def test_an_opinion_counts_from_the_signature_on(play: Play) -> None:
    repricing(play, "TD").prepare().do("give_opinion", "alm").speak("compliance")
    (alm, compliance) = sorted(reviews(play), key=lambda r: r.department)
    assert (alm.signed_by, alm.signed_at, alm.reviewer) == (None, None, "zheng.hao")
    assert (compliance.signed_by, compliance.signed_at) == ("ma.chao", play.now)
    assert play.standing() == ["sign_off"]
    assert play.instance().card["opinions"] == 1
    play.do("sign_off", "alm")
    assert play.standing() == ["executive_decision"]


def test_who_gave_the_opinion_does_not_sign_it(play: Play) -> None:
    repricing(play, "TD").prepare().do("give_opinion", "alm")
    joins(play, "zheng.hao", role="head")
    assert refused(play, "sign_off", "zheng.hao", "alm").code == "four_eyes"
    assert refused(play, "sign_off", "ma.chao", "alm").status in {403, 404}


def test_a_case_put_before_the_head_without_an_opinion_is_given_back(play: Play) -> None:
    """By an operator: there is nothing to sign, and still a way on."""
    repricing(play, "TD").prepare()
    put(play, "sign_off")
    who = play.task("sign_off")
    assert refused(play, "sign_off", HEADS[str(who.department)]).code == "no_opinion"
    play.do("sign_off", decision="return", remark="No opinion yet.")
    assert "give_opinion" in play.standing()


def test_who_signed_does_not_speak_for_another_department_nor_decide(play: Play) -> None:
    loan(play, "HL").prepare().speak("risk")
    joins(play, "xu.feng", department="legal", role="officer")
    assert refused(play, "give_opinion", "xu.feng", "legal").code == "four_eyes"
    play.review()
    joins(play, "xu.feng", role="executive")
    assert refused(play, "executive_decision", "xu.feng").code == "four_eyes"


def test_what_the_head_gives_back_never_counts_and_stays_in_view(play: Play) -> None:
    repricing(play, "TD").prepare().do("give_opinion", "alm", **CONDITION)
    assert refused(play, "sign_off", "xie.na", "alm", decision="return").faults[0].pointer == "/data/remark"
    play.do("sign_off", "alm", decision="return", remark="Say how much.")
    (returned,) = reviews(play)
    assert (returned.returned_at, returned.signed_at, returned.remark) == (play.now, None, "Say how much.")
    assert conditions() == []
    play.speak("alm", **CONDITION)
    assert [(c.department, c.state) for c in conditions()] == [("alm", "open")]
    assert [(r.verdict, r.returned_at is None) for r in reviews(play)] == [
        ("with_conditions", False),
        ("with_conditions", True),
    ]


def test_a_head_signs_exactly_what_the_officer_was_shown(play: Play) -> None:
    repricing(play, "TD").prepare().do("give_opinion", "alm")

    def alter(uow: Session) -> None:
        uow.scalars(select(DepartmentReview)).one().content_hash = "0" * 64

    play.step(alter)
    refusal = refused(play, "sign_off", "xie.na", "alm")
    assert isinstance(refusal, Conflict)
    assert refusal.code == "approval_void"


def test_the_head_signs_for_the_only_officer_who_proposed_and_an_executive_for_the_head(play: Play) -> None:
    """A proposal from within a reviewing department still finds two other people."""
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.35")}, initiator="zheng.hao")
    play.submit(initiator="zheng.hao").do("assess_need").do("design_change", who="zheng.hao").do("test_change")
    assert play.task("give_opinion", "alm").candidates == ["alm:head"]
    play.do("give_opinion", "alm", who="xie.na")
    assert play.task("sign_off", "alm").candidates == ["executive"]
    play.do("sign_off", "alm", who="wang.zhiyuan").speak("compliance")
    assert refused(play, "executive_decision", "wang.zhiyuan").code == "four_eyes"
    play.do("executive_decision", who="li.shufen")


def test_an_officer_checks_the_points_of_the_own_department(play: Play) -> None:
    repricing(play, "TD").prepare()
    assert offered(play, "alm")["points_met"] == ["all_points", "ceiling", "ftp"]
    assert offered(play, "compliance")["points_met"][:2] == ["all_points", "lawful"]
    play.speak("alm", points_met=["ceiling"], opinion="The plan follows next week.")
    points = reviews(play)[0].points
    assert [(p["key"], p["met"]) for p in points] == [("ceiling", True), ("ftp", False)]
    assert all(p["text"]["zh"] and p["basis"]["en"] for p in points)


def test_an_approval_with_an_open_point_says_why(play: Play) -> None:
    repricing(play, "TD").prepare()
    refusal = refused(play, "give_opinion", "zheng.hao", "alm", verdict="approve", opinion=None, points_met=["ftp"])
    assert [(f.pointer, f.code) for f in refusal.faults] == [("/data/opinion", "points_not_met")]
    play.do("give_opinion", "alm", verdict="approve", opinion=None)
    assert all(p["met"] for p in reviews(play)[0].points)


def test_a_point_that_was_not_asked_is_refused(play: Play) -> None:
    repricing(play, "TD").prepare()
    refusal = refused(play, "give_opinion", "zheng.hao", "alm", points_met=["margin"])
    assert [f.pointer for f in refusal.faults] == ["/data/points_met"]


def test_the_checklist_stays_what_the_officer_was_shown(play: Play) -> None:
    repricing(play, "TD").prepare()
    edit_table(play, "review_points", ('"Rate and term fit funds', '"Another text: rate and term fit funds'))
    play.speak("alm")
    assert not any(p["text"]["en"].startswith("Another") for p in reviews(play)[0].points)


def test_compliance_raises_the_class_and_those_it_names_review_too(play: Play) -> None:
    wealth(play, "W")
    before = set(play.asked())
    play.review(compliance=RAISED)
    request = play.request()
    assert (request.materiality, request.raised_to, request.round) == ("new_product", "new_product", 2)
    assert play.asked()
    assert before.isdisjoint(play.asked())
    play.review()
    assert play.standing() == ["convene_committee"]


def test_nobody_else_raises_and_nobody_lowers(play: Play) -> None:
    loan(play, "HL").prepare()
    assert "raise_class" not in offered(play, "risk") or offered(play, "risk")["raise_class"] == []
    assert offered(play, "compliance")["raise_class"] == ["keep", "new_product"]
    refusal = refused(play, "give_opinion", "zhou.ting", "compliance", raise_class="minor")
    assert [f.pointer for f in refusal.faults] == ["/data/raise_class"]
    play.do("give_opinion", "risk", raise_class="new_product").do("sign_off", "risk")
    assert play.request().raised_to is None


def test_a_raised_class_outlives_a_send_back(play: Play) -> None:
    repricing(play, "TD").prepare().review(compliance={**RAISED, "raise_class": "material"}).review()
    play.do("executive_decision", decision="send_back", reason="Less.")
    play.edit({"TD": dearer(TIME_DEPOSIT, "1.50")}).redo()
    assert play.request().materiality == "material"


def test_the_bank_gives_another_department_a_veto_by_editing_the_table_alone(play: Play) -> None:
    veto = 'list contains(?, "compliance")'
    edit_table(play, "consolidation", (veto, f'list contains(?, "alm") or {veto}'))
    repricing(play, "TD").prepare().review(alm={"verdict": "reject", "opinion": "Above the ceiling."})
    assert play.request().state == "rejected"


def test_a_department_that_is_late_is_reminded_whoever_of_it_is_due(play: Play) -> None:
    repricing(play, "TD").prepare().do("give_opinion", "alm")
    play.wait(days=6)
    assert sorted(set(told("review.due"))) == ["alm", "compliance"]


def test_after_launch_needs_a_day_and_has_an_owner(play: Play) -> None:
    after = {**CONDITION, "condition_kind": "after_launch"}
    repricing(play, "TD").prepare().review(alm=after, compliance={**after, "condition_due_days": 10})
    found = {c.department: (c.due_days, c.owner_department) for c in conditions()}
    assert found == {"alm": (90, "personal_banking"), "compliance": (10, "personal_banking")}


def test_a_new_round_replaces_what_the_department_asked_for_before(play: Play) -> None:
    repricing(play, "TD").prepare().review(alm=CONDITION).do("executive_decision", decision="send_back", reason="Less.")
    play.edit({"TD": dearer(TIME_DEPOSIT, "1.50")}).redo()
    assert [c.state for c in conditions()] == ["open"]
    play.review()
    assert [c.state for c in conditions()] == ["replaced"]


def test_the_second_of_two_signatures_at_once_is_told_who_was_first(play: Play) -> None:
    repricing(play, "TD").prepare().do("give_opinion", "alm")
    joins(play, "feng.lei", department="alm")
    task = play.task("sign_off", "alm")
    play.do("sign_off", "alm")

    def sign(uow: Session) -> None:
        actor, answers = person(uow, "feng.lei"), ANSWERS["sign_off"]
        tasks.complete_task(uow, task_id=task.id, version=task.version, data=answers, actor=actor, now=play.now)

    with pytest.raises(Conflict) as refusal:
        play.step(sign)
    assert refusal.value.values["who"] == "xie.na"


def test_a_loan_waits_for_all_signatures(play: Play) -> None:
    loan(play, "HL").prepare()
    for department in play.asked():
        play.do("give_opinion", department)
    assert set(play.standing()) == {"sign_off"}
    for task in play.open_tasks():
        play.do("sign_off", task.department)
    assert play.standing() == ["executive_decision"]


def test_an_opinion_without_grounds_is_refused(play: Play) -> None:
    repricing(play, "TD").prepare()
    refusal = refused(play, "give_opinion", "zheng.hao", "alm", verdict="reject", opinion=None)
    assert isinstance(refusal, Invalid)
    assert [f.pointer for f in refusal.faults] == ["/data/opinion"]
