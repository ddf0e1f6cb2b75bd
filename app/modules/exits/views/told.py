"""An exit as its pages and the pages of its tasks tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.i18n import gettext
from app.modules.catalogue.models import Product
from app.modules.catalogue.types import Attribute, product_type
from app.modules.changes.views.base import Words
from app.modules.exits.models import (
    Exit,
    ExitDecision,
    ExitEvaluation,
    ExitOpinion,
    ExitPlan,
    MigrationItem,
    MigrationMap,
)
from app.modules.exits.queries import customers_of, decisions_of, opinions_of
from app.modules.exits.rules.states import STATES
from app.modules.exits.rules.worsening import TAKE
from app.modules.exits.services import untold
from app.modules.exits.services.planning import map_of
from app.modules.exits.services.records import of_case
from app.modules.exits.services.taking_over import came_from
from app.modules.exits.views.base import CHOICES, INDICATORS, OPINIONS, RECOMMENDATIONS, VERDICTS, WAYS
from app.modules.suspensions.models import Suspension
from app.workflow.models import ProcessInstance

MOST_NAMED = 30
"""Holdings that the task to reach their customers lists."""


@dataclass(frozen=True)
class MapLine:
    """An attribute of the map: its rows, one for each version that is held and differs, and what describes it."""

    rows: Sequence[MigrationMap]
    listed: Attribute | None
    """The list it is a row of, if it is one."""
    cell: Any
    """The attribute or column that says its values; nothing for a whole row."""

    @property
    def row(self) -> MigrationMap:
        """The one that says most: whose holders lose, if any do."""
        return next((row for row in self.rows if row.worse), self.rows[0])

    @property
    def held(self) -> list[tuple[list[int], Any]]:
        """What holders have: each value with the versions that give it."""
        found: list[tuple[list[int], Any]] = []
        for row in self.rows:
            same = next((versions for versions, value in found if value == row.source), None)
            if same is None:
                found.append(([row.version], row.source))
            else:
                same.append(row.version)
        return found

    @property
    def done(self) -> dict[str, list[int]]:
        """What is done about it: each choice with the versions it is for."""
        found: dict[str, list[int]] = {}
        for row in self.rows:
            found.setdefault(row.choice, []).append(row.version)
        return found

    @property
    def weighs(self) -> bool:
        """Whether a customer loses by it, or is asked, or keeps their own."""
        return any(row.worse or row.choice != TAKE for row in self.rows)


@dataclass(frozen=True)
class Told:
    """What ``exits/_matter.html`` shows."""

    found: Exit
    product: Product
    evaluation: ExitEvaluation | None
    plan: ExitPlan | None
    target: Product | None
    map: list[MapLine]
    opinions: list[ExitOpinion]
    decisions: list[ExitDecision]
    suspensions: list[Suspension]
    """Those that were handed over to this exit."""
    words: Words

    @property
    def state(self) -> tuple[str, str]:
        """The state in words, and its tone."""
        word, tone = STATES[self.found.state]
        return gettext(word), tone


def told_of(current: Session, found: Exit) -> Told:
    plan, evaluation = current.get(ExitPlan, found.id), current.get(ExitEvaluation, found.id)
    product = current.get_one(Product, found.product_code)
    target = current.get(Product, plan.target_code) if plan and plan.target_code else None
    opinions, decisions = opinions_of(current, found), decisions_of(current, found)
    people = [found.initiator, *(o.reviewer for o in opinions), *(o.signed_by for o in opinions)]
    named = [evaluation.judged_by if evaluation else None, plan.exception_owner if plan else None]
    return Told(
        found,
        product,
        evaluation,
        plan,
        target,
        _lines([product, target] if target else [product], map_of(current, found.id)),
        opinions,
        decisions,
        came_from(current, found),
        Words([*people, *named, *(d.by for d in decisions)]),
    )


def _lines(products: Sequence[Product], rows: Sequence[MigrationMap]) -> list[MapLine]:
    """Attribute by attribute: a choice is made for all versions together."""
    by_path: dict[str, list[MigrationMap]] = {}
    for row in rows:
        by_path.setdefault(row.path, []).append(row)
    return [_line(products, several) for several in by_path.values()]


def _line(products: Sequence[Product], rows: Sequence[MigrationMap]) -> MapLine:
    """``products``: the one that leaves and its replacement; either may be of a type that has the attribute."""
    row = rows[0]
    group, _, rest = row.path.partition(".")
    key, _, listed = rest.partition("[")
    known = (pair for product in products for pair in product_type(product.type).attributes())
    attribute = next((a for found, a in known if (found.key, a.key) == (group, key)), None)
    if attribute is None or not listed:
        return MapLine(rows, None, attribute)
    column = row.path.rpartition("].")[2] if "]." in row.path else None
    return MapLine(rows, attribute, attribute.column(column) if column else None)


def context_of(current: Session, instance: ProcessInstance, actor: Actor) -> dict[str, Any]:
    """What the fragment needs as ``matter``, for the pages of a case."""
    return {"told": told_of(current, of_case(current, instance)), "actor": actor, **vocabulary()}


def untold_context(current: Session, instance: ProcessInstance, actor: Actor) -> dict[str, Any]:
    """What ``exits/_untold.html`` shows: the exit, and the holdings whose customers are to be reached."""
    found, matter = untold.of_case(current, instance)
    left = select(MigrationItem).where(*untold.moved_untold(found)).order_by(MigrationItem.id)
    rows = list(current.scalars(left.limit(MOST_NAMED)))
    count = current.scalar(select(func.count()).where(*untold.moved_untold(found))) or 0
    told = {"told": told_of(current, found), "actor": actor, **vocabulary()}
    return {**told, "rows": rows, "count": count, "customers": customers_of(current, rows), "untold": matter}


def vocabulary() -> dict[str, Any]:
    return {"indicators": INDICATORS, "recommendations": RECOMMENDATIONS, "ways": WAYS, "choices": CHOICES,
            "verdicts": VERDICTS, "opinions": OPINIONS}  # fmt: skip
