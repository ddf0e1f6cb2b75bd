"""What the history says of a change: one sentence for each action that this feature records."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say, tell_apart
from app.workflow.notices.wording import announce

KINDS: Mapping[str, str] = {
    "change.tested": "passed",
    "product.developed": "outcome",
    "change.reviewed": "verdict",
    "change.decided": "decision",
    "committee.voted": "vote",
    "post_launch.reviewed": "conclusion",
}
"""Actions whose sentence depends on a member of their payload."""

SENTENCES: Mapping[str, str] = {
    "change.drafted": N_("%(who)s began the request."),
    "change.file_written": N_("%(who)s wrote in the approver's file."),
    "change.edited": N_("%(who)s edited the proposal."),
    "change.sheet": N_("%(who)s took over values from a sheet."),
    "change.submit": N_("%(who)s submitted the request."),
    "change.designed": N_("%(who)s finished the design."),
    "change.file_completed": N_("The approver's file is complete and frozen."),
    "risk.assessed": N_("%(who)s identified and assessed the risks."),
    "cost.worked_out": N_("%(who)s worked out the cost."),
    "product.developed": N_("%(who)s reported on the development."),
    "product.developed:built": N_("%(who)s reported that the product is built as approved."),
    "product.developed:cannot": N_("%(who)s reported that the product cannot be built as approved."),
    "change.tested": N_("%(who)s recorded the tests."),
    "change.tested:True": N_("%(who)s recorded the tests: passed."),
    "change.tested:False": N_("%(who)s recorded the tests: not passed."),
    "change.review": N_("The review by the departments began."),
    "change.opinion": N_("%(who)s gave an opinion for %(department)s; the head signs it off."),
    "change.opinion_returned": N_("%(who)s gave the opinion of %(department)s back to the officer."),
    "change.class_raised": N_("%(department)s raised the class of the change."),
    "change.reviewed": N_("%(who)s gave the opinion of %(department)s."),
    "change.reviewed:approve": N_("%(department)s agreed."),
    "change.reviewed:with_conditions": N_("%(department)s agreed with conditions."),
    "change.reviewed:send_back": N_("%(department)s asked to send the change back."),
    "change.reviewed:reject": N_("%(department)s did not agree."),
    "authority.granted": N_("%(who)s delegated authority over minor changes."),
    "authority.revoked": N_("%(who)s revoked the delegated authority."),
    "committee.convened": N_("%(who)s convened the committee."),
    "committee.voted": N_("%(who)s voted."),
    "committee.voted:approve": N_("%(who)s voted to approve."),
    "committee.voted:reject": N_("%(who)s voted to reject."),
    "committee.voted:send_back": N_("%(who)s voted to send the change back."),
    "committee.voted:abstain": N_("%(who)s abstained."),
    "filing.received": N_("%(who)s entered the receipt of the regulator."),
    "filing.refused": N_("%(who)s recorded that the regulator refused."),
    "change.decided": N_("%(who)s decided."),
    "change.decided:approve": N_("%(who)s approved the change."),
    "change.decided:send_back": N_("%(who)s sent the change back."),
    "change.decided:reject": N_("%(who)s rejected the change."),
    "change.approve": N_("The proposed versions are approved."),
    "change.reject": N_("The request is rejected."),
    "change.decline": N_("The request is not pursued."),
    "change.send_back": N_("The request went back to the initiator."),
    "change.withdraw": N_("%(who)s withdrew the request."),
    "change.cancel": N_("The request ended with its case."),
    "change.pilot_planned": N_("%(who)s planned the pilot."),
    "change.pilot": N_("The pilot began."),
    "change.fail_pilot": N_("The pilot failed; its sales ended."),
    "change.rollout_planned": N_("%(who)s planned the rollout and the notice to customers."),
    "change.schedule": N_("The effective day is fixed."),
    "change.notified": N_("The customers were notified."),
    "change.wave": N_("A wave of the rollout began."),
    "change.launch": N_("The new versions took effect."),
    "condition.closed": N_("%(who)s closed a condition."),
    "condition.followed": N_("A condition after launch is kept track of."),
    "condition.fulfilled": N_("%(who)s reported a condition as fulfilled."),
    "condition.returned": N_("%(who)s did not confirm a condition as met."),
    "condition.reminded": N_("The department that owes a condition was reminded."),
    "condition.escalated": N_("A condition that is overdue was brought to the heads and the executives."),
    "post_launch.planned": N_("The post-launch review is planned."),
    "post_launch.reviewed": N_("%(who)s reviewed the change after its launch."),
    "post_launch.reviewed:keep": N_("%(who)s reviewed the change after its launch: keep."),
    "post_launch.reviewed:improve": N_("%(who)s reviewed the change after its launch: improve."),
    "post_launch.reviewed:withdraw": N_("%(who)s reviewed the change after its launch: withdraw."),
    "post_launch.noted": N_("%(who)s took note of the post-launch review."),
    "post_launch.returned": N_("%(who)s asked for more in the post-launch review."),
    "post_launch.reminded": N_("The department was reminded of the post-launch review."),
    "post_launch.escalated": N_("The overdue post-launch review was brought to the heads and the executives."),
    "notice.reported": N_("%(who)s reported how a notice to customers was delivered."),
    "pilot.extended": N_("The pilot was extended."),
    "pilot.observed": N_("%(who)s added an observation of the pilot."),
    "pilot.passed": N_("The pilot passed."),
    "pilot.reported_early": N_("%(who)s reported on the pilot before its time was over."),
    "pilot.stopped": N_("%(who)s stopped the pilot."),
    "review.reminded": N_("The departments that had not answered were reminded."),
    "review.escalated": N_("The late reviews were brought to the heads and the executives."),
}

NOTICES: Mapping[str, str] = {
    "review.due": N_("The review of %(number)s waits for your department's opinion."),
    "review.overdue": N_("Opinions on %(number)s are overdue."),
    "condition.due": N_("A condition of %(number)s that your department owes is due."),
    "condition.overdue": N_("A condition of %(number)s is overdue."),
    "post_launch.due": N_("The post-launch review of %(number)s is due."),
    "post_launch.overdue": N_("The post-launch review of %(number)s is overdue."),
}
"""What people are told."""

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
for _action, _member in KINDS.items():
    tell_apart(_action, _member)
for _what, _told in NOTICES.items():
    announce(_what, _told)
