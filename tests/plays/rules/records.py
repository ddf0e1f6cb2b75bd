"""The rows that the rules look at: each table is read once in a check, however many rules ask for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache, cached_property
from typing import Any, TypeVar

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import Session

from app.identity.models import OrganisationUnit
from app.modules.catalogue.models import ProductVersion
from app.modules.changes.models import ChangeRequest, DepartmentReview, ExecutiveDecision, ProposedVersion
from app.workflow.decisions.models import DecisionRecord
from tests.plays.bank import Bank

AFTER_DECISION = frozenset({"approved", "piloting", "scheduled", "live", "pilot_failed"})
T = TypeVar("T")


class Records:
    """What stands in the tables now, by model."""

    def __init__(self, session: Session, bank: Bank):
        self.session, self.bank = session, bank
        self._rows: dict[Any, list[Any]] = {}

    def all(self, model: type[T]) -> list[T]:
        """Every row, in the order of its key."""
        if model not in self._rows:
            self._rows[model] = list(self.session.scalars(_every(model)))
        return self._rows[model]

    def of(self, model: type[T], request: ChangeRequest) -> list[T]:
        """The rows of a table that belong to a request."""
        return [row for row in self.all(model) if row.change_request_id == request.id]  # type: ignore[attr-defined]

    @cached_property
    def decided(self) -> list[ChangeRequest]:
        """Requests that were ever approved, and have not come back from it."""
        return [request for request in self.all(ChangeRequest) if request.state in AFTER_DECISION]

    @cached_property
    def request(self) -> dict[int, ChangeRequest]:
        return {request.id: request for request in self.all(ChangeRequest)}

    @cached_property
    def _versions(self) -> dict[int, ProductVersion]:
        return {version.id: version for version in self.all(ProductVersion)}

    def versions(self, request: ChangeRequest) -> list[ProductVersion]:
        """What a request proposes."""
        return [self._versions[row.version_id] for row in self.of(ProposedVersion, request)]

    def decision(self, request: ChangeRequest) -> ExecutiveDecision | None:
        """The last one about a request."""
        return next(reversed(self.of(ExecutiveDecision, request)), None)

    def signed(self, request: ChangeRequest) -> list[DepartmentReview]:
        """Opinions that heads have signed, in the order in which they began to count."""
        found = [r for r in self.of(DepartmentReview, request) if r.signed_at is not None]
        return sorted(found, key=lambda r: (r.signed_at, r.id))

    def outputs(self, request: ChangeRequest, table: str) -> list[DecisionRecord]:
        """What a decision table said in the case of a request."""
        return self._outputs[request.instance_id, table]

    def last(self, request: ChangeRequest, table: str, by: datetime | None = None) -> list[Any]:
        """What it said when the case last came to it, by then; nothing if it never did."""
        found = [record for record in self.outputs(request, table) if by is None or record.at <= by]
        return [record.output for record in found if record.at == found[-1].at]

    @cached_property
    def _outputs(self) -> dict[tuple[int | None, str], list[DecisionRecord]]:
        found: dict[tuple[int | None, str], list[DecisionRecord]] = defaultdict(list)
        for record in self.all(DecisionRecord):
            found[record.instance_id, record.decision_key].append(record)
        return found

    @cached_property
    def above(self) -> dict[str, frozenset[str]]:
        """Unit → itself and the units that it is part of."""
        return {unit.code: frozenset(unit.path.split("/")) | {unit.code} for unit in self.all(OrganisationUnit)}


@cache
def _every(model: Any) -> Select[Any]:
    return select(model).order_by(*inspect(model).primary_key)


Rule = Callable[[Records], Iterator[str]]
RULES: list[Rule] = []
OF_PRODUCTS: list[Rule] = []
"""Those that look at nothing but products, their versions, and where these are sold."""


def rule(check: Rule) -> Rule:
    RULES.append(check)
    return check


def of_products(check: Rule) -> Rule:
    OF_PRODUCTS.append(check)
    return check
