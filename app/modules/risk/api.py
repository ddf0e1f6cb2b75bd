"""Product risk for programs: the books, and below them what is assessed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, g, jsonify
from flask.views import MethodView

from app.identity.permissions import require
from app.identity.web import current_actor, who
from app.kernel.clock import start_of_day
from app.kernel.cursors import cursor_beyond, decode_cursor
from app.kernel.database import session
from app.kernel.input import Blueprint
from app.kernel.web import document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.risk import presenting as show
from app.modules.risk import queries, schemas
from app.modules.risk.books import BOOKS, Book
from app.modules.risk.services import keeping

blueprint = Blueprint("risk", __name__, description="Risk of products: environment, limits, transfers, models")
RECORD = "<int(max=9007199254740991):record_id>"
SEE = "risk.see"


def _listed(book: Book) -> type[MethodView]:
    class Records(MethodView):
        @document_problems(blueprint)
        @blueprint.arguments(schemas.RecordQuery, location="query")
        @blueprint.response(200, schemas.RiskRecordPage)
        def get(self, query: dict[str, Any]) -> Any:
            """All records of the book, the latest first; with ``?day=`` those in force on that day."""
            require(current_actor(), SEE)
            if "day" in query:
                known = start_of_day(query["known_at"] + timedelta(days=1)) if "known_at" in query else None
                found = queries.in_force(session(), book.key, query["day"], known_at=known)
                return {"items": [show.record_json(row) for row in found], "next": None}
            limit, after = page_size(), decode_cursor(int)
            rows = queries.records(session(), book.key, after=after[0] if after else None, limit=limit)
            more = cursor_beyond([row.id for row in rows], limit)
            return {"items": [show.record_json(row) for row in rows[:limit]], "next": more}

        @document_problems(blueprint, 403, 409)
        @blueprint.arguments(book.schema)
        @blueprint.response(201, schemas.RiskRecordOut)
        @idempotent(who)
        def post(self, body: dict[str, Any]) -> Any:
            """As risk management, enter a record; it holds once the head confirms it."""
            actor = current_actor()

            def act(uow: Any) -> tuple[int, Any]:
                return 201, show.record_json(keeping.enter(uow, book=book.key, given=body, actor=actor, now=g.now))

            return in_unit_of_work(act)

    return Records


def _one(book: Book) -> type[MethodView]:
    class OneRecord(MethodView):
        @document_problems(blueprint)
        @blueprint.response(200, schemas.RiskRecordOut)
        def get(self, record_id: int) -> Response:
            """One record."""
            require(current_actor(), SEE)
            row = queries.record(session(), book.key, record_id)
            response = jsonify(show.record_json(row))
            response.headers["ETag"] = etag("risk", row.id, row.content_hash, row.confirmed_at)
            return response

    return OneRecord


def _confirmed(book: Book) -> type[MethodView]:
    class RecordConfirmation(MethodView):
        @document_problems(blueprint, 403, 409)
        @blueprint.arguments(schemas.RecordConfirmation)
        @blueprint.response(200, schemas.RiskRecordOut)
        @idempotent(who)
        def post(self, body: dict[str, str], record_id: int) -> Any:
            """As the head of risk management who did not enter it, put the record that was read in force."""
            actor, shown = current_actor(), body["content_hash"]

            def act(uow: Any) -> tuple[int, Any]:
                row = keeping.confirm(uow, book=book.key, record_id=record_id, shown=shown, actor=actor, now=g.now)
                return 200, show.record_json(row)

            return in_unit_of_work(act)

    return RecordConfirmation


for _book in BOOKS.values():
    _path = f"/risk/{_book.key}"
    blueprint.route(_path, endpoint=f"{_book.key}_book")(_listed(_book))
    blueprint.route(f"{_path}/{RECORD}", endpoint=f"{_book.key}_record")(_one(_book))
    blueprint.route(f"{_path}/{RECORD}/confirm", endpoint=f"{_book.key}_confirmation")(_confirmed(_book))
