"""Documents of products: those in force on a day, what contradicts the live terms, one of them, and making them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from flask import flash, g, redirect, render_template, request
from sqlalchemy.orm import Session

from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Fault, Invalid
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded_form
from app.kernel.sent import EXPLAINED
from app.kernel.web import page_size
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import product_by_code, versions_of
from app.modules.catalogue.views.base import LIFE, day_asked
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.documents.queries import InForce
from app.modules.documents.queries import products as queries
from app.modules.documents.rules.states import KINDS, LANGUAGES, OF_PRODUCTS
from app.modules.documents.rules.typed import strays
from app.modules.documents.schemas import NewDocument, TemplateWithdrawal
from app.modules.documents.services import making
from app.modules.documents.views.base import NATIVE, Answer, pages, today

PATH = "/documents"
SEE = "document.see"
LIFE.update({"document.made": N_("Documents made"), "document.withdrawn": N_("Document taken out of use")})


@on_product_page
def on_product(code: str) -> str:
    """The documents in force and to come, with what the live terms contradict, and the way to make one."""
    product = product_by_code(session(), code)
    return render_template(
        "documents/_block.html",
        product=product,
        rows=queries.of_product(session(), code, day=today()),
        may_make=allowed(current_actor(), making.MAKE, making.facts_of(product)),
        today=today(),
        KINDS=KINDS,
        LANGUAGES=NATIVE,
    )


@pages.get(PATH)
@signed_in
def documents() -> Answer:
    """``?contradicting=yes``, ``?typed=yes``: what is to be looked at on ``?day=``; ``?product=``, ``?kind=``."""
    require(current_actor(), SEE)
    day, error = _day()
    day = day or today()
    kind = request.args.get("kind", "")
    asked = queries.Asked(
        day,
        request.args.get("product", "").strip() or None,
        kind if kind in OF_PRODUCTS else None,
        contradicting=request.args.get("contradicting") == "yes",
        typed=request.args.get("typed") == "yes",
    )
    limit, after = page_size(), decode_cursor(int)
    rows = queries.documents(session(), asked, after=after[0] if after else None, limit=limit)
    page = render_template(
        "documents/documents.html",
        rows=rows[:limit],
        next=cursor_beyond([kept.document.id for kept in rows], limit),
        asked=asked,
        given=request.args.get("day", ""),
        error=error,
        today=today(),
    )
    return page, error.status if error else 200


def _day() -> tuple[date | None, Invalid | None]:
    """The day that is asked for; none where there is none, or none that is a day."""
    try:
        return day_asked("day", request.args.get("day", "").strip()), None
    except Invalid as wrong:
        return None, wrong


@pages.get(f"{PATH}/<int:document_id>")
@signed_in
def document(document_id: int) -> Answer:
    """``?day=``: beside the terms live on another day than today."""
    return _document(document_id)


def _document(document_id: int, error: DomainError | None = None) -> Answer:
    actor = current_actor()
    require(actor, SEE)
    end_read()
    day, wrong = _day()
    day = day or queries.day_of_use(session(), document_id, today())
    kept = queries.document(session(), document_id, day=day)
    ended = kept.document.valid_to is not None and kept.document.valid_to <= today()
    page = render_template(
        "documents/document.html",
        kept=kept,
        day=day,
        given=request.args.get("day", ""),
        people=names_of(session(), [kept.document.made_by, kept.document.withdrawn_by]),
        may_withdraw=not ended and allowed(actor, making.WITHDRAW, making.facts_of(kept.product)),
        may_make=allowed(actor, making.MAKE, making.facts_of(kept.product)),
        ended=ended,
        today=today(),
        wrong=wrong,
        error=error,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200


@pages.post(f"{PATH}/<int:document_id>/withdraw")
@signed_in
def withdraw_document(document_id: int) -> Answer:
    """Take it out of use from today on."""
    try:
        given = loaded_form(TemplateWithdrawal(), {"reason": request.form.get("reason", "").strip()})
        with unit_of_work() as uow:
            making.withdraw(uow, document_id=document_id, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _document(document_id, error)
    flash(gettext(N_("Withdrawn.")), "success")
    return redirect(f"{PATH}/{document_id}", 303)


@pages.get("/products/<code>/documents/new")
@signed_in
def new_document(code: str) -> Answer:
    return _making(code, {"valid_from": today().isoformat(), "template": request.args.get("template", "")})


@pages.post("/products/<code>/documents/new")
@signed_in
def make_document(code: str) -> Answer:
    """Make a document in each language that was ticked."""
    try:
        wanted = _wanted()
        with unit_of_work() as uow:
            made = making.make(uow, product_code=code, wanted=wanted, actor=current_actor(), now=g.now)
            first = made[0].id
    except EXPLAINED as error:
        return _making(code, request.form, error)
    flash(gettext(N_("Made. It is used from %(day)s on."), {"day": wanted.valid_from.isoformat()}), "success")
    return redirect(f"{PATH}/{first}", 303)


def _wanted() -> making.Wanted:
    """What was asked for, under the checks of the API."""
    sent: dict[str, Any] = {name: request.form[name] for name in ("template", "valid_from") if request.form.get(name)}
    number = request.form.get("version", "")
    sent["version"] = int(number) if number.isascii() and number.isdigit() else number
    sent["languages"] = request.form.getlist("languages")
    return making.Wanted(**{"valid_from": today(), **loaded_form(NewDocument(), sent)})


@pages.post("/products/<code>/documents/preview")
@signed_in
def preview_document(code: str) -> Answer:
    """The text that would be made, or why it cannot be."""
    return render_template("documents/_filled.html", **_shown(product_by_code(session(), code), request.form))


def _making(code: str, sent: Any, error: DomainError | None = None) -> Answer:
    end_read()
    product = product_by_code(session(), code)
    require(current_actor(), making.MAKE, making.facts_of(product))
    shown = _shown(product, sent)
    page = render_template(
        "documents/make.html",
        product=product,
        sources=shown.pop("sources"),
        versions=_versions(session(), product),
        chosen=request.form.getlist("languages") if error else LANGUAGES,
        sent=sent,
        error=error,
        **shown,
    )
    return page, error.status if error else 200


def _versions(current: Session, product: Product) -> list[ProductVersion]:
    """Those whose terms are approved and not yet replaced."""
    found = [v for v in versions_of(current, product.code) if v.state in making.FIXED]
    return [v for v in found if v.valid_to is None or v.valid_to > g.now]


def _shown(product: Product, sent: Any) -> dict[str, Any]:
    """What ``documents/_filled.html`` needs, from what was chosen so far."""
    sources = making.choices(session(), product, today())
    versions = _versions(session(), product)
    source = next((s for s in sources if s.key == sent.get("template")), sources[0] if sources else None)
    version = next((v for v in versions if str(v.number) == sent.get("version")), versions[0] if versions else None)
    shown: dict[str, Any] = {"sources": sources, "texts": {}, "faults": {}, "missing": {}, "wrong": None}
    if source and version:
        shown["texts"], shown["faults"] = _filled(source, version, _effective(sent))
        shown["missing"] = {name: strays(text, version.content) for name, text in source.version.texts.items()}
    return shown


def _effective(sent: Any) -> date:
    """The day that was typed; today while it is none."""
    with suppress(ValueError):
        return date.fromisoformat(sent.get("valid_from", ""))
    return today()


def _filled(source: InForce, version: ProductVersion, day: date) -> tuple[dict[str, str], dict[str, Sequence[Fault]]]:
    """By language: the text, or what is wrong."""
    texts: dict[str, str] = {}
    faults: dict[str, Sequence[Fault]] = {}
    for name in LANGUAGES:
        try:
            texts[name] = making.fill(source, version, name, day)
        except Invalid as wrong:
            faults[name] = wrong.faults
    return texts, faults
