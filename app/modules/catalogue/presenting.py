"""Records of the catalogue as the API gives them, in the language of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.kernel.i18n import gettext
from app.modules.catalogue.models import FOREVER, Availability, ImportLine, Job, Product, ProductVersion, SaleStop
from app.modules.catalogue.queries import ProductRow
from app.modules.catalogue.queries.launch_times import LaunchTimes
from app.modules.catalogue.rules.sale import Reason, SaleAnswer
from app.modules.catalogue.services.imports import Item, reason_json
from app.modules.catalogue.types import Attribute, ProductType
from app.modules.catalogue.types.description import Check


def version_json(version: ProductVersion) -> dict[str, Any]:
    names = (
        "number",
        "state",
        "valid_from",
        "valid_to",
        "recorded_at",
        "content_hash",
        "change_class",
        "approval",
        "based_on",
        "created_by",
        "headline",
        "content",
    )
    return {"product": version.product_code, **{name: getattr(version, name) for name in names}}


def product_json(product: Product, status: str | None, version: ProductVersion | None) -> dict[str, Any]:
    names = ("code", "family", "type", "owner_department", "names", "note", "source", "created_at", "changed_at")
    return {
        **{name: getattr(product, name) for name in names},
        "status": status or product.status,
        "version": version_json(version) if version else None,
    }


def launch_times_json(found: LaunchTimes) -> dict[str, Any]:
    spans = {"typical": found.typical, "shortest": found.shortest, "longest": found.longest}
    seconds = {name: None if span is None else int(span.total_seconds()) for name, span in spans.items()}
    return {"launched": len(found.each), **seconds}


def row_json(row: ProductRow) -> dict[str, Any]:
    return product_json(row.product, row.status, row.version)


def cell_json(row: Availability, version: ProductVersion) -> dict[str, Any]:
    return {
        "version": version.number,
        "pilot": row.pilot,
        "unit": row.unit,
        "channel": row.channel,
        "group": row.customer_group,
        "valid_from": row.valid_from,
        "valid_to": None if row.valid_to == FOREVER else row.valid_to,
    }


def stop_json(row: SaleStop) -> dict[str, Any]:
    names = ("cause", "unit", "channel", "valid_from")
    return {**{name: getattr(row, name) for name in names}, "group": row.customer_group}


def sale_json(answer: SaleAnswer) -> dict[str, Any]:
    reasons = [sale_reason_json(reason) for reason in answer.reasons]
    return {"allowed": answer.allowed, "version": answer.version, "reasons": reasons}


def sale_reason_json(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "message": gettext(reason.message, reason.values)}


def item_json(item: Item) -> dict[str, Any]:
    return _line(item.index, item.product, item.outcome, reason_json(item))


def _line(index: int, product: str | None, outcome: str | None, reason: Mapping[str, Any]) -> dict[str, Any]:
    errors = [{"pointer": f["pointer"], "detail": gettext(f["message"], f["values"])} for f in reason["faults"]]
    words = gettext(reason["message"], reason["values"])
    if errors:
        words = "; ".join(f"{e['pointer']}: {e['detail']}" for e in errors[:5])
    line = {"index": index, "product": product, "outcome": outcome, "reason": words, "code": reason["code"]}
    return {**line, "errors": errors} if errors else line


def job_json(job: Job, lines: Sequence[ImportLine]) -> dict[str, Any]:
    """With one item for each record that is done, in the order they were sent."""
    names = ("id", "kind", "state", "total", "done", "created_at", "finished_at")
    items = [_line(line.position, line.product, line.outcome, line.reason) for line in lines if line.outcome]
    return {**{name: getattr(job, name) for name in names}, "items": items}


def type_json(found: ProductType) -> dict[str, Any]:
    """The description of a type, for forms."""
    return {
        "key": found.key,
        "family": found.family,
        "labels": dict(found.labels),
        "groups": [
            {"key": g.key, "labels": dict(g.labels), "attributes": [_attribute_json(a) for a in g.attributes]}
            for g in found.groups
        ],
        "checks": [_check_json(check) for check in found.all_checks()],
        "templates": [{"key": t.key, "labels": dict(t.labels), "content": t.content} for t in found.templates],
    }


def _check_json(check: Check) -> dict[str, Any]:
    """``of`` and ``than`` name attributes by ``group.attribute`` or ``group.list.column``."""
    told = {name: getattr(check, name) for name in ("rule", "of", "than", "values", "where", "when", "says")}
    return {name: value for name, value in told.items() if value}


def _attribute_json(attribute: Attribute) -> dict[str, Any]:
    described = {
        "key": attribute.key,
        "labels": dict(attribute.labels),
        "kind": attribute.kind,
        "unit": attribute.unit,
        "required": attribute.required,
        "holder": attribute.holder,
        "audience": attribute.audience,
        "default": attribute.default,
        "choices": {key: dict(labels) for key, labels in attribute.choices.items()},
        "columns": [_attribute_json(column) for column in attribute.columns],
    }
    return {key: value for key, value in described.items() if value not in (None, {}, [])}
