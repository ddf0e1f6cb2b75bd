"""The blueprint, and what reading and writing templates share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES, Labels, product_type
from app.modules.documents.models import TemplateVersion
from app.modules.documents.queries import holds
from app.modules.documents.rules.fields import GENERAL, terms_of, types_of
from app.modules.documents.rules.states import CHANGE_TYPES, HOLDERS, KINDS, LANGUAGES
from app.modules.documents.rules.typed import FIGURES
from app.modules.documents.services import filling

pages = Blueprint("documents_pages", __name__, template_folder="../templates")
PATH = "/templates"
SEE = "template.see"
MOST_SUGGESTED = 40
NATIVE = {"zh": ("中文", "zh-CN"), "en": ("English", "en")}
"""How languages call themselves."""
Answer = str | Response | tuple[str, int]


def today() -> date:
    return clock.accounting_date(g.now)


@pages.context_processor
def _words() -> dict[str, Any]:
    """What the pages say of templates and documents."""
    return {
        "KINDS": KINDS,
        "FAMILIES": FAMILIES,
        "CHANGE_TYPES": CHANGE_TYPES,
        "HOLDERS": HOLDERS,
        "PRODUCT_TYPES": PRODUCT_TYPES,
        "LANGUAGES": NATIVE,
        "FIGURES": FIGURES,
        "named": named,
    }


def named(keys: Sequence[str], choices: Mapping[str, Labels]) -> str:
    """The words of some keys."""
    return ("、" if language() == "zh" else ", ").join(pick(choices[key]) for key in keys)


@pages.app_template_test("used_today")
def used_today(version: TemplateVersion) -> bool:
    return holds(version, today())


def suggested(families: Sequence[str], types: Sequence[str]) -> list[tuple[str, Mapping[str, str]]]:
    """Products to fill a template with: those it is made for, those of the reader's department first."""
    able = types_of(families, types)
    rows = [
        row
        for family in families or FAMILIES
        for row in list_products(session(), ProductFilter(family=family), now=g.now, limit=MOST_SUGGESTED)
        if row.product.type in able
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


@dataclass(frozen=True)
class FieldGroup:
    """Merge fields that belong together, each with its words."""

    labels: Labels | None
    fields: Mapping[str, Labels]


def field_groups(families: Sequence[str], types: Sequence[str]) -> list[FieldGroup]:
    """What a text may name: the general fields, and group by group the terms that its types share."""
    shared = types_of(families, types)
    groups = product_type(shared[0]).group
    return [FieldGroup(None, GENERAL)] + [FieldGroup(groups(key).labels, f) for key, f in terms_of(shared).items()]
