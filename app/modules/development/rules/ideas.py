"""Kinds and states of ideas."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_

KINDS: Mapping[str, str] = {
    "product": N_("Product or service"),
    "method": N_("Way of working"),
    "fintech": N_("Financial technology"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "new": (N_("New"), "quiet"),
    "considered": (N_("Being considered"), "moving"),
    "became_initiative": (N_("Became an initiative"), "good"),
    "declined": (N_("Declined"), "ended"),
}
"""Words and tone of a state."""
