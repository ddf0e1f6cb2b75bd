"""What programs and browsers send, before any feature sees it.

JSON is read strictly: one meaning per member, no number beyond reason, no text
that a database cannot keep. PostgreSQL refuses U+0000 in texts and JSON, and
half a surrogate pair cannot be written as UTF-8 at all; both are told here, once,
with a pointer to the member, instead of failing somewhere in a unit of work.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NoReturn

import flask_smorest
from flask import Request, request
from marshmallow import RAISE
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, NotFound, UnsupportedMediaType

from app.kernel.errors import Fault, Invalid, invalid
from app.kernel.i18n import N_

MAX_DEPTH = 50
MAX_NUMBER = 10**30
MAX_FAULTS = 20

_NOT_KEEPABLE = N_("This text holds a character that cannot be kept.")
_TOO_DEEP = N_("This is nested too deeply.")
_TWICE = N_("This member stands here more than once.")
_OUT_OF_RANGE = N_("This number is out of range.")


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its members were given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]):
        super().__init__(pairs)
        names = [name for name, _ in pairs]
        self.twice = {n for n in names if names.count(n) > 1} if len(self) < len(names) else set()


def read_json(raw: bytes) -> Any:
    """The JSON of a request body. ``BadRequest`` when it is none, ``Invalid`` when it cannot be used."""
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_Object, parse_constant=_refuse_constant)
    except RecursionError:
        raise invalid("", _TOO_DEEP) from None
    except ValueError as error:
        raise BadRequest() from error
    faults = list(islice(_faults(value, "", 0), MAX_FAULTS))
    if faults:
        raise Invalid("Some of what was entered is not right.", faults=faults)
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _faults(value: Any, pointer: str, depth: int) -> Iterator[Fault]:
    if isinstance(value, str):
        if not is_keepable(value):
            yield Fault(pointer, _NOT_KEEPABLE)
    elif isinstance(value, _Object):
        yield from _object_faults(value, pointer, depth)
    elif isinstance(value, list):
        if depth >= MAX_DEPTH:
            yield Fault(pointer, _TOO_DEEP)
            return
        for index, item in enumerate(value):
            yield from _faults(item, f"{pointer}/{index}", depth + 1)
    elif isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:  # no NaN, either
        yield Fault(pointer, _OUT_OF_RANGE)


def _object_faults(value: _Object, pointer: str, depth: int) -> Iterator[Fault]:
    if depth >= MAX_DEPTH:
        yield Fault(pointer, _TOO_DEEP)
        return
    for name, item in value.items():
        # RFC 6901: what would be read as a step of the pointer is written otherwise.
        inner = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
        if not is_keepable(name):
            yield Fault(pointer, _NOT_KEEPABLE)
        elif name in value.twice:
            yield Fault(inner, _TWICE)
        else:
            yield from _faults(item, inner, depth + 1)


def is_keepable(text: str) -> bool:
    """Whether every database keeps ``text`` as it is."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= c <= "\udfff" for c in text))


def refuse_unkeepable_address(*, forms: bool = True) -> None:
    """404 for an address, 422 for a question or a form with a character that cannot be kept.

    ``forms``: whether anybody reads the members of a form; beside a file that a program uploads nobody does.
    """
    if not all(is_keepable(str(part)) for part in (request.view_args or {}).values()):
        raise NotFound()
    sent = [request.args]
    if forms and request.mimetype in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        request.get_data(cache=True)  # else nobody can read the body any more once its form is read
        sent.append(request.form)
    for given in sent:
        # A part of a multipart body may come without a name.
        for name, value in ((name or "", value or "") for name, value in given.items(multi=True)):
            if not is_keepable(name) or not is_keepable(value):
                raise invalid(f"/{name}" if is_keepable(name) else "", _NOT_KEEPABLE)


class Parser(FlaskParser):
    """Reads arguments of API views: JSON strictly, and nothing else in its place."""

    # A misspelt filter would otherwise be ignored and answer with too much.
    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}

    def load_json(self, req: Request, schema: Any) -> Any:
        """The body as JSON; 415 for a body of another kind, ``missing`` without one."""
        raw = req.get_data(cache=True)
        if not raw:
            return missing
        if not req.is_json:
            raise UnsupportedMediaType()
        return read_json(raw)


def sent_to_look_at() -> bytes:
    """What was sent only to be looked at, whatever it is: the text in the member ``xml``, else the body itself."""
    raw = request.get_data(cache=True)
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return raw
    text = body.get("xml") if isinstance(body, dict) else None
    return text.encode("utf-8", "surrogatepass") if isinstance(text, str) else raw


ANYTHING: dict[str, Any] = {
    "description": "The file as text in the member `xml`. Anything may be sent, and gets findings.",
    "content": {"application/json": {"schema": {"title": "Anything", "default": {"xml": "<definitions/>"}}}},
}
"""The OpenAPI description of a body that is only looked at."""


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]
    """The blueprint of an API: flask-smorest's with our strict reading."""

    ARGUMENTS_PARSER = Parser()
