"""What a move means for one holder: judged by the tier that the holding itself tells.

Another tier of its version may rise or fall; that is no matter of this holder. Where the holding tells no tier, every
row of its version counts, and where its tier has no clear counterpart, it counts as worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Protocol

from app.modules.catalogue.rules.content import SIDE_RATES, Content, Row
from app.modules.catalogue.rules.difference import Change
from app.modules.customers.rules.agreed import is_own_rate, meeting, own_tiers, rate_of, rate_path, tier_path
from app.modules.exits.rules.worsening import KEEP, changes_between, is_lower, is_worse

Pairs = Sequence[tuple[Row, Row | None]]
"""The holder's tier and its counterpart in the target."""
_BOUNDS = ("term", "term_from", "term_to", "balance_from", "balance_to")
"""Columns that say for whom a tier is; the holder is known."""


class Chosen(Protocol):
    """A row of the map."""

    path: str
    choice: str
    source: Any


@dataclass(frozen=True)
class Holder:
    """What a holding tells of itself."""

    term: str | None
    principal: Decimal
    negotiated: Mapping[str, Any]


class Way:
    """From one version that is held to the target, with what the plan chose for it.

    A hundred thousand holders share a few tiers: what is true of a pair of tiers is worked out once.
    """

    def __init__(self, pinned: Content, target: Content, rows: Sequence[Chosen]) -> None:
        self._pinned, self._target = pinned, target
        self._kept = {row.path: row.source for row in rows if row.choice == KEEP}
        self._here, self._there = own_tiers(pinned), own_tiers(target)
        self._paired: dict[tuple[Any, ...], Pairs | None] = {}
        self._judged: dict[tuple[Any, ...], bool] = {}
        self._staying: dict[int, Sequence[tuple[str, str, Any]]] = {}

    def worsens(self, holder: Holder) -> bool:
        """Whether this holder would lose by being moved without a word."""
        pairs = self._pairs(holder)
        if pairs is None:
            return bool(self._met(holder)) or self._whole
        stays = frozenset(path for path in holder.negotiated if is_own_rate(path))
        key = (id(pairs), stays)
        if key not in self._judged:
            self._judged[key] = any(self._loses(change, pairs, stays) for change in self._changes(pairs))
        return self._judged[key]

    def agreed(self, holder: Holder) -> dict[str, Any]:
        """What goes along with the holder: what was agreed individually, and what the plan lets them keep."""
        pairs = self._pairs(holder)
        kept = {path: value for path, value in self._kept.items() if value is not None}
        if pairs is None:
            return {**kept, **self._brought(holder)}
        other = {path: value for path, value in kept.items() if not path.startswith("rates.tiers[")}
        own = {path: value for path, value in holder.negotiated.items() if not is_own_rate(path)}
        return {**other, **own, **self._rates(pairs, holder)}

    def bears_less(self, before: Holder, after: Holder) -> bool:
        """Whether the records of the replacement bear a lower rate for the holder than those of the product did."""
        old = rate_of(self._pinned, before.term, before.principal, before.negotiated)
        new = rate_of(self._target, after.term, after.principal, after.negotiated)
        return old is not None and is_lower(old, new, self._pinned)

    def _brought(self, holder: Holder) -> dict[str, Any]:
        """What was agreed; a rate without a tier of its own, from an earlier move, goes to the one tier there is."""
        there = meeting(self._there, holder.term, holder.principal)
        rates = [path for path in holder.negotiated if is_own_rate(path)]
        if self._met(holder) or (len(rates), len(there)) != (1, 1):
            return dict(holder.negotiated)
        path = rate_path(self._target, there[0])
        return {path if key in rates else key: value for key, value in holder.negotiated.items()}

    def _rates(self, pairs: Pairs, holder: Holder) -> dict[str, Any]:
        """The rates that stay, each where the holding will be asked for it after the move."""
        if id(pairs) not in self._staying:
            self._staying[id(pairs)] = [self._staying_of(here, there) for here, there in pairs]
        found = ((to, holder.negotiated.get(path, kept)) for path, to, kept in self._staying[id(pairs)])
        return {to: rate for to, rate in found if rate is not None}

    def _staying_of(self, here: Row, there: Row | None) -> tuple[str, str, Any]:
        """How a tier's rate is named here and there, and the rate if the plan lets its holder keep it."""
        path = rate_path(self._pinned, here)
        to = rate_path(self._target, there) if there is not None else path
        return path, to, here["rate"] if self._keeps(here, there) else None

    def _met(self, holder: Holder) -> list[Row]:
        return meeting(self._here, holder.term, holder.principal)

    def _pairs(self, holder: Holder) -> Pairs | None:
        """Nothing where it cannot be told which tier becomes which."""
        here, there = self._met(holder), meeting(self._there, holder.term, holder.principal)
        key = (tuple(map(id, here)), tuple(map(id, there)))
        if key not in self._paired:
            self._paired[key] = self._paired_up(here, there)
        return self._paired[key]

    def _paired_up(self, here: Sequence[Row], there: Sequence[Row]) -> Pairs | None:
        if len(here) == 1 and len(there) <= 1:
            return [(here[0], there[0] if there else None)]
        by_path = {tier_path(self._target, row): row for row in there}
        paths = [tier_path(self._pinned, row) for row in here]
        if here and set(paths) == set(by_path):
            return [(row, by_path[path]) for row, path in zip(here, paths, strict=True)]
        return None

    @cached_property
    def _whole(self) -> bool:
        found = changes_between(self._pinned, self._target)
        return any(is_worse(change, self._pinned) and change.path not in self._kept for change in found)

    def _changes(self, pairs: Pairs) -> list[Change]:
        """What differs for whoever has these tiers and no others."""
        there = [_bounded(b, like=a) for a, b in pairs if b is not None]
        return changes_between(_narrowed(self._pinned, [a for a, _ in pairs]), _narrowed(self._target, there))

    def _loses(self, change: Change, pairs: Pairs, stays: frozenset[str]) -> bool:
        if change.path in self._kept or change.path in stays or not is_worse(change, self._pinned):
            return False
        whole = change.group == "rates" and change.column in {None, "rate"}
        return not (whole and len(pairs) == 1 and self._keeps(*pairs[0]))

    def _keeps(self, here: Row, there: Row | None) -> bool:
        """Whether the plan lets the holder of a tier keep its rate, said of the tier or of its counterpart."""
        tiers = [tier_path(self._pinned, here), *([tier_path(self._target, there)] if there is not None else [])]
        return any(path in self._kept for tier in tiers for path in (tier, f"{tier}.rate"))


def _bounded(row: Row, *, like: Row) -> Row:
    """The tier with the bounds of the holder's own: what is left to differ is what it grants."""
    return {**{k: v for k, v in row.items() if k not in _BOUNDS}, **{k: like[k] for k in _BOUNDS if k in like}}


def _narrowed(content: Content, own: Sequence[Row]) -> Content:
    """With these tiers instead of all; penalties and discounts stay."""
    rates = content.get("rates") or {}
    side = [row for row in rates.get("tiers", ()) if row["kind"] in SIDE_RATES]
    return {**content, "rates": {**rates, "tiers": [*own, *side]}}
