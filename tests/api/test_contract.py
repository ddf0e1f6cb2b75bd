"""What a program that knows only the contract relies on."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

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
