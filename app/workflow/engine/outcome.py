"""What the engine tells of a case: where it stands after a step, and what it needs to go on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.workflow.engine.drawing import ElementFacts


@dataclass(frozen=True)
class OpenWork:
    """A task for a person."""

    token: UUID
    element: ElementFacts
    attributes: dict[str, Any]
    """The element's own attributes, expressions evaluated on the token's data."""
    item: Any = None
    """The item of a multi-instance task, such as the department."""


@dataclass(frozen=True)
class Call:
    """Something the service must do before the case goes on."""

    token: UUID
    element: ElementFacts
    kind: str
    """``handler`` or ``decision``."""
    name: str
    parameters: dict[str, Any]
    variables: dict[str, Any]


@dataclass(frozen=True)
class TimerDue:
    """A timer that waits, and when it falls due (UTC)."""

    token: UUID
    element_id: str
    at: datetime


@dataclass(frozen=True)
class Thrown:
    """A message that nothing in the case itself catches: for other cases."""

    name: str
    correlation: str | None
    """Which case it is for; nothing means those of the same business key."""
    payload: dict[str, Any]


@dataclass(frozen=True)
class Awaited:
    """A message from outside the case that a token waits for."""

    name: str
    correlation: str


@dataclass
class Outcome:
    """Where a case stands after a step."""

    open: list[OpenWork] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    timers: list[TimerDue] = field(default_factory=list)
    awaited: set[Awaited] = field(default_factory=set)
    completed: bool = False
    variables: dict[str, Any] = field(default_factory=dict)
