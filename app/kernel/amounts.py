"""Amounts of money in the database: exact, small, and summed by the database itself.

An amount is kept as a whole number of ten-thousandths of its currency's unit in 64 bits.
SQLite has no decimal type: text would be exact but not summed, and its real numbers are
binary floats. Four places hold the smallest unit of every currency of ISO 4217 and gold to a
tenth of a milligram; the largest amount, and the largest sum, is about 922 million million.
"""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

from app.kernel.database import BigKey

PLACES = 4
MOST = Decimal(2**63 - 1).scaleb(-PLACES)


class Amount(TypeDecorator[Decimal]):
    """A decimal of at most four places; ``ValueError`` for one that would have to be rounded or does not fit."""

    impl = BigKey
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value.scaleb(PLACES)
        if scaled != scaled.to_integral_value() or abs(value) > MOST:
            raise ValueError("an amount has four decimal places at most and fits 64 bits")
        return int(scaled)

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-PLACES)
