"""The blueprint, and the page of one bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from app.identity.directory import names_of
from app.identity.permissions import allowed, require
from app.identity.web import current_actor
from app.kernel.database import end_read, session
from app.kernel.errors import DomainError
from app.kernel.i18n import language
from app.modules.bundles import queries
from app.modules.bundles.models import Bundle
from app.modules.bundles.rules.composing import Known
from app.modules.bundles.rules.description import BENEFITS, BUNDLE, ROLES, prices_of
from app.modules.bundles.rules.pricing import effects
from app.modules.bundles.rules.states import BY_ITS_AUTHOR, MOVES, SEE
from app.modules.bundles.services import facts_of
from app.modules.catalogue.rules.content import Row
from app.modules.catalogue.types import Labels, product_type
from app.modules.catalogue.views.base import departments
from app.modules.documents.rules.telling import told_apart
from app.modules.documents.rules.words import percent, row_name

pages = Blueprint("bundles_pages", __name__, template_folder="../templates")
PATH = "/bundles"
Answer = str | Response | tuple[str, int]


@dataclass(frozen=True)
class Line:
    """One rate or fee of a member: what it is called, alone, and in the bundle."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Benefit:
    """A price row with what it does today."""

    product: str
    labels: Labels
    lines: list[Line]


def show(code: str, error: DomainError | None = None, sent: Any = None) -> Answer:
    """The page of a bundle, with what was refused and what was typed when it was."""
    require(current_actor(), SEE)
    end_read()
    found = queries.bundle(session(), code)
    known = queries.known_for(session(), found.document, g.now)
    page = render_template(
        "bundles/bundle.html",
        bundle=found,
        description=BUNDLE,
        roles=ROLES,
        known=known,
        names=queries.names_of(session(), found.document),
        benefits=_benefits(found, known),
        contradictions=_contradictions(found),
        parents=queries.holding(session(), part=code),
        owners=departments(session()),
        people=names_of(session(), [found.author, found.approved_by, found.withdrawn_by]),
        may=_may(found),
        may_ask=allowed(current_actor(), "customer.find"),
        error=error,
        sent=sent or {},
    )
    return page, error.status if error else 200


def _contradictions(found: Bundle) -> Any:
    """What keeps it from being sold today; of a bundle that is not sold any more nothing is asked."""
    if found.state == "withdrawn":
        return []
    return queries.contradictions(session(), found.code, found.document, complete=True, now=g.now)


def _may(found: Bundle) -> frozenset[str]:
    """The verbs that the person may take the bundle along."""
    actor, facts = current_actor(), facts_of(found)
    verbs = {verb for (state, verb), move in MOVES.items() if state == found.state and allowed(actor, move.by, facts)}
    return frozenset(verbs - (BY_ITS_AUTHOR if actor.username != found.author else frozenset()))


def _benefits(found: Bundle, known: Known) -> list[Benefit]:
    prices = [price for price in prices_of(found.document) if price["product"] in known.products]
    return [Benefit(price["product"], BENEFITS[price["benefit"]], _lines(price, known)) for price in prices]


def _lines(price: Row, known: Known) -> list[Line]:
    content = known.products[price["product"]].content
    tiers = product_type(content["type"]).group("rates").attribute("tiers") if "rates" in content else None
    return [
        Line(row_name(tiers, told_apart(effect.row), language()), percent(effect.before), percent(effect.after))
        if tiers is not None and "rate" in effect.row
        else Line(effect.row["name"], effect.before, effect.after)
        for effect in effects(price, content)
    ]
