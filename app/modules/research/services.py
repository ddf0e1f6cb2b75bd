"""Gathering what is known of a market: questionnaires written, opened, answered and closed; finds noted down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.identity.actors import Actor
from app.identity.directory import departments
from app.identity.models import Person
from app.identity.permissions import Facts, require
from app.kernel import audit
from app.kernel.clock import accounting_date
from app.kernel.errors import Conflict, Fault, Invalid, NotFound, invalid
from app.kernel.i18n import N_
from app.kernel.loading import NOT_RIGHT
from app.modules.catalogue.models import Product
from app.modules.catalogue.queries import product_by_code
from app.modules.research import queries
from app.modules.research.models import Competitor, Gathered, Interview, Questionnaire, QuestionnaireAnswer, Trend
from app.modules.research.rules import questions as asking
from app.modules.research.rules.states import move

GATHER, ANSWER, REPORT = "research.gather", "questionnaire.answer", "questionnaire.report"
NOT_YET = N_("This day has not come yet.")
_NOTED: Mapping[type[Gathered], str] = {
    Interview: "research.interviewed",
    Competitor: "research.competitor_noted",
    Trend: "research.trend_noted",
}


def stream(product: str) -> str:
    """The audit stream of the research for a product."""
    return f"research:{product}"


def facts_of(product: Product) -> Facts:
    """What the permission to gather depends on."""
    return Facts(owner_department=product.owner_department)


def facts_of_asked(session: Session, found: Questionnaire) -> Facts:
    """What the permissions to answer depend on: who is asked, and whose product it is."""
    product = product_by_code(session, found.product_code)
    return Facts(candidates=frozenset(found.departments), owner_department=product.owner_department)


def write(uow: Session, *, product_code: str, written: Mapping[str, Any], actor: Actor, now: datetime) -> Questionnaire:
    """A draft. 422, located, for questions that nobody can answer, for nobody asked, for no day to answer."""
    require(actor, GATHER, facts_of(product_by_code(uow, product_code)))
    found = Questionnaire(
        product_code=product_code, state="draft", revision=1, written_by=actor.username, written_at=now
    )
    _fill(uow, found, written)
    uow.add(found)
    uow.flush()
    _note(uow, found, "research.written", actor, now, title=found.title)
    return found


def edit(
    uow: Session, found: Questionnaire, *, written: Mapping[str, Any], actor: Actor, now: datetime
) -> Questionnaire:
    """Change a ``locked`` draft."""
    _step(uow, found, "edit", actor)
    _fill(uow, found, written)
    _note(uow, found, "research.edited", actor, now, title=found.title)
    return found


def open_it(uow: Session, found: Questionnaire, *, actor: Actor, now: datetime) -> Questionnaire:
    """From now on its questions are fixed and it is answered, on the days it names."""
    _step(uow, found, "open", actor)
    if found.closes_on <= accounting_date(now):
        raise invalid("/closes_on", N_("The last day to answer has passed."))
    _note(uow, found, "research.opened", actor, now, title=found.title, questions=found.questions)
    return found


def close(uow: Session, found: Questionnaire, *, actor: Actor, now: datetime) -> Questionnaire:
    """No more answers; what was answered stays."""
    _step(uow, found, "close", actor)
    rows = select(func.count()).where(QuestionnaireAnswer.questionnaire_id == found.id)
    _note(uow, found, "research.closed", actor, now, answers=uow.scalar(rows))
    return found


def answer(
    uow: Session, found: Questionnaire, *, answers: Sequence[Mapping[str, Any]], actor: Actor, now: datetime
) -> int:
    """Keep answers to a ``locked`` questionnaire, all or none; how many they are.

    422 points into each answer that is wrong; 409 where a colleague has answered for themself before.
    """
    _require_to_answer(uow, found, answers, actor)
    move(found.state, "answer")
    today, rows, faults = accounting_date(now), [], []
    for n, sent in enumerate(answers):
        group, day = sent.get("group"), sent.get("day", today)
        given, wrong = asking.read_answer(found.questions, sent["given"], f"/answers/{n}/given")
        faults += [*wrong, *_misplaced(found, group, day, today, f"/answers/{n}")]
        rows.append(
            QuestionnaireAnswer(questionnaire_id=found.id, group=group, day=day, given=given, by=actor.username, at=now)
        )
    if faults:
        raise Invalid(NOT_RIGHT, faults=faults)
    uow.add_all(rows)
    _note(uow, found, "research.answered", actor, now, answers=len(rows))
    return len(rows)


def gather(
    uow: Session, kind: type[Gathered], *, product_code: str, given: Mapping[str, Any], actor: Actor, now: datetime
) -> Gathered:
    """Note down an interview, a competitor's product or a trend. 422 for a day to come or an unknown interviewer."""
    require(actor, GATHER, facts_of(product_by_code(uow, product_code)))
    if given["day"] > accounting_date(now):
        raise invalid("/day", NOT_YET)
    told = dict(given)
    if kind is Interview:
        told["interviewer"] = _interviewer(uow, given.get("interviewer", actor.username))
    if "rate" in given:
        told["rate"] = Decimal(given["rate"])
    row = kind(product_code=product_code, by=actor.username, at=now, **told)
    uow.add(row)
    uow.flush()
    noted = {key: str(value) for key, value in told.items()}
    audit.record(uow, stream(product_code), [audit.Entry(_NOTED[kind], actor.username, now, {"id": row.id, **noted})])
    return row


def locked(uow: Session, number: int) -> Questionnaire:
    """The questionnaire, its row locked. 404 if there is none."""
    rows = select(Questionnaire).where(Questionnaire.id == number).with_for_update()
    found = uow.scalars(rows, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(queries.NO_QUESTIONNAIRE)
    return found


def _fill(uow: Session, found: Questionnaire, written: Mapping[str, Any]) -> None:
    faults = [*asking.flaws(written["questions"]), *_unasked(uow, written)]
    if faults:
        raise Invalid(NOT_RIGHT, faults=faults)
    for name in ("title", "groups", "departments", "opens_on", "closes_on"):
        setattr(found, name, written[name])
    found.questions = asking.keyed(written["questions"])


def _unasked(uow: Session, written: Mapping[str, Any]) -> Iterator[Fault]:
    if not written["groups"] and not written["departments"]:
        yield Fault("/groups", N_("Say who is asked: customer groups, departments or both."), code="required")
    for n, key in enumerate(written["departments"]):
        if key not in departments(uow):
            yield Fault(f"/departments/{n}", N_("There is no such department."))
    if written["closes_on"] <= written["opens_on"]:
        yield Fault("/closes_on", N_("Must be after the first day."))


def _step(uow: Session, found: Questionnaire, verb: str, actor: Actor) -> None:
    require(actor, GATHER, facts_of(product_by_code(uow, found.product_code)))
    found.state = move(found.state, verb)
    found.revision += 1


def _require_to_answer(uow: Session, found: Questionnaire, answers: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    """Who is asked answers for themself, once; answers of customers are entered by who serves them or gathers."""
    facts, own = facts_of_asked(uow, found), [one for one in answers if one.get("group") is None]
    if own:
        require(actor, ANSWER, facts)
    if len(own) < len(answers):
        require(actor, REPORT, facts)
    if len(own) > 1 or (own and queries.own_answer(uow, found, actor.username)):
        raise Conflict(N_("You have answered this questionnaire for yourself."), code="already_answered")


def _misplaced(found: Questionnaire, group: str | None, day: date, today: date, at: str) -> Iterator[Fault]:
    if group is not None and group not in found.groups:
        yield Fault(f"{at}/group", N_("This customer group is not asked."))
    if day > today:
        yield Fault(f"{at}/day", NOT_YET)
    elif not found.opens_on <= day < found.closes_on:
        yield Fault(f"{at}/day", N_("The questionnaire is not answered on this day."))


def _interviewer(uow: Session, username: str) -> str:
    if uow.scalar(select(Person.username).where(Person.username == username)) is None:
        raise invalid("/interviewer", N_("There is no such person."))
    return username


def _note(uow: Session, found: Questionnaire, action: str, actor: Actor, now: datetime, **payload: Any) -> None:
    told = {"number": found.number, **payload}
    audit.record(uow, stream(found.product_code), [audit.Entry(action, actor.username, now, told)])
    uow.flush()


STEPS = {"open": open_it, "close": close}
"""What an open or a close of the API or a page does."""
