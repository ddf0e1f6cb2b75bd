"""The list of templates, and one template with its versions and its texts filled from a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import g, render_template, request

from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.kernel.moves import PROCESS
from app.kernel.web import page_size
from app.modules.documents import queries
from app.modules.documents.models import Template, TemplateVersion
from app.modules.documents.rules.states import KINDS, LANGUAGES, MOVES, WRITE, permission_of
from app.modules.documents.rules.typed import typed_in
from app.modules.documents.services.versions import facts_of
from app.modules.documents.views.base import PATH, SEE, Answer, filled, pages, suggested, today


@pages.get(PATH)
@signed_in
def templates() -> Answer:
    """``?kind=``: strategies, notices or materials only."""
    actor = current_actor()
    require(actor, SEE)
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    limit, after = page_size(), decode_cursor(str)
    rows = queries.templates(session(), kind=kind or None, after=after[0] if after else None, limit=limit)
    return render_template(
        "documents/templates.html",
        rows=rows[:limit],
        next=encode_cursor(rows[limit - 1][0].key) if len(rows) > limit else None,
        kind=kind,
        may_write=allowed(actor, WRITE),
    )


@pages.get(f"{PATH}/<key>")
@signed_in
def template(key: str) -> Answer:
    """``?version=``: another than the one that matters; ``?product=``: filled from this one."""
    return show(key)


def show(key: str, error: DomainError | None = None, sent: Any = None) -> Answer:
    """The page, with what was refused and what was typed when it was."""
    actor = current_actor()
    require(actor, SEE)
    end_read()
    found = queries.template(session(), key)
    versions = queries.versions_of(session(), found.id)
    version = _chosen(versions, request.args.get("version", ""))
    products = suggested(found.families, found.types)
    product = request.args.get("product", "") or (products[0][0] if products else "")
    texts, wrong = filled(version.texts, product) if product else ({}, None)
    people = [name for v in versions for name in (v.author, v.approved_by, v.withdrawn_by)]
    page = render_template(
        "documents/template.html",
        found=found,
        versions=versions,
        version=version,
        products=products,
        product=product,
        texts=texts,
        wrong=wrong,
        figures={name: typed_in(version.texts[name]) for name in LANGUAGES},
        people=names_of(session(), [*people, found.created_by]),
        may=_may(found, version),
        may_draft=allowed(actor, WRITE) and all(v.state != "draft" for v in versions),
        error=error,
        sent=sent or {},
    )
    return page, error.status if error else 200


def _chosen(versions: Sequence[TemplateVersion], number: str) -> TemplateVersion:
    """The version asked for; else the draft that waits, the one in use, the latest."""
    asked = next((v for v in versions if str(v.number) == number), None)
    draft = next((v for v in versions if v.state == "draft"), None)
    used = next((v for v in versions if queries.holds(v, today())), None)
    return asked or draft or used or versions[0]


def _may(found: Template, version: TemplateVersion) -> frozenset[str]:
    """The verbs that the person may take the version along."""
    actor, facts = current_actor(), facts_of(version)
    moves = {v: permission_of(found.kind, move) for (state, v), move in MOVES.items() if state == version.state}
    verbs = {verb for verb, by in moves.items() if by != PROCESS and allowed(actor, by, facts)}
    return frozenset(verbs - ({"edit"} if version.author != actor.username else set()))


@pages.get(f"{PATH}/<key>/filled")
@signed_in
def filled_part(key: str) -> Answer:
    """The part of the page that shows a version filled from another product."""
    require(current_actor(), SEE)
    found = queries.template(session(), key)
    version = _chosen(queries.versions_of(session(), found.id), request.args.get("version", ""))
    texts, wrong = filled(version.texts, request.args.get("product", ""))
    return render_template("documents/_filled.html", texts=texts, wrong=wrong, faults={}, now=g.now)
