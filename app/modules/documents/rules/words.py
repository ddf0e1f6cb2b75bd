"""Values of a version as customers read them: plain text in a given language, exact, with unit, period and basis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from app.kernel.clock import accounting_date
from app.modules.catalogue.rules.content import Row, as_fraction
from app.modules.catalogue.rules.values import duration_parts, parse_instant
from app.modules.catalogue.types import Attribute, Labels
from app.modules.catalogue.types.description import label

_LOCALES = {"en": Locale("en"), "zh": Locale("zh", "CN", script="Hans")}
_UNITS: Mapping[str, tuple[tuple[str, str], str]] = {
    "year": (("year", "years"), "年"),
    "month": (("month", "months"), "个月"),
    "day": (("day", "days"), "天"),
}
_COUNTED: Mapping[str, Labels] = {
    "years": label(" years", "岁"),
    "days": label(" days", "天"),
    "bp": label(" basis points", "个基点"),
}
_DAY_COUNTS: Mapping[str, Labels] = {
    "ACT/360": label("interest counted on the actual days over a year of 360 days", "按实际天数、一年360天计息"),
    "ACT/365F": label("interest counted on the actual days over a year of 365 days", "按实际天数、一年365天计息"),
    "ACT/ACT": label("interest counted on the actual days over the actual year", "按实际天数计息"),
    "30/360": label("interest counted on months of 30 days and a year of 360 days", "按每月30天、一年360天计息"),
}
_FROM_TO: Mapping[str, Labels] = {
    "from": label("from %s", "%s（含）以上"),
    "to": label("below %s", "%s以下"),
}
YES, NO = label("yes", "是"), label("no", "否")
BETWEEN = label(", ", "、")
COLON = label(": ", "：")


def say(attribute: Attribute, value: Any, language: str) -> str:
    """One value; a row of a list gives its cells."""
    if attribute.kind == "list":
        return row_in_words(attribute, value, language)
    tell = _TELLERS.get(attribute.kind)
    return tell(attribute, value, language) if tell else str(value)


def day_in_words(day: date, language: str) -> str:
    return format_date(day, "y年M月d日" if language == "zh" else "d MMMM y", locale=_LOCALES[language])


def percent(rate: Row) -> str:
    """The value of a rate: 0.0155 is 1.55%."""
    return _percent(as_fraction(rate))


def basis(rate: Row, language: str) -> str:
    """Period and day count of a rate: ``a year, interest counted on …``."""
    return f"{_period(rate, language)}{'，' if language == 'zh' else ', '}{_DAY_COUNTS[rate['day_count']][language]}"


def rate_in_words(rate: Row, language: str) -> str:
    """A rate with its period and its day count."""
    counted = _DAY_COUNTS[rate["day_count"]][language]
    if language == "zh":
        return f"{_period(rate, language)}{percent(rate)}（{counted}）"
    return f"{percent(rate)} {_period(rate, language)} ({counted})"


def _period(rate: Row, language: str) -> str:
    every = duration_in_words(rate["period"], language)
    if language == "zh":
        return "年利率" if rate["period"] == "P1Y" else f"每{every}利率"
    return "a year" if rate["period"] == "P1Y" else f"per {every}"


def duration_in_words(text: str, language: str) -> str:
    """``P1Y6M`` → 1 year 6 months."""
    months, days = duration_parts(text)
    counted = {"year": months // 12, "month": months % 12, "day": days}
    parts = [_counted(unit, number, language) for unit, number in counted.items() if number]
    return ("" if language == "zh" else " ").join(parts)


def _counted(unit: str, number: int, language: str) -> str:
    english, chinese = _UNITS[unit]
    return f"{number}{chinese}" if language == "zh" else f"{number} {english[number != 1]}"


def row_name(attribute: Attribute, row: Row, language: str) -> str:
    """What tells a row of a list from the others; the name of the list where nothing does."""
    parts = [
        _bounded(column, row[column.key], language)
        for column in attribute.columns
        if column.key in attribute.key_by and row.get(column.key) not in (None, "", [])
    ]
    return BETWEEN[language].join(parts) or attribute.labels[language]


def _bounded(column: Attribute, value: Any, language: str) -> str:
    said = say(column, value, language)
    bound = column.key.rpartition("_")[2]
    return _FROM_TO[bound][language] % said if bound in _FROM_TO else said


def row_in_words(attribute: Attribute, row: Row, language: str, *, based: bool = True) -> str:
    """The cells of a row besides those that name it; its rates with their basis, unless that is told elsewhere."""
    cells = [
        (column, say(column, row[column.key], language) if based or column.kind != "rate" else percent(row[column.key]))
        for column in attribute.columns
        if column.key not in attribute.key_by and row.get(column.key) not in (None, "", [])
    ]
    return BETWEEN[language].join(
        said if column.key == "rate" else f"{column.labels[language]}{COLON[language]}{said}" for column, said in cells
    )


def _percent(fraction: Decimal) -> str:
    return f"{format((fraction * 100).normalize() + 0, 'f')}%"


def _number(value: Any, language: str) -> str:
    return format_decimal(Decimal(value), locale=_LOCALES[language], decimal_quantization=False)


def _phrase(attribute: Attribute, value: Any, language: str) -> str:
    return str(value.get(language) or next(iter(value.values())))


def _money(attribute: Attribute, value: Any, language: str) -> str:
    amount, currency = _number(value["amount"], language), value["currency"]
    if language == "zh":
        return f"{amount}元" if currency == "CNY" else f"{amount} {currency}"
    return f"{currency} {amount}"


def _decimal(attribute: Attribute, value: Any, language: str) -> str:
    if attribute.unit == "ratio":
        return _percent(Decimal(value))
    return _number(value, language) + _COUNTED.get(attribute.unit or "", {}).get(language, "")


def _instant(attribute: Attribute, value: Any, language: str) -> str:
    return day_in_words(accounting_date(parse_instant(value)), language)


def _choices(attribute: Attribute, value: Any, language: str) -> str:
    return BETWEEN[language].join(attribute.choices[key][language] for key in value)


_TELLERS: Mapping[str, Callable[[Attribute, Any, str], str]] = {
    "phrase": _phrase,
    "integer": _decimal,
    "decimal": _decimal,
    "money": _money,
    "rate": lambda attribute, value, language: rate_in_words(value, language),
    "duration": lambda attribute, value, language: duration_in_words(value, language),
    "instant": _instant,
    "boolean": lambda attribute, value, language: (YES if value else NO)[language],
    "choice": lambda attribute, value, language: attribute.choices[value][language],
    "choices": _choices,
    "codes": lambda attribute, value, language: BETWEEN[language].join(value),
}
