"""What templates are for, the states of their versions, and what moves one to the next."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.kernel.moves import PROCESS, Move, Moves, taken
from app.modules.catalogue.types import Labels
from app.modules.catalogue.types.description import label

STRATEGY, NOTICE, MATERIAL = "rollout_strategy", "customer_notice", "promotional_material"
CONTRACT = "contract"
KINDS: Mapping[str, Labels] = {
    STRATEGY: label("Rollout strategy", "推广策略"),
    NOTICE: label("Notice to customers", "客户告知"),
    MATERIAL: label("Promotional material", "宣传材料"),
    CONTRACT: label("Contract template", "合同范本"),
}
OF_PRODUCTS = (CONTRACT, MATERIAL)
"""Kinds that documents of single products are made from."""
LONGEST: Mapping[str, int] = {CONTRACT: 20_000}
USUAL_LENGTH = 2_000
"""Characters of a template, of a kind that ``LONGEST`` does not name."""
CHANGE_TYPES: Mapping[str, Labels] = {
    "rate": label("Rate", "利率"),
    "fee": label("Fee", "费用"),
    "terms": label("Terms", "条款"),
    "eligibility": label("Eligibility", "准入条件"),
    "feature": label("Features and benefits", "功能与权益"),
    "other": label("Other", "其他"),
}
"""The kinds of change that ``rules/notice_policy.dmn`` tells apart."""
ANYBODY = "any"
HOLDERS: Mapping[str, Labels] = {
    ANYBODY: label("Everybody", "全部客户"),
    "existing": label("Existing holders", "存量客户"),
    "new": label("New customers", "新客户"),
}
LANGUAGES = ("zh", "en")
"""Every version is written in both; Chinese comes first, as customers read it."""

WRITE, APPROVE = "template.write", "template.approve"
APPROVERS: Mapping[str, str] = {CONTRACT: "contract.approve"}
"""Kinds whose texts are approved under a permission of their own."""
MOVES: Moves[Move] = {
    ("draft", "edit"): Move("draft", WRITE),
    ("draft", "approve"): Move("approved", APPROVE),
    ("draft", "withdraw"): Move("withdrawn", WRITE),
    ("approved", "withdraw"): Move("withdrawn", APPROVE),
    ("approved", "supersede"): Move("superseded", PROCESS),  # by the approval of a later one
}


def permission_of(kind: str, verb: Move) -> str:
    """The permission that a verb needs for a template of this kind."""
    return APPROVERS.get(kind, verb.by) if verb.by == APPROVE else verb.by


def move(state: str, verb: str) -> Move:
    """The move of a version; ``Conflict`` if the table has none."""
    return taken(MOVES, state, verb, N_("The text is %(state)s; this cannot be done now."))
