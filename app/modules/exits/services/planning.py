"""The exit plan 退出方案: replacement or run-off, the map attribute by attribute, and what a plan is refused for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.models import Person
from app.kernel.clock import accounting_date
from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import version_in_force
from app.modules.catalogue.rules.content import content_hash
from app.modules.exits.models import Exit, ExitPlan, MigrationMap
from app.modules.exits.rules import worsening
from app.modules.exits.rules.items import REPLACEMENT
from app.modules.exits.services.fitting import target_faults
from app.modules.exits.services.held import pinned_versions
from app.modules.exits.services.notifying import least_days
from app.modules.exits.services.records import for_change, move, note, plan_of
from app.modules.exits.services.stopping import require_free

WRONG = N_("Some of what was entered is not right.")


@dataclass(frozen=True)
class Planned:
    """What is planned. ``choices``: path → keep, take or ask; paths left out stand as proposed."""

    way: str
    exception_owner: str
    notice_text: str
    answer_days: int
    target: str | None = None
    stop_on: date | None = None
    choices: Mapping[str, str] = field(default_factory=dict)


def write_plan(uow: Session, *, number: str, planned: Planned, actor: Actor, now: datetime) -> ExitPlan:
    """Keep a plan and its map. 422 names all that is wrong with it, each fault at its place."""
    found = for_change(uow, number, actor, "exit.plan")
    if found.state != "planning":
        move_not_allowed(found)
    target, rows = _target(uow, planned, now), _map(uow, found, planned, now)
    faults = [*_faults(uow, found, planned, rows, now), *target_faults(uow, found, planned.target, target, rows, now)]
    if faults:
        raise Invalid(WRONG, faults=faults)
    plan = uow.get(ExitPlan, found.id) or ExitPlan(exit_id=found.id)
    plan.way, plan.target_code, plan.target_version = planned.way, planned.target, target.number if target else None
    plan.stop_on, plan.answer_days, plan.notice_text = planned.stop_on, planned.answer_days, planned.notice_text
    plan.exception_owner, plan.planned_by, plan.planned_at = planned.exception_owner, actor.username, now
    uow.execute(delete(MigrationMap).where(MigrationMap.exit_id == found.id))
    uow.add_all(rows)
    plan.content_hash = plan_hash(uow, plan, rows, now)
    uow.add(plan)
    note(uow, found, "exit.planned", actor, now, way=plan.way, target=plan.target_code, content_hash=plan.content_hash)
    return plan


def move_not_allowed(found: Exit) -> None:
    """409: planned only between the judgement and the review."""
    move(found, "submit")


def _target(session: Session, planned: Planned, now: datetime) -> ProductVersion | None:
    if planned.way != REPLACEMENT or planned.target is None:
        return None
    return version_in_force(session, planned.target, at=now)


def _map(session: Session, found: Exit, planned: Planned, now: datetime) -> list[MigrationMap]:
    """A row for each difference between a version that is held and the target's live version."""
    target = _target(session, planned, now)
    if target is None:
        return []
    rows = []
    for version in pinned_versions(session, found.product_code):
        for place, change in enumerate(worsening.changes_between(version.content, target.content)):
            worse = worsening.is_worse(change, version.content)
            guaranteed = worsening.is_guaranteed_rate(change, version.content)
            proposed = worsening.proposal(change, worse=worse, guaranteed=guaranteed)
            rows.append(
                MigrationMap(
                    exit_id=found.id,
                    version=version.number,
                    path=change.path,
                    position=place,
                    labels=dict(change.labels),
                    row=dict(change.row) if change.row else None,
                    source=change.old,
                    target=change.new,
                    value_kind=change.value_kind,
                    worse=worse,
                    guaranteed=guaranteed,
                    choice=planned.choices.get(change.path, proposed),
                )
            )
    return rows


def _faults(
    session: Session, found: Exit, planned: Planned, rows: Sequence[MigrationMap], now: datetime
) -> list[Fault]:
    faults = []
    if planned.way == REPLACEMENT and planned.target is None:
        faults.append(Fault("/target", N_("This is required."), code="required"))
    if session.scalar(select(Person.id).where(Person.username == planned.exception_owner)) is None:
        faults.append(Fault("/exception_owner", N_("There is nobody of this name."), code="unknown"))
    if planned.stop_on is not None and planned.stop_on < accounting_date(now):
        faults.append(Fault("/stop_on", N_("The day lies in the past."), code="past"))
    least = least_days(session, found, rows)
    if planned.answer_days < least:
        message = N_("The notice policy asks for at least %(days)s days.")
        faults.append(Fault("/answer_days", message, {"days": least}, "notice"))
    known = {row.path for row in rows}
    for path in planned.choices:
        if path not in known:
            faults.append(Fault(f"/choices/{path}", N_("The products do not differ in this."), code="unknown"))
    return faults


def plan_hash(session: Session, plan: ExitPlan, rows: Sequence[MigrationMap], now: datetime) -> str:
    """What approval binds to: the plan, the map, and the content of the target as it is live now (rule 6)."""
    target = version_in_force(session, plan.target_code, at=now) if plan.target_code else None
    return content_hash(
        {
            "way": plan.way,
            "target": plan.target_code,
            "target_content": target.content_hash if target else None,
            "stop_on": plan.stop_on.isoformat() if plan.stop_on else None,
            "answer_days": plan.answer_days,
            "notice_text": plan.notice_text,
            "exception_owner": plan.exception_owner,
            "map": sorted([row.version, row.path, row.choice] for row in rows),
        }
    )


def map_of(session: Session, exit_id: int) -> list[MigrationMap]:
    """The rows of the map, version by version, in the order of the type's attributes."""
    wanted = select(MigrationMap).where(MigrationMap.exit_id == exit_id)
    return list(session.scalars(wanted.order_by(MigrationMap.version, MigrationMap.position, MigrationMap.path)))


def record_submission(uow: Session, found: Exit, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    """The plan goes to the review, or the exit is given up; gives which. 409 without a plan."""
    if answers["decision"] == "give_up":
        found.closing_reason, found.ended_at = answers.get("reason"), now
        note(uow, found, "exit.given_up", actor, now, reason=answers.get("reason"), **move(found, "give_up"))
        return "give_up"
    plan = plan_of(uow, found)
    require_free(uow, uow.get_one(Product, found.product_code))
    found.round += 1
    submitted = {"round": found.round, "content_hash": plan.content_hash}
    note(uow, found, "exit.submitted", actor, now, **submitted, **move(found, "submit"))
    return "submit"
