"""Writing a template: a new one, a further version, with the filled text beside it; approving and withdrawing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Fault
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded_form
from app.kernel.sent import EXPLAINED, refuse_stale
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES
from app.modules.documents import queries, services
from app.modules.documents.models import Template, TemplateVersion
from app.modules.documents.rules.fields import fields_of_template
from app.modules.documents.rules.merging import wrong_in
from app.modules.documents.rules.states import LANGUAGES, WRITE
from app.modules.documents.rules.typed import typed_in
from app.modules.documents.schemas import NewTemplate, NewTemplateVersion, TemplateWithdrawal
from app.modules.documents.services.versions import locked_version
from app.modules.documents.views.base import (
    PATH,
    SEE,
    Answer,
    FieldGroup,
    field_groups,
    filled,
    pages,
    suggested,
    today,
)
from app.modules.documents.views.reading import show

VERSION = f"{PATH}/<key>/versions/<int:number>"
LISTS = ("families", "types", "change_types")


@pages.get(f"{PATH}/new")
@signed_in
def new() -> Answer:
    require(current_actor(), WRITE)
    return _editor(None, {"valid_from": today().isoformat(), "holder": "any"})


@pages.post(f"{PATH}/new")
@signed_in
def create() -> Answer:
    """A template with its first draft."""
    try:
        given = loaded_form(NewTemplate(), _sent(lists=LISTS))
        written = _written(given)
        with unit_of_work() as uow:
            services.create(uow, purpose=services.Purpose(**given), written=written, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _editor(None, request.form, error)
    flash(gettext(N_("Saved as a draft. It is used once a second person approves it.")), "success")
    return redirect(f"{PATH}/{given['key']}", 303)


@pages.get(f"{PATH}/<key>/edit")
@signed_in
def edit(key: str) -> Answer:
    """The draft that is open, or a new one that begins with the latest texts."""
    require(current_actor(), WRITE)
    found = queries.template(session(), key)
    latest = queries.versions_of(session(), found.id)[0]
    day = max(latest.valid_from, today()) if latest.state == "draft" else today()
    texts = {f"texts/{name}": latest.texts[name] for name in LANGUAGES}
    return _editor(found, {**texts, "valid_from": day.isoformat(), "shown": latest.content_hash}, draft=_draft(latest))


@pages.post(f"{PATH}/<key>/edit")
@signed_in
def save(key: str) -> Answer:
    """Save the open draft, or begin one."""
    actor = current_actor()
    found = queries.template(session(), key)
    draft = _draft(queries.versions_of(session(), found.id)[0])
    try:
        written = _written(loaded_form(NewTemplateVersion(), _sent()))
        with unit_of_work() as uow:
            if draft is None:
                services.draft(uow, key=key, written=written, actor=actor, now=g.now)
            else:
                refuse_stale(locked_version(uow, key, draft.number)[1].content_hash, "shown")
                services.edit(uow, key=key, number=draft.number, written=written, actor=actor, now=g.now)
    except EXPLAINED as error:
        return _editor(found, request.form, error, draft)
    flash(gettext(N_("Saved as a draft. It is used once a second person approves it.")), "success")
    return redirect(f"{PATH}/{key}", 303)


def _draft(latest: TemplateVersion) -> TemplateVersion | None:
    return latest if latest.state == "draft" else None


def _editor(
    found: Template | None,
    sent: Mapping[str, Any],
    error: DomainError | None = None,
    draft: TemplateVersion | None = None,
) -> Answer:
    end_read()
    many = {name: request.form.getlist(name) for name in LISTS} if error else {}
    products = suggested(*_scope(found, many))
    product = sent.get("product") or (products[0][0] if products else "")
    page = render_template(
        "documents/edit.html", found=found, sent=sent, many=many, error=error, draft=draft, products=products,
        product=product, field_groups=_fields(found, many), **_shown(sent, product, found, many),
    )  # fmt: skip
    return page, error.status if error else 200


def _sent(lists: tuple[str, ...] = ()) -> dict[str, Any]:
    """The form as the API takes it: ``texts/zh`` is a member of ``texts``; what was left empty is not there."""
    found: dict[str, Any] = {name: request.form.getlist(name) for name in lists} | {"names": {}, "texts": {}}
    for name, value in request.form.items():
        outer, _, inner = name.partition("/")
        text = value.replace("\r\n", "\n").strip()
        if inner and text:
            found.get(outer, {})[inner] = text
        elif text and name in {"key", "kind", "holder", "valid_from"}:
            found[name] = text
    return found


def _written(given: dict[str, Any]) -> services.Texts:
    return services.Texts(given.pop("texts"), given.pop("valid_from", today()))


@pages.post(f"{PATH}/preview")
@signed_in
def preview() -> Answer:
    """The texts being typed, filled from a product, with what is wrong in them."""
    require(current_actor(), SEE)
    return render_template("documents/_filled.html", **_shown(request.form, request.form.get("product", ""), *_aim()))


@pages.get(f"{PATH}/fields")
@signed_in
def fields() -> Answer:
    """The part of the editor that lists what a text for the chosen families and types may name."""
    require(current_actor(), SEE)
    many = {name: request.args.getlist(name) for name in LISTS}
    return render_template("documents/_fields.html", field_groups=_fields(None, many))


Many = Mapping[str, list[str]]


def _aim() -> tuple[Template | None, Many]:
    """The template that is being written, or what was ticked for a new one."""
    key = request.form.get("template", "")
    return (queries.template(session(), key) if key else None), {n: request.form.getlist(n) for n in LISTS}


def _scope(found: Template | None, many: Many) -> tuple[list[str], list[str]]:
    """Families and types that the text is for; what was ticked counts as far as it is known."""
    if found is not None:
        return found.families, found.types
    families = [key for key in many.get("families", ()) if key in FAMILIES]
    return families, [key for key in many.get("types", ()) if key in PRODUCT_TYPES]


def _fields(found: Template | None, many: Many) -> list[FieldGroup]:
    return field_groups(*_scope(found, many))


def _shown(sent: Mapping[str, Any], product: str, found: Template | None, many: Many) -> dict[str, Any]:
    """What ``documents/_filled.html`` needs: a text that cannot be filled says where it is wrong."""
    typed = {name: str(sent.get(f"texts/{name}", "")) for name in LANGUAGES}
    named = fields_of_template(*_scope(found, many))
    faults: dict[str, list[Fault]] = {n: list(wrong_in(f"/texts/{n}", text, named)) for n, text in typed.items()}
    right = {name: "" if faults[name] else text for name, text in typed.items()}
    texts, wrong = filled(right, product) if product else ({}, None)
    return {"texts": texts, "wrong": wrong, "faults": faults, "typed": {n: typed_in(text) for n, text in typed.items()}}


@pages.post(f"{VERSION}/approve")
@signed_in
def approve(key: str, number: int) -> Answer:
    """Put the text that was shown into use."""
    shown = request.form.get("content_hash", "")
    try:
        with unit_of_work() as uow:
            version = services.approve(uow, key=key, number=number, shown=shown, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return show(key, error)
    flash(gettext(N_("Approved. It is used from %(day)s on."), {"day": version.valid_from.isoformat()}), "success")
    return redirect(f"{PATH}/{key}", 303)


@pages.post(f"{VERSION}/withdraw")
@signed_in
def withdraw(key: str, number: int) -> Answer:
    """Drop a draft, or take a text out of use."""
    try:
        given = loaded_form(TemplateWithdrawal(), {"reason": request.form.get("reason", "").strip()})
        with unit_of_work() as uow:
            services.withdraw(uow, key=key, number=number, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return show(key, error, request.form)
    flash(gettext(N_("Withdrawn.")), "success")
    return redirect(f"{PATH}/{key}", 303)
