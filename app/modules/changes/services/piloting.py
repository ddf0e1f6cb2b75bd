"""Pilots 试点: planned, opened, observed, judged, extended once, rolled back (rule 8)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit, clock
from app.kernel.errors import Conflict, Forbidden, invalid
from app.kernel.i18n import N_
from app.modules.catalogue import services as versions
from app.modules.changes.models import ChangeRequest, Pilot, PilotObservation
from app.modules.changes.rules.interim import COMPARISON, PILOT, READINGS, Observed
from app.modules.changes.rules.routing import pilot_inputs
from app.modules.changes.services import pilot_plans
from app.modules.changes.services.filing import require_received
from app.modules.changes.services.preparing import require_tested
from app.modules.changes.services.records import end, facts_of, for_change, move, note, stream, version_ids
from app.workflow.decisions.queries import last_asked
from app.workflow.instances.services import deliver_message
from app.workflow.models import Attachment
from app.workflow.tasks.attachments import require_attached

STOPPED = "pilot_stopped"
PILOT_RULE, VERDICT_RULE = "pilot_required", "pilot_verdict"
_BETWEEN = re.compile(r"[\s,;，、；]+")


def record_plan(
    uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    """The plan as the form gives it: one scope, the length, the criteria. None replaces that of an open pilot."""
    if request.state == "piloting":
        message = N_("The pilot is running already, as it was planned. An operator can put the case on its opening.")
        raise Conflict(message, code="pilot_running")
    plan = {
        "scopes": [_scope_in(answers)],
        "length_days": int(answers["length_days"]),
        "criteria": {key: int(answers[key]) for key in ("min_sales", "max_complaints", "max_incidents")},
    }
    if answers.get("compare") == "scope":
        plan["comparison"] = [_scope_in(answers, "comparison_")]
    pilot_plans.refuse_wrong_answers(uow, request, plan, now)
    request.pilot_plan = plan
    note(uow, request, "change.pilot_planned", actor, now, plan=request.pilot_plan)


def _scope_in(answers: Mapping[str, Any], prefix: str = "") -> dict[str, list[str]]:
    """The scope of the form's fields; units are typed with anything between them."""
    units = _BETWEEN.split(answers.get(f"{prefix}units") or "")
    scope = {axis: answers.get(f"{prefix}{axis}") or [] for axis in ("channels", "groups")}
    scope = {"units": list(dict.fromkeys(unit for unit in units if unit)), **scope}
    return {axis: values for axis, values in scope.items() if values}


def open_pilot(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> datetime:
    """Sell the versions within the planned scope from now; gives the instant at which that ends.

    A pilot that runs already goes on as it was opened: an operator has put the case back to it.
    """
    running = _pilot_of(uow, request.id)
    if running is not None and request.state == "piloting":
        return running.until
    plan = request.pilot_plan
    if plan is None:
        raise Conflict(N_("The pilot has no plan."), code="no_plan")
    require_tested(request)
    require_received(uow, request)
    until = now + timedelta(days=plan["length_days"])
    ids = version_ids(uow, request)
    versions.open_pilot(uow, version_ids=ids, scopes=plan["scopes"], until=until, actor=actor, now=now)
    pilot = Pilot(
        change_request_id=request.id,
        scopes=plan["scopes"],
        comparison=plan.get("comparison") or [],
        length_days=plan["length_days"],
        criteria=plan["criteria"],
        begins_at=now,
        until=until,
        state="running",
        extended=False,
    )
    uow.add(pilot)
    left = move(request, "pilot", actor)
    note(uow, request, "change.pilot", actor, now, old=left, new=request.state, until=until.isoformat(), plan=plan)
    return until


def pilot_of(session: Session, request_id: int) -> Pilot:
    """The pilot of a request; ``Conflict`` if it has none."""
    pilot = _pilot_of(session, request_id)
    if pilot is None:
        raise Conflict(N_("This request has no pilot."), code="no_pilot")
    return pilot


def _pilot_of(session: Session, request_id: int) -> Pilot | None:
    return session.scalar(select(Pilot).where(Pilot.change_request_id == request_id))


def require_passed(session: Session, request: ChangeRequest) -> None:
    """Nothing goes everywhere past the rule that asks for a pilot, nor past its judgement; by no operator's hand."""
    pilot = _pilot_of(session, request.id)
    if pilot is not None and pilot.state != "passed":
        raise Forbidden(N_("The pilot has not passed."), code="pilot_not_passed")
    if pilot is None and _is_asked_for(session, request):
        raise Forbidden(N_("The pilot that the rule asks for has not taken place."), code="pilot_missing")


def _is_asked_for(session: Session, request: ChangeRequest) -> bool:
    """By what the rule said when it was last asked, of any of the request's families; unasked, it might say so."""
    found = last_asked(session, request.instance_id, PILOT_RULE)
    return not found or any(record.output for record in found)


def record_results(uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any]) -> None:
    """What the pilot brought, with evidence."""
    require_attached(uow, request.instance_id, answers["evidence"])
    pilot = _running(uow, request)
    pilot.results = {**{key: int(answers[key]) for key in READINGS}, "summary": answers["summary"]}


def verdict_inputs(session: Session, request: ChangeRequest) -> dict[str, bool]:
    """The inputs of the verdict: results against the criteria fixed beforehand."""
    pilot = pilot_of(session, request.id)
    return pilot_inputs(pilot.criteria, pilot.results, extended=pilot.extended)


def extend_pilot(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> datetime:
    """Once more its own length; gives the new end."""
    pilot = _judged(uow, request, "extend")
    if pilot.extended:
        raise Conflict(N_("The pilot was extended once already."), code="extended_before")
    pilot.extended, pilot.results = True, None
    pilot.until = now + timedelta(days=pilot.length_days)
    versions.extend_pilot(uow, version_ids=version_ids(uow, request), until=pilot.until, actor=actor, now=now)
    note(uow, request, "pilot.extended", actor, now, until=pilot.until.isoformat())
    return pilot.until


def pass_pilot(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> None:
    """Good: on to the rollout."""
    pilot = _judged(uow, request, "pass")
    _close(uow, request, True, actor, now)
    pilot.state = "passed"
    note(uow, request, "pilot.passed", actor, now)


def roll_back(uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime) -> None:
    """Failed or stopped: sales end at once, contracts stay pinned to their version."""
    pilot = _running(uow, request)
    if pilot.stopped_by is None:
        _judged(uow, request, "fail")
    _close(uow, request, False, actor, now)
    pilot.state = "failed"
    left = move(request, "fail_pilot", actor)
    request.closing_reason = pilot.stop_reason or (pilot.results or {}).get("summary")
    end(uow, request)
    note(uow, request, "change.fail_pilot", actor, now, old=left, new=request.state, reason=request.closing_reason)


def _judged(session: Session, request: ChangeRequest, verdict: str) -> Pilot:
    """The running pilot, if the rule said this of its results; no operator's hand says it instead."""
    pilot = _running(session, request)
    found = last_asked(session, request.instance_id, VERDICT_RULE)
    if pilot.results is None or not found or found[-1].output != verdict:
        raise Conflict(N_("The pilot has not been judged so."), code="not_judged")
    return pilot


def _close(uow: Session, request: ChangeRequest, passed: bool, actor: Actor, now: datetime) -> None:
    versions.close_pilot(uow, version_ids=version_ids(uow, request), passed=passed, actor=actor, now=now)


def add_observation(
    uow: Session,
    *,
    request_id: int,
    scope: str,
    source: str,
    text: str,
    side: str = PILOT,
    actor: Actor,
    now: datetime,
    readings: Mapping[str, int] | None = None,
    attachment_id: int | None = None,
) -> PilotObservation:
    """One dated row; only while the pilot runs."""
    request, instance = for_change(uow, request_id, actor)
    require(actor, "pilot.observe", facts_of(request, instance))
    pilot = _running(uow, request)
    if side == COMPARISON and not pilot.comparison:
        raise invalid("/side", N_("This pilot has no comparison."), code="no_comparison")
    if attachment_id is not None:
        _check_attachment(uow, request, attachment_id)
    row = PilotObservation(
        pilot_id=pilot.id,
        at=now,
        scope=scope,
        side=side,
        source=source,
        text=text,
        readings=dict(readings or {}),
        attachment_id=attachment_id,
        by=actor.username,
    )
    uow.add(row)
    uow.flush()
    audit.record(uow, stream(request), [audit.Entry("pilot.observed", actor.username, now, _row_json(row))])
    return row


def _row_json(row: PilotObservation) -> dict[str, Any]:
    names = ("id", "scope", "side", "source", "text", "readings", "attachment_id")
    return {name: getattr(row, name) for name in names}


def _running(uow: Session, request: ChangeRequest) -> Pilot:
    if request.state != "piloting":
        raise Conflict(N_("No pilot of this request is running."), code="no_pilot")
    pilot = pilot_of(uow, request.id)
    if pilot.state != "running":
        raise Conflict(N_("No pilot of this request is running."), code="no_pilot")
    return pilot


def _check_attachment(uow: Session, request: ChangeRequest, attachment_id: int) -> None:
    found = select(Attachment.id).where(Attachment.id == attachment_id, Attachment.instance_id == request.instance_id)
    if uow.scalar(found) is None:
        raise invalid("/attachment_id", N_("There is no such file."), code="not_attached")


def stop_pilot(uow: Session, *, request_id: int, reason: str, actor: Actor, now: datetime) -> ChangeRequest:
    """Risk stops the pilot at once; its sales are rolled back in the same transaction."""
    request, instance = for_change(uow, request_id, actor)
    require(actor, "pilot.stop", facts_of(request, instance))
    pilot = _running(uow, request)
    pilot.stopped_by, pilot.stop_reason = actor.username, reason
    note(uow, request, "pilot.stopped", actor, now, reason=reason)
    if instance is None or not deliver_message(uow, instance=instance, name=STOPPED, actor=actor, now=now):
        raise Conflict(N_("The pilot is over already; it is being judged."), code="pilot_over")
    return request


def observed(rows: Sequence[PilotObservation]) -> list[Observed]:
    """The rows as the rules count them, by accounting date."""
    return [Observed(clock.accounting_date(row.at), row.side, row.readings) for row in rows]


def observations_of(session: Session, request_id: int) -> Sequence[PilotObservation]:
    """The dated rows, oldest first."""
    return list(
        session.scalars(
            select(PilotObservation)
            .join(Pilot, Pilot.id == PilotObservation.pilot_id)
            .where(Pilot.change_request_id == request_id)
            .order_by(PilotObservation.id)
        )
    )
