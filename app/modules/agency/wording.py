"""What the history says of a partner."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say
from app.workflow.notices.wording import announce

SENTENCES: Mapping[str, str] = {
    "partner.entered": N_("%(who)s entered the partner."),
    "partner.loaded": N_("The partner came with its admission %(admission)s, as an opening load."),
    "partner.admission_opened": N_("%(who)s asked for the admission %(admission)s."),
    "partner.admission_confirmed": N_("%(who)s confirmed that the admission %(confirms)s stands."),
    "partner.admission_doubted": N_("%(who)s had the partner examined in full."),
    "partner.examined": N_("%(who)s examined the partner for %(admission)s."),
    "partner.opinion_given": N_("%(who)s gave the opinion of compliance on %(admission)s."),
    "partner.admitted": N_("%(who)s admitted the partner by %(admission)s."),
    "partner.refused": N_("%(who)s refused the admission %(admission)s."),
    "partner.expiry_told": N_("People were told that the admission %(admission)s expires on %(day)s."),
    "partner.sent_back": N_("%(who)s sent the admission %(admission)s back."),
}

NOTICES: Mapping[str, str] = {
    "admission_expires": N_("The admission %(admission)s of %(partner)s expires on %(day)s."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
for _what, _told in NOTICES.items():
    announce(_what, _told)
