"""The approver's file 审批档案: on one page, on paper, and as a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import render_template, send_file

from app.identity.web import current_actor, signed_in
from app.kernel.database import end_read, session
from app.kernel.i18n import N_, gettext
from app.kernel.paper import pdf
from app.modules.changes import queries
from app.modules.changes.exporting.bundle import bundle
from app.modules.changes.models import ChangeRequest
from app.modules.changes.queries.file import (
    chains_of,
    evaluations_of,
    evidence_of,
    lines_of,
    records_of_request,
    tests_of,
)
from app.modules.changes.services import file_parts, looking_back
from app.modules.changes.views import matter
from app.modules.changes.views.base import REQUEST, Words, now, pages, visible
from app.modules.changes.views.matter import Ruled
from app.workflow.decisions.queries import table_of
from app.workflow.models import ProcessInstance

STATES: Mapping[str, tuple[str, str]] = {
    "complete": ("good", N_("Complete")),
    "missing": ("bad", N_("Missing")),
    "later": ("careful", N_("Comes with a later step")),
    "not_demanded": ("ended", N_("Not demanded")),
}
"""State of a part → tone and word."""
BESIDE: Mapping[str, tuple[str, ...]] = {
    "parts": ("file_parts",),
    "difference": ("materiality", "rate_ceiling"),
    "opinions": ("review_departments", "review_points", "consolidation"),
    "decision": ("decider", "committee_quorum", "committee_result"),
    "pilot": ("pilot_required", "pilot_verdict"),
    "rollout": ("regulatory_filing", "notice_policy", "post_launch_review"),
}
"""Section → the tables whose evaluations stand beside it; others come last."""
TOLD: Mapping[str, tuple[str, ...]] = {
    "target_market": ("target_market", "risk"),
    "risk_rating": ("risk",),
    "terms": ("terms", "documents"),
}
"""Part → the attribute groups of a version that tell it."""


@dataclass(frozen=True)
class Evaluation(Ruled):
    """An evaluation with the version of the table it was made by."""

    version: int


@pages.get(f"{REQUEST}/file")
@signed_in
def file_page(request_id: int) -> Any:
    """All that an approver must have before them, and what is still missing."""
    end_read()
    found, instance = visible(request_id)
    return render_template("changes/file.html", **_shown(found, instance))


@pages.get(f"{REQUEST}/file.pdf")
@signed_in
def file_paper(request_id: int) -> Any:
    """The same page on paper."""
    found, instance = visible(request_id)
    return _sent(paper_of(found, instance), f"{found.number}.pdf", "application/pdf")


@pages.get(f"{REQUEST}/file.zip")
@signed_in
def file_bundle(request_id: int) -> Any:
    """The file for programs, with its evidence and chains; ``flask file verify`` checks it."""
    found, instance = visible(request_id)
    return _sent(bundle_of(found, instance), f"{found.number}.zip", "application/zip")


def bundle_of(found: ChangeRequest, instance: ProcessInstance | None) -> bytes:
    who, paper = current_actor().username, paper_of(found, instance)
    return bundle(session(), found, instance, now=now(), exported_by=who, paper=paper)


def paper_of(found: ChangeRequest, instance: ProcessInstance | None) -> bytes:
    """The file as PDF, in the language of whoever asks."""
    fragment = render_template("changes/_file.html", **_shown(found, instance))
    name = gettext(N_("Approver's file"))
    title = f"{name} {found.number}"
    return pdf(fragment, title=title, author="Tollgate", foot=title)


def _sent(content: bytes, name: str, kind: str) -> Any:
    answer = send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _shown(found: ChangeRequest, instance: ProcessInstance | None) -> dict[str, Any]:
    actor, records = current_actor(), records_of_request(session(), found.id)
    told = matter.shown(found, instance, actor, now())
    evidence, tests = evidence_of(session(), found), tests_of(session(), found)
    words = Words(_people(found, records, [*(f.uploaded_by for f, _ in evidence), *(t.closed_by for t in tests)]))
    return {
        "found": found,
        "instance": instance,
        "told": told["told"],
        "matter": told,
        "records": records,
        "hashes": {version.product_code: version.content_hash for _, version in queries.proposed(session(), found.id)},
        "lines": lines_of(session(), found, now()),
        "told_groups": TOLD,
        "part_states": STATES,
        "materiality": file_parts.class_of(session(), found, now()),
        "evidence": evidence,
        "tests": tests,
        "files": {file.id: file for file, _ in evidence},
        "rules": _beside(_evaluations(found)),
        "chains": chains_of(session(), found, instance),
        "words": words,
        "exported_at": now(),
        "reader": actor,
        "first_review": looking_back.foreseen(session(), found, file_parts.class_of(session(), found, now())),
    }


_PERSONS = (
    "reviewer", "signed_by", "by", "entered_by", "closed_by", "member", "planned_by", "fulfilled_by", "minutes_by",
    "reviewed_by", "noted_by",
)  # fmt: skip
"""The members of records that name a person this page shows."""


def _people(
    found: ChangeRequest, records: Mapping[str, Sequence[Mapping[str, Any]]], more: Sequence[str | None]
) -> list[str | None]:
    rows = [row for table in records.values() for row in table]
    return [found.initiator, *more, *(row[name] for row in rows for name in _PERSONS if row.get(name))]


def _evaluations(found: ChangeRequest) -> list[Evaluation]:
    return [Evaluation(record, table_of(d), d.version) for record, d in evaluations_of(session(), found)]


def _beside(evaluations: Sequence[Evaluation]) -> dict[str, list[Evaluation]]:
    """Section → the evaluations that led to what stands in it."""
    place = {key: section for section, keys in BESIDE.items() for key in keys}
    sections: dict[str, list[Evaluation]] = {section: [] for section in (*BESIDE, "other")}
    for evaluation in evaluations:
        sections[place.get(evaluation.record.decision_key, "other")].append(evaluation)
    return sections
