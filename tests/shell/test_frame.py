"""The frame of every page: navigation, errors, assets, compression."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask, abort, render_template_string
from flask.testing import FlaskClient

from app.kernel import clock
from app.kernel.database import unit_of_work
from app.kernel.errors import Conflict, Fault, Invalid

STATIC = Path(__file__).resolve().parents[2] / "app" / "static"
PAGE_BUDGET = 200_000


def sections(page: str) -> list[str]:
    found = re.search(r'<nav class="sections".*?</nav>', page, re.DOTALL)
    return re.findall(r'href="([^"]+)"', found.group(0)) if found else []


def test_administration_is_for_those_who_administer(bank: Flask, client_as: Callable[..., FlaskClient]) -> None:
    bank.extensions["served_paths"] = {"/admin": True, "/inbox": True}
    assert "/admin" not in sections(client_as("lin.yue").get("/").text)
    for username in ("jin.cheng", "ren.hong", "lu.ming"):
        assert "/admin" in sections(client_as(username).get("/").text), username


def test_a_section_nobody_serves_is_not_shown(bank: Flask, client_as: Callable[..., FlaskClient]) -> None:
    bank.extensions["served_paths"] = {"/reports": False, "/inbox": True}
    shown = sections(client_as("lin.yue").get("/").text)
    assert "/reports" not in shown
    assert "/inbox" in shown


@pytest.mark.parametrize(("language", "text"), [("en", "There is nothing here"), ("zh", "此处没有内容")])
def test_an_unknown_address_is_told_kindly(client_as: Callable[..., FlaskClient], language: str, text: str) -> None:
    answer = client_as("lin.yue", language).get("/nowhere")
    assert answer.status_code == 404
    assert text in answer.text


@pytest.mark.own_app
def test_every_fault_is_named_on_the_error_page(bank: Flask, client_as: Callable[..., FlaskClient]) -> None:
    faults = [
        Fault("/rate", "Must be greater than %(min)s.", {"min": "<0"}),
        Fault("/term", "Missing data for required field."),
    ]

    def refuse() -> None:
        raise Invalid("Some of what was entered is not right.", faults=faults)

    _serve(bank, "/refuse", refuse)
    answer = client_as("lin.yue", "zh").get("/refuse")
    assert answer.status_code == 422
    assert "须大于 &lt;0。" in answer.text
    assert "此项必填。" in answer.text


@pytest.mark.own_app
def test_a_crash_shows_a_page_and_no_inside(bank: Flask, client_as: Callable[..., FlaskClient]) -> None:
    def crash() -> None:
        raise ZeroDivisionError("secret detail")

    _serve(bank, "/crash", crash)
    bank.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client_as("lin.yue").get("/crash")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Nothing was changed" in answer.text


@pytest.mark.own_app
@pytest.mark.parametrize("status", [403, 405, 409, 413])
def test_each_refusal_has_its_page(bank: Flask, client_as: Callable[..., FlaskClient], status: int) -> None:
    def refuse() -> None:
        if status == 409:
            raise Conflict("Somebody changed this record after you saw it.")
        abort(status)

    _serve(bank, "/refuse", refuse)
    answer = client_as("lin.yue").get("/refuse")
    assert answer.status_code == status
    assert f'data-status="{status}"' in answer.text


def _serve(app: Flask, path: str, view: Callable[[], None]) -> None:
    app.add_url_rule(path, path, view)


def test_pages_hold_no_inline_script_or_style(client_as: Callable[..., FlaskClient]) -> None:
    page = client_as("lin.yue").get("/").text
    assert not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", page)


def test_vendored_files_are_as_locked() -> None:
    lock = json.loads((STATIC / "vendor" / "lock.json").read_text(encoding="utf-8"))
    for entry in lock:
        folder = STATIC / "vendor" / entry["folder"]
        assert (folder / "LICENSE").exists(), entry["package"]
        for name, digest in entry["files"].items():
            assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_no_vendored_file_is_outside_the_lock() -> None:
    lock = json.loads((STATIC / "vendor" / "lock.json").read_text(encoding="utf-8"))
    known = {f"{e['folder']}/{name}" for e in lock for name in e["files"]} | {f"{e['folder']}/LICENSE" for e in lock}
    found = {p.relative_to(STATIC / "vendor").as_posix() for p in (STATIC / "vendor").rglob("*") if p.is_file()}
    assert found - known == {"lock.json"}


def test_assets_are_compressed_and_kept_by_content(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue")
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text):
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert "immutable" in plain.headers["Cache-Control"]
        assert "Set-Cookie" not in plain.headers
        if packed.headers.get("Content-Encoding") == "gzip":
            assert gzip.decompress(packed.data) == plain.data
            assert packed.headers["Vary"] == "Accept-Encoding"
        else:
            assert len(plain.data) < 1024


def test_a_page_with_its_assets_stays_within_the_budget(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue", "zh")
    page = client.get("/", headers={"Accept-Encoding": "gzip"})
    text = gzip.decompress(page.data).decode()
    assets = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
    sizes = {a: len(client.get(a, headers={"Accept-Encoding": "gzip"}).data) for a in assets}
    assert len(page.data) + sum(sizes.values()) <= PAGE_BUDGET, sizes


def test_an_answer_is_not_kept_by_shared_caches(client_as: Callable[..., FlaskClient]) -> None:
    assert client_as("lin.yue").get("/").headers["Cache-Control"] == "private, no-store"
    assert client_as("lin.yue").get("/api/v1/products").headers["Cache-Control"] == "private, no-store"


def test_the_clock_note_stands_only_when_the_clock_was_moved(client_as: Callable[..., FlaskClient]) -> None:
    client = client_as("lin.yue")
    assert "clock-note" not in client.get("/").text
    with unit_of_work() as uow:
        clock.advance(uow, timedelta(days=30))
    assert "clock-note" in client.get("/").text


def test_a_field_keeps_what_was_typed_and_says_what_is_wrong(bank: Flask) -> None:
    template = """{% import "_ui.html" as ui %}
    {{ ui.field("rate", "Rate", value='<"1.5', hint="per year", errors={"/rate": "too high"}, inputmode="decimal") }}
    {{ ui.field("kind", "Kind", type="select", value="b", options=[("a", "A"), ("b", "B")]) }}"""
    with bank.test_request_context():
        shown = render_template_string(template)
    assert 'value="&lt;&#34;1.5"' in shown
    assert 'aria-describedby="f-rate-hint f-rate-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert 'inputmode="decimal"' in shown
    assert '<option value="b" selected>' in shown
