"""Reads of bundles."""

from __future__ import annotations

from app.modules.bundles.queries.composing import contradictions, known_for
from app.modules.bundles.queries.finding import (
    NO_BUNDLE,
    bundle,
    bundles,
    holding,
    names_of,
    requiring,
    requiring_part,
)
from app.modules.bundles.queries.taking import may_take

__all__ = [
    "NO_BUNDLE",
    "bundle",
    "bundles",
    "contradictions",
    "holding",
    "known_for",
    "may_take",
    "names_of",
    "requiring",
    "requiring_part",
]
