"""Processes that call each other, over HTTP: a ring is refused, whatever the order of deployments."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from app.kernel.database import unit_of_work
from app.workflow.models import ProcessDefinition
from tests.workflow.drawings import drawn, line, node, simple


def calling(key: str, called: str) -> str:
    body = node("startEvent", f"{key}_s") + node("callActivity", f"{key}_c", calledElement=called)
    return drawn(body + node("endEvent", f"{key}_e") + line(f"{key}_s", f"{key}_c", f"{key}_e"), key=key)


def test_a_ring_of_calls_is_refused_where_it_would_close(ask: Any) -> None:
    for xml in (simple("a", key="first"), calling("second", "first"), calling("third", "second")):
        assert ask("shen.dan", "POST", "/processes", json={"xml": xml}).status_code == 201
    refused = ask("shen.dan", "POST", "/processes", json={"xml": calling("first", "third")})
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json["errors"]] == [("/xml#first_c", "calls_itself")]


def test_a_ring_that_two_approvals_closed_starts_no_case(ask: Any) -> None:
    """Versions that wait for a second person are not seen by each other's check."""
    for xml in (simple("a", key="first"), calling("second", "first")):
        assert ask("shen.dan", "POST", "/processes", json={"xml": xml}).status_code == 201
    with unit_of_work() as uow:
        ring = {"xml": calling("first", "second").encode(), "content_hash": "0" * 64}
        uow.execute(update(ProcessDefinition).where(ProcessDefinition.key == "first").values(**ring))
    started = ask("lin.yue", "POST", "/processes/second/instances", json={"variables": {}})
    assert (started.status_code, started.json["code"]) == (422, "calls_itself")


def test_masses_do_not_travel_with_a_case(ask: Any) -> None:
    assert ask("shen.dan", "POST", "/processes", json={"xml": simple("a")}).status_code == 201
    for value in ("y" * 20_000, list(range(2_000)), [["y" * 9_000] * 30]):
        refused = ask("lin.yue", "POST", "/processes/drawn/instances", json={"variables": {"x": value}})
        assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (422, "/variables/x")
