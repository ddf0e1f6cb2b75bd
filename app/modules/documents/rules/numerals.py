"""Numbers as people type them into a text: digits, Chinese numerals 中文数字, and the small ones in English words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

_DIGITS: Mapping[str, int] = {
    sign: number
    for number, signs in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for sign in signs
}
_UNITS: Mapping[str, int] = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_MYRIAD, _HUNDRED_MILLION = "万", "亿"
_WORDS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "eighteen": 18, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90,
}  # fmt: skip
_SIGNS = "".join([*_DIGITS, *_UNITS, _MYRIAD, _HUNDRED_MILLION])
_FIRST = "".join([*_DIGITS, "十", "拾"])

NUMBER = (
    rf"(?<![\d.{_SIGNS}])(?<!\d,)"
    rf"(?:\d{{1,18}}(?:,\d{{3}}){{0,6}}(?:\.\d{{1,12}})?"
    rf"|[{_FIRST}][{_SIGNS}]{{0,20}}(?:点[{''.join(_DIGITS)}]{{1,12}})?|\b(?:{'|'.join(_WORDS)})\b)"
)
"""A number that is no part of a longer one, to be searched for without regard to capitals. Nobody reads longer ones."""
SCALES = rf"(?:[{''.join(_UNITS)}{_MYRIAD}{_HUNDRED_MILLION}]{{1,3}}|thousand\b|million\b|billion\b)"
"""What may stand behind a number in digits: 万, 百万, million."""


def number_of(text: str) -> Decimal:
    """The value of what ``NUMBER`` found: ``1,000.5``, 三点五, 二〇二六, ``twelve``."""
    if text[0].isdecimal():
        return Decimal(text.replace(",", ""))
    if text.lower() in _WORDS:
        return Decimal(_WORDS[text.lower()])
    whole, _, part = text.partition("点")
    return Decimal(f"{_whole(whole)}.{_row(part) or 0}")


def scale_of(text: str) -> int:
    """By how much what ``SCALES`` found multiplies."""
    english = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
    if text.lower() in english:
        return english[text.lower()]
    found = 1
    for sign in text:
        found *= {**_UNITS, _MYRIAD: 10**4, _HUNDRED_MILLION: 10**8}[sign]
    return found


def _row(signs: str) -> str:
    return "".join(str(_DIGITS[sign]) for sign in signs)


def _whole(signs: str) -> int:
    """二〇二六 is read digit by digit, 一亿五千万 by its units."""
    if all(sign in _DIGITS for sign in signs):
        return int(_row(signs))
    total = section = digit = 0
    for sign in signs:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        elif sign in _UNITS:
            section, digit = section + (digit or 1) * _UNITS[sign], 0
        else:
            section += digit
            total = (total + section) * 10**8 if sign == _HUNDRED_MILLION else total + section * 10**4
            section = digit = 0
    return total + section + digit
