"""Members that every API shares, told in the OpenAPI document as they are read."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

KEEPABLE = r"^[^\x00]*$"
"""U+0000 is what no database keeps; it is refused where the body is read (see `app.kernel.input`)."""


class Whole(fields.Integer):
    """A whole number as JSON knows it: 3 and 3.0 are one, text is none."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
            raise self.make_error("invalid", input=value)
        return int(value)


def text(least: int = 0, most: int | None = None, **kwargs: Any) -> fields.String:
    """Text of a length that a database can keep."""
    return fields.String(validate=[validate.Length(least, most), validate.Regexp(KEEPABLE)], **kwargs)
