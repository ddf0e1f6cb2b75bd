"""What a notice says: one sentence for each kind. Features add theirs with ``announce``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.kernel.i18n import N_, gettext

SENTENCES: dict[str, str] = {
    "task.reminded": N_("“%(task)s” is due: it lies with you."),
    "task.escalated": N_("“%(task)s” is late by %(late)s business days; please see that it is done."),
    "task.asked": N_("%(by)s asks you to deal with “%(task)s”."),
}


def announce(what: str, sentence: str) -> None:
    """Teach the notices a feature's kind; members of its payload may stand in the sentence."""
    SENTENCES[what] = sentence


class _Values(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "–"


def sentence(what: str, payload: Mapping[str, Any]) -> str:
    """The notice in the reader's language."""
    return gettext(SENTENCES.get(what, N_("You were told of “%(what)s”.")), _Values({"what": what, **payload}))
