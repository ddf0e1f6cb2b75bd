"""A new product in steps: type, basics, terms, rates, check. The draft is kept on the server after each step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request, url_for

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Forbidden, NotFound
from app.kernel.i18n import N_, gettext
from app.modules.catalogue import queries, services
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.types import PRODUCT_TYPES, Attribute, Group, ProductType, product_type
from app.modules.catalogue.views.base import departments, now, pages, unit_names, units
from app.modules.catalogue.views.comparing import units_named
from app.modules.catalogue.views.typed import RATE_ROWS, Fields, merged, typed_members, typed_tiers

STEPS = (
    ("type", N_("Type")),
    ("basics", N_("Basics")),
    ("terms", N_("Terms")),
    ("rates", N_("Rates")),
    ("check", N_("Check")),
)
TERM_GROUPS = ("terms", "investment", "benchmark", "trading", "risk", "limits", "eligibility", "target_market")


@pages.get("/products/new")
@signed_in
def new_product() -> Any:
    """Step 1: what kind of product it is."""
    require(current_actor(), "product.create")
    return render_template("catalogue/new_type.html", steps=_steps("type"))


@pages.get("/products/new/<type_key>")
@signed_in
def new_basics(type_key: str) -> Any:
    """Step 2: its code and name, and what no product of the type can do without."""
    require(current_actor(), "product.create")
    return _basics(_known(type_key), None)


@pages.post("/products/new/<type_key>")
@signed_in
def create(type_key: str) -> Any:
    """The product as a concept, with its first draft."""
    actor, found = current_actor(), _known(type_key)
    content = merged({"type": found.key}, typed_members(request.form, needed_first(found)))
    code, owner = request.form.get("code", "").strip(), request.form.get("owner_department") or None
    try:
        with unit_of_work() as uow:
            services.create_product(uow, code=code, content=content, owner_department=owner, actor=actor, now=now())
    except Forbidden:
        raise
    except DomainError as error:
        return _basics(found, error), error.status
    return redirect(url_for("catalogue_pages.draft_step", code=code, step="terms"))


def _basics(found: ProductType, error: DomainError | None) -> str:
    end_read()
    return render_template(
        "catalogue/new_basics.html",
        type=found,
        fields=list(needed_first(found)),
        form=request.form,
        error=_without_content(error),
        owners=departments(session()),
        steps=_steps("basics", found),
    )


def _without_content(error: DomainError | None) -> DomainError | None:
    """Faults as the fields are named: ``/content/basics/name`` stands beside ``basics/name``."""
    if error is None:
        return None
    faults = [replace(f, pointer=f.pointer.removeprefix("/content")) for f in error.faults]
    found = DomainError(error.message, code=error.code, faults=faults)
    found.values = error.values
    return found


def needed_first(found: ProductType) -> Fields:
    """Basics, and what is required anywhere else."""
    return [(g, a) for g, a in found.attributes() if g.key == "basics" or a.required]


def _terms(found: ProductType) -> Sequence[tuple[Group, Sequence[Attribute]]]:
    groups = [group for group in found.groups if group.key in TERM_GROUPS]
    return [(group, [a for a in group.attributes if a.kind not in {"list", "codes"}]) for group in groups]


@pages.get("/products/<code>/draft/<step>")
@signed_in
def draft_step(code: str, step: str) -> Any:
    """A further step of the first draft."""
    product, draft = _draft(code)
    return _show_step(product, draft, step, None)


@pages.post("/products/<code>/draft/<step>")
@signed_in
def save_step(code: str, step: str) -> Any:
    """Keep what was typed and go on to the next step."""
    product, draft = _draft(code)
    found, version_id = product_type(product.type), draft.id
    content = _typed(found, step, draft)
    try:
        with unit_of_work() as uow:
            services.edit_draft(
                uow,
                version_id=version_id,
                content=content,
                actor=current_actor(),
                now=now(),
                expected_hash=request.form.get("seen"),
            )
    except Forbidden:
        raise
    except DomainError as error:
        end_read()
        return _show_step(*_draft(code), step, error), error.status
    return redirect(url_for("catalogue_pages.draft_step", code=code, step=_after(found, step)))


def _typed(found: ProductType, step: str, draft: ProductVersion) -> dict[str, Any]:
    if step == "terms":
        fields = [(group, attribute) for group, attributes in _terms(found) for attribute in attributes]
        return merged(draft.content, typed_members(request.form, fields))
    if step == "rates" and _has_rates(found):
        columns = found.group("rates").attribute("tiers").columns
        return merged(draft.content, {"rates": {"tiers": typed_tiers(request.form, columns)}})
    raise NotFound(N_("There is nothing here, or not for you."))


def _show_step(product: Product, draft: ProductVersion, step: str, error: DomainError | None) -> str:
    found = product_type(product.type)
    if step not in {key for key, _ in _steps_of(found)[2:]}:
        raise NotFound(N_("There is nothing here, or not for you."))
    return render_template(
        f"catalogue/new_{step}.html",
        product=product,
        draft=draft,
        type=found,
        groups=_terms(found),
        form=request.form,
        rows=RATE_ROWS,
        error=error,
        steps=_steps(step, found),
        tree=units(session()),
        units=unit_names(session(), units_named(draft.content)),
    )


def _draft(code: str) -> tuple[Product, ProductVersion]:
    """The first draft of a product that was never sold."""
    require(current_actor(), "product.create")
    product = queries.product_by_code(session(), code)
    versions = queries.versions_of(session(), product.code, limit=2)
    if len(versions) != 1 or versions[0].state != "draft":
        raise NotFound(N_("There is no first draft of this product any more."))
    return product, versions[0]


def _known(type_key: str) -> ProductType:
    if type_key not in PRODUCT_TYPES:
        raise NotFound(N_("There is no such product type."))
    return product_type(type_key)


def _has_rates(found: ProductType) -> bool:
    return any(group.key == "rates" for group in found.groups)


def _steps_of(found: ProductType | None) -> list[tuple[str, str]]:
    return [step for step in STEPS if step[0] != "rates" or found is None or _has_rates(found)]


def _after(found: ProductType, step: str) -> str:
    keys = [key for key, _ in _steps_of(found)]
    return keys[keys.index(step) + 1]


def _steps(current: str, found: ProductType | None = None) -> list[tuple[str, str]]:
    """Words and states for the line of steps."""
    steps = _steps_of(found)
    here = [key for key, _ in steps].index(current)
    states = ["done" if n < here else "current" if n == here else "todo" for n in range(len(steps))]
    return [(gettext(label), state) for (_, label), state in zip(steps, states, strict=True)]
