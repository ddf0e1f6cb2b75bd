"""What a request proposes, as hashes: of the whole, and of each attribute group (rule 6)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from app.modules.catalogue.types import product_type

PLAN = "plan"
"""The group of what belongs to no version: reasons, effective day, pilot plan."""
FILE = "file"
"""The member of the plan that holds the hashes of the approver's file; each part is a group of its own."""
_NO_GROUPS = frozenset({"type", "holders"})


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def whole(hashes: Mapping[str, str], plan: Mapping[str, Any]) -> str:
    """The hash an approval binds to: product → content hash of its version, and the plan."""
    return digest({"versions": sorted(hashes.items()), "plan": dict(plan)})


def by_group(contents: Mapping[str, Mapping[str, Any]], plan: Mapping[str, Any]) -> dict[str, str]:
    """Attribute group → hash of what all versions propose in it; how holders are treated counts as terms."""
    parts: dict[str, dict[str, Any]] = {PLAN: {"": {k: v for k, v in plan.items() if k != FILE}}}
    for part, part_hash in plan.get(FILE, {}).items():
        parts[f"{FILE}_{part}"] = {"": part_hash}
    for product, content in contents.items():
        for group, value in content.items():
            if group not in _NO_GROUPS:
                parts.setdefault(group, {})[product] = value
                counts_as = product_type(content["type"]).group(group).counts_as
                if counts_as:
                    parts.setdefault(counts_as, {})[f"{product}/{group}"] = value
        if content.get("holders"):
            parts.setdefault("terms", {})[f"{product}/holders"] = content["holders"]
    return {group: digest(values) for group, values in sorted(parts.items())}


def changed_groups(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The groups that differ between two pictures of the matter."""
    return sorted(g for g in before.keys() | now.keys() if before.get(g) != now.get(g))
