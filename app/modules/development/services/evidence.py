"""Evidence for the gates of an initiative: files, given by those who work on it, kept with their hashes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import require
from app.kernel.errors import Conflict
from app.kernel.files import judged
from app.kernel.i18n import N_
from app.modules.development.models import Initiative, InitiativeFile
from app.modules.development.rules.states import INITIATIVES, move
from app.modules.development.services.initiatives import facts_of, passed_gates, record

PROVE = "initiative.prove"


def give(
    uow: Session, row: Initiative, *, gate: str, filename: str, content: bytes, actor: Actor, now: datetime
) -> InitiativeFile:
    """Keep a file for a gate of a ``locked`` initiative.

    409 for an initiative that is not under way and for a gate that is passed; 422 or 413 for a file that
    ``files.judged`` refuses.
    """
    require(actor, PROVE, facts_of(uow, row))
    row.state = move(INITIATIVES, row.state, "prove")
    if gate in passed_gates(uow, row):
        raise Conflict(N_("This gate is passed; its evidence is closed."), code="gate_passed")
    file = InitiativeFile(
        initiative_id=row.id, gate=gate, **judged(filename, content), uploaded_by=actor.username, uploaded_at=now
    )
    uow.add(file)
    uow.flush()
    record(uow, row, "initiative.evidence_given", actor, now, file=file.id, gate=gate, **file.told())
    return file
