"""The page of one exit."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g, render_template
from sqlalchemy import select

from app.identity.permissions import allowed
from app.identity.web import current_actor, signed_in
from app.kernel.audit import AuditEvent
from app.kernel.clock import accounting_date
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.changes.views.base import Words
from app.modules.exits import queries
from app.modules.exits.models import Exit
from app.modules.exits.rules.states import ITEM_STATES
from app.modules.exits.services.batches import SETTLE
from app.modules.exits.services.delivering import tallies_of
from app.modules.exits.services.records import seen, stream
from app.modules.exits.services.winding_down import reconciliation, tail_of
from app.modules.exits.views.base import (
    DECISIONS,
    DONE,
    LATEST,
    MATTERS,
    REASONS,
    pages,
)
from app.modules.exits.views.told import told_of, vocabulary
from app.workflow.instances.wording import Vocabulary, lines
from app.workflow.tasks.queries import open_tasks_of
from app.workflow.tasks.services import facts_of as task_facts


@pages.get("/exits/<number>")
@signed_in
def one(number: str) -> Any:
    """Where it stands, the plan and its map, the holdings by state, what remains, and whether it adds up."""
    return shown(number)


DETAILS = ("exit.batch", "exit.notice_reported")
"""What would bury the history; it stands in the audit chain. The monthly rounds of settling are left out as well."""
LOOKED_THROUGH = 300


def _history(found: Exit) -> list[AuditEvent]:
    chain = (
        select(AuditEvent)
        .where(AuditEvent.stream == stream(found.number), AuditEvent.action.not_in(DETAILS))
        .order_by(AuditEvent.number.desc())
    )
    events = session().scalars(chain.limit(LOOKED_THROUGH))
    return [event for event in events if (event.payload or {}).get("phase") != SETTLE][:LATEST]


def _answers_until(found: Exit) -> date | None:
    """The last day for answers, while it is ahead."""
    until = found.answers_until
    return until if until and until >= accounting_date(g.now) and found.state == "migrating" else None


def shown(number: str, error: DomainError | None = None) -> Any:
    end_read()
    actor = current_actor()
    found, facts = seen(session(), number, actor)
    events, tasks = _history(found), open_tasks_of(session(), found.instance_id)
    words, case = Words([e.actor for e in events] + [t.assignee for t in tasks]), queries.case_of(session(), found)
    exceptions = queries.exceptions_of(session(), found, limit=LATEST)
    page = render_template(
        "exits/exit.html",
        matter={"told": told_of(session(), found), "actor": actor, "own": True, **vocabulary()},
        progress=queries.progress_of(session(), found),
        item_states=ITEM_STATES,
        exceptions=exceptions,
        notices=tallies_of(session(), found.id),
        groups=CUSTOMER_GROUPS,
        reasons=REASONS,
        decisions=DECISIONS,
        done=DONE,
        tail=tail_of(session(), found),
        matters=MATTERS,
        reconciliation=reconciliation(session(), found),
        tasks=tasks,
        waiting_until=_answers_until(found),
        mine=[task for task in tasks if allowed(actor, "task.complete", task_facts(case, task))],
        may={
            name: allowed(actor, f"exit.{name}", facts) for name in ("plan", "operate", "decide_exception", "withdraw")
        },
        words=words,
        history=list(lines(events, Vocabulary(words.person, words.group, str, str))),
        error=error,
    )
    return page, error.status if error else 200
