"""Items and sides of a difference, and the terms of one version, as customers read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from app.modules.catalogue.rules.content import Content, Row
from app.modules.catalogue.rules.difference import Change
from app.modules.catalogue.types import Attribute, product_type
from app.modules.catalogue.types.description import label
from app.modules.catalogue.types.paths import resolve
from app.modules.documents.rules.words import BETWEEN, COLON, basis, row_in_words, row_name, say

LEAVING = (("terms", "early_withdrawal"), ("terms", "prepayment"), ("terms", "redemption"), ("trading", "delivery"))
"""The attributes that say how a contract is ended early, whatever the type."""
ALL_RATES = label("(all rates %s)", "（以上均为%s）")
_ORDINARY = frozenset({"standard", "fixed", "variable", "floating", "market_linked"})
"""Kinds of rates that need no mention."""
_FULL_STOPS = "。."
"""At the end of what is told in the middle of a sentence."""


def told_apart(row: Row) -> Row:
    """What tells a row from others in a customer's eyes; that a rate is an ordinary one does not."""
    return {key: value for key, value in row.items() if key != "kind" or value not in _ORDINARY}


def item(attribute: Attribute, change: Change, language: str) -> str:
    """What changes: the attribute, or the row of a list and its column."""
    if change.row is None:
        return str(attribute.labels[language])
    name = row_name(attribute, told_apart(change.row), language)
    if change.column in (None, "rate"):
        return name
    return f"{name}{BETWEEN[language]}{change.labels[language]}"


def side(attribute: Attribute, change: Change, value: Any, language: str) -> str:
    """One side of a change in words; empty where nothing stands there."""
    if value in (None, ""):
        return ""
    cell = attribute.column(change.column) if change.column else attribute
    return say(cell, value, language).rstrip(_FULL_STOPS)


def lines_of(content: Content, path: str, language: str) -> Iterator[str]:
    """What a version says under a path; of a list one line for each row, a basis that all rates share told last."""
    place = resolve(product_type(content["type"]), path)
    value = (content.get(place.group) or {}).get(place.attribute.key) if place else None
    if place is None or value in (None, "", []):
        return
    if place.attribute.kind == "list":
        yield from _row_lines(place.attribute, value, language)
    else:
        yield say(place.attribute, value, language)


def _row_lines(attribute: Attribute, rows: Sequence[Row], language: str) -> Iterator[str]:
    rates = [row[c.key] for row in rows for c in attribute.columns if c.kind == "rate" and c.key in row]
    bases = {basis(rate, language) for rate in rates}
    shared = len(bases) == 1 and len(rates) > 1
    for row in rows:
        cells = row_in_words(attribute, row, language, based=not shared)
        yield COLON[language].join(filter(None, (row_name(attribute, told_apart(row), language), cells)))
    if shared:
        yield ALL_RATES[language] % bases.pop()
