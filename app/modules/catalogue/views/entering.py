"""The first draft of a product, entered group by group: checked as it is typed, kept on the server step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.identity.permissions import require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Fault, Forbidden, Invalid, NotFound
from app.kernel.i18n import N_, gettext
from app.modules.catalogue import queries, services
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.rules.checks import broken, needed_paths
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.types import Group, ProductType, product_type
from app.modules.catalogue.views import typed
from app.modules.catalogue.views.asked import VERBS, blank_rows_of, columns_of, dropped, pressed, without
from app.modules.catalogue.views.base import for_people, now, pages, unit_names, unit_tree
from app.modules.catalogue.views.comparing import units_named
from app.modules.catalogue.views.grids import Section, lists_of, pointers, sections

CHECK = "check"
PREFIX = "content"
Content = Mapping[str, Any]


@dataclass(frozen=True)
class Step:
    """A step of the line: a group of the type, or the check at the end."""

    key: str
    group: Group | None
    state: str
    lacks: int = 0
    """How much that a submission needs is not there yet."""


def steps_of(found: ProductType) -> list[str]:
    return [*(group.key for group in found.groups), CHECK]


@pages.get("/products/<code>/draft/<step>")
@signed_in
def draft_step(code: str, step: str) -> Any:
    """A step as it is kept."""
    product, draft = _draft(code, step)
    return _show(product, draft, step, draft.content)


@pages.post("/products/<code>/draft/<step>")
@signed_in
def save_step(code: str, step: str) -> Any:
    """Keep what was typed and go where the pressed button says; rows come and go without keeping anything."""
    product, draft = _draft(code, step)
    found, version_id = product_type(product.type), draft.id
    verb, rest = pressed(request.form)
    content = _typed(found, step, draft.content)
    if verb in VERBS:
        return _show(product, draft, step, _asked(found, step, content))
    try:
        _keep(version_id, content)
    except Forbidden:
        raise
    except DomainError as error:
        end_read()
        product, draft = _draft(code, step)
        places = _places(found, step)
        told = for_people(_placed(error, places))
        return _show(product, draft, step, content, told), error.status
    if verb == "stay":
        flash(gettext(N_("Saved.")), "success")
    return redirect(url_for("catalogue_pages.draft_step", code=code, step=_next(found, step, verb, rest)), 303)


def _keep(version_id: int, content: Content) -> None:
    with unit_of_work() as uow:
        services.edit_draft(
            uow,
            version_id=version_id,
            content=content,
            actor=current_actor(),
            now=now(),
            expected_hash=request.form.get("seen"),
        )


def _next(found: ProductType, step: str, verb: str, rest: str) -> str:
    steps = steps_of(found)
    if verb == "stay":
        return step
    if verb == "step" and rest in steps:
        return rest
    return steps[steps.index(step) + 1]


@pages.post("/products/<code>/draft/<step>/live")
@signed_in
def live_step(code: str, step: str) -> Any:
    """What the checks say of the step as it is being typed, and what is still needed."""
    product, draft = _draft(code, step)
    found = product_type(product.type)
    content = _typed(found, step, draft.content)
    places = _places(found, step)
    try:
        content, error = load_content(content), None
    except Invalid as refused:
        error = for_people(_placed(refused, places))
    return render_template(
        "catalogue/_entering_live.html",
        product=product,
        faults=error.faults if error else (),
        lacking=_lacking(found, draft.content if error else content),
        steps=_line(found, step, draft.content if error else content),
    )


def _typed(found: ProductType, step: str, stored: Content) -> dict[str, Any]:
    """The document with the group of the step as it was typed."""
    if step == CHECK:
        return dict(stored)
    group = found.group(step)
    value = typed.group_content(request.form, f"{PREFIX}/{step}", group, stored.get(step) or {})
    rest = {key: members for key, members in stored.items() if key != step}
    return {**rest, step: value} if value else rest


def _places(found: ProductType, step: str) -> dict[str, Sequence[int]]:
    """List name → the page's numbers of its rows in which something stands."""
    lists = [(f"{PREFIX}/{path}", attribute) for path, attribute in lists_of(found, [step])]
    return {name: typed.filled_places(request.form, name, attribute) for name, attribute in lists}


def _asked(found: ProductType, step: str, content: dict[str, Any]) -> dict[str, Any]:
    gone = dropped(request.form)
    if gone is None:
        return content
    name, place = gone
    key = name.rpartition("/")[2]
    rows = (content.get(step) or {}).get(key) or []
    kept = without(rows, _places(found, step).get(name, ()), place)
    return {**content, step: {**content.get(step, {}), key: kept}}


def _placed(error: DomainError, places: Mapping[str, Sequence[int]]) -> DomainError:
    """The faults at the page's fields."""
    faults = [Fault(pointers(places, f"/{PREFIX}{f.pointer}"), f.message, f.values, f.code) for f in error.faults]
    error.faults = tuple(faults)
    return error


def _show(
    product: Product, draft: ProductVersion, step: str, content: Content, error: DomainError | None = None
) -> Any:
    found = product_type(product.type)
    shown: list[Section] = sections(
        found,
        PREFIX,
        content,
        None,
        groups=[step],
        columns=columns_of(request.form),
        blank_rows=blank_rows_of(request.form),
    )
    return render_template(
        "catalogue/new_check.html" if step == CHECK else "catalogue/new_step.html",
        product=product,
        draft=draft,
        type=found,
        step=step,
        section=shown[0] if shown else None,
        error=error,
        needed=needed_paths(found),
        lacking=_lacking(found, draft.content),
        steps=_line(found, step, draft.content),
        tree=unit_tree(),
        units=unit_names(session(), units_named(draft.content)),
    )


def _lacking(found: ProductType, content: Content) -> list[tuple[Group, Fault]]:
    """What a submission needs and the draft does not hold, each with its step."""
    return [(found.group(f.pointer.split("/")[1]), f) for f in broken(content, complete=True)]


def _line(found: ProductType, current: str, content: Content) -> list[Step]:
    lacking = [group.key for group, _ in _lacking(found, content)]
    made = [Step(g.key, g, "done" if content.get(g.key) else "todo", lacking.count(g.key)) for g in found.groups]
    made.append(Step(CHECK, None, "todo"))
    return [Step(s.key, s.group, "current" if s.key == current else s.state, s.lacks) for s in made]


def _draft(code: str, step: str) -> tuple[Product, ProductVersion]:
    """The first draft of a product that was never sold, and a step that its type has."""
    require(current_actor(), "product.create")
    product = queries.product_by_code(session(), code)
    versions = queries.versions_of(session(), product.code, limit=2)
    if len(versions) != 1 or versions[0].state != "draft":
        raise NotFound(N_("There is no first draft of this product any more."))
    if step not in steps_of(product_type(product.type)):
        raise NotFound(N_("There is nothing here, or not for you."))
    return product, versions[0]
