"""What the history says of a template."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say

SENTENCES: Mapping[str, str] = {
    "template.created": N_("%(who)s wrote the template."),
    "template.drafted": N_("%(who)s drafted a new version of the text."),
    "template.edited": N_("%(who)s changed the draft of the text."),
    "template.approved": N_("%(who)s approved the text."),
    "template.withdrawn": N_("%(who)s withdrew the text."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
