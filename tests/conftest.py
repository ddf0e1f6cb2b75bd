"""Fixtures: an application on each of the two databases, with people of a small bank."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache

# A busy machine is no reason for a property to fail.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="tollgate-tests-"))

import app.features  # all tables are known before the first database is made
from app.bootstrap import create_app
from app.kernel.database import db
from app.workflow.deployments import library
from tests.databases import KINDS, TestDatabase


@pytest.fixture(scope="session", params=KINDS)
def database(request: Any, tmp_path_factory: Any) -> Iterator[TestDatabase]:
    """One database per kind and test worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    found = TestDatabase(request.param, Path(tmp_path_factory.mktemp(request.param)), worker)
    yield found
    found.drop()


@pytest.fixture
def app(database: TestDatabase) -> Iterator[Flask]:
    """The application on an empty database; runs each test on both kinds."""
    library._bundles.clear()  # its keys are ids, which begin anew with each empty database
    application = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": database.fresh(),
            "TESTING": True,
            "DEMO": True,
            "SECRET_KEY": "only for tests",
            "SCHEDULER": False,
        }
    )
    application.before_request_funcs.setdefault(None, []).insert(0, _forget)
    # Each test has an application of its own; compiling the templates again for each costs more than most tests.
    application.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ["VAR_DIR"])
    with application.app_context():
        yield application
        db.session.remove()
        db.engine.dispose()


def _forget() -> None:
    """Real requests have a ``g`` each; in a test they would share that of the open context."""
    for name in list(g):
        g.pop(name)
