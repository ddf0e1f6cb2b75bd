"""Where a case can be sent back to: before, never round the circle past those who check."""

from __future__ import annotations

from app.workflow.engine import read_drawing
from app.workflow.engine.paths import earlier_steps
from tests.workflow.drawings import drawn, flow, node

# design → review → decide; decide leads back to design or on to the end; late review leads to remind.
CIRCLE = drawn(
    node("startEvent", "start")
    + flow("start", "design")
    + node("userTask", "design")
    + flow("design", "review")
    + node("userTask", "review")
    + '<bpmn:boundaryEvent id="late" attachedToRef="review"/>'
    + flow("late", "remind")
    + node("userTask", "remind")
    + flow("review", "decide")
    + node("userTask", "decide")
    + flow("decide", "which")
    + node("exclusiveGateway", "which")
    + flow("which", "design")
    + flow("which", "end")
    + node("endEvent", "end")
)


def test_what_lies_before_in_the_order_of_the_drawing() -> None:
    drawing = read_drawing(CIRCLE.encode())
    assert earlier_steps(drawing, "decide") == ["design", "review"]
    assert earlier_steps(drawing, "remind") == ["design", "review"]


def test_a_circle_is_no_way_past_the_reviewers() -> None:
    drawing = read_drawing(CIRCLE.encode())
    assert earlier_steps(drawing, "design") == []
    assert earlier_steps(drawing, "review") == ["design"]
