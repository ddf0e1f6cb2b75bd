"""Specs in memory, by content: parsed once per process, when a case first comes there, then shared by all threads.

A spec is parsed from its drawing, taught our clock, written out and restored;
only the restored form runs. Restored specs are never changed afterwards, so
that threads may share them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from app.workflow.engine.codec import Specs, restore_spec
from app.workflow.engine.drawing import BPMN, Drawing
from app.workflow.engine.errors import DrawingRefused, Finding
from app.workflow.engine.specs import DrawingParser
from app.workflow.engine.timers import adopt_clock

_DATA = ("dataInputAssociation", "dataOutputAssociation", "dataObjectReference", "dataObject", "dataStoreReference",
         "dataStore")  # fmt: skip
_lock = threading.Lock()
_parsed: dict[str, dict[str, Any]] = {}


def try_out(drawing: Drawing) -> None:
    """Raise ``DrawingRefused`` when SpiffWorkflow cannot run what is drawn. Nothing is kept in memory."""
    _parse(drawing)


class _Parts(Mapping[str, Any]):
    """Specs by the name of their process or subprocess; a drawing is parsed when one of them is first asked for."""

    def __init__(self, drawings: Sequence[Drawing]):
        self._drawn = {name: drawing for drawing in drawings for name in drawing.parts}

    def __getitem__(self, name: str) -> Any:
        return _restored(self._drawn[name])[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._drawn)

    def __len__(self) -> int:
        return len(self._drawn)


def specs_of(drawing: Drawing, called: Sequence[Drawing] = ()) -> Specs:
    """The restored specs of ``drawing`` and of the drawings it calls, kept in memory from now on.

    Raises ``DrawingRefused`` when SpiffWorkflow cannot run what is drawn.
    """
    return _restored(drawing)[drawing.key], _Parts([*called, drawing])


def _restored(drawing: Drawing) -> dict[str, Any]:
    with _lock:
        found = _parsed.get(drawing.content_hash)
        if found is None:
            found = _parse(drawing)
            _parsed[drawing.content_hash] = found
        return found


def _parse(drawing: Drawing) -> dict[str, Any]:
    try:
        specs = _read(drawing)
        for spec in specs.values():
            adopt_clock(spec)
        return {name: restore_spec(spec) for name, spec in specs.items()}
    except ValidationException as error:
        raise DrawingRefused([_finding(drawing, error)]) from error
    except Exception as error:
        # The parser is not written for hostile input; whatever it stumbles over is a refusal, not a crash.
        message = "The engine cannot read this drawing: %(reason)s"
        reason = {"reason": str(error)[:200] or type(error).__name__}
        line = drawing.root.sourceline
        raise DrawingRefused([Finding("error", "not_executable", message, None, line, reason)]) from error


def _read(drawing: Drawing) -> dict[str, Any]:
    parser = DrawingParser()
    parser.add_bpmn_xml(_without_data_flows(drawing.root))
    specs = {drawing.key: parser.get_spec(drawing.key)}
    inner = parser.get_subprocess_specs(drawing.key, require_call_activity_specs=False)
    return {**specs, **{name: spec for name, spec in inner.items() if spec is not None}}


def _without_data_flows(root: Any) -> Any:
    """Arrows to documents and stores say what is read and written; variables are shared without them.

    SpiffWorkflow would stop a case whose document is not there, and search for ever for one declared nowhere.
    """
    copy = deepcopy(root)
    for node in list(copy.iter(*(f"{{{BPMN}}}{name}" for name in _DATA))):
        node.getparent().remove(node)
    return copy


def _finding(drawing: Drawing, error: Any) -> Finding:
    element = drawing.elements.get(error.id or "")
    return Finding(
        "error",
        "not_executable",
        "The engine cannot run this: %(reason)s",
        element_id=error.id or None,
        line=element.line if element else drawing.root.sourceline,
        values={"reason": str(error)[:200]},
    )
