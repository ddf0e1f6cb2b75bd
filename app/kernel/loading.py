"""What was sent, under the checks of a schema, with a pointer to each wrong member."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from marshmallow import Schema, ValidationError

from app.kernel.errors import Fault, Invalid
from app.kernel.i18n import N_

NOT_RIGHT = N_("Some of what was entered is not right.")


def loaded(schema: Schema, sent: Mapping[str, Any], *, most: int | None = None) -> dict[str, Any]:
    """``sent`` under the checks of the API; ``Invalid`` with the faults, the first ``most`` of them."""
    try:
        found: dict[str, Any] = schema.load(sent)
    except ValidationError as error:
        raise Invalid(NOT_RIGHT, faults=list(islice(faults_of(error.messages), most))) from None
    return found


def loaded_form(schema: Schema, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The same of a form, which also sends what is none of the schema's: its button, its token."""
    return loaded(schema, {name: value for name, value in sent.items() if name in schema.fields})


def faults_of(messages: Any, pointer: str = "") -> Iterator[Fault]:
    """marshmallow's nested messages as faults with JSON pointers."""
    if isinstance(messages, dict):
        for key, value in messages.items():
            step = "" if key == "_schema" else "/" + str(key).replace("~", "~0").replace("/", "~1")
            yield from faults_of(value, pointer + step)
    elif isinstance(messages, list):
        for message in messages:
            yield Fault(pointer, str(message))
