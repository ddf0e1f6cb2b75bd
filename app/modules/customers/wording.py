"""What the history says of a customer: one sentence for each action that is recorded."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say

SENTENCES: Mapping[str, str] = {
    "customer.identified": N_("%(who)s looked at what identifies the customer."),
    "holding.opened": N_("%(who)s opened a holding."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
