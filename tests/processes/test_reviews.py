"""Who may review and decide, what a later edit voids, and what becomes of late reviews."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.models import Person, PersonRole
from app.kernel import audit
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session
from app.kernel.errors import Conflict, DomainError, Forbidden, Invalid
from app.kernel.outbox import OutboxMessage
from app.modules.catalogue.models import ProductVersion
from app.modules.changes.models import ChangeRequest, DepartmentReview, ExecutiveDecision
from app.workflow.instances.services import start_instance
from app.workflow.models import Task
from app.workflow.tasks import services as tasks
from tests.processes.bank import LOAN, TIME_DEPOSIT, dearer, person
from tests.processes.play import ANSWERS, BEGIN, Play
from tests.processes.test_paths import loan, repricing


def refused(play: Play, element: str, who: str, department: str | None = None, **answers: Any) -> DomainError:
    """What somebody is told who may not do it; the case stands as before."""
    before = play.standing()
    with pytest.raises(DomainError) as refusal:
        play.do(element, department, who=who, **answers)
    assert play.standing() == before
    return refusal.value


def reviews(play: Play) -> list[DepartmentReview]:
    rows = select(DepartmentReview).where(DepartmentReview.change_request_id == play.request_id)
    found = list(session().scalars(rows.order_by(DepartmentReview.id)))
    session().expunge_all()
    end_read()
    return found


def count(action: str) -> int:
    found = session().scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0
    end_read()
    return found


def actions(stream: str) -> list[str]:
    events = select(AuditEvent.action).where(AuditEvent.stream == stream).order_by(AuditEvent.number)
    found = list(session().scalars(events))
    end_read()
    return found


def told(what: str) -> list[str]:
    rows = session().scalars(select(OutboxMessage).where(OutboxMessage.topic == "people.told").order_by("id"))
    found = [row.payload["to_group"] for row in rows if row.payload["what"] == what]
    end_read()
    return found


def test_the_initiator_does_not_judge_the_need(play: Play) -> None:
    repricing(play, "TD")
    assert play.task("assess_need").candidates == ["personal_banking:head"]
    assert isinstance(refused(play, "assess_need", "lin.yue"), Forbidden)


def test_a_head_who_proposes_has_an_officer_judge_the_need(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT}).draft({"TD": dearer(TIME_DEPOSIT, "1.35")}, initiator="zhao.heng")
    play.submit(initiator="zhao.heng")
    assert play.task("assess_need").candidates == ["personal_banking:officer"]
    refused(play, "assess_need", "zhao.heng")
    play.do("assess_need", who="lin.yue")


def joins(play: Play, who: str, *, department: str | None = None, role: str | None = None) -> None:
    """Somebody moves to another department, or is given a role, while the case runs."""

    def change(uow: Session) -> None:
        found = uow.scalars(select(Person).where(Person.username == who)).one()
        found.department_key = department or found.department_key
        if role:
            found.roles.append(PersonRole(role=role))

    play.step(change)


def test_nobody_reviews_for_two_departments(play: Play) -> None:
    loan(play, "HL").prepare().speak("risk")
    joins(play, "chen.rui", department="finance")
    assert refused(play, "give_opinion", "chen.rui", "finance").code == "four_eyes"
    finance = play.task("give_opinion", "finance")
    play.step(lambda uow: tasks.claim(uow, task_id=finance.id, actor=person(uow, "liang.yu"), now=play.now))
    for verb in (tasks.delegate, tasks.transfer):
        with pytest.raises(Invalid):
            play.step(
                lambda uow, verb=verb: verb(
                    uow, task_id=finance.id, to="chen.rui", actor=person(uow, "liang.yu"), now=play.now
                )
            )


def test_the_initiator_neither_reviews_nor_decides(play: Play) -> None:
    repricing(play, "TD").prepare()
    joins(play, "lin.yue", department="alm", role="executive")
    assert refused(play, "give_opinion", "lin.yue", "alm").code == "four_eyes"
    play.review()
    assert refused(play, "executive_decision", "lin.yue").code == "four_eyes"


def test_a_reviewer_does_not_decide(play: Play) -> None:
    repricing(play, "TD").prepare().review()
    joins(play, "zheng.hao", role="executive")
    assert refused(play, "executive_decision", "zheng.hao").code == "four_eyes"
    play.do("executive_decision", who="li.shufen")


def test_who_decided_does_not_review_in_the_next_round(play: Play) -> None:
    repricing(play, "TD").prepare().review().do("executive_decision", decision="send_back", reason="Less.")
    play.edit({"TD": dearer(TIME_DEPOSIT, "1.45")}).redo()
    joins(play, "wang.zhiyuan", department="alm", role="officer")
    assert refused(play, "give_opinion", "wang.zhiyuan", "alm").code == "four_eyes"


def test_tests_need_evidence_of_this_very_case(play: Play) -> None:
    other = repricing(Play(), "OTHER").do("assess_need").do("design_change")
    foreign = other.attach(other.task("test_change").id, "cheng.gang")
    repricing(play, "TD").do("assess_need").do("design_change")
    for evidence in ([], [foreign], [999_999]):
        refusal = refused(play, "test_change", "cheng.gang", evidence=evidence)
        assert [f.pointer for f in refusal.faults] == ["/data/evidence"]


def test_opinions_and_decision_bind_to_the_content_shown(play: Play) -> None:
    repricing(play, "TD").prepare()
    shown = play.request().content_hash
    play.review().do("executive_decision")
    assert {r.content_hash for r in reviews(play)} == {shown}
    decision = session().scalars(select(ExecutiveDecision)).one()
    assert decision.content_hash == shown


def test_content_changed_behind_the_process_cannot_be_judged(play: Play) -> None:
    repricing(play, "TD").prepare()

    def tamper(uow: Session) -> None:
        version = uow.scalars(select(ProductVersion).where(ProductVersion.state == "in_review")).one()
        version.content_hash = "0" * 64

    play.step(tamper)
    refusal = refused(play, "give_opinion", "zheng.hao", "alm")
    assert (refusal.status, refusal.code) == (409, "approval_void")


def test_after_a_send_back_only_departments_whose_matter_changed_review_again(play: Play) -> None:
    loan(play, "HL").prepare()
    everybody = play.asked()
    assert everybody == ["alm", "compliance", "consumer_protection", "finance", "legal", "risk", "technology"]
    play.review(legal={"verdict": "send_back", "opinion": "Amend the contract."})
    amended = {**dearer(LOAN, "4.35"), "documents": {"documents": [{"kind": "contract", "title": "Contract 2027"}]}}
    play.edit({"HL": amended}).redo()
    # Prices did not change: asset and liability management and technology are not asked again.
    assert play.asked() == ["compliance", "consumer_protection", "finance", "legal", "operations", "risk"]
    voided = {r.department for r in reviews(play) if r.voided_at is not None}
    assert voided == {"compliance", "consumer_protection", "finance", "risk"}
    play.review()
    assert play.standing() == ["executive_decision"]


def test_an_unchanged_proposal_is_reviewed_again_only_by_who_sent_it_back(play: Play) -> None:
    repricing(play, "TD").prepare().review(alm={"verdict": "send_back", "opinion": "Explain."}).redo()
    assert play.asked() == ["alm"]


def test_an_edit_during_review_ends_open_reviews_and_voids_what_it_touches(play: Play) -> None:
    repricing(play, "TD").prepare().speak("alm")
    old_page = play.task("give_opinion", "compliance")
    play.edit({"TD": dearer(TIME_DEPOSIT, "1.45")})
    assert play.standing() == ["design_change"]
    assert play.request().state == "submitted"
    with pytest.raises(Conflict):
        play.step(
            lambda uow: tasks.complete_task(
                uow,
                task_id=old_page.id,
                version=old_page.version,
                data=ANSWERS["give_opinion"],
                actor=person(uow, "zhou.ting"),
                now=play.now,
            )
        )
    play.redo()
    assert play.asked() == ["alm", "compliance"]


def test_while_the_executive_decides_the_proposal_stands_still(play: Play) -> None:
    repricing(play, "TD").prepare().review()
    with pytest.raises(Conflict) as refusal:
        play.edit({"TD": dearer(TIME_DEPOSIT, "1.45")})
    assert refusal.value.code == "with_decider"
    assert play.standing() == ["executive_decision"]


@pytest.mark.parametrize("department", ["compliance", "consumer_protection"])
def test_a_veto_cannot_be_overridden(play: Play, department: str) -> None:
    loan(play, "HL").prepare().review(**{department: {"verdict": "reject", "opinion": "No."}})
    assert play.request().state == "rejected"


def test_other_dissent_goes_up_to_the_executive(play: Play) -> None:
    loan(play, "HL").prepare().review(risk={"verdict": "reject", "opinion": "Too risky."})
    assert play.standing() == ["executive_decision"]


def test_late_reviews_are_reminded_and_escalated_once(play: Play) -> None:
    repricing(play, "TD").prepare().speak("compliance")
    assert play.wait(days=2) == 0
    assert play.wait(days=2) == 1
    assert play.wait(minutes=5) == 0
    assert (count("review.reminded"), told("review.due")) == (2, ["alm"])
    play.wait(days=3)
    play.wait(days=30)
    assert told("review.overdue") == ["alm:head", "executive"]
    assert told("review.due") == ["alm"]
    open_review = play.task("give_opinion", "alm")
    assert open_review.priority == 90
    play.review()
    assert play.standing() == ["executive_decision"]


def test_two_open_requests_on_one_product_meet_a_conflict(play: Play) -> None:
    second = Play().sell({"TD": TIME_DEPOSIT})
    second.draft({"TD": dearer(TIME_DEPOSIT, "1.25")})
    play.draft({"TD": dearer(TIME_DEPOSIT, "1.35")}).submit()
    with pytest.raises(Conflict) as refusal:
        second.submit()
    assert play.request().number in str(refusal.value)
    with pytest.raises(Conflict):
        Play().draft({"TD": dearer(TIME_DEPOSIT, "1.15")})
    play.withdraw()
    second.submit()


def test_minor_changes_add_up_to_a_material_one(play: Play) -> None:
    play.sell({"TD": TIME_DEPOSIT})
    for percent in ("1.50", "1.45", "1.40", "1.35"):
        play.draft({"TD": dearer(TIME_DEPOSIT, percent)}).submit().prepare()
        last = play.request().materiality
        play.review().do("executive_decision").do("plan_rollout", notice_days=0)
        play.wait(minutes=5)
        assert play.request().state == "live"
    assert last == "material"


def test_everything_stands_in_the_audit_chains(play: Play) -> None:
    repricing(play, "TD").prepare().review().do("executive_decision").do("plan_rollout")
    request = play.request()
    assert actions(f"change:{request.number}") == [
        "change.drafted",
        "change.submit",
        "change.designed",
        "change.review",
        "change.approve",
        "change.rollout_planned",
        "change.schedule",
        "change.notified",
    ]
    said = [action for action in actions(f"instance:{request.instance_id}") if action.startswith("change.")]
    spoken = ["change.opinion", "change.reviewed"]
    assert said == ["change.tested", *spoken, *spoken, "change.decided"]
    own = [action for action in actions("product:TD") if action.startswith("version.")]
    assert own[-4:] == ["version.drafted", "version.submitted", "version.approved", "version.published"]
    assert list(audit.verify(session())) == []


def test_tasks_are_hidden_from_departments_outside_the_case(play: Play) -> None:
    repricing(play, "TD").prepare()
    task = play.task("give_opinion", "alm")
    assert isinstance(task, Task)
    refusal = refused(play, "give_opinion", "he.jia", "alm")
    assert refusal.status == 404


@pytest.mark.parametrize("key", ["product_update", "prepare_change", "pilot", "rollout"])
def test_no_case_starts_past_the_change_requests(play: Play, key: str) -> None:
    facts = {"owner_department": "personal_banking", "assessors": ["personal_banking:head"], "sent_back": False}
    repricing(play, "TD")
    number = session().scalars(select(ChangeRequest.number)).one()
    end_read()
    for business_key in (None, "CR-2026-9999", number):
        start = dict(key=key, business_key=business_key, variables=facts, now=BEGIN)
        with pytest.raises(Conflict, match="begins with a change request"):
            play.step(lambda uow, start=start: start_instance(uow, actor=person(uow, "lin.yue"), **start))
