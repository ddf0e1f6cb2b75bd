"""What the history says of research and development: one sentence for each action that this feature records."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say
from app.workflow.notices.wording import announce

SENTENCES: Mapping[str, str] = {
    "assumptions.drafted": N_("%(who)s drafted assumptions for costing."),
    "assumptions.edited": N_("%(who)s changed the draft of assumptions."),
    "assumptions.approved": N_("%(who)s approved the assumptions."),
    "cost_sheet.worked_out": N_("%(who)s worked out a cost sheet."),
    "idea.submitted": N_("%(who)s submitted an idea."),
    "idea.commented": N_("%(who)s commented on the idea."),
    "idea.considered": N_("%(who)s takes the idea into consideration."),
    "idea.declined": N_("%(who)s declined the idea."),
    "idea.became_initiative": N_("%(who)s made an initiative of the idea."),
    "initiative.founded": N_("%(who)s founded the initiative."),
    "initiative.planned": N_("%(who)s changed plan or budget of the initiative."),
    "initiative.task_done": N_("%(who)s says that a task of the initiative is done."),
    "initiative.task_opened": N_("%(who)s says that a task of the initiative is not done yet."),
    "initiative.evidence_given": N_("%(who)s added evidence for a gate of the initiative."),
    "initiative.gate_passed": N_("%(who)s let the initiative pass a gate."),
    "initiative.gate_failed": N_("%(who)s held the initiative at a gate."),
    "initiative.paused": N_("%(who)s paused the initiative."),
    "initiative.active": N_("%(who)s resumed the initiative."),
    "initiative.completed": N_("%(who)s completed the initiative."),
    "initiative.stopped": N_("%(who)s stopped the initiative for good."),
}

NOTICES: Mapping[str, str] = {
    "initiative.task": N_("You have a task in the initiative %(number)s, due on %(due)s."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
for _what, _told in NOTICES.items():
    announce(_what, _told)
