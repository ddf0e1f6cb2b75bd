"""Inputs of the routing tables, computed from the differences of the versions (rule 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]
DECIDERS = ("delegated", "executive", "committee", "board")
"""From the lowest to the highest."""
CLASSES = ("minor", "material", "new_product")
"""From the least serious to the most."""
FILINGS = ("none", "filing", "registration")
"""From the least a regulator asks for to the most."""
_ORDER_OF_CHANGES = ("terms", "fees", "eligibility", "rates", "features")
_CHANGE_TYPES = {"fees": "fee", "rates": "rate", "features": "feature"}


def groups_touched(differences: Sequence[Facts]) -> list[str]:
    """Attribute groups that any of the versions touches, each once."""
    return list(dict.fromkeys(group for facts in differences for group in facts["groups"]))


@dataclass(frozen=True)
class Past:
    """The minor changes of one product that were put into force in the last twelve months."""

    changes: int = 0
    rate_bp: int = 0
    """The largest rate move of each, added up in basis points: up and down do not cancel."""


def materiality_inputs(
    differences: Sequence[Facts], *, relaunch: bool, past: Sequence[Past], raised_to: str | None = None
) -> dict[str, Any]:
    """Of several versions the most serious counts.

    ``past``: of the product of each difference. ``raised_to``: the class that compliance asked for.
    A change that moves no rate adds nothing to what was moved before.
    """
    moved = [p.rate_bp + f["rate_change_bp"] for f, p in zip(differences, past, strict=True) if f["rate_change_bp"]]
    return {
        "new_product": any(f["new_product"] for f in differences),
        "relaunch": relaunch,
        "risk_rating_changed": any(f["risk_rating_changed"] for f in differences),
        "eligibility_changed": any("eligibility" in f["groups"] for f in differences),
        "terms_changed": any(f["terms_changed"] for f in differences),
        "fee_raised": any(f["fee_raised"] or f["fee_added"] for f in differences),
        "max_rate_change_bp": max((f["rate_change_bp"] for f in differences), default=0),
        "minor_changes_last_12_months": max((p.changes for p in past), default=0),
        "rate_change_12_months_bp": max(moved, default=0),
        "groups_touched": groups_touched(differences),
        "raised_to": raised_to or "none",
    }


def review_inputs(differences: Sequence[Facts]) -> list[dict[str, Any]]:
    """What names the departments, besides the materiality: one question for each family of products."""
    return [
        {"family": family, "groups_touched": groups_touched([f for f in differences if f["family"] == family])}
        for family in _families(differences)
    ]


def notice_inputs(differences: Sequence[Facts]) -> list[dict[str, Any]]:
    """What the notice policy is asked for those who hold the products: each kind of change in each family.

    A product that nobody holds yet needs no notice.
    """
    held = [f for f in differences if not f["new_product"]]
    return [
        {"change_type": kind, "family": asked["family"], "holder": "existing"}
        for asked in review_inputs(held)
        for kind in change_types(asked["groups_touched"])
    ]


def _families(differences: Sequence[Facts]) -> list[str]:
    return list(dict.fromkeys(f["family"] for f in differences))


def union(answers: Sequence[Sequence[str]]) -> list[str]:
    """Everybody whom any of the answers names, each once."""
    return list(dict.fromkeys(named for answer in answers for named in answer))


def highest(answers: Sequence[str]) -> str:
    """Of several who may decide, the one who stands above the others."""
    return _most(DECIDERS, answers)


def strictest_filing(answers: Sequence[str]) -> str:
    return _most(FILINGS, answers)


def _most(order: Sequence[str], answers: Sequence[str]) -> str:
    return max(answers, key=lambda answer: order.index(answer) if answer in order else -1)


def change_types(groups: Sequence[str]) -> list[str]:
    """The kinds of change the notice policy knows, for the groups touched."""
    found = [_CHANGE_TYPES.get(g, g) for g in _ORDER_OF_CHANGES if g in groups]
    return found or ["other"]


def consolidation_inputs(verdicts: Mapping[str, str], conditions_open: int, *, class_raised: bool) -> dict[str, Any]:
    """``verdicts``: each department's latest word that stands. Whose rejection is a veto, the table says."""
    return {
        "rejecting": sorted(d for d, verdict in verdicts.items() if verdict == "reject"),
        "sending_back": sorted(d for d, verdict in verdicts.items() if verdict == "send_back"),
        "class_raised": class_raised,
        "conditions_open": conditions_open,
    }


def rank(materiality: str | None) -> int:
    """How serious a class is; nothing is below all of them."""
    return CLASSES.index(materiality) if materiality in CLASSES else -1


def pilot_inputs(criteria: Mapping[str, int], results: Mapping[str, Any] | None, *, extended: bool) -> dict[str, bool]:
    """Whether all results are in, and whether they meet the criteria fixed beforehand."""
    found = results or {}
    complete = all(isinstance(found.get(key), int) for key in ("sales", "complaints", "incidents"))
    met = complete and (
        found["sales"] >= criteria["min_sales"]
        and found["complaints"] <= criteria["max_complaints"]
        and found["incidents"] <= criteria["max_incidents"]
    )
    return {"readings_complete": complete, "criteria_met": met, "extended_before": extended}


def first_review(answers: Sequence[Any]) -> dict[str, Any]:
    """Of several families the earliest day, the least time and the highest reader count."""
    return {
        "days": min(int(a["days"]) for a in answers),
        "review_days": min(int(a["review_days"]) for a in answers),
        "noted_by": min((a["noted_by"] for a in answers), key=lambda who: who != "executive"),
    }
