"""The states of a change request, and what moves it from one to the next."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.kernel.moves import PROCESS, Move, Moves, taken

EDIT = "change.edit"
MOVES: Moves[Move] = {
    ("draft", "submit"): Move("submitted", EDIT),
    ("draft", "withdraw"): Move("withdrawn", EDIT),
    ("submitted", "decline"): Move("declined", PROCESS),
    ("submitted", "withdraw"): Move("withdrawn", EDIT),
    ("submitted", "review"): Move("in_review", PROCESS),
    ("in_review", "review"): Move("in_review", PROCESS),  # sent back to the review by hand
    ("in_review", "send_back"): Move("submitted", PROCESS),
    ("in_review", "reject"): Move("rejected", PROCESS),
    ("in_review", "withdraw"): Move("withdrawn", EDIT),
    ("in_review", "approve"): Move("approved", PROCESS),
    ("approved", "reject"): Move("rejected", PROCESS),  # the regulator did not accept it
    ("approved", "pilot"): Move("piloting", PROCESS),
    ("piloting", "fail_pilot"): Move("pilot_failed", PROCESS),
    ("piloting", "schedule"): Move("scheduled", PROCESS),
    ("approved", "schedule"): Move("scheduled", PROCESS),
    ("scheduled", "launch"): Move("live", PROCESS),
    # An operator cancels the case; once scheduled, only a further change undoes it.
    ("submitted", "cancel"): Move("withdrawn", PROCESS),
    ("in_review", "cancel"): Move("withdrawn", PROCESS),
    ("approved", "cancel"): Move("withdrawn", PROCESS),
    ("piloting", "cancel"): Move("withdrawn", PROCESS),
}
OPEN = frozenset({"submitted", "in_review", "approved", "piloting", "scheduled"})
"""A product stands in one such request at a time."""
EDITABLE = frozenset({"draft", "submitted", "in_review"})
"""Editing one that is in review takes it back first, and its approvals with it (rule 6)."""
ENDED = frozenset({"live", "declined", "rejected", "withdrawn", "pilot_failed"})

STATES: Mapping[str, Mapping[str, str]] = {
    "draft": {"en": "Draft", "zh": "草稿"},
    "submitted": {"en": "In preparation", "zh": "准备中"},
    "in_review": {"en": "In review", "zh": "审核中"},
    "approved": {"en": "Approved", "zh": "已批准"},
    "piloting": {"en": "Piloting", "zh": "试点中"},
    "scheduled": {"en": "Scheduled", "zh": "待生效"},
    "live": {"en": "Live", "zh": "已上线"},
    "declined": {"en": "Declined", "zh": "不予立项"},
    "rejected": {"en": "Rejected", "zh": "已否决"},
    "withdrawn": {"en": "Withdrawn", "zh": "已撤回"},
    "pilot_failed": {"en": "Pilot failed", "zh": "试点未通过"},
}
VERDICTS: Mapping[str, Mapping[str, str]] = {
    "approve": {"en": "Approve", "zh": "同意"},
    "with_conditions": {"en": "Approve with conditions", "zh": "附条件同意"},
    "send_back": {"en": "Send back", "zh": "退回"},
    "reject": {"en": "Reject", "zh": "不同意"},
}
CONSENTS = frozenset({"approve", "with_conditions"})

BEFORE_LAUNCH, AFTER_LAUNCH = "before_launch", "after_launch"
"""The kinds of conditions: 上线前置 blocks the launch, the other is owed from then on."""
CONDITION_DAYS = 90
"""After the launch, unless the condition says otherwise. Bank policy, to be confirmed."""


def move(state: str, verb: str) -> Move:
    """The move of a request; ``Conflict`` if the table has none."""
    return taken(MOVES, state, verb, N_("The request is %(state)s; this cannot be done now."))
