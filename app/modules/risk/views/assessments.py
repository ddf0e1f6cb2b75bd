"""The pages of assessments: all of them, and one with its experts and its conclusion."""

from __future__ import annotations

from typing import Any

from flask import flash, g, redirect, render_template, request
from markupsafe import Markup, escape

from app.identity.directory import names_of
from app.identity.permissions import Facts, allowed, require
from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, invalid
from app.kernel.i18n import N_, gettext, language, pick
from app.kernel.loading import loaded_form
from app.kernel.web import page_size
from app.modules.risk import queries
from app.modules.risk.models import Assessment
from app.modules.risk.rules.words import RISKS
from app.modules.risk.schemas import NewAssessment, NewScore
from app.modules.risk.services import assessing
from app.modules.risk.views.base import EXPLAINED, PATH, SEE, pages, sent_texts

ONE = f"{PATH}/assessments/<int:assessment_id>"
WRONG_LINE = N_("Write “name = figure” on each line.")


@pages.get(PATH)
@signed_in
def assessments() -> Any:
    return _list()


@pages.post(PATH)
@signed_in
def assess() -> Any:
    """Assess a version by what the records say today."""
    actor = current_actor()
    require(actor, assessing.ASSESS)
    try:
        given = loaded_form(NewAssessment(), _sent())
        with unit_of_work() as uow:
            made = assessing.assess(uow, given=given, actor=actor, now=g.now).id
    except EXPLAINED as error:
        return _list(error)
    return redirect(f"{PATH}/assessments/{made}", 303)


def _sent() -> dict[str, Any]:
    """The form as the API takes it."""
    sent = sent_texts()
    lines = [line.partition("=") for line in sent.pop("inputs", "").splitlines() if line.strip()]
    if any(not sign for _, sign, _ in lines):
        raise invalid("/inputs", WRONG_LINE)
    sent["inputs"] = {name.strip(): figure.strip() for name, _, figure in lines}
    return {**sent, "version": _number(sent["version"])} if "version" in sent else sent


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


@pages.get(ONE)
@signed_in
def assessment(assessment_id: int) -> Any:
    return _one(assessment_id)


@pages.post(f"{ONE}/scores")
@signed_in
def score(assessment_id: int) -> Any:
    """Give an expert's score."""
    sent = sent_texts()
    try:
        given = loaded_form(NewScore(), {**sent, "score": _number(sent.get("score", ""))})
        with unit_of_work() as uow:
            points = given.pop("score")
            assessing.score(uow, assessment_id=assessment_id, points=points, **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _one(assessment_id, error)
    return redirect(f"{PATH}/assessments/{assessment_id}", 303)


@pages.post(f"{ONE}/conclude")
@signed_in
def conclude(assessment_id: int) -> Any:
    """Fix what remains and write the text for the approver's file."""
    try:
        with unit_of_work() as uow:
            assessing.conclude(uow, assessment_id=assessment_id, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _one(assessment_id, error)
    flash(gettext(N_("Concluded. Its text stands in the form of the next risk assessment of this version.")), "success")
    return redirect(f"{PATH}/assessments/{assessment_id}", 303)


def _list(error: DomainError | None = None) -> Any:
    require(current_actor(), SEE)
    end_read()
    limit, after = page_size(), decode_cursor(int)
    rows = queries.assessments(session(), after=after[0] if after else None, limit=limit)
    models = queries.in_force(session(), "models", clock.accounting_date(g.now))
    page = render_template(
        "risk/assessments.html",
        rows=rows[:limit],
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
        models=[(row.subject, row.content["name"]) for row in models],
        risks_of=_risks_of,
        may_assess=allowed(current_actor(), assessing.ASSESS),
        error=error,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200


def _risks_of(row: Assessment) -> Markup:
    between = "、" if language() == "zh" else ", "
    found = {each["risk"] for each in row.content["identified"]}
    return escape(between.join(pick(RISKS[risk]) for risk in RISKS if risk in found))


def _one(assessment_id: int, error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, SEE)
    end_read()
    row = queries.assessment(session(), assessment_id)
    page = render_template(
        "risk/assessment.html",
        row=row,
        together=assessing.together(row),
        people=names_of(session(), [row.made_by, row.concluded_by, *(score.expert for score in row.scores)]),
        may_score=row.state == "open" and allowed(actor, assessing.SCORE),
        may_conclude=row.state == "open" and allowed(actor, assessing.CONCLUDE, Facts(initiator=row.made_by)),
        error=error,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200
