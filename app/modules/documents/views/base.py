"""The blueprint, and what reading and writing templates share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import Blueprint, g
from werkzeug.wrappers import Response

from app.identity.web import current_actor
from app.kernel import clock
from app.kernel.database import session
from app.kernel.errors import DomainError, NotFound
from app.kernel.i18n import language, pick
from app.modules.catalogue.queries import ProductFilter, list_products
from app.modules.catalogue.types import FAMILIES, Labels
from app.modules.documents.models import Template, TemplateVersion
from app.modules.documents.queries import holds
from app.modules.documents.rules.merging import FIELDS
from app.modules.documents.rules.states import CHANGE_TYPES, HOLDERS, KINDS, LANGUAGES
from app.modules.documents.services import filling

pages = Blueprint("documents_pages", __name__, template_folder="../templates")
PATH = "/templates"
SEE = "template.see"
MOST_SUGGESTED = 40
Answer = str | Response | tuple[str, int]


def today() -> date:
    return clock.accounting_date(g.now)


@pages.context_processor
def _words() -> dict[str, Any]:
    """What the pages say of templates, and how languages call themselves."""
    return {
        "KINDS": KINDS,
        "FAMILIES": FAMILIES,
        "CHANGE_TYPES": CHANGE_TYPES,
        "HOLDERS": HOLDERS,
        "MERGE_FIELDS": FIELDS,
        "LANGUAGES": {"zh": ("中文", "zh-CN"), "en": ("English", "en")},
        "named": named,
    }


def named(keys: Sequence[str], choices: Mapping[str, Labels]) -> str:
    """The words of some keys."""
    return ("、" if language() == "zh" else ", ").join(pick(choices[key]) for key in keys)


@pages.app_template_test("used_today")
def used_today(version: TemplateVersion) -> bool:
    return holds(version, today())


def suggested(families: list[str]) -> list[tuple[str, Mapping[str, str]]]:
    """Products to fill a template with: of the template's own families, those of the reader's department first."""
    rows = [
        row
        for family in families or FAMILIES
        for row in list_products(session(), ProductFilter(family=family), now=g.now, limit=MOST_SUGGESTED)
    ]
    mine = current_actor().department
    rows.sort(key=lambda row: row.product.owner_department != mine)
    return [(row.product.code, row.product.names) for row in rows[:MOST_SUGGESTED]]


def filled(texts: Mapping[str, str], product: str) -> tuple[Mapping[str, str], DomainError | None]:
    """The texts that are there filled from a product, and what is wrong with the product."""
    try:
        about = filling.of_product(session(), product)
    except NotFound as error:
        return {}, error
    return filling.texts_of({name: texts.get(name, "") for name in LANGUAGES}, *about), None


def families_of(template: Template | None) -> list[str]:
    return template.families if template else []
