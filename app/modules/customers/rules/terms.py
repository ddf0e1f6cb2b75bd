"""Dates of a contract."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.rules.values import duration_days, duration_parts


def offers(content: Content, term: str) -> bool:
    """Whether a contract may run for ``term``: one that the terms name, or up to the longest of them."""
    terms = content.get("terms") or {}
    rows = (content.get("rates") or {}).get("tiers", ())
    longest = duration_days(terms.get("longest_term", "P0D"))
    return term in {terms.get("term"), *(row.get("term") for row in rows)} or 0 < duration_days(term) <= longest


def after(day: date, term: str) -> date:
    """``day`` plus an ISO 8601 duration: months first, the day held back at the month's end, then days.

    A deposit of a month from 31 January matures on the last day of February (储蓄管理条例 practice: the corresponding
    day 对应日, or the month's last where it has none).
    """
    months, days = duration_parts(term)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) + timedelta(days=days)
