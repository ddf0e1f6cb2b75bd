"""Form-js JSON → components, with a finding for everything the platform does not offer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from app.kernel.i18n import N_
from app.workflow import feel
from app.workflow.engine.errors import DrawingRefused, ExpressionError, Finding
from app.workflow.forms.components import (
    CHOICES,
    IGNORED,
    INPUTS,
    MAX_TEXT,
    STATIC,
    Component,
    Limits,
    Option,
    Texts,
)
from app.workflow.forms.patterns import EMAIL, MAX_MATCHED, PHONE, compile_pattern

MAX_BYTES = 200_000
MAX_COMPONENTS = 200
MAX_DEPTH = 5
_UNSUPPORTED_OPTIONS = ("valuesKey", "valuesExpression", "disallowPassedDates", "path", "isList")
_MEMBER = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class Reader:
    """Reads one form and gathers what is wrong with it."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.keys: set[str] = set()
        self.count = 0

    def refuse(self, element: str | None, code: str, message: str, **values: object) -> None:
        self.findings.append(Finding("error", code, message, element, None, values))

    def form(self, content: bytes) -> tuple[str, tuple[Component, ...]]:
        """The form's id and components; ``DrawingRefused`` with all findings."""
        data = self._json(content)
        key = data.get("id")
        if not isinstance(key, str) or not key or not set(key) <= _MEMBER:
            self.refuse(None, "no_form_id", N_("The form needs an id of letters, digits and underscores."))
        components = tuple(self._components(data.get("components"), 0))
        self._conditions(components)
        if self.findings:
            raise DrawingRefused(self.findings)
        return str(key), components

    def _json(self, content: bytes) -> Mapping[str, Any]:
        if len(content) > MAX_BYTES:
            self.refuse(None, "too_large", N_("The file is larger than %(limit)s bytes."), limit=MAX_BYTES)
            raise DrawingRefused(self.findings)
        try:
            data = json.loads(content)
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict) or data.get("type") != "default":
            self.refuse(None, "not_a_form", N_("This is not a form of form-js."))
            raise DrawingRefused(self.findings)
        return data

    def _components(self, listed: Any, depth: int) -> Iterator[Component]:
        if not isinstance(listed, list):
            self.refuse(None, "no_components", N_("A form holds a list of components."))
            return
        for raw in listed:
            self.count += 1
            if self.count > MAX_COMPONENTS or depth > MAX_DEPTH:
                self.refuse(None, "too_large", N_("The form has too many components."))
                return
            found = self._component(raw, depth)
            if found is not None:
                yield found

    def _component(self, raw: Any, depth: int) -> Component | None:
        if not isinstance(raw, dict):
            self.refuse(None, "not_a_component", N_("A component is an object."))
            return None
        kind = raw.get("type")
        name = str(raw.get("key") or raw.get("id") or "")[:100]
        if kind in IGNORED:
            return None
        if not isinstance(kind, str) or kind not in INPUTS | STATIC:
            self.refuse(
                name, "unsupported", N_("Components of the kind %(kind)s are not offered."), kind=str(kind)[:50]
            )
            return None
        for option in _UNSUPPORTED_OPTIONS:
            if raw.get(option):
                self.refuse(name, "unsupported", N_("The option %(option)s is not offered."), option=option)
        return Component(
            id=str(raw.get("id") or name or f"component_{self.count}"),
            key=self._key(raw, name) if kind in INPUTS else "",
            type=kind,
            labels=self._texts(raw, "text" if kind == "text" else "dateLabel" if kind == "datetime" else "label"),
            descriptions=self._texts(raw, "description"),
            options=self._options(raw, name) if kind in CHOICES or kind == "checklist" else (),
            dynamic=_from_records(raw),
            limits=self._limits(raw, kind, name),
            hide=self._expression(_member(raw, "conditional").get("hide"), name),
            default=raw.get("defaultValue"),
            children=tuple(self._components(raw.get("components"), depth + 1)) if kind == "group" else (),
            raw=raw,
        )

    def _key(self, raw: Mapping[str, Any], name: str) -> str:
        key = raw.get("key")
        if not isinstance(key, str) or not key or not set(key) <= _MEMBER or not key[0].isalpha():
            self.refuse(name, "no_key", N_("The component needs a key of letters, digits and underscores."))
            return ""
        if key in self.keys:
            self.refuse(name, "duplicate_key", N_("The key %(key)s is used more than once."), key=key)
        self.keys.add(key)
        return key

    def _texts(self, raw: Mapping[str, Any], member: str) -> Texts:
        own = raw.get(member)
        chinese = _member(raw, "properties").get(f"zh:{'label' if member == 'dateLabel' else member}")
        texts = {"en": own, "zh": chinese}
        return {language: text for language, text in texts.items() if isinstance(text, str) and text}

    def _options(self, raw: Mapping[str, Any], name: str) -> tuple[Option, ...]:
        if _from_records(raw):
            return ()
        listed = raw.get("values")
        options = [o for o in (listed if isinstance(listed, list) else []) if isinstance(o, dict)]
        values = [o.get("value") for o in options]
        if not options or not all(isinstance(v, str) and v for v in values) or len(set(values)) != len(values):
            self.refuse(name, "no_values", N_("A choice needs values: different texts."))
            return ()
        return tuple(Option(o["value"], self._texts(o, "label")) for o in options)

    def _limits(self, raw: Mapping[str, Any], kind: str, name: str) -> Limits:
        rules = _member(raw, "validate")
        if kind == "datetime" and raw.get("subtype", "date") != "date":
            self.refuse(name, "unsupported", N_("Only days are offered, no times."))
        decimals = self._whole(raw.get("decimalDigits"), 0, name)
        exact = raw.get("serializeToString") is True
        if kind == "number" and not exact and decimals:
            self.refuse(name, "float", N_("A number with decimals is kept as text: set serializeToString."))
        pattern, messages = self._pattern(raw, rules, name)
        if pattern and self._whole(rules.get("maxLength"), 0, name) > MAX_MATCHED:
            self.refuse(name, "bad_limit", N_("With a pattern, at most %(most)s characters."), most=MAX_MATCHED)
        return Limits(
            required=rules.get("required") is True,
            required_when=self._expression(_member(raw, "properties").get("requiredWhen"), name),
            min_length=self._whole(rules.get("minLength"), 0, name),
            max_length=self._whole(rules.get("maxLength"), MAX_MATCHED if pattern else MAX_TEXT, name),
            minimum=self._decimal(rules.get("min"), name),
            minimum_from=self._expression(_member(raw, "properties").get("minFrom"), name),
            maximum=self._decimal(rules.get("max"), name),
            pattern=pattern,
            pattern_messages=messages,
            decimals=decimals if raw.get("decimalDigits") is not None or not exact else 12,
            exact=exact,
            multiple=kind != "filepicker" or raw.get("multiple") is True,
        )

    def _pattern(self, raw: Mapping[str, Any], rules: Mapping[str, Any], name: str) -> tuple[Any, Texts | None]:
        kind = rules.get("validationType", "custom")
        if kind in {"email", "phone"}:
            return (EMAIL if kind == "email" else PHONE), None
        source = rules.get("pattern")
        if source in (None, ""):
            return None, None
        try:
            return compile_pattern(source), self._texts(raw, "patternMessage")
        except ValueError as error:
            self.refuse(name, "bad_pattern", N_("The pattern is not accepted: %(reason)s"), reason=str(error))
            return None, None

    def _whole(self, value: Any, default: int, name: str) -> int:
        if value in (None, ""):
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_TEXT:
            self.refuse(name, "bad_limit", N_("A limit is a whole number from 0 to %(most)s."), most=MAX_TEXT)
            return default
        return value

    def _decimal(self, value: Any, name: str) -> Decimal | None:
        if value in (None, ""):
            return None
        try:
            if isinstance(value, bool) or not isinstance(value, int | str):
                raise InvalidOperation
            found = Decimal(value)
            if not found.is_finite():
                raise InvalidOperation
            return found
        except InvalidOperation:
            self.refuse(name, "bad_limit", N_("A bound is a whole number, or a number in quotes."))
            return None

    def _expression(self, source: Any, name: str) -> str | None:
        if source in (None, ""):
            return None
        try:
            if not isinstance(source, str) or not source.strip().startswith("="):
                raise ExpressionError("an expression begins with =")
            feel.parse_expression(source)
            return source
        except ExpressionError as error:
            self.refuse(name, "bad_expression", N_("The condition is not accepted: %(reason)s"), reason=str(error))
            return None

    def _conditions(self, components: Iterable[Component]) -> None:
        """A condition that looked at itself or at what comes later could come and go."""
        later = set(self.keys)
        for component in (c for top in components for c in top.all()):
            for source in (component.hide, component.limits.required_when):
                if source and later & feel.names(source):
                    message = N_("A condition looks only at components before its own.")
                    self.refuse(component.key or component.id, "circular", message)
            later.discard(component.key)


def _from_records(raw: Mapping[str, Any]) -> bool:
    return _member(raw, "properties").get("optionsFrom") == "records"


def _member(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}
