"""A cursor is right by its form: the OpenAPI document says which, and every such text is some position."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.kernel.cursors import decode_cursor, encode_cursor, pattern
from app.kernel.errors import Invalid

KINDS = [(int,), (datetime, int), (str,), (str, str), (datetime, str)]
AT = datetime(2026, 11, 22, 8, 30, 0, 123456, tzinfo=UTC)
VALUES = {int: 7, datetime: AT, str: "大额存单 \u00e9"}
bare = Flask("cursors")


@pytest.mark.parametrize("kinds", KINDS)
def test_a_cursor_leads_back_to_its_row(kinds: tuple[type, ...]) -> None:
    cursor = encode_cursor(*(VALUES[kind] for kind in kinds))
    assert re.fullmatch(pattern(*kinds), cursor)
    with bare.test_request_context(query_string={"cursor": cursor}):
        assert decode_cursor(*kinds) == [VALUES[kind] for kind in kinds]


@pytest.mark.parametrize("kinds", KINDS)
@given(data=st.data())
def test_every_text_of_its_form_is_a_position(kinds: tuple[type, ...], data: st.DataObject) -> None:
    cursor = data.draw(st.from_regex(re.compile(pattern(*kinds), re.ASCII), fullmatch=True).filter(str.strip))
    with bare.test_request_context(query_string={"cursor": cursor.strip()}):
        found = decode_cursor(*kinds)
    assert found is not None
    assert [type(value) for value in found] == list(kinds)
    assert not any("\0" in value for value in found if isinstance(value, str))


@pytest.mark.parametrize("text", ["garbage", "c.", "c.!", "W10", "c." + "A" * 5_000, "c.AAAA\n"])
def test_another_text_is_refused(text: str) -> None:
    with bare.test_request_context(query_string={"cursor": text}), pytest.raises(Invalid):
        decode_cursor(str, str)
