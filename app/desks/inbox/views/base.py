"""The blueprint and what its views share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response

from app.kernel.errors import DomainError, invalid

pages = Blueprint("inbox_pages", __name__, template_folder="../templates")
TASK = "/tasks/<int:task_id>"
CASE = "/cases/<int:instance_id>"
MOST_TEXT = 4_000


def is_fragment() -> bool:
    """Whether a part of the page is asked for."""
    return request.headers.get("HX-Request") == "true"


def to(path: str) -> Response:
    """Go on to ``path``, by GET."""
    return redirect(path, 303)


def text_of(name: str, *, most: int = MOST_TEXT) -> str:
    """A required text of the form that was sent; what is wrong stands at ``/name``."""
    found = request.form.get(name, "").replace("\r\n", "\n").strip()
    if not found:
        raise invalid(f"/{name}", "Missing data for required field.")
    if len(found) > most:
        raise invalid(f"/{name}", "Longer than maximum length %(max)s.", max=most)
    return found


def now() -> Any:
    return g.now


def noted(error: DomainError | None) -> int:
    """The status of a page that shows ``error``."""
    return error.status if error else 200
