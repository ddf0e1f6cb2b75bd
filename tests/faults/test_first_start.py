"""Two platforms that start at once on one empty PostgreSQL: one prepares it, the other waits, both serve."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.databases import server_url
from tests.faults.conftest import ROOT

PATIENCE = 240


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database without tables, as a bank's operator would write it."""
    server = make_url(server_url())
    name = f"tollgate_first_{os.getpid()}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield server.set(drivername="postgres", database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def answer(port: int, path: str) -> Any:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as found:
        return json.load(found)


def ready(process: subprocess.Popen[bytes], port: int) -> bool:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            return bool(answer(port, "/healthz"))
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.3)
    return False


def test_two_processes_that_start_at_once_fill_the_database_once(empty_database: str, tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "app.serve"],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": empty_database, "PORT": str(port), "VAR_DIR": str(tmp_path)},
            stdout=subprocess.DEVNULL,
        )
        for port in ports
    ]
    try:
        assert [ready(process, port) for process, port in zip(running, ports, strict=True)] == [True, True]
        people = [len(answer(port, "/api/v1/demo")["people"]) for port in ports]
        assert people[0] == people[1] > 0
    finally:
        for process in running:
            process.kill()
            process.wait()
    engine = create_engine(empty_database.replace("postgres://", "postgresql://"))
    with engine.connect() as connection:
        requests = connection.scalar(text("SELECT count(*) FROM change_request"))
        doubled = connection.scalar(text("SELECT count(*) - count(DISTINCT username) FROM person"))
    engine.dispose()
    assert (requests, doubled) == (2, 0)
