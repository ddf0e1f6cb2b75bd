"""What is done in an admission: a partner named, examined or confirmed, opined on and decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.kernel import audit
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict, Fault, Invalid, NotThere, invalid
from app.kernel.i18n import N_
from app.kernel.loading import NOT_RIGHT
from app.modules.agency import rules
from app.modules.agency.models import Partner, PartnerAdmission
from app.modules.agency.queries import NO_PARTNER, admission_in, admission_of_request, latest_decided
from app.modules.changes.models import ChangeRequest
from app.modules.changes.services.preparing import demands
from app.modules.changes.services.records import proposed
from app.modules.customers.rules.terms import after
from app.workflow.tasks.attachments import require_attached

NEW = "new"
TAKEN = N_("There is a partner with this code already.")
NOT_EXAMINED = N_("The partner has not been examined yet.")


def name_partner(
    uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> PartnerAdmission:
    """Open the admission of a partner on record, or of a new one, for the products of the request."""
    key = answers["partner"]
    partner = _entered(uow, answers, actor, now) if key == NEW else uow.get(Partner, key)
    if partner is None:
        raise NotThere([Fault("/data/partner", NO_PARTNER)])
    row = admission_of_request(uow, request.id) or PartnerAdmission(
        change_request_id=request.id, evidence=[], opened_at=now
    )
    row.partner_key, row.state = partner.key, "open"
    uow.add(row)
    uow.flush()
    note(uow, partner.key, "partner.admission_opened", actor, now, admission=row.number, request=request.number)
    return row


def _entered(uow: Session, answers: Mapping[str, Any], actor: Actor, now: datetime) -> Partner:
    if uow.get(Partner, answers["key"]) is not None:
        raise invalid("/data/key", TAKEN, code="key_taken")
    names = {"zh": answers["name_zh"], "en": answers.get("name_en") or answers["name_zh"]}
    plain = {name: answers[name] for name in ("key", "kind", "licence_number")}
    partner = Partner(**plain, names=names, entered_by=actor.username, entered_at=now)
    uow.add(partner)
    uow.flush()
    note(uow, partner.key, "partner.entered", actor, now, **plain, names=names)
    return partner


def standing(uow: Session, request: ChangeRequest, now: datetime) -> dict[str, Any]:
    """What the table of due diligence is asked with."""
    last = latest_decided(uow, of_request(uow, request).partner_key)
    return rules.standing(last.state if last else None, last.valid_to if last else None, accounting_date(now))


def confirm(uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    """``admitted``: the earlier admission stands, until its own day; or ``examine``."""
    row = of_request(uow, request)
    last = latest_decided(uow, row.partner_key)
    if last is None:
        raise Conflict(NOT_EXAMINED, code="not_examined")
    said = {"confirms": last.number, "reason": answers["remark"]}
    if answers["stands"] != "stands":
        note(uow, row.partner_key, "partner.admission_doubted", actor, now, admission=row.number, **said)
        return "examine"
    row.state = rules.move(row.state, "confirm")
    row.confirms, row.valid_from, row.valid_to = last.id, accounting_date(now), last.valid_to
    row.decided_by, row.reason = actor.username, answers["remark"]
    note(uow, row.partner_key, "partner.admission_confirmed", actor, now, admission=row.number, **said)
    return "admitted"


def examine(uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> None:
    """Keep the findings of a due diligence; the evidence must be files of this very case."""
    require_attached(uow, request.instance_id, answers["evidence"])
    row = of_request(uow, request)
    row.state = rules.move(row.state, "examine")
    row.findings = {p: {"finding": answers[p], "note": answers.get(f"{p}_note") or ""} for p in rules.POINTS}
    row.evidence, row.examined_by = list(answers["evidence"]), actor.username
    told = {"findings": row.findings, "evidence": row.evidence}
    note(uow, row.partner_key, "partner.examined", actor, now, admission=row.number, **told)


def give_opinion(
    uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any], actor: Actor, now: datetime
) -> None:
    row = of_request(uow, request)
    row.state = rules.move(row.state, "give_opinion")
    row.opinion = {"verdict": answers["verdict"], "text": answers["opinion"], "by": actor.username}
    note(uow, row.partner_key, "partner.opinion_given", actor, now, admission=row.number, verdict=answers["verdict"])


def decide(uow: Session, request: ChangeRequest, *, answers: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    """``admitted``, ``refused`` or ``send_back``. 422 to admit against compliance or with a point not in order."""
    row, decision = of_request(uow, request), answers["decision"]
    if row.findings is None or row.opinion is None:
        raise Conflict(NOT_EXAMINED, code="not_examined")
    faults = list(rules.against(row.findings, row.opinion)) if decision == "admit" else []
    if faults:
        raise Invalid(NOT_RIGHT, faults=faults)
    row.state = rules.move(row.state, decision)
    row.decided_by, row.reason = actor.username, answers.get("reason")
    if decision == "admit":
        row.valid_from = accounting_date(now)
        row.valid_to = after(row.valid_from, f"P{answers['months']}M")
    elif decision == "refuse":
        request.closing_reason = answers["reason"]
    told = {"valid_to": row.valid_to.isoformat() if row.valid_to else None, "reason": row.reason}
    note(uow, row.partner_key, f"partner.{_SAID[decision]}", actor, now, admission=row.number, **told)
    return "send_back" if decision == "send_back" else row.state


_SAID = {"admit": "admitted", "refuse": "refused", "send_back": "sent_back"}


@demands
def an_admission_that_holds(uow: Session, request: ChangeRequest, now: datetime) -> Iterator[Fault]:
    """The terms of an agency product name an admission that holds on the effective day, and the agreement."""
    day = accounting_date(max(request.effective_at, now) if request.effective_at else now)
    for place, (_, version) in enumerate(proposed(uow, request.id)):
        if version.product.family != rules.FAMILY:
            continue
        terms, at = version.content.get("agency") or {}, f"/versions/{place}/content/agency"
        row = admission_in(uow, version.content)
        if row is None or not rules.holds(row.state, row.valid_from, row.valid_to, day):
            yield Fault(f"{at}/admission", rules.NO_ADMISSION, code="no_admission")
        else:
            yield from _stands(uow, request, row, f"{at}/admission")
        if not terms.get("agreement"):
            yield Fault(f"{at}/agreement", rules.NO_AGREEMENT, code="required")


def _stands(uow: Session, request: ChangeRequest, row: PartnerAdmission, at: str) -> Iterator[Fault]:
    """It is one of the partner that was admitted for this request, and nobody refused the partner since."""
    own, last = admission_of_request(uow, request.id), latest_decided(uow, row.partner_key)
    if own is not None and own.partner_key != row.partner_key:
        yield Fault(at, rules.OTHER_PARTNER, {"partner": own.partner_key}, "other_partner")
    if last is not None and last.state == "refused":
        yield Fault(at, rules.REFUSED_SINCE, {"number": last.number}, "refused_since")


def of_request(uow: Session, request: ChangeRequest) -> PartnerAdmission:
    """The admission under way; 409 if an operator moved the case past the step that names the partner."""
    row = admission_of_request(uow, request.id)
    if row is None:
        raise Conflict(N_("No partner is named for this request yet."), code="no_partner")
    return row


def note(uow: Session, partner: str, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    uow.flush()
    audit.record(uow, f"partner:{partner}", [audit.Entry(action, actor.username, now, payload)])
