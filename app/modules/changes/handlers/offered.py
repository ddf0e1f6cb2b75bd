"""What the records know of a form before anybody fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.kernel.i18n import language, pick
from app.modules.changes.models import ChangeRequest
from app.modules.changes.rules.file import KEY_OF_FIELD
from app.modules.changes.services import committee, file_parts, launching, opinions
from app.modules.changes.services.records import proposed, request_or_none
from app.modules.changes.services.texts import FIELDS
from app.modules.development.presenting import sheet_text
from app.modules.development.queries.costing import latest_sheets
from app.modules.risk.queries import latest_concluded
from app.modules.risk.services.answering import answers_for
from app.workflow.forms import Option
from app.workflow.models import ProcessInstance, Task
from app.workflow.vocabulary import Known, knows

COSTING = f"{KEY_OF_FIELD}costing"
RAISES = "compliance"
KEEP = "keep"
KEPT = {"en": "The class found by the rule is right", "zh": "规则判定的级别适当"}
CLASSES = {
    "material": {"en": "Raise to a material change", "zh": "提高为重大变更"},
    "new_product": {"en": "Raise to a new product", "zh": "提高为新产品"},
}
ALL_MET = {"en": "All points below are met.", "zh": "以下要点均已满足。"}


@knows("design")
def file_asked(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """The parts of the approver's file that this form must bring, with what is written of them already."""
    request = request_or_none(session, instance)
    if request is None:
        return Known()
    asked = file_parts.asked_in(session, request, now, form=task.form, process=instance.process_key)
    written = file_parts.parts_of(session, request.id)
    texts = {f"{KEY_OF_FIELD}{part}": written[part].text for part in asked if part in written}
    return Known({"file_parts": asked}, texts)


@knows("risk_assessment")
def risk_known(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """As ``file_asked``; what is not written yet says what the latest assessments of the versions say."""
    known, request = file_asked(session, task, instance, now), request_or_none(session, instance)
    versions = {v.product_code: v.number for _, v in proposed(session, request.id)} if request else {}
    found = answers_for(latest_concluded(session, versions), language())
    return replace(known, values={**found, **known.values})


@knows("costing")
def costing_asked(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """As ``file_asked``; what is not written yet says what the latest cost sheets of the products say."""
    known, request = file_asked(session, task, instance, now), request_or_none(session, instance)
    if request is None or COSTING in known.values or "costing" not in known.facts["file_parts"]:
        return known
    sheets = latest_sheets(session, {v.product_code: v.number for _, v in proposed(session, request.id)})
    text = "\n\n".join(pick(sheet_text(sheet)) for sheet in sheets)
    return replace(known, values={**known.values, COSTING: text}) if text else known


@knows("department_review")
def opinion_asked(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """The department's checklist; the class may be raised by compliance alone (rule 7).

    An approval sent by a program that leaves the checklist out affirms all of it.
    """
    request = request_or_none(session, instance)
    points = opinions.points_of(session, request, task.department or "") if request else []
    offered = [Option(p["key"], _with_basis(p["text"], p["basis"])) for p in points]
    if offered:
        offered.insert(0, Option(opinions.ALL_POINTS, ALL_MET))
    return Known(
        assumed={"points_met": [opinions.ALL_POINTS]} if offered else {},
        options={"points_met": offered, "raise_class": _classes(request, task.department)},
    )


def _with_basis(text: Mapping[str, str], basis: Mapping[str, str]) -> dict[str, str]:
    return {"en": f"{text['en']} ({basis['en']})", "zh": f"{text['zh']}（{basis['zh']}）"}


def _classes(request: ChangeRequest | None, department: str | None) -> list[Option]:
    """Compliance alone says whether the class that the rule found is high enough."""
    higher = opinions.higher_classes(request) if request and department == RAISES else []
    return [Option(KEEP, KEPT), *(Option(name, CLASSES[name]) for name in higher)] if higher else []


@knows("convene_committee")
def members_asked(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """Members who may vote on the change."""
    request = request_or_none(session, instance)
    able = committee.members_of(session, request, instance)[0] if request else []
    offered = [Option(member.username, member.names) for member in able]
    return Known({}, {"members": [member.username for member in able]}, options={"members": offered})


@knows("rollout_plan")
def texts_offered(session: Session, task: Task, instance: ProcessInstance, now: datetime) -> Known:
    """Strategy, notices and materials from the approved templates that fit the change."""
    request = request_or_none(session, instance)
    if request is None:
        return Known()
    offer = launching.offered_texts(session, request, now)
    texts = {field: text for field in FIELDS if (text := offer.text(field))}
    materials = {"materials": [Option(material.key, material.names) for material in offer.materials]}
    ticked = [material.key for material in offer.materials]
    return Known({"materials_offered": bool(ticked)}, {**texts, "materials": ticked}, options=materials)
