"""The catalogue of the demo bank: Chinese products, and the records a bank published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import SYSTEM
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.states import version_move
from app.modules.catalogue.rules.values import parse_instant
from app.modules.catalogue.services.contents import checked_content
from app.modules.catalogue.services.creating import add_product
from app.modules.catalogue.services.imports import Item, import_records, open_load
from app.modules.catalogue.services.periods import close_sales
from app.modules.catalogue.services.reading import read_json, unwrap

DATA = Path(__file__).resolve().parent.parent / "data"


def load_demo(uow: Session, now: datetime) -> list[Item]:
    """Load both where the catalogue is empty; gives the report on the published records.

    The Chinese products come with their earlier versions as of the days they
    took effect, recorded now, as an opening load would bring them.
    """
    if uow.scalar(select(Product.code).limit(1)) is not None:
        return []
    for described in read_json((DATA / "demo.json").read_bytes()):
        _load(uow, described, now)
    return import_records(uow, published_records(), actor=SYSTEM, now=now)


def published_records() -> list[Any]:
    """The records as the bank published them, in the order of their file names."""
    files = sorted((DATA / "cdr").glob("*.json"))
    return [record for file in files for record in unwrap(read_json(file.read_bytes()))]


def _load(uow: Session, described: dict[str, Any], now: datetime) -> None:
    contents = [checked_content(uow, version["content"]) for version in described["versions"]]
    product = add_product(
        uow,
        code=described["code"],
        document=contents[0],
        names=contents[0]["basics"]["name"],
        owner=described["owner_department"],
        remark=None,
        source="demo",
        by=SYSTEM.username,
        now=now,
    )
    starts = [parse_instant(version["since"]) for version in described["versions"]]
    _load_versions(uow, product, contents, starts, now)


def _load_versions(
    uow: Session, product: Product, contents: Sequence[dict[str, Any]], starts: Sequence[datetime], now: datetime
) -> None:
    previous = None
    for content, start in zip(contents, starts, strict=True):
        if previous is not None:
            previous.state, previous.valid_to = version_move(previous.state, "supersede").to, start
            close_sales(uow, [previous.id], at=start, now=now)
        previous = open_load(uow, product, content, actor=SYSTEM, now=now, since=start)
