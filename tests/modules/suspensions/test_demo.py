"""The demo bank shows a suspension that was lifted, and one that waits for the second person of risk."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.demo import seed
from app.demo_suspensions import seed_suspensions
from app.kernel import audit
from app.kernel.database import end_read, session, unit_of_work
from app.modules.suspensions import invariants
from app.modules.suspensions.models import Suspension
from tests.shell.conftest import sign_in


@pytest.mark.slow
def test_risk_finds_one_in_its_inbox_and_the_product_says_so(app: Flask) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as uow:
        seed(uow, now)
    for _ in range(2):
        seed_suspensions(now)
    found = session().execute(select(Suspension.product_code, Suspension.state).order_by(Suspension.id)).all()
    assert [tuple(row) for row in found] == [("CN-FX", "resumed"), ("CN-EQUITY-R4", "proposed")]
    assert list(invariants.violations(session())) == []
    assert list(audit.verify(session())) == []
    end_read()
    client = app.test_client()
    client.set_cookie("language", "en")
    sign_in(client, "xu.feng")
    assert "SU-00002" in client.get("/inbox").text
    assert "SU-00002" in client.get("/products/CN-EQUITY-R4").text
    assert "SU-00001" not in client.get("/products/CN-FX").text
