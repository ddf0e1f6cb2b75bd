"""Variables belong to a scope of the case, not to a branch of it.

SpiffWorkflow gives each token a copy of the data and merges the copies at a
join, whole: what a branch never touched overwrites what another has just
decided, and of two branches that append to one list, one entry is lost. Here a
value that is set is set for every token of its scope at once, so that there is
nothing left to merge. A scope is the case itself, a called process, or one
instance of a multi-instance subprocess; a subprocess shares the scope it stands
in. When a called process or an instance ends, the names it has set go outwards,
and nothing else. The item of a loop is each instance's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import CallActivity
from SpiffWorkflow.util.task import TaskState

_NOT_YET = TaskState.PREDICTED_MASK | TaskState.FUTURE
_WRITTEN = "written"
CHILD = "[child]"
"""How SpiffWorkflow ends the name of a spec that is one instance of a loop."""


def share(task: Any, changes: Mapping[str, Any]) -> None:
    """Set ``changes`` at ``task`` and for all tokens of its scope; loop items at the task alone."""
    own = _items(task)
    task.data.update(changes)
    shared = {name: value for name, value in changes.items() if name not in own}
    root = _scope(task.workflow)
    if root.parent_task_id is not None:
        written = root.task_tree.internal_data.setdefault(_WRITTEN, [])
        written += [name for name in shared if name not in written]
    for part in _parts(root):
        for token in part.tasks.values():
            if token is not task and not token.has_state(_NOT_YET):
                token.data.update(deepcopy(shared))


def leave(task: Any, part: Any) -> None:
    """The (sub)process ``part`` of ``task`` has ended: what it has set goes outwards."""
    if not _is_scope(part):
        return
    names = _outputs(part) or part.task_tree.internal_data.get(_WRITTEN, [])
    data = part.last_task.data
    share(task, {name: deepcopy(data[name]) for name in names if name in data})


def _outputs(part: Any) -> list[str]:
    """The data outputs a called process declares, if it does."""
    declared = part.spec.io_specification
    return [output.bpmn_id for output in declared.data_outputs] if declared is not None else []


def _items(task: Any) -> set[str]:
    """Names of the items of the loop that ``task`` is an instance of."""
    if not task.task_spec.name.endswith(CHILD):
        return set()
    loop = task.parent.task_spec
    items = (getattr(loop, "input_item", None), getattr(loop, "output_item", None))
    return {item.bpmn_id for item in items if item is not None}


def _scope(part: Any) -> Any:
    """The part whose variables ``part`` shares."""
    while not _is_scope(part):
        part = part.parent_workflow
    return part


def _is_scope(part: Any) -> bool:
    if part.parent_task_id is None:
        return True
    spec = part.parent_workflow.get_task_from_id(part.parent_task_id).task_spec
    return isinstance(spec, CallActivity) or spec.name.endswith(CHILD)


def _parts(root: Any) -> Iterator[Any]:
    """``root`` and the subprocesses that share its variables."""
    yield root
    for part in root.top_workflow.subprocesses.values():
        if part is not root and not part.completed and _scope(part) is root:
            yield part
