"""Long cases stay small: what can no longer matter is dropped after each step.

SpiffWorkflow keeps every task a case ever passed. In each (sub)process all that
stands above the lowest common ancestor of the live tasks, and of the arrivals at
an open join, is dropped. Only that: those arrivals are finished tasks, and
dropping "finished branches" instead would wait for them for ever.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

from app.workflow.engine.gateways import Join, arrivals
from app.workflow.engine.specs import LIVE


def trim(workflow: Any) -> None:
    """Drop the past of ``workflow`` and of its subprocesses, in place."""
    for part in (workflow, *workflow.subprocesses.values()):
        if not part.completed:
            _trim_part(part)
    drop_ended(workflow)


def drop_ended(workflow: Any) -> None:
    """Drop subprocesses that have ended or whose step was taken away, and what stands in those, in turn.

    An event that interrupts a loop removes its instances, but not the
    subprocesses they are; SpiffWorkflow then stumbles over them.
    """
    while gone := [i for i, part in workflow.subprocesses.items() if not is_wanted(workflow, part)]:
        for task_id in gone:
            del workflow.subprocesses[task_id]


def is_wanted(workflow: Any, subprocess: Any) -> bool:
    """Whether the step that ``subprocess`` is still stands in the case, unfinished."""
    parents = (workflow, *workflow.subprocesses.values())
    owner = next((p for p in parents if subprocess.parent_task_id in p.tasks), None)
    return owner is not None and owner.tasks[subprocess.parent_task_id].has_state(TaskState.NOT_FINISHED_MASK)


def _trim_part(part: Any) -> None:
    live = [t for t in part.tasks.values() if t.has_state(LIVE)]
    if not live:
        return
    live += [t for spec in part.spec.task_specs.values() if isinstance(spec, Join) for t in arrivals(spec, part)]
    ancestor = _common_ancestor(live)
    root = part.task_tree
    if ancestor is root or ancestor.parent is root:
        return
    kept = {root.id}
    stack = [ancestor]
    while stack:
        task = stack.pop()
        kept.add(task.id)
        stack.extend(task.children)
    root.children = [ancestor]
    ancestor.parent = root
    part.tasks = {i: t for i, t in part.tasks.items() if i in kept}
    if part.last_task is not None and part.last_task.id not in kept:
        part.last_task = ancestor


def _common_ancestor(tasks: list[Any]) -> Any:
    path = _path(tasks[0])
    for task in tasks[1:]:
        other = {t.id for t in _path(task)}
        path = [t for t in path if t.id in other]
    # A live task keeps its parent: a join of boundary events looks for its split there.
    return path[-2] if path[-1] in tasks and len(path) > 1 else path[-1]


def _path(task: Any) -> list[Any]:
    """From the root down to ``task``."""
    path = []
    while task is not None:
        path.append(task)
        task = task.parent
    return path[::-1]
