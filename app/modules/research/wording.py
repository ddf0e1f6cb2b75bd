"""What the history says of market research."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say

SENTENCES: Mapping[str, str] = {
    "research.written": N_("%(who)s wrote the questionnaire %(number)s."),
    "research.edited": N_("%(who)s changed the draft of the questionnaire %(number)s."),
    "research.opened": N_("%(who)s opened the questionnaire %(number)s."),
    "research.answered": N_("%(who)s entered answers to the questionnaire %(number)s."),
    "research.closed": N_("%(who)s closed the questionnaire %(number)s with %(answers)s answers."),
    "research.interviewed": N_("%(who)s noted down an interview."),
    "research.competitor_noted": N_("%(who)s noted down a competitor's product."),
    "research.trend_noted": N_("%(who)s noted down a trend."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
