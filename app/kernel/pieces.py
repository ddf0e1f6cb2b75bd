"""Looking for a piece of text inside many short texts, without reading each of them.

SQLite reads an index that holds the texts. PostgreSQL would read every row; it asks an inverted index of the pairs of
neighbouring characters in each text first. Pairs and not triples, because a Chinese word often has two characters; and
built from a function of our own, because not every server offers ``pg_trgm``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, Boolean, ColumnElement, Index, Table, and_, event, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

PAIRS = """
CREATE OR REPLACE FUNCTION character_pairs(whole text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
  SELECT coalesce(array_agg(DISTINCT substr(whole, place, 2)), '{}') FROM generate_series(1, length(whole) - 1) place
$$
"""
"""What the index is made of; dear, so that a server compares the texts themselves before it comes to this."""


def index_of_pieces(name: str, column: InstrumentedAttribute[str]) -> None:
    """Let pieces of ``column`` be found by an index, where one is needed."""
    pairs = func.character_pairs(column)
    found = Index(name, pairs, postgresql_using="gin", postgresql_with={"fastupdate": "off"})
    found.ddl_if(dialect="postgresql")
    table = column.class_.__table__
    assert isinstance(table, Table)
    function = DDL(PAIRS)  # type: ignore[no-untyped-call]
    event.listen(table, "before_create", function.execute_if(dialect="postgresql"))


def holds(column: InstrumentedAttribute[str], piece: str) -> ColumnElement[bool]:
    """Whether ``piece`` stands in ``column``, letter by letter."""
    return and_(column.contains(piece, autoescape=True), _may_hold(column, piece))


class _may_hold(FunctionElement[bool]):
    """Whether all pairs of characters of a piece stand in a text: what the index can tell."""

    inherit_cache = True
    type = Boolean()


@compiles(_may_hold)
def _anything(*_: Any, **__: Any) -> str:
    return "1 = 1"


@compiles(_may_hold, "postgresql")
def _indexed(element: _may_hold, compiler: Any, **options: Any) -> str:
    column, piece = (compiler.process(clause, **options) for clause in element.clauses)
    return f"character_pairs({column}) @> character_pairs({piece})"
