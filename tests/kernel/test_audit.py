"""Whoever changes the audit trail in the database is found out, and the chain is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from app.kernel import audit, clock, seals
from app.kernel.audit import AuditEvent, AuditStream, Entry, commitment, link
from app.kernel.database import end_read, session, table_of, unit_of_work

EVENTS, STREAMS = table_of(AuditEvent), table_of(AuditStream)
FIRST, SECOND = "instance:1", "instance:2"
Tamper = Callable[[Session], Any]


@pytest.fixture
def trail(app: Flask) -> None:
    """Two chains of four links."""
    now = clock.now()
    with unit_of_work() as uow:
        for stream in (FIRST, SECOND):
            audit.record(uow, stream, [Entry("step", "lin.yue", now, {"n": n, "of": stream}) for n in range(4)])


def breaks(stream: str | None = None) -> list[tuple[str, int, str]]:
    found = [(b.stream, b.number, b.reason) for b in audit.verify(session(), stream)]
    end_read()
    return found


def change(act: Tamper) -> None:
    with unit_of_work() as uow:
        act(uow)


def at(number: int, stream: str = FIRST) -> Any:
    return (EVENTS.c.stream == stream) & (EVENTS.c.number == number)


def row(uow: Session, number: int, stream: str = FIRST) -> Any:
    return uow.execute(select(EVENTS).where(at(number, stream))).one()


def changed(**values: Any) -> Tamper:
    return lambda uow: uow.execute(update(EVENTS).where(at(2)).values(**values))


def keeping_the_commitment(uow: Session) -> None:
    """Another payload beside the commitment to the old one."""
    old = row(uow, 2)
    uow.execute(update(EVENTS).where(at(2)).values(payload={"n": 99}, commitment=commitment(old.payload, old.salt)))


def disposing_in_secret(uow: Session) -> None:
    old = row(uow, 2)
    uow.execute(update(EVENTS).where(at(2)).values(payload=None, commitment=commitment(old.payload, old.salt)))


def swapping_payloads(uow: Session) -> None:
    first, second = row(uow, 2), row(uow, 2, SECOND)
    uow.execute(update(EVENTS).where(at(2)).values(payload=second.payload, salt=second.salt))
    uow.execute(update(EVENTS).where(at(2, SECOND)).values(payload=first.payload, salt=first.salt))


def swapping_links(uow: Session) -> None:
    for old, new in ((2, -1), (3, 2), (-1, 3)):
        uow.execute(update(EVENTS).where(at(old)).values(number=new))


def cutting_off(uow: Session) -> None:
    uow.execute(delete(EVENTS).where(at(4)))


def losing_the_head(uow: Session) -> None:
    uow.execute(delete(STREAMS).where(STREAMS.c.stream == FIRST))


TAMPERED: dict[str, tuple[Tamper, list[tuple[str, int, str]]]] = {
    "payload": (changed(payload={"n": 99}), [(FIRST, 2, "altered")]),
    "payload beside its commitment": (keeping_the_commitment, [(FIRST, 2, "altered")]),
    "actor": (changed(actor="zhao.heng"), [(FIRST, 2, "altered")]),
    "action": (changed(action="other"), [(FIRST, 2, "altered")]),
    "salt": (changed(salt=b"12345678"), [(FIRST, 2, "altered")]),
    "hash": (changed(hash=b"1" * 32), [(FIRST, 2, "altered")]),
    "payload gone": (changed(payload=None), [(FIRST, 2, "altered")]),
    "payload disposed of in secret": (disposing_in_secret, [(FIRST, 2, "payload missing")]),
    "payloads swapped": (swapping_payloads, [(FIRST, 2, "altered"), (SECOND, 2, "altered")]),
    "order": (swapping_links, [(FIRST, 2, "altered")]),
    "deleted": (lambda uow: uow.execute(delete(EVENTS).where(at(2))), [(FIRST, 2, "missing")]),
    "end cut off": (cutting_off, [(FIRST, 3, "head")]),
    "head gone": (losing_the_head, [(FIRST, 4, "head missing")]),
    "all links gone": (lambda uow: uow.execute(delete(EVENTS).where(EVENTS.c.stream == FIRST)), [(FIRST, 0, "head")]),
}


@pytest.mark.usefixtures("trail")
def test_an_untouched_trail_holds() -> None:
    assert breaks() == []


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize("name", TAMPERED)
def test_a_change_is_found_in_its_chain(name: str) -> None:
    act, expected = TAMPERED[name]
    change(act)
    assert breaks() == expected
    assert breaks(FIRST) == [b for b in expected if b[0] == FIRST]


@pytest.mark.usefixtures("trail")
def test_a_disposal_that_is_itself_recorded_holds() -> None:
    change(disposing_in_secret)
    with unit_of_work() as uow:
        audit.record(uow, FIRST, [Entry(audit.DISPOSED, "system", clock.now(), {"numbers": [2]})])
    assert breaks() == []


def forging_the_end(uow: Session) -> None:
    """The last link cut off and the head moved back."""
    cutting_off(uow)
    uow.execute(update(STREAMS).where(STREAMS.c.stream == FIRST).values(length=3, head=row(uow, 3).hash))


def forging_all(uow: Session) -> None:
    """Another story, computed anew from the start."""
    old, head = row(uow, 1), audit.GENESIS
    uow.execute(delete(EVENTS).where(EVENTS.c.stream == FIRST))
    for number in range(1, 5):
        entry = Entry("step", "zhao.heng", old.at, {})
        head = link(head, FIRST, number, entry, commitment({}, old.salt))
        values = {"stream": FIRST, "number": number, "at": old.at, "actor": "zhao.heng", "action": "step"}
        uow.execute(insert(EVENTS).values(**values, payload={}, salt=old.salt, hash=head))
    uow.execute(update(STREAMS).where(STREAMS.c.stream == FIRST).values(head=head))


def erasing(uow: Session) -> None:
    """A whole chain, head and all."""
    for table in (EVENTS, STREAMS):
        of_chain: Table = table
        uow.execute(delete(of_chain).where(of_chain.c.stream == FIRST))


@pytest.mark.usefixtures("trail")
@pytest.mark.parametrize(
    ("act", "reason"), [(forging_the_end, "cut off"), (forging_all, "not what was sealed"), (erasing, "cut off")]
)
def test_a_forgery_that_holds_in_itself_is_found_by_the_seal(
    app: Flask, tmp_path: Path, act: Tamper, reason: str
) -> None:
    file, runner = tmp_path / "seal.json", app.test_cli_runner()
    assert runner.invoke(args=["audit", "seal", str(file)]).exit_code == 0
    with unit_of_work() as uow:
        audit.record(uow, SECOND, [Entry("step", "lin.yue", clock.now())])
    assert runner.invoke(args=["audit", "verify", "--seal", str(file)]).exit_code == 0
    change(act)
    assert breaks() == []
    told = runner.invoke(args=["audit", "verify", "--seal", str(file)])
    assert (told.exit_code, f"{FIRST} #4: {reason}" in told.output) == (1, True)


@pytest.mark.usefixtures("trail")
def test_a_seal_that_was_changed_itself_is_told() -> None:
    sealed = json.loads(json.dumps(seals.seal(session(), clock.now())))
    sealed["heads"][FIRST][0] = 3
    assert ("seal", "altered") in [(b.stream, b.reason) for b in seals.verify(session(), sealed)]
    end_read()
