"""A small review with a layout, for tests of the pages: prepare, review side by side, decide."""

from __future__ import annotations

_SHAPES = {
    "proposed": (150, 182, 36, 36),
    "prepare": (240, 160, 110, 80),
    "review": (410, 160, 110, 80),
    "late": (447, 222, 36, 36),
    "decide": (580, 160, 110, 80),
    "agreed": (750, 175, 50, 50),
    "done": (870, 182, 36, 36),
    "rejected": (870, 292, 36, 36),
    "reminded": (447, 300, 36, 36),
}
_FLOWS = {
    "to_prepare": ("proposed", "prepare"),
    "to_review": ("prepare", "review"),
    "to_decide": ("review", "decide"),
    "to_agreed": ("decide", "agreed"),
    "to_done": ("agreed", "done"),
    "to_rejected": ("agreed", "rejected"),
    "to_reminded": ("late", "reminded"),
}


def _shape(name: str) -> str:
    x, y, width, height = _SHAPES[name]
    marker = ' isMarkerVisible="true"' if name == "agreed" else ""
    return (
        f'<bpmndi:BPMNShape id="{name}_shape" bpmnElement="{name}"{marker}>'
        f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/></bpmndi:BPMNShape>'
    )


def _edge(name: str) -> str:
    (x1, y1, w1, h1), (x2, y2, w2, h2) = (_SHAPES[end] for end in _FLOWS[name])
    points = [(x1 + w1 // 2, y1 + h1 // 2), (x2 + w2 // 2, y2 + h2 // 2)]
    if name == "to_rejected":
        points = [(775, 225), (775, 310), (870, 310)]
    elif name == "to_reminded":
        points = [(465, 258), (465, 300)]
    else:
        points = [(x1 + w1, 200), (x2, 200)]
    places = "".join(f'<di:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<bpmndi:BPMNEdge id="{name}_edge" bpmnElement="{name}">{places}</bpmndi:BPMNEdge>'


LAYOUT = "".join(_shape(name) for name in _SHAPES) + "".join(_edge(name) for name in _FLOWS)

CLAUSE = f"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tollgate="urn:tollgate:bpmn:1"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI"
    id="definitions_clause_review" targetNamespace="urn:tollgate:tests">
  <bpmn:process id="clause_review" isExecutable="true" name="Clause review" tollgate:nameZh="条款会签">
    <bpmn:startEvent id="proposed" name="Proposed" tollgate:nameZh="已提出"/>
    <bpmn:sequenceFlow id="to_prepare" sourceRef="proposed" targetRef="prepare"/>
    <bpmn:userTask id="prepare" name="Prepare the clause" tollgate:nameZh="拟定条款"
        tollgate:assignee="= initiator">
      <bpmn:documentation>Whoever proposes the clause writes it down.</bpmn:documentation>
      <bpmn:documentation xml:lang="zh-Hans">由提出人拟定条款文本。</bpmn:documentation>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="to_review" sourceRef="prepare" targetRef="review"/>
    <bpmn:userTask id="review" name="Review the clause" tollgate:nameZh="会签条款" tollgate:duty="review"
        tollgate:candidateGroups="= [department]" tollgate:due="= business_days(3)">
      <bpmn:documentation>Each department named says whether it agrees, within three business days.</bpmn:documentation>
      <bpmn:documentation xml:lang="zh-Hans">所列各部门在三个工作日内出具意见。</bpmn:documentation>
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:loopDataInputRef>departments</bpmn:loopDataInputRef>
        <bpmn:inputDataItem id="department" name="department"/>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="late" name="Three days over" tollgate:nameZh="满三日" attachedToRef="review"
        cancelActivity="false">
      <bpmn:timerEventDefinition id="late_timer">
        <bpmn:timeDate xsi:type="bpmn:tFormalExpression">business_days(3)</bpmn:timeDate>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="to_reminded" sourceRef="late" targetRef="reminded"/>
    <bpmn:endEvent id="reminded" name="Reminded" tollgate:nameZh="已催办"/>
    <bpmn:sequenceFlow id="to_decide" sourceRef="review" targetRef="decide"/>
    <bpmn:userTask id="decide" name="Decide on the clause" tollgate:nameZh="决定条款" tollgate:duty="decide"
        tollgate:candidateGroups="executive" tollgate:due="P2D"/>
    <bpmn:sequenceFlow id="to_agreed" sourceRef="decide" targetRef="agreed"/>
    <bpmn:exclusiveGateway id="agreed" name="Agreed?" tollgate:nameZh="是否同意？" default="to_rejected"/>
    <bpmn:sequenceFlow id="to_done" sourceRef="agreed" targetRef="done">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">decision == "approve"</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="to_rejected" sourceRef="agreed" targetRef="rejected"/>
    <bpmn:endEvent id="done" name="In force" tollgate:nameZh="已生效"/>
    <bpmn:endEvent id="rejected" name="Rejected" tollgate:nameZh="已否决"/>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram">
    <bpmndi:BPMNPlane id="plane" bpmnElement="clause_review">{LAYOUT}</bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""
DEPARTMENTS = ["risk", "compliance", "finance"]
OK = {"decision": "approve", "comment": "No objection."}
