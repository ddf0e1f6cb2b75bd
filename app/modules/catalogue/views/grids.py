"""The change editor's view of a version: live beside proposed, group by group, row by row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.modules.catalogue.rules.content import Row, keyed
from app.modules.catalogue.types import Attribute, Group, ProductType

_USUAL = {
    "tiers": ("kind", "term", "balance_from", "balance_to", "rate"),
    "fees": ("name", "kind", "amount", "every", "note"),
}
"""Columns that an empty list begins with; a list not named here shows all it has."""
_WIDE = frozenset({"choices", "codes"})


@dataclass(frozen=True)
class Cell:
    """One field: where it stands, what is proposed and what is live."""

    name: str
    attribute: Attribute
    value: Any
    live: Any = None
    beside: bool = True
    """Whether there is a live value to compare with."""

    @property
    def changed(self) -> bool:
        return self.beside and self.value != self.live

    @property
    def pointer(self) -> str:
        return "/" + self.name


@dataclass(frozen=True)
class GridRow:
    place: int
    cells: Sequence[Cell]
    new: bool

    @property
    def changed(self) -> bool:
        return self.new or any(cell.changed for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """A list as a table, or as cards where a column holds several choices."""

    name: str
    attribute: Attribute
    columns: Sequence[Attribute]
    more: Sequence[Attribute]
    """Columns that are not shown, because nothing stands in them."""
    rows: Sequence[GridRow]
    gone: Sequence[tuple[int, Row]]
    """Live rows that the proposal leaves out, each with its place among the live ones."""
    blank: GridRow

    @property
    def as_cards(self) -> bool:
        return any(c.kind in _WIDE for c in self.attribute.columns)


@dataclass(frozen=True)
class Section:
    """An attribute group of the editor."""

    group: Group
    fields: Sequence[Cell]
    grids: Sequence[Grid]

    @property
    def changed(self) -> int:
        """How many of its fields and rows differ from the live version."""
        rows = sum(row.changed for grid in self.grids for row in grid.rows) + sum(len(g.gone) for g in self.grids)
        return sum(cell.changed for cell in self.fields) + rows


Extra = Mapping[str, set[str]]
"""List name → keys of the columns asked for."""


def sections(
    found: ProductType, prefix: str, proposed: Mapping[str, Any], live: Mapping[str, Any] | None, *,
    groups: Sequence[str], columns: Extra, blank_rows: Mapping[str, int],
) -> list[Section]:  # fmt: skip
    """The sections of ``groups``. ``blank_rows``: empty rows asked for, by list name."""
    chosen = [group for group in found.groups if group.key in groups]
    return [_section(group, prefix, proposed, live, columns, blank_rows) for group in chosen]


def _section(
    group: Group, prefix: str, proposed: Mapping[str, Any], live: Mapping[str, Any] | None, columns: Extra,
    blank_rows: Mapping[str, int],
) -> Section:  # fmt: skip
    values, lives = proposed.get(group.key) or {}, (live or {}).get(group.key) or {}
    fields, grids = [], []
    for attribute in group.attributes:
        name = f"{prefix}/{group.key}/{attribute.key}"
        value, was = values.get(attribute.key), lives.get(attribute.key)
        if attribute.kind == "list":
            extra = columns.get(name, set())
            grids.append(_grid(name, attribute, value or [], was, extra, blank_rows.get(name, 0), live is not None))
        else:
            fields.append(Cell(name, attribute, value, was, live is not None))
    return Section(group, fields, grids)


def _grid(
    name: str, attribute: Attribute, rows: Sequence[Row], live: Sequence[Row] | None, extra: set[str], blank: int,
    beside: bool,
) -> Grid:  # fmt: skip
    shown = _shown(attribute, [*rows, *(live or ())], extra)
    before = keyed(attribute, live or ())
    after = keyed(attribute, rows)
    keys = {id(row): key for key, row in after.items()}
    made = [_row(name, n, shown, row, before.get(keys[id(row)]), beside) for n, row in enumerate(rows)]
    made += [_row(name, len(rows) + n, shown, {}, None, beside) for n in range(blank)]
    return Grid(
        name,
        attribute,
        shown,
        [c for c in attribute.columns if c not in shown],
        made,
        [(n, row) for n, (key, row) in enumerate(before.items()) if key not in after],
        _row(name, 0, shown, {}, None, beside),
    )


def _row(name: str, place: int, columns: Sequence[Attribute], row: Row, live: Row | None, beside: bool) -> GridRow:
    cells = [_cell(name, place, c, row, live) for c in columns]
    return GridRow(place, cells, beside and live is None and bool(row))


def _cell(name: str, place: int, column: Attribute, row: Row, live: Row | None) -> Cell:
    was = live.get(column.key) if live is not None else None
    return Cell(f"{name}/{place}/{column.key}", column, row.get(column.key), was, live is not None)


def _shown(attribute: Attribute, rows: Sequence[Row], extra: set[str]) -> list[Attribute]:
    usual = _USUAL.get(attribute.key)
    used = {key for row in rows for key in row} | extra
    if usual is None or any(c.kind in _WIDE for c in attribute.columns):
        return list(attribute.columns)
    wanted = used | {c.key for c in attribute.columns if c.required} | (set() if rows else set(usual))
    return [c for c in attribute.columns if c.key in wanted]


def pointers(form_places: Mapping[str, Sequence[int]], pointer: str) -> str:
    """The pointer on the page for a pointer into the document: rows left empty are not counted there."""
    for name, places in form_places.items():
        head = f"/{name}/"
        if pointer.startswith(head):
            place, _, rest = pointer[len(head) :].partition("/")
            if place.isdigit() and int(place) < len(places):
                return f"{head}{places[int(place)]}" + (f"/{rest}" if rest else "")
    return pointer


def lists_of(found: ProductType, groups: Sequence[str]) -> Iterator[tuple[str, Attribute]]:
    """``group/attribute`` of every list in ``groups``."""
    for group, attribute in found.attributes():
        if attribute.kind == "list" and group.key in groups:
            yield f"{group.key}/{attribute.key}", attribute
