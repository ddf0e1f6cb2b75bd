"""Content as it is kept: read strictly, of its product's type, naming units that exist."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.models import OrganisationUnit
from app.kernel.errors import Fault, NotThere, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.schemas.content import load_content


@dataclass(frozen=True)
class Sent:
    """A content as somebody sent it."""

    content: Any
    pointer: str = ""
    """Where faults in it point."""
    expect: str | None = None
    """The type it must have."""
    base: Mapping[str, Any] | None = None
    """The content it is based on: what that breaks already is not held against it."""


def checked_content(session: Session, content: Any, *, pointer: str = "", expect: str | None = None) -> dict[str, Any]:
    """The canonical document; its type is the product's, and the units it names exist (``NotThere``)."""
    return checked_contents(session, [Sent(content, pointer, expect)])[0]


def checked_contents(session: Session, sent: Sequence[Sent]) -> list[dict[str, Any]]:
    """The same for several; the units of all are asked for at once."""
    documents = [_read(each) for each in sent]
    named = [_units_in(document) for document in documents]
    known = _known(session, set().union(*named)) if any(named) else frozenset()
    faults = [f for each, units in zip(sent, named, strict=True) for f in _unknown(each.pointer, units - known)]
    if faults:
        raise NotThere(faults)
    return documents


def _read(sent: Sent) -> dict[str, Any]:
    document = load_content(sent.content, pointer=sent.pointer, base=sent.base)
    if sent.expect is not None and document["type"] != sent.expect:
        raise invalid(f"{sent.pointer}/type", N_("The type of a product does not change."))
    return document


def _units_in(document: dict[str, Any]) -> set[str]:
    scopes = (document.get("availability") or {}).get("scopes", ())
    return {unit for scope in scopes for unit in scope.get("units", ())}


def _known(session: Session, units: Set[str]) -> Set[str]:
    return set(session.scalars(select(OrganisationUnit.code).where(OrganisationUnit.code.in_(units))))


def _unknown(pointer: str, units: Set[str]) -> Iterator[Fault]:
    for unit in sorted(units):
        yield Fault(f"{pointer}/availability/scopes", N_("There is no unit %(unit)s."), {"unit": unit})
