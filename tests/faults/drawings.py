"""A small multi-instance department review, for tests of the frame itself."""

REVIEW = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:tollgate="urn:tollgate:bpmn:1"
    id="definitions_small_review" targetNamespace="urn:tollgate:tests">
  <bpmn:process id="small_review" isExecutable="true" name="Small review" tollgate:nameZh="简易会签">
    <bpmn:startEvent id="proposed"/>
    <bpmn:sequenceFlow id="to_review" sourceRef="proposed" targetRef="review"/>
    <bpmn:userTask id="review" name="Review" tollgate:nameZh="会签" tollgate:duty="review"
        tollgate:candidateGroups="= [department]" tollgate:due="= business_days(3)">
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:loopDataInputRef>departments</bpmn:loopDataInputRef>
        <bpmn:inputDataItem id="department" name="department"/>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:boundaryEvent id="late" attachedToRef="review" cancelActivity="false">
      <bpmn:timerEventDefinition>
        <bpmn:timeDate xsi:type="bpmn:tFormalExpression">business_days(3)</bpmn:timeDate>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="to_reminded" sourceRef="late" targetRef="reminded"/>
    <bpmn:endEvent id="reminded"/>
    <bpmn:sequenceFlow id="to_decide" sourceRef="review" targetRef="decide"/>
    <bpmn:userTask id="decide" name="Decide" tollgate:nameZh="决策" tollgate:duty="decide"
        tollgate:candidateGroups="executive"/>
    <bpmn:sequenceFlow id="to_done" sourceRef="decide" targetRef="done"/>
    <bpmn:endEvent id="done"/>
  </bpmn:process>
</bpmn:definitions>
"""
REVIEWERS = {"risk": "chen.rui", "compliance": "zhou.ting", "finance": "liang.yu", "legal": "han.bing"}
