"""What the history says of a suspension: one sentence for each action that this feature records."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say, tell_apart
from app.workflow.notices.wording import announce

KINDS: Mapping[str, str] = {
    "suspension.ratified": "decision",
    "suspension.proposed": "proposal",
    "suspension.answered": "decision",
    "suspension.lifted": "new",
}
"""Actions whose sentence depends on a member of their payload."""

SENTENCES: Mapping[str, str] = {
    "suspension.ordered": N_("%(who)s suspended sales."),
    "suspension.reminded": N_("The executives were reminded of the ratification."),
    "suspension.escalated": N_("The ratification was late; the product committee was called."),
    "suspension.ratified": N_("%(who)s decided on the ratification."),
    "suspension.ratified:ratify": N_("%(who)s ratified the suspension."),
    "suspension.ratified:refuse": N_("%(who)s refused to ratify the suspension."),
    "suspension.remedied": N_("%(who)s reported the remedy."),
    "suspension.remedy_late": N_("The remedy was late; the head and the executives were told."),
    "suspension.proposed": N_("%(who)s proposed a way out."),
    "suspension.proposed:resume": N_("%(who)s proposed to resume sales."),
    "suspension.proposed:exit": N_("%(who)s proposed to hand the product over to exit."),
    "suspension.answered": N_("%(who)s answered the proposal."),
    "suspension.answered:confirm": N_("%(who)s confirmed the resumption."),
    "suspension.answered:decline": N_("%(who)s did not confirm the resumption yet."),
    "suspension.lifted": N_("The suspension was lifted."),
    "suspension.lifted:resumed": N_("Sales were resumed."),
    "suspension.lifted:not_ratified": N_("Sales were resumed because the suspension was not ratified."),
    "suspension.exit_named": N_("The exit that takes the product over was named."),
    "suspension.taken_back": N_("The exit ended and the product stays; the suspension goes back to the remedy."),
    "suspension.ended": N_("The product has left the market; the suspension ended with it."),
    "suspension.handed_over": N_("The product was handed over to exit; sales stay suspended."),
}

NOTICES: Mapping[str, str] = {
    "sales.suspended": N_("Sales of %(product)s are suspended by %(number)s."),
    "ratification.due": N_("%(number)s waits to be ratified; one business day is left."),
    "ratification.overdue": N_("%(number)s was not ratified in time; the suspension stands."),
    "remedy.overdue": N_("The remedy of %(number)s is overdue."),
}
"""What people are told."""

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
for _action, _member in KINDS.items():
    tell_apart(_action, _member)
for _what, _told in NOTICES.items():
    announce(_what, _told)
