"""Reads the files that describe product types: what is shared, and one file per type.

Every file is read to its end, so that all that is wrong with it is told at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.modules.catalogue.types.description import (
    AUDIENCES,
    HOLDER_TREATMENTS,
    KINDS,
    Attribute,
    Check,
    Group,
    Labels,
    ProductType,
    Template,
)
from app.modules.catalogue.types.flaws import ContradictoryTypes, Flaw

Raw = Mapping[str, Any]
SHARED = "shared"
"""The folder, beside the types, of what they have in common."""
PARTS = ("families", "choices", "attributes", "groups")
"""What files share, each part built from those before it."""
_LABELS, _TEXTS = "labels", "texts"
_ATTRIBUTE: Mapping[str, Any] = {
    "key": str,
    "labels": _LABELS,
    "kind": KINDS,
    "unit": str,
    "required": bool,
    "holder": HOLDER_TREATMENTS,
    "key_by": _TEXTS,
    "minimum": int,
    "maximum": int,
    "longest": int,
    "prompt": _LABELS,
    "audience": AUDIENCES,
    "default": (str, bool),
}
_GROUP: Mapping[str, Any] = {"key": str, "labels": _LABELS, "prompt": _LABELS, "counts_as": str}
_CHECK: Mapping[str, Any] = {"rule": str, "says": _LABELS}
_TYPE: Mapping[str, Any] = {"key": str, "family": str, "labels": _LABELS, "place": int}


@dataclass
class Shared:
    """What the types have in common, by key."""

    families: dict[str, Labels] = field(default_factory=dict)
    choices: dict[str, Mapping[str, Labels]] = field(default_factory=dict)
    attributes: dict[str, Attribute] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)


@dataclass
class Reader:
    """Reads one file; what is wrong with it gathers in ``flaws``."""

    file: Path
    shared: Shared
    flaws: list[Flaw]

    def wrong(self, place: str, message: str) -> None:
        self.flaws.append(Flaw(self.file, place, message))

    def document(self) -> Raw:
        try:
            return tomllib.loads(self.file.read_text("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
            self.wrong("", f"cannot be read: {error}")
            return {}

    def members(self, raw: Any, place: str, allowed: Mapping[str, Any], *more: str) -> dict[str, Any]:
        """The plain members; ``more`` are read by whoever asks. A table of another shape has none."""
        if not isinstance(raw, dict):
            self.wrong(place, "must be a table")
            return {}
        for key in raw.keys() - allowed.keys() - set(more):
            self.wrong(_at(place, key), "is not known here")
        return {key: raw[key] for key in allowed if key in raw and self._is(raw[key], allowed[key], _at(place, key))}

    def _is(self, value: Any, wanted: Any, place: str) -> bool:
        if wanted is _LABELS:
            return self.labels(value, place)
        if wanted is _TEXTS:
            fits = isinstance(value, list) and all(isinstance(v, str) for v in value)
        elif isinstance(wanted, tuple) and isinstance(wanted[0], str):
            fits, wanted = value in wanted, " or ".join(wanted)
        else:
            fits = isinstance(value, wanted) and (wanted is not int or not isinstance(value, bool))
        if not fits:
            self.wrong(place, f"{value!r} is not {getattr(wanted, '__name__', wanted)}")
        return fits

    def labels(self, value: Any, place: str) -> bool:
        given = value if isinstance(value, dict) else {}
        missing = [k for k in ("en", "zh") if not isinstance(given.get(k), str) or not given[k].strip()]
        if missing or given.keys() - {"en", "zh"}:
            self.wrong(place, f"needs a text in each language; missing: {', '.join(missing) or 'none'}")
        return not missing

    def named(self, found: dict[str, Any], place: str, *needed: str) -> bool:
        """Whether all that is needed is there."""
        missing = [key for key in needed if key not in found]
        for key in missing:
            self.wrong(_at(place, key), "is missing")
        return not missing

    def rows(self, raw: Raw, key: str, place: str) -> Iterator[tuple[Any, str]]:
        value = raw.get(key, [])
        if not isinstance(value, list):
            self.wrong(_at(place, key), "must be a list")
            return
        for number, item in enumerate(value):
            yield item, f"{_at(place, key)}[{number}]"

    def choices(self, raw: Any, place: str) -> Mapping[str, Labels]:
        if isinstance(raw, str):
            if raw not in self.shared.choices:
                self.wrong(place, f"there are no choices {raw!r}")
            return self.shared.choices.get(raw, {})
        if not isinstance(raw, dict):
            self.wrong(place, "must be a table of choices or the name of one")
            return {}
        return {key: said for key, said in raw.items() if self.labels(said, _at(place, key))}

    def attribute(self, raw: Any, place: str) -> Attribute | None:
        """An attribute written out, or a shared one with what differs here."""
        found = self.members(raw, place, _ATTRIBUTE, "use", "choices", "columns")
        if not isinstance(raw, dict):
            return None
        if "choices" in raw:
            found["choices"] = self.choices(raw["choices"], _at(place, "choices"))
        columns = [self.attribute(column, at) for column, at in self.rows(raw, "columns", place)]
        if columns:
            found["columns"] = tuple(column for column in columns if column)
        if "key_by" in found:
            found["key_by"] = tuple(found["key_by"])
        if "use" in raw:
            base = self.shared.attributes.get(raw["use"])
            if base is None:
                self.wrong(_at(place, "use"), f"there is no shared attribute {raw['use']!r}")
            return replace(base, **found) if base else None
        return Attribute(**found) if self.named(found, place, "key", "labels", "kind") else None

    def group(self, raw: Any, place: str) -> Group | None:
        """A group written out, or a shared one: ``add`` puts attributes to it, ``holder`` goes for all of them."""
        raw = {"use": raw} if isinstance(raw, str) else raw
        found = self.members(raw, place, _GROUP, "use", "add", "holder", "attributes", "checks")
        if not isinstance(raw, dict):
            return None
        own = [self.attribute(a, at) for key in ("attributes", "add") for a, at in self.rows(raw, key, place)]
        attributes = tuple(a for a in own if a)
        checks = tuple(self.checks(raw, place))
        if "use" not in raw:
            complete = self.named(found, place, "key", "labels")
            return Group(**found, attributes=attributes, checks=checks) if complete else None
        base = self.shared.groups.get(raw["use"])
        if base is None:
            self.wrong(_at(place, "use"), f"there is no shared group {raw['use']!r}")
            return None
        inherited = self._held(base.attributes, raw, place)
        return replace(base, **found, attributes=inherited + attributes, checks=base.checks + checks)

    def _held(self, attributes: tuple[Attribute, ...], raw: Raw, place: str) -> tuple[Attribute, ...]:
        if "holder" not in raw or not self._is(raw["holder"], HOLDER_TREATMENTS, _at(place, "holder")):
            return attributes
        return tuple(replace(attribute, holder=raw["holder"]) for attribute in attributes)

    def checks(self, raw: Raw, place: str) -> Iterator[Check]:
        for item, at in self.rows(raw, "checks", place):
            found = self.members(item, at, _CHECK, "of", "than", "values", "where", "when")
            if not isinstance(item, dict) or not self.named({**item, **found}, at, "rule", "of"):
                continue
            if self._is(item.get("values", []), _TEXTS, _at(at, "values")):
                found["values"] = tuple(item.get("values", []))
            for key in ("where", "when"):
                if not isinstance(item.get(key, {}), dict):
                    self.wrong(_at(at, key), "must be a table")
                    item = {**item, key: {}}
            where, when = (_conditions(item.get(key, {})) for key in ("where", "when"))
            than, of = item.get("than"), tuple(_several(item["of"]))
            yield Check(**found, of=of, than=than, where=where, when=when)

    def template(self, raw: Any, place: str) -> Template | None:
        found = self.members(raw, place, {"key": str, "labels": _LABELS}, "content")
        if isinstance(raw, dict) and isinstance(raw.get("content"), dict):
            found["content"] = raw["content"]
        return Template(**found) if self.named(found, place, "key", "labels", "content") else None

    def product_type(self) -> ProductType | None:
        raw = self.document()
        if not raw:
            return None
        found = self.members(raw, "", _TYPE, "groups", "checks", "templates")
        groups = [self.group(group, at) for group, at in self.rows(raw, "groups", "")]
        templates = [self.template(template, at) for template, at in self.rows(raw, "templates", "")]
        if not self.named(found, "", "key", "family", "labels"):
            return None
        return ProductType(
            **found,
            groups=tuple(group for group in groups if group),
            checks=tuple(self.checks(raw, "")),
            templates=tuple(template for template in templates if template),
        )

    def share(self, part: str, raw: Raw) -> None:
        """Add what the file shares of one part. A name is given once."""
        known: dict[str, Any] = getattr(self.shared, part)
        for key, said in raw.get(part, {}).items():
            place = f"{part}.{key}"
            if key in known:
                self.wrong(place, "is shared by another file already")
            elif not isinstance(said, dict):
                self.wrong(place, "must be a table")
            elif (found := self._shared(part, key, said, place)) is not None:
                known[key] = found

    def _shared(self, part: str, key: str, said: Raw, place: str) -> Any:
        if part == "families":
            return said if self.labels(said, place) else None
        if part == "choices":
            return self.choices(said, place)
        return (self.attribute if part == "attributes" else self.group)({"key": key, **said}, place)


def _at(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _conditions(raw: Raw) -> dict[str, tuple[Any, ...]]:
    return {path: tuple(_several(keys)) for path, keys in raw.items()}


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def read(folders: Sequence[Path]) -> tuple[Shared, dict[Path, ProductType]]:
    """What is shared and the type of each file; ``ContradictoryTypes`` if a file cannot be read."""
    flaws: list[Flaw] = []
    shared = Shared()
    parts = [Reader(file, shared, flaws) for folder in folders for file in sorted((folder / SHARED).glob("*.toml"))]
    documents = [(reader, reader.document()) for reader in parts]
    for reader, raw in documents:
        reader.members(raw, "", {}, *PARTS)
    for part in PARTS:
        for reader, raw in documents:
            reader.share(part, raw)
    files = [file for folder in folders for file in sorted(folder.glob("*.toml"))]
    read_types = {file: Reader(file, shared, flaws).product_type() for file in files}
    if flaws:
        raise ContradictoryTypes(flaws)
    return shared, {file: found for file, found in read_types.items() if found}
