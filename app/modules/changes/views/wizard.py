"""The steps of a proposal on the page: saved on the server at each, with the difference in view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, render_template, request

from app.identity.web import current_actor, signed_in
from app.kernel import clock
from app.kernel.database import end_read, session, unit_of_work
from app.kernel.errors import DomainError, Fault, Forbidden, Invalid
from app.kernel.i18n import N_, gettext, pick
from app.modules.catalogue.types import CHANNELS, CUSTOMER_GROUPS
from app.modules.catalogue.views.base import for_people, unit_tree
from app.modules.catalogue.views.grids import pointers
from app.modules.changes import queries, services
from app.modules.changes.models import ChangeRequest
from app.modules.changes.queries.file import evidence_of, lines_of
from app.modules.changes.rules.file import WRITTEN
from app.modules.changes.services import submission
from app.modules.changes.services.outlook import Compared, compare, outlook
from app.modules.changes.views import asked, steps
from app.modules.changes.views.base import (
    EXPLAINED,
    REQUEST,
    Words,
    may_edit,
    now,
    pages,
    to,
    visible,
)
from app.modules.changes.views.steps import STEPS, Typed
from app.workflow.models import Task
from app.workflow.tasks.queries import open_tasks_of

STEP = f"{REQUEST}/edit/<any(driver,plan,versions,launch,file,check):step>"


@pages.get(f"{REQUEST}/edit")
@signed_in
def continue_request(request_id: int) -> Any:
    """Come back to a draft where it is least complete."""
    found, _ = visible(request_id)
    step = "driver" if not found.driver.get("reason") else "versions"
    return to(f"/requests/{request_id}/edit/{step}")


@pages.get(STEP)
@signed_in
def edit_step(request_id: int, step: str) -> Any:
    """A step as it was saved."""
    return _show(_editable(request_id), step)


@pages.post(STEP)
@signed_in
def save_step(request_id: int, step: str) -> Any:
    """Save the step and go where the pressed button says; rows come and go without saving."""
    found = _editable(request_id)
    verb, _, rest = request.form.get("go", "stay").partition(":")
    sent = Typed(step, request.form, _edited(found, step))
    if verb in {"add", "drop", "column", "restore"}:
        return _show(found, step, sent=sent)
    try:
        _save(request_id, step, sent)
        if verb == "submit":
            return _submit(request_id)
    except EXPLAINED as error:
        return _show(_editable(request_id), step, error=for_people(error), sent=sent)
    if verb == "stay":
        flash(gettext(N_("Saved.")), "success")
    return to(_next(request_id, step, verb, rest))


def _save(request_id: int, step: str, sent: Typed) -> None:
    if step == "check":
        return
    if step == "file":
        _save_file(request_id)
        return
    details, contents = sent.details(), sent.contents()
    before = {c.product.code: c.proposed for c in sent.edited}
    wanted = [services.Wanted(product=code, content=content) for code, content in contents.items()]
    if not details and all(before[w.product] == w.content for w in wanted):
        return
    with unit_of_work() as uow:
        services.save_step(uow, request_id=request_id, actor=current_actor(), now=now(), details=details, wanted=wanted)


def _save_file(request_id: int) -> None:
    """Write the parts of the approver's file that the page showed."""
    typed = {part: request.form.get(f"{part}/text") for part in WRITTEN}
    parts = {p: services.Written(text, _attachment(p)) for p, text in typed.items() if text is not None}
    with unit_of_work() as uow:
        services.write_parts(uow, request_id=request_id, parts=parts, actor=current_actor(), now=now())


def _attachment(part: str) -> int | None:
    chosen = request.form.get(f"{part}/attachment_id", "")
    return int(chosen) if chosen.isascii() and chosen.isdigit() and len(chosen) < 16 else None


def _file(found: ChangeRequest, step: str, sent: Typed | None) -> dict[str, Any]:
    """What the step of the approver's file shows; the check names what it lacks."""
    if step not in {"file", "check"}:
        return {}
    lines = [line for line in lines_of(session(), found, now()) if line.part.written]
    rows = {line.part.key: line.row for line in lines if line.row}
    files = [(str(file.id), file.filename) for file, _ in evidence_of(session(), found)]
    kept = {f"{part}/text": row.text for part, row in rows.items()}
    kept |= {f"{part}/attachment_id": str(row.attachment_id or "") for part, row in rows.items()}
    return {"lines": lines, "file_options": files, "file_form": sent.form if sent else kept}


def _submit(request_id: int) -> Any:
    with unit_of_work() as uow:
        services.submit(uow, request_id=request_id, actor=current_actor(), now=now())
    flash(gettext(N_("Submitted. You can follow it here.")), "success")
    return to(f"/requests/{request_id}")


def _next(request_id: int, step: str, verb: str, rest: str) -> str:
    base = f"/requests/{request_id}/edit"
    if verb == "leave":
        return f"/requests/{request_id}"
    if verb == "step" and rest in STEPS:
        return f"{base}/{rest}"
    product = rest if verb == "product" else request.form.get("product", "")
    if verb in {"product", "stay"}:
        return f"{base}/{step}" + (f"?product={product}" if step == "versions" and product else "")
    order = list(STEPS)
    return f"{base}/{order[min(order.index(step) + 1, len(order) - 1)]}"


def _editable(request_id: int) -> ChangeRequest:
    """The request, for somebody who may change it now."""
    end_read()
    found, _ = visible(request_id)
    if not may_edit(found):
        raise Forbidden(N_("This request cannot be edited any more, or not by you."), code="not_editable")
    return found


def _edited(found: ChangeRequest, step: str) -> list[Compared]:
    """The products that the form of a step edits: one at a time, or all where only their scope is asked."""
    compared = compare(session(), found, now())
    if step == "launch":
        return compared
    if step != "versions":
        return []
    code = request.values.get("product")
    chosen = [c for c in compared if c.product.code == code] if code else compared[:1]
    return chosen or abort(404)


def _show(found: ChangeRequest, step: str, *, error: DomainError | None = None, sent: Typed | None = None) -> Any:
    missing = _missing(found) if step == "check" else []
    edited = sent.edited if sent else _edited(found, step)
    contents = sent.contents() if sent else {}
    columns, blank_rows = asked.asked(contents, edited)
    form = sent.form if sent else steps.stored(found)
    page = render_template(
        "changes/edit.html",
        found=found,
        step=step,
        steps=STEPS,
        prompt=steps.PROMPTS[step],
        form=form,
        done=_done(found),
        error=error,
        products=compare(session(), found, now()),
        editor=steps.editor(step, edited, contents, columns=columns, blank_rows=blank_rows),
        scopes=asked.scopes(form),
        compared_scopes=asked.scopes(form, "pilot_plan/comparison"),
        criteria=steps.CRITERIA,
        length=steps.LENGTH,
        scope_list=steps.SCOPES,
        source_options=[(key, gettext(text)) for key, text in steps.SOURCES.items()],
        department_options=[(key, pick(names)) for key, names in Words().departments.items()],
        asked=asked.asked_section(),
        scope_choices={"channels": CHANNELS, "groups": CUSTOMER_GROUPS},
        units=unit_tree(),
        words=Words([found.initiator]),
        today=clock.accounting_date(now()),
        design_task=_design_task(found),
        missing=[_lacking(found, fault) for fault in missing],
        **_file(found, step, sent),
        **_outlook(found, sent),
    )
    return page, error.status if error else 200


def _done(found: ChangeRequest) -> set[str]:
    """The steps in which something is saved."""
    filled = {
        "driver": found.driver.get("reason"),
        "plan": found.function_plan,
        "versions": any(c.touched for c in compare(session(), found, now())),
        "launch": found.effective_at or found.pilot_wish,
        "file": found.file_hashes,
    }
    return {step for step, value in filled.items() if value}


def _outlook(found: ChangeRequest, sent: Typed | None) -> dict[str, Any]:
    typed_contents = sent.valid() if sent else {}
    wish = sent.form.get("pilot_wish") == "true" if sent and sent.step == "launch" else found.pilot_wish
    compared = compare(session(), found, now(), typed_contents)
    foreseen = outlook(session(), found, now(), compared=compared, pilot_wish=wish)
    return {"outlook": foreseen, "unread": sent is not None and len(typed_contents) < len(sent.edited)}


def _design_task(found: ChangeRequest) -> Task | None:
    """The initiator's own task through which a submitted request goes on."""
    mine = [t for t in open_tasks_of(session(), found.instance_id) if t.form == "design"]
    return mine[0] if mine else None


@dataclass(frozen=True)
class Lacking:
    """What stands in the way of submitting, and the step where it is mended."""

    fault: Fault
    step: str
    what: str
    query: str = ""


def _lacking(found: ChangeRequest, fault: Fault) -> Lacking:
    parts = fault.pointer.strip("/").split("/")
    if parts[0] == "versions":
        versions = [version for _, version in queries.proposed(session(), found.id)]
        product = versions[int(parts[1])].product
        return Lacking(fault, "versions", pick(product.names), f"?product={product.code}")
    words = {"pilot_plan": N_("Pilot")}
    last = {
        "kind": N_("What drives the change?"),
        "reason": N_("Why?"),
        "department": N_("Which department?"),
        "source": N_("What from outside?"),
    }
    return Lacking(
        fault,
        "driver" if parts[0] == "driver" else "launch",
        gettext(last.get(parts[-1]) or words.get(parts[0]) or N_("Effective day")),
    )


def _missing(found: ChangeRequest) -> list[Fault]:
    """What it lacks to be submitted. The check asks the rules; nothing of that is kept here."""
    try:
        submission.check_now(session(), found, now())
    except Invalid as error:
        return list(error.faults)
    return []


@pages.post(f"{STEP}/live")
@signed_in
def live(request_id: int, step: str) -> Any:
    """What the step would mean as it is typed: faults beside their fields, the difference, the reviewers."""
    found = _editable(request_id)
    sent = Typed(step, request.form, _edited(found, step))
    faults = sent.faults()
    try:
        sent.details()
    except Invalid as error:
        faults += error.faults
    places = sent.places()
    said = for_people(Invalid("", faults=faults)).faults
    placed = [(pointers(places, fault.pointer), fault) for fault in said]
    marks = [pointers(places, pointer) for pointer in steps.marks(sent)]
    return render_template(
        "changes/_live.html", found=found, faults=placed, marks=marks, words=Words(), **_outlook(found, sent)
    )
