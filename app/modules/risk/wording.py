"""What the history says of records of risk."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say

SENTENCES: Mapping[str, str] = {
    "risk.entered": N_("%(who)s entered a record of risk management."),
    "risk.confirmed": N_("%(who)s confirmed a record of risk management."),
    "risk.assessed_product": N_("%(who)s assessed the risk of a product."),
    "risk.scored": N_("%(who)s gave a score as an expert."),
    "risk.concluded": N_("%(who)s concluded the assessment of a product."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
