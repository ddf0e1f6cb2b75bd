"""Forms of the department that owns a family: found it, add a variant, describe one, let the variants follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import Facts, require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, beside, typed
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.types import product_type
from app.modules.families import queries
from app.modules.families.models import TierVariant
from app.modules.families.rules.figures import figures
from app.modules.families.rules.sharing import ALWAYS_OWN
from app.modules.families.schemas import Following, Leaving, NewFamily, NewVariant, VariantDescription
from app.modules.families.services import following, keeping
from app.modules.families.views.base import ONE, ROOT, bilingual, pages, seen, tiers
from app.modules.families.views.reading import show

NEW_SERVICES = 3
"""Empty rows below the services there are."""


@pages.get(f"{ROOT}/new")
@signed_in
def new_family() -> Any:
    return _family_form(request.args)


@pages.post(f"{ROOT}/new")
@signed_in
def found_family() -> Any:
    """Make a product the base of a family."""
    sent = typed()
    plain: dict[str, Any] = {name: sent[name] for name in ("base", "tier") if name in sent}
    try:
        given = loaded(NewFamily(), {**plain, "names": bilingual(sent, "names")})
        with unit_of_work() as uow:
            family = keeping.found(uow, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _family_form(request.form, error)
    return redirect(f"{ROOT}/{family.base_code}", 303)


def _family_form(sent: Mapping[str, str], error: DomainError | None = None) -> Any:
    require(current_actor(), "product.create")
    end_read()
    page = render_template("families/new_family.html", sent=sent, tiers=tiers(), error=error)
    return page, error.status if error else 200


@pages.get(f"{ONE}/variants/new")
@signed_in
def new_variant(base: str) -> Any:
    return _variant_form(base, request.args, [])


@pages.post(f"{ONE}/variants/new")
@signed_in
def add_variant(base: str) -> Any:
    """Add a copy of the base, or a product that is there; a copy is then entered like any new product."""
    sent, own = typed(), request.form.getlist("own")
    plain: dict[str, Any] = {name: sent[name] for name in ("product", "tier") if name in sent}
    name = {"name": bilingual(sent, "name")} if sent.get("way") != "existing" else {}
    try:
        given = loaded(NewVariant(), {**plain, **name, "own": own})
        with unit_of_work() as uow:
            keeping.add_variant(uow, keeping.locked(uow, base), **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _variant_form(base, request.form, own, error)
    flash(gettext(N_("The variant belongs to the family now. Its own terms are entered with the product.")), "success")
    return redirect(f"{ROOT}/{base}/variants/{given['product']}", 303)


def _variant_form(base: str, sent: Mapping[str, str], own: list[str], error: DomainError | None = None) -> Any:
    end_read()
    family = queries.family_of_base(session(), base)
    product = product_by_code(session(), base)
    require(current_actor(), keeping.KEEP, Facts(owner_department=product.owner_department))
    page = render_template(
        "families/new_variant.html",
        family=family,
        type=product_type(product.type),
        always=ALWAYS_OWN,
        own=own,
        sent=sent,
        tiers=tiers(),
        error=error,
    )
    return page, error.status if error else 200


@pages.get(f"{ONE}/variants/<product>")
@signed_in
def one_variant(base: str, product: str) -> Any:
    variant = queries.variant_of(session(), base, product)
    return _description_form(base, variant, _shown(variant), variant.own)


@pages.post(f"{ONE}/variants/<product>")
@signed_in
def describe_variant(base: str, product: str) -> Any:
    """Own terms, services and corridors, in place of those there were."""
    own = request.form.getlist("own")
    try:
        given = loaded(VariantDescription(), {"own": own, "services": _services(), "corridors": _corridors()})
        with unit_of_work() as uow:
            keeping.describe_variant(uow, seen(uow, base), product=product, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        variant = queries.variant_of(session(), base, product)
        return _description_form(base, variant, request.form, own, _placed(error))
    return redirect(f"{ROOT}/{base}", 303)


@pages.post(f"{ONE}/variants/<product>/leave")
@signed_in
def leave(base: str, product: str) -> Any:
    """Take the variant out of the family."""
    try:
        given = loaded(Leaving(), {"reason": typed().get("reason", "")})
        with unit_of_work() as uow:
            keeping.leave(uow, seen(uow, base), product=product, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        variant = queries.variant_of(session(), base, product)
        return _description_form(base, variant, _shown(variant), variant.own, error)
    return redirect(f"{ROOT}/{base}", 303)


def _filled(name: str) -> list[str]:
    """The rows of a list in the form in which anything was typed, in their order."""
    numbers = {field.split("/")[1] for field in typed() if field.startswith(f"{name}/") and field.count("/") == 2}
    return sorted(numbers, key=lambda number: (len(number), number))


def _services() -> list[dict[str, Any]]:
    sent = typed()
    rows = [{name: sent.get(f"services/{n}/{name}") for name in ("key", "en", "zh")} for n in _filled("services")]
    return [
        {
            **({"key": row["key"]} if row["key"] else {}),
            "names": {language: row[language] for language in ("en", "zh") if row[language]},
        }
        for row in rows
    ]


def _corridors() -> list[dict[str, str]]:
    """The form names each figure in a hidden field beside its two ends."""
    sent, form = typed(), request.form
    return [
        {
            "path": form.get(f"paths/{n}", ""),
            **{end: sent[f"corridors/{n}/{end}"] for end in ("low", "high") if f"corridors/{n}/{end}" in sent},
        }
        for n in _filled("corridors")
    ]


def _placed(error: DomainError) -> DomainError:
    """The faults at the fields: of a list's n-th row that was filled."""
    if not isinstance(error, Invalid):
        return error
    services, corridors = enumerate(_filled("services")), enumerate(_filled("corridors"))
    places = {f"/services/{place}/key": f"/services/{n}/key" for place, n in services}
    for place, n in corridors:
        places |= {f"/corridors/{place}/{end}": f"/corridors/{n}/{end}" for end in ("low", "high")}
    for n in _filled("services"):
        places[f"/services/{_filled('services').index(n)}/names"] = f"/services/{n}/en"
    return beside(error, "", places)


def _shown(variant: TierVariant) -> dict[str, str]:
    """Services and corridors as the form shows them."""
    cells: dict[str, str] = {}
    for n, service in enumerate(variant.services):
        cells[f"services/{n}/key"] = service["key"]
        cells |= {f"services/{n}/{language}": name for language, name in service["names"].items()}
    return cells


def _description_form(
    base: str, variant: TierVariant, sent: Mapping[str, str], own: list[str], error: DomainError | None = None
) -> Any:
    end_read()
    family = queries.family_of_base(session(), base)
    product = product_by_code(session(), base)
    require(current_actor(), keeping.KEEP, Facts(owner_department=product.owner_department))
    version = queries.newest_versions(session(), [variant.product_code], g.now)[variant.product_code]
    page = render_template(
        "families/variant.html",
        family=family,
        variant=variant,
        product=product_by_code(session(), variant.product_code),
        type=product_type(product.type),
        always=ALWAYS_OWN,
        own=own,
        figures=list(figures(version.content).values()),
        corridors={corridor["path"]: corridor for corridor in variant.corridors},
        rows=len(variant.services) + NEW_SERVICES,
        sent=sent,
        error=error,
    )
    return page, error.status if error else 200


@pages.post(f"{ONE}/follow")
@signed_in
def follow(base: str) -> Any:
    """One request over all variants that are behind; then to the request."""
    try:
        given = loaded(Following(), {"reason": typed().get("reason", "")})
        with unit_of_work() as uow:
            done = following.follow(uow, seen(uow, base), **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return show(base, error, "follow")
    if done.request is None:
        flash(gettext(N_("The drafts follow the base now; nothing of them is on sale yet.")), "success")
        return redirect(f"{ROOT}/{base}", 303)
    flash(gettext(N_("All variants that were behind stand in this request; they take effect together.")), "success")
    return redirect(f"/requests/{done.request.id}/edit/versions", 303)
