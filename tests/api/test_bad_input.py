"""Whatever is sent, the answer is a problem that names what is wrong, and nothing has changed."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.identity.models import AccessToken, Person
from app.kernel import clock, files
from app.kernel.database import end_read, session, unit_of_work
from app.workflow.models import Attachment, ProcessInstance, Task
from tests.at_once import at_once
from tests.workflow.drawings import simple
from tests.workflow.instances.play import Ask, deploy, nothing_is_wrong, start, tasks

JSON = "application/json"
START = "/processes/drawn/instances"


@pytest.fixture
def drawn_bank(ask: Ask, bank: Flask) -> Flask:
    """The demo bank with one process of one task."""
    deploy(ask, simple("one"))
    return bank


def count(model: type) -> int:
    end_read()
    found = session().scalar(select(func.count()).select_from(model)) or 0
    end_read()
    return int(found)


def problem(answer: Any, status: int, pointer: str | None = None) -> dict[str, Any]:
    assert answer.status_code == status, (answer.status_code, answer.text[:300])
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = answer.json
    assert {"type", "title", "status", "code"} <= body.keys()
    assert body["status"] == status
    if pointer is not None:
        assert pointer in [e["pointer"] for e in body["errors"]], body
    return body


MALFORMED = [
    "{",
    "",
    "[",
    "nul",
    "{'a': 1}",
    '{"a": NaN}',
    '{"a": Infinity}',
    '{"a": 1,}',
    "\x00",
    '{"a"}',
    "// x",
    "<x/>",
]


@pytest.mark.parametrize("body", [*MALFORMED, b"\xff\xfe{}", '{"variables": {}}'.encode("utf-16"), b'{"a": "\xe9"}'])
def test_a_body_that_is_no_json_is_told(drawn_bank: Flask, ask: Ask, body: Any) -> None:
    answer = ask("lin.yue", "POST", START, data=body, content_type=JSON)
    if body:
        problem(answer, 400)
    else:
        assert answer.status_code in {201, 422}
        return
    assert count(ProcessInstance) == 0


@pytest.mark.parametrize("body", ["null", "[]", "1", '"text"', "true", "[{}]"])
def test_json_of_another_shape_is_told(drawn_bank: Flask, ask: Ask, body: str) -> None:
    problem(ask("lin.yue", "POST", START, data=body, content_type=JSON), 422)
    assert count(ProcessInstance) == 0


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", "text/json"]
)
def test_another_content_type_is_not_taken_for_json(drawn_bank: Flask, ask: Ask, kind: str) -> None:
    problem(ask("lin.yue", "POST", START, data='{"variables": {}}', content_type=kind), 415)
    assert count(ProcessInstance) == 0


BAD_STARTS: dict[str, tuple[str, str]] = {
    "nul in a value": ('{"variables": {"a": "x\\u0000y"}}', "/variables/a"),
    "nul in a list": ('{"variables": {"a": [1, {"b": "\\u0000"}]}}', "/variables/a/1/b"),
    "nul in a name": ('{"variables": {"a\\u0000": 1}}', "/variables"),
    "nul in the key": ('{"business_key": "\\u0000"}', "/business_key"),
    "lone surrogate": ('{"variables": {"a": "\\ud800"}}', "/variables/a"),
    "surrogates the wrong way round": ('{"business_key": "\\udc00\\ud800"}', "/business_key"),
    "given twice": ('{"business_key": "a", "business_key": "b"}', "/business_key"),
    "given twice inside": ('{"variables": {"x": {"y": 1, "y": 2}}}', "/variables/x/y"),
    "escaped pointer": ('{"variables": {"x": {"a/b~c": "\\u0000"}}}', "/variables/x/a~1b~0c"),
    "number out of range": ('{"variables": {"a": 1e400}}', "/variables/a"),
    "huge whole number": ('{"variables": {"a": ' + "9" * 4_000 + "}}", "/variables/a"),
    "nested too deeply": ('{"variables": {"a": ' + "[" * 500 + "]" * 500 + "}}", "/variables/a" + "/0" * 48),
    "unknown member": ('{"variables": {}, "admin": true}', "/admin"),
    "wrong type": ('{"variables": []}', "/variables"),
    "wrong type of key": ('{"business_key": 5}', "/business_key"),
    "empty key": ('{"business_key": ""}', "/business_key"),
    "long key": ('{"business_key": "' + "k" * 5_000 + '"}', "/business_key"),
    "variable with a wrong name": ('{"variables": {"__class__": 1}}', "/variables/__class__/key"),
}


@pytest.mark.parametrize("name", BAD_STARTS)
def test_a_wrong_member_is_pointed_at(drawn_bank: Flask, ask: Ask, name: str) -> None:
    body, pointer = BAD_STARTS[name]
    problem(ask("lin.yue", "POST", START, data=body, content_type=JSON), 422, pointer)
    assert count(ProcessInstance) == 0


def test_absurd_depths_and_sizes_are_refused(drawn_bank: Flask, ask: Ask) -> None:
    deep = "[" * 200_000 + "]" * 200_000
    assert ask("lin.yue", "POST", START, data=deep, content_type=JSON).status_code == 422
    large = json.dumps({"variables": {"a": "x" * (17 * 1024 * 1024)}})
    problem(ask("lin.yue", "POST", START, data=large, content_type=JSON), 413)
    assert count(ProcessInstance) == 0


def test_characters_of_every_plane_are_kept(drawn_bank: Flask, ask: Ask) -> None:
    text = "经办 𠮷 \U0001f600 é \u202e \x7f \ufffe"
    answer = ask("lin.yue", "POST", START, json={"variables": {"a": text}, "business_key": text})
    assert answer.status_code == 201
    assert (answer.json["variables"]["a"], answer.json["business_key"]) == (text, text)


NOWHERE = f"""/tasks/0 /tasks/-1 /tasks/1e3 /tasks/abc /tasks/{2**63} /tasks/{10**400} /tasks/١ /tasks/%00
/tasks/1/comments/x /instances/0 /instances/-5 /instances/{2**64} /instances/%2e%2e /instances/1/none /nothing
/products/%00 /products/none /processes/none/versions/1/approve"""


@pytest.mark.parametrize("path", NOWHERE.split())
def test_ids_that_name_nothing_are_not_there(drawn_bank: Flask, ask: Ask, path: str) -> None:
    answer = ask("lin.yue", "GET", path)
    assert answer.status_code in {404, 405}
    problem(answer, answer.status_code)


BAD_QUERIES = [
    "limit=0",
    "limit=-1",
    "limit=201",
    "limit=abc",
    "limit=1e2",
    "limit=",
    "limit=١",
    "limit=" + "9" * 500,
    "cursor=x",
    "cursor=%00",
    "cursor=bnVsbA",
    "cursor=W10",
    "cursor=WzEsMl0",
    "cursor=WyJ4IiwiMSJd",
    "cursor=WyIyMDI2LTAxLTAxIiwxXQ",
    "cursor=" + "A" * 5_000,
    "filter=everything",
    "sort=priority",
    "sort=due;drop",
    "process=%00",
    "product=a%00b",
    "unknown=1",
]


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_a_wrong_question_is_pointed_at(drawn_bank: Flask, ask: Ask, query: str) -> None:
    name = query.split("=")[0]
    problem(ask("lin.yue", "GET", f"/tasks?{query}"), 422, f"/{name}")


@pytest.mark.parametrize("path", ["/instances", "/processes", "/instances/1/history"])
@pytest.mark.parametrize("query", ["limit=0", "cursor=x", "cursor=WyJ4Il0", "cursor=WzFlNDAwXQ"])
def test_every_list_checks_its_page(drawn_bank: Flask, ask: Ask, path: str, query: str) -> None:
    start(ask, simple("one"))
    problem(ask("lin.yue", "GET", f"{path}?{query}"), 422, f"/{query.split('=')[0]}")


@pytest.mark.parametrize("number", [2**63, 2**70, -(2**70)])
def test_a_cursor_beyond_what_a_database_counts_is_refused_or_empty(drawn_bank: Flask, ask: Ask, number: int) -> None:
    import base64

    cursor = base64.urlsafe_b64encode(json.dumps([number]).encode()).decode().rstrip("=")
    for path in ("/instances", "/processes"):
        assert ask("lin.yue", "GET", f"{path}?cursor={cursor}").status_code in {200, 422}


def test_a_task_is_worked_by_its_version_and_by_its_people(drawn_bank: Flask, ask: Ask) -> None:
    case = start(ask, simple("one").replace('id="one"', 'id="one" tollgate:candidateGroups="risk"'))
    task = tasks(ask, case)[0]
    path = f"/tasks/{task['id']}/complete"
    good = {"version": task["version"], "data": {"decision": "approve"}}
    for wrong, pointer in (
        ({"data": {}}, "/version"),
        ({"version": "1", "data": {}}, "/version"),
        ({"version": 1.5, "data": {}}, "/version"),
        ({"version": True, "data": {}}, "/version"),
        ({"version": 0, "data": {}}, "/version"),
        ({"version": 2**70, "data": {}}, "/version"),
        ({"version": 1}, "/data"),
        ({"version": 1, "data": []}, "/data"),
        ({"version": 1, "data": {}, "who": "me"}, "/who"),
        ({"version": 1, "data": {"decision": "perhaps"}}, "/data/decision"),
        ({"version": 1, "data": {"decision": 1}}, "/data/decision"),
        ({"version": 1, "data": {"decision": "approve", "other": 1}}, "/data/other"),
        ({"version": 1, "data": {"decision": "approve", "comment": "x" * 100_000}}, "/data/comment"),
    ):
        problem(ask("chen.rui", "POST", path, json=wrong), 422, pointer)
    problem(ask("chen.rui", "POST", path, json={**good, "version": 7}), 409)
    problem(ask("zhou.ting", "POST", path, json=good), 404)
    problem(ask("lin.yue", "POST", path, json=good), 403)
    assert ask("chen.rui", "POST", path, json=good).status_code == 200
    assert problem(ask("chen.rui", "POST", path, json=good), 409)["code"] == "already_completed"
    nothing_is_wrong()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/tasks"),
        ("PUT", "/processes"),
        ("GET", "/auth/token"),
        ("PATCH", "/instances/1"),
        ("POST", "/instances"),
    ],
)
def test_another_method_is_told_what_is_allowed(drawn_bank: Flask, ask: Ask, method: str, path: str) -> None:
    answer = ask("lin.yue", method, path)
    problem(answer, 405)
    assert answer.headers["Allow"]


HEADERS = [
    "",
    "Bearer",
    "Bearer ",
    "Basic bGluOnk=",
    "Bearer x",
    "bearer",
    "Bearer " + "x" * 20_000,
    "Bearer \xe9",
    "x",
    "Bearer a b",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_token_that_is_none_is_nobody(drawn_bank: Flask, header: str) -> None:
    answer = drawn_bank.test_client().get("/api/v1/tasks", headers={"Authorization": header})
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_with_its_time_its_person_and_their_sessions(drawn_bank: Flask, ask: Ask) -> None:
    def change(**values: Any) -> None:
        with unit_of_work() as uow:
            uow.execute(update(Person).where(Person.username == "lin.yue").values(**values))

    assert ask("lin.yue", "GET", "/tasks").status_code == 200
    change(active=False)
    problem(ask("lin.yue", "GET", "/tasks"), 401)
    change(active=True, session_epoch=7)
    problem(ask("lin.yue", "GET", "/tasks"), 401)
    assert ask("chen.rui", "GET", "/tasks").status_code == 200
    with unit_of_work() as uow:
        uow.execute(update(AccessToken).values(expires_at=clock.now() - timedelta(seconds=1)))
    problem(ask("chen.rui", "GET", "/tasks"), 401)


def idempotent(ask: Ask, key: str, body: Any, who: str = "lin.yue") -> Any:
    return ask(who, "POST", START, json=body, headers={"Idempotency-Key": key})


def test_the_same_key_gives_the_same_answer_once(drawn_bank: Flask, ask: Ask) -> None:
    first, again = (idempotent(ask, "k1", {"business_key": "a"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count(ProcessInstance) == 1
    assert problem(idempotent(ask, "k1", {"business_key": "b"}), 409)["code"] == "idempotency_key_reused"
    assert idempotent(ask, "k1", {"business_key": "b"}, who="zhao.heng").status_code == 201
    assert idempotent(ask, "k2", {"business_key": "a"}).status_code == 201
    problem(idempotent(ask, "k" * 201, {}), 422)
    assert count(ProcessInstance) == 3


def test_a_refused_request_keeps_no_key(drawn_bank: Flask, ask: Ask) -> None:
    problem(idempotent(ask, "k1", {"business_key": ""}), 422)
    assert idempotent(ask, "k1", {"business_key": "a"}).status_code == 201


def test_the_same_request_several_times_at_once_has_one_effect_and_one_answer(drawn_bank: Flask, ask: Ask) -> None:
    """Also where the second could not do it again: the task is completed by then."""
    case = start(ask, simple("one"))
    task = tasks(ask, case)[0]
    body = {"version": task["version"], "data": {"decision": "approve"}}
    ask("lin.yue", "GET", "/tasks")

    def job() -> Any:
        return ask("lin.yue", "POST", f"/tasks/{task['id']}/complete", json=body, headers={"Idempotency-Key": "once"})

    answers = at_once([job] * 4)
    assert [a.status_code for a in answers] == [200] * 4, [a.json for a in answers]
    assert all(a.json == answers[0].json for a in answers)
    assert sum(a.headers.get("Idempotency-Replayed") == "true" for a in answers) == 3
    nothing_is_wrong()


PDF = b"%PDF-1.7 content"
UPLOADS: dict[str, tuple[str, bytes, int]] = {
    "fine": ("evidence.pdf", PDF, 201),
    "wrong magic": ("evidence.pdf", b"MZ\x90 program", 422),
    "program": ("evidence.exe", b"MZ\x90", 422),
    "no ending": ("evidence", PDF, 422),
    "double ending": ("evidence.pdf.exe", PDF, 422),
    "page": ("evidence.html", b"<script>alert(1)</script>", 422),
    "picture with script": ("evidence.svg", b"<svg onload='x'/>", 422),
    "empty": ("evidence.pdf", b"", 422),
    "no name": ("", PDF, 422),
    "dots": ("..", PDF, 422),
    "long name": ("x" * 300 + ".pdf", PDF, 422),
    "binary as text": ("evidence.txt", b"a\0b", 422),
    "broken text": ("evidence.csv", b"\xff\xfe\xfa", 422),
    "too large": ("evidence.pdf", PDF + b"x" * (11 * 1024 * 1024), 413),
    "far too large": ("evidence.pdf", PDF + b"x" * (17 * 1024 * 1024), 413),
}


def upload(ask: Ask, task_id: int, name: str, content: bytes, member: str = "file") -> Any:
    data = {member: (io.BytesIO(content), name)}
    return ask("lin.yue", "POST", f"/tasks/{task_id}/attachments", data=data, content_type="multipart/form-data")


@pytest.mark.parametrize("name", UPLOADS)
def test_a_file_is_kept_only_if_it_is_what_it_says(drawn_bank: Flask, ask: Ask, name: str) -> None:
    filename, content, status = UPLOADS[name]
    task = tasks(ask, start(ask, simple("one")))[0]
    answer = upload(ask, task["id"], filename, content)
    assert answer.status_code == status, answer.json
    if status != 201:
        problem(answer, status)
    assert count(Attachment) == (status == 201)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("invoice\u202efdp.exe.pdf", "invoicefdp.exe.pdf"),
        ("a\u2066b\u200f.pdf", "ab.pdf"),
        ("证据.pdf", "证据.pdf"),
        ("/absolute.pdf", "absolute.pdf"),
    ],
)
def test_a_file_name_is_a_name_only(drawn_bank: Flask, ask: Ask, sent: str, kept: str) -> None:
    task = tasks(ask, start(ask, simple("one")))[0]
    answer = upload(ask, task["id"], sent, PDF)
    assert (answer.status_code, answer.json["filename"]) == (201, kept)


@pytest.mark.parametrize(
    "sent", ["..\\..\\windows\\a.pdf", 'a"<>|:*?.pdf', "a\n.pdf", " a.pdf ", "...a.pdf", "\u202ea.pdf"]
)
def test_what_a_file_system_might_stumble_over_is_left_out_of_a_name(sent: str) -> None:
    assert files.safe_name(sent) == "a.pdf"


def test_another_file_under_the_same_key_is_told(drawn_bank: Flask, ask: Ask) -> None:
    task = tasks(ask, start(ask, simple("one")))[0]
    path = f"/tasks/{task['id']}/attachments"

    def send(content: bytes) -> Any:
        # The client chooses a boundary by chance; a program that repeats a request repeats its bytes.
        file = FileStorage(io.BytesIO(content), "a.pdf", "file")
        body = encode_multipart({"file": file}, boundary="fixed")[1]
        kind = "multipart/form-data; boundary=fixed"
        return ask("lin.yue", "POST", path, data=body, content_type=kind, headers={"Idempotency-Key": "k"})

    assert [send(PDF).status_code, send(PDF).status_code] == [201, 201]
    problem(send(PDF + b"other"), 409)
    assert count(Attachment) == 1


def test_an_upload_without_a_file_or_by_somebody_else_is_refused(drawn_bank: Flask, ask: Ask) -> None:
    task = tasks(ask, start(ask, simple("one")))[0]
    path = f"/tasks/{task['id']}/attachments"
    problem(upload(ask, task["id"], "a.pdf", PDF, member="other"), 422, "/file")
    problem(ask("lin.yue", "POST", path), 422, "/file")
    problem(ask("lin.yue", "POST", path, json={"file": "x"}), 422, "/file")
    files = {"file": (io.BytesIO(PDF), "a.pdf")}
    problem(ask("tan.xue", "POST", path, data=files, content_type="multipart/form-data"), 404)
    broken = "multipart/form-data; boundary=x"
    problem(ask("lin.yue", "POST", path, data=b"--x\r\nContent-Dis", content_type=broken), 422, "/file")
    assert count(Attachment) == 0


def signed_in(bank: Flask) -> tuple[Any, str]:
    """A browser of lin.yue and the hidden token of its forms."""
    from tests.shell.conftest import sign_in, token_of

    client = bank.test_client()
    sign_in(client, "lin.yue")
    return client, token_of(client.get("/").text)


def test_a_browser_session_needs_the_token_of_its_page(drawn_bank: Flask) -> None:
    client, token = signed_in(drawn_bank)
    refused = client.post("/api/v1" + START, json={"variables": {}})
    assert problem(refused, 403)["code"] == "csrf"
    other = client.post("/api/v1" + START, json={"variables": {}}, headers={"X-CSRFToken": "x" + token[1:]})
    assert problem(other, 403)["code"] == "csrf"
    assert count(ProcessInstance) == 0
    assert client.post("/api/v1" + START, json={"variables": {}}, headers={"X-CSRFToken": token}).status_code == 201


def test_a_page_form_without_the_token_or_with_a_nul_changes_nothing(drawn_bank: Flask) -> None:
    client, token = signed_in(drawn_bank)
    assert client.post("/sign-out").status_code == 403
    assert client.get("/").status_code == 200
    assert client.post("/sign-out", data={"csrf_token": token, "x": "a\0b"}).status_code == 422
    assert client.get("/?q=%00").status_code == 422


def test_wrong_credentials_of_every_shape_are_refused(bank: Flask) -> None:
    client = bank.test_client()
    for body, status in (
        ({"username": "lin.yue"}, 422),
        ({"username": "", "password": "x"}, 422),
        ({"username": "x" * 5_000, "password": "x"}, 422),
        ({"username": ["lin.yue"], "password": "x"}, 422),
        ({"username": "a\0b", "password": "x"}, 422),
        ({"username": "nobody' OR 1=1 --", "password": "x"}, 401),
    ):
        problem(client.post("/api/v1/auth/token", json=body), status)


@pytest.mark.parametrize("by", ["", "P", "30", "-P1D", "P1X", "P999999999D", "PT0S", "P30D\0", 5, None, "P9999Y"])
def test_the_demo_clock_takes_durations_only(bank: Flask, by: Any) -> None:
    problem(bank.test_client().post("/api/v1/demo/clock", json={"advance": by}), 422, "/advance")


def test_the_task_is_untouched_by_all_of_it(drawn_bank: Flask, ask: Ask) -> None:
    case = start(ask, simple("one"))
    end_read()
    task = session().scalars(select(Task).where(Task.instance_id == case)).one()
    assert (task.state, task.version) == ("open", 1)
    nothing_is_wrong()
