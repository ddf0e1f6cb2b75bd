"""Taking a running case to a newer version of its drawing.

Tried on a copy first: the copy is loaded on the new drawing and played to its
end, every task completed with answers that satisfy its conditions as far as
they are known. A copy that stops with nothing live is a refusal, because that is
what a case behind a changed fork would do: stand still for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit
from app.kernel.errors import Conflict
from app.workflow.deployments.library import Bundle, bundle, latest_bundle
from app.workflow.engine import EngineError, Run
from app.workflow.instances.progress import functions, stream
from app.workflow.instances.services import facts_of, visible
from app.workflow.models import ProcessInstance
from app.workflow.tasks.queries import open_tasks_of

MAX_TRIAL_STEPS = 500


def migrate(uow: Session, *, instance_id: int, actor: Actor, now: datetime) -> ProcessInstance:
    """Take a case to the latest version of its drawing; ``Conflict`` says why it cannot."""
    instance = visible(uow, instance_id, actor)
    require(actor, "instance.operate", facts_of(instance))
    if instance.engine_state is None:
        raise Conflict("The case is %(state)s.", state=instance.state)
    old = bundle(uow, instance.definition_id, instance.called or ())
    new = latest_bundle(uow, instance.process_key)
    if new.definition_id == old.definition_id and new.called_ids == old.called_ids:
        return instance
    _refuse_misfit(instance, old, new, now)
    instance.engine_state = Run.adopt(instance.engine_state, new.specs, new.drawings, now).dump()
    payload = {"old": [old.definition_id, *old.called_ids], "new": [new.definition_id, *new.called_ids]}
    instance.definition_id, instance.called = new.definition_id, list(new.called_ids) or None
    _rename_open_tasks(uow, instance, new)
    audit.record(uow, stream(instance), [audit.Entry("instance.migrate", actor.username, now, payload)])
    return instance


def _rename_open_tasks(uow: Session, instance: ProcessInstance, new: Bundle) -> None:
    """Open tasks are called as the new drawing calls them; who may do them stays."""
    elements = {i: e for d in new.drawings.values() for i, e in d.elements.items()}
    for task in open_tasks_of(uow, instance.id):
        element = elements[task.element_id]
        task.names = dict(element.names) or {"en": element.id}


def _refuse_misfit(instance: ProcessInstance, old: Bundle, new: Bundle, now: datetime) -> None:
    assert instance.engine_state is not None
    before = Run.load(instance.engine_state, old.specs, old.drawings, now, functions(now))
    for element_id in sorted(before.standing()):
        there = [d.elements[element_id] for d in new.drawings.values() if element_id in d.elements]
        if not there or there[0].kind != before.kind_of(element_id):
            raise Conflict("The new drawing has no “%(element)s” to stand on.", code="misfit", element=element_id)
    try:
        copy = Run.adopt(instance.engine_state, new.specs, new.drawings, now)
        if copy.standing() != before.standing() or not _plays_to_end(copy.on_trial(), now):
            raise EngineError("the copy stopped with nothing left to do")
    except EngineError as error:
        reason = f"{error.element_id}: {error}" if error.element_id else str(error)
        raise Conflict(
            "On the new drawing the case would stand still: %(reason)s", code="misfit", reason=reason
        ) from error


def _plays_to_end(copy: Run, now: datetime) -> bool:
    """Complete whatever is open, in order, until the case ends or cannot go on."""
    at = now
    for _ in range(MAX_TRIAL_STEPS):
        outcome = copy.outcome()
        if outcome.completed:
            return True
        if outcome.calls:
            copy.answer(outcome.calls[0], copy.plausible(outcome.calls[0].element.id))
        elif outcome.open:
            copy.complete(outcome.open[0].token, copy.plausible_variables())
        elif outcome.timers:
            at = max(at, *(t.at for t in outcome.timers)) + timedelta(seconds=1)
            copy.advance_clock(at)
            copy.fire_due()
        else:
            return copy.awaits_message()
    return True
