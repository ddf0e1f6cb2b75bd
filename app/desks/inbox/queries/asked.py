"""What a step asks of a person, in one sentence out of the documentation of its drawing."""

from __future__ import annotations

import re
from dataclasses import dataclass

WHAT = re.compile(r"(?:What:|内容：)\s*(.+?)\s*(?=(?:By when|Who|Rule):|(?:时限|办理人|规则)：|$)", re.DOTALL)
"""Procedure manuals say who, what, by when; the person at the task needs the what."""

SENTENCE = re.compile(r".+?(?:[.?!](?=\s|$)|[。？！])", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """One sentence, and the whole text where there is more of it."""

    short: str
    whole: str


def in_short(text: str) -> Asked:
    """What is asked; of a text without that word, its first sentence."""
    text = " ".join(text.split())
    found = WHAT.search(text)
    short = _first_sentence(found[1] if found else text)
    return Asked(short[:1].upper() + short[1:], text if short != text else "")


def _first_sentence(text: str) -> str:
    found = SENTENCE.match(text)
    return found[0] if found else text
