"""What differs between two versions, attribute by attribute and tier by tier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.modules.catalogue.rules.content import Content, Row, keyed
from app.modules.catalogue.types import Attribute, Group, Labels, ProductType, product_type

ChangeKind = Literal["added", "removed", "changed", "unchanged"]


@dataclass(frozen=True)
class Change:
    """One attribute, or one cell of a row, in both versions.

    ``path`` is stable between versions: ``terms.minimum`` or
    ``rates.tiers[kind=fixed,term=P1Y].rate``. A row that exists in one version
    only is one change without ``column``; its ``old`` or ``new`` is the row.
    """

    group: str
    attribute: str
    column: str | None
    path: str
    labels: Labels
    row: Row | None
    old: Any
    new: Any
    kind: ChangeKind
    holder: str
    value_kind: str

    def as_json(self) -> dict[str, Any]:
        return {
            "group": self.group,
            "attribute": self.attribute,
            "column": self.column,
            "path": self.path,
            "labels": dict(self.labels),
            "row": dict(self.row) if self.row is not None else None,
            "old": self.old,
            "new": self.new,
            "kind": self.kind,
            "holder": self.holder,
        }


def difference(old: Content, new: Content) -> list[Change]:
    """Every attribute of the type, changed or not, in the type's order.

    An empty ``old`` compares with nothing: all that stands in ``new`` is added.
    """
    return difference_in(product_type(new.get("type") or old["type"]), old, new)


def difference_in(found: ProductType, old: Content, new: Content) -> list[Change]:
    """The same of documents that ``found`` describes."""
    changes: list[Change] = []
    for group, attribute in found.attributes():
        before = (old.get(group.key) or {}).get(attribute.key)
        after = (new.get(group.key) or {}).get(attribute.key)
        if before is None and after is None:
            continue
        holder = _holder(new, group, attribute) or _holder(old, group, attribute) or attribute.holder
        compare = _rows if attribute.kind == "list" else _single
        changes.extend(compare(group, attribute, before, after, holder))
    return changes


def changed(changes: Sequence[Change]) -> list[Change]:
    """Those that are not ``unchanged``."""
    return [change for change in changes if change.kind != "unchanged"]


def _holder(content: Content, group: Group, attribute: Attribute) -> str | None:
    """This version's own treatment of existing holders, where it departs from the type's."""
    own: Mapping[str, str] = content.get("holders") or {}
    return own.get(f"{group.key}.{attribute.key}")


def _kind(old: Any, new: Any) -> ChangeKind:
    if old == new:
        return "unchanged"
    if old is None:
        return "added"
    return "removed" if new is None else "changed"


def _single(group: Group, attribute: Attribute, old: Any, new: Any, holder: str) -> Iterator[Change]:
    path = f"{group.key}.{attribute.key}"
    yield Change(
        group.key,
        attribute.key,
        None,
        path,
        attribute.labels,
        None,
        old,
        new,
        _kind(old, new),
        holder,
        attribute.kind,
    )


def _rows(group: Group, attribute: Attribute, old: Any, new: Any, holder: str) -> Iterator[Change]:
    before, after = keyed(attribute, old or ()), keyed(attribute, new or ())
    for key in [*after, *(k for k in before if k not in after)]:
        yield from _row(group, attribute, key, before.get(key), after.get(key), holder)


def _row(group: Group, attribute: Attribute, key: str, old: Any, new: Any, holder: str) -> Iterator[Change]:
    path = f"{group.key}.{attribute.key}[{key}]"
    name = {k: v for k, v in (old if new is None else new).items() if k in attribute.key_by}
    if old is None or new is None or old == new:
        yield Change(
            group.key, attribute.key, None, path, attribute.labels, name, old, new, _kind(old, new), holder, "list"
        )
        return
    for column in attribute.columns:
        was, is_now = old.get(column.key), new.get(column.key)
        if was == is_now:
            continue
        yield Change(
            group.key,
            attribute.key,
            column.key,
            f"{path}.{column.key}",
            column.labels,
            name,
            was,
            is_now,
            _kind(was, is_now),
            holder,
            column.kind,
        )
