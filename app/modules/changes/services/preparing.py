"""Preparation 准备: the need, the design, the tests with their evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.errors import Conflict, Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue import services as versions
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.states import EDITABLE
from app.modules.changes.services import file_parts
from app.modules.changes.services.records import freeze, move, note, plan_of, proposed
from app.modules.changes.services.submission import check
from app.workflow.tasks.attachments import require_attached

Demand = Callable[[Session, ChangeRequest, datetime], Iterable[Fault]]
_DEMANDS: list[Demand] = []


def demands(check: Demand) -> Demand:
    """``@demands``: what a later feature asks of a request besides, each time its design or file is complete."""
    _DEMANDS.append(check)
    return check


def record_need(request: ChangeRequest, *, answers: Mapping[str, Any]) -> str:
    """``justified`` or ``declined``: one owning department that declines is enough."""
    if answers["decision"] != "proceed":
        request.closing_reason = answers["reason"]
    return "declined" if request.closing_reason else "justified"


def record_design(
    uow: Session,
    request: ChangeRequest,
    *,
    answers: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    process: str,
    element_id: str | None = None,
) -> str:
    """``submitted``: the versions are frozen with the hash that approvals will bind to; or ``withdrawn``.

    422 with a pointer to each part that lacks or is wrong, those of the approver's file included. 409 once it
    is approved: what was decided on does not change (rule 6), wherever an operator has put the case.
    """
    if answers["decision"] == "withdraw":
        request.closing_reason = answers["note"]
        return "withdrawn"
    if request.state not in EDITABLE:
        raise Conflict(N_("What was approved is not designed again; it needs a new request."), code="approved_before")
    if request.state == "in_review":
        # Sent back by hand, past the gateways of the drawing.
        move(request, "send_back", actor)
    file_parts.keep_answers(uow, request, answers, actor=actor, now=now)
    _refuse_incomplete(uow, request, now, element_id, before=process)
    drafts = [version.id for _, version in proposed(uow, request.id) if version.state == "draft"]
    if drafts:
        versions.submit_all(uow, version_ids=drafts, actor=actor, now=now)
    content_hash = freeze(uow, request)
    shown = {"content_hash": content_hash, "plan": plan_of(request)}
    note(uow, request, "change.designed", actor, now, **shown, note=answers.get("note"))
    return "submitted"


def complete_file(
    uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime, element_id: str | None = None
) -> None:
    """The whole file is there, with what other departments wrote since the design; it is frozen as it is now."""
    _refuse_incomplete(uow, request, now, element_id)
    content_hash = freeze(uow, request)
    note(uow, request, "change.file_completed", actor, now, content_hash=content_hash)


def _refuse_incomplete(
    uow: Session, request: ChangeRequest, now: datetime, element_id: str | None, *, before: str | None = None
) -> None:
    """``Invalid``: the faults lie in the request and its file, not in the form of the task."""
    code, found = "incomplete", list(file_parts.lacking(uow, request, now, element_id, before=before))
    found += [fault for demand in _DEMANDS for fault in demand(uow, request, now)]
    try:
        check(uow, request, now)
    except Invalid as error:
        code, found = error.code, [*error.faults, *found]
    if found:
        faults = [Fault(f"/request{f.pointer}", f.message, f.values, f.code) for f in found]
        raise Invalid(N_("The request is not complete."), code=code, faults=faults)


def record_development(request: ChangeRequest, *, answers: Mapping[str, Any]) -> str:
    """``built``; or ``cannot``, and why stands in ``closing_reason``."""
    if answers["outcome"] != "built":
        request.closing_reason = answers["reason"]
    return str(answers["outcome"])


def record_test(uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any]) -> bool:
    """Whether stability and security both passed. The evidence must be files of this very case."""
    require_attached(uow, request.instance_id, answers["evidence"])
    return bool(answers["stability"] == "pass" and answers["security"] == "pass")
