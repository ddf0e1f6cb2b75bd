"""How notices to customers are counted: totals of the sending system, which only grow (rule 10)."""

from __future__ import annotations

from dataclasses import dataclass

from app.kernel.errors import Conflict, invalid
from app.kernel.i18n import N_


@dataclass(frozen=True)
class Delivered:
    """What the sending system counted so far: ``sent`` to that many customers, of whom so many got it or did not."""

    sent: int
    delivered: int
    failed: int


def require_counts(counts: Delivered, before: Delivered) -> None:
    """422 if more were answered for than sent; 409 for counts that go back, such as a report that comes late."""
    if counts.delivered + counts.failed > counts.sent:
        raise invalid("/sent", N_("More were delivered or failed than were sent."), code="counts")
    if counts.sent < before.sent or counts.delivered < before.delivered:
        raise Conflict(
            N_("Counts of what was sent and delivered only grow; a later report is here."), code="late_report"
        )


def state_of(*, reported: bool, failed: int) -> str:
    """``planned`` until something is reported; then ``sent``, or ``failed`` where some did not arrive."""
    if not reported:
        return "planned"
    return "failed" if failed else "sent"
