"""The texts of a rollout: what the templates offer for a request, and what was kept of it (rule 10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel.clock import accounting_date
from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_
from app.modules.catalogue.rules.facts import facts
from app.modules.changes.models import ChangeRequest, Rollout, RolloutMaterial
from app.modules.changes.rules.routing import notice_inputs
from app.modules.changes.services.differences import Pair, pairs
from app.modules.changes.services.notices import HOLDERS
from app.modules.documents.rules.matching import Case
from app.modules.documents.rules.states import LANGUAGES, MATERIAL, NOTICE, STRATEGY
from app.modules.documents.rules.values import Days, Matter
from app.modules.documents.rules.words import day_in_words
from app.modules.documents.services import making
from app.modules.documents.services.filling import MOST, Filled, Subject, offered

FIELDS: Mapping[str, tuple[str, str]] = {
    "strategy": (STRATEGY, "zh"),
    "notice_text": (NOTICE, "zh"),
    "notice_text_en": (NOTICE, "en"),
}
"""Field of the rollout plan → kind of template and language."""


@dataclass(frozen=True)
class Offer:
    """What the templates in force offer for a request, by kind, with the days that stand in the texts."""

    found: Mapping[str, Sequence[Filled]]
    days: Days

    def used(self, field: str) -> list[Filled]:
        """Of several texts those that fit into the field together, in the order of the notice policy."""
        kind, language = FIELDS[field]
        texts = self.found[kind]
        return [text for n, text in enumerate(texts) if len(_joined(texts[: n + 1], language)) <= MOST]

    def text(self, field: str) -> str:
        """What stands in a field until somebody types something else."""
        return _joined(self.used(field), FIELDS[field][1])

    @property
    def materials(self) -> Sequence[Filled]:
        return self.found[MATERIAL]


def _joined(texts: Sequence[Filled], language: str) -> str:
    return "\n\n".join(text.texts[language] for text in texts)


def offer_of(session: Session, request: ChangeRequest, *, days: Days, now: datetime) -> Offer:
    """The texts for a request that takes effect on these days, from the templates in force today."""
    subjects = [_subject(pair) for pair in pairs(session, request, now)]
    today = accounting_date(now)
    kinds = (STRATEGY, NOTICE, MATERIAL)
    return Offer({kind: offered(session, kind, subjects, today=today, days=days) for kind in kinds}, days)


def _subject(pair: Pair) -> Subject:
    """A product with its cases: of a change each kind for each kind of customer; a new product is for new customers."""
    old, new = pair
    told = facts(old.content if old else {}, new.content)
    asked = [(i["change_type"], holder) for i in notice_inputs([told]) for holder in HOLDERS] or [("other", "new")]
    cases = [Case(change_type, told["family"], holder) for change_type, holder in asked]
    return Subject(Matter(old.content if old else {}, new.content), cases)


def keep(uow: Session, rollout: Rollout, answers: Mapping[str, Any], *, shown: Offer, final: Offer) -> None:
    """Keep texts and materials with the template versions they came from.

    A text left as it was ``shown`` names the day that was fixed since (``final``). 422 for an
    edited text that still names the day that was shown where it is another now.
    """
    _refuse_old_day(answers, shown, final)
    for field in FIELDS:
        text, used = answers.get(field), final.used(field)
        unedited = text in (shown.text(field), final.text(field))
        setattr(rollout, field, final.text(field) if used and unedited else text)
        if used and text:
            rollout.written_from[field] = {"templates": [t.source for t in used], "edited": not unedited}
    for material in final.materials:
        if material.key in (answers.get("materials") or ()):
            uow.add_all(_material(rollout, material, language) for language in LANGUAGES)


def _refuse_old_day(answers: Mapping[str, Any], shown: Offer, final: Offer) -> None:
    if shown.days == final.days or shown.days.last is None:
        return
    message = N_("The text names %(day)s, but it takes effect on another day.")
    faults = []
    for field, (_, language) in FIELDS.items():
        text, day = answers.get(field) or "", day_in_words(shown.days.last, language)
        if text != shown.text(field) and day in text and shown.days.last not in (final.days.first, final.days.last):
            faults.append(Fault(f"/data/{field}", message, {"day": day}, "old_day"))
    if faults:
        raise Invalid(N_("Some of what was entered is not right."), faults=faults)


def _material(rollout: Rollout, material: Filled, language: str) -> RolloutMaterial:
    return RolloutMaterial(
        change_request_id=rollout.change_request_id, template=material.key, names=dict(material.names),
        number=material.number, content_hash=material.content_hash, language=language, text=material.texts[language],
    )  # fmt: skip


def materials_of(session: Session, request_id: int) -> Sequence[RolloutMaterial]:
    """The promotional materials of a rollout, each in every language."""
    rows = select(RolloutMaterial).where(RolloutMaterial.change_request_id == request_id)
    return session.scalars(rows.order_by(RolloutMaterial.id)).all()


def give_out(uow: Session, request: ChangeRequest, rollout: Rollout, *, actor: Actor, now: datetime) -> None:
    """What was kept of the materials becomes documents of the products, from the day on which they take effect."""
    rows = materials_of(uow, request.id)
    materials = [making.Material(row.template, row.number, row.language, row.text) for row in rows]
    day = accounting_date(rollout.effective_at)
    making.give_out(uow, materials=materials, subjects=pairs(uow, request, now), day=day, actor=actor, now=now)
