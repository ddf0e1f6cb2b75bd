"""The page of each book: what is in force, what waits for the head, and what was entered before."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request
from werkzeug.exceptions import NotFound

from app.identity.directory import names_of
from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded_form
from app.kernel.web import page_size
from app.modules.risk import queries
from app.modules.risk.books import BOOKS, Book
from app.modules.risk.services import keeping, measuring
from app.modules.risk.views.base import EXPLAINED, PATH, SEE, pages, sent_texts


@pages.get(f"{PATH}/<book>")
@signed_in
def records(book: str) -> Any:
    return _page(_book(book))


@pages.post(f"{PATH}/<book>")
@signed_in
def enter(book: str) -> Any:
    """Put a record into the book."""
    found, actor = _book(book), current_actor()
    require(actor, keeping.ENTER)
    try:
        given = loaded_form(found.schema(), {**sent_texts(), **_files()})
        wanted = keeping.prepared(book=book, given=given, actor=actor)
        with unit_of_work() as uow:
            keeping.enter(uow, wanted=wanted, actor=actor, now=g.now)
    except EXPLAINED as error:
        return _page(found, error)
    flash(gettext(N_("Entered. It holds once the head of the department confirms it.")), "success")
    return redirect(f"{PATH}/{book}", 303)


@pages.post(f"{PATH}/<book>/<int:record_id>/confirm")
@signed_in
def confirm(book: str, record_id: int) -> Any:
    """Put a record in force."""
    found, shown = _book(book), request.form.get("content_hash", "")
    try:
        with unit_of_work() as uow:
            keeping.confirm(uow, book=book, record_id=record_id, shown=shown, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _page(found, error)
    flash(gettext(N_("Confirmed. It holds from its day on.")), "success")
    return redirect(f"{PATH}/{book}", 303)


def _files() -> dict[str, str]:
    """What was uploaded, as text."""
    try:
        return {name: file.read().decode("utf-8") for name, file in request.files.items() if file.filename}
    except UnicodeDecodeError:
        raise invalid("/table", N_("The file is not text in UTF-8.")) from None


def _measured() -> dict[str, Any]:
    """How much of the limits is used, and how what is held in yuan is spread."""
    rows = measuring.held(session(), "CNY")
    return {
        "used": measuring.limits_used(session(), clock.accounting_date(g.now)),
        "types": measuring.concentration(rows, "type"),
        "families_held": measuring.concentration(rows, "family"),
    }


def _book(key: str) -> Book:
    if key not in BOOKS:
        raise NotFound
    return BOOKS[key]


def _page(book: Book, error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, SEE)
    end_read()
    limit, after = page_size(), decode_cursor(int)
    rows = queries.records(session(), book.key, after=after[0] if after else None, limit=limit)
    page = render_template(
        f"risk/{book.key}.html",
        book=book.key,
        holding=queries.in_force(session(), book.key, clock.accounting_date(g.now)),
        rows=rows[:limit],
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
        people=names_of(session(), [n for row in rows for n in (row.entered_by, row.confirmed_by)]),
        may_enter=allowed(actor, keeping.ENTER),
        may_confirm={r.id for r in rows if allowed(actor, keeping.CONFIRM, Facts(initiator=r.entered_by))},
        error=error,
        sent=request.form if error else {},
        **(_measured() if book.key == "limits" else {}),
    )
    return page, error.status if error else 200
