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
    require_open(request, actor)
    file_parts.keep_answers(uow, request, answers, actor=actor, now=now)
    _refuse_incomplete(uow, request, now, element_id, before=process)
    content_hash = _submit(uow, request, actor, now)
    shown = {"content_hash": content_hash, "plan": plan_of(request)}
    note(uow, request, "change.designed", actor, now, **shown, note=answers.get("note"))
    return "submitted"


def require_open(request: ChangeRequest, actor: Actor) -> None:
    """What is prepared is not decided yet; what is in review leaves it, and has to pass it again."""
    if request.state not in EDITABLE:
        raise Conflict(N_("What was approved is not designed again; it needs a new request."), code="approved_before")
    if request.state == "in_review":
        # Sent back by hand, past the gateways of the drawing.
        move(request, "send_back", actor)


def _submit(uow: Session, request: ChangeRequest, actor: Actor, now: datetime) -> str:
    """Freeze the versions and the whole; gives the hash that judgements bind to."""
    drafts = [version.id for _, version in proposed(uow, request.id) if version.state == "draft"]
    if drafts:
        versions.submit_all(uow, version_ids=drafts, actor=actor, now=now)
    return freeze(uow, request)


def complete_file(
    uow: Session, request: ChangeRequest, *, actor: Actor, now: datetime, element_id: str | None = None
) -> None:
    """The whole file is there, with what other departments wrote since the design; it is frozen as it is now."""
    require_open(request, actor)
    _refuse_incomplete(uow, request, now, element_id)
    content_hash = _submit(uow, request, actor, now)
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
    """Whether stability and security both passed, of what stands in the request as it was designed.

    What was edited since is designed again, whatever the tests of the rest say.
    The evidence must be files of this very case.
    """
    require_attached(uow, request.instance_id, answers["evidence"])
    passed = answers["stability"] == "pass" and answers["security"] == "pass" and request.content_hash is not None
    request.tested_hash = request.content_hash if passed else None
    return passed


def require_designed(request: ChangeRequest) -> None:
    """Departments judge what was frozen when it was designed; by no operator's hand anything before."""
    if request.content_hash is None:
        raise Conflict(N_("The design has not been submitted as it is now."), code="not_designed")


def require_tested(request: ChangeRequest) -> None:
    """What is judged or sold is what passed its tests."""
    if request.tested_hash is None or request.tested_hash != request.content_hash:
        raise Conflict(N_("It has not passed its tests as it is now."), code="not_tested")
