"""A request as a sheet: one line for each number of each product, and what a cell proposes for it.

A line stands for a number of the proposed version: a rate of a tier, an amount of a fee, a limit. Rates and
ratios are written in per cent, as people type them. What is added or taken away as a whole row is done in the editor.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Row, keyed
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.catalogue.types import Attribute, Labels, product_type
from app.modules.catalogue.types.description import UNITS, label

NUMBERS = frozenset({"rate", "money", "decimal", "integer"})
REMOVE = "–"
"""What is written to take a value away; an empty cell may be an accident."""
_REMOVE = frozenset({"–", "-", "—"})
MOST_DIGITS = 15
"""What a spreadsheet keeps of a number; more digits are the trace of a calculation in binary."""
CENT = 2
_NO_CENTS = frozenset({"JPY", "KRW", "VND"})
RATE_PLACES = 6
"""Decimals of a rate in per cent: a ten-thousandth of a basis point."""

_PLAIN = re.compile(r"[+-]?(\d{1,18}|\d{1,3}(,\d{3}){1,5})(\.\d+)?\Z", re.ASCII)
_SHOWN = re.compile(r'[^".;]*?0(?:\.(0+))?(?:%|_?\)?|\s?"[^"]*")?', re.ASCII)

EMPTY = N_("The cell is empty. Write a dash (–) to take the value away.")
NOT_NUMBER = N_("“%(value)s” is not a number that can be read.")
GROUPED_WRONG = N_("“%(value)s” is ambiguous: a comma only groups thousands.")
TOO_MANY_DIGITS = N_(
    "The cell holds %(value)s, the trace of a calculation. Type the exact number, or format it as text."
)
SHOWN_OTHERWISE = N_("The cell holds %(value)s but shows fewer decimals. What was seen must be what is meant.")
TOO_PRECISE = N_("%(value)s has more than %(places)s decimals.")
WHOLE_ONLY = N_("%(value)s is not a whole number.")
NO_PERCENT = N_("The cell is in per cent, but this number is in %(unit)s.")
IN_PERCENT = N_("Read as %(value)s %% because the cell is formatted as a percentage.")
MUST_STAY = N_("This number is required; it cannot be taken away.")


class Unreadable(Exception):
    """What stands in a cell cannot be taken for a value: a template and what fills it."""

    def __init__(self, message: str, **values: object):
        super().__init__(message)
        self.message, self.values = message, values


@dataclass(frozen=True)
class Place:
    """Where in a content document a number stands."""

    group: str
    attribute: str
    row: int | None = None
    column: str | None = None

    @property
    def pointer(self) -> str:
        inner = f"/{self.row}/{self.column}" if self.column else ""
        return f"/{self.group}/{self.attribute}{inner}"


@dataclass(frozen=True)
class Line:
    """One number: its path is the same in every version (see ``catalogue.rules.difference``)."""

    path: str
    labels: Labels
    place: Place
    described: Attribute
    unit: Labels
    live: Any
    proposed: Any
    currency: str


def lines(live: Mapping[str, Any] | None, proposed: Mapping[str, Any]) -> list[Line]:
    """The numbers of a proposed version in the type's order, each beside the live one."""
    found = product_type(proposed["type"])
    currency = (proposed.get("terms") or {}).get("currency") or "CNY"
    made: list[Line] = []
    for group, attribute in found.attributes():
        before = ((live or {}).get(group.key) or {}).get(attribute.key)
        after = (proposed.get(group.key) or {}).get(attribute.key)
        if attribute.kind == "list":
            made += _of_rows(group.key, attribute, before or (), after or (), currency)
        elif attribute.kind in NUMBERS and not (attribute.kind == "rate" and before is None and after is None):
            place = Place(group.key, attribute.key)
            path = f"{group.key}.{attribute.key}"
            made.append(_line(path, attribute.labels, place, attribute, before, after, currency))
    return made


def _of_rows(
    group: str, attribute: Attribute, before: Sequence[Row], after: Sequence[Row], currency: str
) -> Iterator[Line]:
    old = keyed(attribute, before)
    for number, (key, row) in enumerate(keyed(attribute, after).items()):
        was = old.get(key) or {}
        for column in attribute.columns:
            if column.kind not in NUMBERS or column.key in attribute.key_by:
                continue
            if row.get(column.key) is None and was.get(column.key) is None:
                continue
            path = f"{group}.{attribute.key}[{key}].{column.key}"
            labels = _named(attribute, row, column)
            place = Place(group, attribute.key, number, column.key)
            yield _line(path, labels, place, column, was.get(column.key), row.get(column.key), currency)


def _named(attribute: Attribute, row: Row, column: Attribute) -> Labels:
    """The column with what tells its row from the others: ``Rate · Fixed · P1Y``."""
    parts = {language: [str(column.labels[language])] for language in ("en", "zh")}
    for key in attribute.key_by:
        value = row.get(key)
        if value not in (None, "", []):
            choices = attribute.column(key).choices.get(str(value), {})
            for language, said in parts.items():
                said.append(str(choices.get(language, value))[:60])
    return {language: " · ".join(said) for language, said in parts.items()}


def _line(
    path: str, labels: Labels, place: Place, described: Attribute, live: Any, proposed: Any, currency: str
) -> Line:
    like = proposed if proposed is not None else live
    if isinstance(like, Mapping) and "currency" in like:
        currency = like["currency"]
    return Line(path, labels, place, described, _unit(described, like, currency), live, proposed, currency)


def _unit(described: Attribute, like: Any, currency: str) -> Labels:
    if described.kind == "rate":
        basis = like["day_count"]
        each = "" if like["period"] == "P1Y" else f" / {like['period']}"
        return label(f"%{each} {basis}", f"%{each} {basis}")
    if described.kind == "decimal" and described.unit == "ratio":
        return UNITS["ratio"]
    if described.kind == "money" or described.unit == "money":
        return label(currency, currency)
    return UNITS.get(described.unit or "", label("", ""))


def in_percent(line: Line) -> bool:
    return line.unit["en"].startswith("%")


def text_of(line: Line, value: Any) -> str:
    """A value as it stands in a cell: exact, in the line's unit; nothing for none."""
    if value is None:
        return ""
    if line.described.kind == "money":
        return str(value["amount"])
    if line.described.kind == "rate":
        return _percent(value["value"]) if value["unit"] == "fraction" else str(value["value"])
    return _percent(value) if in_percent(line) else str(value)


def _percent(value: Any) -> str:
    return canonical_decimal(Decimal(str(value)).scaleb(2))


def from_text(text: str, line: Line) -> Decimal | None:
    """The number typed as text; None to take the value away."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    if plain in _REMOVE:
        return None
    if plain.endswith("%"):
        if not in_percent(line):
            raise Unreadable(NO_PERCENT, unit=line.unit)
        plain = plain[:-1].strip()
    if not _PLAIN.match(plain):
        message = GROUPED_WRONG if "," in plain and plain.replace(",", "").replace(".", "").isdigit() else NOT_NUMBER
        raise Unreadable(message, value=text.strip()[:40])
    return Decimal(plain.replace(",", ""))


def from_number(number: Decimal, shown: str, line: Line) -> tuple[Decimal, bool]:
    """The number that a cell holds in the line's unit, and whether its format made it per cent.

    ``shown``: the cell's number format. A number with more digits than a spreadsheet keeps, or with more
    decimals than the cell shows, is refused: what people saw is not what is stored.
    """
    digits = number.normalize().as_tuple().digits
    if len(digits) > MOST_DIGITS:
        raise Unreadable(TOO_MANY_DIGITS, value=canonical_decimal(number))
    percent = "%" in shown
    if percent:
        if not in_percent(line):
            raise Unreadable(NO_PERCENT, unit=line.unit)
        number = number.scaleb(2)
    places = _places_shown(shown)
    if places is not None and _places(number) > places:
        raise Unreadable(SHOWN_OTHERWISE, value=canonical_decimal(number))
    return number, percent


def _places_shown(shown: str) -> int | None:
    """Decimals that a number format shows; None for one that shows what there is, or says nothing of decimals."""
    match = _SHOWN.match(shown.split(";")[0])
    return None if match is None or "E" in shown.upper() or shown == "@" else len(match[1] or "")


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def value_of(line: Line, number: Decimal | None) -> Any:
    """The member of the content document for a number in the line's unit; None to take it away."""
    if number is None:
        if line.described.required:
            raise Unreadable(MUST_STAY)
        return None
    _check_places(line, number)
    if line.described.kind == "integer":
        return int(number)
    if line.described.kind == "money":
        return {"amount": canonical_decimal(number), "currency": line.currency}
    if line.described.kind == "rate":
        like = line.proposed if line.proposed is not None else line.live
        value = number.scaleb(-2) if like["unit"] == "fraction" else number
        return {**like, "value": canonical_decimal(value)}
    return canonical_decimal(number.scaleb(-2) if in_percent(line) else number)


def _check_places(line: Line, number: Decimal) -> None:
    places = _places(number)
    if line.described.kind == "integer":
        if places:
            raise Unreadable(WHOLE_ONLY, value=canonical_decimal(number))
        return
    most = RATE_PLACES
    if line.described.kind == "money" or line.described.unit == "money":
        most = 0 if line.currency in _NO_CENTS else CENT
    if places > most:
        raise Unreadable(TOO_PRECISE, value=canonical_decimal(number), places=most)


def with_values(proposed: Mapping[str, Any], changes: Mapping[Place, Any]) -> dict[str, Any]:
    """The content with these numbers in their places; None takes one away."""
    content = deepcopy(dict(proposed))
    for place, value in changes.items():
        group = content.setdefault(place.group, {})
        inside = place.row is not None
        holder, key = (group[place.attribute][place.row], place.column) if inside else (group, place.attribute)
        if value is None:
            holder.pop(key, None)
        else:
            holder[key] = value
    return {key: value for key, value in content.items() if value != {}}
