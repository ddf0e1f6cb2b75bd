"""An initiative is planned by its owner, passes its gates in order by somebody else's word, and adds up its budget."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from io import BytesIO
from typing import Any

import lxml.html
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.kernel.audit import AuditEvent
from app.kernel.database import session
from app.modules.development.models import InitiativeFile
from tests.modules.changes.conftest import Ask
from tests.modules.development.test_costing_pages import as_person, seen_on, send
from tests.modules.development.test_ideas import judge, submitted
from tests.shell.test_crawl import _complaints as complaints

__all__ = ["as_person"]
OWNER, HEAD, EXECUTIVE, TELLER = "lin.yue", "song.jie", "wang.zhiyuan", "tan.xue"
PATH = "/development/initiatives"
PLAN: dict[str, Any] = {
    "gates": {"initiation": "2026-01-10", "design": "2026-03-01", "test": "2026-03-01", "launch": "2027-06-01"},
    "tasks": [{"title": "Interviews", "owner": OWNER, "due": "2026-02-01", "done": False}],
    "budget": [
        {"name": "Development", "planned": "1000.10", "committed": "300", "spent": "200.05"},
        {"name": "Research", "planned": "100", "committed": "0", "spent": "100"},
    ],
}
NEW: dict[str, Any] = {
    "title": "Monthly interest",
    "concept": "Interest every month",
    "sponsor": "personal_banking",
    "currency": "CNY",
    "products": ["TD"],
    "plan": PLAN,
}


def founded(ask: Ask, **other: Any) -> int:
    answer = ask(OWNER, "POST", "/initiatives", {**NEW, **other})
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def act(ask: Ask, who: str, method: str, row: int, what: str, body: Any) -> Any:
    tag = ask(OWNER, "GET", f"/initiatives/{row}").headers["ETag"]
    return ask(who, method, f"/initiatives/{row}/{what}", body, If_Match=tag)


def gate(ask: Ask, row: int, name: str, passed: bool = True, who: str = EXECUTIVE) -> Any:
    return act(ask, who, "POST", row, "gates", {"gate": name, "passed": passed, "reason": "Looked at"})


def proven(ask: Ask, row: int, gate: str, who: str = OWNER, file: tuple[bytes, str] = (b"%PDF-1.7 x", "a.pdf")) -> Any:
    path = f"/initiatives/{row}/gates/{gate}/evidence"
    return ask(who, "POST", path, data={"file": (BytesIO(file[0]), file[1])})


def lead(ask: Ask, row: int, verb: str, who: str = OWNER) -> Any:
    return act(ask, who, "POST", row, "state", {"verb": verb, "reason": "So decided"})


def test_gates_are_passed_in_order_by_somebody_who_does_not_own_it(ask: Ask) -> None:
    row = founded(ask)
    assert gate(ask, row, "initiation", who=OWNER).status_code == 403
    assert gate(ask, row, "design").json["code"] == "wrong_gate"
    held = gate(ask, row, "initiation", passed=False).json
    assert (held["next_gate"], held["gates"][0]["passed"]) == ("initiation", False)
    assert gate(ask, row, "initiation").status_code == 201
    for name in ("design", "test"):
        assert proven(ask, row, name).status_code == 201
        assert gate(ask, row, name).status_code == 201
    assert gate(ask, row, "test").status_code == 409
    assert lead(ask, row, "complete").json["code"] == "gates_left"
    proven(ask, row, "launch")
    assert gate(ask, row, "launch").json["next_gate"] is None
    assert lead(ask, row, "complete").json["state"] == "completed"
    events = select(AuditEvent.action).where(AuditEvent.stream == f"initiative:{row}").order_by(AuditEvent.number)
    assert list(session().scalars(events)) == [
        "initiative.founded",
        "initiative.gate_failed",
        "initiative.gate_passed",
        *["initiative.evidence_given", "initiative.gate_passed"] * 3,
        "initiative.completed",
    ]


def test_a_gate_is_passed_on_evidence_of_those_who_work_on_it(ask: Ask) -> None:
    row = founded(ask, plan={**PLAN, "tasks": [{"title": "Build", "owner": HEAD, "due": "2026-02-01"}]})
    assert gate(ask, row, "initiation", who=HEAD).status_code == 403  # works on it
    gate(ask, row, "initiation")
    refused = gate(ask, row, "design")
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "no_evidence")
    given = proven(ask, row, "design", who=HEAD).json
    digest = sha256(b"%PDF-1.7 x").hexdigest()
    assert (given["filename"], given["size"], given["sha256"]) == ("a.pdf", 10, digest)
    assert (given["gate"], given["uploaded_by"]) == ("design", HEAD)
    assert ask(EXECUTIVE, "GET", f"/initiatives/{row}").json["evidence"] == [given]
    path = f"/initiatives/{row}/evidence/{given['id']}"
    saved = ask(EXECUTIVE, "GET", path)
    assert (saved.data, saved.headers["X-Content-Type-Options"]) == (b"%PDF-1.7 x", "nosniff")
    assert saved.headers["Content-Disposition"] == "attachment; filename=a.pdf"
    assert ask(TELLER, "GET", path).status_code == 403
    assert ask(OWNER, "GET", path.replace(f"/{row}/", f"/{founded(ask)}/")).status_code == 404
    assert gate(ask, row, "design").status_code == 201
    judged = select(AuditEvent).where(AuditEvent.action == "initiative.gate_passed").order_by(AuditEvent.id.desc())
    assert session().scalars(judged).first().payload["evidence"][0]["sha256"] == digest


def test_evidence_that_cannot_be_is_explained_and_not_kept(ask: Ask) -> None:
    row = founded(ask)
    assert proven(ask, row, "design", who=EXECUTIVE).json["code"] == "may_not_initiative_prove"
    assert proven(ask, row, "design", who=TELLER).status_code == 403
    assert proven(ask, row, "party").status_code == proven(ask, 99, "design").status_code == 404
    assert proven(ask, row, "design", file=(b"", "a.pdf")).json["errors"][0]["pointer"] == "/file"
    assert proven(ask, row, "design", file=(b"MZ", "a.exe")).status_code == 422
    assert proven(ask, row, "design", file=(b"x" * 10_485_761, "a.txt")).status_code == 413
    gate(ask, row, "initiation")
    assert proven(ask, row, "initiation").json["code"] == "gate_passed"
    lead(ask, row, "stop")
    assert proven(ask, row, "design").json["code"] == "wrong_state"
    assert ask(OWNER, "GET", f"/initiatives/{row}").json["evidence"] == []


def test_a_paused_initiative_neither_passes_gates_nor_is_planned_until_resumed(ask: Ask) -> None:
    row = founded(ask)
    assert lead(ask, row, "pause", who=HEAD).status_code == 403
    assert lead(ask, row, "pause").json["state"] == "paused"
    assert gate(ask, row, "initiation").json["code"] == "wrong_state"
    assert act(ask, OWNER, "PUT", row, "plan", PLAN).json["code"] == "wrong_state"
    assert lead(ask, row, "resume").json["state"] == "active"
    assert lead(ask, row, "stop").json["state"] == "stopped"
    assert lead(ask, row, "resume").status_code == 409


def test_the_budget_adds_up_exactly(ask: Ask) -> None:
    found = ask(OWNER, "GET", f"/initiatives/{founded(ask)}").json
    assert found["burn"] == {"planned": "1100.1", "committed": "300", "spent": "300.05", "left": "500.05"}
    told = {mark["day"]: (mark["planned"], mark["spent"]) for mark in found["burn_over_time"]}
    assert told["2027-06-01"][0] == "1100.1"
    assert "300.05" in {spent for _, spent in told.values()}


def test_whoever_has_a_task_is_told_of_it_sees_the_initiative_and_says_when_it_is_done(ask: Ask) -> None:
    mine = {"title": "Build", "owner": TELLER, "due": "2026-02-01"}
    row = founded(ask, plan={**PLAN, "tasks": [*PLAN["tasks"], mine]})
    (told,) = ask(TELLER, "GET", "/notices").json["items"]
    assert told["payload"]["task"] == "Build"
    assert told["path"] == f"/development/initiatives/{row}"
    found, task = ask(TELLER, "GET", f"/initiatives/{row}"), f"/initiatives/{row}/tasks/1"
    assert ask("chen.rui", "PATCH", task, {"done": True}, If_Match=found.headers["ETag"]).status_code == 403
    done = ask(TELLER, "PATCH", task, {"done": True}, If_Match=found.headers["ETag"])
    assert [each["done"] for each in done.json["plan"]["tasks"]] == [False, True]
    assert done.json["burn"] == found.json["burn"]
    assert ask(OWNER, "PATCH", task, {"done": False}, If_Match=found.headers["ETag"]).status_code == 412
    again = ask(OWNER, "PATCH", task, {"done": False}, If_Match=done.headers["ETag"])
    assert again.json["plan"]["tasks"][1]["done"] is False
    assert ask(OWNER, "PATCH", task[:-1] + "9", {"done": True}, If_Match=again.headers["ETag"]).status_code == 404
    assert ask(OWNER, "GET", "/notices").json["items"] == []


def test_only_the_owner_replans_what_was_seen(ask: Ask) -> None:
    row = founded(ask)
    tag = ask(OWNER, "GET", f"/initiatives/{row}").headers["ETag"]
    assert act(ask, HEAD, "PUT", row, "plan", PLAN).status_code == 403
    done = deepcopy(PLAN)
    done["tasks"][0]["done"] = True
    assert act(ask, OWNER, "PUT", row, "plan", done).json["plan"]["tasks"][0]["done"] is True
    assert ask(OWNER, "PUT", f"/initiatives/{row}/plan", PLAN, If_Match=tag).status_code == 412
    assert ask(OWNER, "PUT", f"/initiatives/{row}/plan", PLAN).status_code == 428


def test_an_idea_that_is_considered_becomes_one_initiative(ask: Ask) -> None:
    idea = submitted(ask)
    assert ask(OWNER, "POST", "/initiatives", {**NEW, "idea": idea}).status_code == 409
    judge(ask, HEAD, idea, "consider")
    row = founded(ask, idea=idea)
    assert ask(TELLER, "GET", f"/ideas/{idea}").json["state"] == "became_initiative"
    assert ask(OWNER, "GET", f"/initiatives/{row}").json["idea"] == idea
    assert ask(OWNER, "POST", "/initiatives", {**NEW, "idea": idea}).status_code == 409
    assert ask(OWNER, "POST", "/initiatives", {**NEW, "idea": 99}).status_code == 404
    assert len(ask(OWNER, "GET", "/initiatives").json["items"]) == 1


@pytest.mark.parametrize(
    ("wrong", "status", "pointer"),
    [
        ({"sponsor": "nobody"}, 422, "/sponsor"),
        ({"currency": "yuan"}, 422, "/currency"),
        ({"title": ""}, 422, "/title"),
        ({"plan": {**PLAN, "gates": {**PLAN["gates"], "test": "2026-02-28"}}}, 422, "/plan/gates/test"),
        ({"plan": {**PLAN, "tasks": [{**PLAN["tasks"][0], "owner": "nobody"}]}}, 422, "/plan/tasks/0/owner"),
        ({"plan": {**PLAN, "gates": {**PLAN["gates"], "test": "soon"}}}, 422, "/plan/gates/test"),
        ({"plan": {**PLAN, "budget": [{"name": "X", "planned": "-1"}]}}, 422, "/plan/budget/0/planned"),
        ({"plan": {**PLAN, "budget": [{"name": "X", "planned": 1.5}]}}, 422, "/plan/budget/0/planned"),
        ({"plan": {**PLAN, "tasks": [{"title": "X", "owner": "a"}]}}, 422, "/plan/tasks/0/due"),
    ],
)
def test_what_is_wrong_is_pointed_at(ask: Ask, wrong: dict[str, Any], status: int, pointer: str) -> None:
    answer = ask(OWNER, "POST", "/initiatives", {**NEW, **wrong})
    assert (answer.status_code, [e["pointer"] for e in answer.json["errors"]]) == (status, [pointer])
    assert ask(OWNER, "POST", "/initiatives", {**NEW, "products": ["NONE"]}).status_code == 404
    assert ask(OWNER, "GET", "/initiatives").json["items"] == []


def test_who_sells_neither_sees_nor_founds_initiatives(ask: Ask) -> None:
    row = founded(ask)
    assert ask(TELLER, "GET", f"/initiatives/{row}").status_code == 403
    assert ask(TELLER, "POST", "/initiatives", NEW).status_code == 403


FORM = {
    **{name: NEW[name] for name in ("title", "concept", "sponsor", "currency")},
    "products": "TD",
    **{f"gates/{name}": day for name, day in PLAN["gates"].items()},
    "tasks/1/title": "Interviews",
    "tasks/1/owner": OWNER,
    "tasks/1/due": "2026-02-01",
    "budget/0/name": "Development",
    "budget/0/planned": "1000",
    "budget/0/spent": "1500",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_initiative_lives_on_its_pages_in_both_languages(
    as_person: Callable[..., FlaskClient], language: str
) -> None:
    owner, executive = as_person(OWNER, language), as_person(EXECUTIVE, language)
    refused = send(owner, f"{PATH}/new", {**FORM, "tasks/1/due": "soon"})
    assert refused.status_code == 422
    assert lxml.html.fromstring(refused.text).get_element_by_id("f-tasks-1-due-error").text_content().strip()
    answer = send(owner, f"{PATH}/new", FORM)
    assert answer.status_code == 303
    one = answer.location
    seen = {"seen": seen_on(executive.get(one).text)}
    judged = {"gate": "initiation", "passed": "true", "reason": "Fine"}
    assert send(executive, f"{one}/gates", {**judged, **seen}, one).status_code == 303
    assert send(executive, f"{one}/gates", {**judged, **seen}, one).status_code == 412
    early = {"gate": "design", "passed": "true", "reason": "Fine", "seen": seen_on(executive.get(one).text)}
    assert "field-error" in send(executive, f"{one}/gates", early, one).text
    for files, status in (
        ([(b"a", "a.txt"), (b"MZ", "b.exe")], 422),
        ([], 422),
        ([(b"a", "a.txt"), (b"b", "b.txt")], 303),
    ):
        sent = {"gate": "design", "file": [(BytesIO(content), name) for content, name in files]}
        answer = send(owner, f"{one}/evidence", sent, one)
        assert answer.status_code == status
        assert status == 303 or 'id="f-file-error"' in answer.text
    kept = session().scalars(select(InitiativeFile).order_by(InitiativeFile.id)).all()
    assert [file.filename for file in kept] == ["a.txt", "b.txt"]
    assert owner.get(f"{one}/evidence/{kept[0].id}").headers["Content-Disposition"].startswith("attachment")
    plan = {**FORM, "tasks/1/done": "true", "seen": seen_on(owner.get(f"{one}/plan").text)}
    assert send(owner, f"{one}/plan", plan).status_code == 303
    undone = {"done": "false", "seen": seen_on(owner.get(f"{one}/plan").text)}
    assert send(owner, f"{one}/tasks/0", undone, one).status_code == 303
    pages = [owner.get(path).text for path in (PATH, f"{PATH}/new", one, f"{one}/plan")]
    assert "1,500" in pages[2]
    chart = lxml.html.fromstring(pages[2]).xpath("//figure//*[local-name()='svg']")[0]
    assert "1,500" in chart.get("aria-label")
    for page in pages:
        assert list(complaints(lxml.html.fromstring(page), language)) == []
