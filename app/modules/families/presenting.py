"""Tier families as programs see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.modules.customers.models import Customer
from app.modules.customers.presenting import point_json
from app.modules.customers.rules.eligibility import Person, eligible
from app.modules.families.models import TierFamily, TierPlan, TierVariant
from app.modules.families.queries import Member, due_to_follow
from app.modules.families.rules.eligibility import points
from app.modules.families.rules.sharing import Line, side_by_side
from app.workflow.presenting import moment


def variant_json(variant: TierVariant) -> dict[str, Any]:
    plain = {name: getattr(variant, name) for name in ("tier", "own", "services", "corridors")}
    return {"product": variant.product_code, "base": variant.product_code == variant.family_code, **plain}


def summary_json(family: TierFamily, variants: Sequence[TierVariant]) -> dict[str, Any]:
    return {
        "base": family.base_code,
        "names": family.names,
        "founded_by": family.founded_by,
        "founded": moment(family.founded_at),
        "variants": [variant_json(variant) for variant in variants],
    }


def family_json(family: TierFamily, members: Sequence[Member]) -> dict[str, Any]:
    codes = [member.code for member in members[1:]]
    return {
        **summary_json(family, [member.variant for member in members]),
        "terms": [_term_json(line, codes) for line in lines_of(members)],
        "due": list(due_to_follow(members)),
    }


def lines_of(members: Sequence[Member]) -> list[Line]:
    """The terms of a family side by side."""
    base, *variants = members
    return side_by_side(base.content, [(member.content, member.variant.own) for member in variants])


def _term_json(line: Line, codes: Sequence[str]) -> dict[str, Any]:
    cells = [
        {"product": code, "value": cell.value, "own": cell.own, "differs": cell.differs, "due": cell.due}
        for code, cell in zip(codes, line.cells, strict=True)
    ]
    return {"path": f"{line.group.key}.{line.attribute.key}", "value": line.value, "variants": cells}


def tier_json(member: Member, person: Person) -> dict[str, Any]:
    found = points(member.variant.tier, member.content, person)
    return {
        "product": member.code,
        "tier": member.variant.tier,
        "eligible": eligible(found),
        "points": [point_json(point) for point in found],
    }


def plan_json(plan: TierPlan, customer: Customer | None) -> dict[str, Any]:
    names = ("id", "number", "segment", "services", "deviations", "agreed_by", "ended_by", "reason")
    return {
        **{name: getattr(plan, name) for name in names},
        "product": plan.product_code,
        "customer": customer.number if customer else None,
        "valid_from": plan.valid_from.isoformat(),
        "valid_to": plan.valid_to.isoformat(),
        "agreed": moment(plan.agreed_at),
    }
