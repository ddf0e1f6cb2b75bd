"""The pages of suspensions: order one, see which stop sales now, and what became of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.audit import AuditEvent
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_, gettext
from app.kernel.web import page_size
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.rules.states import SUSPEND
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS
from app.modules.catalogue.types.description import Attribute
from app.modules.catalogue.views.base import unit_tree
from app.modules.changes.views.base import EXPLAINED, Words, text_of
from app.modules.changes.views.steps import SCOPES
from app.modules.suspensions import queries, rules, services
from app.modules.suspensions.models import Suspension
from app.modules.suspensions.services.records import of_case, stream
from app.workflow.instances.services import facts_of
from app.workflow.instances.wording import Vocabulary, lines
from app.workflow.models import ProcessInstance
from app.workflow.tasks.queries import open_tasks_of
from app.workflow.tasks.services import facts_of as task_facts

pages = Blueprint("suspensions_pages", __name__, template_folder="templates")
TEMPLATE = "suspensions/_matter.html"
PROPOSALS: Mapping[str, str] = {"resume": N_("Resume sales"), "exit": N_("Hand over to exit")}


@dataclass(frozen=True)
class Told:
    """What ``suspensions/_matter.html`` shows."""

    suspension: Suspension
    product: Product
    words: Words

    @property
    def state(self) -> tuple[str, str]:
        """The state in words, and its tone."""
        word, tone = rules.STATES[self.suspension.state]
        return gettext(word), tone

    @property
    def proposal(self) -> str:
        return gettext(PROPOSALS[self.suspension.proposal or "resume"])

    @property
    def scope_list(self) -> Attribute:
        """How a scope is described: units, channels, customer groups."""
        return SCOPES


def told_of(current: Session, found: Suspension) -> Told:
    people = [found.suspended_by, found.ratified_by, found.remedied_by, found.proposed_by, found.confirmed_by]
    return Told(found, current.get_one(Product, found.product_code), Words(people))


def context_of(current: Session, instance: ProcessInstance, actor: Actor) -> dict[str, Any]:
    """What the fragment needs as ``matter``, for the pages of a case."""
    return {"told": told_of(current, of_case(current, instance)), "actor": actor}


@pages.get("/products/<code>/suspend")
@signed_in
def ask(code: str) -> Any:
    """Reason, scope, and the word that sales stop at once."""
    return _form(code)


@pages.post("/products/<code>/suspend")
@signed_in
def suspend(code: str) -> Any:
    try:
        with unit_of_work() as uow:
            number = _suspend(uow, code).number
    except EXPLAINED as error:
        return _form(code, error)
    flash(gettext(N_("Sales are suspended. The executives are asked to ratify it.")), "success")
    return redirect(f"/suspensions/{number}", 303)


def _suspend(uow: Session, code: str) -> Suspension:
    scope = {name: request.form.getlist(name) for name in ("units", "channels", "groups")}
    reason = text_of("reason", most=2000)
    if request.form.get("confirm") != "true":
        raise invalid("/confirm", N_("Confirm that sales stop at once."), code="required")
    limited = [scope] if any(scope.values()) else []
    return services.suspend(uow, product_code=code, reason=reason, scopes=limited, actor=current_actor(), now=g.now)


def _form(code: str, error: DomainError | None = None) -> Any:
    end_read()
    product = product_by_code(session(), code)
    require(current_actor(), SUSPEND, Facts(owner_department=product.owner_department))
    page = render_template(
        "suspensions/suspend.html",
        product=product,
        units=unit_tree(),
        channels=CHANNELS.items(),
        groups=CUSTOMER_GROUPS.items(),
        error=error,
        sent=request.form,
    )
    return page, error.status if error else 200


@pages.get("/suspensions")
@signed_in
def all_of_them() -> Any:
    """Those that stop sales now, or all there were."""
    limit, after = page_size(), decode_cursor(int)
    every = request.args.get("state") == "all"
    rows = queries.suspensions_of(
        session(), current_actor(), stopped=not every, after=after[0] if after else None, limit=limit
    )
    return render_template(
        "suspensions/suspensions.html",
        rows=[told_of(session(), row) for row in rows[:limit]],
        every=every,
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
    )


@pages.get("/suspensions/<number>")
@signed_in
def one(number: str) -> Any:
    """Where it stands, who did what, and what has to be done now."""
    actor = current_actor()
    found = queries.suspension_for(session(), number, actor)
    chain = select(AuditEvent).where(AuditEvent.stream == stream(found)).order_by(AuditEvent.number.desc())
    events = session().scalars(chain.limit(50)).all()
    tasks = open_tasks_of(session(), found.instance_id)
    words = Words([*(event.actor for event in events), *(task.assignee for task in tasks)])
    case = session().get_one(ProcessInstance, found.instance_id)
    return render_template(
        "suspensions/suspension.html",
        matter={"told": told_of(session(), found), "actor": actor, "own": True},
        tasks=tasks,
        mine=[task for task in tasks if allowed(actor, "task.complete", task_facts(case, task))],
        in_case=allowed(actor, "instance.see", facts_of(case)),
        words=words,
        history=list(lines(events, Vocabulary(words.person, words.group, str, str))),
    )
