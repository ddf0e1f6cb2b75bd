"""Research and development of the demo bank. Figures are bank policy, to be confirmed: each bank enters its own."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.demo import demo_actor
from app.modules.development.models import FinanceAssumptions
from app.modules.development.schemas.costing import NewAssumptions, NewCostSheet
from app.modules.development.schemas.initiatives import NewInitiative
from app.modules.development.services import assumptions, costing, evidence, ideas, initiatives

DATA = Path(__file__).parent / "data"
OFFICER, HEAD = "liang.yu", "song.jie"
BEFORE = timedelta(days=60)
"""Ideas came before the initiatives that took them up."""


def load_demo_development(uow: Session, now: datetime) -> None:
    """What finance assumes, what products cost and what people propose, as the bank's people would enter it, once."""
    if uow.scalar(select(FinanceAssumptions.id).limit(1)) is None:
        _load_costing(uow, _read("costing.json"), now)
        for described in _read("ideas.json"):
            _load_idea(uow, described, now - BEFORE)
        for described in _read("initiatives.json"):
            _load_initiative(uow, described, now)


def _read(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))


def _load_costing(uow: Session, described: dict[str, Any], now: datetime) -> None:
    officer, head = demo_actor(uow, OFFICER), demo_actor(uow, HEAD)
    row = assumptions.draft(uow, **NewAssumptions().load(described["assumptions"]), actor=officer, now=now)
    assumptions.approve(uow, row, actor=head, now=now)
    uow.flush()
    for sheet in described["sheets"]:
        costing.work_out(uow, **NewCostSheet().load(sheet), actor=officer, now=now)


def _load_idea(uow: Session, described: dict[str, Any], now: datetime) -> None:
    given = {name: described[name] for name in ("kind", "title", "text")}
    idea = ideas.submit(uow, **given, actor=demo_actor(uow, described["by"]), now=now)
    for username, said in described["comments"]:
        ideas.comment(uow, idea_id=idea.id, text=said, actor=demo_actor(uow, username), now=now)
    if "judged" in described:
        username, verb, reason = described["judged"]
        ideas.judge(uow, idea, verb=verb, reason=reason, actor=demo_actor(uow, username), now=now)


def _load_initiative(uow: Session, described: dict[str, Any], now: datetime) -> None:
    owner, founded = demo_actor(uow, described["owner"]), now - timedelta(days=described["days_ago"])
    row = initiatives.found(uow, **NewInitiative().load(described["initiative"]), actor=owner, now=founded)
    for username, gate, reason in described["passed"]:
        judge = demo_actor(uow, username)
        initiatives.judge_gate(uow, row, gate=gate, passed=True, reason=reason, actor=judge, now=founded)
    for days_ago, amounts in described["spent"]:
        lines = [{**line, "spent": spent} for line, spent in zip(row.plan["budget"], amounts, strict=True)]
        then = now - timedelta(days=days_ago)
        initiatives.replan(uow, row, plan={**row.plan, "budget": lines}, actor=owner, now=then)
    for username, gate, filename, content in described["evidence"]:
        giver = demo_actor(uow, username)
        evidence.give(uow, row, gate=gate, filename=filename, content=content.encode(), actor=giver, now=now)
