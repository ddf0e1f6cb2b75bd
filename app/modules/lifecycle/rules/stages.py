"""What the stages of a life are, and which one a product stands in."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from app.kernel.i18n import N_

LIFE = "product_lifecycle"
ORDER: Mapping[str, tuple[str, ...]] = {
    "planning": ("product_planning",),
    "development": ("product_development",),
    "marketing": ("marketing_preparation",),
    "operation": ("performance_evaluation",),
    "exit": ("product_exit",),
}
"""The stages of a life in their order, with the processes whose cases belong to each."""
NAMES: Mapping[str, str] = {
    "planning": N_("Planning"),
    "development": N_("Development"),
    "marketing": N_("Marketing preparation"),
    "operation": N_("Operation"),
    "exit": N_("Exit"),
}
STAGES: tuple[str, ...] = tuple(process for processes in ORDER.values() for process in processes)
BEFORE_SALE = frozenset(process for stage in ("planning", "development", "marketing") for process in ORDER[stage])
"""The processes that bring a product to the market."""
_BY_STATUS: Mapping[str, str] = {
    "concept": "planning",
    "design": "development",
    "test": "development",
    "on_sale": "operation",
    "suspended": "operation",
    "off_sale": "exit",
    "exiting": "exit",
    "retired": "exit",
}
SOLD = frozenset({"on_sale", "suspended"})


def standing(status: str, *, live: bool) -> str:
    """Where a product stands in its life: ``on_sale``, or ``before`` while it is only piloted."""
    return "on_sale" if live and status in SOLD else "before"


def stage_of(status: str | None, open_processes: Collection[str]) -> str | None:
    """The stage a product stands in: that of its open case, else what its status says; none before there was it."""
    for stage in reversed(list(ORDER)):
        if any(process in open_processes for process in ORDER[stage]):
            return stage
    return _BY_STATUS.get(status or "")
