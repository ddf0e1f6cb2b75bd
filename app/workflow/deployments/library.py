"""Definitions in memory: read from the database once per process, then shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kernel.errors import Invalid, NotFound
from app.workflow.engine import Drawing, read_drawing
from app.workflow.engine.codec import Specs
from app.workflow.engine.library import specs_of
from app.workflow.models import ProcessDefinition

_drawings: dict[str, Drawing] = {}
_bundles: dict[tuple[str, int, tuple[int, ...]], Bundle] = {}


@dataclass(frozen=True)
class Bundle:
    """Everything one case runs on: its own drawing and those it calls."""

    definition_id: int
    version: int
    called_ids: tuple[int, ...]
    drawing: Drawing
    specs: Specs
    drawings: dict[str, Drawing]


def drawing_of(definition: ProcessDefinition) -> Drawing:
    """The drawing of a definition, read at most once per process."""
    found = _drawings.get(definition.content_hash)
    if found is None:
        found = _drawings[definition.content_hash] = read_drawing(definition.xml)
    return found


def bundle(session: Session, definition_id: int, called_ids: Sequence[int]) -> Bundle:
    """The bundle of a case, from memory when this process has seen it before.

    Keyed by database and id: a definition is never changed once it is there.
    """
    place = (str(session.get_bind().url), definition_id, tuple(called_ids))  # type: ignore[union-attr]
    found = _bundles.get(place)
    if found is None:
        found = _bundles[place] = _load(session, definition_id, called_ids)
    return found


def _load(session: Session, definition_id: int, called_ids: Sequence[int]) -> Bundle:
    wanted = [definition_id, *called_ids]
    rows = session.scalars(select(ProcessDefinition).where(ProcessDefinition.id.in_(wanted)))
    by_id = {row.id: row for row in rows}
    drawings = [drawing_of(by_id[i]) for i in wanted]
    return Bundle(
        definition_id=definition_id,
        version=by_id[definition_id].version,
        called_ids=tuple(called_ids),
        drawing=drawings[0],
        specs=specs_of(drawings[0], drawings[1:]),
        drawings={d.key: d for d in drawings},
    )


def latest(session: Session, key: str) -> ProcessDefinition:
    """The effective version of a process; ``NotFound`` when there is none."""
    found = session.scalar(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key, ProcessDefinition.state == "effective")
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound("There is no process %(key)s.", key=key)
    return found


def latest_bundle(session: Session, key: str) -> Bundle:
    """What a new case of ``key`` will run on: the latest versions, its own and the called ones'."""
    definition = latest(session, key)
    called = called_closure(session, drawing_of(definition).called)
    if _goes_round([drawing_of(d) for d in (definition, *called)]):
        raise Invalid("The process would call itself without end.", code="calls_itself")
    return bundle(session, definition.id, [d.id for d in called])


def _goes_round(drawings: Sequence[Drawing]) -> bool:
    """Whether some of them call each other in a ring: each was checked when it was deployed, not all together."""
    left = {d.key: set(d.called) for d in drawings}
    while left:
        ends = {key for key, called in left.items() if called.isdisjoint(left)}
        if not ends:
            return True
        left = {key: called for key, called in left.items() if key not in ends}
    return False


def called_closure(session: Session, keys: Sequence[str]) -> list[ProcessDefinition]:
    """The latest versions of the processes of these keys and of all they call."""
    found: dict[str, ProcessDefinition] = {}
    queue = list(keys)
    while queue:
        key = queue.pop()
        if key not in found:
            found[key] = latest(session, key)
            queue += drawing_of(found[key]).called
    return list(found.values())


def next_version(session: Session, key: str) -> int:
    highest = session.scalar(select(func.max(ProcessDefinition.version)).where(ProcessDefinition.key == key))
    return (highest or 0) + 1
