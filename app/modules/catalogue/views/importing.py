"""Import of published records: upload, and a report line by line."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_
from app.modules.catalogue import services
from app.modules.catalogue.api import MOST_AT_ONCE
from app.modules.catalogue.presenting import item_json, job_json
from app.modules.catalogue.queries.jobs import job_by_id, lines_of_job
from app.modules.catalogue.services.reading import read_json, unwrap
from app.modules.catalogue.views.base import now, pages

MOST_FILES = 1000


@pages.get("/products/import")
@signed_in
def import_form() -> Any:
    """Choose files or paste records."""
    require(current_actor(), "product.import")
    return render_template("catalogue/import.html", error=None, items=None, typed="")


@pages.post("/products/import")
@signed_in
def import_sent() -> Any:
    """Import what was sent; many records go to the background."""
    actor = current_actor()
    require(actor, "product.import")
    try:
        records = _records()
    except DomainError as error:
        page = render_template("catalogue/import.html", error=error, items=None, typed=request.form.get("records", ""))
        return page, error.status
    with unit_of_work() as uow:
        if len(records) > MOST_AT_ONCE:
            job = services.start_import(uow, records, actor=actor, now=now())
            return redirect(url_for("catalogue_pages.import_job", job_id=job.id))
        items = services.import_records(uow, records, actor=actor, now=now())
    return render_template("catalogue/import.html", error=None, items=[item_json(i) for i in items], typed="")


def _records() -> list[Any]:
    """The records of all files and of the text, in order."""
    files = [file.read() for file in request.files.getlist("files")[:MOST_FILES] if file.filename]
    pasted = request.form.get("records", "").strip()
    texts = [*files, *([pasted] if pasted else [])]
    if not texts:
        raise invalid("/records", N_("Choose a file or paste the records."))
    return [record for text in texts for record in unwrap(read_json(text))]


@pages.get("/products/import/<int:job_id>")
@signed_in
def import_job(job_id: int) -> Any:
    """How far an import in the background is, and its report."""
    job = job_by_id(session(), job_id, current_actor())
    return render_template(
        "catalogue/import_job.html", job=job, items=job_json(job, lines_of_job(session(), job))["items"]
    )
