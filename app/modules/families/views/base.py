"""The blueprint, and what its views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.kernel.i18n import pick
from app.kernel.sent import refuse_stale
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.families.models import TierFamily
from app.modules.families.services import keeping

pages = Blueprint("families_pages", __name__, template_folder="../templates")
ROOT = "/products/tiers"
ONE = f"{ROOT}/<base>"
SEE = "tier.see"


def tiers() -> list[tuple[str, str]]:
    """The customer groups as choices."""
    return [(key, pick(labels)) for key, labels in CUSTOMER_GROUPS.items()]


def seen(uow: Any, base: str) -> TierFamily:
    """The family under its lock, if it is as the page showed it."""
    family = keeping.locked(uow, base)
    refuse_stale(family.revision)
    return family


def bilingual(sent: dict[str, str], name: str) -> dict[str, str]:
    """``name/en`` and ``name/zh`` of a form, those that were filled."""
    found = ((key, sent.get(f"{name}/{key}")) for key in ("en", "zh"))
    return {key: value for key, value in found if value}
