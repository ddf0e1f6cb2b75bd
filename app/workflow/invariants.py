"""What must always hold between the engine's state and our rows.

Run by ``flask doctor`` and by the tests after every kill: nothing lost, nothing
doubled, whatever instant the process died at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.audit import AuditEvent
from app.workflow.deployments.library import bundle
from app.workflow.engine import Run
from app.workflow.instances.progress import functions, stream
from app.workflow.models import ProcessInstance, Task, TaskAudience, Timer


def violations(session: Session, now: datetime) -> Iterator[str]:
    """One sentence for each thing that does not hold."""
    for instance in session.scalars(select(ProcessInstance).order_by(ProcessInstance.id)):
        open_tasks = list(session.scalars(select(Task).where(Task.instance_id == instance.id, Task.state == "open")))
        timers = list(session.scalars(select(Timer).where(Timer.instance_id == instance.id)))
        if instance.engine_state is None:
            yield from _ended(instance, open_tasks, timers)
        else:
            yield from _running(session, instance, open_tasks, timers, now)
        yield from _audited(session, instance)
    yield from _audience(session)


def _ended(instance: ProcessInstance, open_tasks: list[Task], timers: list[Timer]) -> Iterator[str]:
    if instance.state not in {"completed", "cancelled"}:
        yield f"case {instance.id} is {instance.state} without a state of the engine"
    if open_tasks or timers:
        yield f"case {instance.id} has ended but has {len(open_tasks)} open tasks and {len(timers)} timers"


def _running(
    session: Session, instance: ProcessInstance, open_tasks: list[Task], timers: list[Timer], now: datetime
) -> Iterator[str]:
    parts = bundle(session, instance.definition_id, instance.called or ())
    assert instance.engine_state is not None
    outcome = Run.load(instance.engine_state, parts.specs, parts.drawings, now, functions(now)).outcome()
    if Counter(w.token for w in outcome.open) != Counter(t.token for t in open_tasks):
        yield f"case {instance.id}: the engine's open work and the open tasks differ"
    if {t.token: t.at for t in outcome.timers} != {t.token: t.due_at for t in timers}:
        yield f"case {instance.id}: the engine's timers and the timer rows differ"
    if instance.waiting_timers != len(timers):
        yield f"case {instance.id}: the count of timers is wrong"
    if outcome.calls:
        yield f"case {instance.id} stands at an unanswered call"


def _audited(session: Session, instance: ProcessInstance) -> Iterator[str]:
    """Each completed task has exactly one line in the chain, each opened one too."""
    lines = session.execute(
        select(AuditEvent.action, AuditEvent.payload).where(AuditEvent.stream == stream(instance))
    ).all()
    completed = Counter(p["task"] for a, p in lines if a == "task.complete" and p)
    opened = Counter(p["task"] for a, p in lines if a == "task.open" and p)
    tasks = list(session.scalars(select(Task).where(Task.instance_id == instance.id)))
    if opened != Counter(t.id for t in tasks):
        yield f"case {instance.id}: the tasks and the audit lines of their opening differ"
    if completed != Counter(t.id for t in tasks if t.state == "completed"):
        yield f"case {instance.id}: the completed tasks and their audit lines differ: {dict(completed)}"


def _audience(session: Session) -> Iterator[str]:
    listed = select(TaskAudience.task_id).distinct()
    closed = select(func.count()).select_from(Task).where(Task.state != "open", Task.id.in_(listed))
    hidden = select(func.count()).select_from(Task).where(Task.state == "open", Task.id.not_in(listed))
    if session.scalar(closed):
        yield "closed tasks still stand in lists"
    if session.scalar(hidden):
        yield "open tasks stand in no list"
