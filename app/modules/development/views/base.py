"""The blueprint, and what its views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.identity.directory import names_of
from app.kernel.database import session

pages = Blueprint("development_pages", __name__, template_folder="../templates")
ROOT = "/development"


def people(*usernames: str | None) -> dict[str, Any]:
    """Username → names, for the people that a page names."""
    return names_of(session(), usernames)
