"""The rules of the field, checked on the records after every step of a play; one sentence for each that is broken.

A check is registered with ``@rule``; records that a later feature brings get one of their own. Checks read the
tables and the audit chains, and none of the services that they watch.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sqlalchemy.orm import Session

from app.kernel import audit
from app.modules.changes import invariants as changes
from app.modules.exits import invariants as exits
from app.modules.suspensions import invariants as suspensions
from app.workflow import invariants as workflow
from tests.plays.bank import Bank
from tests.plays.rules import deciding, following, opinions, selling
from tests.plays.rules.agreement import answers_agree
from tests.plays.rules.links import take_new_links
from tests.plays.rules.records import OF_PRODUCTS, RULES, Records

__all__ = ["answers_agree", "broken", "broken_at_the_end", "deciding", "following", "opinions", "selling"]
PROBES = 2
"""Of one product after a step."""
FEW = 4
"""Of each product when a play ends."""


def broken(session: Session, bank: Bank, chance: Random) -> Iterator[str]:
    """What does not hold now. Every change of state is a link of a chain: where none has grown, nothing has changed."""
    grown, wrong = take_new_links(session, bank)
    yield from wrong
    if not grown:
        return
    records = Records(session, bank)
    yield from what_always_holds(session, bank)
    for check in RULES:
        yield from check(records)
    if any(name.startswith("product:") for name in grown):
        for check in OF_PRODUCTS:
            yield from check(records)
        yield from answers_agree(session, bank, chance, PROBES)


def broken_at_the_end(session: Session, bank: Bank, chance: Random) -> Iterator[str]:
    """All chains from their beginning, every rule once more, and answers about every product."""
    yield from (f"{b.stream} {b.number}: {b.reason}" for b in audit.verify(session))
    records = Records(session, bank)
    for check in (*RULES, *OF_PRODUCTS):
        yield from check(records)
    yield from what_always_holds(session, bank)
    yield from answers_agree(session, bank, chance, FEW, products=None)


def what_always_holds(session: Session, bank: Bank) -> Iterator[str]:
    """What the doctor looks for in a running bank."""
    yield from workflow.violations(session, bank.now)
    yield from changes.violations(session)
    yield from suspensions.violations(session)
    yield from exits.violations(session)
