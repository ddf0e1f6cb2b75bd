"""What the tasks of a life show beside their questions: what may be aimed at, and what was reached."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import allowed
from app.modules.catalogue.models import Product
from app.modules.changes.views.base import Words
from app.modules.lifecycle import queries
from app.modules.lifecycle.rules.measures import measures_of
from app.modules.lifecycle.services.evaluating import evaluation_of as row_of
from app.modules.lifecycle.services.reading import ENTER, facts_of
from app.modules.lifecycle.views.base import told
from app.modules.research.views.reading import gathered_for
from app.workflow.models import ProcessInstance

EVALUATION, PLANNING, ON_ITS_WAY = (f"lifecycle/_{name}.html" for name in ("evaluation", "planning", "on_its_way"))
"""The templates, each with what it needs as ``matter``."""


def planning_of(session: Session, product: Product, actor: Actor) -> dict[str, Any]:
    """What is planned so far, what was gathered of the market, and what the product may be measured by."""
    life = queries.life_of(session, product, known_at=g.now, now=g.now, actor=actor)
    return {**gathered_for(session, product), "life": life, "measures": measures_of(product.family), **told()}


def on_its_way(session: Session, product: Product, actor: Actor) -> dict[str, Any]:
    """What was aimed at, and what is open in the requests over the product: for its development and marketing."""
    return {"life": queries.life_of(session, product, known_at=g.now, now=g.now, actor=actor), **told()}


def evaluation_of(session: Session, instance: ProcessInstance, actor: Actor) -> dict[str, Any]:
    """Strategy and objectives beside what is known: now, until the evaluation is judged; then what it was judged by."""
    product = session.get_one(Product, instance.business_key)
    life = queries.life_of(session, product, known_at=g.now, now=g.now, actor=actor)
    mine = next(one for one in life.evaluations if one.row.id == row_of(session, instance).id)
    return {
        "life": life,
        "aims": mine.results if mine.concluded else life.aims,
        "earlier": [one for one in life.evaluations if one.row.id < mine.row.id],
        "words": Words([life.strategy.by if life.strategy else None]),
        "may_enter": allowed(actor, ENTER, facts_of(product)),
        **told(),
    }
