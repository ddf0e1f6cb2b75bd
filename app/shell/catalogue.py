"""The compiled form of the translations, made when the application starts.

The texts live in ``messages.po``. A ``.mo`` file is only their compiled form: it is
made when missing or older, so that a fresh clone speaks both languages.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

TRANSLATIONS = Path(__file__).resolve().parent.parent / "translations"


def compile_catalogues(folder: Path = TRANSLATIONS) -> None:
    """Compile each ``messages.po`` that is newer than its ``messages.mo``."""
    for source in folder.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    with source.open("rb") as file:
        catalogue = read_po(file)
    # Several processes may start at once: each writes a file of its own and renames it.
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".messages-")
    with os.fdopen(descriptor, "wb") as file:
        write_mo(file, catalogue)
    os.replace(name, target)
