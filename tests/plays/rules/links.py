"""The audit chains of a play: which have grown since they were last looked at, and whether the new links fit on."""

from __future__ import annotations

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.kernel.audit import GENESIS, AuditEvent, AuditStream, Entry, commitment, link
from tests.plays.bank import Bank

_HEADS = select(AuditStream.stream, AuditStream.length, AuditStream.head)
_NEW = (
    select(AuditEvent.__table__).where(AuditEvent.id > bindparam("seen")).order_by(AuditEvent.stream, AuditEvent.number)
)


def take_new_links(session: Session, bank: Bank) -> tuple[set[str], list[str]]:
    """The chains that have grown, and what is wrong with their new links.

    Each new link is held against the remembered head, and the last one against the head that is stored. Whether
    an older link was altered since it was looked at is asked when the play ends.
    """
    heads = {row.stream: (row.length, row.head) for row in session.execute(_HEADS)}
    grown = {name for name, head in heads.items() if bank.heads.get(name) != head}
    if not grown:
        return grown, []
    reached, wrong = dict(bank.heads), []
    for row in session.execute(_NEW, {"seen": bank.last_link}):
        length, head = reached.get(row.stream, (0, GENESIS))
        entry = Entry(row.action, row.actor, row.at)
        expected = link(head, row.stream, length + 1, entry, commitment(row.payload, row.salt))
        if (row.number, row.hash) != (length + 1, expected):
            wrong.append(f"{row.stream} {row.number}: does not follow from the link before it")
        reached[row.stream] = (row.number, row.hash)
        bank.last_link = max(bank.last_link, row.id)
    wrong += [f"{name}: its head is not its last link" for name in reached if heads.get(name) != reached[name]]
    wrong += [f"{name}: has a head, but no link" for name in grown - reached.keys()]
    bank.heads = heads
    return grown, wrong
