"""Templates filled with the values of real products: what a change is offered, and what a preview shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.kernel.clock import accounting_date
from app.modules.catalogue.queries import product_by_code, versions_of
from app.modules.documents import queries
from app.modules.documents.queries import InForce
from app.modules.documents.rules.matching import Case, best, fits, serves
from app.modules.documents.rules.states import LANGUAGES, MATERIAL
from app.modules.documents.rules.values import Days, Matter, Matters, text_of

MOST = 4_000
"""Characters of a filled text."""


@dataclass(frozen=True)
class Subject:
    """A product of a change with the cases that it is for the notice policy."""

    matter: Matter
    cases: Sequence[Case]


@dataclass(frozen=True)
class Filled:
    """A template's text in each language, with the version that it came from."""

    key: str
    names: Mapping[str, str]
    number: int
    content_hash: str
    texts: Mapping[str, str]

    @property
    def source(self) -> dict[str, Any]:
        """What is kept beside a text that came from here."""
        return {"template": self.key, "number": self.number, "content_hash": self.content_hash}


def offered(session: Session, kind: str, subjects: Sequence[Subject], *, today: date, days: Days) -> list[Filled]:
    """The texts of a kind in force ``today``, each filled with the products it is made for.

    Of materials all that fit; of notices and strategies the best for each case. One that
    grows too long in a language is left out.
    """
    found = [
        (template, texts_of(template.version.texts, matters, days))
        for template, matters in _chosen(queries.in_force(session, kind, today), kind, subjects)
    ]
    return [
        Filled(t.key, t.template.names, t.version.number, t.version.content_hash, texts)
        for t, texts in found
        if len(texts) == len(LANGUAGES)
    ]


def _chosen(
    templates: Sequence[InForce], kind: str, subjects: Sequence[Subject]
) -> Iterable[tuple[InForce, list[Matter]]]:
    """Each template that is chosen for any case, with the products it was chosen for."""
    found: dict[str, tuple[InForce, list[Matter]]] = {}
    for subject in subjects:
        able = [template for template in templates if serves(template, subject.matter.new["type"])]
        for template in dict.fromkeys(t for case in subject.cases for t in _of_case(able, kind, case)):
            found.setdefault(template.key, (template, []))[1].append(subject.matter)
    return found.values()


def _of_case(templates: Sequence[InForce], kind: str, case: Case) -> list[InForce]:
    if kind == MATERIAL:
        return [template for template in templates if fits(template, case)]
    one = best(templates, case)
    return [one] if one else []


def texts_of(texts: Mapping[str, str], matters: Matters, days: Days) -> dict[str, str]:
    """A version's texts filled; without those that would be too long."""
    found = {name: text_of(texts[name], matters, days, name, MOST) for name in LANGUAGES}
    return {name: text for name, text in found.items() if text is not None}


def of_product(session: Session, code: str) -> tuple[Matters, Days]:
    """A product's latest version beside the one before it, for a preview. 404 for an unknown product."""
    product = product_by_code(session, code)
    latest, *before = versions_of(session, product.code, limit=2)
    day = accounting_date(latest.valid_from) if latest.valid_from else None
    return [Matter(before[0].content if before else {}, latest.content)], Days(day)
