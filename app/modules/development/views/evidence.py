"""Evidence for the gates of an initiative: added on its page, saved from it."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import session, unit_of_work
from app.kernel.errors import TooLarge
from app.kernel.i18n import gettext
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED
from app.kernel.uploads import file_answer, required_files
from app.modules.development.queries import initiatives as queries
from app.modules.development.schemas.initiatives import GateNamed
from app.modules.development.services import evidence, initiatives
from app.modules.development.views.base import pages
from app.modules.development.views.initiatives import ONE, PATH, show


@pages.post(f"{ONE}/evidence")
@signed_in
def add_evidence(initiative_id: int) -> Any:
    """Keep one or several files for a gate: all of them, or none."""
    try:
        named, uploads = loaded(GateNamed(), {"gate": request.form.get("gate", "")}), required_files()
        with unit_of_work() as uow:
            row = initiatives.locked(uow, initiative_id)
            for file in uploads:
                evidence.give(uow, row, **named, **file._asdict(), actor=current_actor(), now=g.now)
    except (*EXPLAINED, TooLarge) as error:
        return show(initiative_id, error, about="evidence")
    flash(gettext("The evidence was added."), "success")
    return redirect(f"{PATH}/{initiative_id}#evidence", 303)


@pages.get(f"{ONE}/evidence/<int:file_id>")
@signed_in
def one_file(initiative_id: int, file_id: int) -> Any:
    """A file, to be saved."""
    row = queries.initiative_by_id(session(), initiative_id)
    require(current_actor(), initiatives.SEE, initiatives.facts_of(session(), row))
    return file_answer(queries.evidence_by_id(session(), row.id, file_id))
