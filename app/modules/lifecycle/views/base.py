"""The blueprint, and what its views share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from app.kernel.i18n import N_
from app.modules.catalogue.types import CUSTOMER_GROUPS
from app.modules.lifecycle.rules.measures import MEASURES

pages = Blueprint("lifecycle_pages", __name__, template_folder="../templates")
LIFE = "/products/<code>/life"
CONCLUSIONS: Mapping[str, str] = {
    "go_on": N_("Go on"),
    "optimise": N_("Optimise"),
    "exit": N_("Give the product up"),
}


def told() -> dict[str, Any]:
    """What keys are called wherever objectives and readings are shown."""
    return {"MEASURES": MEASURES, "CONCLUSIONS": CONCLUSIONS, "GROUPS": CUSTOMER_GROUPS}
