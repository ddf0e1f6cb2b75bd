"""Reads of bundles."""

from __future__ import annotations

from app.modules.bundles.queries.composing import contradictions, known_for, wrong_today
from app.modules.bundles.queries.finding import (
    bundle,
    bundle_at,
    bundles,
    holding,
    names_of,
    requiring,
    requiring_part,
    version,
    versions_of,
)
from app.modules.bundles.queries.taking import may_take

__all__ = [
    "bundle",
    "bundle_at",
    "bundles",
    "contradictions",
    "holding",
    "known_for",
    "may_take",
    "names_of",
    "requiring",
    "requiring_part",
    "version",
    "versions_of",
    "wrong_today",
]
