"""Whatever is sent as a drawing gets findings: never a crash, never a long wait, never another's file."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.workflow.deployments.lint import Known, findings
from app.workflow.engine import DrawingRefused, Finding, read_drawing
from tests.workflow.drawings import HEAD, drawn, flow, line, node, simple

Ask = Callable[..., Any]
CASES = Path(__file__).resolve().parents[2] / "cases"
BPMN = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
GOOD = simple("one")


def doctype(text: str) -> str:
    return GOOD.replace("<bpmn:definitions", f"{text}<bpmn:definitions", 1)


def nested(tag: str, depth: int, inner: str = "") -> str:
    opening = "".join(f'<bpmn:{tag} id="n{i}">' for i in range(depth))
    return drawn(f"{opening}{inner}{f'</bpmn:{tag}>' * depth}")


LAUGHS = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
HOSTILE: dict[str, str] = {
    "nothing": "",
    "blank": "   ",
    "text": "hello",
    "brace": "{}",
    "nul": "\0",
    "nul inside": GOOD.replace("Drawn", "Dra\0wn"),
    "control characters": GOOD.replace("Drawn", "Dra\x01\x1fwn"),
    "surrogate": GOOD.replace("Drawn", "\ud800"),
    "surrogate pair apart": GOOD.replace("Drawn", "\udc00\ud800"),
    "cut off": GOOD[: len(GOOD) // 2],
    "twice": GOOD + GOOD,
    "html": "<html><body/></html>",
    "other root": "<definitions/>",
    "other namespace": GOOD.replace("BPMN/20100524/MODEL", "BPMN/20100524/OTHER"),
    "prefix without namespace": GOOD.replace('xmlns:tollgate="urn:tollgate:bpmn:1"', "").replace(
        'name="one"', 'tollgate:x="1"'
    ),
    "redefined prefix": GOOD.replace("<bpmn:userTask", '<bpmn:userTask xmlns:bpmn="urn:x"'),
    "empty definitions": f"{HEAD}</bpmn:definitions>",
    "process without id": drawn("").replace(' id="drawn"', ""),
    "process with empty id": drawn("", key=""),
    "process with a long id": simple("one", key="k" * 3_000),
    "element with a long id": simple("t" * 3_000),
    "empty process": drawn(""),
    "billion laughs": doctype(f"<!DOCTYPE x [{LAUGHS}]>").replace("Drawn", "&l11;"),
    "billion laughs in text": doctype(f"<!DOCTYPE x [{LAUGHS}]>").replace("</bpmn:process>", "&l11;</bpmn:process>"),
    "quadratic": doctype(f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>').replace("Drawn", "&a;" * 1_000),
    "external entity": doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>').replace("Drawn", "&e;"),
    "external entity in text": doctype('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>').replace(
        "</bpmn:process>", "<bpmn:documentation>&e;</bpmn:documentation></bpmn:process>"
    ),
    "parameter entity": doctype('<!DOCTYPE x [<!ENTITY % e SYSTEM "file:///etc/passwd"> %e;]>'),
    "external dtd": doctype('<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">'),
    "plain doctype": doctype("<!DOCTYPE x>"),
    "unknown entity": GOOD.replace("Drawn", "&nbsp;"),
    "xinclude": GOOD.replace(
        "</bpmn:process>",
        '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/></bpmn:process>',
    ),
    "stylesheet instruction": GOOD.replace("?>", '?><?xml-stylesheet href="file:///etc/passwd"?>', 1),
    "schema location": GOOD.replace("<bpmn:process", '<bpmn:process xsi:schemaLocation="urn:x file:///etc/passwd"'),
    "duplicate attribute": GOOD.replace('name="one"', 'name="one" name="two"'),
    "duplicate attribute by namespace": GOOD.replace(
        'name="one"', 'xmlns:t="urn:tollgate:bpmn:1" tollgate:form="a" t:form="b"'
    ),
    "many attributes": GOOD.replace('name="one"', " ".join(f'a{i}=""' for i in range(100_000))),
    "many namespaces": GOOD.replace('name="one"', " ".join(f'xmlns:a{i}="urn:{i}"' for i in range(50_000))),
    "many elements": drawn("".join(f'<bpmn:userTask id="t{i}"/>' for i in range(60_000))),
    "many unknown elements": drawn("<x/>" * 400_000),
    "many ids on unknown elements": drawn("".join(f'<x id="i{i}"/>' for i in range(90_000))),
    "many gateways": drawn(
        "".join(f'<bpmn:exclusiveGateway id="g{i}"/>' for i in range(650))
        + "".join(flow(f"g{i}", f"g{(i + j) % 650}") for i in range(650) for j in (1, 2))
        + "".join(f'<x id="i{i}"/>' for i in range(40_000))
    ),
    "too large": GOOD.replace("Drawn", "x" * 1_999_000),
    "deep unknown elements": drawn("<x>" * 100_000 + "</x>" * 100_000),
    "deep subprocesses": nested("subProcess", 240),
    "very deep subprocesses": nested("subProcess", 20_000),
    "deep transactions": nested("transaction", 200),
    "process in a process": nested("process", 100),
    "lanes in lanes": nested("lane", 200),
    "encoding of another kind": GOOD.replace("UTF-8", "UTF-16"),
    "encoding unknown": GOOD.replace("UTF-8", "no-such-encoding"),
    "encoding ebcdic": GOOD.replace("UTF-8", "IBM037"),
    "encoding utf-7": GOOD.replace("UTF-8", "UTF-7"),
    "byte order mark": "\ufeff" + GOOD,
    "byte order mark inside": "  \ufeff" + GOOD,
    "xml 1.1": GOOD.replace('version="1.0"', 'version="1.1"'),
    "quote in id": simple("a'b"),
    "double quote in id": simple("a&quot;b"),
    "bracket in id": simple("a]b"),
    "id like a path": simple("../../etc"),
    "blank id": simple(" "),
    "script without id quoting": drawn(
        node("startEvent", "start")
        + node("scriptTask", "a'b", "<bpmn:script>x = 1</bpmn:script>")
        + line("start", "a'b")
    ),
    "call with quote": drawn(node("callActivity", "a'b", calledElement="x'y")),
    "call of itself": drawn(
        node("startEvent", "s") + node("callActivity", "c", calledElement="drawn") + line("s", "c")
    ),
    "call of nothing": drawn(node("startEvent", "s") + node("callActivity", "c", calledElement="") + line("s", "c")),
    "flow to itself": drawn(node("startEvent", "s") + flow("s", "s")),
    "flow to a flow": drawn(node("startEvent", "s") + flow("s", "s_s") + flow("s", "s")),
    "flow without ends": drawn('<bpmn:sequenceFlow id="f"/>'),
    "flow across processes": drawn(
        node("startEvent", "s") + node("subProcess", "p", node("userTask", "inner")) + flow("s", "inner")
    ),
    "empty condition": drawn(node("startEvent", "s") + node("endEvent", "e") + flow("s", "e", "")),
    "same id twice": drawn(node("startEvent", "s") + node("userTask", "s") + line("s", "s")),
    "process id is an element id": simple("drawn"),
    "boundary event on nothing": drawn(
        node("startEvent", "s") + node("boundaryEvent", "b", "<bpmn:timerEventDefinition/>", attachedToRef="x")
    ),
    "boundary event without host": drawn(node("startEvent", "s") + node("boundaryEvent", "b")),
    "boundary event on itself": drawn(node("startEvent", "s") + node("boundaryEvent", "b", attachedToRef="b")),
    "timer without time": drawn(
        node("startEvent", "s") + node("intermediateCatchEvent", "t", "<bpmn:timerEventDefinition/>") + line("s", "t")
    ),
    "message nobody defined": drawn(
        node("startEvent", "s")
        + node("intermediateCatchEvent", "m", '<bpmn:messageEventDefinition messageRef="none"/>')
        + line("s", "m")
    ),
    "event definitions without end": drawn(
        node("startEvent", "s")
        + node("intermediateCatchEvent", "m", "<bpmn:timerEventDefinition/>" * 2_000)
        + line("s", "m")
    ),
    "multi-instance without data": drawn(
        node("startEvent", "s") + node("userTask", "t", "<bpmn:multiInstanceLoopCharacteristics/>") + line("s", "t")
    ),
    "standard loop": drawn(
        node("startEvent", "s") + node("userTask", "t", "<bpmn:standardLoopCharacteristics/>") + line("s", "t")
    ),
    "loop cardinality of code": drawn(
        node("startEvent", "s")
        + node(
            "userTask",
            "t",
            "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>__import__('os')</bpmn:loopCardinality>"
            "</bpmn:multiInstanceLoopCharacteristics>",
        )
        + line("s", "t")
    ),
    "code as a condition": drawn(
        node("startEvent", "s") + node("endEvent", "e") + flow("s", "e", "__import__('os').system('true')")
    ),
    "endless": drawn(node("startEvent", "s") + node("exclusiveGateway", "g") + line("s", "g", "g")),
    "complicated start": drawn(
        node("startEvent", "s", "<bpmn:messageEventDefinition/><bpmn:timerEventDefinition/>" * 10)
    ),
    "data objects": drawn(
        node("startEvent", "s")
        + '<bpmn:dataObjectReference id="r" dataObjectRef="none"/><bpmn:dataObject/><bpmn:dataStoreReference id="q"/>'
    ),
    "lanes to nothing": drawn(
        '<bpmn:laneSet><bpmn:lane id="l"><bpmn:flowNodeRef>none</bpmn:flowNodeRef><bpmn:flowNodeRef/>'
        "</bpmn:lane></bpmn:laneSet>" + node("startEvent", "s")
    ),
    "collaboration to nothing": GOOD.replace(
        "<bpmn:process",
        '<bpmn:collaboration id="c"><bpmn:participant id="p" processRef="none"/><bpmn:participant id="q"/>'
        "</bpmn:collaboration><bpmn:process",
        1,
    ),
    "percent signs": simple("one").replace('name="one"', 'name="%(x)s %s %d" tollgate:form="%(name)s%"'),
    "percent in an expression": drawn(
        node("startEvent", "s") + node("userTask", "t", tollgate_due="= %(x)s % %d") + line("s", "t")
    ),
    "bidi": GOOD.replace("Drawn", "\u202e\u2066name"),
}


def checked(xml: bytes) -> list[Finding]:
    """What is said of a drawing, whatever it is."""
    try:
        return findings(read_drawing(xml), Known())
    except DrawingRefused as refusal:
        return refusal.findings


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_drawing_gets_findings_in_bounded_time(name: str) -> None:
    """Without HTTP and database: only findings come out, each with the members of a finding."""
    began = time.process_time()
    found = checked(HOSTILE[name].encode("utf-8", "surrogatepass"))
    assert time.process_time() - began < 5
    for finding in found:
        assert finding.severity in {"error", "warning"}
        assert finding.message % finding.values if finding.values else finding.message


def test_checking_answers_200_and_deploying_422_for_anything(ask: Ask) -> None:
    for name, xml in HOSTILE.items():
        # Written as ASCII, so that half a surrogate pair can be sent at all.
        sent = {"data": json.dumps({"xml": xml}), "content_type": "application/json"}
        checked = ask("shen.dan", "POST", "/processes/check", **sent)
        assert checked.status_code == 200, (name, checked.json)
        errors = [f for f in checked.json["findings"] if f["severity"] == "error"]
        deployed = ask("shen.dan", "POST", "/processes", **sent)
        assert deployed.status_code == (422 if errors else 201), (name, deployed.json)
        assert "root:" not in checked.text + deployed.text, name


def test_a_refused_drawing_leaves_nothing(ask: Ask) -> None:
    ask("shen.dan", "POST", "/processes", json={"xml": HOSTILE["billion laughs"]})
    assert ask("shen.dan", "GET", "/processes").json == {"items": [], "next": None}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp037", "gb18030", "latin-1"])
def test_bytes_in_another_encoding_are_read_or_refused(encoding: str) -> None:
    for text in (GOOD, GOOD.replace("UTF-8", encoding)):
        found = checked(text.encode(encoding))
        assert {f.code for f in found} <= {"not_xml", "nobody"}, found


def test_a_comment_inside_a_condition_hides_nothing() -> None:
    """The engine and the check read the same text: all of it."""
    body = node("startEvent", "s") + node("endEvent", "e") + flow("s", "e", "1 == 1 <!-- x --> and <?pi?> open('x')")
    codes = [f.code for f in findings(read_drawing(drawn(body).encode()), Known())]
    assert "unknown_function" in codes


def test_findings_name_element_and_line() -> None:
    xml = drawn(
        "\n" + node("startEvent", "s") + "\n" + node("serviceTask", "call", tollgate_handler="none") + line("s", "call")
    )
    found = {f.code: f for f in findings(read_drawing(xml.encode()), Known())}
    assert found["unknown_handler"].element_id == "call"
    assert found["unknown_handler"].line == 6
    assert found["unknown_handler"].values == {"name": "none"}


DRAWN_ELSEWHERE = sorted((CASES / "bpmn").glob("*.bpmn"))


def test_the_real_drawings_are_there() -> None:
    assert len(DRAWN_ELSEWHERE) >= 7


@pytest.mark.parametrize("path", DRAWN_ELSEWHERE, ids=lambda p: p.stem)
def test_real_drawings_of_other_tools_get_located_findings(ask: Ask, path: Path) -> None:
    xml = path.read_text(encoding="utf-8")
    checked = ask("shen.dan", "POST", "/processes/check", json={"xml": xml})
    assert checked.status_code == 200
    errors = [f for f in checked.json["findings"] if f["severity"] == "error"]
    assert errors
    assert all(f["line"] for f in errors), errors
    assert any(f["element_id"] for f in errors), errors
    assert ask("shen.dan", "POST", "/processes", json={"xml": xml}).status_code == 422


PIECES = st.sampled_from(
    [
        "<bpmn:userTask id='a'>",
        "</bpmn:userTask>",
        "<bpmn:startEvent id='s'/>",
        "<bpmn:subProcess id='p'>",
        "</bpmn:subProcess>",
        "<bpmn:multiInstanceLoopCharacteristics/>",
        "<bpmn:lane/>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x?>",
        "&amp;",
        "&#0;",
        "&#xd800;",
        "\u202e",
        flow("s", "a"),
        flow("a", "p", "x =="),
        line("a", "g", "p"),
        line("v", "a"),
        node("boundaryEvent", "b", "<bpmn:timerEventDefinition/>", attachedToRef="a"),
        node("exclusiveGateway", "g", default="f"),
        node("callActivity", "c", calledElement="drawn"),
        node("eventBasedGateway", "v"),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=12))
def test_shuffled_pieces_never_crash_the_check(pieces: list[str]) -> None:
    assert all(f.code for f in checked(drawn("".join(pieces)).encode()))
