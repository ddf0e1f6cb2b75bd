"""Who may do what: one table, over neutral facts. What is missing is denied.

A permission maps to a clause of small predicates about the person who asks and
the facts of the case. Each feature fills the facts; the table knows no feature.
Maker is never checker: that, too, is a predicate here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from app.identity.actors import Actor
from app.kernel.errors import Forbidden

REVIEW = "review"
SIGN = "sign"
DECIDE = "decide"
CONFIRM = "confirm"
_BY_DEPARTMENT = frozenset({REVIEW, SIGN})


@dataclass(frozen=True)
class Facts:
    """What a permission may depend on. Defaults are the ones that deny."""

    initiator: str | None = None
    hands: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Username → duties done in this case: ``initiate``, ``review:risk``, ``sign:risk``, ``decide``."""
    involved: frozenset[str] = frozenset()
    """Groups that take part in the case."""
    candidates: frozenset[str] = frozenset()
    assignee: str | None = None
    owner: str | None = None
    """Who delegated the task and gets it back."""
    duty: str | None = None
    department: str | None = None
    open: bool = False
    owner_department: str | None = None
    """The department that owns the record in question."""
    units: frozenset[str] = frozenset()
    """The unit that keeps the record in question, and those above it."""


Predicate = Callable[[Actor, Facts], bool]


def any_of(*clauses: Predicate) -> Predicate:
    return lambda actor, facts: any(clause(actor, facts) for clause in clauses)


def all_of(*clauses: Predicate) -> Predicate:
    return lambda actor, facts: all(clause(actor, facts) for clause in clauses)


def has_role(*roles: str) -> Predicate:
    return lambda actor, facts: bool(actor.roles & set(roles))


def negate(clause: Predicate) -> Predicate:
    return lambda actor, facts: not clause(actor, facts)


def is_of(department: str) -> Predicate:
    return lambda actor, facts: actor.department == department


def anybody(actor: Actor, facts: Facts) -> bool:
    return True


def reads_all(actor: Actor, facts: Facts) -> bool:
    return actor.reads_all


def is_initiator(actor: Actor, facts: Facts) -> bool:
    return actor.username == facts.initiator


def is_candidate(actor: Actor, facts: Facts) -> bool:
    return bool(actor.groups & facts.candidates)


def is_assignee(actor: Actor, facts: Facts) -> bool:
    return actor.username == facts.assignee


def is_unclaimed(actor: Actor, facts: Facts) -> bool:
    return facts.assignee is None


def is_open(actor: Actor, facts: Facts) -> bool:
    return facts.open


def takes_part(actor: Actor, facts: Facts) -> bool:
    return bool(actor.groups & facts.involved) or actor.username in facts.hands


def heads_its_department(actor: Actor, facts: Facts) -> bool:
    return "head" in actor.roles and bool(actor.groups & facts.candidates)


def owns_the_record(actor: Actor, facts: Facts) -> bool:
    return facts.owner_department is not None and actor.department == facts.owner_department


def keeps_the_record(actor: Actor, facts: Facts) -> bool:
    """Whoever works at a unit serves its customers and those of the units below it."""
    return actor.unit in facts.units


def belongs_to_nobody(actor: Actor, facts: Facts) -> bool:
    return facts.owner_department is None


def is_of_its_department(actor: Actor, facts: Facts) -> bool:
    return facts.department is not None and actor.department == facts.department


def keeps_four_eyes(actor: Actor, facts: Facts) -> bool:
    """Initiator, officers, heads and whoever decides differ; nobody speaks for two departments.

    Holds for everybody who ever had a hand in the case, whatever round it was.
    """
    if facts.duty == CONFIRM:
        # The second person: nobody who had any other hand in the case.
        done = facts.hands.get(actor.username, frozenset())
        return not is_initiator(actor, facts) and done <= {CONFIRM}
    if facts.duty not in CHECKS:
        return True
    mine = hand(facts.duty, facts.department)
    others = checks_of(facts.hands.get(actor.username, frozenset())) - {mine}
    return not is_initiator(actor, facts) and not others


CHECKS = frozenset({REVIEW, SIGN, DECIDE})
"""Duties that no two of may meet in one person."""


def hand(duty: str, department: str | None) -> str:
    """How a duty done is kept among the hands of a case."""
    return f"{duty}:{department}" if duty in _BY_DEPARTMENT else duty


def checks_of(done: Iterable[str]) -> frozenset[str]:
    """Of the duties somebody has done, those that keep the person from other checks."""
    return frozenset(d for d in done if d.split(":")[0] in CHECKS)


def may_decide(username: str, initiator: str | None, hands: Mapping[str, Iterable[str]]) -> bool:
    """Whether somebody neither proposed nor checked; who has decided before may decide again."""
    return username != initiator and not checks_of(hands.get(username, ())) - {DECIDE}


_serves_customers = has_role("teller", "relationship_manager", "wealth_manager", "branch_manager", "customer_service")
_sees_development = any_of(has_role("product_manager", "officer", "head", "executive", "committee"), reads_all)
_may_act = all_of(is_open, any_of(is_assignee, all_of(is_candidate, is_unclaimed)), keeps_four_eyes)

PERMISSIONS: Mapping[str, Predicate] = {
    # Tasks and cases
    "task.see": any_of(is_candidate, is_assignee, takes_part, is_initiator, reads_all),
    "task.claim": all_of(is_open, is_candidate, is_unclaimed, keeps_four_eyes),
    "task.release": all_of(is_open, any_of(is_assignee, heads_its_department)),
    "task.complete": _may_act,
    "task.draft": _may_act,
    "task.delegate": _may_act,
    "task.transfer": _may_act,
    "task.send_back": _may_act,
    "task.remind": all_of(is_open, is_initiator),
    "task.comment": any_of(is_candidate, is_assignee, takes_part, is_initiator),
    "task.attach": all_of(is_open, any_of(is_assignee, is_candidate)),
    "instance.see": any_of(takes_part, is_initiator, reads_all),
    "instance.withdraw": is_initiator,
    "instance.operate": has_role("operator"),
    "instance.start": anybody,
    "message.send": has_role("operator"),
    # Processes
    "process.see": anybody,
    "process.deploy": has_role("process_designer"),
    # Products
    "product.see": anybody,
    "product.import": has_role("product_manager"),
    "product.create": has_role("product_manager"),
    "product.describe": all_of(has_role("product_manager"), any_of(owns_the_record, belongs_to_nobody)),
    # Risk at once, or the platform for a quota that is used up; only the process lifts it (rule 12).
    "product.suspend": any_of(is_of("risk"), has_role("system")),
    "quota.report": has_role("operator"),
    "notice.report": has_role("operator"),
    "suspension.see": anybody,
    # Lives: followed and aimed by the owning department; readings come from its people or another system.
    "life.begin": all_of(has_role("product_manager", "officer", "head"), owns_the_record),
    "life.aim": all_of(has_role("product_manager", "officer", "head"), owns_the_record),
    "reading.enter": any_of(
        all_of(has_role("product_manager", "officer", "head"), owns_the_record), has_role("operator")
    ),
    # Exits: proposed by the owning department or risk; answers come from its people or another system.
    "exit.propose": all_of(has_role("product_manager", "officer", "head"), any_of(owns_the_record, is_of("risk"))),
    "exit.see": any_of(takes_part, is_initiator, is_assignee, reads_all, owns_the_record),
    "exit.plan": owns_the_record,
    "exit.withdraw": is_initiator,
    "exit.answer": any_of(owns_the_record, has_role("operator")),
    "exit.decide_exception": is_assignee,
    "exit.operate": has_role("operator"),
    # Any department may propose a change; the owning department judges the need.
    "change.propose": has_role("product_manager", "officer", "head"),
    "change.edit": is_initiator,
    "change.see": any_of(takes_part, is_initiator, reads_all, owns_the_record),
    "pilot.observe": any_of(owns_the_record, has_role("branch_manager", "pilot")),
    "condition.close": all_of(is_of_its_department, negate(is_initiator)),
    # Ceilings of deposit rates: entered by asset and liability management, confirmed by its head, who is somebody else.
    "ceiling.see": anybody,
    "ceiling.enter": all_of(is_of("alm"), has_role("officer", "head")),
    "ceiling.confirm": all_of(is_of("alm"), has_role("head"), negate(is_initiator)),
    # Records and assessments of risk: confirmed or concluded by the head of risk management, who did not make them.
    "risk.see": anybody,
    "risk.enter": all_of(is_of("risk"), has_role("officer", "head")),
    "risk.confirm": all_of(is_of("risk"), has_role("head"), negate(is_initiator)),
    "risk.assess": all_of(is_of("risk"), has_role("officer", "head")),
    "risk.conclude": all_of(is_of("risk"), has_role("head"), negate(is_initiator)),
    "risk.score": has_role("officer", "head"),
    # Texts for customers: written by product managers, approved by a head of consumer protection or compliance,
    # contracts by that of legal; documents of a product are made by its owner from what was approved.
    "template.see": anybody,
    "template.write": has_role("product_manager"),
    "template.approve": all_of(
        any_of(is_of("consumer_protection"), is_of("compliance")), has_role("head"), negate(is_initiator)
    ),
    "contract.approve": all_of(is_of("legal"), has_role("head"), negate(is_initiator)),
    "document.see": anybody,
    "document.make": all_of(has_role("product_manager"), any_of(owns_the_record, belongs_to_nobody)),
    "document.withdraw": any_of(
        all_of(has_role("product_manager"), any_of(owns_the_record, belongs_to_nobody)),
        all_of(any_of(is_of("consumer_protection"), is_of("compliance"), is_of("legal")), has_role("head")),
    ),
    # Bundles: written by a product manager of the owning department, approved by a head or an executive who is another.
    "bundle.see": anybody,
    "bundle.write": all_of(has_role("product_manager"), owns_the_record),
    "bundle.approve": all_of(has_role("head", "executive"), negate(is_initiator)),
    # Anybody may submit and comment on ideas; who submitted one does not judge it.
    "idea.see": anybody,
    "idea.submit": anybody,
    "idea.judge": all_of(has_role("product_manager", "head"), negate(is_initiator)),
    # Initiatives: led by their owner, with evidence from all who take part; a head or an executive who does not judges
    # their gates.
    "initiative.see": any_of(_sees_development, is_initiator, takes_part),
    "initiative.found": has_role("product_manager", "officer", "head"),
    "initiative.lead": is_initiator,
    "initiative.work": any_of(is_assignee, is_initiator),
    "initiative.prove": all_of(_sees_development, any_of(is_initiator, takes_part)),
    "initiative.judge": all_of(has_role("head", "executive"), negate(any_of(is_initiator, takes_part))),
    # Tier families: kept by the department that owns the base; plans agreed by whoever serves the customer.
    "tier.see": anybody,
    "tier.keep": all_of(has_role("product_manager"), owns_the_record),
    "plan.agree": all_of(has_role("relationship_manager", "wealth_manager"), keeps_the_record),
    # Market research: gathered by the owning department; departments that are asked answer for themselves, and what
    # customers answered is entered by whoever serves them, by who gathers it, or by another system.
    "research.see": anybody,
    "research.gather": all_of(has_role("product_manager", "officer", "head"), owns_the_record),
    "questionnaire.answer": is_candidate,
    "questionnaire.report": any_of(owns_the_record, _serves_customers, has_role("operator")),
    # Partners of agency products: what is found of them, and who may read it.
    "partner.see": _sees_development,
    # Finance's assumptions: two persons of finance. Who sells does not see what is earned.
    "costing.see": _sees_development,
    "costing.work_out": any_of(is_of("finance"), has_role("product_manager")),
    "assumptions.draft": all_of(is_of("finance"), has_role("officer", "head")),
    "assumptions.edit": all_of(is_of("finance"), is_initiator),
    "assumptions.approve": all_of(is_of("finance"), has_role("officer", "head"), negate(is_initiator)),
    "pilot.stop": lambda actor, facts: actor.department == "risk",
    "authority.grant": has_role("executive"),
    "authority.see": has_role("executive", "head", "product_manager", "committee_secretary", "auditor", "operator"),
    # Customers: staff know those of their unit; an auditor reads all, identifiers masked; everybody may count holdings.
    "customer.find": any_of(_serves_customers, has_role("auditor")),
    "customer.see": any_of(all_of(_serves_customers, keeps_the_record), has_role("auditor")),
    "customer.identify": all_of(_serves_customers, keeps_the_record),
    "holding.open": all_of(has_role("teller", "relationship_manager", "wealth_manager"), keeps_the_record),
    "holding.count": anybody,
    # Administration
    "audit.see": has_role("auditor", "security_admin"),
    "incident.see": reads_all,
    "administration.see": has_role("auditor", "security_admin", "operator"),
    "people.see": anybody,
    "calendar.see": anybody,
    "calendar.edit": has_role("operator"),
}


def allowed(actor: Actor, permission: str, facts: Facts | None = None) -> bool:
    """Whether the table allows it. An unknown permission is denied."""
    clause = PERMISSIONS.get(permission)
    return clause is not None and clause(actor, facts or Facts())


def require(actor: Actor, permission: str, facts: Facts | None = None) -> None:
    """``Forbidden`` unless the table allows it."""
    if not allowed(actor, permission, facts):
        raise Forbidden("You may not do this.", code=f"may_not_{permission.replace('.', '_')}")
