"""Numbers that identify a customer or an account: one way to write each, checked, and masked for showing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stdnum import luhn
from stdnum.cn import ric, uscc
from stdnum.exceptions import InvalidChecksum, InvalidLength, ValidationError

from app.kernel.errors import invalid
from app.kernel.i18n import N_

LENGTH = N_("Has the wrong number of characters.")
CHECKSUM = N_("The check digit does not match: one of the characters is wrong.")
FORM = N_("This is not such a number: look at its region, its date and its characters.")


@dataclass(frozen=True)
class Document:
    """A kind of identification: its name, whose it is, and what reads its number (``ValidationError``)."""

    labels: Mapping[str, str]
    of: str
    read: Callable[[str], str]


def _passport(text: str) -> str:
    if not re.fullmatch(r"[A-Z][A-Z0-9][0-9]{7}", text):
        raise ValidationError
    return text


DOCUMENTS: Mapping[str, Document] = {
    "resident_id": Document({"en": "Resident identity card", "zh": "居民身份证"}, "person", ric.validate),
    "passport": Document({"en": "Chinese passport", "zh": "中国护照"}, "person", _passport),
    "uscc": Document({"en": "Unified social credit code", "zh": "统一社会信用代码"}, "corporate", uscc.validate),
}


def compact(text: str) -> str:
    """Without what people put between the characters, in capitals."""
    return re.sub(r"[\s-]", "", text).upper()


def identity(kind: str, text: str, pointer: str) -> str:
    """The identification number as it is kept; 422 at ``pointer`` where it cannot be one."""
    return _read(DOCUMENTS[kind].read, compact(text), pointer)


def account_number(text: str, pointer: str) -> str:
    """An account or card number as it is kept: 12 to 19 digits, the last one by Luhn (ISO/IEC 7812)."""
    found = compact(text)
    if not re.fullmatch(r"[0-9]{12,19}", found):
        raise invalid(pointer, LENGTH if found.isdecimal() else FORM, code="account_number")
    return _read(luhn.validate, found, pointer)


def _read(read: Callable[[str], str], text: str, pointer: str) -> str:
    try:
        return read(text)
    except InvalidLength:
        raise invalid(pointer, LENGTH, code="length") from None
    except InvalidChecksum:
        raise invalid(pointer, CHECKSUM, code="checksum") from None
    except (ValidationError, ValueError):
        raise invalid(pointer, FORM, code="form") from None


def mask(text: str, *, head: int = 0, tail: int = 4) -> str:
    """The first and the last characters; how many lie between is told, what they are is not."""
    hidden = max(len(text) - head - tail, 1)
    return text[:head] + "*" * hidden + text[len(text) - tail :]


def mask_mail(text: str) -> str:
    """The first letter and the domain."""
    name, _, domain = text.partition("@")
    return f"{name[:1]}***@{domain}"
