"""One version in full, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for

from app.identity.directory import names_of
from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import session
from app.modules.catalogue import queries
from app.modules.catalogue.rules.difference import Change, difference
from app.modules.catalogue.types import Attribute, Group, ProductType, product_type
from app.modules.catalogue.views.base import now, pages, unit_names
from app.modules.catalogue.views.product import state_shown

MOST = 2**31 - 1


@dataclass(frozen=True)
class Line:
    """A difference with the description of what differs."""

    change: Change
    attribute: Attribute
    shown_as: Attribute
    """The attribute, or the column of the list, that ``old`` and ``new`` are values of."""


@dataclass(frozen=True)
class Section:
    group: Group
    different: Sequence[Line]
    same: Sequence[Line]


@pages.get("/products/<code>/versions/<int:number>")
@signed_in
def one_version(code: str, number: int) -> Any:
    """Everything that stands in one version."""
    require(current_actor(), "product.see")
    product = queries.product_by_code(session(), code)
    version = queries.version_by_number(session(), product.code, min(number, MOST))
    return render_template(
        "catalogue/version.html",
        product=product,
        version=version,
        state=state_shown(version, now()),
        type=product_type(version.content["type"]),
        units=unit_names(session(), units_named(version.content)),
        people=names_of(session(), [version.created_by]),
    )


@pages.get("/products/<code>/compare")
@signed_in
def compare_chosen(code: str) -> Any:
    """From the form with two versions to the address of their comparison."""
    old, new = request.args.get("old", type=int), request.args.get("new", type=int)
    if old is None or new is None:
        return redirect(url_for("catalogue_pages.one_product", code=code))
    return redirect(url_for("catalogue_pages.compare", code=code, old=old, new=new))


@pages.get("/products/<code>/versions/<int:old>/difference/<int:new>")
@signed_in
def compare(code: str, old: int, new: int) -> Any:
    """Two versions attribute by attribute."""
    require(current_actor(), "product.see")
    product = queries.product_by_code(session(), code)
    before, after = (queries.version_by_number(session(), product.code, min(n, MOST)) for n in (old, new))
    return render_template(
        "catalogue/difference.html",
        product=product,
        old=before,
        new=after,
        states={v.number: state_shown(v, now()) for v in (before, after)},
        sections=sections(difference(before.content, after.content), product_type(product.type)),
        versions=queries.versions_of(session(), product.code, limit=50),
        units=unit_names(session(), units_named(before.content) | units_named(after.content)),
    )


def sections(changes: Sequence[Change], found: ProductType) -> list[Section]:
    """Changes by group, what differs before what does not; groups without a difference last."""
    every = [_section(group, changes) for group in found.groups]
    return sorted((s for s in every if s.different or s.same), key=lambda s: not s.different)


def _section(group: Group, changes: Sequence[Change]) -> Section:
    lines = [_line(group, change) for change in changes if change.group == group.key]
    return Section(
        group,
        [line for line in lines if line.change.kind != "unchanged"],
        [line for line in lines if line.change.kind == "unchanged"],
    )


def _line(group: Group, change: Change) -> Line:
    attribute = group.attribute(change.attribute)
    return Line(change, attribute, attribute.column(change.column) if change.column else attribute)


def units_named(content: dict[str, Any]) -> set[str]:
    scopes = (content.get("availability") or {}).get("scopes", ())
    return {unit for scope in scopes for unit in scope.get("units", ())}
