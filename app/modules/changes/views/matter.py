"""The matter of a request, for its own page and for the pages of its tasks: ``changes/_matter.html``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import clock
from app.kernel.database import session as current_session
from app.kernel.i18n import N_, language
from app.modules.catalogue.types import Attribute
from app.modules.changes import queries
from app.modules.changes.models import (
    ChangeRequest,
    CommitteeMeeting,
    CommitteeVote,
    Condition,
    CustomerNotice,
    DepartmentReview,
    ExecutiveDecision,
    Pilot,
    PilotObservation,
    PostLaunchReview,
    RateCheck,
    RegulatoryReceipt,
    Rollout,
    RolloutMaterial,
)
from app.modules.changes.rules.interim import LIMITS, Beside, Interim, beside, by_day, total
from app.modules.changes.rules.matter import PLAN, changed_groups
from app.modules.changes.rules.states import CONSENTS
from app.modules.changes.services import afterwards, looking_back
from app.modules.changes.services.ceilings import checks_of
from app.modules.changes.services.notices import notices_of
from app.modules.changes.services.outlook import Compared, compare
from app.modules.changes.services.piloting import observed
from app.modules.changes.services.records import current_matter
from app.modules.changes.services.texts import materials_of
from app.modules.changes.views.base import Words
from app.modules.changes.views.blocks import BLOCKS
from app.modules.changes.views.steps import CRITERIA, SCOPES
from app.workflow.decisions.models import DecisionDefinition, DecisionRecord
from app.workflow.decisions.queries import records_of, table_of
from app.workflow.decisions.tables import DecisionTable
from app.workflow.models import Attachment, ProcessInstance

TEMPLATE = "changes/_matter.html"
AFTERWARDS = "changes/_afterwards.html"
OPINIONS: Mapping[str, Mapping[str, str]] = {
    "approve": {"en": "Agreed", "zh": "同意"},
    "with_conditions": {"en": "Agreed with conditions", "zh": "附条件同意"},
    "send_back": {"en": "Sent back", "zh": "退回"},
    "reject": {"en": "Rejected", "zh": "不同意"},
}

MEASURES: Mapping[str, str] = {
    "sales": N_("Contracts sold"),
    "complaints": N_("Complaints"),
    "incidents": N_("Incidents"),
    "complaints_per_1000": N_("Complaints per thousand contracts"),
    "incidents_per_1000": N_("Incidents per thousand contracts"),
}


@dataclass(frozen=True)
class Ruled:
    """A decision by rule: the table, what it was given, and what it said."""

    record: DecisionRecord
    table: DecisionTable

    @property
    def sources(self) -> Sequence[Mapping[str, str]]:
        """Where the rows that were hit come from."""
        return [r.annotations for r in self.table.rules if r.id in self.record.rules and r.annotations]

    @property
    def inputs(self) -> Sequence[tuple[Mapping[str, str], Any]]:
        return [(i.labels, self.record.inputs.get(i.expression)) for i in self.table.inputs]

    @property
    def output(self) -> Sequence[tuple[Mapping[str, str], Any]]:
        said = self.record.output
        if isinstance(said, Mapping):
            return [(o.labels, said.get(o.name)) for o in self.table.outputs]
        return [(self.table.outputs[0].labels, self.rows or said)]

    @property
    def rows(self) -> Sequence[str]:
        """What a table of several outputs gave, row by row, in words."""
        said = self.record.output
        return [_in_words(row) for row in said if isinstance(row, Mapping)] if isinstance(said, list) else []

    @property
    def department(self) -> str | None:
        """For whom it was asked, if for a department."""
        found = self.record.inputs.get("department")
        return found if isinstance(found, str) else None


def _in_words(row: Mapping[str, Any]) -> str:
    """A row of several outputs: of texts in two languages (``text_en``, ``text_zh``) the reader's, else all values."""
    texts = [str(text) for name, text in row.items() if name.endswith(f"_{language()}")]
    return " · ".join(texts or [str(value) for value in row.values()])


@dataclass(frozen=True)
class Meeting:
    """A meeting of the committee with its votes."""

    record: CommitteeMeeting
    votes: Sequence[CommitteeVote]


@dataclass(frozen=True)
class Matter:
    """Everything the fragment shows."""

    request: ChangeRequest
    compared: Sequence[Compared]
    since: Mapping[str, Any]
    """What changed since the reader's department last gave its opinion: ``{groups, at}``, or nothing."""
    reviews: Sequence[DepartmentReview]
    conditions: Sequence[Condition]
    decisions: Sequence[ExecutiveDecision]
    meetings: Sequence[Meeting]
    receipts: Sequence[RegulatoryReceipt]
    pilot: Pilot | None
    observations: Sequence[PilotObservation]
    rollout: Rollout | None
    review: PostLaunchReview | None
    """What came of it, some time after the launch."""
    notices: Sequence[CustomerNotice]
    materials: Sequence[RolloutMaterial]
    """What the rollout shows to customers, each in every language."""
    rulings: Sequence[Ruled]
    rate_checks: Sequence[RateCheck]
    """How deposit rates stood to their ceilings, oldest first."""
    files: Mapping[int, Attachment]
    words: Words

    @property
    def scope_list(self) -> Attribute:
        """How a scope is described: units, channels, customer groups."""
        return SCOPES

    @property
    def opinion_words(self) -> Mapping[str, Mapping[str, str]]:
        return OPINIONS

    @property
    def criteria(self) -> Mapping[str, str]:
        return CRITERIA

    @property
    def standing(self) -> Sequence[DepartmentReview]:
        """Each department's latest word that stands, signed or still to be signed; dissent first."""
        latest = {r.department: r for r in self.reviews if r.voided_at is None and r.returned_at is None}
        return sorted(latest.values(), key=lambda r: (r.verdict in CONSENTS, r.id))

    @property
    def earlier(self) -> Sequence[DepartmentReview]:
        """Opinions that a later round or edit replaced."""
        return [r for r in self.reviews if r not in self.standing]

    @property
    def dissent(self) -> int:
        return sum(r.verdict not in CONSENTS for r in self.standing)

    @property
    def notice_failed(self) -> int:
        """Notices of which some did not arrive, while it is not yet sold everywhere."""
        return sum(row.failed > 0 for row in self.notices) if self.request.state == "scheduled" else 0

    def conditions_of(self, review: DepartmentReview) -> Sequence[Condition]:
        return [c for c in self.conditions if c.review_id == review.id]

    def readings(self) -> Mapping[str, int]:
        """Counts observed in the pilot so far, summed over the rows."""
        return total(observed(self.observations))

    def interim(self) -> Sequence[Interim]:
        """The sums, day by day."""
        return by_day(observed(self.observations))

    def beside(self) -> Sequence[tuple[str, Beside]]:
        """``(name, measure)`` of the pilot and its comparison, in the same units."""
        return [(MEASURES[b.measure], b) for b in beside(observed(self.observations))]

    @property
    def limits(self) -> Mapping[str, str]:
        """Criterion → the count it bounds."""
        return LIMITS


def matter_for(
    session: Session, request: ChangeRequest, instance: ProcessInstance | None, actor: Actor, now: datetime
) -> Matter:
    """The matter of ``request`` as ``actor`` reads it."""
    reviews, decisions = queries.reviews_of(session, request.id), queries.decisions_of(session, request.id)
    observations, rollout = queries.observations_of(session, request.id), queries.rollout_of(session, request.id)
    meetings, receipts = _meetings(session, request), queries.receipts_of(session, request.id)
    people: list[str | None] = [request.initiator, *(r.reviewer for r in reviews), *(r.signed_by for r in reviews)]
    people += [name for m in meetings for name in (*m.record.members, *m.record.excused, m.record.minutes_by)]
    people += [receipt.entered_by for receipt in receipts]
    people += [*(d.by for d in decisions), *(o.by for o in observations)]
    conditions, pilot = queries.conditions_of(session, request.id), queries.pilot_of(session, request.id)
    people += [c.closed_by for c in conditions] + [pilot.stopped_by if pilot else None]
    people += [rollout.planned_by if rollout else None]
    rate_checks = checks_of(session, request.id)
    people += [check.by for check in rate_checks]
    review = looking_back.of_request(session, request.id)
    people += [c.fulfilled_by for c in conditions] + ([review.reviewed_by, review.noted_by] if review else [])
    return Matter(
        request=request,
        compared=compare(session, request, now),
        since=_since(session, request, reviews, actor),
        reviews=reviews,
        conditions=conditions,
        decisions=decisions,
        meetings=meetings,
        receipts=receipts,
        pilot=pilot,
        observations=observations,
        rollout=rollout,
        review=review,
        notices=notices_of(session, request.id) if rollout else (),
        materials=materials_of(session, request.id) if rollout else (),
        rulings=_rulings(session, instance),
        rate_checks=rate_checks,
        files=_files(session, observations),
        words=Words(people),
    )


def _meetings(session: Session, request: ChangeRequest) -> list[Meeting]:
    found = queries.meetings_of(session, request.id)
    votes = queries.votes_of(session, [meeting.id for meeting in found])
    return [Meeting(meeting, [v for v in votes if v.meeting_id == meeting.id]) for meeting in found]


def _since(
    session: Session, request: ChangeRequest, reviews: Sequence[DepartmentReview], actor: Actor
) -> Mapping[str, Any]:
    mine = [r for r in reviews if r.department == actor.department]
    if not mine:
        return {}
    groups = changed_groups(mine[-1].matter, current_matter(session, request))
    return {"groups": groups, "plan": PLAN in groups, "at": mine[-1].at}


def _rulings(session: Session, instance: ProcessInstance | None) -> list[Ruled]:
    """The decisions that elements of the drawings asked for, oldest first."""
    if instance is None:
        return []
    records = [r for r in records_of(session, instance.id) if r.element_id]
    wanted = {r.definition_id for r in records}
    query = select(DecisionDefinition).where(DecisionDefinition.id.in_(wanted))
    tables = {d.id: table_of(d) for d in session.scalars(query)}
    return [Ruled(record, tables[record.definition_id]) for record in records]


def _files(session: Session, observations: Sequence[PilotObservation]) -> dict[int, Attachment]:
    ids = {o.attachment_id for o in observations if o.attachment_id}
    return {a.id: a for a in session.scalars(select(Attachment).where(Attachment.id.in_(ids)))} if ids else {}


def context_of(session: Session, instance: ProcessInstance, actor: Actor) -> dict[str, Any] | None:
    """What ``changes/_matter.html`` needs as ``matter``, for the pages of a case; nothing if it has no request."""
    request = queries.request_of_case(session, instance.id)
    if request is None:
        return None
    return {
        "told": matter_for(session, request, instance, actor, clock.now()),
        "actor": actor,
        "added": _added(request),
    }


def _added(request: ChangeRequest) -> list[str]:
    """What later features tell of it."""
    return [block(request) for block in BLOCKS]


def context_after(session: Session, instance: ProcessInstance, actor: Actor) -> dict[str, Any]:
    """What ``changes/_afterwards.html`` needs as ``matter``: the change, and which condition its case is about."""
    condition = None
    if instance.process_key == afterwards.PROCESS:
        request, condition = afterwards.of_case(session, instance)
    else:
        request = looking_back.request_of(session, instance)
    case = session.get(ProcessInstance, request.instance_id) if request.instance_id else None
    return {"told": matter_for(session, request, case, actor, clock.now()), "actor": actor, "condition": condition}


def shown(request: ChangeRequest, instance: ProcessInstance | None, actor: Actor, now: datetime) -> dict[str, Any]:
    """The same for the request's own page."""
    told = matter_for(current_session(), request, instance, actor, now)
    return {"told": told, "actor": actor, "added": _added(request), "own": True}
