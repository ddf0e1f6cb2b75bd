"""The roles of the bank, in words."""

from __future__ import annotations

from app.kernel.i18n import N_, gettext

ROLES: dict[str, str] = {
    "officer": N_("Officer"),
    "head": N_("Head"),
    "product_manager": N_("Product manager"),
    "developer": N_("Developer"),
    "executive": N_("Executive"),
    "committee": N_("Product committee"),
    "committee_secretary": N_("Secretary of the committee"),
    "board_secretary": N_("Secretary of the board"),
    "branch_manager": N_("Branch manager"),
    "pilot": N_("Pilot observer"),
    "teller": N_("Teller"),
    "relationship_manager": N_("Relationship manager"),
    "wealth_manager": N_("Wealth manager"),
    "customer_service": N_("Customer service"),
    "process_designer": N_("Process designer"),
    "operator": N_("Operator"),
    "security_admin": N_("Security administrator"),
    "auditor": N_("Auditor"),
}


def role_word(role: str) -> str:
    """The role in the person's language; an unknown one as it is."""
    return gettext(ROLES[role]) if role in ROLES else role
