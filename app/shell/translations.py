"""Whether the translations keep up with the texts of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGUE = ROOT / "app" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
_PLACE = re.compile(r"%\((\w+)\)[sd]")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def texts_of_code() -> Catalog:
    """Every translatable text that stands in the code and the templates now."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    found = Catalog(project="Tollgate", charset="utf-8", fuzzy=False)
    for _name, _line, text, comments, context in extract_from_dir(str(ROOT / "app"), methods, options, KEYWORDS):
        found.add(text, None, [], auto_comments=comments, context=context)
    return found


def stored() -> Catalog:
    """The Chinese translations as they are kept."""
    if not CATALOGUE.exists():
        return Catalog(locale="zh_Hans_CN", project="Tollgate", charset="utf-8", fuzzy=False)
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


def updated() -> Catalog:
    """The stored translations with the texts of now: new ones empty, gone ones dropped."""
    catalogue = stored()
    catalogue.update(texts_of_code(), no_fuzzy_matching=True)
    return catalogue


def write(catalogue: Catalog) -> None:
    """Keep ``catalogue``. Nothing in the file depends on the day or the place of the run."""
    catalogue.header_comment = "# The Simplified Chinese texts of the platform. See scripts/messages.py."
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True, no_location=True)


def untranslated(catalogue: Catalog) -> Iterator[str]:
    """Texts without a finished translation."""
    for message in catalogue:
        if message.id and (message.fuzzy or not all(_forms(message.string))):
            yield _singular(message.id)


def problems() -> list[str]:
    """What keeps the catalogue from being complete, one line each."""
    now, kept = texts_of_code(), stored()
    wanted, known = {_singular(m.id) for m in now if m.id}, {_singular(m.id) for m in kept if m.id}
    return [
        *(f"not collected: {text!r}" for text in sorted(wanted - known)),
        *(f"no longer used: {text!r}" for text in sorted(known - wanted)),
        *(f"untranslated: {text!r}" for text in untranslated(kept)),
        *(f"other placeholders: {text!r}" for text in _misplaced(kept)),
    ]


def _misplaced(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        places = set(_PLACE.findall(_singular(message.id)))
        if message.id and any(set(_PLACE.findall(form)) != places for form in _forms(message.string) if form):
            yield _singular(message.id)


def _singular(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def _forms(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)
