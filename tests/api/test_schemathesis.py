"""The API against its own OpenAPI document, by generated requests, on both databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import demo
from app.bootstrap import create_app
from app.identity.demo import DEMO_PASSWORD
from app.kernel import clock
from app.kernel.database import db, end_read, unit_of_work
from tests.databases import TestDatabase

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
"""All but those that a rule over several members, or an opaque cursor, makes meaningless."""
DESIGNERS = ("/api/v1/processes", "/api/v1/instances", "/api/v1/decisions")
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "6"))


@pytest.fixture(scope="module", params=("sqlite", "postgresql"))
def served(request: Any, tmp_path_factory: Any) -> Iterator[Flask]:
    """The whole demo bank, kept for all operations."""
    worker = f"schema_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    database = TestDatabase(request.param, Path(tmp_path_factory.mktemp("schema")), worker)
    url = database.fresh()
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": "only for tests", "DEMO": True})
    with app.app_context():
        now = clock.now()
        end_read()
        with unit_of_work() as uow:
            demo.seed(uow, now)
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    database.drop()


def token(served: Flask, who: str) -> str:
    credentials = {"username": who, "password": DEMO_PASSWORD}
    return str(served.test_client().post("/api/v1/auth/token", json=credentials).json["token"])


def complaints(operation: Any, mode: GenerationMode, tokens: dict[str, str]) -> list[str]:
    """What generated requests to one operation find wrong."""
    found: list[str] = []

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Any) -> None:
        who = "lu.ming" if operation.path.startswith(DESIGNERS) else "lin.yue"
        try:
            # The test transport does not unpack gzip.
            headers = {"Authorization": f"Bearer {tokens[who]}", "Accept-Encoding": "identity"}
            case.call_and_validate(headers=headers, checks=CHECKS)
        except FailureGroup as failures:
            found.extend(f"{operation.label} ({mode.value}): {str(f)[:600]}" for f in failures.exceptions)

    # Of some operations no request of the kind can be made.
    with suppress(Unsatisfiable):
        ask()
    return found


@pytest.mark.slow
def test_every_operation_keeps_to_its_description(served: Flask) -> None:
    document = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", served)
    tokens = {who: token(served, who) for who in ("lin.yue", "lu.ming")}
    found: dict[str, str] = {}
    operations = [result.ok() for result in document.get_all_operations()]
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            for complaint in complaints(operation, mode, tokens):
                found.setdefault(complaint.split("\n")[0], complaint)
    assert len(operations) > 40
    assert not found, "\n\n".join(found.values())
