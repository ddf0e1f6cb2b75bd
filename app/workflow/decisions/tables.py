"""A decision table: inputs, outputs, rules, and how the rules that hit make one result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.kernel.i18n import N_
from app.workflow import feel
from app.workflow.decisions.errors import DecisionError
from app.workflow.decisions.values import as_type, plain
from app.workflow.engine.errors import ExpressionError

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Input:
    """A column of conditions."""

    id: str
    labels: Texts
    expression: str
    """FEEL, usually the name of a variable."""
    type: str
    """``string``, ``boolean``, ``number``, ``date``, ``list`` or ``any``."""
    allowed: str | None
    """Unary tests a value must meet, such as ``"minor","material"``."""


@dataclass(frozen=True)
class Output:
    """A column of results."""

    id: str
    name: str
    labels: Texts
    type: str
    allowed: tuple[Any, ...]
    """Values in order of priority, the first the strongest; empty when any is allowed."""


@dataclass(frozen=True)
class Rule:
    """A row. ``annotations`` name its source."""

    id: str
    number: int
    conditions: tuple[str, ...]
    results: tuple[str, ...]
    annotations: Texts
    line: int | None


@dataclass(frozen=True)
class Result:
    """What an evaluation gave, and from what."""

    output: Any
    rules: list[str]
    """Ids of the rules that hit."""
    inputs: dict[str, Any]
    """What the input expressions came to."""
    table_hash: str


@dataclass(frozen=True)
class DecisionTable:
    """One decision 决策表."""

    key: str
    names: Texts
    descriptions: Texts
    hit_policy: str
    aggregation: str | None
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]
    table_hash: str
    line: int | None = field(default=None, compare=False)

    def evaluate(self, inputs: Mapping[str, Any]) -> Result:
        """The result for ``inputs``: variables by name, numbers as integers, ``Decimal`` or text.

        One output gives its value, several a dict by name; no rule hit gives
        ``None`` (an empty list for policies that collect). Raises
        ``DecisionError`` naming decision, rule and input.
        """
        scope = self._typed(inputs)
        values = [self._value(column, scope) for column in self.inputs]
        hits = [rule for rule in self.rules if self._hits(rule, values, scope)]
        results = [self._result(rule, scope) for rule in hits]
        kept, output = _POLICIES[self.hit_policy](self, hits, results)
        seen = {column.expression: plain(value) for column, value in zip(self.inputs, values, strict=True)}
        return Result(plain(output), [rule.id for rule in kept], seen, self.table_hash)

    def _typed(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The given variables, those that an input column declares brought to its type."""
        typed = {name: value for name, value in inputs.items() if isinstance(name, str)}
        for column in self.inputs:
            if column.expression in typed:
                typed[column.expression] = self._as_type(column, typed[column.expression])
        return typed

    def _as_type(self, column: Input, value: Any) -> Any:
        try:
            return as_type(value, column.type)
        except ValueError as error:
            message = N_("Decision table %(decision)s: “%(input)s” must be a %(type)s, not %(value)s.")
            raise self.error(message, input=column.expression, type=column.type, value=str(error)) from error

    def _value(self, column: Input, scope: Mapping[str, Any]) -> Any:
        try:
            missing = sorted(feel.names(column.expression) - scope.keys())
            if missing:
                raise self.error(N_("Decision table %(decision)s: the input “%(input)s” is missing."), input=missing[0])
            value = feel.evaluate(column.expression, scope)
            if column.allowed and value is not None and not _allows(column, value, scope):
                raise self.error(
                    N_("Decision table %(decision)s: “%(input)s” is none of the allowed values: %(value)s."),
                    input=column.expression, value=_short(value),
                )  # fmt: skip
            return value
        except ExpressionError as error:
            raise self._wrapped(error, column.expression, None) from error

    def _hits(self, rule: Rule, values: Sequence[Any], scope: Mapping[str, Any]) -> bool:
        for column, condition, value in zip(self.inputs, rule.conditions, values, strict=True):
            try:
                if not feel.holds(condition, value, scope):
                    return False
            except ExpressionError as error:
                raise self._wrapped(error, column.expression, rule) from error
        return True

    def _result(self, rule: Rule, scope: Mapping[str, Any]) -> tuple[Any, ...]:
        found = []
        for column, source in zip(self.outputs, rule.results, strict=True):
            try:
                found.append(feel.evaluate(source, scope) if source else None)
            except ExpressionError as error:
                raise self._wrapped(error, column.name, rule) from error
        return tuple(found)

    def single(self, result: tuple[Any, ...]) -> Any:
        """A rule's result: the value of the only output, or a dict by output name."""
        if len(self.outputs) == 1:
            return result[0]
        return {column.name: value for column, value in zip(self.outputs, result, strict=True)}

    def error(self, message: str, **values: object) -> DecisionError:
        return DecisionError(message, decision=self.key, **values)

    def _wrapped(self, error: ExpressionError, column: str, rule: Rule | None) -> DecisionError:
        if isinstance(error, DecisionError):
            return error
        if rule is None:
            return self.error(
                N_("Decision table %(decision)s: input “%(input)s”: %(reason)s"), input=column, reason=str(error)
            )
        message = N_("Decision table %(decision)s: rule %(rule)s, “%(input)s”: %(reason)s")
        return self.error(message, rule=rule.id, input=column, reason=str(error))


def _allows(column: Input, value: Any, scope: Mapping[str, Any]) -> bool:
    values = value if column.type == "list" and isinstance(value, list) else [value]
    return all(feel.holds(column.allowed or "-", item, scope) for item in values)


def _short(value: Any) -> str:
    return str(plain(value))[:60]


Hits = Sequence[Rule]
Results = Sequence[tuple[Any, ...]]
Outcome = tuple[Hits, Any]


def _unique(table: DecisionTable, hits: Hits, results: Results) -> Outcome:
    if len(hits) > 1:
        names = ", ".join(rule.id for rule in hits)
        raise table.error(
            N_("Decision table %(decision)s: the rules %(rules)s hit together, and only one may."), rules=names
        )
    return _first(table, hits, results)


def _first(table: DecisionTable, hits: Hits, results: Results) -> Outcome:
    return hits[:1], table.single(results[0]) if results else None


def _any(table: DecisionTable, hits: Hits, results: Results) -> Outcome:
    if any(result != results[0] for result in results):
        names = ", ".join(rule.id for rule in hits)
        raise table.error(
            N_("Decision table %(decision)s: the rules %(rules)s hit together with different results."), rules=names
        )
    return hits, table.single(results[0]) if results else None


def _priority(table: DecisionTable, hits: Hits, results: Results) -> Outcome:
    """The rule whose outputs stand first in the lists of output values; of equals, the upper one."""

    def rank(at: int) -> tuple[int, ...]:
        return tuple(
            column.allowed.index(value) if value in column.allowed else len(column.allowed)
            for column, value in zip(table.outputs, results[at], strict=True)
        )

    if not hits:
        return hits, None
    best = min(range(len(hits)), key=rank)
    return [hits[best]], table.single(results[best])


def _rule_order(table: DecisionTable, hits: Hits, results: Results) -> Outcome:
    return hits, [table.single(result) for result in results]


def _collect(table: DecisionTable, hits: Hits, results: Results) -> Outcome:
    """Each result once, in the order of the rules; or their sum, least, greatest or number."""
    if table.aggregation == "COUNT":
        return hits, len(results)
    if table.aggregation is None:
        distinct: list[Any] = []
        for result in map(table.single, results):
            if result not in distinct:
                distinct.append(result)
        return hits, distinct
    numbers = [result[0] for result in results]
    for rule, number in zip(hits, numbers, strict=True):
        if not isinstance(number, int | Decimal) or isinstance(number, bool):
            message = N_("Decision table %(decision)s: rule %(rule)s: %(aggregation)s needs numbers.")
            raise table.error(message, rule=rule.id, aggregation=table.aggregation)
    return hits, _AGGREGATIONS[table.aggregation](numbers) if numbers else None


_AGGREGATIONS: Mapping[str, Callable[[list[Any]], Any]] = {"SUM": sum, "MIN": min, "MAX": max}
AGGREGATIONS = frozenset(_AGGREGATIONS) | {"COUNT"}
_POLICIES: Mapping[str, Callable[[DecisionTable, Hits, Results], Outcome]] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "ANY": _any,
    "PRIORITY": _priority,
    "COLLECT": _collect,
    "RULE ORDER": _rule_order,
}
HIT_POLICIES = frozenset(_POLICIES)
