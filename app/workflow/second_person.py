"""What one person deploys, another approves or refuses: the same for drawings and for decision tables."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel import audit
from app.kernel.errors import Invalid, NotFound
from app.workflow.decisions.models import DecisionDefinition
from app.workflow.models import ProcessDefinition

STATES = WAITING, EFFECTIVE, REFUSED = "waiting", "effective", "refused"
_BECOMES = {"approve": EFFECTIVE, "refuse": REFUSED}
Definition = TypeVar("Definition", ProcessDefinition, DecisionDefinition)


def second_word(
    uow: Session, kind: type[Definition], action: str, *, key: str, version: int, actor: Actor, now: datetime
) -> Definition:
    """Let a waiting version take effect, or never; ``action`` is kept: ``process.approve``, ``decision.refuse``.

    ``NotFound`` where no such version waits, ``Invalid`` for whoever deployed it.
    """
    require(actor, "process.deploy")
    definition = uow.scalar(select(kind).where(kind.key == key, kind.version == version).with_for_update())
    if definition is None or definition.state != WAITING:
        raise NotFound("No such version waits for approval.")
    if definition.deployed_by == actor.username:
        raise Invalid("Somebody else must approve what you deployed.", code="four_eyes")
    what, _, word = action.partition(".")
    definition.state, definition.approved_by = _BECOMES[word], actor.username
    payload = {"version": version, "old": WAITING, "new": definition.state}
    audit.record(uow, f"{what}:{key}", [audit.Entry(action, actor.username, now, payload)])
    return definition
