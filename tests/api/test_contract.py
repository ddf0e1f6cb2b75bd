"""What a program that knows only the contract relies on."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from tests.api.test_bad_input import problem
from tests.workflow.instances.play import Ask

STRANGERS = [
    ("POST", "/processes", {}),
    ("POST", "/processes/check", {}),
    ("POST", "/products", []),
    ("POST", "/change-requests", {}),
    ("POST", "/tasks/1/complete", {}),
    ("POST", "/tasks/1/attachments", None),
    ("POST", "/instances/1/cancel", []),
    ("GET", "/may-sell", None),
    ("GET", "/tasks?filter=everything", None),
]


@pytest.mark.parametrize(("method", "path", "body"), STRANGERS)
def test_a_stranger_is_told_to_sign_in_before_anything_else(bank: Flask, method: str, path: str, body: Any) -> None:
    answer = bank.test_client().open(f"/api/v1{path}", method=method, json=body)
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_operation_but_the_open_ones_answers_a_stranger(bank: Flask) -> None:
    """By the document itself: whatever it does not declare as open asks who is there."""
    client = bank.test_client()
    document = client.get("/api/v1/openapi.json").json
    refused = 0
    for path, operations in document["paths"].items():
        shared = operations.pop("parameters", [])
        for method, operation in operations.items():
            if operation.get("security") == []:
                continue
            place = _filled(path, [*shared, *operation.get("parameters", [])])
            assert client.open(place, method=method.upper()).status_code == 401, f"{method} {path}"
            refused += 1
    assert refused > 180


def _filled(path: str, parameters: list[dict[str, Any]]) -> str:
    """The path with a value of its kind for each of its parameters."""
    for parameter in parameters:
        if parameter.get("in") == "path":
            value = parameter["schema"].get("enum", ["1"])[0]
            path = path.replace(f"{{{parameter['name']}}}", str(value))
    return path


@pytest.mark.parametrize("desk", ["/processes/check", "/decisions/check"])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00\xff\x89PNG",
        b"[]",
        b"{}",
        b'{"xml": 5}',
        b'{"xml": null}',
        b'{"xml": "\xe9"}',
        b'{"xml": NaN}',
        b'{"xml": "\\u0000"}',
        b'{"xml": "\\ud800"}',
        b"[" * 100_000,
        b"<a/>",
        b"9" * 10_000,
    ],
)
@pytest.mark.parametrize("kind", ["application/json", "application/xml", "application/octet-stream"])
def test_anything_may_be_sent_to_be_checked(bank: Flask, ask: Ask, desk: str, body: bytes, kind: str) -> None:
    answer = ask("shen.dan", "POST", desk, data=body, content_type=kind)
    assert answer.status_code == 200, answer.text[:300]
    assert answer.json["findings"]
    for finding in answer.json["findings"]:
        assert finding.keys() == {"severity", "element_id", "line", "code", "message"}


def test_the_tag_of_a_compressed_answer_names_the_same_state(bank: Flask, ask: Ask) -> None:
    path = "/products/TD-9"
    content = {"type": "time_deposit", "basics": {"name": {"en": "Time deposit"}}}
    body = {"code": "TD-9", "content": content, "note": "long " * 300}
    assert ask("lin.yue", "POST", "/products", json=body).status_code == 201
    seen = ask("lin.yue", "GET", path, headers={"Accept-Encoding": "gzip"})
    assert seen.status_code == 200
    assert seen.headers["Content-Encoding"] == "gzip"
    assert seen.headers["ETag"] != ask("lin.yue", "GET", path).headers["ETag"]
    changed = ask("lin.yue", "PATCH", path, json={"names": {"en": "Seen"}}, headers={"If-Match": seen.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    problem(ask("lin.yue", "PATCH", path, json={"note": "again"}, headers={"If-Match": seen.headers["ETag"]}), 412)


def test_a_whole_number_may_be_written_as_json_does(bank: Flask, ask: Ask) -> None:
    body = {"element_id": "one", "reason": "again"}
    for version, status in ((3.0, 404), (3, 404), (3.5, 422), ("3", 422), (True, 422)):
        assert ask("lin.yue", "POST", "/tasks/7/send-back", json={**body, "version": version}).status_code == status


def test_a_number_that_no_record_can_have_is_not_found(bank: Flask, ask: Ask) -> None:
    """Beyond what JSON readers keep exact; a database would not take it at all."""
    numbers = [
        converter
        for rule in bank.url_map.iter_rules()
        for converter in rule._converters.values()
        if isinstance(converter, IntegerConverter)
    ]
    assert numbers
    assert all(converter.max and converter.max < 2**53 for converter in numbers)
    problem(ask("lin.yue", "GET", "/ideas/99999999999999999999"), 404)


def test_the_document_says_how_a_file_is_sent(bank: Flask) -> None:
    document = bank.test_client().get("/api/v1/openapi.json").json
    body = document["paths"]["/api/v1/tasks/{task_id}/attachments"]["post"]["requestBody"]
    assert body["content"]["multipart/form-data"]["schema"]["required"] == ["file"]


@pytest.mark.parametrize("path", ["/products/{code}", "/change-requests/{request_id}"])
def test_the_document_says_that_a_change_names_the_state_seen(bank: Flask, path: str) -> None:
    document = bank.test_client().get("/api/v1/openapi.json").json
    told = {p["name"]: p for p in document["paths"][f"/api/v1{path}"]["patch"]["parameters"] if "name" in p}
    assert told["If-Match"]["in"] == "header"
    assert told["If-Match"]["required"] is True


def test_a_part_without_a_name_is_no_file(bank: Flask, ask: Ask) -> None:
    body = b"--x\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--x--\r\n"
    answer = ask("lin.yue", "POST", "/tasks/7/attachments", data=body, content_type="multipart/form-data; boundary=x")
    problem(answer, 422, "/file")
