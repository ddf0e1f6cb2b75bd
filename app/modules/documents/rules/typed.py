"""Figures that somebody typed into a text outside its merge fields: percentages, amounts of money, terms.

Nothing fills them, so nothing keeps them true. They are compared by value with what the live terms tell: 3.5% is
百分之三点五, 5万元 is CNY 50,000, 12 months are one year. Dates, numbers of clauses and of laws, and telephone
numbers are no such figures: they have no such unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.modules.catalogue.rules.content import Content, public
from app.modules.catalogue.types import Attribute, Labels, product_type
from app.modules.catalogue.types.description import label
from app.modules.documents.rules.merging import blanked
from app.modules.documents.rules.numerals import NUMBER, SCALES, number_of, scale_of
from app.modules.documents.rules.states import LANGUAGES
from app.modules.documents.rules.words import say

FIGURES: Mapping[str, Labels] = {
    "percent": label("Percentage", "百分比"),
    "amount": label("Amount of money", "金额"),
    "term": label("Term", "期限"),
}
PRAISE = frozenset({"basics.description", "basics.strengths", "basics.scenarios"})
"""What praises a product is typed as well: a figure in it makes none true."""
Value = tuple[str, Decimal, Any]
"""A key of ``FIGURES`` with a fraction, an amount and its currency (empty: a dollar of any country), or months and
days."""


@dataclass(frozen=True)
class Typed:
    """A figure as it was typed, with its place in the text: from 1."""

    text: str
    value: Value
    line: int
    position: int

    @property
    def kind(self) -> str:
        return self.value[0]


_CURRENCIES: Mapping[str, str] = {
    "人民币": "CNY", "RMB": "CNY", "CNY": "CNY", "¥": "CNY", "yuan": "CNY", "元": "CNY",
    "美元": "USD", "USD": "USD", "US$": "USD", "US dollars": "USD", "dollars": "", "$": "",
    "欧元": "EUR", "EUR": "EUR", "€": "EUR", "euros": "EUR", "英镑": "GBP", "GBP": "GBP", "£": "GBP",
    "港元": "HKD", "港币": "HKD", "HKD": "HKD", "HK$": "HKD", "日元": "JPY", "JPY": "JPY",
    "澳元": "AUD", "AUD": "AUD", "A$": "AUD", "新西兰元": "NZD", "NZD": "NZD", "瑞士法郎": "CHF", "CHF": "CHF",
}  # fmt: skip
_CURRENCY = "|".join(re.escape(word) for word in sorted(_CURRENCIES, key=len, reverse=True))
_CODES = {word.upper(): code for word, code in _CURRENCIES.items()}
_FULL_WIDTH = {ord(sign) + 0xFEE0: sign for sign in "0123456789.%$"} | {ord("￥"): "¥"}
_FLAGS = re.ASCII | re.IGNORECASE
_GAP = "[ \u00a0]?"
_PERCENT = re.compile(rf"({NUMBER})\s*(%|‰|per\s?cent\b)|([百千万])分之({NUMBER})", _FLAGS)
_PARTS = {"%": 100, "‰": 1_000, "百": 100, "千": 1_000, "万": 10_000}
_AMOUNT = re.compile(
    rf"(?P<before>{_CURRENCY})?{_GAP}(?P<number>{NUMBER}){_GAP}(?P<scale>{SCALES})?{_GAP}(?P<after>{_CURRENCY})?",
    _FLAGS,
)
_TERM = re.compile(
    rf"(?<![第每同某])(?P<number>{NUMBER})(?:{_GAP}|-)"
    r"(?P<unit>年(?P<half>半?)|个月|天|周(?![年岁])|(?:year|month|week|day)s?\b(?! a week))"
    r"|(?P<half_year>半年(?!度)|half a year)",
    _FLAGS,
)
_LENGTHS: Mapping[str, tuple[int, int]] = {
    "年": (12, 0), "个": (1, 0), "周": (0, 7), "天": (0, 1), "y": (12, 0), "m": (1, 0), "w": (0, 7), "d": (0, 1),
}  # fmt: skip
"""Months and days, by how the unit begins."""
_JOINED = re.compile(r"\s*(?:零|又|and)?\s*")
"""What may stand between the parts of one term: 1年零6个月."""
_MOST_JOINED = 30
"""一年360天 is two terms: nobody writes 1年360天 for one."""
_NONE = (0, 0)
_FIRST_YEAR = 1_900
"""From here on 年 tells a year of the calendar, not a term."""


def typed_in(text: str) -> list[Typed]:
    """The figures of a template's text, each once, where it stands first."""
    plain = blanked(text).translate(_FULL_WIDTH)
    found: dict[Value, Typed] = {}
    for start, end, value in sorted([*_percents(plain), *_amounts(plain), *_terms(plain)], key=lambda each: each[:2]):
        if value not in found:
            line, position = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
            found[value] = Typed(text[start:end], value, line, position)
    return list(found.values())


def strays(text: str, live: Content) -> list[Typed]:
    """Of the figures typed into a template's text those that stand nowhere in the terms that customers are told."""
    figures = typed_in(text)
    known = _told(public(live)) if figures else frozenset()
    return [figure for figure in figures if figure.value not in known]


Found = Iterator[tuple[int, int, Value]]


def _percents(text: str) -> Found:
    for match in _PERCENT.finditer(text):
        number, sign = (match[1], match[2]) if match[1] else (match[4], match[3])
        yield *match.span(), ("percent", number_of(number) / _PARTS.get(sign, 100), "")


def _amounts(text: str) -> Found:
    for match in _AMOUNT.finditer(text):
        word = match["before"] or match["after"]
        if word:
            times = scale_of(match["scale"]) if match["scale"] else 1
            start = match.start("before") if match["before"] else match.start("number")
            end = max(match.end(name) for name in ("number", "scale", "after"))
            yield start, end, ("amount", number_of(match["number"]) * times, _CODES[word.upper()])


def _terms(text: str) -> Found:
    """1年6个月 is one term: a shorter unit follows a longer one."""
    begun: tuple[int, int, Value] | None = None
    unit = _NONE
    for match in _TERM.finditer(text):
        months, days = _length(match)
        last, unit = unit, _unit(match)
        if begun and unit < last and months + days <= _MOST_JOINED and _JOINED.fullmatch(text, begun[1], match.start()):
            begun = (begun[0], match.end(), ("term", begun[2][1] + months, begun[2][2] + days))
            continue
        if begun:
            yield begun
        begun = (*match.span(), ("term", months, days)) if unit != _NONE else None
    if begun:
        yield begun


def _unit(match: re.Match[str]) -> tuple[int, int]:
    """Months and days of the unit; none for a year of the calendar."""
    if match["half_year"]:
        return (6, 0)
    of_calendar = match["unit"].startswith("年") and number_of(match["number"]) >= _FIRST_YEAR
    return _NONE if of_calendar else _LENGTHS[match["unit"][0].lower()]


def _length(match: re.Match[str]) -> tuple[Decimal, Decimal]:
    months, days = _unit(match)
    number = Decimal(1) if match["half_year"] else number_of(match["number"])
    return number * months + (6 if match["half"] else 0), number * days


def _told(content: Content) -> frozenset[Value]:
    """The figures of terms, in whichever language they are told."""
    currency = (content.get("terms") or {}).get("currency", "")
    values = {value for cell, held in _cells(content) for value in _values(cell, held, currency)}
    return frozenset(values | {(kind, number, "") for kind, number, _ in values if kind == "amount"})


def _cells(content: Content) -> Iterator[tuple[Attribute, Any]]:
    for group, attribute in product_type(content["type"]).attributes():
        value = (content.get(group.key) or {}).get(attribute.key)
        if f"{group.key}.{attribute.key}" in PRAISE:
            continue
        if attribute.kind == "list":
            yield from ((c, row[c.key]) for row in value or () for c in attribute.columns if c.key in row)
        elif value is not None:
            yield attribute, value


def _values(cell: Attribute, held: Any, currency: str) -> Iterator[Value]:
    if cell.unit == "money":  # told without its currency
        yield "amount", Decimal(held), currency
    for language in LANGUAGES:
        yield from _figures_in(say(cell, held, language))


@lru_cache(maxsize=8_192)
def _figures_in(told: str) -> frozenset[Value]:
    """Products of a bank tell much the same."""
    return frozenset(figure.value for figure in typed_in(told))
