"""Fixtures: an application on each of the two databases, with people of a small bank."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, g
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.orm import Session

# A busy machine is no reason for a property to fail.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")
os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="tollgate-tests-"))

import app.features  # all tables are known before the first database is made
from app.bootstrap import create_app
from app.identity import services as identity
from app.kernel.database import db, unit_of_work
from app.workflow.deployments import library
from tests.databases import KINDS, TestDatabase

# All that is imported by now stays; looking through it again and again costs a tenth of the time.
gc.freeze()
gc.set_threshold(50_000)

# What a hash costs is written into it. The people of the tests have cheap ones: nobody steals their passwords,
# and nearly every test signs somebody in. A test of its own asserts what a real one costs.
REAL_HASHER = identity._hasher
identity._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", params=KINDS)
def database(request: Any, tmp_path_factory: Any) -> Iterator[TestDatabase]:
    """One database per kind and test worker."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    found = TestDatabase(request.param, Path(tmp_path_factory.mktemp(request.param)), worker)
    yield found
    found.drop()


_applications: dict[str, tuple[Flask, Engine]] = {}


@pytest.fixture
def app(request: pytest.FixtureRequest, database: TestDatabase) -> Iterator[Flask]:
    """The application on an empty database; runs each test on both kinds.

    Making one costs more than most tests, so a worker keeps one for each database and gives each test its
    settings, its extensions and its engine anew. A test that adds routes to it is marked ``own_app``.
    """
    library._bundles.clear()  # its keys are ids, which begin anew with each empty database
    url = database.fresh()
    if request.node.get_closest_marker("own_app"):
        application, engine = _made(url)
    else:
        application, engine = _applications.get(url) or _applications.setdefault(url, _made(url))
    before = dict(application.config), dict(application.extensions)
    with application.app_context():
        _renew_engines(application, engine)
        yield application
        db.session.remove()
        if database.kind == "sqlite" or engine.pool.checkedout():  # type: ignore[attr-defined]
            engine.dispose()
    for now, then in zip((application.config, application.extensions), before, strict=True):
        now.clear()
        now.update(then)


def _renew_engines(application: Flask, engine: Engine) -> None:
    """The same connections and compiled statements, but nothing that is remembered of or listened to at an engine."""
    db.engines[None] = fresh = engine.execution_options()
    for name, kept in list(application.extensions.items()):
        if isinstance(kept, Engine):
            options = kept.get_execution_options()
            application.extensions[name] = fresh if kept is engine else fresh.execution_options(**options)


def _made(url: str) -> tuple[Flask, Engine]:
    application = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": url,
            "TESTING": True,
            "DEMO": True,
            "SECRET_KEY": "only for tests",
            "SCHEDULER": False,
        }
    )
    application.before_request_funcs.setdefault(None, []).insert(0, _forget)
    application.jinja_env.bytecode_cache = FileSystemBytecodeCache(os.environ["VAR_DIR"])
    with application.app_context():
        return application, db.engine


@pytest.fixture
def filled(app: Flask, database: TestDatabase) -> Callable[[str, Callable[[], object]], Flask]:
    """``filled("demo", write)``: the application on the database as ``write()`` fills it, done once per worker.

    What ``write`` does is put back for later tests: a moment it takes for now must still do some minutes later.
    """

    def let_go() -> None:
        db.session.remove()
        if database.kind == "sqlite":
            db.engine.dispose()

    def fill(name: str, write: Callable[[], object]) -> Flask:
        let_go()
        database.filled(name, lambda: (write(), let_go()))
        library._bundles.clear()
        return app

    return fill


@pytest.fixture
def seeded(filled: Callable[..., Flask]) -> Callable[..., Flask]:
    """``seeded(people, tables)``: filled in one transaction by functions that are given its session."""

    def fill(*seeds: Callable[[Session], object]) -> Flask:
        def write() -> None:
            with unit_of_work() as uow:
                for seed in seeds:
                    seed(uow)
                    uow.flush()

        return filled("+".join(f"{seed.__module__}.{seed.__qualname__}" for seed in seeds), write)

    return fill


def _forget() -> None:
    """Real requests have a ``g`` each; in a test they would share that of the open context."""
    for name in list(g):
        g.pop(name)
