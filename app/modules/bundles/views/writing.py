"""Writing a bundle, and the steps from its draft to the end of its sale."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, render_template, request

from app.identity.permissions import Facts, require
from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Fault
from app.kernel.i18n import N_, gettext
from app.kernel.loading import loaded_form
from app.kernel.sent import EXPLAINED, refuse_stale
from app.modules.bundles import queries, services
from app.modules.bundles.models import BundleVersion
from app.modules.bundles.rules.composing import FEWEST
from app.modules.bundles.rules.description import BUNDLE, MEMBERS, TERMS
from app.modules.bundles.rules.states import IN_WORK, ON_SALE, SEE, WRITE, move, newest, standing
from app.modules.bundles.schemas import BundleApproval, BundlePatch, BundleReason, NewBundle
from app.modules.bundles.views.base import PATH, Answer, address, pages, show
from app.modules.catalogue.queries import ProductFilter, list_products
from app.modules.catalogue.views import typed
from app.modules.catalogue.views.asked import VERBS, blank_rows_of, columns_of, dropped, pressed, without
from app.modules.catalogue.views.base import for_people
from app.modules.catalogue.views.grids import lists_of, pointers, sections

PREFIX = "document"
FIRST_ROWS = f"{PREFIX}/{MEMBERS.key}/members"
MOST_SUGGESTED = 200
GROUPS = [group.key for group in BUNDLE.groups]
Document = Mapping[str, Any]


@pages.get(f"{PATH}/new")
@signed_in
def new() -> Answer:
    _require_writer()
    begun = {TERMS.key: {a.key: a.default for a in TERMS.attributes if a.default is not None}}
    return _editor(None, {}, begun)


@pages.post(f"{PATH}/new")
@signed_in
def create() -> Answer:
    """The draft of a bundle; rows come and go before it is saved."""
    _require_writer()
    document = _typed()
    if pressed(request.form)[0] in VERBS:
        return _editor(None, request.form, _asked(document))
    try:
        given = loaded_form(NewBundle(), _sent(document))
        written = services.Written(given["names"], given["document"])
        with unit_of_work() as uow:
            services.create(uow, code=given["code"], written=written, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _editor(None, request.form, document, _placed(error))
    flash(gettext(N_("Saved as a draft.")), "success")
    return redirect(f"{PATH}/{given['code']}", 303)


@pages.get(f"{PATH}/<code>/revise")
@signed_in
def new_version(code: str) -> Answer:
    """The next version, begun with what is on sale; where one is in work, that one."""
    versions = queries.versions_of(session(), code)
    found, last = standing(versions), newest(versions)
    require(current_actor(), move(found.state, "revise").by, services.facts_of(found))
    if last.state in IN_WORK:
        return redirect(address(last), 303)
    return _editor(found, _called(found), found.document, next_one=True)


@pages.post(f"{PATH}/<code>/revise")
@signed_in
def revise(code: str) -> Answer:
    found, document = queries.bundle(session(), code), _typed()
    require(current_actor(), WRITE, services.facts_of(found))
    if pressed(request.form)[0] in VERBS:
        return _editor(found, request.form, _asked(document), next_one=True)
    try:
        given = loaded_form(BundlePatch(), _sent(document))
        with unit_of_work() as uow:
            begun = services.revise(uow, code=code, written=services.Written(**given), actor=current_actor(), now=g.now)
            place = address(begun)
    except EXPLAINED as error:
        return _editor(found, request.form, document, _placed(error), next_one=True)
    flash(gettext(N_("Saved as a draft.")), "success")
    return redirect(place, 303)


@pages.get(f"{PATH}/<code>/edit")
@signed_in
def edit(code: str) -> Answer:
    found = newest(queries.versions_of(session(), code))
    require(current_actor(), move(found.state, "edit").by, services.facts_of(found))
    return _editor(found, {**_called(found), "shown": found.content_hash}, found.document)


@pages.post(f"{PATH}/<code>/edit")
@signed_in
def save(code: str) -> Answer:
    found, document = newest(queries.versions_of(session(), code)), _typed()
    require(current_actor(), WRITE, services.facts_of(found))
    if pressed(request.form)[0] in VERBS:
        return _editor(found, request.form, _asked(document))
    place = address(found)
    try:
        given = loaded_form(BundlePatch(), _sent(document))
        with unit_of_work() as uow:
            refuse_stale(newest(services.locked(uow, code)).content_hash, "shown")
            services.edit(uow, code=code, written=services.Written(**given), actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _editor(found, request.form, document, _placed(error))
    flash(gettext(N_("Saved as a draft.")), "success")
    return redirect(place, 303)


def _called(found: BundleVersion) -> dict[str, str]:
    return {f"names/{name}": text for name, text in found.names.items()}


def _require_writer() -> None:
    actor = current_actor()
    require(actor, WRITE, Facts(owner_department=actor.department))


def _typed() -> dict[str, Any]:
    """The document as it was typed."""
    found = {g.key: typed.group_content(request.form, f"{PREFIX}/{g.key}", g, {}) for g in BUNDLE.groups}
    return {key: members for key, members in found.items() if members}


def _sent(document: Document) -> dict[str, Any]:
    names = {name: request.form.get(f"names/{name}", "").strip() for name in ("zh", "en")}
    filled = {name: text for name, text in names.items() if text}
    return {"code": request.form.get("code", "").strip(), "names": filled, "document": document}


def _places() -> dict[str, Sequence[int]]:
    """List name → the page's numbers of its rows in which something stands."""
    lists = [(f"{PREFIX}/{path}", attribute) for path, attribute in lists_of(BUNDLE, GROUPS)]
    return {name: typed.filled_places(request.form, name, attribute) for name, attribute in lists}


def _asked(document: dict[str, Any]) -> dict[str, Any]:
    """Without the row whose button was pressed."""
    gone = dropped(request.form)
    if gone is None:
        return document
    name, place = gone
    _, group, key = name.split("/")
    rows = (document.get(group) or {}).get(key) or []
    kept = without(rows, _places().get(name, ()), place)
    return {**document, group: {**document.get(group, {}), key: kept}}


def _placed(error: DomainError) -> DomainError:
    """The faults at the page's fields, in words for people."""
    places = _places()
    faults: list[Fault] = [replace(fault, pointer=pointers(places, fault.pointer)) for fault in error.faults]
    error.faults = tuple(faults)
    return for_people(error)


def _editor(
    found: BundleVersion | None,
    sent: Any,
    document: Document,
    error: DomainError | None = None,
    *,
    next_one: bool = False,
) -> Answer:
    end_read()
    blank = blank_rows_of(request.form) or ({} if MEMBERS.key in document else {FIRST_ROWS: FEWEST})
    shown = sections(
        BUNDLE, PREFIX, document, None, groups=GROUPS, columns=columns_of(request.form), blank_rows=blank
    )  # fmt: skip
    page = render_template(
        "bundles/edit.html", bundle=found, next_one=next_one, sent=sent, sections=shown, error=error, coded=_codes()
    )  # fmt: skip
    return page, error.status if error else 200


def _codes() -> dict[str, list[tuple[str, Mapping[str, str]]]]:
    """Products and bundles on sale, suggested where a code is typed."""
    on_sale = ProductFilter(status=ON_SALE)
    products = [row.product for row in list_products(session(), on_sale, now=g.now, limit=MOST_SUGGESTED)]
    parts = queries.bundles(session(), state=ON_SALE, limit=MOST_SUGGESTED)
    return {"product": [(p.code, p.names) for p in products], "bundle": [(p.code, p.names) for p in parts]}


@pages.post(f"{PATH}/<code>/<any(submit, approve, send_back, drop, withdraw):verb>")
@signed_in
def take_along(code: str, verb: str) -> Answer:
    """One step of a version's life."""
    service, schema, said = _STEPS[verb]
    form = {name: value.strip() for name, value in request.form.items() if value.strip()}
    try:
        given = loaded_form(schema(), form) if schema else {}
        told = {"shown": given["content_hash"]} if "content_hash" in given else given
        with unit_of_work() as uow:
            place = address(service(uow, code=code, **told, actor=current_actor(), now=g.now))
    except EXPLAINED as error:
        require(current_actor(), SEE)
        end_read()
        versions = queries.versions_of(session(), code)
        return show((standing if verb == "withdraw" else newest)(versions), error, request.form)
    flash(gettext(said), "success")
    return redirect(place, 303)


_STEPS: Mapping[str, tuple[Callable[..., BundleVersion], type[BundleApproval | BundleReason] | None, str]] = {
    "submit": (services.submit, None, N_("Submitted. A second person approves it.")),
    "approve": (services.approve, BundleApproval, N_("Approved. The bundle is on sale.")),
    "send_back": (services.send_back, BundleReason, N_("Sent back to its author.")),
    "drop": (services.drop, BundleReason, N_("Dropped.")),
    "withdraw": (services.withdraw, BundleReason, N_("Taken off sale.")),
}
"""What each button does, what its form holds, and what is said afterwards."""
