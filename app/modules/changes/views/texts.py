"""The texts of a rollout by language: what the templates offer before it is planned, what was kept afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import render_template

from app.identity.web import signed_in
from app.kernel.database import end_read, session
from app.modules.changes import queries
from app.modules.changes.models import Rollout, RolloutMaterial
from app.modules.changes.services import launching, texts
from app.modules.changes.views.base import REQUEST, now, pages, visible
from app.modules.documents.rules.states import KINDS, MATERIAL, NOTICE, STRATEGY


@dataclass(frozen=True)
class Sheet:
    """One text in its languages, as it is printed; with the template it comes from where that is a single one."""

    kind: str
    texts: Mapping[str, str | None]
    names: Mapping[str, str] | None = None
    key: str = ""
    number: int = 0


@pages.get(f"{REQUEST}/texts")
@signed_in
def rollout_texts(request_id: int) -> Any:
    end_read()
    found, _ = visible(request_id)
    rollout = queries.rollout_of(session(), found.id)
    if rollout:
        sheets = list(_kept(rollout, texts.materials_of(session(), found.id)))
    else:
        sheets = list(_offered(launching.offered_texts(session(), found, now())))
    return render_template("changes/texts.html", found=found, rollout=rollout, sheets=sheets, KINDS=KINDS)


def _kept(rollout: Rollout, materials: Sequence[RolloutMaterial]) -> Iterator[Sheet]:
    yield Sheet(NOTICE, {"zh": rollout.notice_text, "en": rollout.notice_text_en})
    for (key, number), rows in groupby(materials, lambda row: (row.template, row.number)):
        languages = list(rows)
        yield Sheet(MATERIAL, {row.language: row.text for row in languages}, languages[0].names, key, number)
    yield Sheet(STRATEGY, {"zh": rollout.strategy})


def _offered(offer: texts.Offer) -> Iterator[Sheet]:
    for kind in (NOTICE, MATERIAL, STRATEGY):
        for text in offer.found[kind]:
            yield Sheet(kind, text.texts, text.names, text.key, text.number)
