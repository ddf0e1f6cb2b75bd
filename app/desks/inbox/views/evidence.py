"""Evidence: files added to a task and read by those who may see its case."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from app.desks.inbox.views.base import TASK, now, pages, to
from app.desks.inbox.views.tasks import EXPLAINED, show
from app.identity.web import current_actor, signed_in
from app.kernel.database import session, unit_of_work
from app.kernel.i18n import gettext
from app.kernel.uploads import file_answer, required_files
from app.workflow.tasks import attachments


@pages.post(f"{TASK}/evidence")
@signed_in
def add_evidence(task_id: int) -> Any:
    """Keep one or several files with their hashes."""
    try:
        uploads = required_files()
        with unit_of_work() as uow:
            for upload in uploads:
                attachments.attach(
                    uow,
                    task_id=task_id,
                    filename=upload.filename,
                    content=upload.content,
                    actor=current_actor(),
                    now=now(),
                )
    except EXPLAINED as error:
        return show(task_id, error, about="evidence")
    flash(gettext("The evidence was added."), "success")
    return to(f"/tasks/{task_id}#evidence")


@pages.get("/evidence/<int:attachment_id>")
@signed_in
def evidence(attachment_id: int) -> Any:
    """The file itself, shown in place where a browser can do that safely."""
    found = attachments.read_attachment(session(), attachment_id=attachment_id, actor=current_actor())
    return file_answer(found, in_place="download" not in request.args)
