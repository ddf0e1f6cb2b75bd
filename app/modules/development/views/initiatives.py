"""Pages of initiatives: all of them, one with plan, gates and burn, and the form of both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g, redirect, render_template, request

from app.identity.directory import departments
from app.identity.permissions import Facts, allowed, require
from app.identity.queries import people_by_department
from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.cursors import decode_cursor, encode_cursor
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Invalid, NotThere
from app.kernel.i18n import gettext, pick
from app.kernel.loading import loaded
from app.kernel.sent import EXPLAINED, beside, refuse_stale, typed
from app.kernel.web import page_size
from app.modules.development.models import Initiative
from app.modules.development.queries import initiatives as queries
from app.modules.development.rules import initiatives as rules
from app.modules.development.rules.burning import burn_over_time
from app.modules.development.rules.states import INITIATIVES
from app.modules.development.schemas.initiatives import InitiativeMove, InitiativePlan, NewGateVerdict, NewInitiative
from app.modules.development.services import initiatives
from app.modules.development.services.evidence import PROVE
from app.modules.development.views.base import ROOT, pages, people
from app.modules.development.views.burn import HEIGHT, chart_of
from app.modules.development.views.costing import CURRENCIES

PATH = f"{ROOT}/initiatives"
ONE = f"{PATH}/<int:initiative_id>"
ROWS = {"tasks": ("title", "owner", "due", "done"), "budget": ("name", "planned", "by", "committed", "spent")}
NEW_ROWS = 3
"""Empty rows below those that are filled."""


@pages.get(PATH)
@signed_in
def all_initiatives() -> Any:
    """Initiatives, the latest first, with what is spent."""
    require(current_actor(), initiatives.SEE)
    limit, after = page_size(), decode_cursor(int)
    rows = queries.initiatives(session(), after=after[0] if after else None, limit=limit)
    return render_template(
        "development/initiatives.html",
        rows=[(row, rules.burn_of(row.plan)) for row in rows[:limit]],
        next=encode_cursor(rows[limit - 1].id) if len(rows) > limit else None,
        states=rules.STATES,
        departments=departments(session()),
        people=people(*(row.owner for row in rows)),
        may_found=allowed(current_actor(), initiatives.FOUND),
    )


@pages.get(f"{PATH}/new")
@signed_in
def new_initiative() -> Any:
    return _form(None, request.args)


@pages.post(f"{PATH}/new")
@signed_in
def found_initiative() -> Any:
    """Found an initiative of one's own."""
    try:
        given = loaded(NewInitiative(), {**_about(), "plan": _plan()})
        with unit_of_work() as uow:
            row = initiatives.found(uow, **given, actor=current_actor(), now=g.now)
    except (*EXPLAINED, NotThere) as error:
        return _form(None, request.form, _placed(error))
    return redirect(f"{PATH}/{row.id}", 303)


@pages.get(f"{ONE}/plan")
@signed_in
def plan_form(initiative_id: int) -> Any:
    row = queries.initiative_by_id(session(), initiative_id)
    require(current_actor(), initiatives.LEAD, Facts(initiator=row.owner))
    return _form(row, {**_shown(row), "seen": str(row.revision)})


@pages.post(f"{ONE}/plan")
@signed_in
def replan(initiative_id: int) -> Any:
    """Put another plan in place."""
    try:
        given = loaded(InitiativePlan(), _plan())
        with unit_of_work() as uow:
            initiatives.replan(uow, seen(uow, initiative_id), plan=given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return _form(queries.initiative_by_id(session(), initiative_id), request.form, _placed(error))
    return redirect(f"{PATH}/{initiative_id}", 303)


@pages.get(ONE)
@signed_in
def one_initiative(initiative_id: int) -> Any:
    return show(initiative_id)


@pages.post(f"{ONE}/gates")
@signed_in
def judge_gate(initiative_id: int) -> Any:
    """Let it pass the gate it stands at, or hold it there."""
    try:
        sent = _without_seen()
        given = loaded(NewGateVerdict(), {**sent, "passed": sent.get("passed") == "true"})
        with unit_of_work() as uow:
            initiatives.judge_gate(uow, seen(uow, initiative_id), **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return show(initiative_id, error, about="gate")
    return redirect(f"{PATH}/{initiative_id}", 303)


@pages.post(f"{ONE}/state")
@signed_in
def lead(initiative_id: int) -> Any:
    """Pause, resume, complete or stop it."""
    try:
        given = loaded(InitiativeMove(), _without_seen())
        with unit_of_work() as uow:
            initiatives.lead(uow, seen(uow, initiative_id), **given, actor=current_actor(), now=g.now)
    except EXPLAINED as error:
        return show(initiative_id, error)
    return redirect(f"{PATH}/{initiative_id}", 303)


def _without_seen() -> dict[str, Any]:
    return {name: value for name, value in typed().items() if name != "seen"}


def seen(uow: Any, initiative_id: int) -> Initiative:
    row = initiatives.locked(uow, initiative_id)
    refuse_stale(row.revision)
    return row


def _about() -> dict[str, Any]:
    sent = typed()
    about: dict[str, Any] = {name: sent[name] for name in ("title", "concept", "sponsor", "currency") if name in sent}
    about["products"] = sent.get("products", "").replace(",", " ").replace("，", " ").split()
    return {**about, "idea": int(sent["idea"])} if sent.get("idea", "").isdecimal() else about


def _plan() -> dict[str, Any]:
    """The form as the API takes it. Fields of a row are called ``tasks/0/title`` and so on; empty rows are left out."""
    sent = typed()
    gates = {gate: sent[f"gates/{gate}"] for gate in rules.GATES if f"gates/{gate}" in sent}
    lists = {name: [_row(sent, name, number) for number in _filled(sent, name)] for name in ROWS}
    return {"gates": gates, **lists}


def _filled(sent: Mapping[str, str], name: str) -> list[int]:
    numbers = {field.split("/")[1] for field in sent if field.startswith(f"{name}/")}
    return sorted(int(number) for number in numbers if number.isdecimal())


def _row(sent: Mapping[str, str], name: str, number: int) -> dict[str, Any]:
    cells = ((column, sent.get(f"{name}/{number}/{column}")) for column in ROWS[name])
    return {column: value if column != "done" else value == "true" for column, value in cells if value is not None}


def _placed(error: DomainError) -> DomainError:
    """The faults at the fields: of a list's n-th row that was filled."""
    if not isinstance(error, Invalid):
        return error
    places = {
        f"/{name}/{place}/{column}": f"/{name}/{number}/{column}"
        for name, columns in ROWS.items()
        for place, number in enumerate(_filled(typed(), name))
        for column in columns
    }
    return beside(error, "/plan", places)


def _shown(row: Initiative) -> dict[str, str]:
    """A plan as its form shows it."""
    cells = {
        f"{name}/{number}/{column}": "true" if each[column] is True else str(each[column] or "")
        for name, columns in ROWS.items()
        for number, each in enumerate(row.plan[name])
        for column in columns
    }
    return {**{f"gates/{gate}": day for gate, day in row.plan["gates"].items()}, **cells}


def _form(row: Initiative | None, sent: Mapping[str, str], error: DomainError | None = None) -> Any:
    actor = current_actor()
    require(actor, initiatives.FOUND if row is None else initiatives.SEE)
    end_read()
    counts = {name: max([-1, *_filled(sent, name)]) + 1 + NEW_ROWS for name in ROWS}
    page = render_template(
        "development/initiative_form.html",
        row=row,
        sent=sent,
        counts=counts,
        gates=rules.GATES,
        by=[("", "–"), *((gate, gettext(word)) for gate, word in rules.GATES.items())],
        currencies=CURRENCIES,
        sponsors=[(key, pick(names)) for key, names in departments(session()).items()],
        own=actor.department,
        people=[person for _, group in people_by_department() for person in group],
        error=error,
    )
    return page, error.status if error else 200


def show(initiative_id: int, error: DomainError | None = None, *, about: str = "lead") -> Any:
    """The page of an initiative, with what was refused and ``about`` which of its forms that was."""
    actor = current_actor()
    end_read()
    row = queries.initiative_by_id(session(), initiative_id)
    files, facts = queries.evidence_of(session(), row.id), initiatives.facts_of(session(), row)
    require(actor, initiatives.SEE, facts)
    verdicts = queries.verdicts_on(session(), row.id)
    passed = {verdict.gate: verdict for verdict in verdicts if verdict.passed}
    stands_at = rules.next_gate(passed) if row.state == "active" else None
    leads = allowed(actor, initiatives.LEAD, facts)
    may_prove = (row.state, "prove") in INITIATIVES and allowed(actor, PROVE, facts)
    today = clock.accounting_date(g.now)
    named = [row.owner, *(v.by for v in verdicts), *(f.uploaded_by for f in files)]
    marks = burn_over_time(row.plan, queries.spent_over_time(session(), row, today))
    page = render_template(
        "development/initiative.html",
        row=row,
        gates=rules.GATES,
        passed=passed,
        verdicts=verdicts,
        stands_at=stands_at,
        files=files,
        to_prove=[(gate, gettext(rules.GATES[gate])) for gate in rules.gates_left(passed) if may_prove],
        may_judge=stands_at and allowed(actor, initiatives.JUDGE, facts),
        mine=[
            place
            for place, task in enumerate(row.plan["tasks"])
            if (row.state, "work") in INITIATIVES and actor.username in (task["owner"], row.owner)
        ],
        may_plan=leads and (row.state, "plan") in INITIATIVES,
        verbs=[(v, gettext(word)) for v, word in rules.VERBS.items() if leads and (row.state, v) in INITIATIVES],
        burn=rules.burn_of(row.plan),
        marks=marks,
        chart=chart_of(marks),
        height=HEIGHT,
        late=rules.late_tasks(row.plan, today),
        today=today.isoformat(),
        states=rules.STATES,
        departments=departments(session()),
        people=people(*named, *(t["owner"] for t in row.plan["tasks"])),
        error=error,
        about=about,
        sent=request.form if error else {},
    )
    return page, error.status if error else 200
