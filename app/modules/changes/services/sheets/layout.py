"""How a request stands in a sheet: its columns, and the lines of each product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.modules.catalogue.models import Product
from app.modules.catalogue.types import Labels
from app.modules.catalogue.types.description import label
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules import sheet
from app.modules.changes.rules.sheet import Line
from app.modules.changes.services.differences import pairs

HEADINGS: Mapping[str, Labels] = {
    "product": label("Product code", "产品代码"),
    "product_name": label("Product", "产品"),
    "attribute": label("Attribute path", "属性路径"),
    "attribute_name": label("Attribute", "属性"),
    "live": label("Live value", "现行值"),
    "proposed": label("Proposed value", "拟变更值"),
    "unit": label("Unit", "单位"),
}
"""The columns of the sheet, in its order. They are known by their headings, in either language."""
NEEDED = ("product", "attribute", "live", "proposed", "unit")
"""Without these a sheet says nothing; the names beside them are for people."""


@dataclass(frozen=True)
class Version:
    """A proposed version beside the live one, as lines."""

    product: Product
    live: Mapping[str, Any] | None
    proposed: Mapping[str, Any]
    lines: Mapping[str, Line]
    """Path → its line, in the order of the sheet."""


def versions(session: Session, request: ChangeRequest, now: datetime) -> dict[str, Version]:
    """Product code → its version, of all products of a request."""
    both = pairs(session, request, now)
    codes = [new.product_code for _, new in both]
    products = {p.code: p for p in session.scalars(select(Product).where(Product.code.in_(codes)))}
    found = {}
    for old, new in both:
        live = old.content if old else None
        lines = {line.path: line for line in sheet.lines(live, new.content)}
        found[new.product_code] = Version(products[new.product_code], live, new.content, lines)
    return found
