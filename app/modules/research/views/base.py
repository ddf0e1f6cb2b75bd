"""The blueprint, and what its views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.identity.directory import departments
from app.kernel.database import session
from app.kernel.i18n import gettext, pick
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.research.rules.questions import KINDS
from app.modules.research.rules.states import DIRECTIONS

pages = Blueprint("research_pages", __name__, template_folder="../templates")
RESEARCH = "/products/<code>/research"
ALL = "/questionnaires"
ONE = f"{ALL}/<int:number>"
SEE = "research.see"


def words() -> dict[str, Any]:
    """What keys are called on every page of research."""
    return {
        "groups": CUSTOMER_GROUPS,
        "departments": departments(session()),
        "kinds": KINDS,
        "directions": DIRECTIONS,
    }


def group_choices(keys: Any = CUSTOMER_GROUPS) -> list[tuple[str, str]]:
    return [(key, pick(CUSTOMER_GROUPS[key])) for key in keys]


def direction_choices() -> list[tuple[str, str]]:
    return [(key, gettext(word)) for key, word in DIRECTIONS.items()]
