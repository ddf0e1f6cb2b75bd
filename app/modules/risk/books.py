"""The books 台账 of risk management: one row for each kind of record. A further kind is a row and its schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session

from app.modules.risk import schemas
from app.modules.risk.rules.factors import FACTORS

Content = dict[str, Any]
DATED = ("valid_from", "source")


@dataclass(frozen=True)
class Book:
    """A kind of record: what is taken of it, what it is about, and what it becomes before it is kept."""

    key: str
    schema: type[Schema]
    subject: Callable[[Content], str]
    complete: Callable[[Session, Content], Content]
    """Checks what a schema cannot and adds what follows from the rest; raises ``Invalid``."""


def _factor(session: Session, content: Content) -> Content:
    return {**content, "unit": FACTORS[content["factor"]].unit}


_ALL = (Book("factors", schemas.NewFactor, lambda content: str(content["factor"]), _factor),)
BOOKS: Mapping[str, Book] = {book.key: book for book in _ALL}
