"""Assessing a version: found on a day, scored by experts, concluded by the head of risk management."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.permissions import Facts, require
from app.kernel import audit, clock
from app.kernel.errors import Conflict, NotFound, invalid
from app.kernel.i18n import N_
from app.modules.catalogue.models import Product, ProductVersion
from app.modules.catalogue.queries import product_by_code, version_by_number, versions_of
from app.modules.catalogue.rules.content import content_hash
from app.modules.catalogue.rules.values import canonical_decimal
from app.modules.risk.models import Assessment, ExpertScore
from app.modules.risk.queries import NO_ASSESSMENT, in_force
from app.modules.risk.rules.concentration import opinions, percent
from app.modules.risk.rules.scoring import default_probability
from app.modules.risk.rules.telling import told_in_words
from app.modules.risk.services import identifying, measuring
from app.workflow.decisions.services import decide

ASSESS, SCORE, CONCLUDE = "risk.assess", "risk.score", "risk.conclude"
INHERENT, RESIDUAL = "inherent_risk", "residual_risk"


def stream(found: Assessment) -> str:
    return f"risk_assessment:{found.id}"


def assess(uow: Session, *, given: Mapping[str, Any], actor: Actor, now: datetime) -> Assessment:
    """Open an assessment with what the records say today. ``given`` is as ``NewAssessment`` loads it.

    404 without such a product or version; 422 for a model that is not in force or its inputs.
    """
    require(actor, ASSESS)
    product = product_by_code(uow, given["product"])
    version = _version(uow, product, given.get("version"))
    day = clock.accounting_date(now)
    exposure = _exposure(uow, product, given)
    amount, currency = Decimal(exposure["amount"]), exposure["currency"]
    content = {
        "rating": identifying.rating_of(version.content),
        "identified": identifying.identified(uow, product, version.content, day=day, now=now),
        "quantitative": _quantified(uow, given, now),
        "exposure": exposure,
        "limits": [limit for limit in measuring.limits_used(uow, day) if _bears(limit, product)],
        "transfers": measuring.covered(uow, product.code, amount, currency, day),
    }
    found = Assessment(
        product_code=product.code, version=version.number, state="open", day=day, content=content,
        made_by=actor.username, made_at=now,
    )  # fmt: skip
    uow.add(found)
    uow.flush()
    _note(uow, found, "risk.assessed_product", actor, now, content_hash=content_hash(content))
    return found


def _version(session: Session, product: Product, number: int | None) -> ProductVersion:
    if number is not None:
        return version_by_number(session, product.code, number)
    return versions_of(session, product.code, limit=1)[0]


def _exposure(session: Session, product: Product, given: Mapping[str, Any]) -> dict[str, str]:
    """What is held; where that is nothing, what is expected to be."""
    currency = given["currency"]
    amount = sum((row[3] for row in measuring.held(session, currency) if row[0] == product.code), Decimal(0))
    if amount or "exposure" not in given:
        return {"amount": canonical_decimal(amount), "currency": currency, "source": "held"}
    return {"amount": given["exposure"], "currency": currency, "source": "expected"}


def _bears(limit: Mapping[str, Any], product: Product) -> bool:
    own = {"product": product.code, "type": product.type, "family": product.family}
    return bool(limit["of"] == own[limit["scope"]])


def _quantified(session: Session, given: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """The probability of default with the version of the model it comes from."""
    key = given.get("model")
    if key is None:
        return None
    day = clock.accounting_date(now)
    model = next((row for row in in_force(session, "models", day) if row.subject == key), None)
    if model is None:
        raise invalid("/model", N_("No model of this key is in force."), code="unknown")
    chance = default_probability(model.content, given["inputs"])
    return {
        "model": key,
        "record": model.id,
        "model_hash": model.content_hash,
        "method": model.content["method"],
        "quality": model.content.get("quality"),
        "inputs": dict(given["inputs"]),
        "default_probability": canonical_decimal(chance),
    }


def score(
    uow: Session, *, assessment_id: int, risk: str, points: int, reason: str, actor: Actor, now: datetime
) -> Assessment:
    """An expert's opinion on one risk, given once. 409 for a second one, or once all is concluded."""
    require(actor, SCORE)
    found = _opened(uow, assessment_id)
    if uow.get(ExpertScore, (found.id, risk, actor.username)) is not None:
        raise Conflict(N_("You have given your score for this risk already."), code="scored")
    row = ExpertScore(assessment_id=found.id, risk=risk, expert=actor.username, score=points, reason=reason, at=now)
    uow.add(row)
    uow.flush()
    uow.refresh(found)
    _note(uow, found, "risk.scored", actor, now, risk=risk, score=points, reason=reason)
    return found


def conclude(uow: Session, *, assessment_id: int, actor: Actor, now: datetime) -> Assessment:
    """Fix the scores, the inherent and the residual risk, and the text for the approver's file.

    By the head of risk management, who did not make the assessment (rule 5).
    """
    found = _opened(uow, assessment_id)
    require(actor, CONCLUDE, Facts(initiator=found.made_by))
    content = found.content
    qualitative = together(found)
    worst = max((Decimal(each["median"]) for each in qualitative.values()), default=None)
    asked = {"default_percent": _in_percent(content), "expert_score": worst, "rating": content["rating"]}
    inherent = decide(uow, key=INHERENT, inputs=asked, now=now)
    controls = {"inherent": inherent, "utilisation": _tightest(content), "covered": _covered_percent(content)}
    residual = decide(uow, key=RESIDUAL, inputs=controls, now=now)
    facts = {"qualitative": qualitative, "inherent": inherent, "residual": residual}
    facts["texts"] = told_in_words({**content, **facts}, found.day)
    found.conclusion, found.state = facts, "concluded"
    found.concluded_by, found.concluded_at = actor.username, now
    scores = [[row.risk, row.expert, row.score, row.reason] for row in found.scores]
    found.content_hash = content_hash({"content": content, "scores": scores, "conclusion": facts})
    uow.flush()
    _note(uow, found, "risk.concluded", actor, now, residual=residual, content_hash=found.content_hash)
    return found


def _opened(uow: Session, assessment_id: int) -> Assessment:
    row = uow.scalars(select(Assessment).where(Assessment.id == assessment_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(NO_ASSESSMENT)
    if row.state != "open":
        raise Conflict(N_("This assessment is concluded; make another."), code="concluded")
    return row


def together(found: Assessment) -> dict[str, Any]:
    """Of each risk that was scored, what the experts think together."""
    scored = dict.fromkeys(row.risk for row in found.scores)
    return {risk: opinions([row.score for row in found.scores if row.risk == risk]) for risk in scored}


def _in_percent(content: Mapping[str, Any]) -> Decimal | None:
    found = content["quantitative"]
    return Decimal(found["default_probability"]) * 100 if found else None


def _tightest(content: Mapping[str, Any]) -> Decimal | None:
    return max((Decimal(limit["utilisation"]) for limit in content["limits"] if limit["utilisation"]), default=None)


def _covered_percent(content: Mapping[str, Any]) -> Decimal:
    covers = sum((Decimal(each["covers"]) for each in content["transfers"]), Decimal(0))
    return percent(covers, Decimal(content["exposure"]["amount"]))


def _note(uow: Session, found: Assessment, action: str, actor: Actor, now: datetime, **new: Any) -> None:
    told = {"product": found.product_code, "version": found.version, **new}
    audit.record(uow, stream(found), [audit.Entry(action, actor.username, now, {"old": None, "new": told})])
