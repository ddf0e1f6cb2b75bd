"""The history speaks in sentences: every action that is recorded anywhere has one, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

import app as application
from app.demo import seed
from app.demo_requests import seed_requests
from app.demo_suspensions import seed_suspensions
from app.kernel.audit import AuditEvent
from app.kernel.database import session, unit_of_work
from app.modules.catalogue.rules.states import PRODUCT_MOVES
from app.modules.catalogue.views.base import LIFE
from app.modules.changes.rules.states import MOVES
from app.shell.translations import stored
from app.workflow.instances.wording import SENTENCES, UNSAID

SOURCE = Path(application.__file__).parent
RECORDERS = {"audit.Entry", "note", "_assign", "_decide", "_leave", "second_word"}
"""What writes a line of the audit chain, or hands an action on to what does."""

ACTION = re.compile(r"[a-z]+\.[a-z_]+")
CHINESE = stored()
LOADING = {"product.load"}
"""Verbs of a table of states that are recorded under a name of their own."""


def recorded() -> Iterator[str]:
    """Every action named in a call that records one."""
    for path in sorted(SOURCE.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and _name(call.func) in RECORDERS:
                yield from (
                    found.value
                    for found in call.args
                    if isinstance(found, ast.Constant)
                    and isinstance(found.value, str)
                    and ACTION.fullmatch(found.value)
                )


def _name(called: ast.expr) -> str:
    if isinstance(called, ast.Attribute):
        return "audit.Entry" if called.attr == "Entry" else called.attr
    return getattr(called, "id", "")


def said(action: str) -> bool:
    kinds = (sentence.startswith(f"{action}:") for sentence in SENTENCES)
    return action in SENTENCES or action in LIFE or action in UNSAID or any(kinds)


def test_every_action_that_is_recorded_has_a_sentence() -> None:
    found = set(recorded())
    assert {"change.tested", "task.claim", "version.rejected", "process.approve", "pilot.observed"} <= found
    assert sorted(action for action in found if not said(action)) == []


def test_every_verb_of_a_table_of_states_has_a_sentence() -> None:
    verbs = {f"change.{verb}" for _, verb in MOVES} | {f"product.{verb}" for _, verb in PRODUCT_MOVES}
    assert sorted(verb for verb in verbs - LOADING if not said(verb)) == []


def test_the_demo_bank_records_nothing_that_cannot_be_said(app: Flask) -> None:
    now = datetime.now(UTC)
    with unit_of_work() as uow:
        seed(uow, now)
    seed_requests(now)
    seed_suspensions(now)
    actions = set(session().scalars(select(AuditEvent.action).distinct()))
    assert "change.reviewed" in actions
    assert sorted(action for action in actions if not said(action)) == []


@pytest.mark.parametrize("sentence", sorted({*SENTENCES.values(), *LIFE.values()}))
def test_every_sentence_is_translated(sentence: str) -> None:
    message = CHINESE.get(sentence)
    assert message is not None
    assert message.string
