"""A bank with a process in it, and people who press buttons."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.identity.services import actor_named
from app.kernel import clock
from app.kernel.database import end_read, session, unit_of_work
from app.workflow.deployments.services import deploy
from app.workflow.instances.services import start_instance
from app.workflow.models import Task
from app.workflow.tasks import services
from tests.desks.drawings import CLAUSE, DEPARTMENTS, OK
from tests.shell.conftest import bank, client_as, token_of

__all__ = ["bank", "client_as"]


class Desk:
    """A person at the pages: reads them and presses their buttons."""

    def __init__(self, client: FlaskClient):
        self.client = client

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        token = token_of(self.client.get("/inbox").text)
        return self.client.post(path, data={"csrf_token": token, **(data or {})}, **more)

    def main(self, path: str) -> str:
        """What stands between the header and the end of a page."""
        page = self.get(path).text
        return page[page.index("<main") :]


@pytest.fixture
def desk(client_as: Callable[..., FlaskClient]) -> Callable[..., Desk]:
    return lambda username, language="en": Desk(client_as(username, language))


class Bank:
    """Cases of the clause review in the state a test needs."""

    def start(self, product: str = "TD-001", title: str = "Lower the fee", prepared: bool = True) -> dict[str, int]:
        """A case; the ids of its open tasks by department, or by element."""
        card = {"title": {"en": title, "zh": title}, "products": [product], "materiality": "material"}
        with unit_of_work() as uow:
            acting = who(uow, "lin.yue")
            step = start_instance(
                uow,
                key="clause_review",
                business_key="CR-1",
                variables={"departments": DEPARTMENTS},
                card=card,
                **acting,
            )
            first, case = step.opened[0].id, step.instance.id
        if not prepared:
            return {"prepare": first, "case": case}
        return {**self.complete(first, "lin.yue"), "case": case}

    def complete(self, task_id: int, username: str, data: dict[str, Any] | None = None) -> dict[str, int]:
        with unit_of_work() as uow:
            acting = who(uow, username)
            version = uow.get_one(Task, task_id).version
            uow.expire_all()
            step = services.complete_task(uow, task_id=task_id, version=version, data=data or OK, **acting)
            return {t.department or t.element_id: t.id for t in step.opened}

    def claim(self, task_id: int, username: str) -> None:
        with unit_of_work() as uow:
            services.claim(uow, task_id=task_id, **who(uow, username))

    def task(self, task_id: int) -> Task:
        end_read()
        found = session().get_one(Task, task_id)
        end_read()
        return session().merge(found, load=False)


def who(uow: Any, username: str) -> dict[str, Any]:
    return {"actor": actor_named(uow, username), "now": clock.now()}


@pytest.fixture
def cases(bank: Flask) -> Bank:
    """The bank with the clause review deployed."""
    with unit_of_work() as uow:
        deploy(uow, xml=CLAUSE.encode(), **who(uow, "shen.dan"))
    return Bank()


def texts(page: str, pattern: str) -> list[str]:
    """What a pattern with one group finds, in the order of the page."""
    return re.findall(pattern, page, re.DOTALL)
