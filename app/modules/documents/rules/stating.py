"""What a document says of its product's terms, frozen when it was made, and where live terms say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.catalogue.rules.content import Content
from app.modules.catalogue.rules.difference import Change, changed, difference
from app.modules.catalogue.types import Attribute, Labels, product_type
from app.modules.catalogue.types.description import label
from app.modules.catalogue.types.paths import Place, resolve
from app.modules.documents.rules.fields import COMPARING, GENERAL
from app.modules.documents.rules.merging import fields_of
from app.modules.documents.rules.states import LANGUAGES
from app.modules.documents.rules.telling import LEAVING, item, side
from app.modules.documents.rules.words import basis, percent

_STATED_BY: Mapping[str, Sequence[str]] = {
    "product": ("basics.name",),
    "new_rate": ("rates.tiers.rate",),
    "how_to_leave": tuple(".".join(place) for place in LEAVING),
}
"""The terms that stand behind a general merge field."""
NOT_TOLD = label("not mentioned", "未载明")
TOLD, NO_MORE = label("mentioned", "载明"), label("no longer", "已取消")


@dataclass(frozen=True)
class Contradiction:
    """One figure of a document that the live terms contradict, in the words of both languages."""

    path: str
    labels: Labels
    says: Labels
    live: Labels


def paths_of(text: str) -> list[str]:
    """The terms that a text states: ``terms.minimum``, or ``rates.tiers.rate`` for one column of a list."""
    named = (_STATED_BY.get(name, () if name in GENERAL else (name,)) for name in fields_of(text))
    return list(dict.fromkeys(path for paths in named for path in paths))


def stated(content: Content, paths: Sequence[str], before: Content | None = None) -> dict[str, Any]:
    """Of a content document what ``paths`` lead to; of one column of a list also what tells its rows apart.

    ``before``: the version that a text compares with; of a column it tells the rows only that differ from it.
    """
    found = product_type(content["type"])
    told: dict[str, Any] = {"type": found.key}
    for place in filter(None, (resolve(found, path) for path in paths)):
        members = told.setdefault(place.group, {})
        if place.column is None:
            members[place.attribute.key] = (content.get(place.group) or {}).get(place.attribute.key)
        elif place.attribute.key not in members:
            known = _column(before, place) if before else []
            members[place.attribute.key] = [row for row in _column(content, place) if row not in known]
    return told


def _column(content: Content, place: Place) -> list[dict[str, Any]]:
    kept = {*place.attribute.key_by, place.last.key}
    rows = (content.get(place.group) or {}).get(place.attribute.key) or ()
    return [{key: cell for key, cell in row.items() if key in kept} for row in rows]


def wrong_for(text: str, content: Content) -> Iterator[Fault]:
    """Each field that a document of this version cannot be filled with."""
    found = product_type(content["type"])
    for name in fields_of(text):
        if name in COMPARING:
            message = N_("{%(name)s} tells of a change; a document tells of one version.")
            yield Fault("/template", message, {"name": name}, "tells_of_a_change")
        elif name not in GENERAL:
            place = resolve(found, name)
            empty = place is None or (content.get(place.group) or {}).get(place.attribute.key) is None
            if place is None or (empty and place.attribute.kind != "list"):
                message = N_("The template names {%(name)s}, which this version of the product leaves empty.")
                yield Fault("/template", message, {"name": name}, "nothing_to_state")


def contradictions(says: Content, live: Content, paths: Sequence[str]) -> list[Contradiction]:
    """Where the live terms say otherwise than a document, item by item; ``says``: what ``stated`` gave.

    A text that tells one column, such as rates, says nothing of rows that it does not name.
    """
    found = product_type(says["type"])
    columns = {(p.group, p.attribute.key) for p in (resolve(found, path) for path in paths) if p and p.column}
    return [
        _contradiction(found.key, change)
        for change in changed(difference(says, stated(live, paths)))
        if change.kind != "added" or (change.group, change.attribute) not in columns
    ]


def _contradiction(key: str, change: Change) -> Contradiction:
    attribute = product_type(key).group(change.group).attribute(change.attribute)
    return Contradiction(
        change.path,
        {name: item(attribute, change, name) for name in LANGUAGES},
        *(
            {name: _told(attribute, change, value, name, nothing) for name in LANGUAGES}
            for value, nothing in ((change.old, NOT_TOLD), (change.new, NO_MORE))
        ),
    )


def _told(attribute: Attribute, change: Change, value: Any, language: str, nothing: Labels) -> str:
    """One side in words: a rate without a basis that both share; a row that is all name by that it is there."""
    if value is None:
        return nothing[language]
    rates = (change.old, change.new)
    if change.value_kind == "rate" and change.kind == "changed" and len({basis(each, language) for each in rates}) == 1:
        return percent(value)
    return side(attribute, change, value, language) or TOLD[language]
