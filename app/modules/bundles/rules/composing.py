"""What a bundle holds, and where its composition contradicts itself: each contradiction with a JSON pointer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.modules.bundles.rules.description import CHOICE, REQUIRED, members_of
from app.modules.bundles.rules.states import ON_SALE
from app.modules.catalogue.rules.content import Content, Row
from app.modules.catalogue.rules.states import OFF_THE_MARKET

GONE = OFF_THE_MARKET | {"withdrawn"}
"""States of a product or a bundle that is not sold any more."""
FEWEST = 2
AT = "/document/members/members"


@dataclass(frozen=True)
class Sold:
    """A product as it is known: its status and the terms in force, or the latest where none are."""

    status: str
    content: Content


@dataclass(frozen=True)
class Part:
    """Another bundle as it is known."""

    state: str
    document: Content


@dataclass(frozen=True)
class Known:
    """Products and bundles by code: the members, and theirs in turn. What is not there does not exist."""

    products: Mapping[str, Sold]
    bundles: Mapping[str, Part]


@dataclass(frozen=True)
class Held:
    """A product in a bundle, directly or within another bundle: through which member, and whether it must be taken."""

    place: int
    product: str
    required: bool


def wrong_in(code: str, document: Content, known: Known, *, complete: bool) -> Iterator[Fault]:
    """What keeps the members from making a bundle; ``complete``: also what keeps it from being sold."""
    rows = members_of(document)
    if len(rows) < FEWEST:
        yield Fault(AT, N_("A bundle has at least two members."), {}, "too_few")
    for place, row in enumerate(rows):
        yield from _wrong_member(code, f"{AT}/{place}", row, rows[:place], known, complete)
    yield from _wrong_number(document)


def _wrong_member(code: str, at: str, row: Row, before: Sequence[Row], known: Known, complete: bool) -> Iterator[Fault]:
    name = str(row.get("product") or row.get("bundle") or "")
    values = {"member": name}
    if ("product" in row) == ("bundle" in row):
        yield Fault(at, N_("A member is either a product or a bundle."), {}, "neither")
        return
    if any(_named(row) == _named(other) for other in before):
        yield Fault(at, N_("%(member)s is a member twice."), values, "twice")
    state = _state(row, known) if name != code else ON_SALE
    if state is None:
        yield Fault(at, N_("There is no %(member)s."), values, "not_found")
    elif state in GONE:
        yield Fault(at, N_("%(member)s is not sold any more."), values, "withdrawn")
    elif complete and state != ON_SALE:
        yield Fault(at, N_("%(member)s is not on sale."), values, "not_on_sale")
    circle = _circle(code, row, known)
    if circle:
        yield Fault(at, N_("The bundle contains itself: %(path)s."), {"path": " → ".join(circle)}, "contains_itself")


def _named(row: Row) -> tuple[Any, Any]:
    return row.get("product"), row.get("bundle")


def _state(row: Row, known: Known) -> str | None:
    if "product" in row:
        sold = known.products.get(row["product"])
        return sold.status if sold else None
    part = known.bundles.get(row["bundle"])
    return part.state if part else None


def _circle(code: str, row: Row, known: Known) -> list[str]:
    """The way from a bundle through one of its members back to itself; empty where there is none."""
    waiting = [[code, row["bundle"]]] if "bundle" in row else []
    seen: set[str] = set()
    while waiting:
        path = waiting.pop()
        if path[-1] == code:
            return path
        if path[-1] not in seen and path[-1] in known.bundles:
            seen.add(path[-1])
            inner = members_of(known.bundles[path[-1]].document)
            waiting += [[*path, member["bundle"]] for member in inner if "bundle" in member]
    return []


def _wrong_number(document: Content) -> Iterator[Fault]:
    choices = sum(row["role"] == CHOICE for row in members_of(document))
    wanted = document["terms"].get("choose")
    if (wanted is not None or choices) and not 1 <= (wanted or 0) < max(choices, 1):
        message = N_("Of %(choices)s members to choose from at least one and not all are chosen.")
        yield Fault("/document/terms/choose", message, {"choices": choices}, "choose")


def held(document: Content, known: Known) -> list[Held]:
    """Every product in the bundle, in the order of its members; made for a bundle without a circle."""
    return [
        Held(place, product, required)
        for place, row in enumerate(members_of(document))
        for product, required in _within(row, known)
    ]


def _within(row: Row, known: Known) -> Iterator[tuple[str, bool]]:
    required = row["role"] == REQUIRED
    if "product" in row:
        yield row["product"], required
    elif row.get("bundle") in known.bundles:
        for inner in members_of(known.bundles[row["bundle"]].document):
            yield from ((product, required and must) for product, must in _within(inner, known))


def depends_on(document: Content, member: str) -> bool:
    """Whether the bundle cannot be sold without a member: it is required, or too few are left to choose from."""
    rows = [row for row in members_of(document) if member in _named(row)]
    choices = sum(row["role"] == CHOICE for row in members_of(document))
    chosen = sum(row["role"] == CHOICE for row in rows)
    return any(row["role"] == REQUIRED for row in rows) or (
        chosen > 0 and choices - chosen < document["terms"].get("choose", 0)
    )
