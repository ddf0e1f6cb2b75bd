"""Who decides: a holder of delegated authority, a vice president, the committee with its quorum, the board."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.identity.demo import PEOPLE
from app.kernel import audit
from app.kernel.database import end_read, session
from app.kernel.errors import Forbidden, Invalid
from app.modules.changes import invariants
from app.modules.changes.models import (
    CommitteeMeeting,
    CommitteeVote,
    DelegatedAuthority,
    ExecutiveDecision,
    RegulatoryReceipt,
)
from app.modules.changes.services import authorities
from app.modules.changes.services.committee import members_of
from app.workflow.decisions.models import DecisionRecord
from tests.processes.bank import GOLD, TIME_DEPOSIT, WEALTH, dearer, person, riskier
from tests.processes.play import Play, put
from tests.processes.test_paths import RAISED, loan, repricing, wealth
from tests.processes.test_reviews import joins, refused

MEMBERS = [p.username for p in PEOPLE if "committee" in p.roles]


def rows(model: Any) -> list[Any]:
    found = list(session().scalars(select(model).order_by(model.id)))
    session().expunge_all()
    end_read()
    return found


def everything_holds() -> None:
    assert list(invariants.violations(session())) == []
    assert list(audit.verify(session())) == []
    end_read()


# Delegated authority


def test_a_minor_change_within_the_limits_is_decided_under_the_recorded_authority(play: Play) -> None:
    play.grant(families=["deposit"], max_rate_change_bp=20)
    repricing(play, "TD").prepare().review()
    assert play.task("delegated_decision").candidates == ["card_centre:head"]
    play.do("delegated_decision")
    (decision,) = rows(ExecutiveDecision)
    (authority,) = rows(DelegatedAuthority)
    assert (decision.level, decision.by, decision.authority_id) == ("delegated", "luo.bin", authority.id)
    assert play.standing() == ["plan_rollout"]
    everything_holds()


@pytest.mark.parametrize(
    "terms",
    [{"families": ["deposit"], "max_rate_change_bp": 19}, {"families": ["loan"], "max_rate_change_bp": 100}],
    ids=["too small", "other products"],
)
def test_what_no_authority_covers_goes_to_a_vice_president(play: Play, terms: dict[str, Any]) -> None:
    play.grant(**terms)
    repricing(play, "TD").prepare().review()
    assert play.standing() == ["executive_decision"]


def test_a_material_change_is_never_decided_under_authority(play: Play) -> None:
    play.grant(families=["loan"], max_rate_change_bp=1000)
    loan(play, "HL").prepare().review()
    assert play.standing() == ["executive_decision"]


def test_a_holder_who_checked_the_change_does_not_decide_it(play: Play) -> None:
    """The only holder signed for a department, so the authority does not help here."""
    play.grant(families=["deposit"], max_rate_change_bp=20, holder="alm:head")
    repricing(play, "TD").prepare().review()
    assert play.standing() == ["executive_decision"]


def test_an_authority_that_is_revoked_while_the_task_is_open_does_not_carry_the_decision(play: Play) -> None:
    play.grant(families=["deposit"], max_rate_change_bp=20)
    repricing(play, "TD").prepare().review()
    (authority,) = rows(DelegatedAuthority)
    play.step(
        lambda uow: (
            authorities.revoke(uow, authority_id=authority.id, actor=person(uow, "wang.zhiyuan"), now=play.now).id
        )
    )
    refusal = refused(play, "delegated_decision", "luo.bin")
    assert refusal.code == "no_authority"


def test_only_an_executive_delegates_for_at_most_a_year_to_somebody(play: Play) -> None:
    terms = {
        "holder": "card_centre:head",
        "families": ["card"],
        "max_rate_change_bp": 5,
        "document": "A-1",
        "valid_from": date(2026, 11, 23),
        "valid_to": date(2027, 11, 23),
    }

    def grant(who: str = "wang.zhiyuan", **changed: Any) -> None:
        play.step(
            lambda uow: authorities.grant(uow, terms={**terms, **changed}, actor=person(uow, who), now=play.now).id
        )

    with pytest.raises(Forbidden):
        grant("zhao.heng")
    wrong = [
        ("/valid_to", {"valid_to": date(2026, 11, 22)}),
        ("/valid_to", {"valid_to": date(2027, 11, 25)}),
        ("/valid_from", {"valid_from": date(2026, 11, 22)}),
        ("/holder", {"holder": "card_centre:nobody"}),
    ]
    for pointer, changed in wrong:
        with pytest.raises(Invalid) as refusal:
            grant(**changed)
        assert [f.pointer for f in refusal.value.faults] == [pointer]
    assert rows(DelegatedAuthority) == []
    grant()
    assert rows(DelegatedAuthority)[0].valid_to > play.now + timedelta(days=365)


# The committee


def test_the_committee_decides_with_quorum_votes_dissent_and_minutes(play: Play) -> None:
    wealth(play, "W").review()
    play.vote(**{"kong.de": {"vote": "reject", "reason": "The rating is too low."}})
    assert play.standing() == ["write_minutes"]
    assert play.request().state == "in_review"
    play.do("write_minutes")
    (meeting,) = rows(CommitteeMeeting)
    (decision,) = rows(ExecutiveDecision)
    assert (meeting.result, meeting.quorum, meeting.members) == ("approve", 3, MEMBERS)
    assert (decision.level, decision.decision, decision.meeting_id) == ("committee", "approve", meeting.id)
    votes = {v.member: (v.vote, v.reason) for v in rows(CommitteeVote)}
    assert votes["kong.de"] == ("reject", "The rating is too low.")
    assert {v.content_hash for v in rows(CommitteeVote)} == {play.request().content_hash}
    everything_holds()


def test_dissent_gives_its_reason(play: Play) -> None:
    wealth(play, "W").review().do("convene_committee")
    who = str(play.task("cast_vote").assignee)
    for vote in ("reject", "send_back"):
        assert [f.pointer for f in refused(play, "cast_vote", who, vote=vote).faults] == ["/data/reason"]


@pytest.mark.parametrize(
    ("votes", "state"),
    [
        (("reject", "reject", "reject", "approve"), "rejected"),
        (("approve", "reject", "approve", "reject"), "submitted"),
    ],
)
def test_a_majority_rejects_and_without_one_it_goes_back(play: Play, votes: tuple[str, ...], state: str) -> None:
    wealth(play, "W").review()
    play.vote(**{m: {"vote": v, "reason": "Because."} for m, v in zip(MEMBERS, votes, strict=True)})
    play.do("write_minutes")
    assert play.request().state == state
    everything_holds()


def test_votes_that_are_not_cast_in_time_do_not_count_towards_the_quorum(play: Play) -> None:
    wealth(play, "W").review().do("convene_committee").do("cast_vote").do("cast_vote")
    play.wait(days=10)
    assert play.standing() == ["convene_committee"]
    assert rows(ExecutiveDecision) == []
    play.vote().do("write_minutes")
    assert [m.result for m in rows(CommitteeMeeting)] == [None, "approve"]
    everything_holds()


def test_members_who_vote_again_after_an_operator_put_the_case_back_count_once(play: Play) -> None:
    wealth(play, "W").review().do("convene_committee")
    again, also = MEMBERS[:2]
    play.do("cast_vote", assignee=again).do("cast_vote", assignee=also)
    put(play, "cast_vote")
    play.do("cast_vote", assignee=again, vote="reject", reason="On second thoughts.").do("cast_vote", assignee=also)
    play.wait(days=10)
    assert play.standing() == ["convene_committee"], "two members are no quorum of three, however often they vote"
    everything_holds()


def test_members_who_reviewed_are_excused_and_too_few_are_no_committee(play: Play) -> None:
    for member in MEMBERS[:2]:
        joins(play, member, department="risk", role="officer")
    wealth(play, "W")
    for department in play.asked():
        who = {"risk": MEMBERS[0]}.get(department)
        play.do("give_opinion", department, who=who).do("sign_off", department)
    able, excused = members_of(session(), play.request(), play.instance())
    end_read()
    assert [m.username for m in excused] == [MEMBERS[0]]
    refusal = refused(play, "convene_committee", "bai.ning", members=[able[0].username, able[1].username])
    assert [(f.pointer, f.code) for f in refusal.faults] == [("/data/members", "no_quorum")]
    assert refusal.faults[0].values == {"called": 2, "excused": 1, "quorum": 3}
    play.vote()
    assert MEMBERS[0] not in rows(CommitteeMeeting)[0].members


def test_nobody_votes_who_was_not_called(play: Play) -> None:
    wealth(play, "W").review().do("convene_committee", members=MEMBERS[1:])
    assert refused(play, "cast_vote", MEMBERS[0]).status in {403, 404}
    assert {t.assignee for t in play.open_tasks()} == set(MEMBERS[1:])


def test_the_minutes_come_with_the_signed_paper(play: Play) -> None:
    wealth(play, "W").review().vote()
    assert [f.pointer for f in refused(play, "write_minutes", "bai.ning", evidence=[]).faults] == ["/data/evidence"]


def test_a_committee_that_votes_ends_with_the_withdrawal(play: Play) -> None:
    wealth(play, "W").review().do("convene_committee").do("cast_vote").withdraw()
    assert (play.request().state, play.standing()) == ("withdrawn", [])
    everything_holds()


# The board and the regulator


def gold(play: Play) -> Play:
    play.sell({"G": GOLD}, owner="tang.wei").draft({"G": riskier(GOLD, "R4")}).submit()
    play.do("assess_need", who="tang.wei").do("design_change").do("test_change")
    return play.review(compliance=RAISED).review()


def test_the_boards_resolution_carries_its_number_once(play: Play) -> None:
    gold(play).do("board_decision")
    (decision,) = rows(ExecutiveDecision)
    assert (decision.level, decision.resolution, decision.by) == ("board", "B-2026-7", "shao.hua")
    other = gold_again(play)
    refusal = refused(other, "board_decision", "shao.hua", evidence=[attached(other, "board_decision", "shao.hua")])
    assert [(f.pointer, f.code) for f in refusal.faults] == [("/data/resolution", "resolution_used")]


def gold_again(play: Play) -> Play:
    other = Play(play.now)
    other.sell({"G2": GOLD}, owner="tang.wei").draft({"G2": riskier(GOLD, "R4")}).submit()
    other.do("assess_need", who="tang.wei").do("design_change").do("test_change")
    return other.review(compliance=RAISED).review()


def attached(play: Play, element: str, who: str) -> int:
    return play.attach(play.task(element).id, who)


def test_nothing_is_sold_before_the_regulators_receipt(play: Play) -> None:
    gold(play).do("board_decision")
    assert play.standing() == ["enter_receipt"]
    assert play.sale("G", version=2).allowed is False
    paper = [attached(play, "enter_receipt", "zhou.ting")]
    wrong = [
        ("/data/products", {"products": "OTHER"}),
        ("/data/products", {"products": "G, OTHER"}),
        ("/data/products", {"products": None}),
        ("/data/received_on", {"products": "G", "received_on": "2026-12-31"}),
        ("/data/number", {"products": "G", "number": None}),
        ("/data/reason", {"answer": "refused"}),
    ]
    for pointer, answers in wrong:
        refusal = refused(play, "enter_receipt", "zhou.ting", evidence=paper, **answers)
        assert [f.pointer for f in refusal.faults] == [pointer]
    play.do("enter_receipt", products="G", evidence=paper)
    (receipt,) = rows(RegulatoryReceipt)
    assert (receipt.kind, receipt.products, receipt.entered_by) == ("filing", ["G"], "zhou.ting")
    assert play.standing() == ["plan_pilot"]
    everything_holds()


def test_a_refusal_of_the_regulator_ends_the_request_and_frees_the_product(play: Play) -> None:
    gold(play).do("board_decision").do("enter_receipt", answer="refused", reason="A part is missing.")
    request = play.request()
    assert (request.state, request.closing_reason) == ("rejected", "A part is missing.")
    play.draft({"G": riskier(GOLD, "R4")}).submit()
    everything_holds()


def test_of_several_families_in_one_request_the_higher_decider_counts(play: Play) -> None:
    """The deposit alone would be a vice president's; the wealth product goes to the committee."""
    play.sell({"TD": TIME_DEPOSIT}).sell({"W": WEALTH}, owner="tang.wei")
    play.draft({"TD": dearer(TIME_DEPOSIT, "1.35"), "W": riskier(WEALTH, "R3")}).submit()
    play.do("assess_need").do("assess_need", who="tang.wei").do("design_change").do("test_change").review()
    assert play.standing() == ["convene_committee"]
    asked = select(DecisionRecord).where(DecisionRecord.decision_key == "decider").order_by(DecisionRecord.id)
    said = {r.inputs["family"]: r.output for r in session().scalars(asked)}
    end_read()
    assert said == {"deposit": "executive", "wealth": "committee"}
