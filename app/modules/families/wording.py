"""What the history says of a tier family."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say

SENTENCES: Mapping[str, str] = {
    "tier_family.founded": N_("%(who)s founded the tier family."),
    "tier_family.variant_added": N_("%(who)s added %(product)s to the tier family."),
    "tier_family.variant_described": N_("%(who)s changed own terms, services or corridors of %(product)s."),
    "tier_family.variant_left": N_("%(who)s took %(product)s out of the tier family."),
    "tier_family.followed": N_("%(who)s let the variants follow their base."),
    "tier_plan.agreed": N_("%(who)s agreed plan %(plan)s."),
    "tier_plan.ended": N_("%(who)s ended plan %(plan)s."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
