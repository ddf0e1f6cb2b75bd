"""The catalogue of the demo bank."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from flask import Flask

from app.identity.demo import seed_people
from app.kernel import audit
from app.kernel.database import session, unit_of_work
from app.modules.catalogue import queries
from app.modules.catalogue.models import Product
from app.modules.catalogue.rules.checks import broken
from app.modules.catalogue.schemas.content import load_content
from app.modules.catalogue.services import load_demo
from app.modules.catalogue.services.demo import DATA
from app.modules.catalogue.services.reading import read_json
from app.modules.catalogue.types import PRODUCT_TYPES
from tests.modules.catalogue.conftest import NOW


def test_the_demo_bank_has_products_of_every_type(app: Flask) -> None:
    with unit_of_work() as uow:
        seed_people(uow)
        uow.flush()
        items = load_demo(uow, NOW)
        assert load_demo(uow, NOW) == []
    assert Counter(item.outcome for item in items) == {"created": 60, "quarantined": 1}
    types = {key for (key,) in session().query(Product.type).distinct()}
    assert types == set(PRODUCT_TYPES) - {"other_loan"}, "that one takes what an import cannot place"
    assert list(audit.verify(session())) == []


def test_every_product_of_the_demo_bank_could_be_submitted_as_it_is() -> None:
    """All that a launch needs is there, and no check of its type is broken, in any of its versions."""
    for described in read_json((DATA / "demo.json").read_bytes()):
        for version in described["versions"]:
            content = load_content(version["content"])
            assert list(broken(content, complete=True)) == [], described["code"]


def test_earlier_terms_of_a_demo_product_can_be_asked(app: Flask) -> None:
    with unit_of_work() as uow:
        seed_people(uow)
        uow.flush()
        load_demo(uow, NOW)
    past = datetime(2025, 1, 15, tzinfo=UTC)
    where = {"unit": "SH01", "channel": "mobile", "group": "retiree"}
    assert queries.may_sell(session(), product="CN-TD", at=past, **where).version == 1
    assert queries.may_sell(session(), product="CN-TD", at=NOW, **where).version == 2
    assert not queries.may_sell(session(), product="CN-TD", at=past, known_at=past, **where).allowed
