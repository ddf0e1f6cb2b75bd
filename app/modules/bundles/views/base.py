"""The blueprint, and the page of one bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from app.identity.directory import names_of
from app.identity.permissions import allowed
from app.identity.web import current_actor
from app.kernel.database import session
from app.kernel.errors import DomainError
from app.kernel.i18n import language
from app.modules.bundles import queries
from app.modules.bundles.models import BundleVersion
from app.modules.bundles.rules.composing import Known
from app.modules.bundles.rules.description import BENEFITS, BUNDLE, ROLES, prices_of
from app.modules.bundles.rules.pricing import effects
from app.modules.bundles.rules.states import BY_ITS_AUTHOR, IN_WORK, MOVES, newest, standing
from app.modules.bundles.services import facts_of
from app.modules.catalogue.rules.content import Row
from app.modules.catalogue.rules.difference import difference_in
from app.modules.catalogue.types import Labels, product_type
from app.modules.catalogue.views.base import departments
from app.modules.catalogue.views.comparing import Section, sections
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


def show(found: BundleVersion, error: DomainError | None = None, sent: Any = None) -> Answer:
    """The page of a version, with what was refused and what was typed when it was."""
    versions = queries.versions_of(session(), found.code)
    known = queries.known_for(session(), found.document, g.now)
    sold = standing(versions)
    hands = [name for each in versions for name in (each.author, each.approved_by, each.withdrawn_by)]
    page = render_template(
        "bundles/bundle.html",
        bundle=found,
        versions=versions,
        standing=sold,
        differences=_differences(sold, found),
        description=BUNDLE,
        roles=ROLES,
        known=known,
        names=queries.names_of(session(), found.document, sold.document),
        benefits=_benefits(found, known),
        contradictions=queries.wrong_today(session(), found, g.now),
        parents=queries.holding(session(), part=found.code),
        owners=departments(session()),
        people=names_of(session(), hands),
        may=_may(found, newest(versions)),
        may_ask=allowed(current_actor(), "customer.find"),
        error=error,
        sent=sent or {},
    )
    return page, error.status if error else 200


def address(version: BundleVersion) -> str:
    return f"{PATH}/{version.code}/versions/{version.number}"


def _differences(sold: BundleVersion, found: BundleVersion) -> list[Section]:
    """How a version in work differs from the one on sale."""
    if found is sold or found.state not in IN_WORK:
        return []
    return sections(difference_in(BUNDLE, sold.document, found.document), BUNDLE)


def _may(found: BundleVersion, last: BundleVersion) -> frozenset[str]:
    """The verbs that the person may take the version along; no second one is begun while one is in work."""
    actor, facts = current_actor(), facts_of(found)
    verbs = {verb for (state, verb), move in MOVES.items() if state == found.state and allowed(actor, move.by, facts)}
    mine = BY_ITS_AUTHOR if actor.username != found.author else frozenset()
    return frozenset(verbs - mine - ({"revise"} if last.state in IN_WORK else set()))


def _benefits(found: BundleVersion, known: Known) -> list[Benefit]:
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
