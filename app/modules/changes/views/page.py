"""The page of a request: where it is, what it proposes, what was said, what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request
from sqlalchemy import select

from app.identity.permissions import Facts, allowed
from app.identity.web import current_actor, signed_in
from app.kernel.audit import AuditEvent
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.kernel.i18n import N_, gettext
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import states
from app.modules.changes.services.records import facts_of, stream
from app.modules.changes.services.standing import described, stages
from app.modules.changes.views import matter
from app.modules.changes.views.base import REQUEST, Words, may_edit, now, pages, visible
from app.workflow.instances.wording import Vocabulary, lines
from app.workflow.models import Attachment, ProcessInstance, Task

MOST_LINES = 50

STAGES: Mapping[str, str] = {
    "draft": N_("Draft"),
    "prepare": N_("Preparation"),
    "review": N_("Review and decision"),
    "pilot": N_("Pilot"),
    "rollout": N_("Rollout"),
    "live": N_("Live"),
}


@pages.get(REQUEST)
@signed_in
def request_page(request_id: int) -> Any:
    return show(request_id)


def show(request_id: int, error: DomainError | None = None, about: str = "") -> Any:
    """The page, with what was refused and what was typed when it was."""
    end_read()
    actor = current_actor()
    found, instance = visible(request_id)
    told = matter.shown(found, instance, actor, now())
    evidence = _evidence(found)
    standing = described(session(), actor, [(found, instance)])[0]
    events = _events(found)
    people = [found.initiator, *(t.assignee for t in standing.tasks), *(f.uploaded_by for f, _ in evidence)]
    words = Words([*people, *(event.actor for event in events)])
    page = render_template(
        "changes/request.html",
        found=found,
        matter=told,
        standing=standing,
        stages=[(gettext(STAGES[stage]), where) for stage, where in stages(found, told["told"].pilot)],
        words=words,
        history=list(lines(events, Vocabulary(words.person, words.group, str, str))),
        evidence=evidence,
        evidence_options=[(str(file.id), file.filename) for file, _ in evidence],
        may=_may(found, instance),
        error=error,
        about=about,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200


def _evidence(found: ChangeRequest) -> list[tuple[Attachment, Task | None]]:
    """Files of the case with the task they were added to."""
    if found.instance_id is None:
        return []
    rows = session().execute(
        select(Attachment, Task)
        .outerjoin(Task, Task.id == Attachment.task_id)
        .where(Attachment.instance_id == found.instance_id)
        .order_by(Attachment.id)
    )
    return [(file, task) for file, task in rows]


def _events(found: ChangeRequest) -> Sequence[AuditEvent]:
    """The latest entries of the request's own audit chain; its case has another."""
    chain = select(AuditEvent).where(AuditEvent.stream == stream(found)).order_by(AuditEvent.number.desc())
    return session().scalars(chain.limit(MOST_LINES)).all()


def _may(found: ChangeRequest, instance: ProcessInstance | None) -> frozenset[str]:
    """What the person may do here now."""
    actor, facts = current_actor(), facts_of(found, instance)
    verbs = {
        "edit": may_edit(found),
        "withdraw": (found.state, "withdraw") in states.MOVES
        and allowed(actor, "change.edit", Facts(initiator=found.initiator)),
        "observe": found.state == "piloting" and allowed(actor, "pilot.observe", facts),
        "stop": found.state == "piloting" and allowed(actor, "pilot.stop", facts),
    }
    return frozenset(verb for verb, may in verbs.items() if may)
