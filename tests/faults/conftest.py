"""Real processes that can be killed, and real servers that several people use at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.identity.demo import DEMO_PASSWORD, seed_people

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def zygote() -> Iterator[subprocess.Popen[str]]:
    """A process that forks a killable child for each request."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.zygote"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    yield process
    assert process.stdin is not None
    process.stdin.close()
    process.wait(timeout=20)
    assert process.stdout is not None
    process.stdout.close()


@pytest.fixture
def bank(seeded: Callable[..., Flask]) -> Flask:
    """The demo bank's people on an empty database."""
    return seeded(seed_people)


@pytest.fixture
def elsewhere(bank: Flask, zygote: subprocess.Popen[str]) -> Callable[..., dict[str, Any]]:
    """Make a request in a process of its own: ``elsewhere(who, method, path, body, kill=None)``.

    ``here=True``: in the process that the others are forked from.
    """
    keep = ("SQLALCHEMY_DATABASE_URI", "SECRET_KEY", "DEMO", "TESTING", "SCHEDULER")
    settings = {name: bank.config[name] for name in keep}
    tokens: dict[str, str] = {}

    def token(who: str) -> str:
        if who not in tokens:
            credentials = {"username": who, "password": DEMO_PASSWORD}
            tokens[who] = bank.test_client().post("/api/v1/auth/token", json=credentials).json["token"]
        return tokens[who]

    def request(
        who: str, method: str, path: str, body: Any = None, kill: str | None = None, *, here: bool = False
    ) -> dict[str, Any]:
        command = {
            "settings": settings,
            "token": token(who),
            "method": method,
            "path": path,
            "body": body,
            "kill": kill,
            "here": here,
        }
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        zygote.stdin.write(json.dumps(command) + "\n")
        zygote.stdin.flush()
        report: dict[str, Any] = json.loads(zygote.stdout.readline())
        return report

    return request
