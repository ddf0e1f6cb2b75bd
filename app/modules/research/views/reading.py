"""What was gathered for a product, one questionnaire with its results, and the questionnaires that are open."""

from __future__ import annotations

from typing import Any

from flask import g, render_template
from sqlalchemy.orm import Session

from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel.clock import accounting_date
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.kernel.web import page_size
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.catalogue.views.blocks import on_product_page
from app.modules.research import queries, services
from app.modules.research.models import Competitor, Interview, Questionnaire, Trend
from app.modules.research.rules.states import MOVES
from app.modules.research.views.base import ALL, ONE, RESEARCH, SEE, pages, words

MOST = 100
"""Of each kind on the page of a product, and one more; the API lists all."""


@on_product_page
def on_product(code: str) -> str:
    """How much was gathered for the product."""
    count = queries.counted(session(), code, g.now)
    may = allowed(current_actor(), services.GATHER, services.facts_of(product_by_code(session(), code)))
    return render_template("research/_block.html", code=code, count=count) if may or count.anything else ""


@pages.get(RESEARCH)
@signed_in
def of_product(code: str) -> Any:
    """Questionnaires, interviews, competitors and trends."""
    actor, product = current_actor(), product_by_code(session(), code)
    require(actor, SEE)
    may = allowed(actor, services.GATHER, services.facts_of(product))
    return render_template("research/research.html", told=gathered_for(session(), product), may_gather=may)


def gathered_for(session: Session, product: Product) -> dict[str, Any]:
    """All that was gathered for a product, as its page and the tasks of its planning show it."""
    interviews = queries.gathered(session, Interview, product.code, limit=MOST)
    return {
        "product": product,
        "questionnaires": queries.questionnaires_of(session, product.code, limit=MOST),
        "interviews": interviews,
        "competitors": queries.gathered(session, Competitor, product.code, limit=MOST),
        "trends": queries.gathered(session, Trend, product.code, limit=MOST),
        "people": names_of(session, [row.interviewer for row in interviews]),
        **words(),
    }


@pages.get(ALL)
@signed_in
def open_ones() -> Any:
    """Questionnaires that can be answered today."""
    actor = current_actor()
    require(actor, SEE)
    limit, after = page_size(), decode_cursor(int)
    rows = queries.open_on(session(), accounting_date(g.now), after=after[0] if after else None, limit=limit)
    return render_template(
        "research/open.html",
        rows=[(row, count, ways_of(row)) for row, count in rows[:limit]],
        next=cursor_beyond([row.id for row, _ in rows], limit),
        words=words(),
    )


@pages.get(ONE)
@signed_in
def one_questionnaire(number: int) -> Any:
    return questionnaire_page(number)


def questionnaire_page(number: int, error: DomainError | None = None) -> Any:
    """Its questions with what was answered so far, and what may be done with it."""
    actor = current_actor()
    require(actor, SEE)
    end_read()
    found = queries.questionnaire(session(), number)
    product = product_by_code(session(), found.product_code)
    steps = {verb for state, verb in MOVES if state == found.state}
    page = render_template(
        "research/questionnaire.html",
        found=found,
        product=product,
        results=queries.results(session(), found),
        by_group=queries.answered_by_group(session(), found),
        steps=steps if allowed(actor, services.GATHER, services.facts_of(product)) else set(),
        ways=ways_of(found),
        people=names_of(session(), [found.written_by]),
        error=error,
        words=words(),
    )
    return page, error.status if error else 200


def ways_of(found: Questionnaire) -> set[str]:
    """How whoever asks may answer today: for themself, for customers, or neither."""
    today, actor = accounting_date(g.now), current_actor()
    if found.state != "open" or not found.opens_on <= today < found.closes_on:
        return set()
    ways, facts = set(), services.facts_of_asked(session(), found)
    if allowed(actor, services.ANSWER, facts) and not queries.own_answer(session(), found, actor.username):
        ways.add("own")
    if found.groups and allowed(actor, services.REPORT, facts):
        ways.add("customer")
    return ways
