"""The API against its own OpenAPI document, as a stranger tries it: by the command line, with all checks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from flask import Flask
from waitress import create_server

from app import demo
from app.bootstrap import create_app
from app.demo_requests import seed_requests
from app.identity.demo import DEMO_PASSWORD
from app.kernel import clock
from app.kernel.database import db, end_read, unit_of_work
from tests.databases import KINDS, TestDatabase

ROOT = Path(__file__).parents[2]
"""Where `schemathesis.toml` lies: the answers that no schema can foresee, told in docs/api.md."""
EXAMPLES = os.environ.get("SCHEMATHESIS_EXAMPLES", "1")
AT_RANDOM = ("--phases", "fuzzing,stateful", "-n", EXAMPLES)
ONE_BY_ONE = ("--phases", "coverage", "--exclude-path", "/api/v1/products")
"""Each keyword of each schema. The thousands of a product's content are left to `test_described` and to strangers."""
RUNS = {
    "sqlite": [("lin.yue", ONE_BY_ONE), ("jin.cheng", AT_RANDOM)],
    "postgresql": [("lin.yue", AT_RANDOM), ("shen.dan", AT_RANDOM), ("lu.ming", AT_RANDOM)],
}


@pytest.fixture(scope="module", params=KINDS)
def served(request: Any, tmp_path_factory: Any) -> Iterator[tuple[str, Flask, str]]:
    """The whole demo bank, listening: its kind of database, the application and its address."""
    worker = f"schema_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    database = TestDatabase(request.param, Path(tmp_path_factory.mktemp("schema")), worker)
    url = database.fresh()
    app = create_app({"SQLALCHEMY_DATABASE_URI": url, "SECRET_KEY": "only for tests", "DEMO": True})
    with app.app_context():
        now = clock.now()
        end_read()
        with unit_of_work() as uow:
            demo.seed(uow, now)
        seed_requests(now)
        db.session.remove()
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield request.param, app, f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=10)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    database.drop()


def sign_in(app: Flask, who: str) -> list[str]:
    """What tells the command line who asks."""
    credentials = {"username": who, "password": DEMO_PASSWORD}
    answer: Any = app.test_client().post("/api/v1/auth/token", json=credentials).json
    return ["-H", f"Authorization: Bearer {answer['token']}"]


@pytest.mark.slow
def test_a_stranger_finds_no_fault(served: tuple[str, Flask, str], tmp_path: Path) -> None:
    kind, app, address = served
    for who, extent in RUNS[kind]:
        ended = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(ROOT / "schemathesis.toml")),
                *("run", f"{address}/api/v1/openapi.json", *extent),
                # One thread: Python 3.11's compiler, which the generator of requests asks, fails at times in several.
                *("--seed", "1", "--continue-on-failure", "--no-color", "--workers", "1"),
                # How long a busy machine takes to think of requests says nothing about the answers.
                *("--suppress-health-check", "all"),
                *sign_in(app, who),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, f"{who}: {_faults(ended.stdout)}{ended.stderr[-2000:]}"


def _faults(said: str) -> str:
    """What was found wrong, without the advice that follows it."""
    return said[said.find("= FAILURES =") :].partition("= WARNINGS =")[0][:8000]
