"""A real Chromium against a real server with the demo bank.

``page_as(username, language)`` gives a page of a signed-in person. Where no browser
is installed the tests are skipped, and the summary of the run says so.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from waitress.server import create_server

from app.bootstrap import create_app
from app.demo import seed
from app.identity.demo import DEMO_PASSWORD
from app.kernel.database import db, unit_of_work

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER = next((path for name in NAMES if (path := shutil.which(name))), None)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in Path(str(item.fspath)).parents:
            item.add_marker(pytest.mark.browser)
            # The tests of a module share its served bank: they go to one worker, which starts it once.
            item.add_marker(pytest.mark.xdist_group(item.fspath.purebasename))
            if BROWSER is None:
                item.add_marker(pytest.mark.skip(reason="NO BROWSER: install chromium to run the browser tests"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if BROWSER is None:
        terminalreporter.write_line(
            "WARNING: no Chromium was found; the browser tests did not run.", yellow=True, bold=True
        )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application with the demo bank on SQLite, served on a free port of the loopback interface."""
    folder = tmp_path_factory.mktemp("served")
    app = create_app(
        {
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'demo.db'}",
            "DEMO": True,
            "SECRET_KEY": "only for tests",
            "SCHEDULER": False,
        }
    )
    with app.app_context():
        db.create_all()
        with unit_of_work() as uow:
            seed(uow, datetime.now(UTC))
        db.session.remove()
    server = create_server(app, host="127.0.0.1", port=0, threads=6)
    app.config["BASE_URL"] = f"http://127.0.0.1:{server.effective_port}"
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield app
    server.close()
    thread.join(timeout=5)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(served: Flask, browser: Any) -> Iterator[Callable[..., Any]]:
    """A page of nobody; the test fails if a script or the policy of the page complains."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(language: str = "en", width: int = 1440, height: int = 900) -> Any:
        context = browser.new_context(
            base_url=served.config["BASE_URL"],
            viewport={"width": width, "height": height},
            locale="zh-CN" if language == "zh" else "en-GB",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page_as(new_page: Callable[..., Any]) -> Callable[..., Any]:
    """A page of a person of the demo bank, signed in, in a language."""

    def signed_in(username: str, language: str = "en", **size: int) -> Any:
        page = new_page(language, **size)
        page.goto("/sign-in")
        page.fill("[name=username]", username)
        page.fill("[name=password]", DEMO_PASSWORD)
        page.click(".sign-in-form [type=submit]")
        page.wait_for_url("**/")
        return page

    return signed_in
