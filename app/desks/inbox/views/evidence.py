"""Evidence: files added to a task and read by those who may see its case."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import flash, request, send_file

from app.desks.inbox.views.base import TASK, now, pages, to
from app.desks.inbox.views.tasks import EXPLAINED, show
from app.identity.web import current_actor, signed_in
from app.kernel.database import session, unit_of_work
from app.kernel.errors import invalid
from app.kernel.i18n import gettext
from app.workflow.tasks import attachments

IN_PLACE = ("image/png", "image/jpeg", "application/pdf")
"""Kinds a browser may show itself; they hold no script of this site."""


@pages.post(f"{TASK}/evidence")
@signed_in
def add_evidence(task_id: int) -> Any:
    """Keep one or several files with their hashes."""
    try:
        uploads = [u for u in request.files.getlist("file") if u.filename]
        if not uploads:
            raise invalid("/file", "Choose a file first.")
        with unit_of_work() as uow:
            for upload in uploads:
                attachments.attach(
                    uow,
                    task_id=task_id,
                    filename=upload.filename or "",
                    content=upload.read(attachments.MAX_FILE + 1),
                    actor=current_actor(),
                    now=now(),
                )
    except EXPLAINED as error:
        return show(task_id, error, about="evidence")
    flash(gettext("The evidence was added."), "success")
    return to(f"/tasks/{task_id}#evidence")


@pages.get("/evidence/<int(max=9007199254740991):attachment_id>")
@signed_in
def evidence(attachment_id: int) -> Any:
    """The file itself, shown in place where a browser can do that safely."""
    found = attachments.read_attachment(session(), attachment_id=attachment_id, actor=current_actor())
    shown = found.media_type in IN_PLACE and "download" not in request.args
    answer = send_file(
        BytesIO(found.content),
        mimetype=found.media_type if shown else "application/octet-stream",
        as_attachment=not shown,
        download_name=found.filename,
        etag=found.sha256,
    )
    answer.headers["Cache-Control"] = "private, max-age=3600, immutable"
    return answer
