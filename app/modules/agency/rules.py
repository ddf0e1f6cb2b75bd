"""The points of a due diligence, the states of an admission, and what speaks against admitting: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from app.kernel.errors import Fault
from app.kernel.i18n import N_
from app.kernel.moves import Moves, taken
from app.modules.catalogue.types import Labels, label

FAMILY = "agency"
TOLD_DAYS_AHEAD = 60
"""How long before an admission expires people are told, in calendar days. Bank policy, to be confirmed."""
KINDS: Mapping[str, Labels] = {
    "insurer": label("Insurer", "保险公司"),
    "fund_manager": label("Fund manager", "基金管理公司"),
    "wealth_company": label("Wealth company", "理财公司"),
    "trust_company": label("Trust company", "信托公司"),
    "metal_dealer": label("Precious metals dealer", "贵金属机构"),
}
POINTS: Mapping[str, str] = {
    "licence": N_("Licence and scope of business"),
    "capital": N_("Capital and solvency"),
    "complaints": N_("Complaints and penalties"),
    "systems": N_("Systems and data"),
    "agreement": N_("Agency agreement"),
}
FINDINGS: Mapping[str, tuple[str, str]] = {
    "in_order": (N_("In order"), "good"),
    "concern": (N_("In order, with a concern"), "careful"),
    "not_in_order": (N_("Not in order"), "bad"),
}
STATES: Mapping[str, tuple[str, str]] = {
    "open": (N_("Being examined"), "moving"),
    "admitted": (N_("Admitted"), "good"),
    "refused": (N_("Refused"), "bad"),
}
MOVES: Moves[str] = {
    ("open", "examine"): "open",
    ("open", "give_opinion"): "open",
    ("open", "send_back"): "open",
    ("open", "confirm"): "admitted",
    ("open", "admit"): "admitted",
    ("open", "refuse"): "refused",
}
OPPOSED = N_("Compliance opposes the admission.")
NOT_IN_ORDER = N_("The due diligence found a point that is not in order: %(reason)s.")
NO_ADMISSION = N_("Name the admission of the partner that holds on the effective day, such as PA-00001.")
OTHER_PARTNER = N_("This is not an admission of %(partner)s, the partner that this request was opened for.")
REFUSED_SINCE = N_("The partner was refused since: %(number)s.")
NO_AGREEMENT = N_("Name the agency agreement.")
_NUMBER = re.compile(r"PA-0*([1-9][0-9]{0,14})\Z")


def move(state: str, verb: str) -> str:
    """Where the verb leads; ``Conflict`` if the table has no such move."""
    return taken(MOVES, state, verb, N_("This is %(state)s; that cannot be done now."))


def standing(state: str | None, valid_to: date | None, today: date) -> dict[str, Any]:
    """What ``rules/partner_due_diligence.dmn`` is asked with, of the latest admission that was decided."""
    left = (valid_to - today).days if valid_to is not None else 0
    if state == "admitted":
        return {"standing": "valid" if left > 0 else "expired", "days_left": max(left, 0)}
    return {"standing": state or "none", "days_left": 0}


def against(findings: Mapping[str, Mapping[str, str]], opinion: Mapping[str, Any]) -> Iterator[Fault]:
    """What keeps a partner from being admitted, whoever decides."""
    if opinion["verdict"] == "oppose":
        yield Fault("/data/decision", OPPOSED, code="opposed")
    for point, name in POINTS.items():
        if findings[point]["finding"] == "not_in_order":
            yield Fault("/data/decision", NOT_IN_ORDER, {"reason": name}, "not_in_order")


def named_in(content: Mapping[str, Any]) -> int | None:
    """The row of the admission that the terms of a product name by its number."""
    number = (content.get("agency") or {}).get("admission")
    found = _NUMBER.match(number) if isinstance(number, str) else None
    return int(found[1]) if found else None


def holds(state: str, valid_from: date | None, valid_to: date | None, day: date) -> bool:
    return state == "admitted" and valid_from is not None and valid_to is not None and valid_from <= day < valid_to
