"""Joins that count what has arrived since they last fired.

SpiffWorkflow's own joins look for finished parents anywhere in the tree. In the
second turn of a loop they take arrivals of the first for new ones and fire
early: the decision would begin before the last review is in. Here an arrival is
used up when the join fires, and what is used up is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from app.workflow.engine.errors import EngineError

_LIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def arrivals(spec: Any, part: Any) -> list[Any]:
    """Tokens that stand before a join and are not used up yet, the oldest first.

    The latest of them waits; SpiffWorkflow cancels those before it.
    """
    standing = TaskState.WAITING | TaskState.CANCELLED
    return [
        t
        for t in part.tasks.values()
        if t.task_spec is spec and t.has_state(standing) and t.parent.has_state(TaskState.COMPLETED)
    ]


def stand_in(part: Any, target: Any) -> None:
    """For a fresh token on ``target``: what it cannot bring about itself counts as arrived.

    Sent back to one of several branches, a case would else wait at their join for
    the others, whose work was done before and is not asked for again.
    """
    for join in [s for s in part.spec.task_specs.values() if isinstance(s, Together) and len(s.inputs) > 1]:
        reached = _reached([target], join, "outputs")
        if reached.isdisjoint(join.inputs):
            continue
        for source in set(join.inputs) - reached:
            done = Task(part, source, parent=part.task_tree, state=TaskState.COMPLETED)
            Task(part, join, parent=done, state=TaskState.CANCELLED)


def _reached(begin: Iterable[Any], without: Any, ways: str) -> set[Any]:
    """All elements reached from ``begin`` along their ``outputs`` or ``inputs`` without passing ``without``."""
    found: set[Any] = set()
    queue = list(begin)
    while queue:
        spec = queue.pop()
        if spec not in found and spec is not without:
            found.add(spec)
            queue += getattr(spec, ways)
    return found


class Join:
    """What both kinds of joins do."""

    def _arrived(self, my_task: Any) -> dict[Any, Any]:
        """The oldest arrival by the element it came from; ``my_task`` is one of them."""
        found: dict[Any, Any] = {}
        for task in (*arrivals(self, my_task.workflow), my_task):
            found.setdefault(task.parent.task_spec, task)
        return found

    def _use_up(self, my_task: Any) -> None:
        used = [task for task in self._arrived(my_task).values() if task is not my_task]
        for task in used:
            my_task.workflow._remove_task(task.id)
        my_task._inherit_data()


class Together(Join, ParallelGateway):  # type: ignore[misc]
    """A parallel gateway: waits for one arrival on each way in."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        return set(self.inputs) <= self._arrived(my_task).keys()

    def _run_hook(self, my_task: Any) -> bool:
        self._use_up(my_task)
        return True


class Some(Join, InclusiveGateway):  # type: ignore[misc]
    """An inclusive gateway: waits as long as something live can still reach one of its empty ways in.

    What can as well come by a way that something has arrived on does not count
    (BPMN 2.0, 13.4.3): in a loop everything can reach everything.
    """

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = self._arrived(my_task)
        missing = [spec for spec in self.inputs if spec not in arrived]
        upstream = self._before(missing) - self._before(arrived)
        live = (t for t in my_task.workflow.tasks.values() if t.has_state(_LIVE) and t.task_spec is not self)
        return not any(t.task_spec in upstream for t in live)

    def _before(self, specs: Iterable[Any]) -> set[Any]:
        """All elements from which one of ``specs`` can be reached without passing this join."""
        return _reached(specs, self, "inputs")

    def _run_hook(self, my_task: Any) -> bool:
        self._use_up(my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise EngineError("no condition of this gateway holds", self.bpmn_id)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True
