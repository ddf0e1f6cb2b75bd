"""Moves that only come late in a case: the committee, the rollout in waves, and what a launch leaves to do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import select

from app.identity.actors import Actor
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session
from app.modules.catalogue.rules.values import parse_instant
from app.modules.changes.models import CommitteeMeeting, Rollout
from app.modules.pricing import services as pricing
from app.modules.pricing.models import RateCeiling
from app.worker import run_due
from app.workflow.models import ProcessInstance, Task
from tests.plays.bank import Bank
from tests.plays.moods import AnyMood, waves
from tests.plays.work import complete, in_one, open_tasks, worker

AFTER_LAUNCH = frozenset({"fulfil_condition", "confirm_condition", "review_after_launch", "take_note"})
COMMITTEE = frozenset({"convene_committee", "cast_vote", "write_minutes"})
MOMENT = timedelta(seconds=1)


def follow_up(bank: Bank, chance: Random) -> None:
    """Somebody fulfils, reviews, confirms or takes note; at times whoever had the hand before tries to."""
    found = open_tasks(AFTER_LAUNCH)
    if found:
        task, case = chance.choice(found)
        _say(bank, chance, task, case, _busy_or_able(bank, chance, task, case))


def vote(bank: Bank, chance: Random) -> None:
    """One step of a committee: called whole or in part, a vote of any kind in any order, the minutes; or time is up."""
    found = open_tasks(COMMITTEE)
    if not found:
        return
    if chance.random() < 0.08:
        _end_the_voting(bank)
        return
    task, case = chance.choice(found)
    said = {"reason": "A remark."} if task.element_id == "cast_vote" else {}
    if task.element_id == "convene_committee":
        members = sorted(who for who, actor in bank.actors.items() if "committee" in actor.roles)
        said = {"members": chance.sample(members, chance.randint(len(members) // 2, len(members)))}
    _say(bank, chance, task, case, _busy_or_able(bank, chance, task, case), said)


def _end_the_voting(bank: Bank) -> None:
    """Nobody votes any more: with too few votes the committee is convened again."""
    last = session().scalar(select(CommitteeMeeting.voting_until).order_by(CommitteeMeeting.id.desc()).limit(1))
    end_read()
    if last is not None and last > bank.now:
        bank.now = last + MOMENT
        run_due(bank.now)


def plan_rollout(bank: Bank, chance: Random) -> None:
    """A rollout in up to three early waves, mostly such as can be."""
    found = open_tasks({"plan_rollout"})
    if found:
        task, case = chance.choice(found)
        said = {"pace": "waves", "notice_days": None, **waves(bank, chance)}
        _say(bank, chance, task, case, worker(bank, chance, task, case), said)


def reach_wave(bank: Bank, chance: Random) -> None:
    """Time goes on to about the next instant at which a rollout takes effect; what falls due is run, or only later."""
    instants = [at for rollout in _rollouts() for at in rollout if at > bank.now]
    if instants:
        bank.now = max(bank.now, min(instants) + timedelta(seconds=chance.choice((-1, 0, 0, 1, 3600))))
        if chance.random() < 0.8:
            run_due(bank.now)


def _rollouts() -> list[list[datetime]]:
    found = [
        [*(parse_instant(w["effective_at"]) for w in rollout.waves), rollout.effective_at]
        for rollout in session().scalars(select(Rollout).order_by(Rollout.change_request_id))
    ]
    end_read()
    return found


def lower_ceiling(bank: Bank, chance: Random) -> None:
    """A ceiling of deposit rates is entered, or the last one confirmed, by those who do it or by anybody."""
    entered = session().scalars(select(RateCeiling.id).where(RateCeiling.confirmed_at.is_(None))).all()
    end_read()
    if entered and chance.random() < 0.7:
        head = bank.actors["xie.na"] if chance.random() < 0.85 else bank.anybody(chance)
        in_one(lambda uow: pricing.confirm(uow, ceiling_id=max(entered), actor=head, now=bank.now))
        return
    officer = bank.actors["zheng.hao"] if chance.random() < 0.85 else bank.anybody(chance)
    percent = chance.choice(("0.90", "1.40", "1.80", "2.50", "4.50"))
    told: dict[str, Any] = {
        "family": "deposit",
        "product_type": chance.choice((None, "time_deposit")),
        "currency": "CNY",
        "term": chance.choice((None, "P1Y")),
        "rate": {"value": percent, "unit": "percent", "period": "P1Y", "day_count": "ACT/360"},
        "valid_from": accounting_date(bank.now) + timedelta(days=chance.choice((0, 0, 20, 60))),
        "document": "Letter",
    }
    in_one(lambda uow: pricing.enter(uow, **told, actor=officer, now=bank.now))


def _busy_or_able(bank: Bank, chance: Random, task: Task, case: ProcessInstance) -> Actor:
    """Mostly somebody who may; at times whoever had a hand in the case already."""
    busy = sorted(case.hands.keys() & bank.actors.keys())
    return bank.actors[chance.choice(busy)] if busy and chance.random() < 0.2 else worker(bank, chance, task, case)


def _say(
    bank: Bank, chance: Random, task: Task, case: ProcessInstance, actor: Actor, said: Mapping[str, Any] | None = None
) -> None:
    complete(bank, task, case, actor, AnyMood(bank, chance, 0.75), said=said)
