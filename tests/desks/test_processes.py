"""The designers' pages: whatever is brought gets located findings, and nothing runs unseen."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import select

from app.kernel.database import end_read, session, unit_of_work
from app.workflow.deployments.services import deploy
from app.workflow.models import ProcessDefinition
from tests.desks.conftest import Bank, Desk, texts, who
from tests.desks.drawings import CLAUSE

DeskOf = Callable[..., Desk]
MIWG = sorted((Path(__file__).resolve().parents[1] / "cases" / "bpmn").glob("*.bpmn"))
BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
HOSTILE = {
    "empty": b"",
    "blank": b"  \n",
    "not xml": b"hello",
    "half": CLAUSE.encode()[:900],
    "not utf-8": CLAUSE.encode().replace("条款".encode(), b"\xff\xfe\xff"),
    "utf-16 without a mark": CLAUSE.encode("utf-16-le"),
    "gb18030": CLAUSE.replace('encoding="UTF-8"', 'encoding="GB18030"').encode("gb18030"),
    "unknown encoding": CLAUSE.replace('encoding="UTF-8"', 'encoding="nonsense"').encode(),
    "null bytes": b"\0" * 1000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "bomb": (BOMB + "<x>&i;</x>").encode(),
    "entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
    "deep": b"<a>" * 20_000 + b"</a>" * 20_000,
    "3 MB": CLAUSE.encode() + b"<!--" + b"x" * 3_000_000 + b"-->",
    "another vocabulary": b"<html><script>alert(1)</script></html>",
    "no process": b'<d:definitions xmlns:d="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    "script in a name": CLAUSE.replace("Clause review", "&lt;script&gt;alert(1)&lt;/script&gt;").encode(),
    "template end": CLAUSE.replace("Clause review", "&lt;/template&gt;&lt;script&gt;alert(1)&lt;/script&gt;").encode(),
}


def check(designer: Desk, xml: bytes) -> str:
    answer = designer.post("/processes/check", {"file": (io.BytesIO(xml), "drawing.bpmn")})
    assert answer.status_code == 200
    return answer.text[answer.text.index("<main") :]


def found(page: str) -> list[tuple[str, str]]:
    """Code and place of each finding."""
    return texts(page, r'<li data-code="(\w+)">.*?<span class="where">(.*?)</span>\s*</li>')  # type: ignore[return-value]


@pytest.mark.parametrize("xml", HOSTILE.values(), ids=HOSTILE.keys())
def test_anything_brought_gets_an_answer(desk: DeskOf, cases: Bank, xml: bytes) -> None:
    page = check(desk("shen.dan"), xml)
    assert "<script>alert" not in page
    assert "root:" not in page
    assert found(page) or "Nothing to remark." in page


@pytest.mark.parametrize("path", MIWG, ids=[p.stem for p in MIWG])
def test_drawings_of_other_tools_are_drawn_with_located_findings(desk: DeskOf, cases: Bank, path: Path) -> None:
    page = check(desk("shen.dan"), path.read_bytes())
    assert found(page)
    assert all("data-element" in place or "line" in place for _, place in found(page)), found(page)
    assert "<template data-xml>" in page


def test_the_picture_shown_is_what_was_brought(desk: DeskOf, cases: Bank) -> None:
    from html import unescape

    page = check(desk("shen.dan"), HOSTILE["gb18030"])
    shown = unescape(texts(page, r"<template data-xml>(.*?)</template>")[0])
    assert "条款会签" in etree.tostring(etree.fromstring(shown), encoding="unicode")


def test_what_was_checked_is_deployed_byte_for_byte(desk: DeskOf, cases: Bank) -> None:
    drawing = CLAUSE.replace("clause_review", "another_review").replace("\n", "\r\n").encode()
    designer = desk("shen.dan")
    content = texts(check(designer, drawing), r'name="content" value="([^"]+)"')[0]
    assert designer.post("/processes/deploy", {"content": content}).status_code == 303
    end_read()
    kept = session().scalar(select(ProcessDefinition).where(ProcessDefinition.key == "another_review"))
    assert kept is not None
    assert kept.xml == drawing
    assert "another_review" in desk("lin.yue").main("/processes")
    end_read()


def test_a_drawing_with_errors_cannot_be_deployed(desk: DeskOf, cases: Bank) -> None:
    import base64

    bad = CLAUSE.replace('targetRef="done"', 'targetRef="nowhere"').encode()
    designer = desk("shen.dan")
    page = check(designer, bad)
    assert ("loose_flow",) in {(code,) for code, _ in found(page)}
    assert "/processes/deploy" not in page
    answer = designer.post("/processes/deploy", {"content": base64.b64encode(bad).decode()})
    assert answer.status_code == 422
    assert "The drawing cannot be deployed." in answer.text


@pytest.mark.parametrize("content", ["%%%", "a", "A" * 3])
def test_bytes_that_cannot_be_read_are_refused(desk: DeskOf, cases: Bank, content: str) -> None:
    assert desk("shen.dan").post("/processes/deploy", {"content": content}).status_code == 422


@pytest.mark.parametrize("path", ["/processes/check", "/processes/deploy"])
def test_only_designers_bring_drawings(desk: DeskOf, cases: Bank, path: str) -> None:
    assert desk("lin.yue").post(path, {"xml": CLAUSE}).status_code == 403


def test_the_drawing_speaks_the_readers_language(desk: DeskOf, cases: Bank) -> None:
    path = "/processes/clause_review/versions/1/diagram.bpmn"
    assert 'name="会签条款"' in desk("chen.rui", "zh").get(path).text
    assert 'name="Review the clause"' in desk("chen.rui").get(path).text
    assert 'name="会签条款"' in desk("chen.rui").get(f"{path}?lang=zh").text


def test_a_version_page_is_the_procedure_manual(desk: DeskOf, cases: Bank) -> None:
    page = desk("chen.rui", "zh").main("/processes/clause_review/versions/1")
    assert "由提出人拟定条款文本。" in page
    assert page.index("拟定条款") < page.index("会签条款") < page.index("决定条款")


def test_a_version_page_names_what_changed_from_the_version_before(desk: DeskOf, cases: Bank) -> None:
    second = CLAUSE.replace("business_days(3)", "business_days(5)").encode()
    with unit_of_work() as uow:
        deploy(uow, xml=second, **who(uow, "shen.dan"))
    page = desk("chen.rui").main("/processes/clause_review/versions/2")
    changed = page[page.index('id="changed"') : page.index('id="versions"')]
    assert set(texts(changed, r'data-element="(\w+)"')) == {"review", "late"}


@pytest.mark.parametrize(
    "path",
    ["/processes/none", "/processes/clause_review/versions/9", "/processes/clause_review/versions/9/diagram.bpmn"],
)
def test_a_process_there_is_not_is_not_there(desk: DeskOf, cases: Bank, path: str) -> None:
    assert desk("lin.yue").get(path).status_code == 404


@pytest.fixture
def waiting(bank: Flask, cases: Bank) -> Iterator[str]:
    """A version deployed by one designer that waits for another."""
    with unit_of_work() as uow:
        changed = CLAUSE.replace("business_days(3)", "business_days(5)").encode()
        deploy(uow, xml=changed, second_person=True, **who(uow, "shen.dan"))
    return "/processes/clause_review/versions/2"


def state_of(number: int) -> str:
    end_read()
    query = select(ProcessDefinition).where(ProcessDefinition.version == number)
    return session().scalars(query, execution_options={"populate_existing": True}).one().state


def test_a_second_person_approves_what_waits(desk: DeskOf, waiting: str) -> None:
    deployer, other = desk("shen.dan"), desk("lu.ming")
    assert "/approve" not in deployer.main(waiting)
    assert deployer.post(f"{waiting}/approve").status_code == 422
    assert desk("lin.yue").post(f"{waiting}/approve").status_code == 403
    assert state_of(2) == "waiting"
    assert "Waiting for a second person" in other.main("/processes")
    assert other.post(f"{waiting}/approve").status_code == 303
    assert state_of(2) == "effective"


def test_a_refused_version_never_takes_effect_but_may_be_brought_again(desk: DeskOf, waiting: str) -> None:
    assert desk("lu.ming").post(f"{waiting}/refuse").status_code == 303
    assert state_of(2) == "refused"
    assert desk("lu.ming").post(f"{waiting}/approve").status_code == 404
    with unit_of_work() as uow:
        changed = CLAUSE.replace("business_days(3)", "business_days(5)").encode()
        again = deploy(uow, xml=changed, **who(uow, "shen.dan"))
        assert (again.version, again.state) == (3, "effective")
