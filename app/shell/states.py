"""The words and the tone of every state, in one place.

A tone is a colour **and** a shape (see ``app.css``), so that a state can be told
apart in print and by people who see no colours.
"""

from __future__ import annotations

from app.identity.roles import ROLES, role_word
from app.kernel.i18n import N_, gettext

__all__ = ["ROLES", "STATES", "role_word", "state_tone", "state_word"]

QUIET, MOVING, GOOD, CAREFUL, BAD, ENDED = "quiet", "moving", "good", "careful", "bad", "ended"
"""Not begun · under way · in force · needs care · refused or failed · over."""

STATES: dict[str, tuple[str, str]] = {
    # Product versions
    "draft": (N_("Draft"), QUIET),
    "in_review": (N_("In review"), MOVING),
    "approved": (N_("Approved"), MOVING),
    "piloting": (N_("Piloting"), MOVING),
    "live": (N_("Live"), GOOD),
    "superseded": (N_("Superseded"), ENDED),
    "rejected": (N_("Rejected"), BAD),
    "pilot_failed": (N_("Pilot failed"), BAD),
    "withdrawn": (N_("Withdrawn"), ENDED),
    # Change requests
    "submitted": (N_("In preparation"), MOVING),
    "scheduled": (N_("Scheduled"), MOVING),
    "declined": (N_("Declined"), BAD),
    # Products
    "concept": (N_("Concept"), QUIET),
    "design": (N_("Design"), QUIET),
    "test": (N_("Test"), MOVING),
    "on_sale": (N_("On sale"), GOOD),
    "suspended": (N_("Suspended"), CAREFUL),
    "off_sale": (N_("Off sale"), ENDED),
    "exiting": (N_("Exiting"), CAREFUL),
    "retired": (N_("Retired"), ENDED),
    # Bundles
    "in_approval": (N_("In approval"), MOVING),
    # Cases and tasks
    "active": (N_("Active"), MOVING),
    "completed": (N_("Completed"), GOOD),
    "cancelled": (N_("Cancelled"), ENDED),
    "failed": (N_("Failed"), BAD),
    "open": (N_("Open"), QUIET),
    "ready": (N_("Open"), QUIET),
    "claimed": (N_("Claimed"), MOVING),
    "delegated": (N_("Delegated"), MOVING),
    "done": (N_("Done"), GOOD),
    "waiting": (N_("Waiting"), QUIET),
    # Accounts and holdings
    "dormant": (N_("Dormant"), CAREFUL),
    "matured": (N_("Matured"), GOOD),
    "closed": (N_("Closed"), ENDED),
    "moved": (N_("Moved"), ENDED),
    # Opinions of a review
    "approve": (N_("Agreed"), GOOD),
    "approve_with_conditions": (N_("Agreed with conditions"), CAREFUL),
    "with_conditions": (N_("Agreed with conditions"), CAREFUL),
    "send_back": (N_("Sent back"), CAREFUL),
    "reject": (N_("Rejected"), BAD),
    "pending": (N_("Pending"), QUIET),
    # Deployments and deliveries
    "deployed": (N_("Deployed"), GOOD),
    "proposed": (N_("Proposed"), MOVING),
    "created": (N_("Created"), GOOD),
    "unchanged": (N_("Unchanged"), QUIET),
    "quarantined": (N_("Set aside"), BAD),
    "sent": (N_("Sent"), GOOD),
    # Deadlines
    "overdue": (N_("Overdue"), BAD),
    "due_soon": (N_("Due soon"), CAREFUL),
    # Materiality of a change
    "minor": (N_("Minor"), QUIET),
    "material": (N_("Material"), CAREFUL),
    "new_product": (N_("New product"), CAREFUL),
}


def state_word(state: str | None) -> str:
    """The state in the person's language; an unknown one as it is."""
    known = STATES.get(state or "")
    return gettext(known[0]) if known else (state or "")


def state_tone(state: str | None) -> str:
    """The tone of a state; quiet when nothing is known about it."""
    known = STATES.get(state or "")
    return known[1] if known else QUIET
