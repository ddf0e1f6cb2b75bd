"""Small drawings for tests: BPMN written with as little as it takes."""

from __future__ import annotations

from itertools import pairwise

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tollgate="urn:tollgate:bpmn:1"
    id="definitions" targetNamespace="urn:tollgate:tests">"""


def drawn(body: str, key: str = "drawn", beside: str = "") -> str:
    """A file with one executable process; ``beside`` stands before it (messages)."""
    process = f'<bpmn:process id="{key}" isExecutable="true" name="Drawn">{body}</bpmn:process>'
    return f"{HEAD}{beside}{process}</bpmn:definitions>"


def flow(source: str, target: str, condition: str | None = None) -> str:
    """A sequence flow ``source_target``."""
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition is not None else ""
    name = f"{source}_{target}"
    return f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def line(*ids: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(a, b) for a, b in pairwise(ids))


def node(kind: str, name: str, inner: str = "", **attributes: str) -> str:
    """An element; attributes of ours begin with ``tollgate_``."""
    written = "".join(f' {k.replace("tollgate_", "tollgate:")}="{v}"' for k, v in attributes.items())
    return f'<bpmn:{kind} id="{name}" name="{name}"{written}>{inner}</bpmn:{kind}>'


def simple(*tasks: str, key: str = "drawn") -> str:
    """start → tasks of people one after the other → end."""
    nodes = node("startEvent", "start") + "".join(node("userTask", t) for t in tasks) + node("endEvent", "end")
    return drawn(nodes + line("start", *tasks, "end"), key)
