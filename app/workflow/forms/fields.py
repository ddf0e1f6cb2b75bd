"""One marshmallow field per kind of component. Each refuses what is not exactly its kind."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, fields, missing

from app.kernel.i18n import N_, language
from app.workflow.forms.components import Component, text_in

MAX_FILES = 50
MAX_ID = 2**63 - 1
MAX_DIGITS = 18
_WHOLE = re.compile(rf"-?\d{{1,{MAX_DIGITS}}}", re.ASCII)
_NUMBER = re.compile(rf"-?\d{{1,{MAX_DIGITS}}}(\.\d{{1,12}})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Remark:
    """What is wrong with a value: a template and its values, translated where it is shown."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    code: str = "invalid"


REQUIRED = Remark(N_("This is required."), code="required")


def refuse(message: str, *, code: str = "invalid", **values: object) -> ValidationError:
    return ValidationError([Remark(message, values, code)])


def nothing(component: Component) -> Any:
    """What is kept where nothing was entered."""
    if component.type in {"checklist", "filepicker"}:
        return []
    return False if component.type == "checkbox" else None


class ComponentField(fields.Field[Any]):
    """A value of one component. ``None`` and what is empty mean: nothing was entered."""

    def __init__(self, component: Component):
        super().__init__(allow_none=True)
        self.component = component
        self.limits = component.limits

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        if value is missing:
            return missing
        return nothing(self.component) if value is None else self.read(value)

    def read(self, value: Any) -> Any:
        raise NotImplementedError


class TextField(ComponentField):
    """Text, without control characters, ends stripped."""

    def read(self, value: Any) -> str | None:
        if not isinstance(value, str):
            raise refuse(N_("Must be text."), code="not_text")
        # An over-long text is refused before anything walks over it.
        if len(value) > 2 * self.limits.max_length + 1_000:
            raise self._too_long()
        text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not self._clean(text):
            raise refuse(N_("Contains characters that cannot be kept."), code="control_characters")
        if not text:
            return None
        self._check(text)
        return text

    def _clean(self, text: str) -> bool:
        allowed = "\n\t" if self.component.type == "textarea" else "\t"
        return all(c in allowed or unicodedata.category(c) not in {"Cc", "Cs"} for c in text)

    def _check(self, text: str) -> None:
        if len(text) > self.limits.max_length:
            raise self._too_long()
        if len(text) < self.limits.min_length:
            raise refuse(N_("Shorter than %(least)s characters."), code="too_short", least=self.limits.min_length)
        pattern = self.limits.pattern
        if pattern is not None and not pattern.search(text):
            own = text_in(self.limits.pattern_messages or {}, language())
            raise refuse(own or N_("Not in the form that is asked for."), code="pattern")

    def _too_long(self) -> ValidationError:
        return refuse(N_("Longer than %(most)s characters."), code="too_long", most=self.limits.max_length)


class NumberField(ComponentField):
    """A whole number, or an exact one that is kept as the text it was sent as."""

    def read(self, value: Any) -> int | str | None:
        if isinstance(value, str) and not value.strip():
            return None
        exact = self._exact(value) if self.limits.exact else self._whole(value)
        self._check(Decimal(exact))
        return exact

    def _exact(self, value: Any) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise refuse(
                N_('Send this number as text, such as "%(example)s".'), code="not_exact", example=_example(value)
            )
        if not isinstance(value, str) or not _NUMBER.fullmatch(value):
            raise refuse(N_("Must be a number, such as 0.0175."), code="not_a_number")
        places = len(value.partition(".")[2])
        if places > self.limits.decimals:
            raise refuse(N_("At most %(most)s decimal places."), code="too_precise", most=self.limits.decimals)
        return value

    def _whole(self, value: Any) -> int:
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**MAX_DIGITS:
            raise refuse(N_("Must be a whole number."), code="not_a_number")
        return value

    def _check(self, number: Decimal) -> None:
        least, most = self.limits.minimum, self.limits.maximum
        if least is not None and number < least:
            raise refuse(N_("Must be at least %(least)s."), code="too_small", least=least)
        if most is not None and number > most:
            raise refuse(N_("Must be at most %(most)s."), code="too_large", most=most)


def _example(value: float) -> str:
    """The number as text, short enough to be shown back."""
    return format(value, ".12g") if abs(value) < 10**12 else "0.0175"


class ChoiceField(ComponentField):
    def read(self, value: Any) -> str | None:
        if value == "" and isinstance(value, str):
            return None
        if not isinstance(value, str) or value not in _values(self.component):
            raise _not_offered(self.component)
        return value


class ChoicesField(ComponentField):
    """Some of the values, in the form's order, each once."""

    def read(self, value: Any) -> list[str]:
        offered = _values(self.component)
        if not isinstance(value, list) or not all(
            isinstance(v, str) and v in offered for v in value[: len(offered) + 1]
        ):
            raise _not_offered(self.component)
        if len(set(value[: len(offered) + 1])) != len(value):
            raise refuse(N_("Each value only once."), code="twice")
        return [v for v in offered if v in value]


def _values(component: Component) -> list[str]:
    return [option.value for option in component.options]


def _not_offered(component: Component) -> ValidationError:
    return refuse(N_("Must be one of %(values)s."), code="not_offered", values=", ".join(_values(component)))


class FlagField(ComponentField):
    def read(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise refuse(N_("Must be true or false."), code="not_a_flag")
        return value


class DayField(ComponentField):
    """A day, as ``2026-11-22``."""

    def read(self, value: Any) -> str | None:
        if value == "" and isinstance(value, str):
            return None
        try:
            if not isinstance(value, str) or not _DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise refuse(N_("Must be a day, such as 2026-11-22."), code="not_a_day") from None


class FilesField(ComponentField):
    """Ids of attachments, or one id for itself. That they belong to the task is for the task to check."""

    def read(self, value: Any) -> list[int]:
        most = MAX_FILES if self.limits.multiple else 1
        if _is_id(value):
            value = [value]
        if not isinstance(value, list) or not all(_is_id(v) for v in value[: most + 1]):
            raise refuse(N_("Must be a list of attachment ids."), code="not_attachments")
        if len(value) > most:
            raise refuse(N_("At most %(most)s files."), code="too_many", most=most)
        return list(dict.fromkeys(value))


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


FIELDS: Mapping[str, type[ComponentField]] = {
    "textfield": TextField,
    "textarea": TextField,
    "number": NumberField,
    "select": ChoiceField,
    "radio": ChoiceField,
    "checkbox": FlagField,
    "checklist": ChoicesField,
    "datetime": DayField,
    "filepicker": FilesField,
}
