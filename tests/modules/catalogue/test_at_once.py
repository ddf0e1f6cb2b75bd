"""Two people, one product, the same instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask

from app.kernel import audit
from app.kernel.database import db, session, unit_of_work
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.services import import_records
from tests.modules.catalogue.conftest import MANAGER, NOW, cdr_record


def at_once(app: Flask, act: Callable[[], Any], times: int = 4) -> list[Any]:
    def run(_: int) -> Any:
        with app.app_context():
            try:
                return act()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def imported(record: dict[str, Any]) -> str:
    with unit_of_work() as uow:
        return import_records(uow, [record], actor=MANAGER, now=NOW)[0].outcome


def test_one_import_opens_and_one_proposes_however_many_come_at_once(bank: Flask) -> None:
    record = cdr_record("online_term_deposit")
    assert Counter(at_once(bank, lambda: imported(record))) == {"created": 1, "unchanged": 3}
    record["depositRates"][0]["rate"] = "0.02"
    assert Counter(at_once(bank, lambda: imported(record))) == {"proposed": 1, "unchanged": 3}
    assert session().query(Product).count() == 1
    assert session().query(ProductVersion).count() == 2
    assert list(audit.verify(session())) == []
