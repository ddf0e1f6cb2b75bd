"""SpiffWorkflow alone on the reference review: the denominator of the CPU budget.

Load the state with the stock serializer, complete one task, run the engine
steps, dump the state; no database, no HTTP.
"""

from __future__ import annotations

import time

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from bench.world import CASES


def cpu_of_one_case() -> list[float]:
    """CPU seconds of each of the six tasks of one case."""
    parser = BpmnParser()
    parser.add_bpmn_file(str(CASES / "reference-review.bpmn"))
    workflow = BpmnWorkflow(parser.get_spec("product_review"), {})
    serializer = BpmnWorkflowSerializer()
    workflow.do_engine_steps()
    state = serializer.serialize_json(workflow)
    seconds = []
    for _ in range(6):
        began = time.process_time()
        workflow = serializer.deserialize_json(state)
        task = workflow.get_tasks(state=TaskState.READY, manual=True)[0]
        task.data[f"{task.task_spec.lane}_decision"] = "approve"
        task.run()
        workflow.do_engine_steps()
        state = serializer.serialize_json(workflow)
        seconds.append(time.process_time() - began)
    assert workflow.is_completed()
    return seconds
