"""The page of a product's life: where it stands, what was decided by whom on what evidence, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import flash, g, redirect, render_template, request

from app.identity.actors import Actor
from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.audit import AuditEvent
from app.kernel.clock import accounting_date, end_of_day
from app.kernel.database import session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import N_, gettext
from app.modules.agency.views import admission_block
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.views.base import LIFE as SAID
from app.modules.catalogue.views.base import day_asked
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.changes.views.base import Words
from app.modules.lifecycle import queries, services
from app.modules.lifecycle.rules.stages import BEFORE_SALE, NAMES
from app.modules.lifecycle.services.reading import ENTER
from app.modules.lifecycle.services.records import current_life
from app.modules.lifecycle.views.base import LIFE, pages, told
from app.workflow.instances.services import facts_of
from app.workflow.instances.wording import SENTENCES, Vocabulary, lines, say

_PAGES = {"exit": "/exits", "suspension": "/suspensions"}
"""Kind of audit stream → where its records have their pages."""
_EVALUATIONS = ("evaluations", N_("Performance evaluations"))
_PARTS = {
    "life.strategy_set": ("objectives", N_("Strategy and objectives")),
    "life.evaluated": _EVALUATIONS,
    "life.evaluation_noted": _EVALUATIONS,
    "life.evaluation_return": _EVALUATIONS,
}
"""Action of a life → the part of its page that tells more."""
_SHOWN = {"done": "done", "current": "current", "ahead": "todo"}

for _action, _word in SAID.items():
    if _action not in SENTENCES:
        say(_action, _word)


@on_product_page
def on_product(code: str) -> str:
    """For the owning department of a product that nobody follows: the way to begin."""
    product = product_by_code(session(), code)
    if current_life(session(), code) is not None or not _may_begin(product):
        return ""
    return render_template("lifecycle/_block.html", product=product)


def _may_begin(product: Product) -> bool:
    owned = Facts(owner_department=product.owner_department)
    return product.status != "retired" and allowed(current_actor(), "life.begin", owned)


@pages.get(LIFE)
@signed_in
def one_life(code: str) -> Any:
    """``?known_at=2026-12-01``: as it was known at the end of that day; without it, as it is known now."""
    actor = current_actor()
    require(actor, "product.see")
    product = product_by_code(session(), code)
    given = request.args.get("known_at", "").strip()
    known_at, error = g.now, None
    try:
        known_at = _known_at(given)
    except Invalid as wrong:
        error = wrong
    life = queries.life_of(session(), product, known_at=known_at, now=g.now, actor=actor)
    words = Words(_people(life))
    history = lines(life.events, Vocabulary(words.person, words.group, str, str))
    owned = Facts(owner_department=product.owner_department)
    page = render_template(
        "lifecycle/life.html",
        life=life,
        given=given,
        error=error,
        past=known_at < g.now,
        steps=[(gettext(NAMES[stage.key]), _SHOWN[stage.standing]) for stage in life.stages],
        history=list(zip(life.events, history, strict=True)),
        words=words,
        place_of=partial(_place_of, life),
        unnamed={action for action, word in SAID.items() if SENTENCES[action] == word},
        opened=_cases_seen(life, actor),
        NAMES=NAMES,
        admission=admission_block(product.code, card=True),
        today=accounting_date(g.now),
        may_begin=not life.followed and _may_begin(product),
        may_aim=life.followed and not _is_prepared(life) and allowed(actor, "life.aim", owned),
        may_enter=allowed(actor, ENTER, owned),
        **told(),
    )
    return page, error.status if error else 200


def _cases_seen(life: queries.Life, actor: Actor) -> set[int]:
    """Those of its cases that the reader may open."""
    cases = [case for stage in life.stages for case in stage.cases] + ([life.case] if life.case else [])
    return {case.id for case in cases if allowed(actor, "instance.see", facts_of(case))}


def _place_of(life: queries.Life, event: AuditEvent) -> tuple[str, str]:
    """The path and the name of where an event stands written."""
    kind, _, number = event.stream.partition(":")
    of_product, payload = f"/products/{quote(life.product.code)}", event.payload or {}
    if kind == "change":
        return f"/requests/{next(found.id for found in life.requests if found.number == number)}", number
    if kind in _PAGES:
        return f"{_PAGES[kind]}/{number}", number
    if kind == "research":
        return f"{of_product}/research", gettext(N_("Market research"))
    if kind == "life":
        part, name = _PARTS.get(event.action, ("stands", N_("Where it stands")))
        return f"{of_product}/life#{part}", gettext(name)
    version = payload.get("version")
    return (f"{of_product}/versions/{version}", f"{number} · {version}") if version else (of_product, number)


def _is_prepared(life: queries.Life) -> bool:
    """Whether it is still on its way to the market."""
    return any(c.process_key in BEFORE_SALE and c.ended_at is None for stage in life.stages for c in stage.cases)


def _people(life: queries.Life) -> Iterator[str | None]:
    """Everybody whom the page names."""
    yield from (event.actor for event in life.events)
    yield from (draft.initiator for draft in life.drafts)
    yield from (waiting.task.assignee for waiting in life.waiting)
    for evaluated in life.evaluations:
        yield from (evaluated.row.evaluated_by, evaluated.row.noted_by)
    yield from (reading.row.by for reading in life.readings)
    yield life.strategy.by if life.strategy else None


def _known_at(given: str) -> datetime:
    day = day_asked("known_at", given)
    now: datetime = g.now
    return now if day is None else min(end_of_day(day), now)


@pages.post(LIFE)
@signed_in
def begin(code: str) -> Any:
    try:
        with unit_of_work() as uow:
            services.begin(uow, product_code=code, actor=current_actor(), now=g.now)
    except DomainError as error:
        flash(str(error), "danger")
    else:
        flash(gettext(N_("The life of this product is followed from now on.")), "success")
    return redirect(f"/products/{code}/life", 303)
