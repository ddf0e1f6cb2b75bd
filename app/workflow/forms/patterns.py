"""Patterns a form may ask for. A pattern is a program too: those that can take long are refused."""

from __future__ import annotations

import re

MAX_PATTERN = 200
MAX_REPEATED = 2
MAX_MATCHED = 200
"""Characters of a text that a pattern is tried on: what it costs grows with their cube."""
EMAIL = re.compile(r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){1,8}$")
PHONE = re.compile(r"^\+?[0-9][0-9 ()/-]{3,24}$")


def compile_pattern(source: object) -> re.Pattern[str]:
    """The compiled pattern; ``ValueError`` says why it is refused.

    A repeated group, a back reference or many unbounded repetitions can make a
    short text take for ever.
    """
    if not isinstance(source, str) or len(source) > MAX_PATTERN:
        raise ValueError(f"a text of at most {MAX_PATTERN} characters")
    plain = re.sub(r"\\.", "x", re.sub(r"\[(?:\\.|[^\]\\])*\]", "x", source))
    if re.search(r"\)[*+{]", plain):
        raise ValueError("a repeated group")
    if re.search(r"\\[1-9]|\(\?P=", source) or len(re.findall(r"[*+]|\{\d*,\d*\}", plain)) > MAX_REPEATED:
        raise ValueError("a back reference, or too many repetitions")
    try:
        return re.compile(source)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error
