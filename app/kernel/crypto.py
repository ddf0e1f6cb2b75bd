"""Fields that are encrypted at rest: identity, card and account numbers, telephones, mail (requirement 84).

AES-256-GCM, a fresh nonce for each value. What is bound along is the place (table and
column) and the row, so that a ciphertext that was moved to another row or column does not
open. The first key of ``FIELD_KEYS`` encrypts, all of them open; each ciphertext names
its key by the first bytes of the key's hash. What is looked up exactly has a blind index
beside it: a keyed hash under ``FIELD_INDEX_KEY``, which says nothing without that key.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

FORMAT = b"\x01"
HEAD = 5
"""Bytes before the nonce: the format and the name of the key."""
_NONCE = 12
_EXTENSION = "field_keys"
_INDEX_BYTES = 16
"""Of the keyed hash kept as a blind index: two of a thousand million numbers meet with a chance of 1 in 10²⁰."""


class KeysMissing(RuntimeError):
    """There are no keys, or what stands there is none. The platform does not start."""


class CannotOpen(RuntimeError):
    """A ciphertext does not open: its key is not here, or it is not what was written into this row."""


@dataclass(frozen=True, repr=False)
class Secret:
    """An encrypted value in the hand. It is shown to nobody until it is opened for the row it was made for."""

    place: str
    box: bytes

    def open(self, row: str) -> str:
        """The plain text; ``CannotOpen`` without its key, or where it was made for another row."""
        return keyring().open(self, row)

    def __repr__(self) -> str:
        return f"<secret {self.place}>"


class SecretText(TypeDecorator[Secret]):
    """A column of ciphertexts. ``row`` names the attribute that tells its rows apart and never changes."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, place: str, row: str):
        super().__init__()
        self.place, self.row = place, row

    def process_bind_param(self, value: Secret | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        if value.place != self.place:
            raise ValueError(f"a secret of {value.place} does not belong into {self.place}")
        return value.box

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Secret | None:
        return None if value is None else Secret(self.place, bytes(value))


class Keyring:
    """The keys of this process."""

    def __init__(self, keys: Sequence[bytes], index_key: bytes):
        self._boxes = {_name(key): AESGCM(key) for key in keys}
        self.current = FORMAT + _name(keys[0])
        """How ciphertexts under the key that encrypts now begin."""
        self._index_key = index_key

    def seal(self, place: str, row: str, text: str) -> Secret:
        """``text`` encrypted for one row of one column, ``table.column``."""
        nonce = os.urandom(_NONCE)
        box = self._boxes[self.current[1:]].encrypt(nonce, text.encode(), _bound(place, row))
        return Secret(place, self.current + nonce + box)

    def open(self, secret: Secret, row: str) -> str:
        head, nonce, box = secret.box[:HEAD], secret.box[HEAD : HEAD + _NONCE], secret.box[HEAD + _NONCE :]
        key = self._boxes.get(head[1:])
        if key is None or not head.startswith(FORMAT):
            raise CannotOpen(f"{secret.place}: FIELD_KEYS lacks the key {head[1:].hex()}")
        try:
            return key.decrypt(nonce, box, _bound(secret.place, row)).decode()
        except InvalidTag:
            raise CannotOpen(f"{secret.place}: altered, or written for another row") from None

    def blind(self, place: str, text: str) -> bytes:
        """What finds ``text`` among the values of ``place`` without telling it."""
        whole = hmac.digest(self._index_key, f"{place}\0{text}".encode(), hashlib.sha256)
        return whole[:_INDEX_BYTES]


def keyring() -> Keyring:
    return cast(Keyring, current_app.extensions[_EXTENSION])


def seal(place: str, row: str, text: str) -> Secret:
    """``text`` encrypted under the key of this process that encrypts now."""
    return keyring().seal(place, row, text)


def blind(place: str, text: str) -> bytes:
    """The blind index of ``text`` under the key of this process."""
    return keyring().blind(place, text)


def install(app: Flask) -> None:
    """Read the keys out of the settings. Outside demo mode they come from the environment, or nothing starts."""
    keys = [_read("FIELD_KEYS", part) for part in app.config["FIELD_KEYS"].split(",")]
    app.extensions[_EXTENSION] = Keyring(keys, _read("FIELD_INDEX_KEY", app.config["FIELD_INDEX_KEY"]))


def _read(setting: str, text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise KeysMissing(f"{setting} must hold keys of 64 hexadecimal digits, such as `openssl rand -hex 32` gives")
    return key


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"name of a field key\0" + key).digest()[: HEAD - 1]


def _bound(place: str, row: str) -> bytes:
    return f"{place}\0{row}".encode()
