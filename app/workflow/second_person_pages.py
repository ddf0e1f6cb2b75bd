"""The answer to a second person's word on a page: told where the version is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, g, redirect

from app.identity.web import current_actor
from app.kernel.database import unit_of_work
from app.kernel.errors import DomainError
from app.kernel.i18n import gettext


def answer_word(
    verb: Callable[..., object], *, key: str, version: int, done: str, address: str, shown: Callable[[DomainError], Any]
) -> Any:
    """Do it and go to ``address``; what is refused is told on the page that ``shown`` makes."""
    try:
        with unit_of_work() as uow:
            verb(uow, key=key, version=version, actor=current_actor(), now=g.now)
    except DomainError as error:
        if error.status in {403, 404}:
            raise
        return shown(error)
    flash(gettext(done), "success")
    return redirect(address, 303)
