"""A new product: its type, then its code and name and what it begins with. What follows is in ``entering``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Forbidden, NotFound
from app.kernel.i18n import N_, gettext
from app.modules.catalogue import queries, services
from app.modules.catalogue.queries import ProductFilter
from app.modules.catalogue.queries.launch_times import YEAR, launch_times
from app.modules.catalogue.schemas.templates import begun
from app.modules.catalogue.services.drafts import version_to_base_on
from app.modules.catalogue.types import PRODUCT_TYPES, ProductType, product_type
from app.modules.catalogue.views import typed
from app.modules.catalogue.views.base import departments, for_people, now, pages
from app.modules.catalogue.views.entering import steps_of
from app.modules.catalogue.views.grids import Cell

MOST_COPIED = 50
"""Products of the type that the page offers to copy."""


@pages.get("/products/new")
@signed_in
def new_product() -> Any:
    """What kind of product it is."""
    require(current_actor(), "product.create")
    times = launch_times(session(), since=now() - YEAR, until=now())
    return render_template("catalogue/new_type.html", times=times)


@pages.get("/products/new/<type_key>")
@signed_in
def new_basics(type_key: str) -> Any:
    """Its code and name, what no product of the type can do without, and what it begins with."""
    require(current_actor(), "product.create")
    return _show(_known(type_key), None)


@pages.post("/products/new/<type_key>")
@signed_in
def create(type_key: str) -> Any:
    """The product as a concept, with its first draft."""
    actor, found = current_actor(), _known(type_key)
    require(actor, "product.create")
    code, owner = request.form.get("code", "").strip(), request.form.get("owner_department") or None
    try:
        content = _begun(found)
        with unit_of_work() as uow:
            services.create_product(uow, code=code, content=content, owner_department=owner, actor=actor, now=now())
    except Forbidden:
        raise
    except DomainError as error:
        return _show(found, for_people(error)), error.status
    return redirect(url_for("catalogue_pages.draft_step", code=code, step=steps_of(found)[0]), 303)


def _begun(found: ProductType) -> dict[str, Any]:
    """A template of the type or a product to copy, with what was entered over it."""
    kind, _, key = request.form.get("start", "").partition(":")
    entered = _entered(found)
    if kind == "copy":
        like = queries.product_by_code(session(), key)
        if like.type != found.key:
            raise NotFound(N_("There is no product with this code."))
        copied = version_to_base_on(session(), like.code, now()).content
        return {**copied, **{group: {**copied.get(group, {}), **members} for group, members in entered.items()}}
    return begun(found, next((t for t in found.templates if kind == "template" and t.key == key), None), entered)


def _entered(found: ProductType) -> dict[str, dict[str, Any]]:
    entered: dict[str, dict[str, Any]] = {}
    for cell in _cells(found):
        group, key = cell.name.split("/")[1:]
        if cell.value not in (None, "", {}):
            entered.setdefault(group, {})[key] = cell.value
    return entered


def _cells(found: ProductType) -> list[Cell]:
    """The fields that no product of the type can do without, as they were typed."""
    needed = [(f"content/{g.key}/{a.key}", a) for g, a in found.attributes() if a.required]
    return [Cell(name, a, typed.value_of(request.form, name, a), beside=False) for name, a in needed]


def _templates(found: ProductType) -> list[tuple[str, str]]:
    own = [(f"template:{t.key}", gettext(N_("Template: %(name)s"), {"name": t.labels})) for t in found.templates]
    return [*own, ("", gettext(N_("An empty product")))]


def _copies(found: ProductType) -> list[tuple[str, Mapping[str, str]]]:
    """Code and names of the products that may be copied: those of the type, first the one asked for."""
    rows = queries.list_products(session(), ProductFilter(type=found.key), now=now(), limit=MOST_COPIED)
    copies: dict[str, Mapping[str, str]] = {row.product.code: row.product.names for row in rows}
    like = request.args.get("like", "")
    if like and like not in copies:
        copies = {like: queries.product_by_code(session(), like).names, **copies}
    return list(copies.items())


def _show(found: ProductType, error: DomainError | None) -> str:
    end_read()
    templates, like = _templates(found), request.args.get("like")
    chosen = request.form.get("start", f"copy:{like}" if like else templates[0][0])
    return render_template(
        "catalogue/new_basics.html",
        type=found,
        cells=_cells(found),
        templates=templates,
        copies=_copies(found),
        chosen=chosen,
        form=request.form,
        error=error,
        owners=departments(session()),
    )


def _known(type_key: str) -> ProductType:
    if type_key not in PRODUCT_TYPES:
        raise NotFound(N_("There is no such product type."))
    return product_type(type_key)
