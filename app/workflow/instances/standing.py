"""Where a case stands on its drawings: its own and those of the processes it calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from app.workflow.deployments.library import bundle
from app.workflow.deployments.pictures import steps
from app.workflow.engine import Drawing
from app.workflow.engine.paths import calls
from app.workflow.models import ProcessDefinition, ProcessInstance


@dataclass(frozen=True)
class Part:
    """One drawing of a case, with what of it is live and what was passed."""

    key: str
    version: int
    names: Mapping[str, str]
    drawing: Drawing
    active: tuple[str, ...]
    passed: tuple[str, ...]


def parts(session: Session, instance: ProcessInstance, *, live: Iterable[str], passed: Iterable[str]) -> list[Part]:
    """The drawings of a case, its own first, then the called ones.

    ``live``: ids of elements with open tasks or waiting timers; ``passed``: ids of
    elements and flows the case went through.
    """
    found = bundle(session, instance.definition_id, instance.called or ())
    versions = _versions(session, (instance.definition_id, *found.called_ids))
    standing, behind = _outwards(found.drawings, set(live)), set(passed)
    return [
        Part(
            key=key,
            version=versions[key],
            names=drawing.names,
            drawing=drawing,
            active=tuple(e for e in drawing.elements if e in standing),
            passed=tuple(e for e in drawing.elements if e in behind),
        )
        for key, drawing in _in_order(found.drawing, found.drawings).items()
    ]


def _in_order(first: Drawing, drawings: Mapping[str, Drawing]) -> dict[str, Drawing]:
    """The drawings as a reader meets them: the case's own, then those it calls, step by step."""
    found, queue = {first.key: first}, [first]
    while queue:
        called = calls(drawing := queue.pop(0))
        for key in (called[s.id] for s in steps(drawing) if s.id in called):
            if key in drawings and key not in found:
                found[key] = drawings[key]
                queue.append(drawings[key])
    return {**found, **drawings}


def _versions(session: Session, ids: Iterable[int]) -> dict[str, int]:
    query = select(ProcessDefinition).where(ProcessDefinition.id.in_(list(ids)))
    return {d.key: d.version for d in session.scalars(query.options(defer(ProcessDefinition.xml)))}


def _outwards(drawings: Mapping[str, Drawing], live: set[str]) -> set[str]:
    """With the call activities through which the live elements were reached."""
    callers = [(element, key) for drawing in drawings.values() for element, key in calls(drawing).items()]
    for _ in drawings:
        inside = {key for key, drawing in drawings.items() if live & drawing.elements.keys()}
        live = live | {element for element, key in callers if key in inside}
    return live
