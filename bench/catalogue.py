"""The pages of a catalogue of 20,000 products with 200,000 versions, beside those of one of 1,000 products."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask.testing import FlaskClient

from app.kernel import clock
from app.kernel.database import end_read, insert_rows, unit_of_work
from app.modules.catalogue.models import FOREVER, Availability, Product, ProductStatus, ProductVersion
from app.modules.catalogue.rules.content import content_hash, headline
from bench.masses import analyse
from bench.results import Result
from bench.world import World
from tests.processes.bank import TIME_DEPOSIT, dearer

FEW, MANY = 1_000, 20_000
VERSIONS = 10
"""Of each product, one after the other on sale; the last one is live."""
AT_ONCE = 500
ROUNDS, TIMES = 5, 5
BESIDE = "/help"
"""A page that knows nothing of the catalogue: how fast the machine is just then."""
PAGES = {
    "list": "/products",
    "last of the list by name": "/products?sort=name&q=deposit",
    "search, one found": "/products?q=bench-00421",
    "search, none found": "/products?q=nobody",
    "filtered": "/products?family=deposit&status=on_sale&sort=changed",
    "as of a past day": "/products/on-sale?as_of=2025-06-01",
    "as of, as known, in a scope": "/products/on-sale?as_of=2025-06-01&known_at=2025-07-01&unit=SH01&channel=mobile",
    "product": "/products/BENCH-00421",
    "difference": "/products/BENCH-00421/versions/9/difference/10",
    "on-sale matrix": "/products/BENCH-00421/on-sale",
}


def measure(world: World) -> Iterator[Result]:
    client, now = world.browser("lin.yue"), clock.now()
    end_read()
    _fill(range(FEW), now)
    small = {name: _taken(client, path) for name, path in PAGES.items()}
    _fill(range(FEW, MANY), now)
    large = {name: _taken(client, path) for name, path in PAGES.items()}
    growth = {name: large[name].beside / small[name].beside for name in PAGES}
    worst = max(growth, key=lambda name: growth[name])
    told = ", ".join(f"{name} {small[name].ms:.0f} → {large[name].ms:.0f} ms ({growth[name]:.2f})" for name in PAGES)
    detail = f"time of a page at {MANY:,} products ÷ at {FEW:,}, of the one that grows most ({worst}); {told}"
    yield Result("catalogue_ratio", world.kind, round(growth[worst], 2), 1.5, "ratio", detail)


@dataclass(frozen=True)
class Taken:
    """What a page takes: in milliseconds, and beside a page that is the same however many products there are."""

    ms: float
    beside: float


def _taken(client: FlaskClient, path: str) -> Taken:
    """The best of some medians: what it costs, not what the machine did meanwhile.

    Minutes lie between a small and a large catalogue; a machine that others slow down in between would
    count as growth, so each page is taken in turns with one that does not grow.
    """
    rounds = [_medians(client, path) for _ in range(ROUNDS)]
    page, beside = (min(medians) for medians in zip(*rounds, strict=True))
    return Taken(page * 1000, page / beside)


def _medians(client: FlaskClient, path: str) -> tuple[float, float]:
    turns = [(_once(client, path), _once(client, BESIDE)) for _ in range(TIMES)]
    page, beside = (statistics.median(taken) for taken in zip(*turns, strict=True))
    return page, beside


def _once(client: FlaskClient, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    taken = time.perf_counter() - began
    assert answer.status_code == 200, (path, answer.status_code)
    return taken


def _fill(numbers: range, now: datetime) -> None:
    """Products with their versions, written in bulk as the services would leave them."""
    versions = [_version(number + 1, dearer(TIME_DEPOSIT, f"1.{number:02d}"), now) for number in range(VERSIONS)]
    for first in range(numbers.start, numbers.stop, AT_ONCE):
        some = range(first, min(first + AT_ONCE, numbers.stop))
        with unit_of_work() as uow:
            insert_rows(uow, Product, [_product(number, now) for number in some])
            insert_rows(uow, ProductStatus, [_status(number, now) for number in some])
            insert_rows(uow, ProductVersion, [_of(number, version) for number in some for version in versions])
            insert_rows(uow, Availability, [_sale(number, version, now) for number in some for version in versions])
    analyse()


def _product(number: int, now: datetime) -> dict[str, Any]:
    code = f"BENCH-{number:05d}"
    name = f"Time deposit {number:05d}"
    return {
        "code": code, "family": "deposit", "type": "time_deposit", "owner_department": "personal_banking",
        "names": {"en": name, "zh": f"整存整取{number:05d}"}, "source": "bank", "status": "on_sale",
        "search": f"{code} {name}".lower(), "sort_en": name.lower(), "sort_zh": f"整存整取{number:05d}",
        "created_by": "zhao.heng", "created_at": now, "changed_at": now - timedelta(seconds=number),
    }  # fmt: skip


def _status(number: int, now: datetime) -> dict[str, Any]:
    return {
        "product_code": f"BENCH-{number:05d}", "status": "on_sale", "by": "zhao.heng",
        "valid_from": _since(1, now), "valid_to": FOREVER, "recorded_from": _since(1, now), "recorded_to": FOREVER,
    }  # fmt: skip


def _version(number: int, content: Any, now: datetime) -> dict[str, Any]:
    live = number == VERSIONS
    return {
        "number": number, "state": "live" if live else "superseded", "content": content,
        "content_hash": content_hash(content), "headline": headline(content), "valid_from": _since(number, now),
        "valid_to": None if live else _since(number + 1, now), "recorded_at": _since(number, now),
        "change_class": "opening", "approval": "opening load", "created_by": "zhao.heng",
    }  # fmt: skip


def _of(number: int, version: dict[str, Any]) -> dict[str, Any]:
    return {"id": number * VERSIONS + version["number"], "product_code": f"BENCH-{number:05d}", **version}


def _sale(number: int, version: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "product_code": f"BENCH-{number:05d}", "version_id": number * VERSIONS + version["number"], "pilot": False,
        "valid_from": version["valid_from"], "valid_to": version["valid_to"] or FOREVER,
        "recorded_from": version["valid_from"], "recorded_to": FOREVER,
    }  # fmt: skip


def _since(number: int, now: datetime) -> datetime:
    """A version each quarter."""
    return now - timedelta(days=91 * (VERSIONS + 1 - number))
