"""What a request proposes, as hashes: of the whole, and of each attribute group (rule 6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PLAN = "plan"
"""The group of what belongs to no version: reasons, effective day, pilot plan."""
_NO_GROUPS = frozenset({"type", "holders"})


@dataclass(frozen=True)
class Proposal:
    """One proposed version, as rules need it."""

    product: str
    content: Mapping[str, Any]
    content_hash: str


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def whole(proposals: Iterable[Proposal], plan: Mapping[str, Any]) -> str:
    """The hash an approval binds to: every version and the plan."""
    versions = sorted((p.product, p.content_hash) for p in proposals)
    return digest({"versions": versions, "plan": dict(plan)})


def by_group(proposals: Iterable[Proposal], plan: Mapping[str, Any]) -> dict[str, str]:
    """Attribute group → hash of what all versions propose in it; how holders are treated counts as terms."""
    parts: dict[str, dict[str, Any]] = {PLAN: {"": dict(plan)}}
    for proposal in proposals:
        for group, value in proposal.content.items():
            if group not in _NO_GROUPS:
                parts.setdefault(group, {})[proposal.product] = value
        if proposal.content.get("holders"):
            parts.setdefault("terms", {})[f"{proposal.product}/holders"] = proposal.content["holders"]
    return {group: digest(values) for group, values in sorted(parts.items())}


def changed_groups(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The groups that differ between two pictures of the matter."""
    return sorted(g for g in before.keys() | now.keys() if before.get(g) != now.get(g))
