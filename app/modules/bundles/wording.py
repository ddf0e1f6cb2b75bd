"""What the history says of a bundle."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say
from app.workflow.notices.wording import announce

SENTENCES: Mapping[str, str] = {
    "bundle.created": N_("%(who)s wrote the bundle."),
    "bundle.revised": N_("%(who)s began version %(version)s of the bundle."),
    "bundle.edited": N_("%(who)s changed the draft of the bundle."),
    "bundle.submitted": N_("%(who)s asked for approval of the bundle."),
    "bundle.approved": N_("%(who)s approved the bundle; it is on sale."),
    "bundle.sent_back": N_("%(who)s sent the bundle back to its author."),
    "bundle.dropped": N_("%(who)s dropped a version of the bundle before it was sold."),
    "bundle.withdrawn": N_("%(who)s took the bundle off sale."),
}

NOTICES: Mapping[str, str] = {
    "bundle.to_approve": N_("Version %(version)s of the bundle %(bundle)s waits for approval."),
    "bundle.approved": N_("Version %(version)s of the bundle %(bundle)s was approved; it is on sale."),
    "bundle.sent_back": N_("Version %(version)s of the bundle %(bundle)s was sent back to you."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
for _what, _told in NOTICES.items():
    announce(_what, _told)
