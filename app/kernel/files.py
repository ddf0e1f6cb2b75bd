"""Files that prove something: judged by their content, kept with their hash beside what they prove."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime
from typing import Any

from sqlalchemy import LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Instant
from app.kernel.errors import TooLarge, invalid

MAX_FILE = 10 * 1024 * 1024
ACCEPTED = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "txt": ("text/plain", ()),
    "csv": ("text/csv", ()),
    "json": ("application/json", ()),
}
"""Extension → media type and the first bytes such a file has."""


class KeptFile:
    """The columns of a file; a table adds what its files belong to. The content is read only when asked for."""

    filename: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_by: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(Instant)

    def told(self) -> dict[str, Any]:
        """What the audit chain says of it."""
        return {"sha256": self.sha256, "size": self.size, "filename": self.filename}


def judged(filename: str, content: bytes) -> dict[str, Any]:
    """What a ``KeptFile`` says of a file, by its content and not by what the browser says.

    422 at ``/file`` for a file that is empty, has no name or is not what its name says; 413 for one too large.
    """
    name = safe_name(filename)
    return {
        "filename": name,
        "media_type": _media_type(name, content),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": content,
    }


def safe_name(filename: str) -> str:
    """A name without a path and without what a file system or a reader might stumble over."""
    name = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    # Category C: controls, and the marks that turn the direction of a text round to hide its ending.
    name = "".join(c for c in name if c not in '"<>|:*?' and unicodedata.category(c)[0] != "C").strip(". ")
    if not name or len(name) > 200:
        raise invalid("/file", "The file needs a name of at most %(most)s characters.", most=200)
    return name


def _media_type(name: str, content: bytes) -> str:
    if not content:
        raise invalid("/file", "The file is empty.")
    if len(content) > MAX_FILE:
        raise TooLarge("The file is larger than %(limit)s MB.", limit=MAX_FILE // 2**20)
    kind = ACCEPTED.get(name.rsplit(".", 1)[-1].lower())
    if kind is None:
        raise invalid("/file", "Files of this kind are not accepted; use %(kinds)s.", kinds=", ".join(ACCEPTED))
    media_type, beginnings = kind
    if beginnings and not content.startswith(beginnings):
        raise invalid("/file", "The content of the file is not what its name says.")
    if not beginnings and not _is_text(content):
        raise invalid("/file", "The content of the file is not what its name says.")
    return media_type


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
