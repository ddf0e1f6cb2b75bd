"""What the history says of a product's life: one sentence for each action that this feature records."""

from __future__ import annotations

from collections.abc import Mapping

from app.kernel.i18n import N_
from app.workflow.instances.wording import say, tell_apart
from app.workflow.notices.wording import announce

SENTENCES: Mapping[str, str] = {
    "life.begun": N_("%(who)s began to follow the product."),
    "life.researched": N_("%(who)s researched the market."),
    "life.strategy_set": N_("%(who)s set strategy and objectives."),
    "life.reading_entered": N_("%(who)s entered a reading for %(day)s."),
    "life.plan_judged": N_("%(who)s judged the plan."),
    "life.plan_judged:pursue": N_("%(who)s decided to pursue the plan."),
    "life.plan_judged:revise": N_("%(who)s asked for the plan to be revised."),
    "life.plan_judged:drop": N_("%(who)s dropped the plan."),
    "life.handed_in": N_("%(who)s handed the product in for approval."),
    "life.given_up": N_("%(who)s gave the product up."),
    "life.materials_prepared": N_("%(who)s prepared marketing strategy and materials."),
    "life.people_prepared": N_("%(who)s prepared people and channels."),
    "life.evaluated": N_("%(who)s evaluated the performance."),
    "life.evaluated:go_on": N_("%(who)s evaluated the performance: go on."),
    "life.evaluated:optimise": N_("%(who)s evaluated the performance: optimise."),
    "life.evaluated:exit": N_("%(who)s evaluated the performance: give the product up."),
    "life.evaluation_noted": N_("%(who)s took note of the evaluation."),
    "life.evaluation_return": N_("%(who)s gave the evaluation back."),
    "life.change_drafted": N_("A change was drafted from the evaluation."),
}
NOTICES: Mapping[str, str] = {
    "optimisation_drafted": N_("The evaluation of %(product)s asks for a change; %(number)s is drafted."),
    "optimisation_not_drafted": N_("The evaluation of %(product)s asks for a change; none was drafted: %(reason)s"),
}

for _action, _sentence in SENTENCES.items():
    say(_action, _sentence)
tell_apart("life.plan_judged", "decision")
tell_apart("life.evaluated", "conclusion")
for _what, _told in NOTICES.items():
    announce(_what, _told)
