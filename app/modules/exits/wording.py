"""What the history says of an exit: one sentence for each action that this feature records."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say, tell_apart

KINDS: Mapping[str, str] = {
    "exit.judged": "judgement",
    "exit.decided": "decision",
    "exit.batch": "phase",
    "exit.phase_begun": "phase",
    "exit.phase_done": "phase",
}
"""Actions whose sentence depends on a member of their payload."""

SENTENCES: Mapping[str, str] = {
    "exit.proposed": N_("%(who)s proposed that the product leaves."),
    "exit.evaluated": N_("%(who)s gave the figures of the exit evaluation."),
    "exit.judged": N_("%(who)s judged the evaluation."),
    "exit.judged:pursue": N_("%(who)s pursues the exit."),
    "exit.judged:leave": N_("%(who)s keeps the product."),
    "exit.planned": N_("%(who)s wrote the exit plan."),
    "exit.submitted": N_("%(who)s submitted the exit plan for review."),
    "exit.given_up": N_("%(who)s gave the exit up."),
    "exit.opinion": N_("%(who)s gave an opinion on the exit plan."),
    "exit.opinion_returned": N_("%(who)s gave an opinion back to the officer."),
    "exit.reviewed": N_("%(who)s signed an opinion on the exit plan."),
    "exit.decided": N_("%(who)s decided on the exit."),
    "exit.decided:approve": N_("%(who)s approved the exit."),
    "exit.decided:reject": N_("%(who)s rejected the exit."),
    "exit.decided:send_back": N_("%(who)s sent the exit plan back."),
    "exit.approved": N_("The exit was approved, bound to the plan that was shown."),
    "exit.sent_back": N_("The exit plan went back to the owning department."),
    "exit.reject": N_("The exit was closed as rejected."),
    "exit.withdraw": N_("The exit was withdrawn."),
    "exit.off_sale": N_("Sales of the product were ended."),
    "exit.migrating": N_("The product is leaving; its holdings are worked."),
    "exit.phase_begun": N_("The holdings began to be worked."),
    "exit.phase_begun:identify": N_("The holdings began to be identified."),
    "exit.phase_begun:notify": N_("Customers began to be told."),
    "exit.phase_begun:settle": N_("A round of settling the holdings began."),
    "exit.phase_begun:reconcile": N_("The reconciliation began."),
    "exit.batch": N_("A batch of holdings was worked."),
    "exit.batch:identify": N_("A batch of holdings was identified."),
    "exit.batch:notify": N_("The customers of a batch were told."),
    "exit.batch:settle": N_("A batch of holdings was settled."),
    "exit.batch:reconcile": N_("A batch of holdings was reconciled."),
    "exit.phase_done": N_("All holdings that were due are worked."),
    "exit.phase_done:identify": N_("All holdings are identified."),
    "exit.phase_done:notify": N_("All customers are told."),
    "exit.phase_done:settle": N_("All holdings that were due are settled."),
    "exit.phase_done:reconcile": N_("All holdings are reconciled."),
    "exit.notice_reported": N_("%(who)s reported how a notice to customers was delivered."),
    "exit.untold": N_("A notice had not reached customers who were moved; the named person is to reach them."),
    "exit.answered": N_("%(who)s entered answers of customers."),
    "exit.exception_decided": N_("%(who)s decided on exceptions."),
    "exit.held": N_("%(who)s stopped the batches."),
    "exit.resumed": N_("%(who)s let the batches go on."),
    "exit.winding_down": N_("The wind-down began; its matters were opened."),
    "exit.tail_settled": N_("%(who)s settled a matter of the wind-down."),
    "exit.difference_cleared": N_("%(who)s cleared a difference of the reconciliation."),
    "exit.retired": N_("The product retired: nothing is left."),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
for _action, _member in KINDS.items():
    tell_apart(_action, _member)
