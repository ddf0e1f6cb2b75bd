"""What the history says of templates and of the documents made from them."""

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
    "document.made": N_("%(who)s made documents of the product."),
    "document.withdrawn": N_("%(who)s took a document of the product out of use."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
