"""Whole numbers have 64 bits in every table: a number that is too big for one is not found, and breaks nothing."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import BigInteger, Integer, SmallInteger

from app.kernel.database import db


def test_no_table_holds_a_number_of_four_bytes(app: Flask) -> None:
    narrow = [
        str(column)
        for table in db.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, Integer) and not isinstance(column.type, BigInteger | SmallInteger)
    ]
    assert narrow == []
