"""The catalogue for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, g, jsonify, request
from flask.views import MethodView
from marshmallow import Schema
from werkzeug.exceptions import UnsupportedMediaType

from app.identity.permissions import Facts, require
from app.identity.web import current_actor, who
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import session
from app.kernel.errors import NotFound
from app.kernel.i18n import N_
from app.kernel.input import Blueprint
from app.kernel.web import IF_MATCH, check_if_match, document_problems, etag, idempotent, in_unit_of_work, page_size
from app.modules.catalogue import presenting as show
from app.modules.catalogue import queries, services
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries.jobs import job_by_id, lines_of_job
from app.modules.catalogue.queries.launch_times import YEAR, launch_times, launched_at
from app.modules.catalogue.queries.products import ProductFilter, ProductRow, sort_key
from app.modules.catalogue.rules.content import public
from app.modules.catalogue.rules.difference import difference
from app.modules.catalogue.rules.facts import facts
from app.modules.catalogue.schemas import api as schemas
from app.modules.catalogue.services.reading import read_json, unwrap
from app.modules.catalogue.types import PRODUCT_TYPES

blueprint = Blueprint("catalogue", __name__, description="Products, versions, what is on sale, imports")
MOST_AT_ONCE = 500
"""Records of an import that are answered directly; more become a job."""


def _problems(*statuses: int) -> Any:
    return document_problems(blueprint, *statuses)


def dumped(schema: type[Schema], value: Any) -> Any:
    return schema().dump(value)


@blueprint.route("/product-types")
class ProductTypes(MethodView):
    @_problems()
    @blueprint.response(200, schemas.TypeList)
    def get(self) -> Any:
        """The product types and the attributes of each."""
        current_actor()
        return {"items": [show.type_json(found) for found in PRODUCT_TYPES.values()], "next": None}


@blueprint.route("/launch-times")
class LaunchTimes(MethodView):
    @_problems()
    @blueprint.arguments(schemas.LaunchQuery, location="query")
    @blueprint.response(200, schemas.LaunchTimesOut)
    def get(self, query: dict[str, Any]) -> Any:
        """How long the products that were entered here and launched in a period took from first entry to launch."""
        require(current_actor(), "product.see")
        until = query.get("until", g.now)
        found = launch_times(session(), since=query.get("since", until - YEAR), until=until)
        return show.launch_times_json(found)


@blueprint.route("/products")
class Products(MethodView):
    @_problems()
    @blueprint.arguments(schemas.ProductQuery, location="query")
    @blueprint.response(200, schemas.ProductPage)
    def get(self, query: dict[str, Any]) -> Any:
        """Products, filtered; ``?limit=`` and ``?cursor=`` page through them.

        With ``as_of``: what was on sale then, as was believed at ``known_at``, in that scope. A day stands for its end.
        """
        require(current_actor(), "product.see")
        wanted = filter_of(query, g.now)
        limit, after = page_size(), cursor_of(wanted.sort)
        rows = queries.list_products(session(), wanted, now=g.now, limit=limit + 1, after=after)
        return {"items": [show.row_json(row) for row in rows[:limit]], "next": next_of(rows, limit, wanted.sort)}

    @_problems(403, 409)
    @blueprint.arguments(schemas.NewProduct)
    @blueprint.response(201, schemas.ProductDetail)
    @idempotent(who)
    def post(self, body: dict[str, Any]) -> Any:
        """A new product in the state concept, with a first draft. It is sold only after an approved process."""
        actor, now = current_actor(), g.now
        remark = body.pop("note", None)

        def act(uow: Any) -> tuple[int, Any]:
            product, version = services.create_product(uow, **body, remark=remark, actor=actor, now=now)
            found = {**show.product_json(product, product.status, version), "launched_at": None, "availability": []}
            return 201, dumped(schemas.ProductDetail, found)

        return in_unit_of_work(act)


def filter_of(query: dict[str, Any], now: datetime) -> ProductFilter:
    """The filter of a query; a scope without a day asks about now."""
    scope_names = ("unit", "channel", "group")
    scoped = any(query.get(name) for name in scope_names)
    if query.get("known_at") and not query.get("as_of"):
        query = {**query, "as_of": query["known_at"]}
    scope = queries.resolve_scope(session(), **{name: query.get(name) for name in scope_names}) if scoped else None
    plain = {name: query[name] for name in ("q", "family", "type", "status", "owner", "known_at") if name in query}
    as_of = query.get("as_of") or (now if scoped else None)
    return ProductFilter(**plain, as_of=as_of, scope=scope, sort=query.get("sort", "code"))


def cursor_of(sort: str) -> list[Any] | None:
    if sort == "code":
        return decode_cursor(str)
    return decode_cursor(datetime if sort == "changed" else str, str)


def next_of(rows: list[ProductRow], limit: int, sort: str) -> str | None:
    if len(rows) <= limit:
        return None
    return encode_cursor(*sort_key(rows[limit - 1].product, sort))


def _detail(product: Product) -> Response:
    version = queries.version_in_force(session(), product.code, at=g.now)
    status = queries.status_at(session(), product.code, g.now)
    cells = [show.cell_json(*row) for row in queries.availability_of(session(), product.code, at=g.now)]
    stops = [show.stop_json(row) for row in queries.stops_of(session(), product.code, at=g.now)]
    about = {"launched_at": launched_at(session(), product, g.now), "availability": cells, "stops": stops}
    body = {**show.product_json(product, status, version), **about}
    response = jsonify(dumped(schemas.ProductDetail, body))
    response.headers["ETag"] = product_tag(product)
    return response


def product_tag(product: Product) -> str:
    return etag("product", product.code, product.changed_at.isoformat())


@blueprint.route("/products/<code>")
class OneProduct(MethodView):
    @_problems()
    @blueprint.response(200, schemas.ProductDetail)
    def get(self, code: str) -> Any:
        """One product with the version in force and where it is sold."""
        require(current_actor(), "product.see")
        return _detail(queries.product_by_code(session(), code))

    @_problems(403, 412, 428)
    @blueprint.doc(parameters=[IF_MATCH])
    @blueprint.arguments(schemas.Description, required=False)
    @blueprint.response(200, schemas.ProductDetail)
    def patch(self, changes: dict[str, Any], code: str) -> Any:
        """Change what no sale depends on: names, owner department, note. Everything else is a change request."""
        actor, now = current_actor(), g.now

        def act(uow: Any) -> tuple[int, Any]:
            product = queries.product_by_code(uow, code)
            require(actor, "product.describe", Facts(owner_department=product.owner_department))
            check_if_match(product_tag(product))
            services.describe_product(uow, code=code, changes=changes, actor=actor, now=now)
            return 200, None

        in_unit_of_work(act)
        return _detail(queries.product_by_code(session(), code))


@blueprint.route("/products/<code>/public")
class PublicSide(MethodView):
    @_problems()
    @blueprint.response(200, schemas.PublicContent)
    def get(self, code: str) -> Any:
        """What customers may see of the version in force: nothing that its type marks as internal."""
        require(current_actor(), "product.see")
        product = queries.product_by_code(session(), code)
        version = queries.version_in_force(session(), product.code, at=g.now)
        if version is None:
            raise NotFound(N_("Nothing of this product is in force."))
        return {"product": product.code, "version": version.number, "content": public(version.content)}


@blueprint.route("/products/<code>/versions")
class Versions(MethodView):
    @_problems()
    @blueprint.arguments(schemas.PageQuery, location="query")
    @blueprint.response(200, schemas.VersionPage)
    def get(self, query: dict[str, Any], code: str) -> Any:
        """The versions of a product, latest first; ``?limit=`` and ``?cursor=`` page through them."""
        require(current_actor(), "product.see")
        product = queries.product_by_code(session(), code)
        limit, after = page_size(), decode_cursor(int)
        before = min(after[0], 2**31 - 1) if after else None
        rows = queries.versions_of(session(), product.code, before=before, limit=limit + 1)
        following = encode_cursor(rows[limit - 1].number) if len(rows) > limit else None
        return {"items": [show.version_json(row) for row in rows[:limit]], "next": following}


def version_named(code: str, number: int) -> Any:
    product = queries.product_by_code(session(), code)
    return queries.version_by_number(session(), product.code, min(number, 2**31 - 1))


@blueprint.route("/products/<code>/versions/<int:number>")
class OneVersion(MethodView):
    @_problems()
    @blueprint.response(200, schemas.Version)
    def get(self, code: str, number: int) -> Any:
        """One version with its content; the ETag is over its content and state."""
        require(current_actor(), "product.see")
        version = version_named(code, number)
        response = jsonify(dumped(schemas.Version, show.version_json(version)))
        response.headers["ETag"] = etag("version", version.id, version.content_hash, version.state)
        return response


@blueprint.route("/products/<code>/versions/<int:old>/difference/<int:new>")
class Difference(MethodView):
    @_problems()
    @blueprint.response(200, schemas.DifferenceAnswer)
    def get(self, code: str, old: int, new: int) -> Any:
        """Two versions attribute by attribute, and what that means for routing."""
        require(current_actor(), "product.see")
        before, after = version_named(code, old), version_named(code, new)
        changes = [change.as_json() for change in difference(before.content, after.content)]
        return {
            "product": code,
            "old": old,
            "new": new,
            "changes": changes,
            "facts": facts(before.content, after.content),
        }


@blueprint.route("/may-sell")
class MaySell(MethodView):
    @_problems()
    @blueprint.arguments(schemas.SaleQuery, location="query")
    @blueprint.response(200, schemas.SaleAnswerOut)
    def get(self, query: dict[str, Any]) -> Any:
        """Whether a product may be sold there, then, to such a customer: the one gate every sale passes."""
        require(current_actor(), "product.see")
        query.setdefault("at", g.now)
        return show.sale_json(queries.may_sell(session(), **query))


_RECORD = {"type": "object", "additionalProperties": True}
_ANYTHING: dict[str, Any] = {}
_IMPORT_BODY = {
    "required": True,
    "content": {"application/json": {"schema": {"anyOf": [_RECORD, {"type": "array", "items": _ANYTHING}]}}},
}


@blueprint.route("/imports/cdr")
class CdrImport(MethodView):
    @blueprint.doc(requestBody=_IMPORT_BODY)
    @_problems(403, 413, 415)
    @blueprint.alt_response(202, schema=schemas.JobStarted, description="Many records: worked in the background")
    @blueprint.response(200, schemas.ImportAnswer)
    @idempotent(who)
    def post(self) -> Any:
        """Import Consumer Data Right records: one, a list, or an envelope as published. One item for each record."""
        actor, now = current_actor(), g.now
        require(actor, "product.import")
        if not request.is_json:
            raise UnsupportedMediaType
        records = unwrap(read_json(request.get_data(cache=True)))

        def act(uow: Any) -> tuple[int, Any]:
            if len(records) > MOST_AT_ONCE:
                return 202, {"job": services.start_import(uow, records, actor=actor, now=now).id}
            items = services.import_records(uow, records, actor=actor, now=now)
            return 200, {"items": [show.item_json(item) for item in items]}

        return in_unit_of_work(act)


@blueprint.route("/jobs/<int:job_id>")
class OneJob(MethodView):
    @_problems()
    @blueprint.response(200, schemas.JobAnswer)
    def get(self, job_id: int) -> Any:
        """How far a job is, and one item for each record that is done."""
        job = job_by_id(session(), job_id, current_actor())
        return show.job_json(job, lines_of_job(session(), job))
