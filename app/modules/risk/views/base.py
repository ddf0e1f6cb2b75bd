"""The blueprint, and what all pages of risk share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request

from app.kernel.errors import Conflict, Forbidden, Invalid
from app.kernel.i18n import pick
from app.modules.catalogue.types import FAMILIES, PRODUCT_TYPES
from app.modules.risk.rules.factors import FACTORS
from app.modules.risk.rules.scoring import inputs_of
from app.modules.risk.rules.words import LEVELS, MEASURES, METHODS, RISKS, SCALE, SCOPES, TRANSFERS

pages = Blueprint("risk_pages", __name__, template_folder="../templates")
PATH = "/products/risk"
SEE = "risk.see"
EXPLAINED = (Conflict, Forbidden, Invalid)


@pages.context_processor
def _words() -> dict[str, Any]:
    return {
        "FACTORS": FACTORS,
        "FAMILIES": FAMILIES,
        "LEVELS": LEVELS,
        "MEASURES": MEASURES,
        "METHODS": METHODS,
        "PRODUCT_TYPES": PRODUCT_TYPES,
        "RISKS": RISKS,
        "SCALE": SCALE,
        "SCOPES": SCOPES,
        "TRANSFERS": TRANSFERS,
        "inputs_of": inputs_of,
        "named": named,
        "scored": [(str(score), f"{score} – {pick(anchor)}") for score, anchor in SCALE.items()],
    }


def named(choices: Mapping[Any, Mapping[str, str]]) -> list[tuple[str, str]]:
    """What may be chosen, for a field."""
    return [(str(key), pick(labels)) for key, labels in choices.items()]


def sent_texts() -> dict[str, Any]:
    """What stands in the form, without what was left empty."""
    return {name: value.strip() for name, value in request.form.items() if value.strip()}
