"""Cursors: where a page of a list ended, as an opaque URL-safe text.

Every text of a list's pattern is some position in that list, so the OpenAPI document
can say which cursors are right, and a text of another form is a 422. A position that
no row ever had is as good as one whose row has gone since: the page begins after it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import request

from app.kernel.errors import invalid

MARK = "c."
BIGGEST_ID = 2**53 - 1
_BYTES = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_MOST_TEXT = 2_000


def encode_cursor(*values: object) -> str:
    """The cursor after a row with these values: numbers and times first, then texts."""
    packed = b"".join(_packed(v) for v in values if not isinstance(v, str))
    texts = [v for v in values if isinstance(v, str)]
    if texts:
        packed += "\0".join(texts).encode()
        packed += bytes(-len(packed) % 3)
    return MARK + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _packed(value: object) -> bytes:
    if isinstance(value, datetime):
        value = (value - _EPOCH) // timedelta(microseconds=1)
    assert isinstance(value, int)
    return max(0, value).to_bytes(_BYTES)


def pattern(*kinds: type) -> str:
    """What a cursor of a list looks like, for the OpenAPI document; an empty one asks for the first page."""
    if str in kinds:
        return rf"^(c\.([A-Za-z0-9_-]{{4}}){{1,{_MOST_TEXT // 3}}})?$"
    return rf"^(c\.[A-Za-z0-9_-]{{{-(-len(kinds) * _BYTES * 4 // 3)}}})?$"


def cursor_beyond(ids: Sequence[int], limit: int) -> str | None:
    """Where the next page begins, given the ids of one row more than the page shows; nothing on the last page."""
    return encode_cursor(ids[limit - 1]) if len(ids) > limit else None


def decode_cursor(*kinds: type) -> list[Any] | None:
    """The values of ``?cursor=``; a cursor that is not ours is a 422, never a crash."""
    text = request.args.get("cursor")
    if not text:
        return None
    if not re.fullmatch(pattern(*kinds), text):
        raise invalid("/cursor", "Not a cursor of this list.")
    raw = text.removeprefix(MARK)
    packed = base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))
    counted = [kind for kind in kinds if kind is not str]
    # A list may be sorted by a number or by a text: what is too short for the number is padded.
    packed = packed.ljust(len(counted) * _BYTES, b"\0")
    numbers = [_number(kind, packed[n * _BYTES : (n + 1) * _BYTES]) for n, kind in enumerate(counted)]
    return numbers + _texts(packed[len(counted) * _BYTES :], len(kinds) - len(counted))


def _number(kind: type, packed: bytes) -> int | datetime:
    value = int.from_bytes(packed)
    if kind is datetime:
        return _EPOCH + timedelta(microseconds=min(value, _LAST))
    return value & BIGGEST_ID


def _texts(packed: bytes, count: int) -> list[str]:
    if not count:
        return []
    found = packed.decode("utf-8", "replace").split("\0", count - 1)
    found += [""] * (count - len(found))
    return [text.replace("\0", "") for text in found]
