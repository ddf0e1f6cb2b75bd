"""The blueprint, and how values of a content document are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from flask import Blueprint, g
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import Department, OrganisationUnit
from app.kernel.clock import LAST_YEAR
from app.kernel.database import session
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_, gettext, pick
from app.modules.catalogue.models import FOREVER
from app.modules.catalogue.rules.values import duration_parts
from app.modules.catalogue.schemas.kinds import NOT_DECIMAL, NOT_DURATION, NOT_INSTANT
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS, FAMILIES, PRODUCT_TYPES, Attribute
from app.modules.catalogue.types.description import UNITS
from app.modules.catalogue.views import typed

pages = Blueprint("catalogue_pages", __name__, template_folder="../templates")


def now() -> datetime:
    moment: datetime = g.now
    return moment


@pages.app_template_filter("duration")
def duration(text: str | None) -> str:
    """An ISO 8601 duration in words: ``P1Y6M`` → 1 year 6 months."""
    if not text:
        return "–"
    months, days = duration_parts(text)
    years, months = divmod(months, 12)
    words = [
        ngettext("%(num)d year", "%(num)d years", years) if years else "",
        ngettext("%(num)d month", "%(num)d months", months) if months else "",
        ngettext("%(num)d day", "%(num)d days", days) if days or not (years or months) else "",
    ]
    return " ".join(word for word in words if word)


@pages.app_template_filter("elapsed")
def elapsed(span: timedelta) -> str:
    """A length of time in the two units that matter: 3 days 4 hours, 25 minutes."""
    minutes = int(span.total_seconds() // 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    words = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if not days and (minutes or not hours) else "",
    ]
    return " ".join(word for word in words if word)


@pages.app_template_filter("unit_word")
def unit_word(attribute: Attribute) -> str:
    """What a number of the attribute counts, where that is a word of its own."""
    return pick(UNITS.get(attribute.unit or "", {}))


pages.add_app_template_filter(typed.duration_text, "duration_text")
pages.add_app_template_filter(typed.rate_text, "rate_text")
pages.add_app_template_filter(typed.percent, "percent_text")
pages.add_app_template_filter(typed.day_text, "day_text")

_SAID_TO_PEOPLE = {
    NOT_DECIMAL: N_("Must be a number, such as 1.55."),
    NOT_DURATION: N_("Must be a duration, such as 3 months or 1 year."),
    NOT_INSTANT: N_("Must be a day."),
}
"""The document's check speaks to programs; people type in other words."""

Refused = TypeVar("Refused", bound=DomainError)


def for_people(error: Refused) -> Refused:
    """The same refusal in words for a page."""
    said = [replace(f, message=_SAID_TO_PEOPLE.get(f.message, f.message)) for f in error.faults]
    error.faults = tuple(said)
    return error


def unit_tree() -> dict[str, OrganisationUnit]:
    """Code → unit in the order of the tree, asked once a request."""
    if "units" not in g:
        rows = session().scalars(select(OrganisationUnit).order_by(OrganisationUnit.path))
        g.units = {unit.code: unit for unit in rows}
    found: dict[str, OrganisationUnit] = g.units
    return found


@pages.app_template_filter("unit_name")
def unit_name(code: str) -> str:
    unit = unit_tree().get(code)
    return pick(unit.names, code) if unit else code


LIFE = {
    "product.created": N_("Product created"),
    "product.described": N_("Description changed"),
    "product.opening_load": N_("Opening load"),
    "product.design": N_("Taken into design"),
    "product.test": N_("Taken into test"),
    "product.launch": N_("Launched"),
    "product.roll_back": N_("Back into test"),
    "product.suspend": N_("Sales suspended"),
    "product.resume": N_("Suspension lifted"),
    "product.suspend_scope": N_("Sales suspended in a scope"),
    "product.resume_scope": N_("Suspension of a scope lifted"),
    "product.quota_reported": N_("Use of the quota reported"),
    "product.take_off_sale": N_("Taken off sale"),
    "product.exit": N_("Exit begun"),
    "product.retire": N_("Retired"),
    "version.drafted": N_("Version drafted"),
    "version.edited": N_("Draft edited"),
    "version.proposed_by_import": N_("Difference proposed by an import"),
    "version.submitted": N_("Handed to review"),
    "version.reopened": N_("Reopened for editing"),
    "version.approved": N_("Approved"),
    "version.published": N_("Published"),
    "version.rejected": N_("Rejected"),
    "version.withdrawn": N_("Withdrawn"),
    "pilot.opened": N_("Pilot opened"),
    "pilot.extended": N_("Pilot extended"),
    "pilot.closed": N_("Pilot closed"),
    "product.reviewed": N_("Reviewed after a launch"),
}
"""The actions of the audit chain, in words."""


def day_asked(name: str, given: str) -> date | None:
    """A day out of an address; nothing where nothing is given, 422 for what is no day."""
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise invalid(f"/{name}", N_("Must be a day.")) from None
    if not 1900 <= day.year <= LAST_YEAR:
        raise invalid(f"/{name}", N_("Must be a day."))
    return day


@pages.app_template_filter("life_word")
def life_word(action: str) -> str:
    return gettext(LIFE[action]) if action in LIFE else action


@pages.app_template_test("forever")
def forever(moment: datetime) -> bool:
    """Whether a period has no end."""
    return moment == FOREVER


@pages.app_context_processor
def _words() -> dict[str, Any]:
    """Names that the templates of the catalogue pick from."""
    return {
        "PRODUCT_TYPES": PRODUCT_TYPES,
        "FAMILIES": FAMILIES,
        "CHANNELS": CHANNELS,
        "CUSTOMER_GROUPS": CUSTOMER_GROUPS,
    }


def departments(session: Session) -> dict[str, Mapping[str, str]]:
    """Departments that may own products, by key."""
    rows = session.execute(select(Department.key, Department.names).order_by(Department.key))
    return {key: names for key, names in rows}


def units(session: Session) -> list[tuple[str, Mapping[str, str], int]]:
    """Units in the order of the tree: code, names, depth."""
    rows = session.execute(
        select(OrganisationUnit.code, OrganisationUnit.names, OrganisationUnit.path).order_by(OrganisationUnit.path)
    )
    return [(code, names, path.count("/") - 2) for code, names, path in rows]


def unit_names(session: Session, codes: set[str]) -> dict[str, Mapping[str, str]]:
    rows = session.execute(
        select(OrganisationUnit.code, OrganisationUnit.names).where(OrganisationUnit.code.in_(codes))
    )
    return {code: names for code, names in rows}
