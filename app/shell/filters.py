"""How values are shown: instants in the bank's zone, exact money and rates, deadlines.

Every filter takes ``None`` and gives a dash for it. Nothing here rounds: a rate of
0.04125 is shown as 4.125 %, an amount with all its digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_currency, format_decimal
from flask import Flask, g
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from markupsafe import Markup

from app.kernel.calendar import business_days_since, is_business_day, is_provisional
from app.kernel.clock import BANK_ZONE
from app.kernel.errors import DomainError
from app.kernel.i18n import gettext, language, pick
from app.shell.states import role_word, state_tone, state_word

DASH = "–"
MINUTE = timedelta(minutes=1)
MOST_COUNTED_DAYS = 60
"""Deadlines further away than this are told in plain days: nobody counts holidays that far."""


def install(app: Flask) -> None:
    app.jinja_env.filters.update(
        instant=instant,
        day=day,
        month_name=month_name,
        weekday_name=weekday_name,
        provisional=provisional,
        ago=ago,
        remaining=remaining,
        waiting=waiting,
        money=money,
        rate=rate,
        number=number,
        filesize=filesize,
        message=message,
        by_pointer=by_pointer,
        state_word=state_word,
        state_tone=state_tone,
        role_word=role_word,
        picked=pick,
    )


def _now() -> datetime:
    now: datetime = g.now
    return now


def _pattern(english: str, chinese: str) -> str:
    return chinese if language() == "zh" else english


def instant(value: datetime | str | None) -> str:
    """A moment, in the bank's zone, to the minute: ``22 Nov 2026, 15:04``."""
    if value is None:
        return DASH
    local = _aware(value).astimezone(BANK_ZONE)
    text = format_datetime(local, _pattern("d MMM y, HH:mm", "y年M月d日 HH:mm"), locale=get_locale())
    return _time(_aware(value).astimezone(UTC).isoformat(timespec="seconds"), text)


def day(value: date | datetime | str | None) -> str:
    """A calendar day; of a moment, the bank's accounting date."""
    if value is None:
        return DASH
    if isinstance(value, str):
        value = date.fromisoformat(value) if len(value) == 10 else _aware(value)
    if isinstance(value, datetime):
        value = value.astimezone(BANK_ZONE).date()
    return _time(value.isoformat(), format_date(value, _pattern("d MMM y", "y年M月d日"), locale=get_locale()))


def month_name(value: date) -> str:
    """A month of a year: ``November 2026``."""
    return format_date(value, _pattern("MMMM y", "y年M月"), locale=get_locale())


def weekday_name(value: date) -> str:
    """A day of the week, short: ``Mon``."""
    return format_date(value, "ccc", locale=get_locale())


def _aware(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _time(machine: str, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(machine, text)


def ago(value: datetime | str | None) -> str:
    """How long since, or until, a moment: ``5 minutes ago``."""
    if value is None:
        return DASH
    away = _aware(value) - _now()
    text = _("just now") if abs(away) < MINUTE else format_timedelta(away, add_direction=True, locale=get_locale())
    local = _aware(value).astimezone(BANK_ZONE)
    title = format_datetime(local, _pattern("d MMM y, HH:mm", "y年M月d日 HH:mm"), locale=get_locale())
    machine = _aware(value).astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, title, text)


def remaining(due: datetime | str | None) -> str:
    """How long is left in business time, with the tone that goes with it."""
    if due is None:
        return DASH
    moment = _aware(due)
    text, tone = _remaining(moment, _now())
    local = moment.astimezone(BANK_ZONE)
    title = format_datetime(local, _pattern("d MMM y, HH:mm", "y年M月d日 HH:mm"), locale=get_locale())
    machine = moment.astimezone(UTC).isoformat(timespec="seconds")
    said = Markup('<time class="due due-{}" datetime="{}" title="{}">{}</time>').format(tone, machine, title, text)
    return said + provisional(local.date())


def waiting(since: datetime | str | None) -> str:
    """How long something has lain with somebody, in business time."""
    if since is None:
        return DASH
    moment = _aware(since)
    days = business_days_since(moment, _now())
    text = ngettext("for %(num)d business day", "for %(num)d business days", days) if days else _("since today")
    local = moment.astimezone(BANK_ZONE)
    title = format_datetime(local, _pattern("d MMM y, HH:mm", "y年M月d日 HH:mm"), locale=get_locale())
    machine = moment.astimezone(UTC).isoformat(timespec="seconds")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, title, text)


def provisional(day: date) -> Markup:
    """A mark for a deadline in a year for which the national calendar has not been published: it may move."""
    if not is_provisional(day):
        return Markup("")
    why = _("The national calendar of %(year)s has not been published yet; the day may move.", year=day.year)
    return Markup(' <span class="due-provisional" title="{}">{}</span>').format(why, _("provisional"))


def _remaining(due: datetime, now: datetime) -> tuple[str, str]:
    due_day, today = due.astimezone(BANK_ZONE).date(), now.astimezone(BANK_ZONE).date()
    if due < now:
        days = business_days_between(due_day, today)
        late = ngettext("%(num)d business day late", "%(num)d business days late", days) if days else _("Late today")
        return late, "bad"
    if due_day == today:
        return _("Due today"), "careful"
    days = business_days_between(today, due_day)
    return ngettext(
        "%(num)d business day left", "%(num)d business days left", days
    ), "careful" if days <= 1 else "quiet"


def business_days_between(start: date, end: date) -> int:
    """How many business days lie after ``start`` up to and including ``end``."""
    span = (end - start).days
    if span > MOST_COUNTED_DAYS:
        return business_days_between(start, start + timedelta(days=MOST_COUNTED_DAYS)) + round(
            (span - MOST_COUNTED_DAYS) * 5 / 7
        )
    return sum(is_business_day(start + timedelta(days=n)) for n in range(1, span + 1))


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def money(value: Decimal | str | None, currency: str = "CNY") -> str:
    """An exact amount: ``¥50,000.00``. Digits beyond the cent are shown, not rounded."""
    amount = None if value is None else _decimal(value)
    if amount is None:
        return DASH if value is None else str(value)
    try:
        return format_currency(amount, currency, locale=_money_locale(currency), decimal_quantization=False)
    except (LookupError, ValueError):
        return f"{currency} {number(amount)}"


def _money_locale(currency: str) -> Any:
    # English texts write CN¥; inside a Chinese bank that prefix is noise.
    return "zh_Hans_CN" if currency == "CNY" else get_locale()


def number(value: Decimal | int | str | None) -> str:
    """A number with its thousands grouped and every digit it has."""
    exact = None if value is None else _decimal(value)
    if exact is None:
        return DASH if value is None else str(value)
    return format_decimal(exact, locale=get_locale(), decimal_quantization=False)


def rate(value: Decimal | str | None, kind: str = "fraction") -> str:
    """A rate as a percentage: ``0.0175`` → ``1.75 %``. ``kind="percent"`` takes 1.75 as it is."""
    exact = None if value is None else _decimal(value)
    if exact is None:
        return DASH if value is None else str(value)
    percent = exact * 100 if kind == "fraction" else exact
    return f"{format(percent.normalize() + 0, 'f')}\u00a0%" if percent else "0\u00a0%"


def filesize(value: int | None) -> str:
    """Bytes in the unit people read."""
    if value is None:
        return DASH
    size = Decimal(value)
    for unit in ("B", "KB", "MB"):
        if size < 1000:
            return f"{size.quantize(Decimal(1)) if unit == 'B' else size.quantize(Decimal('0.1'))} {unit}"
        size /= 1000
    return f"{size.quantize(Decimal('0.1'))} GB"


def message(error: DomainError | Any) -> str:
    """What an error or a fault says, in the person's language."""
    return gettext(error.message, error.values)


def by_pointer(error: DomainError | None) -> Mapping[str, str]:
    """The faults of an error by JSON pointer, so that they can stand beside their field, one in a line."""
    found: dict[str, str] = {}
    for fault in error.faults if error else ():
        before = found.get(fault.pointer)
        found[fault.pointer] = f"{before}\n{message(fault)}" if before else message(fault)
    return found
