"""The page of a product's life: where it stands, what was decided by whom on what evidence, what comes next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request

from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date, end_of_day
from app.kernel.database import session, unit_of_work
from app.kernel.errors import DomainError, Invalid
from app.kernel.i18n import N_, gettext
from app.modules.agency.views import admission_block
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.catalogue.views.base import LIFE, day_asked
from app.modules.changes.views.base import Words
from app.modules.lifecycle import queries, rules, services
from app.workflow.instances.wording import SENTENCES, Vocabulary, lines, say

pages = Blueprint("lifecycle_pages", __name__, template_folder="templates")
CONCLUSIONS = {"go_on": N_("Go on"), "optimise": N_("Optimise"), "exit": N_("Give the product up")}
_SHOWN = {"done": "done", "current": "current", "ahead": "todo"}

for _action, _word in LIFE.items():
    if _action not in SENTENCES:
        say(_action, _word)


@pages.get("/products/<code>/life")
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
    life = queries.life_of(session(), product, known_at=known_at, actor=actor)
    words = Words([*(event.actor for event in life.events), *(task.assignee for task in life.tasks)])
    told = lines(life.events, Vocabulary(words.person, words.group, str, str))
    page = render_template(
        "lifecycle/life.html",
        life=life,
        given=given,
        error=error,
        steps=[(gettext(rules.NAMES[stage.key]), _SHOWN[stage.standing]) for stage in life.stages],
        history=list(zip(life.events, told, strict=True)),
        words=words,
        metrics=rules.METRICS,
        conclusions=CONCLUSIONS,
        groups=CUSTOMER_GROUPS,
        admission=admission_block(product.code, card=True),
        today=accounting_date(g.now),
        may_begin=life.case is None
        and product.status != "retired"
        and allowed(actor, "life.begin", Facts(owner_department=product.owner_department)),
    )
    return page, error.status if error else 200


def _known_at(given: str) -> datetime:
    day = day_asked("known_at", given)
    now: datetime = g.now
    return now if day is None else min(end_of_day(day), now)


@pages.post("/products/<code>/life")
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
