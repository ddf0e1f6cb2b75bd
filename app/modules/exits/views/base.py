"""What the pages of exits share: the blueprint, and words for what stands in records."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint

from app.kernel.i18n import N_
from app.modules.exits.rules.items import NO_END, REPLACEMENT, RUN_OFF, UNDELIVERED, UNREACHABLE
from app.modules.exits.services.untold import KIND as UNTOLD
from app.modules.exits.services.untold import TOLD

pages = Blueprint("exits_pages", __name__, template_folder="../templates")
TEMPLATE = "exits/_matter.html"
LATEST = 40
MOST_DAYS = 730
INDICATORS: Mapping[str, str] = {
    "sales": N_("Sales, change in a year, percent"),
    "balance": N_("Share of the family's balance, percent"),
    "profit": N_("Margin, percent of the balance"),
    "complaints": N_("Complaints for 10,000 contracts"),
    "risk": N_("Risk rating"),
}
RECOMMENDATIONS: Mapping[str, tuple[str, str]] = {
    "keep": (N_("Keep"), "good"),
    "watch": (N_("Watch"), "careful"),
    "exit": (N_("Exit"), "bad"),
}
WAYS: Mapping[str, str] = {REPLACEMENT: N_("Replaced by another product"), RUN_OFF: N_("Runs off to maturity")}
CHOICES: Mapping[str, str] = {
    "keep": N_("Holder keeps theirs"),
    "take": N_("Target's value"),
    "ask": N_("Ask the customer"),
}
MATTERS: Mapping[str, str] = {
    "residual_accounts": N_("Residual accounts"),
    "complaints": N_("Open complaints"),
    "contracts": N_("Contracts"),
    "documents": N_("Documents"),
    "retention": N_("Retention of records"),
    UNTOLD: N_("Customers moved untold"),
}
VERDICTS: Mapping[str, tuple[str, str]] = {
    "approve": (N_("Approved"), "good"),
    "send_back": (N_("Sent back"), "careful"),
    "reject": (N_("Rejected"), "bad"),
}
OPINIONS: Mapping[str, tuple[str, str]] = {**VERDICTS, "approve": (N_("Agreed"), "good")}
"""A department agrees; only the executive approves."""
ANSWERS: Mapping[str, str] = {"consent": N_("Consents"), "opt_out": N_("Declines")}
REASONS: Mapping[str, str] = {
    UNREACHABLE: N_("Nobody can be told"),
    UNDELIVERED: N_("The notice did not arrive"),
    NO_END: N_("No consent, and no maturity"),
}
"""Why a holding is an exception."""
DECISIONS: Mapping[str, str] = {
    "move": N_("Consent obtained: move it"),
    "pay_out": N_("Pay it out"),
    "dormant": N_("Set it aside as dormant"),
    "except": N_("Keep it as an exception in my name"),
}
DONE: Mapping[str, str] = {**DECISIONS, TOLD: N_("Told after the move")}
"""What the named person did about a holding."""
