"""Rollout 全面推广: conditions closed, notice given, live at the effective instant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import clock, outbox
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue import services as versions
from app.modules.catalogue.queries import unit_paths
from app.modules.catalogue.rules.scopes import cells
from app.modules.catalogue.rules.values import parse_instant
from app.modules.changes.models import ChangeRequest, Condition, Rollout
from app.modules.changes.rules import waves
from app.modules.changes.rules.states import BEFORE_LAUNCH
from app.modules.changes.services import afterwards, ceilings, notices, piloting, texts
from app.modules.changes.services.filing import require_received
from app.modules.changes.services.preparing import require_tested
from app.modules.changes.services.records import end, for_change, move, note, proposed
from app.modules.changes.services.submission import notice_days
from app.modules.changes.services.texts import Offer
from app.modules.documents.rules.values import Days
from app.workflow.models import ProcessInstance, Task
from app.workflow.tasks.services import complete_task

CLOSING_TASK = "close_conditions"


def open_before_launch(session: Session, request_id: int) -> list[Condition]:
    """The conditions that still block the launch."""
    return list(
        session.scalars(
            select(Condition)
            .where(
                Condition.change_request_id == request_id, Condition.kind == BEFORE_LAUNCH, Condition.state == "open"
            )
            .order_by(Condition.id)
        )
    )


def departments_with_conditions(session: Session, request: ChangeRequest) -> list[str]:
    """The departments whose conditions still block the launch."""
    return sorted({c.department for c in open_before_launch(session, request.id)})


def record_conditions_met(
    uow: Session, request: ChangeRequest, *, department: str, grounds: str, actor: Actor, now: datetime
) -> None:
    """A department says that what it asked for before the launch is done."""
    for condition in open_before_launch(uow, request.id):
        if condition.department == department:
            afterwards.close(uow, request, condition, grounds, actor, now)


def close_condition(
    uow: Session, *, request_id: int, condition_id: int, grounds: str, actor: Actor, now: datetime
) -> Condition:
    """Close one condition, by the department that set it. The last one of a department also ends its task."""
    request, instance = for_change(uow, request_id, actor)
    condition = uow.get(Condition, condition_id)
    if condition is None or condition.change_request_id != request.id:
        raise NotFound(N_("There is no such condition."))
    require(actor, "condition.close", Facts(initiator=request.initiator, department=condition.department))
    if condition.state != "open":
        raise Conflict(N_("The condition is not open any more."), code="condition_closed")
    afterwards.require_another(condition, actor)
    afterwards.close(uow, request, condition, grounds, actor, now)
    afterwards.end_follow_up(uow, condition, actor, now)
    if instance is not None and condition.kind == BEFORE_LAUNCH:
        _end_task(uow, request, instance, condition.department, grounds, actor, now)
    return condition


def _end_task(
    uow: Session,
    request: ChangeRequest,
    instance: ProcessInstance,
    department: str,
    grounds: str,
    actor: Actor,
    now: datetime,
) -> None:
    if department in departments_with_conditions(uow, request):
        return
    task = uow.scalar(
        select(Task).where(
            Task.instance_id == instance.id,
            Task.element_id == CLOSING_TASK,
            Task.department == department,
            Task.state == "open",
        )
    )
    if task is not None:
        data = {"grounds": grounds}
        complete_task(uow, task_id=task.id, version=task.version, data=data, actor=actor, now=now)


def record_rollout(
    uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> datetime:
    """Keep strategy, waves and notice; gives the first instant at which something takes effect.

    Without a day of its own the plan keeps the request's, moved to the first
    possible one if the approval took longer. 422 if the notice is shorter than
    the policy asks, or the day earlier than the notice allows (rule 10). 409 if
    it was planned before: the catalogue and the customers go by that plan.
    """
    if uow.get(Rollout, request.id) is not None:
        message = N_("The rollout is planned already. An operator can put the case on the notice to customers.")
        raise Conflict(message, code="rollout_planned")
    least = notice_days(uow, request, now)
    days = least if answers["notice_days"] is None else int(answers["notice_days"])
    if days < least:
        message = N_("The notice policy asks for at least %(days)s days.")
        raise invalid("/data/notice_days", message, code="notice_period", days=least)
    wished = answers.get("effective_on")
    earliest = clock.accounting_date(now) + timedelta(days=days)
    if wished is not None and date.fromisoformat(wished) < earliest:
        message = N_("The notice to customers takes until %(day)s.")
        raise invalid("/data/effective_on", message, code="notice_period", day=earliest.isoformat())
    shown = offered_texts(uow, request, now)
    planned = clock.start_of_day(date.fromisoformat(wished)) if wished else request.effective_at
    effective_at = _first_possible(planned, earliest, now)
    early = _waves(uow, request, answers, earliest, effective_at)
    rollout = _keep(uow, request, answers, days, effective_at, early, actor, now)
    last, first = clock.accounting_date(effective_at), clock.accounting_date(rollout.begins_at)
    texts.keep(uow, rollout, answers, shown=shown, final=texts.offer_of(uow, request, days=Days(last, first), now=now))
    _note_plan(uow, request, rollout, actor, now)
    return rollout.begins_at


def offered_texts(session: Session, request: ChangeRequest, now: datetime) -> Offer:
    """The texts that the templates offer for a plan that keeps the request's day, or the first possible one."""
    earliest = clock.accounting_date(now) + timedelta(days=notice_days(session, request, now, record=False))
    day = clock.accounting_date(_first_possible(request.effective_at, earliest, now))
    return texts.offer_of(session, request, days=Days(day), now=now)


def _first_possible(planned: datetime | None, earliest: date, now: datetime) -> datetime:
    """The instant planned, moved to the first that the notice allows if the approval took longer."""
    return max(planned or now, clock.start_of_day(earliest), now)


def _waves(
    uow: Session, request: ChangeRequest, answers: Mapping[str, Any], earliest: date, effective_at: datetime
) -> list[dict[str, Any]]:
    """The early waves as they are kept: ``{scope, effective_at}``; none unless the rollout goes in waves."""
    if answers.get("pace") != "waves":
        return []
    found, faults = waves.read(answers.get("waves") or "")
    news = [version for _, version in proposed(uow, request.id)]
    written = {v.product_code: cells((v.content.get("availability") or {}).get("scopes", ())) for v in news}
    bounds = waves.Bounds(earliest, clock.accounting_date(effective_at), unit_paths(uow), written)
    faults = faults or list(waves.wrong_in(found, bounds))
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)
    return [{"scope": dict(w.scope), "effective_at": clock.start_of_day(w.day).isoformat()} for w in found]


def instants_of(rollout: Rollout) -> list[datetime]:
    """When something takes effect: each wave, the last one everywhere."""
    return [*(parse_instant(wave["effective_at"]) for wave in rollout.waves), rollout.effective_at]


def _keep(
    uow: Session,
    request: ChangeRequest,
    answers: Mapping[str, Any],
    days: int,
    effective_at: datetime,
    early: list[dict[str, Any]],
    actor: Actor,
    now: datetime,
) -> Rollout:
    rollout = Rollout(
        change_request_id=request.id,
        strategy=answers["strategy"],
        notice_channels=answers["notice_channels"],
        notice_text=answers["notice_text"],
        written_from={},
        notice_days=days,
        begins_at=parse_instant(early[0]["effective_at"]) if early else effective_at,
        effective_at=effective_at,
        waves=early,
        policy=notices.policy_of(uow, request, now),
        planned_by=actor.username,
        planned_at=now,
    )
    uow.add(rollout)
    return rollout


def _note_plan(uow: Session, request: ChangeRequest, rollout: Rollout, actor: Actor, now: datetime) -> None:
    old, request.effective_at = request.effective_at, rollout.effective_at
    note(
        uow,
        request,
        "change.rollout_planned",
        actor,
        now,
        old=old.isoformat() if old else None,
        new=rollout.effective_at.isoformat(),
        notice_days=rollout.notice_days,
        strategy=rollout.strategy,
        waves=rollout.waves,
        written_from=rollout.written_from,
    )


def rollout_of(session: Session, request: ChangeRequest) -> Rollout:
    found = session.get(Rollout, request.id)
    if found is None:
        raise Conflict(N_("The rollout has no plan."), code="no_plan")
    return found


def schedule(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> None:
    """Write the effective instant into the catalogue: all versions together, or none.

    Refused while it has not passed its tests, a condition before launch is open, or a receipt or a pilot that is
    asked for is missing.
    """
    require_tested(request)
    require_received(uow, request)
    piloting.require_passed(uow, request)
    if open_before_launch(uow, request.id):
        raise Forbidden(N_("Conditions before launch are still open."), code="conditions_open")
    rollout = rollout_of(uow, request)
    effective_at = rollout.effective_at
    for at in dict.fromkeys((instants_of(rollout)[0], effective_at)):
        ceilings.require_still_kept(uow, request, day=clock.accounting_date(at), actor=actor, now=now)
    left = move(request, "schedule", actor)
    ids = [version.id for _, version in proposed(uow, request.id)]
    early = [versions.Wave([wave["scope"]], parse_instant(wave["effective_at"])) for wave in rollout.waves]
    versions.publish(uow, version_ids=ids, effective_at=max(effective_at, now), waves=early, actor=actor, now=now)
    note(uow, request, "change.schedule", actor, now, old=left, new=request.state, effective=effective_at.isoformat())


def notify(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> None:
    """The notice to customers goes out, once."""
    rollout = rollout_of(uow, request)
    if rollout.notified_at is not None:
        return
    rollout.notified_at = now
    notices.send(uow, request, rollout, now=now)
    note(uow, request, "change.notified", actor, now, channels=rollout.notice_channels)


def reach_wave(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> str:
    """The side effects of the waves that are in force by now; gives the next instant, or nothing after the last."""
    rollout = rollout_of(uow, request)
    ahead = [at for at in instants_of(rollout) if at > now]
    if rollout.waves and ahead:
        reached = [wave["scope"] for wave in rollout.waves if parse_instant(wave["effective_at"]) <= now]
        payloads = [
            {"product": row.product_code, "version": version.number, "approval": request.number, "scopes": reached}
            for row, version in proposed(uow, request.id)
        ]
        outbox.put_all(uow, topic="product.wave_reached", payloads=payloads, now=now)
        note(uow, request, "change.wave", actor, now, reached=len(reached), next=ahead[0].isoformat())
    return ahead[0].isoformat() if ahead else ""


def go_live(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> None:
    """The side effects of what has been in force since the effective instant: the outside is told.

    409 before it, and before customers were told: an operator can put the case here.
    """
    rollout = rollout_of(uow, request)
    if now < rollout.effective_at:
        raise Conflict(N_("It has not taken effect everywhere yet."), code="not_yet")
    if rollout.notified_at is None:
        raise Conflict(N_("Customers have not been told yet."), code="not_notified")
    texts.give_out(uow, request, rollout, actor=actor, now=now)
    left = move(request, "launch", actor)
    end(uow, request)
    payloads = [
        {"product": row.product_code, "version": version.number, "approval": request.number}
        for row, version in proposed(uow, request.id)
    ]
    outbox.put_all(uow, topic="product.published", payloads=payloads, now=now)
    note(uow, request, "change.launch", actor, now, old=left, new=request.state)
    afterwards.begin(uow, request, now)
