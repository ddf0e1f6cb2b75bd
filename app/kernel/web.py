"""What every API and page shares: problems, pages of a list, ETags, idempotency.

Errors are RFC 9457 problem details. Lists are ``{items, next}`` with an opaque
cursor. A change to a record needs ``If-Match``; a repeated ``Idempotency-Key``
gets the answer of the first time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from flask import Request, Response, current_app, g, jsonify, make_response, request
from marshmallow import Schema, fields
from sqlalchemy import Text, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.routing import IntegerConverter, Map

from app.kernel import clock, cursors
from app.kernel.database import Instant, Json, Record, end_read, session, unit_of_work
from app.kernel.errors import Conflict, DomainError, PreconditionRequired, Stale, invalid
from app.kernel.i18n import gettext
from app.kernel.input import read_json

MAX_PAGE = 200
COMPRESSED = "-gz"
"""Ends the tag of a compressed answer: another representation of the same state (RFC 9110, 8.8.3.3)."""
BIGGEST_ID = 2**53 - 1
"""The biggest whole number that every JSON reader keeps exact."""


class WholeNumber(IntegerConverter):
    """``<int:name>`` in the path of a route: no larger than a record's number can be, or there is no such page."""

    def __init__(self, map: Map, max: int = BIGGEST_ID, **named: Any):
        super().__init__(map, max=max, **named)


class IdempotencyKey(Record):
    """The answer given to a POST with an ``Idempotency-Key``, kept for a day."""

    __tablename__ = "idempotency_key"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    who: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    status: Mapped[int]
    body: Mapped[Any] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant, index=True)


def problem(error: DomainError) -> Response:
    """An RFC 9457 problem document in the language of whoever asked."""
    body: dict[str, Any] = {
        "type": f"urn:tollgate:problem:{error.code}",
        "title": gettext(error.message, error.values),
        "status": error.status,
        "code": error.code,
    }
    if error.faults:
        body["errors"] = [
            {"pointer": f.pointer, "code": f.code, "detail": gettext(f.message, f.values)} for f in error.faults
        ]
        body["detail"] = "; ".join(f"{e['pointer']}: {e['detail']}" for e in body["errors"][:5])
    response = jsonify(body)
    response.status_code = error.status
    response.content_type = "application/problem+json"
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def page_size(default: int = 25) -> int:
    """``?limit=``, between 1 and 200."""
    text = request.args.get("limit")
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MAX_PAGE:
        raise invalid("/limit", "Must be a whole number from 1 to %(most)s.", most=MAX_PAGE)
    return int(text)


def etag(*parts: object) -> str:
    """A strong entity tag over the parts."""
    return '"' + hashlib.sha256(repr(parts).encode()).hexdigest()[:24] + '"'


def check_if_match(current: str) -> None:
    """428 without ``If-Match``, 412 when it names another state."""
    if not request.headers.get("If-Match"):
        raise PreconditionRequired("Send If-Match with the ETag of the state you saw.")
    seen = {(tag or "").removesuffix(COMPRESSED) for tag in request.if_match.as_set()}  # "" is read as None
    if current.strip('"') not in seen and not request.if_match.star_tag:
        raise Stale("Somebody changed this record after you saw it.")


def idempotent(who: Callable[[], str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a repeated POST with the same ``Idempotency-Key`` the first answer.

    ``who`` names the person, so that keys of two people never meet.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answered(*args: Any, **kwargs: Any) -> Any:
            key = request.headers.get("Idempotency-Key")
            if not key:
                return view(*args, **kwargs)
            if len(key) > 200:
                raise invalid("/Idempotency-Key", "Longer than %(most)s characters.", most=200)
            return _once(key, who(), lambda: view(*args, **kwargs))

        return answered

    return decorate


def _once(key: str, who: str, act: Callable[[], Any]) -> Response:
    fingerprint = _fingerprint(request)
    kept = session().get(IdempotencyKey, (key, who))
    if kept is not None:
        answer = _kept_answer(kept, fingerprint)
        end_read()
        return answer
    end_read()
    # The key is written in the unit of work of what is done under it (see `in_unit_of_work`).
    g.idempotency = (key, who, fingerprint)
    try:
        return make_response(act())
    except IntegrityError:
        kept = session().get(IdempotencyKey, (key, who))
        if kept is None:
            raise
        return _kept_answer(kept, fingerprint)


def _kept_answer(kept: IdempotencyKey, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise Conflict("This Idempotency-Key was used for another request.", code="idempotency_key_reused")
    response = jsonify(kept.body)
    response.status_code = kept.status
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _fingerprint(req: Request) -> str:
    return hashlib.sha256(b"\0".join([req.method.encode(), req.path.encode(), req.get_data(cache=True)])).hexdigest()


def _reserve(uow: Session) -> IdempotencyKey | None:
    """Take the ``Idempotency-Key`` of this request before anything is done under it.

    A second request with the same key waits here for the first and then finds its
    answer, instead of failing at what the first has done already.
    """
    pending = g.pop("idempotency", None)
    if pending is None:
        return None
    key, who, fingerprint = pending
    now = clock.now()
    uow.execute(delete(IdempotencyKey).where(IdempotencyKey.at < now - timedelta(days=1)))
    reserved = IdempotencyKey(key=key, who=who, fingerprint=fingerprint, status=0, body={}, at=now)
    uow.add(reserved)
    uow.flush()
    return reserved


def json_body() -> Any:
    """The JSON of the request; a problem with a pointer when it is not."""
    if not request.is_json:
        raise UnsupportedMediaType()
    return read_json(request.get_data(cache=True))


def in_unit_of_work(act: Callable[[Any], tuple[int, Any]]) -> Response:
    """Run ``act(uow) → (status, body)`` in one unit of work and answer with it."""
    with unit_of_work() as uow:
        reserved = _reserve(uow)
        status, body = act(uow)
        if reserved is not None:
            reserved.status, reserved.body = status, body
    response = jsonify(body)
    response.status_code = status
    return response


def demo_mode() -> bool:
    return bool(current_app.config["DEMO"])


class Problem(Schema):
    """RFC 9457 problem details; ``errors`` points at each wrong member."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String()
    errors = fields.List(fields.Dict())


class PageQuery(Schema):
    """What every list takes; read by ``page_size`` and ``decode_cursor``."""

    limit = fields.Integer(metadata={"minimum": 1, "maximum": MAX_PAGE})
    cursor = fields.String(metadata={"pattern": cursors.pattern(int)})


PROBLEMS = {
    400: "The request cannot be read",
    401: "Nobody is signed in",
    403: "You may not",
    404: "Not there, or not for your eyes",
    405: "Not this way",
    409: "Somebody was first, or the version is old",
    412: "The record has changed since",
    413: "Too large",
    415: "Not JSON",
    422: "A wrong value",
    428: "If-Match is missing",
    429: "Too many attempts",
}


IF_MATCH: dict[str, Any] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the state you saw; 428 without it, 412 when somebody changed the record since.",
    "schema": {"type": "string", "minLength": 1},
}


def document_problems(blueprint: Any, *statuses: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Say in the OpenAPI document which problems a view answers with."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        for status in (400, 401, 404, 422, *statuses):
            view = blueprint.alt_response(
                status, schema=Problem, description=PROBLEMS[status], content_type="application/problem+json"
            )(view)
        return view

    return decorate
